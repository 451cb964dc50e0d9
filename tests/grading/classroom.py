"""Builds submissions of notebook 01 for the tests of the grader."""

import importlib.util
import inspect
import json
from pathlib import Path

from course_utils.exercises import all_exercises, get
from course_utils.exercises.answers import needs_of
from course_utils.notebooks import find_root, notebook_paths, read, solve, stubs, to_text

ATTACKS = Path(__file__).parent / "attacks"
SOURCE = next(p for p in notebook_paths(find_root(ATTACKS)) if p.name.startswith("01"))
NAMES = [exercise.name for exercise in all_exercises("01")]
OF = sum(exercise.points for exercise in all_exercises("01"))


def untouched():
    """The notebook as it is handed out."""
    return read(SOURCE.read_text(encoding="utf-8"))


def other_notebook(number):
    """Another notebook of the course, as it is handed out."""
    path = next(p for p in notebook_paths(find_root(ATTACKS)) if p.name.startswith(number))
    return read(path.read_text(encoding="utf-8"))


def solved(only=None):
    """The notebook with the references in the stubs' places."""
    return solve(untouched(), only)


def with_answers(answers):
    """The untouched notebook with some stubs replaced: name -> source."""
    nb = untouched()
    for name, cell in stubs(nb).items():
        cell.source = answers.get(name, cell.source)
    return nb


def source_of_misconception(name, index=0):
    """A wrong implementation as a student would have typed it."""
    wrong = get(name).misconceptions[index].wrong
    needs = "\n".join(needs_of(wrong).values())
    source = inspect.getsource(wrong).replace(f"def {wrong.__name__}", f"def {name}")
    return f"{needs}\n\n{source}"


def save(nb, path, **changes):
    """Write a notebook, as text or changed as the tests need it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(to_text(nb), encoding="utf-8")
    return path


def of_cells(*sources, minor=5):
    """A bare notebook of code cells, without ids, tags or outputs."""
    cells = [
        {"cell_type": "code", "source": s, "metadata": {}, "outputs": [], "execution_count": None}
        for s in sources
    ]
    book = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": minor}
    return json.dumps(book)


def attacks():
    """Name -> path of every attack."""
    return {path.stem: path for path in sorted(ATTACKS.glob("*.py"))}


def launch(path, folder):
    """Put an attack into a class's folder: its own files, or a notebook with its code."""
    text = path.read_text(encoding="utf-8")
    folder.mkdir(parents=True, exist_ok=True)
    if "def make(" not in text:
        (folder / "mallory.ipynb").write_text(of_cells(text), encoding="utf-8")
        return
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.make(folder)
