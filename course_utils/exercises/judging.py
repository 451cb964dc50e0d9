"""Weighs what an answer did against what the reference does, and names the mistake if it is known.

`judge` is a pure function of the exercise, the cases and the outcomes: the notebook's `check` and
the grader of a class both call it.
"""

import copy
import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np

from course_utils.exercises.comparing import Difference, difference, plain
from course_utils.exercises.exercise import Case, Exercise, Misconception
from course_utils.exercises.running import Outcome, run

# A learner who makes a known mistake may write it another way than we do: the last digits differ.
OUR_TIME_LIMIT = 60  # seconds for the reference: a busy machine is not its fault
SAME_MISTAKE_RTOL = 1e-5
SAME_MISTAKE_ATOL = 1e-8


class State(StrEnum):
    """The four states in which a check can end."""

    CORRECT = "correct"
    INCORRECT = "incorrect"
    NOT_ATTEMPTED = "not attempted"
    COULD_NOT_CHECK = "could not check"


@dataclass(frozen=True)
class Failure:
    """The smallest case on which an answer is wrong.

    difference is None when the value is right and something else is not (`says` tells what).
    """

    case: Case
    expected: Any
    outcome: Outcome
    difference: Difference | None
    says: str


@dataclass(frozen=True)
class Verdict:
    """What a check found.

    groups: for each case group, in order, how many of its cases passed and how many there are.
    failure: the smallest failing case, for "incorrect" and most of "could not check".
    diagnosis: the known mistake whose answers these are.
    says: one sentence for the states that have no failing case.
    """

    exercise: Exercise
    state: State
    groups: dict[str, tuple[int, int]]
    failure: Failure | None = None
    diagnosis: Misconception | None = None
    says: str = ""

    @property
    def share(self) -> float:
        """Share of case groups passed whole, from 0 to 1: what partial credit is given for."""
        passed = [good == total for good, total in self.groups.values()]
        return sum(passed) / len(passed) if passed else 0.0


def judge(exercise: Exercise, cases: Sequence[Case], outcomes: Sequence[Outcome]) -> Verdict:
    """Say in which state an answer is, from what it did on the cases."""
    expected = [_expected(exercise, one) for one in cases]
    outcomes = _what_counts(exercise, cases, outcomes)
    failures = [
        _failure(exercise, one, wanted, outcome)
        for one, wanted, outcome in zip(cases, expected, outcomes, strict=True)
    ]
    groups = _count(cases, failures)
    unwritten = next((o for o in outcomes if o.status == "unwritten"), None)
    if unwritten is not None:
        return Verdict(exercise, State.NOT_ATTEMPTED, groups, says=_where_unwritten(unwritten))
    found = [failure for failure in failures if failure is not None]
    if not found:
        return Verdict(exercise, State.CORRECT, groups)
    diagnosis = _diagnosis(exercise, cases, outcomes, failures)
    wrong = [f for f in found if _is_wrong_answer(f)]
    state = State.INCORRECT if wrong else State.COULD_NOT_CHECK
    tried = [f for f in found if f.outcome.status != "skipped"]
    smallest = min(wrong or tried, key=lambda failure: _size(failure.case))
    return Verdict(exercise, state, groups, smallest, diagnosis)


def _diagnosis(
    exercise: Exercise,
    cases: Sequence[Case],
    outcomes: Sequence[Outcome],
    failures: Sequence[Failure | None],
) -> Misconception | None:
    """Return the known mistake that gives the same outcome on every case, if there is one."""
    if not any(outcome.status == "returned" for outcome in outcomes):
        return None

    def agrees(misconception: Misconception, chosen: slice) -> bool:
        some = cases[chosen]
        suspected = _what_counts(exercise, some, run(exercise, misconception.wrong, some))
        return all(_alike(a, b) for a, b in zip(suspected, outcomes[chosen], strict=True))

    # Most mistakes show on the first case that failed that they are not the one.
    first = next(i for i, failure in enumerate(failures) if failure is not None)
    for misconception in exercise.misconceptions:
        if agrees(misconception, slice(first, first + 1)) and agrees(misconception, slice(None)):
            return misconception
    return None


