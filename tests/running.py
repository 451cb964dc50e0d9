"""Running a notebook to its end, for all tests that do."""

import asyncio
import contextlib
from typing import Any

import nbclient
import zmq


def execute(client: nbclient.NotebookClient, **options: Any) -> None:
    """Run a client's notebook; an error in a cell raises. The options are `async_execute`'s.

    Every second it looks whether the kernel has answered. The event loop is told of an answer only
    once, and now and then misses it, seen in notebooks with sliders: then the answer would lie
    there until the cell's time is over.
    """

    async def look():
        while True:
            await asyncio.sleep(1)
            for channel in (client.kc.shell_channel, client.kc.iopub_channel) if client.kc else ():
                with contextlib.suppress(zmq.ZMQError):  # it is closed at the end
                    channel.socket.get(zmq.EVENTS)

    async def run():
        looking = asyncio.create_task(look())
        try:
            await client.async_execute(**options)
        finally:
            looking.cancel()

    asyncio.run(run())
