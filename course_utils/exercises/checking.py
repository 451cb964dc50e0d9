"""What a learner calls: `check`, `progress`, `hint`, `solution` and `demonstrate`.

`check` never raises because of an answer, and what it returns always works: the learner's own
version when it is correct, the course's version otherwise.
"""

import contextlib
import dis
import inspect
from collections.abc import Callable
from typing import Any

from course_utils.exercises import journal
from course_utils.exercises.cards import Card, HintCard
from course_utils.exercises.exercise import Exercise
from course_utils.exercises.judging import State, Verdict, judge
from course_utils.exercises.progress import ProgressTable
from course_utils.exercises.registry import all_exercises, get
from course_utils.exercises.running import run

OPEN_SEED = 2017  # the seed that learners see; a grader draws its own

_verdicts: dict[str, Verdict] = {}  # the latest verdict on each exercise in this kernel


def check(answer: Any) -> Callable:
    """Check an answer, show a card, and return a version that works.

    answer: the function or class that the learner defined under the exercise's name.
    Returns `answer` when it is correct, else the course's own version.
    Raises KeyError when no exercise has this name.
    """
    exercise = _exercise_for(answer, inspect.currentframe().f_back.f_globals)
    verdict = verdict_on(exercise, answer)
    _verdicts[exercise.name] = verdict
    note = journal.record(verdict, answer)
    _show(Card(verdict, note))
    return answer if verdict.state is State.CORRECT else exercise.reference


def demonstrate(name: str, answer: Callable) -> None:
    """Show the card that `check` would show for an answer, and write nothing down.

    Raises KeyError when no exercise has this name.
    """
    verdict = verdict_on(get(name), answer)
    _show(Card(verdict, "(A demonstration: nothing is written down.)"))


def require(name: str) -> None:
    """Fail unless the latest check of an exercise in this kernel found it correct.

    For graders that take an exception for a lost point. Raises AssertionError.
    """
    verdict = _verdicts.get(name)
    if verdict is None or verdict.state is not State.CORRECT:
        state = "not checked" if verdict is None else verdict.state
        raise AssertionError(f"{name}: {state}")


def verdict_on(exercise: Exercise, answer: Any, seed: int = OPEN_SEED) -> Verdict:
    """Judge an answer by the cases of one seed, showing and recording nothing."""
    cases = exercise.cases(seed)
    none_passed = {one.group: (0, 0) for one in cases}
    if _is_reference(answer, exercise):
        says = (
            f"`{exercise.name}` holds the course's own version, because an earlier check did not "
            "pass. Run the cell with your definition again, then this one."
        )
        return Verdict(exercise, State.NOT_ATTEMPTED, none_passed, says=says)
    if _is_empty(answer):
        says = "The body is still empty: it has no code but a docstring or `pass`."
        return Verdict(exercise, State.NOT_ATTEMPTED, none_passed, says=says)
    kind = "class" if isinstance(exercise.reference, type) else "function"
    if not callable(answer) or isinstance(answer, type) != (kind == "class"):
        says = f"`{exercise.name}` should be a {kind}, but it is {_kind(answer)}."
        return Verdict(exercise, State.COULD_NOT_CHECK, none_passed, says=says)
    return judge(exercise, cases, run(exercise, answer, cases))


def progress(notebook: str) -> ProgressTable:
    """List the exercises of a notebook ("01"), with what this session's checks found.

    Raises KeyError when the notebook has no exercises.
    """
    return ProgressTable(all_exercises(notebook), _verdicts)


def hint(name: str, steps: int = 1) -> HintCard:
    """Show the first `steps` hints of an exercise, from a nudge to pseudocode."""
    exercise = get(name)
    return HintCard(exercise, max(1, min(steps, len(exercise.hints))))


def solution(name: str) -> Any:
    """Show the course's own version of an exercise, as it is written in the package."""
    from IPython.display import Code

    return Code(get(name).solution_source(), language="python")


def _exercise_for(answer: Any, caller_globals: dict[str, Any]) -> Exercise:
    """Find the exercise by the answer's own name, else by a name that it is bound to."""
    own = getattr(answer, "__name__", None)
    bound = [name for name, value in caller_globals.items() if value is answer]
    for name in [own, *bound]:
        with contextlib.suppress(KeyError):
            return get(name)
    return get(own or repr(answer))  # raises, and names the nearest


def _is_reference(answer: Any, exercise: Exercise) -> bool:
    reference = exercise.reference
    if answer is reference:
        return True
    code = getattr(inspect.unwrap(answer) if callable(answer) else answer, "__code__", None)
    return code is not None and code is getattr(reference, "__code__", None)


def _is_empty(answer: Any) -> bool:
    """Tell whether a function does nothing but return None: a docstring, `pass` or `...`."""
    code = getattr(answer, "__code__", None)
    if code is None:
        return False
    steps = [step for step in dis.get_instructions(code) if step.opname not in ("RESUME", "NOP")]
    return all(
        step.opname in ("LOAD_CONST", "RETURN_VALUE", "RETURN_CONST") for step in steps
    ) and all(step.argval is None for step in steps if "CONST" in step.opname)


def _kind(answer: Any) -> str:
    if isinstance(answer, type):
        return "a class"
    return "a function" if callable(answer) else f"of type {type(answer).__name__}"


def _show(card: Card) -> None:
    try:
        from IPython import get_ipython
        from IPython.display import display
    except ModuleNotFoundError:
        print(card)
        return
    if get_ipython() is None:
        print(card)
    else:
        display(card)
