"""Imports run one way, and light things stay light (the house as the README draws it)."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import course_utils

PACKAGE = Path(course_utils.__file__).parent

# For each part of the package, the parts that it may import, besides itself and the package's
# version. What is not listed is upwards. Modules that are not named here stand above all of them.
MAY_IMPORT = {
    "files": set(),
    "environment": {"figures"},  # `setup`, the first cell of a notebook, sets their look
    "scratch": set(),
    "data": set(),
    "gpt": {"data", "environment", "files"},
    "figures": {"scratch", "gpt", "data", "environment"},
    "exercises": {"scratch", "gpt", "data", "environment", "files"},
    "notebooks": {"exercises", "environment", "files"},
    "grading": {"exercises", "figures", "notebooks", "environment", "files"},
}


def modules():
    return sorted(path for path in PACKAGE.rglob("*.py") if path != PACKAGE / "__init__.py")


def parts() -> set[str]:
    return {part_of(path) for path in modules()}


def part_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported(path: Path) -> set[str]:
    """Every module that a file imports, wherever in the file: "course_utils.gpt.model"."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


@pytest.mark.parametrize("part", MAY_IMPORT)
def test_nothing_imports_upwards(part):
    assert part in parts()
    upwards = [
        f"{path.name}: {name}"
        for path in modules()
        if part_of(path) == part
        for name in imported(path)
        if name.startswith("course_utils.")
        if name.split(".")[1] in parts() - MAY_IMPORT[part] - {part}
    ]
    assert upwards == []


def test_scratch_has_only_numpy():
    for path in modules():
        if part_of(path) == "scratch":
            outside = {name.split(".")[0] for name in imported(path)} - sys.stdlib_module_names
            assert outside <= {"numpy", "course_utils"}, path


@pytest.mark.parametrize(
    ("statement", "heavy"),
    [
        ("import course_utils", ("numpy", "torch", "matplotlib")),
        ("import course_utils.environment", ("torch", "matplotlib")),
        ("import course_utils.exercises", ("torch", "matplotlib", "IPython")),
        ("import course_utils.data.corpora", ("torch", "matplotlib", "pooch", "sklearn")),
        ("from course_utils.scratch import optimizers, modules, transformer", ("torch", "sklearn")),
        ("from course_utils.gpt import model, training, generation", ("matplotlib", "sklearn")),
    ],
)
def test_what_is_not_needed_is_not_loaded(statement, heavy):
    program = f"{statement}\nimport sys\nprint(sorted({set(heavy)!r} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
