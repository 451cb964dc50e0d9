"""How many of an exercise's points an answer earns that is right on some kinds of inputs only.

Each kind of input (a case group) is worth the same. But some inputs are the same for everybody, and
some have the same answer whatever is drawn: the one by hand, the one that overflows, an empty
batch. What is right there can be typed in beforehand, or is right by luck. So an answer earns a
part of the points only when it computes something: when it makes a known mistake on all inputs, or
is right on one or more that are drawn for this question alone, and whose right answers nobody can
know beforehand.
"""

import dataclasses
import functools
from collections.abc import Callable, Sequence

from course_utils.exercises.comparing import difference
from course_utils.exercises.exercise import Case, Exercise
from course_utils.exercises.judging import OUR_TIME_LIMIT, State, Verdict, judge
from course_utils.exercises.registry import get
from course_utils.exercises.running import Outcome, run

DRAWS = 4
KNOWN_BEFOREHAND = (
    "What it gets right can be known without computing anything, and earns no points."
)


def share_of_points(
    exercise: Exercise,
    verdict: Verdict,
    seed: int,
    ask: Callable[[Sequence[Case]], list[Outcome]],
) -> float:
    """Return the share of the points that a verdict is worth. ask: puts more cases to the answer.

    seed: of the cases that the verdict is about.
    """
    if verdict.state is State.CORRECT:
        return 1.0
    if verdict.state is State.NOT_ATTEMPTED or verdict.share == 0:
        return 0.0
    if verdict.diagnosis is not None:
        return verdict.share
    alone = dataclasses.replace(exercise, misconceptions=())
    cases = telling_cases(exercise.name, seed)
    computes = any(
        judge(alone, [case], [outcome]).state is State.CORRECT
        for case, outcome in zip(cases, ask(cases), strict=True)
    )
    return verdict.share if computes else 0.0


@functools.lru_cache(maxsize=512)
def telling_cases(name: str, seed: int) -> tuple[Case, ...]:
    """Draw cases anew and leave out those whose right answers are the same under two seeds."""
    exercise = get(name)
    draws = [exercise.cases(seed + 1 + i) for i in range(DRAWS)]
    patient = dataclasses.replace(exercise, time_limit=OUR_TIME_LIMIT)
    right = [run(patient, exercise.reference, cases) for cases in draws[:2]]
    telling = [
        i
        for i, (one, other) in enumerate(zip(*right, strict=True))
        if difference(one.value, other.value, 1e-9, 0.0) is not None
    ]
    return tuple(cases[i] for cases in draws for i in telling)
