"""No attack gains a point, harms the machine or another's grade, or keeps the run from its end."""

import csv
import os
from html.parser import HTMLParser
from pathlib import Path

import psutil
import pytest
from classroom import OF, SOURCE, attacks, launch, save, solved

from course_utils.grading import lock
from course_utils.grading.box import Limits
from course_utils.grading.classes import grade_class
from course_utils.grading.gradebook import Gradebook
from course_utils.grading.pages import write_pages
from course_utils.grading.submissions import Submission, collect
from course_utils.grading.tables import write_tables, write_written

ATTACKS = attacks()
SECRET = "the-secret-of-the-grader"

pytestmark = [
    pytest.mark.skipif(lock.why_not() is not None, reason=f"no box here: {lock.why_not()}"),
    pytest.mark.timeout(400),
]


def collected(folder):
    archive = folder / "class.zip"
    return collect(archive if archive.exists() else folder)


@pytest.fixture(scope="module")
def hostile_class(tmp_path_factory):
    """Grade one class of an honest student and everybody who attacks; all in one gradebook."""
    root = tmp_path_factory.mktemp("hostile")
    os.environ["COURSE_SECRET"] = SECRET
    everyone: list[Submission] = []
    honest = save(solved(), root / "honest" / "honest.ipynb")
    everyone += collect(honest.parent)
    for name, path in ATTACKS.items():
        launch(path, root / name)
        for one in collected(root / name):
            if "honest" not in one.student:
                everyone.append(
                    Submission(f"{name}: {one.student}", "", one.path, 1.0, one.raw, one.problem)
                )
    before = processes()
    with Gradebook(root / "out" / "gradebook.sqlite") as book:
        limits = Limits(seconds=2.0, memory=2**29)
        grade_class(book, everyone, ["01"], limits=limits, jobs=2, progress=False)
        grades = book.grades()
        write_tables(grades, root / "out")
        write_written(grades, root / "out")
        write_pages(grades, root / "out")
    del os.environ["COURSE_SECRET"]
    return {
        "root": root,
        "grades": grades,
        "left": processes() - before,
    }


def processes():
    """What the attacks would leave running."""
    marks = ("orphan-of", "sleep 613")
    lines = {(p.pid, " ".join(p.info["cmdline"] or ())) for p in psutil.process_iter(["cmdline"])}
    return {(pid, line) for pid, line in lines if any(mark in line for mark in marks)}


def test_there_are_at_least_thirty_attacks_and_each_tells_its_aim():
    assert len(ATTACKS) >= 30
    for path in ATTACKS.values():
        assert path.read_text().startswith("# Aim: "), path


@pytest.mark.parametrize("name", ATTACKS)
def test_attack_gains_nothing_and_is_reported(hostile_class, name):
    own = [g for g in hostile_class["grades"] if g.student.startswith(f"{name}: ")]
    assert own, "the attack left no submission to grade"
    for grade in own:
        if grade.ungraded:
            continue
        assert grade.code == 0, grade.exercises
        for exercise in grade.exercises:
            assert exercise.reason, exercise
            assert "I could" not in exercise.reason, exercise.reason
            assert "I reached" not in exercise.reason, exercise.reason
            assert "I gained" not in exercise.reason, exercise.reason
            assert SECRET not in exercise.reason


def test_honest_student_among_them_has_full_marks(hostile_class):
    (honest,) = [g for g in hostile_class["grades"] if g.student == "honest"]
    assert honest.code == OF


def test_nothing_goes_on_after_the_grading(hostile_class):
    assert hostile_class["left"] == set()


def test_nothing_was_written_outside(hostile_class):
    owned = [p for f in ("/", "/etc", "/tmp", "/root") for p in Path(f).glob("owned*")]
    assert owned == []
    root = hostile_class["root"]
    inside = {p for p in root.rglob("*mallory*") if "out" in p.relative_to(root).parts}
    assert all(p.is_relative_to(root / "out" / "feedback") for p in inside)
    assert SOURCE.exists()


class Inert(HTMLParser):
    """Fails on anything in a page that could run, load or lead away."""

    def handle_starttag(self, tag, attributes):
        assert tag not in ("script", "iframe", "object", "embed", "form", "link", "svg")
        for name, value in attributes:
            assert not name.startswith("on"), (tag, name)
            if name in ("src", "href"):
                assert value.startswith(("data:image/png", "feedback/")), value


def test_pages_are_inert_whatever_was_handed_in(hostile_class):
    pages = list((hostile_class["root"] / "out").rglob("*.html"))
    assert len(pages) > len(ATTACKS)
    for page in pages:
        Inert().feed(page.read_text(encoding="utf-8"))


def test_tables_hold_no_formula(hostile_class):
    for name in ("gradebook.csv", "canvas.csv", "moodle.csv", "written.csv"):
        path = hostile_class["root"] / "out" / name
        with path.open(encoding="utf-8-sig", newline="") as file:
            for row in csv.reader(file):
                for cell in row:
                    assert not cell.startswith(("=", "+", "@")), (name, cell)
