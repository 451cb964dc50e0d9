"""Scores a submission: each exercise of a notebook, by case groups, with the reason for each loss.

"Ungraded" and 0 are different things: a file that cannot be read, or a box that failed, is
ungraded, with the reason, and waits for a person.
"""

import ast
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from course_utils.exercises.exercise import Case, Exercise
from course_utils.exercises.judging import State, judge
from course_utils.exercises.registry import all_exercises
from course_utils.exercises.running import Outcome
from course_utils.grading.credit import KNOWN_BEFOREHAND, share_of_points
from course_utils.grading.finding import Answer, find_answer
from course_utils.grading.reading import Notebook, Unreadable, parse, read_notebook
from course_utils.grading.remarks import fingerprint, remarks
from course_utils.grading.which import names_until, wrong_file

LONGEST_REASON = 1000  # characters


class Runner(Protocol):
    """Whatever runs an answer on cases: the box, or the plain process for an own file."""

    def run(self, exercise: Exercise, answer: Answer, cases: Sequence[Case]) -> list[Outcome]: ...


@dataclass(frozen=True)
class ExerciseScore:
    """What one exercise of one submission is worth.

    points: earned; of: attainable. state: as on the learner's card. reason: why points are lost,
    in words for the student, without the hidden inputs. diagnosis: the known mistake's name.
    groups: case group -> (passed, all). flags: remarks for the instructor; never a score.
    fingerprint: a digest of the answer's syntax tree, to compare with other students'; empty for
        short answers.
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
    if problem := wrong_file(notebook, number):
        return Score(written=notebook.written, ungraded=problem)
    names = names_until(number)
    scores = []
    for exercise in all_exercises(number):
        try:
            scores.append(_score(notebook, exercise, names, seed, runner))
        except RecursionError:
            reason = "Its code is nested too deeply to be read."
            scores.append(_lost(exercise, State.COULD_NOT_CHECK, reason))
    return Score(tuple(scores), notebook.written)


def _lost(exercise: Exercise, state: State, reason: str) -> ExerciseScore:
    return ExerciseScore(exercise.name, 0, exercise.points, str(state), reason)


def _score(notebook: Notebook, exercise: Exercise, names, seed, runner) -> ExerciseScore:
    answer = find_answer(notebook, exercise.name, names)
    broken = [problem for name, problem in notebook.broken if name == exercise.name]
    if answer is None:
        if broken:
            reason = f"The cell that defines it cannot be read by Python: {broken[-1]}."
            return _lost(exercise, State.COULD_NOT_CHECK, reason)
        reason = f"The notebook defines no `{exercise.name}`."
        return _lost(exercise, State.NOT_ATTEMPTED, reason)
    if _is_stub(answer):
        return _lost(exercise, State.NOT_ATTEMPTED, "It is still the stub.")
    cases = exercise.cases(seed)
    outcomes = runner.run(exercise, answer, cases)
    verdict = judge(exercise, cases, outcomes)
    share = share_of_points(
        exercise, verdict, seed, ask=lambda more: runner.run(exercise, answer, more)
    )
    reason = _reason(verdict, broken)
    if share == 0 < verdict.share and verdict.state is not State.NOT_ATTEMPTED:
        reason = f"{reason} {KNOWN_BEFOREHAND}"
    return ExerciseScore(
        name=exercise.name,
        points=round(exercise.points * share, 2),
        of=exercise.points,
        state=str(verdict.state),
        reason=_cut(reason),
        diagnosis=verdict.diagnosis.name if verdict.diagnosis else "",
        advice=verdict.diagnosis.says if verdict.diagnosis else "",
        groups=verdict.groups,
        flags=tuple(remarks(answer, exercise)),
        fingerprint=fingerprint(answer.own),
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


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_REASON else text[:LONGEST_REASON] + " ..."


def _without_values(failure) -> str:
    gap = failure.difference
    if gap is None or gap.what != "value":
        line = failure.outcome.line
        return failure.says + (f" Your line: `{line[1]}`" if line else "")
    if gap.where.startswith("['"):
        return f"This does not hold: {gap.where[2:-2]}."
    return "It returns wrong values."


def _is_stub(answer: Answer) -> bool:
    tree = parse(answer.own)
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
