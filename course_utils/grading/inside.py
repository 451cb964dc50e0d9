"""Runs inside the box: defines a student's answer and puts cases to it.

This process never holds a secret: no seed, no expected value, no reference of the exercise asked.
Everything that it sends is in the student's hands, and the grader treats it so.

The nursery (`main`) imports numpy, and torch when it is first needed. For each exercise it forks a
child, which locks itself in (`lock.py`) before the first line of the student's code is run.
"""

import contextlib
import importlib.abc
import importlib.util
import io
import json
import linecache
import os
import signal
import socket
import struct
import sys
import traceback
import warnings
from typing import Any

from course_utils.exercises.comparing import plain
from course_utils.grading import frames, lock

PRINTED_KEPT = 2000
ANSWER_FILE = "<your answer>"


def main(control: socket.socket) -> None:
    """Serve the grader until it hangs up: fork a locked-in child for each channel it passes."""
    _import("numpy", "regex")
    lock.look_around()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the grader to handle
    _reply(control, {"ready": True})
    child: _Child | None = None
    while True:
        message, fds, _, _ = socket.recv_fds(control, 65536, 1)
        order = json.loads(message or b"{}")
        if child is not None:
            child.end()
            child = None
        if order.get("torch"):
            # torch._dynamo is what the first optimizer of a process imports, for seconds.
            _import("torch", "torch.nn.functional", "torch._dynamo", "jaxtyping")
        if "fork" in order:
            child = _Child(control, fds[0], order["fork"])
            _reply(control, {"forked": True})
        elif "end" in order:
            _reply(control, {"ended": True})
        else:  # the grader has ended, perhaps by force: nothing is left behind
            return


def _reply(control: socket.socket, message: dict) -> None:
    control.sendall(json.dumps(message).encode())


def _import(*names: str) -> None:
    """Import what is slow here, once, and not in every child."""
    for name in names:
        with contextlib.suppress(ImportError):
            __import__(name)
    torch = sys.modules.get("torch")
    if torch is not None:
        torch.set_num_threads(1)
        # The first optimizer that is made imports eight hundred modules more.
        torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.1)


class _Child:
    """A child and, inside it, the locked-in one, which is the first process of a new world."""

    def __init__(self, control: socket.socket, channel_fd: int, limits: dict) -> None:
        read_end, write_end = os.pipe()
        wait_end, self.release_end = os.pipe()
        self.outer = os.fork()
        if self.outer == 0:
            try:
                os.close(read_end)
                os.close(self.release_end)
                control.close()
                _outer(channel_fd, write_end, wait_end, limits)
            finally:
                os._exit(1)
        for descriptor in (channel_fd, write_end, wait_end):
            os.close(descriptor)
        with os.fdopen(read_end, "rb") as pipe:
            told = pipe.read(4)
        self.inner = struct.unpack("!i", told)[0] if len(told) == 4 else 0

    def end(self) -> None:
        """Kill both with all their descendants, who die with the first process of their world."""
        if self.inner > 0:
            os.kill(self.inner, signal.SIGKILL)  # dead or not, its number is still its own
        os.close(self.release_end)
        os.waitpid(self.outer, 0)


def _outer(channel_fd: int, write_end: int, wait_end: int, limits: dict) -> None:
    """Enter new namespaces, fork the process that will be alone in them, wait for its end."""
    channel = socket.socket(fileno=channel_fd)
    try:
        lock.enter_namespaces()
    except OSError as error:
        frames.send(channel, {"status": "no box", "error": str(error)})
        raise
    lock.die_with_parent()
    inner = os.fork()
    if inner == 0:
        try:
            os.close(write_end)
            os.setsid()  # or it could signal our process group, which reaches out of its namespace
            try:
                lock.lock_in(keep=channel_fd, **limits)
            except BaseException as error:
                frames.send(channel, {"status": "no box", "error": str(error)})
                raise
            frames.send(channel, {"status": "locked in"})
            _serve(channel)
        finally:
            os._exit(0)
    channel.close()
    os.write(write_end, struct.pack("!i", inner))
    os.close(write_end)
    os.read(wait_end, 1)  # until then the inner one's number is given to no other process
    os.waitpid(inner, 0)
    os._exit(0)


