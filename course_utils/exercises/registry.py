"""Finds exercises: `get` gives one by name, `all_exercises` lists the whole course.

Lesson modules are imported one after the other, in the order of the notebooks, and no further than
needed: an exercise of a NumPy notebook is found without importing torch.
"""

import difflib
import importlib
import pkgutil
from collections.abc import Iterator
from types import ModuleType

from course_utils.exercises import lessons
from course_utils.exercises.exercise import Exercise


def get(name: str) -> Exercise:
    """Return the exercise called `name`.

    Raises KeyError, with the nearest names, when the course has none of that name.
    """
    for exercise in _exercises_in_order():
        if exercise.name == name:
            return exercise
    names = [exercise.name for exercise in _exercises_in_order()]
    near = difflib.get_close_matches(str(name), names, n=3)
    advice = f"Did you mean {' or '.join(near)}?" if near else "all_exercises() lists the names."
    raise KeyError(f"The course has no exercise called {name!r}. {advice}")


def all_exercises(notebook: str | None = None) -> tuple[Exercise, ...]:
    """Return the exercises of the course, or those of one notebook ("01"), in order.

    Raises KeyError when `notebook` is given and has no lesson module.
    """
    if notebook is None:
        return tuple(_exercises_in_order())
    return lesson(notebook).EXERCISES


def lesson(notebook: str) -> ModuleType:
    """Return the lesson module of a notebook, named by its number ("01" or 1) or file name.

    It holds EXERCISES, and QUESTIONS where the notebook asks any. Raises KeyError when there is no
    such notebook.
    """
    name = f"lesson_{str(notebook).zfill(2)[:2]}"
    if name not in _lesson_names():
        known = ", ".join(n.removeprefix("lesson_") for n in _lesson_names())
        raise KeyError(f"No lesson belongs to the notebook {notebook!r}. There are: {known}.")
    return importlib.import_module(f"{lessons.__name__}.{name}")


def _exercises_in_order() -> Iterator[Exercise]:
    for name in _lesson_names():
        yield from importlib.import_module(f"{lessons.__name__}.{name}").EXERCISES


def _lesson_names() -> list[str]:
    found = (module.name for module in pkgutil.iter_modules(lessons.__path__))
    return sorted(name for name in found if name.startswith("lesson_"))
