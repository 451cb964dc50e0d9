"""The grader's side of the box: starts it, puts cases to an answer in it, and trusts no reply."""

import contextlib
import dataclasses
import json
import math
import os
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from course_utils.exercises.comparing import difference, plain
from course_utils.exercises.exercise import Case, Exercise
from course_utils.exercises.registry import get
from course_utils.exercises.running import Outcome
from course_utils.grading import frames, lock
from course_utils.grading.absent import drive_of, modules_without
from course_utils.grading.finding import Answer

START_SECONDS = 120.0  # numpy and torch, on a slow disk
PATIENCE = 4.0  # seconds to wait for one of processor time: the machine has other things to do
WHAT_TO_DO = (
    "Run the grader in a Linux virtual machine, or in a container that may make namespaces. For "
    "files of your own, --no-sandbox runs them unprotected."
)


class NoBox(Exception):
    """No box can be built on this machine; the message says why and what to do."""

    @classmethod
    def because(cls, why: str) -> "NoBox":
        """Tell the instructor, in one line."""
        return cls(
            f"Submissions are run only in a box, and none can be built here: {why}. Nothing was "
            f"run. {WHAT_TO_DO}"
        )


@dataclass(frozen=True)
class Limits:
    """What an answer may use up.

    seconds: of processor time, for all the cases of one exercise; on a busy machine that takes
    longer, and it is waited for. memory: bytes beyond what numpy and torch take. disk: bytes in its
    private /tmp.
    """

    seconds: float = 5.0
    memory: int = 2 * 2**30
    disk: int = 32 * 2**20


