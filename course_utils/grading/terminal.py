"""What `course grade` and `course check` do in the terminal."""

import dataclasses
import json
import statistics
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from course_utils.exercises.cards import Card
from course_utils.exercises.checking import OPEN_SEED
from course_utils.exercises.judging import State, Verdict, judge
from course_utils.exercises.registry import all_exercises
from course_utils.grading import lock, pages, tables
from course_utils.grading.box import Limits, NoBox
from course_utils.grading.classes import grade_class
from course_utils.grading.finding import find_answer
from course_utils.grading.gradebook import Grade, Gradebook
from course_utils.grading.open_process import WARNING, OpenProcess
from course_utils.grading.reading import Unreadable, read_notebook
from course_utils.grading.release import written_questions
from course_utils.grading.submissions import collect
from course_utils.grading.which import shares


def grade(
    source: Path | None,
    out: Path,
    *,
    notebooks: Sequence[str] | None = None,
    seed: int | None = None,
    seconds: float = 5.0,
    jobs: int = 1,
    cluster: str | None = None,
    late: dict[str, Any] | None = None,
    rule: str | None = None,
    merge: Path | None = None,
    resume: bool = False,
    sandbox: bool = True,
    progress: bool = True,
) -> None:
    """Grade a class into a folder, and say what was found in a few lines.

    source: None changes the rules, or merges, and writes all pages and tables anew.
    late: fields of a LateRule that are given anew; the others, and `rule`, stay as they are kept in
    the gradebook.
    Raises ValueError and OSError with a message for the instructor.
    """
    path = out / "gradebook.sqlite"
    if merge is not None and not path.exists():
        raise ValueError(f"{out} holds no gradebook to merge {merge} into")
    if source is None and not path.exists():
        raise ValueError(f"{out} holds no gradebook: name the folder or zip with the submissions")
    submissions = None if source is None else collect(source)
    if not sandbox:
        click.secho(WARNING, fg="red", bold=True, err=True)
    elif submissions and not cluster and lock.why_not():
        raise ValueError(str(NoBox.because(lock.why_not())))
    with Gradebook(path) as book:
        if submissions is not None and book.grades() and not resume:
            raise ValueError(
                f"{out} holds a gradebook already. Add to it with --resume, or name a new folder"
            )
        book.set_rules(rule, dataclasses.replace(book.late_rule, **late) if late else None)
        if merge is not None:
            click.echo(f"{tables.merge_written(merge, book)} written answers graded by hand")
        if submissions is not None:
            try:
                graded = grade_class(
                    book,
                    submissions,
                    notebooks,
                    seed=seed,
                    limits=Limits(seconds=seconds),
                    jobs=jobs,
                    cluster=cluster,
                    sandbox=sandbox,
                    progress=progress and sys.stderr.isatty(),
                )
            except NoBox as error:
                raise ValueError(str(error)) from error
            handed_in = {grade.notebook for grade in book.grades()}
            book.set_about("written", json.dumps(written_questions(sorted(handed_in))))
            click.echo(f"{graded} files graded now (seed {book.seed(None)})")
        tell(book, out)


def tell(book: Gradebook, out: Path) -> None:
    """Write all tables and pages of a gradebook, and print what needs a look and where it is."""
    grades = book.grades()
    written = tables.write_tables(grades, out)
    tables.write_written(grades, out)
    summary = pages.write_pages(grades, out)
    for number in sorted({grade.notebook for grade in grades}):
        click.echo(_in_a_line(number, [grade for grade in grades if grade.notebook == number]))
    for grade in grades:
        if grade.total is None:
            who = _printable(f"{grade.student} ({grade.path})")
            click.echo(f"  ungraded: {who}: {_printable(grade.ungraded)}")
    late = list(dict.fromkeys(_printable(grade.student) for grade in grades if grade.late))
    if late:
        more = f" and {len(late) - 5} more" if len(late) > 5 else ""
        click.echo(f"  late: {', '.join(late[:5])}{more}")
    click.echo(f"In {out}:")
    layouts = ", ".join(path.name for path in written[1:])
    for name, what in (
        (summary.name, "the class at a glance"),
        ("feedback/", "a page for each student"),
        ("gradebook.csv", f"all points; {layouts} to import them"),
        ("written.html", "written answers, to grade by hand in written.csv"),
    ):
        click.echo(f"  {name:<15}{what}")


def _in_a_line(number: str, grades: Sequence[Grade]) -> str:
    """One notebook of a class: how many files, how many points, how much there is to read."""
    graded = [grade for grade in grades if grade.total is not None]
    parts = [f"notebook {number}: {len(graded)} graded, {len(grades) - len(graded)} ungraded"]
    if graded:
        middle = statistics.median(grade.total for grade in graded)
        parts.append(f"median {round(middle, 1):g} of {graded[0].total_of:g} points")
    if to_read := sum(len(grade.to_read) for grade in graded):
        parts.append(f"{to_read} written answers to read")
    return "; ".join(parts)


def _printable(text: str) -> str:
    """A file's name without what a terminal would obey."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)


def check(path: Path, *, seconds: float = 10.0) -> bool:
    """Score one's own notebook by the open seed, with the same cards, as text; True if all right.

    It runs without a box: a learner's own file may do what the learner may do.
    """
    try:
        notebook = read_notebook(path.read_bytes())
    except Unreadable as error:
        raise ValueError(f"{path} cannot be read: {error}") from error
    own = shares(notebook)
    if not own:
        raise ValueError(f"{path} defines no exercise of the course")
    number = path.name[:2] if path.name[:2] in own else max(own, key=lambda n: own[n])
    exercises = all_exercises(number)
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