def _what_counts(
    exercise: Exercise, cases: Sequence[Case], outcomes: Sequence[Outcome]
) -> list[Outcome]:
    """Put the properties that are compared in the place of the values that have them."""
    if exercise.properties is None:
        return list(outcomes)
    return [
        dataclasses.replace(outcome, value=_properties(exercise, one, outcome.value))
        if outcome.status == "returned"
        else outcome
        for one, outcome in zip(cases, outcomes, strict=True)
    ]


def _properties(exercise: Exercise, one: Case, value: Any) -> Any:
    if value is None:
        return None
    try:
        return plain(exercise.properties(value, **copy.deepcopy(dict(one.inputs))))
    except Exception:  # a value of some other kind has no properties; itself, it will not agree
        return value


def _expected(exercise: Exercise, one: Case) -> Any:
    patient = dataclasses.replace(exercise, time_limit=OUR_TIME_LIMIT)
    outcome = run(patient, exercise.reference, [one])[0]
    if outcome.status != "returned":
        raise RuntimeError(
            f"The course's own {exercise.name} fails on a test case of group {one.group!r}: "
            f"{outcome.status} {outcome.error}. Please report this to the authors."
        )
    return _what_counts(exercise, [one], [outcome])[0].value


def _failure(exercise: Exercise, one: Case, wanted: Any, outcome: Outcome) -> Failure | None:
    def fail(says: str, gap: Difference | None = None) -> Failure:
        return Failure(one, wanted, outcome, gap, says)

    if outcome.status == "raised":
        return fail(f"It raised {outcome.error}.")
    if outcome.status == "unwritten":
        return fail("It is not written yet.")
    if outcome.status == "ended":
        return fail(f"{outcome.error}.")
    if outcome.status == "hung":
        limit = outcome.error or f"{exercise.time_limit:g} seconds"
        return fail(f"It did not finish within {limit}. Look for a loop that never ends.")
    if outcome.status == "skipped":
        return fail("It was not tried, because an earlier case did not finish.")
    gap = difference(wanted, outcome.value, *tolerances(exercise, one))
    if outcome.value is None and wanted is not None:
        return fail("It returned None. Is a `return` missing?", gap)
    if gap is not None:
        return fail(f"{gap.says[0].upper()}{gap.says[1:]}.", gap)
    if outcome.changed:
        names = " and ".join(f"`{name}`" for name in outcome.changed)
        return fail(
            f"The returned value is right, but your code changed its input {names} in place. "
            "Whoever called it loses their data. Work on a copy or build a new array."
        )
    if not outcome.repeats:
        return fail("It gives another answer when it is called again with the same inputs.")
    return None


def tolerances(exercise: Exercise, one: Case) -> tuple[float, float]:
    """Return (rtol, atol) of one case."""
    rtol = exercise.rtol if one.rtol is None else one.rtol
    atol = exercise.atol if one.atol is None else one.atol
    return rtol, atol


def _is_wrong_answer(failure: Failure) -> bool:
    """Tell a wrong answer from none: a value of the wrong kind is not an answer."""
    if failure.outcome.status != "returned":
        return False
    return failure.difference is None or failure.difference.what != "kind"


def _alike(suspected: Outcome, outcome: Outcome) -> bool:
    if suspected.status != outcome.status or suspected.changed != outcome.changed:
        return False
    if outcome.status == "raised":
        return suspected.error.partition(":")[0] == outcome.error.partition(":")[0]
    gap = difference(suspected.value, outcome.value, SAME_MISTAKE_RTOL, SAME_MISTAKE_ATOL)
    return gap is None


def _count(cases, failures) -> dict[str, tuple[int, int]]:
    groups: dict[str, tuple[int, int]] = {}
    for one, failure in zip(cases, failures, strict=True):
        good, total = groups.get(one.group, (0, 0))
        groups[one.group] = (good + (failure is None), total + 1)
    return groups


def _where_unwritten(outcome: Outcome) -> str:
    if outcome.line is None:
        return "It still raises NotImplementedError."
    return f"Line {outcome.line[0]} still raises NotImplementedError: replace it with your code."


def _size(one: Case) -> int:
    """Count the numbers in a case, to find the one that is easiest to follow by hand."""
    return sum(_numbers(plain(value)) for value in one.inputs.values())


def _numbers(value: Any) -> int:
    if isinstance(value, np.ndarray):
        return value.size
    if isinstance(value, dict):
        return sum(_numbers(item) for item in value.values())
    if isinstance(value, list | tuple):
        return sum(_numbers(item) for item in value)
    return len(value) if isinstance(value, str) else 1
