"""Scores a submission: each exercise of a notebook, by case groups, with the reason for each loss.

"Ungraded" and 0 are different things: a file that cannot be read, or a box that failed, is
ungraded, with the reason, and waits for a person.
"""

import ast
import copy
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from course_utils.exercises.exercise import Case, Exercise
from course_utils.exercises.judging import State, judge
from course_utils.exercises.registry import all_exercises
from course_utils.exercises.running import Outcome
from course_utils.grading.reading import Answer, Notebook, Unreadable, find_answer, read_notebook

SMALLEST_FLAGGED = 60  # syntax nodes: shorter answers look alike by necessity


class Runner(Protocol):
    """Whatever runs an answer on cases: the box, or the plain process for an own file."""

    def run(self, exercise: Exercise, answer: Answer, cases: Sequence[Case]) -> list[Outcome]: ...


@dataclass(frozen=True)
class ExerciseScore:
    """What one exercise of one submission is worth.

    points: earned; of: attainable. state: as on the learner's card. reason: why points are lost,
    in words for the student, without the hidden inputs. diagnosis: the known mistake's name.
    groups: case group -> (passed, all). flags: remarks for the instructor; never a score.
    fingerprint: the answer's syntax tree, to compare with other students'; empty for short ones.
    """

    name: str
    points: float
    of: int
    state: str
    reason: str = ""
    diagnosis: str = ""
    advice: str = ""
    groups: dict[str, tuple[int, int]] | None = None
    flags: tuple[str, ...] = ()
    fingerprint: str = ""


@dataclass(frozen=True)
class Score:
    """A graded notebook. ungraded: why there is no score; empty when there is one."""

    exercises: tuple[ExerciseScore, ...] = ()
    written: dict[str, str] | None = None
    ungraded: str = ""

    @property
    def points(self) -> float:
        return sum(exercise.points for exercise in self.exercises)

    @property
    def of(self) -> int:
        return sum(exercise.of for exercise in self.exercises)


def score_notebook(raw: bytes, number: str, seed: int, runner: Runner) -> Score:
    """Score one notebook ("01") by cases drawn from `seed`."""
    try:
        notebook = read_notebook(raw)
    except Unreadable as error:
        return Score(ungraded=str(error))
    names = frozenset(exercise.name for exercise in all_exercises())
    scores = tuple(
        _score(notebook, exercise, names, seed, runner) for exercise in all_exercises(number)
    )
    return Score(scores, notebook.written)


def _score(notebook: Notebook, exercise: Exercise, names, seed, runner) -> ExerciseScore:
    def lost(state: State, reason: str, **more) -> ExerciseScore:
        return ExerciseScore(exercise.name, 0, exercise.points, str(state), reason, **more)

    broken = [problem for name, problem in notebook.broken if name == exercise.name]
    answer = find_answer(notebook, exercise.name, names)
    if answer is None:
        if broken:
            reason = f"The cell that defines it cannot be read by Python: {broken[-1]}."
            return lost(State.COULD_NOT_CHECK, reason)
        return lost(State.NOT_ATTEMPTED, f"The notebook defines no `{exercise.name}`.")
    if _is_stub(answer):
        return lost(State.NOT_ATTEMPTED, "It is still the stub.")
    cases = exercise.cases(seed)
    outcomes = runner.run(exercise, answer, cases)
    verdict = judge(exercise, cases, outcomes)
    share = 1.0 if verdict.state is State.CORRECT else verdict.share
    if verdict.state is State.NOT_ATTEMPTED:
        share = 0.0
    return ExerciseScore(
        name=exercise.name,
        points=round(exercise.points * share, 2),
        of=exercise.points,
        state=str(verdict.state),
        reason=_reason(verdict, broken),
        diagnosis=verdict.diagnosis.name if verdict.diagnosis else "",
        advice=verdict.diagnosis.says if verdict.diagnosis else "",
        groups=verdict.groups,
        flags=tuple(_flags(answer, exercise)),
        fingerprint=_fingerprint(answer.own),
    )


def _reason(verdict, broken: list[str]) -> str:
    """Say what is wrong without the hidden inputs and the expected values."""
    if verdict.state is State.CORRECT:
        return ""
    if verdict.failure is None:
        return verdict.says
    failed = [group for group, (good, total) in verdict.groups.items() if good < total]
    parts = [_without_values(verdict.failure), f"Failed on: {', '.join(failed)}."]
    if broken:
        parts.append(f"A later cell that defines it cannot be read by Python: {broken[-1]}.")
    return " ".join(parts)


def _without_values(failure) -> str:
    gap = failure.difference
    if gap is None or gap.what != "value":
        line = failure.outcome.line
        return failure.says + (f" Your line: `{line[1]}`" if line else "")
    if gap.where.startswith("['"):
        return f"This does not hold: {gap.where[2:-2]}."
    return "It returns wrong values."


def _is_stub(answer: Answer) -> bool:
    tree = ast.parse(answer.own)
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    return bool(functions) and all(_does_nothing(function) for function in functions)


def _does_nothing(function: ast.FunctionDef) -> bool:
    for statement in function.body:
        if isinstance(statement, ast.Pass):
            continue
        if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
            continue
        if isinstance(statement, ast.Raise) and "NotImplementedError" in ast.unparse(statement):
            continue
        return False
    return True


def _flags(answer: Answer, exercise: Exercise) -> list[str]:
    flags = []
    own = _fingerprint(answer.own)
    if own and own == _fingerprint(exercise.solution_source()):
        flags.append("the same code as the course's own version")
    called = {
        node.func.attr
        for node in ast.walk(ast.parse(answer.source))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    }
    if exercise.name in called:
        flags.append(f"calls a ready-made {exercise.name}")
    return flags


def _fingerprint(source: str) -> str:
    """Write the syntax tree without docstrings and positions; empty when it is short."""
    tree = copy.deepcopy(ast.parse(source))
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and ast.get_docstring(node):
            node.body = body[1:]
    if sum(1 for _ in ast.walk(tree)) < SMALLEST_FLAGGED:
        return ""
    return ast.dump(tree)
