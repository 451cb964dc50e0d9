"""Tells which notebook of the course a file is: by what it defines, not by how it is called.

Files are renamed, and the wrong ones are handed in. A file that has nothing of the notebook that it
is to be graded as earns no 0: a person looks at it.
"""

import contextlib
import functools
import re
from collections.abc import Sequence

from course_utils.exercises.registry import all_exercises
from course_utils.grading.finding import mentions
from course_utils.grading.reading import Notebook, Unreadable, read_notebook
from course_utils.grading.submissions import Submission


def sort_out(
    submissions: Sequence[Submission], wanted: Sequence[str] | None
) -> list[tuple[Submission, str]]:
    """Return each file with the notebook that it is to be graded as.

    wanted: numbers such as "01"; None means those that the class handed in.
    Raises ValueError when the course has no such notebook, or nobody handed one in.
    """
    for number in wanted or ():
        try:
            all_exercises(number)
        except KeyError as error:
            raise ValueError(error.args[0]) from error
    if wanted is not None and len(wanted) == 1:
        return [(submission, wanted[0]) for submission in submissions]
    shares = [_shares_of_file(submission) for submission in submissions]
    among = wanted or sorted({max(own, key=own.get) for own in shares if own})
    if not among:
        raise ValueError(
            "no file defines an exercise of the course. Name the notebook: --notebook 01"
        )
    return [(s, _number(s, own, among)) for s, own in zip(submissions, shares, strict=True)]


def shares(notebook: Notebook) -> dict[str, float]:
    """Return which share of each notebook's exercises a file defines; those with none are left out.

    A stub and a cell that Python cannot read count too.
    """
    names = frozenset(exercise.name for exercise in all_exercises())
    found: dict[str, list[bool]] = {}
    for exercise in all_exercises():
        there = mentions(notebook, exercise.name, names)
        found.setdefault(exercise.notebook, []).append(there)
    return {number: sum(all_) / len(all_) for number, all_ in found.items() if any(all_)}


@functools.cache
def names_until(number: str) -> frozenset[str]:
    """Return the exercises that an answer in a notebook may build on: its own and earlier ones.

    The lessons of later notebooks are not imported: PyTorch takes its time.
    """
    names = []
    for other in range(int(number) + 1):
        with contextlib.suppress(KeyError):  # a notebook without exercises
            names += [exercise.name for exercise in all_exercises(f"{other:02d}")]
    return frozenset(names)


def wrong_file(notebook: Notebook, number: str) -> str:
    """Say that a file has nothing of a notebook, and which it looks like; empty when it has."""
    names = names_until(number)
    if any(mentions(notebook, exercise.name, names) for exercise in all_exercises(number)):
        return ""
    if any(question.startswith(f"{number}.") for question in notebook.written):
        return ""
    own = shares(notebook)
    guess = f"; it looks like notebook {max(own, key=own.get)}" if own else ""
    return f"it defines no exercise of notebook {number}{guess}"


def _number(submission: Submission, own: dict[str, float], among: Sequence[str]) -> str:
    likely = [number for number in among if own.get(number)]
    named = re.search(r"(?<!\d)(\d\d)_", submission.path.rpartition("/")[2])
    if not likely and named and named[1] in among:
        return named[1]
    return max(likely, key=lambda number: own[number]) if likely else among[0]


def _shares_of_file(submission: Submission) -> dict[str, float]:
    if submission.raw is None:
        return {}
    try:
        return shares(read_notebook(submission.raw))
    except Unreadable:
        return {}
