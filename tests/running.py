"""Running a notebook to its end, for all tests that do."""

import asyncio
import contextlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nbclient
import zmq


def execute(nb: Any, folder: Path, env: Mapping[str, str] = os.environ, **traits: Any) -> Any:
    """Run a notebook in a folder and return it, with its outputs; an error in a cell raises.

    env: the kernel's environment. traits: of `nbclient.NotebookClient`, such as timeout.

    Every second it looks whether the kernel has answered. The event loop is told of an answer only
    once, and now and then misses it, seen in notebooks with sliders: then the answer would lie
    there until the cell's time is over.
    """
    resources = {"metadata": {"path": os.fspath(folder)}}
    client = nbclient.NotebookClient(nb, resources=resources, **traits)

    async def look():
        while True:
            await asyncio.sleep(1)
            for channel in (client.kc.shell_channel, client.kc.iopub_channel) if client.kc else ():
                with contextlib.suppress(zmq.ZMQError):  # it is closed at the end
                    channel.socket.get(zmq.EVENTS)

    async def run():
        looking = asyncio.create_task(look())
        try:
            await client.async_execute(env=dict(env))
        finally:
            looking.cancel()

    asyncio.run(run())
    return nb
