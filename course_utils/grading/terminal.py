"""What `course grade` and `course check` do in the terminal."""

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from course_utils.exercises.cards import Card
from course_utils.exercises.checking import OPEN_SEED
from course_utils.exercises.judging import State, Verdict, judge
from course_utils.exercises.registry import all_exercises
from course_utils.grading import pages, tables
from course_utils.grading.box import Limits, NoBox
from course_utils.grading.classes import LateRule, grade_class
from course_utils.grading.gradebook import Gradebook
from course_utils.grading.open_process import WARNING, OpenProcess
from course_utils.grading.reading import Unreadable, find_answer, read_notebook
from course_utils.grading.submissions import collect


def grade(
    source: Path | None,
    out: Path,
    *,
    notebooks: Sequence[str] | None = None,
    seed: int | None = None,
    seconds: float = 5.0,
    jobs: int = 1,
    cluster: str | None = None,
    late: LateRule | None = None,
    rule: str = "last",
    merge: Path | None = None,
    resume: bool = False,
    sandbox: bool = True,
    progress: bool = True,
) -> None:
    """Grade a class into a folder, and say what was found in a few lines.

    Raises ValueError and OSError with a message for the instructor.
    """
    if source is None and merge is None:
        raise ValueError("name the folder or zip with the submissions, or use --merge written.csv")
    path = out / "gradebook.sqlite"
    if source is not None and path.exists() and not resume:
        raise ValueError(
            f"{out} holds a gradebook already. Add to it with --resume, or name a new folder"
        )
    if merge is not None and not path.exists():
        raise ValueError(f"{out} holds no gradebook to merge {merge} into")
    if not sandbox:
        click.secho(WARNING, fg="red", bold=True, err=True)
    with Gradebook(path) as book:
        if merge is not None:
            click.echo(f"{tables.merge_written(merge, book)} written answers graded by hand")
        if source is not None:
            try:
                graded = grade_class(
                    book,
                    collect(source),
                    notebooks,
                    seed=seed,
                    limits=Limits(seconds=seconds),
                    late=late,
                    jobs=jobs,
                    cluster=cluster,
                    sandbox=sandbox,
                    progress=progress and sys.stderr.isatty(),
                )
            except NoBox as error:
                raise ValueError(str(error)) from error
            click.echo(f"{graded} notebooks graded now (seed {book.seed(None)})")
        tell(book, out, rule)


def tell(book: Gradebook, out: Path, rule: str) -> None:
    """Write all tables and pages of a gradebook, and print where they are."""
    grades = book.grades(rule)
    tables.write_tables(grades, out)
    tables.write_written(grades, out)
    summary = pages.write_pages(grades, out)
    ungraded = [grade for grade in grades if grade.total is None]
    click.echo(f"{len(grades) - len(ungraded)} graded, {len(ungraded)} ungraded")
    for grade in ungraded:
        click.echo(f"  ungraded: {_printable(grade.path)}: {grade.ungraded}")
    click.echo(f"In {out}:")
    for name, what in (
        (summary.name, "the class at a glance"),
        ("feedback/", "a page for each student"),
        ("gradebook.csv", "all points; canvas.csv and moodle.csv to import them"),
        ("written.html", "written answers, to grade by hand in written.csv"),
    ):
        click.echo(f"  {name:<15}{what}")


def _printable(text: str) -> str:
    """A file's name without what a terminal would obey."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)


def check(path: Path, *, seconds: float = 5.0) -> bool:
    """Score one's own notebook by the open seed, with the same cards, as text; True if all right.

    It runs without a box: a learner's own file may do what the learner may do.
    """
    try:
        notebook = read_notebook(path.read_bytes())
    except Unreadable as error:
        raise ValueError(f"{path} cannot be read: {error}") from error
    number = path.name[:2]
    exercises = [e for e in all_exercises() if e.notebook == number] or [
        e for e in all_exercises() if find_answer(notebook, e.name, _names())
    ]
    if not exercises:
        raise ValueError(f"{path} defines no exercise of the course")
    limits = Limits(seconds=seconds)
    points = 0
    for exercise in exercises:
        verdict = _verdict(notebook, exercise, limits)
        points += exercise.points if verdict.state == "correct" else 0
        click.echo(f"{Card(verdict)!r}\n")
    of = sum(exercise.points for exercise in exercises)
    click.echo(f"{points} of {of} points")
    return points == of


def _names() -> frozenset[str]:
    return frozenset(exercise.name for exercise in all_exercises())


def _verdict(notebook, exercise, limits):
    answer = find_answer(notebook, exercise.name, _names())
    problem = next((p for name, p in notebook.broken if name == exercise.name), "")
    if answer is None:
        if problem:
            says = f"Python cannot read the cell that defines it: {problem}."
            return Verdict(exercise, State.COULD_NOT_CHECK, {}, says=says)
        says = f"The notebook defines no `{exercise.name}`."
        return Verdict(exercise, State.NOT_ATTEMPTED, {}, says=says)
    cases = exercise.cases(OPEN_SEED)
    outcomes = OpenProcess(limits).run(exercise, answer, cases)
    return judge(exercise, cases, outcomes)
