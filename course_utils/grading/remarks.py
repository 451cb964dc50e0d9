"""What an instructor may want to look at in an answer. A remark is never a score.

The grader judges values. Here the code is looked at, unrun: equal code, and functions that were
called ready-made in place of an own implementation.
"""

import ast
import functools
import hashlib
from collections.abc import Iterator

from course_utils.exercises.exercise import Exercise
from course_utils.exercises.registry import all_exercises
from course_utils.grading.finding import Answer
from course_utils.grading.reading import parse
from course_utils.notebooks import solution_cell

SMALLEST = 60  # syntax nodes: shorter answers look alike by necessity


def remarks(answer: Answer, exercise: Exercise) -> list[str]:
    """Say what is remarkable in an answer."""
    found = []
    own = fingerprint(answer.own)
    if own and own == _fingerprint_of_solution(exercise):
        found.append("the same code as the course's own version")
    tree = parse(answer.source)
    wanted = _bare(exercise.name)
    if any(_bare(name) == wanted for name in _called_or_imported(tree)):
        found.append(f"calls a ready-made {exercise.name}")
    for name in sorted(set(_from_the_course(tree)) - _imports_of_solution(exercise)):
        if name.rpartition(".")[2] not in _exercise_names():  # an answer may build on the others
            found.append(f"imports {name}, which the course's own version does not need")
    return found


def fingerprint(source: str) -> str:
    """Digest the syntax tree without docstrings and positions; empty when it is short."""
    tree = parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and ast.get_docstring(node):
            node.body = node.body[1:]
    if sum(1 for _ in ast.walk(tree)) < SMALLEST:
        return ""
    return hashlib.sha256(ast.dump(tree).encode()).hexdigest()


@functools.cache
def _exercise_names() -> frozenset[str]:
    return frozenset(exercise.name for exercise in all_exercises())


@functools.cache
def _fingerprint_of_solution(exercise: Exercise) -> str:
    return fingerprint(exercise.solution_source())


@functools.cache
def _imports_of_solution(exercise: Exercise) -> frozenset[str]:
    return frozenset(_from_the_course(parse(solution_cell(exercise))))


def _bare(name: str) -> str:
    """Write `cross_entropy` and `CrossEntropyLoss` alike."""
    return name.replace("_", "").lower().removesuffix("loss")


def _called_or_imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield node.func.attr
        elif isinstance(node, ast.ImportFrom):
            yield from (alias.name for alias in node.names)


def _from_the_course(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("course_utils."):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            names = (alias.name for alias in node.names)
            yield from (name for name in names if name.startswith("course_utils."))
