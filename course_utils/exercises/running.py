"""Runs an answer on test cases without letting it harm its caller.

Whatever the answer does, raises, prints, changes or hangs on, comes back as an `Outcome`.
"""

import contextlib
import copy
import ctypes
import io
import linecache
import threading
import time
import traceback
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from course_utils.exercises.comparing import difference, plain
from course_utils.exercises.exercise import Case, Exercise

PRINTED_CHARACTERS_KEPT = 2000


@dataclass(frozen=True)
class Outcome:
    """What an answer did on one case.

    status: "returned", "raised", "unwritten" (NotImplementedError), "hung", "ended" (its process
        broke off, where it has one of its own) or "skipped" (an earlier case hung or ended).
    value: what it returned, as plain data.
    error: the exception's type and message, for "raised" and "unwritten"; what happened, for
        "ended"; the time limit, for "hung" where it is not the exercise's.
    line: the learner's own line that raised, as (number, text), where it is known.
    changed: names of inputs that it changed in place without leave.
    repeats: False when a second call with equal inputs gave something else.
    printed: the first characters of what it printed.
    """

    status: Literal["returned", "raised", "unwritten", "hung", "ended", "skipped"]
    value: Any = None
    error: str = ""
    line: tuple[int, str] | None = None
    changed: tuple[str, ...] = ()
    repeats: bool = True
    printed: str = ""


class _TimeUp(BaseException):
    """Raised inside an answer that has run too long. Not an Exception: `except Exception` in the
    answer must not swallow it."""


def run(exercise: Exercise, answer: Callable, cases: Sequence[Case]) -> list[Outcome]:
    """Run `answer` on each case, all of them within the exercise's time limit.

    The work is done in a thread, which can be interrupted on every system and in every front end.
    An answer that cannot be interrupted (stuck inside one call into C) is left behind.
    """
    outcomes: list[Outcome] = []
    stop, finished = threading.Event(), threading.Event()
    printed = io.StringIO()

    def work() -> None:
        with contextlib.suppress(_TimeUp), _setting(finished):
            for i, one in enumerate(cases):
                repeat = exercise.deterministic and i == 0
                outcome = _run_case(exercise, answer, one, repeat, printed)
                if stop.is_set():
                    return
                outcomes.append(outcome)

    thread = threading.Thread(target=work, daemon=True)
    with contextlib.redirect_stdout(printed), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        thread.start()
        try:
            finished.wait(exercise.time_limit)
        finally:  # also when the learner interrupts the kernel
            stop.set()
            _interrupt(thread, finished)
    done = list(outcomes)
    if len(done) < len(cases):
        done.append(Outcome("hung"))
        done += [Outcome("skipped")] * (len(cases) - len(done))
    return done


@contextlib.contextmanager
def _setting(event: threading.Event) -> Iterator[None]:
    try:
        yield
    finally:
        event.set()


def _interrupt(thread: threading.Thread, finished: threading.Event, patience: float = 1.0) -> None:
    """Raise _TimeUp inside the thread until it ends or patience is out.

    (`Thread.join` and `is_alive` would not do: after a KeyboardInterrupt within `join`, Python
    3.11 takes a running thread for a dead one.)
    """
    deadline = time.monotonic() + patience
    while not finished.is_set() and time.monotonic() < deadline:
        ctypes.pythonapi.PyThreadState_SetAsyncExc(
            ctypes.c_ulong(thread.ident), ctypes.py_object(_TimeUp)
        )
        finished.wait(0.05)


def _run_case(
    exercise: Exercise, answer: Callable, one: Case, repeat: bool, printed: io.StringIO
) -> Outcome:
    inputs = copy.deepcopy(dict(one.inputs))
    start = printed.tell()
    try:
        value = _kept(exercise.drive(answer, **inputs))
        changed = tuple(
            name
            for name, before in one.inputs.items()
            if name not in exercise.may_change and not _same(before, inputs[name])
        )
        repeats = True
        if repeat:
            again = plain(exercise.drive(answer, **copy.deepcopy(dict(one.inputs))))
            repeats = _same(value, again)
    except NotImplementedError as error:
        return Outcome("unwritten", error=_message(error), line=_own_line(error, answer))
    except _TimeUp:
        raise
    except BaseException as error:  # SystemExit and its like are the answer's, too
        return Outcome(
            "raised",
            error=_message(error),
            line=_own_line(error, answer),
            printed=_since(printed, start),
        )
    return Outcome(
        "returned", value=value, changed=changed, repeats=repeats, printed=_since(printed, start)
    )


def _kept(value: Any) -> Any:
    """Plain data, copied, so that nothing the answer keeps and changes later can reach it.

    What cannot be copied, such as a generator, is no answer, whatever becomes of it.
    """
    try:
        return copy.deepcopy(plain(value))
    except Exception:
        return value


def _since(printed: io.StringIO, start: int) -> str:
    return printed.getvalue()[start : start + PRINTED_CHARACTERS_KEPT]


def _same(a: Any, b: Any) -> bool:
    if callable(a):
        return True
    try:
        return difference(plain(a), plain(b), rtol=1e-12, atol=0.0) is None
    except Exception:  # an input of a kind that cannot be compared is not what the check is about
        return True


def _message(error: BaseException) -> str:
    try:
        text = str(error)
    except Exception:  # of an exception that the learner wrote
        text = ""
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _own_line(error: BaseException, answer: Callable) -> tuple[int, str] | None:
    """Find the deepest line of the traceback that stands in the same cell as the answer, or in
    another cell of the notebook."""
    home = file_of(answer)
    own = None
    for frame in traceback.extract_tb(error.__traceback__):
        if frame.filename == home or _is_notebook_cell(frame.filename):
            text = linecache.getline(frame.filename, frame.lineno).strip()
            own = (frame.lineno, text or (frame.line or ""))
    return own


def file_of(answer: Callable) -> str | None:
    """Return the file or notebook cell in which a function or class was written."""
    if isinstance(answer, type):
        codes = (getattr(m, "__code__", None) for m in vars(answer).values())
        code = next((c for c in codes if c is not None), None)
    else:
        code = getattr(answer, "__code__", None)
    return code.co_filename if code else None


def _is_notebook_cell(filename: str) -> bool:
    return "ipykernel_" in filename or filename.startswith("<ipython-input")
