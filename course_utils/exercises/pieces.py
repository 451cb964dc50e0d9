"""Hands a later notebook what an earlier one made: the learner's own version where there is one.

Notebooks 08 to 11 put together what was written before, one line for each piece:

    split_heads = yours_or_ours("split_heads")
"""

from collections.abc import Callable

from course_utils.exercises.answers import learners_own
from course_utils.exercises.checking import verdict_on
from course_utils.exercises.judging import State
from course_utils.exercises.registry import get


def yours_or_ours(name: str) -> Callable:
    """Return the learner's own answer to an earlier exercise, else the course's; print whose it is.

    The learner's own is checked once more before it is handed out: a file that was edited since,
    or that used something that is no longer there, must not spoil the notebook that builds on it.

    Raises KeyError when the course has no exercise of this name.
    """
    exercise = get(name)
    own = learners_own(name)
    if own is None:
        print(f"{name}: the course's")
        return exercise.reference
    if verdict_on(exercise, own).state is not State.CORRECT:
        print(f"{name}: the course's (yours of notebook {exercise.notebook} fails its check now)")
        return exercise.reference
    print(f"{name}: yours")
    return own
