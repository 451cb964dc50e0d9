"""What `course new-exercise` leaves to its user is done before a learner sees an exercise."""

import ast
from pathlib import Path

import pytest

from course_utils.exercises import all_exercises
from course_utils.new_exercise import left_to_fill_in
from course_utils.notebooks import find_root

ROOT = find_root(Path(__file__).parent)
FOLDERS = ("scratch", "gpt", "data")  # where references live, and the tests of them


@pytest.fixture(scope="module")
def tried():
    """The names of the course that the tests of `FOLDERS` import, or reach through a module."""
    names = set()
    for folder in FOLDERS:
        for path in (ROOT / "tests" / folder).glob("*.py"):
            nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
            imported = {
                alias.asname or alias.name: alias.name
                for node in nodes
                if isinstance(node, ast.ImportFrom) and node.module.startswith("course_utils")
                for alias in node.names
            }
            names |= set(imported.values())
            names |= {
                node.attr
                for node in nodes
                if isinstance(node, ast.Attribute) and ast.unparse(node.value) in imported
            }
    return names


def test_nothing_of_a_skeleton_is_left_to_fill_in():
    left = left_to_fill_in(ROOT)
    assert not left, "\n".join(left)


@pytest.mark.parametrize("name", [exercise.name for exercise in all_exercises()])
def test_each_reference_is_compared_with_something_else_than_itself(name, tried):
    assert name in tried, (
        f"no test under tests/{{{','.join(FOLDERS)}}} tries {name}: compare it with PyTorch, "
        "finite differences, a closed form or a plain loop"
    )