# ---------------------------------------------------------------------- in the locked-in child


class _CourseModules(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports `course_utils` from the texts that the grader sent."""

    def __init__(self, sources: dict[str, str]) -> None:
        self.sources = sources

    def find_spec(self, fullname, path=None, target=None):
        if fullname not in self.sources:
            return None
        package = any(name.startswith(fullname + ".") for name in self.sources)
        return importlib.util.spec_from_loader(fullname, self, is_package=package)

    def exec_module(self, module) -> None:
        source = self.sources[module.__name__]
        exec(compile(source, f"<{module.__name__}>", "exec"), module.__dict__)


class _Kept(io.TextIOBase):
    """Keeps the first characters that are printed and forgets the rest, however much it is."""

    def __init__(self) -> None:
        self.text = ""

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if len(self.text) < PRINTED_KEPT:
            self.text += text[: PRINTED_KEPT - len(self.text)]
        return len(text)


def _serve(channel: socket.socket) -> None:
    order = frames.receive(channel)
    _forget_the_course()
    sys.meta_path.insert(0, _CourseModules(order["modules"]))
    warnings.simplefilter("ignore")
    answer, problem = _define(order)
    frames.send(channel, problem or {"status": "defined"})
    if problem:
        return
    space: dict[str, Any] = {"__name__": "drive"}
    exec(order["drive"], space)
    drive = space[order["drive_name"]]
    for inputs in order["cases"]:
        reply = _put(drive, answer, inputs)
        try:
            frames.send(channel, reply)
        except frames.FrameError as error:
            value = reply.get("value")
            frames.send(
                channel, {"status": "odd", "kind": type(value).__name__, "error": str(error)}
            )


def _forget_the_course() -> None:
    """Drop what this process has imported of the course, so that only the sent texts are left."""
    for name in [name for name in sys.modules if name.partition(".")[0] == "course_utils"]:
        del sys.modules[name]
    sys.path_importer_cache.clear()


def _define(order: dict) -> tuple[Any, dict | None]:
    source, name = order["source"], order["name"]
    linecache.cache[ANSWER_FILE] = (len(source), None, source.splitlines(True), ANSWER_FILE)
    space: dict[str, Any] = {"__name__": "__main__"}
    printed = _Kept()
    try:
        with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(_Kept()):
            for module, names in order["provided"].items():
                exec(f"from {module} import {', '.join(names)}", space)
            exec(compile(source, ANSWER_FILE, "exec"), space)
    except BaseException as error:
        return None, _raised(error, printed)
    return space.get(name), None


def _put(drive, answer, inputs: dict) -> dict:
    printed = _Kept()
    try:
        with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(_Kept()):
            value = plain(drive(answer, **inputs))
    except NotImplementedError as error:
        return _raised(error, printed) | {"status": "unwritten"}
    except BaseException as error:
        return _raised(error, printed)
    return {
        "status": "returned",
        "value": value,
        "inputs": inputs,
        "printed": _readable(printed.text),
    }


def _raised(error: BaseException, printed: _Kept) -> dict:
    text = _readable(str(error)[:500])
    line = None
    for frame in traceback.extract_tb(error.__traceback__):
        if frame.filename == ANSWER_FILE:
            line = [frame.lineno, _readable((frame.line or "")[:300])]
    message = f"{type(error).__name__}: {text}" if text else type(error).__name__
    return {"status": "raised", "error": message, "line": line, "printed": _readable(printed.text)}


def _readable(text: str) -> str:
    """Text without halves of characters, which no file can hold."""
    return text.encode("utf-8", "replace").decode()


if __name__ == "__main__":
    main(socket.socket(fileno=int(sys.argv[1])))