class Box:
    """A nursery process that forks a locked-in child for each answer. Use it in a `with` block.

    number: tells boxes that run side by side apart.
    Raises NoBox where none can be built.
    """

    def __init__(self, limits: Limits | None = None, number: int = 0) -> None:
        self.limits = limits or Limits()
        self.number = number
        reason = lock.why_not()
        if reason:
            raise NoBox.because(reason)
        self._start()

    def _start(self) -> None:
        self.control, other = socket.socketpair()
        command = [sys.executable, "-I", "-m", "course_utils.grading.inside", str(other.fileno())]
        environment = {"PATH": os.defpath, "HOME": "/", "LANG": "C.UTF-8"}
        environment |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
        self.process = subprocess.Popen(
            command,
            env=environment,
            cwd="/",
            pass_fds=[other.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        other.close()
        self.control.settimeout(START_SECONDS)
        if not self._told().get("ready"):
            self.close()
            raise NoBox.because(f"its first process did not start{self._why_not_started()}")

    def _why_not_started(self) -> str:
        """Import what the first process imports once more, to see what it complains about."""
        trial = [sys.executable, "-I", "-c", "import course_utils.grading.inside"]
        complaint = subprocess.run(trial, capture_output=True, text=True, check=False).stderr
        return f" ({complaint.strip().splitlines()[-1]})" if complaint.strip() else ""

    def __enter__(self) -> "Box":
        return self

    def __exit__(self, *error) -> None:
        self.close()

    def close(self) -> None:
        """End the box and everything in it."""
        self.control.close()  # at which the first process ends its child, and itself
        try:
            self.process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self.process.kill()  # its child dies with it
            self.process.wait()

    def run(self, exercise: Exercise, answer: Answer, cases: Sequence[Case]) -> list[Outcome]:
        """Run an answer on each case, all within the time limit; one outcome for each."""
        channel, other = socket.socketpair()
        with contextlib.closing(channel):
            limits = {
                "memory": self.limits.memory,
                "disk": self.limits.disk,
                "seconds": math.ceil(self.limits.seconds),
                "number": self.number,
            }
            work = _order(exercise, answer, cases)
            order = json.dumps({"fork": limits, "torch": _needs_torch(work)}).encode()
            socket.send_fds(self.control, [order], [other.fileno()])
            other.close()
            self._told()
            try:
                _expect_locked_in(frames.receive(channel, time.monotonic() + START_SECONDS))
                return self._talk(channel, exercise, work, cases)
            finally:
                self.control.sendall(json.dumps({"end": True}).encode())
                self._told()

    def _told(self) -> dict:
        """Receive from the nursery, which runs none of the students' code."""
        return json.loads(self.control.recv(65536) or b"{}")

    def _talk(self, channel, exercise, work, cases) -> list[Outcome]:
        start = time.monotonic()
        deadline = start + PATIENCE * self.limits.seconds
        asked = _asked(exercise, cases)
        outcomes: list[Outcome] = []
        try:
            frames.send(channel, work, deadline)
            reply = frames.receive(channel, deadline)
            if _status(reply) != "defined":
                return [_outcome(reply, None, exercise)] * len(cases)
            for one in asked:
                outcomes.append(_outcome(frames.receive(channel, deadline), one, exercise))
        except frames.FrameError as error:
            # The kernel ends a process that has used up its processor time.
            late = time.monotonic() - start >= self.limits.seconds
            hung = Outcome("hung", error=f"{self.limits.seconds:g} seconds")
            outcomes.append(hung if late else _broken_off(error))
            outcomes += [Outcome("skipped")] * (len(asked) - len(outcomes))
        if len(asked) > len(cases):
            return [_repeated(*outcomes[:2]), *outcomes[2:]]
        return outcomes


def _asked(exercise: Exercise, cases: Sequence[Case]) -> list[Case]:
    """The cases that are put: the first one twice, where it must have the same answer."""
    return [*cases[:1], *cases] if exercise.deterministic else list(cases)


def _order(exercise: Exercise, answer: Answer, cases: Sequence[Case]) -> dict[str, Any]:
    """Write down all that the box is told: never a seed, an expected value or the reference."""
    source, name = drive_of(exercise)
    uses_course = answer.provided or "course_utils" in answer.source + source
    return {
        "name": exercise.name,
        "source": answer.source,
        "provided": _homes(answer.provided),
        "modules": modules_without(exercise) if uses_course else {},
        "drive": source,
        "drive_name": name,
        "cases": [dict(one.inputs) for one in _asked(exercise, cases)],
    }


def _needs_torch(work: dict[str, Any]) -> bool:
    code = work["source"] + work["drive"] + " ".join(work["provided"])
    return any(name in code for name in ("torch", "course_utils.gpt", "course_utils.exercises"))


def _expect_locked_in(reply: Any) -> None:
    """The first frame, sent before any of the student's code is read."""
    if _status(reply) != "locked in":
        raise NoBox.because(f"it could not be closed ({_text(_field(reply, 'error'))})")


def _homes(names: Sequence[str]) -> dict[str, list[str]]:
    """Return module -> names, for the other exercises that an answer builds on."""
    homes: dict[str, list[str]] = {}
    for name in names:
        homes.setdefault(get(name).reference_path.partition(":")[0], []).append(name)
    return homes


def _field(reply: Any, name: str) -> Any:
    return reply.get(name) if isinstance(reply, dict) else None


def _status(reply: Any) -> str:
    return _text(_field(reply, "status"))


def _text(value: Any, longest: int = 600) -> str:
    return value[:longest] if isinstance(value, str) else ""


def _outcome(reply: Any, one: Case | None, exercise: Exercise) -> Outcome:
    """Make an outcome of a reply that the student's process wrote: believe only its values."""
    status = _status(reply)
    printed = _text(_field(reply, "printed"), 2000)
    if status == "returned" and one is not None:
        value, inputs = reply.get("value"), reply.get("inputs")
        return Outcome(
            "returned", plain(value), changed=_changed(one, inputs, exercise), printed=printed
        )
    if status == "odd":
        kind = _text(_field(reply, "kind"), 60)
        if kind in ("ndarray", "list", "tuple", "dict", "int", "str"):  # too large, or of objects
            why = _text(_field(reply, "error"), 200)
            return Outcome("ended", error=f"It returned what cannot be judged: {why}")
        odd = type(kind if kind and kind.isprintable() else "object", (), {})()
        return Outcome("returned", odd)
    if status in ("raised", "unwritten"):
        error = _text(_field(reply, "error")) or "an error"
        return Outcome(status, error=error, line=_line(reply), printed=printed)
    return Outcome("ended", error="Its process sent something that is no result")


def _line(reply: Any) -> tuple[int, str] | None:
    line = _field(reply, "line")
    if not isinstance(line, list) or len(line) != 2 or type(line[0]) is not int:
        return None
    return line[0], _text(line[1], 300)


def _changed(one: Case, inputs: Any, exercise: Exercise) -> tuple[str, ...]:
    """Name the inputs that came back other than they were sent."""
    if not isinstance(inputs, dict):
        return tuple(one.inputs)
    return tuple(
        name
        for name, before in one.inputs.items()
        if name not in exercise.may_change
        and difference(plain(before), plain(inputs.get(name)), 1e-12, 0.0) is not None
    )


def _repeated(first: Outcome, again: Outcome) -> Outcome:
    """Make one outcome of two calls with equal inputs."""
    if first.status != "returned" or again.status != "returned":
        return first if first.status != "returned" else again
    same = difference(first.value, again.value, 1e-12, 0.0) is None
    return dataclasses.replace(first, repeats=same)


def _broken_off(error: frames.FrameError) -> Outcome:
    if "other side" in str(error) or "nothing more" in str(error):
        return Outcome("ended", error="Its process ended before it gave a result")
    return Outcome("ended", error=f"Its process sent something that is no result: {error}")
