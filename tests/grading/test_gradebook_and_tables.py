"""One current grade for each student, whatever happens; tables that go in and come back."""

import csv
import datetime
import random
import signal
import subprocess
import sys
import time
import zipfile

import pytest
from classroom import OF, save, solved, untouched, with_answers

from course_utils.grading import classes, lock, tables
from course_utils.grading.classes import LateRule
from course_utils.grading.gradebook import Gradebook
from course_utils.grading.scoring import ExerciseScore, Score
from course_utils.grading.submissions import Submission, collect, who
from course_utils.notebooks import to_text

needs_box = pytest.mark.skipif(lock.why_not() is not None, reason=f"no box: {lock.why_not()}")


@pytest.fixture
def book(tmp_path):
    with Gradebook(tmp_path / "gradebook.sqlite") as made:
        yield made


def attempt(student, text, modified=0.0):
    return Submission(student, "7", f"{student}.ipynb", modified, text.encode())


def score(points):
    return Score((ExerciseScore("softmax", points, 2, "incorrect", "why"),), {"01.W1": "text"})


def test_same_file_is_counted_once(book):
    for _ in range(3):
        book.record(attempt("a", "same"), "01", score(1), 0.0)
    assert len(book.grades()) == 1
    assert book.grades()[0].attempts == 1


def test_rule_says_which_attempt_counts_and_older_ones_are_kept(book):
    for modified, points in ((1.0, 1), (2.0, 2), (3.0, 0)):
        book.record(attempt("a", f"v{modified}", modified), "01", score(points), 0.0)
    assert [book.grades(rule)[0].points for rule in ("first", "best", "last")] == [1, 2, 0]
    assert book.grades()[0].attempts == 3
    with pytest.raises(ValueError, match="last, best, first"):
        book.grades("middle")


def test_unreadable_attempt_counts_only_where_there_is_no_other(book):
    book.record(attempt("a", "good", 1.0), "01", score(2), 0.0)
    book.record(attempt("a", "bad", 2.0), "01", Score(ungraded="broken"), 0.0)
    book.record(attempt("b", "bad", 2.0), "01", Score(ungraded="broken"), 0.0)
    a, b = book.grades()
    assert (a.points, a.ungraded) == (2, "")
    assert (b.points, b.total, b.ungraded) == (None, None, "broken")


def test_seed_is_fixed_by_the_first_run(book):
    first = book.seed(None)
    assert book.seed(None) == first
    with pytest.raises(ValueError, match="one seed"):
        book.seed(first + 1)


def test_other_file_is_not_taken_for_a_gradebook(tmp_path):
    (tmp_path / "gradebook.sqlite").write_text("something else entirely, and long enough" * 50)
    with pytest.raises(ValueError, match="gradebook"):
        Gradebook(tmp_path / "gradebook.sqlite")


@pytest.mark.parametrize(
    ("minutes", "share"),
    [(-60, 0), (5, 0), (11, 0.1), (24 * 60, 0.1), (24 * 60 + 11, 0.2), (60 * 24 * 30, 0.5)],
)
def test_lateness_costs_a_share_for_each_day_begun_up_to_a_most(minutes, share):
    due = datetime.datetime(2026, 5, 1, 12, tzinfo=datetime.UTC)
    assert LateRule(due, 0.1, 0.5).share(due.timestamp() + 60 * minutes) == pytest.approx(share)
    assert LateRule(None).share(1e12) == 0


def test_late_penalty_is_taken_off_the_points(book):
    book.record(attempt("a", "x"), "01", score(2), 0.25)
    assert book.grades()[0].points == 1.5


@pytest.mark.parametrize(
    ("path", "student", "number"),
    [
        ("alice.ipynb", "alice", ""),
        ("alice (1).ipynb", "alice", ""),
        ("class/alice/01_forward.ipynb", "alice", ""),
        ("adamsalice_30455_991_01_forward_propagation.ipynb", "adamsalice", "30455"),
        ("adamsalice_LATE_30455_991_01_forward.ipynb", "adamsalice", "30455"),
        ("Alice Adams_123456_assignsubmission_file_/01.ipynb", "Alice Adams", "123456"),
        ("Alice Adams_123456_assignsubmission_file/01.ipynb", "Alice Adams", "123456"),
        ("Class/Alice Adams - 01_forward.ipynb", "Alice Adams", ""),
        ("王小明/01_forward.ipynb", "王小明", ""),
    ],
)
def test_student_is_known_from_the_names_that_platforms_give(path, student, number):
    assert who(path) == (student, number)


def test_zip_and_folder_give_the_same_submissions(tmp_path):
    save(untouched(), tmp_path / "in" / "alice" / "01.ipynb")
    save(solved(), tmp_path / "in" / "bob" / "01.ipynb")
    (tmp_path / "in" / "bob" / "notes.txt").write_text("not a notebook")
    with zipfile.ZipFile(tmp_path / "class.zip", "w") as archive:
        for path in (tmp_path / "in").rglob("*"):
            archive.write(path, path.relative_to(tmp_path / "in"))
        archive.writestr("__MACOSX/bob/._01.ipynb", "clutter")
    folder, zipped = collect(tmp_path / "in"), collect(tmp_path / "class.zip")
    assert [(s.student, s.raw) for s in folder] == [(s.student, s.raw) for s in zipped]


def test_nothing_to_grade_is_said(tmp_path):
    with pytest.raises(FileNotFoundError, match="holds no notebook"):
        collect(tmp_path)
    (tmp_path / "x.zip").write_text("no zip")
    with pytest.raises(ValueError, match="not a zip"):
        collect(tmp_path / "x.zip")


def test_written_points_come_back_from_the_table_all_or_nothing(book, tmp_path):
    book.record(attempt("=a", "x"), "01", score(1), 0.0)
    path = tables.write_written(book.grades(), tmp_path)
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows[0]["student"] == "'=a"
    rows[0] |= {"points": "2,5", "comment": "good"}

    def write(rows):
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.DictWriter(file, tables.WRITTEN_HEADER)
            writer.writeheader()
            writer.writerows(rows)

    write([*rows, rows[0] | {"student": "nobody"}])
    with pytest.raises(ValueError, match="line 3: no submission of 'nobody'"):
        tables.merge_written(path, book)
    assert book.grades()[0].hand == {}
    write([rows[0] | {"points": "many"}])
    with pytest.raises(ValueError, match="no number of points"):
        tables.merge_written(path, book)
    write(rows)
    assert tables.merge_written(path, book) == 1
    assert book.grades()[0].hand == {"01.W1": (2.5, "good")}
    assert book.grades()[0].total == 3.5
    assert tables.merge_written(path, book) == 1  # again: replaced, not added
    assert book.grades()[0].total == 3.5


@needs_box
@pytest.mark.slow
@pytest.mark.timeout(200)
def test_cluster_gives_the_same_grades_as_this_machine(tmp_path):
    from dask.distributed import LocalCluster

    from course_utils.grading.classes import grade_class

    for i in range(3):
        save(solved({"softmax", "gelu"} if i else None), tmp_path / "in" / f"s{i}" / "01.ipynb")
    submissions = collect(tmp_path / "in")
    found = []
    with LocalCluster(1, threads_per_worker=1, dashboard_address=None) as cluster:
        for address in (None, cluster.scheduler_address):
            with Gradebook(tmp_path / f"{len(found)}.sqlite") as made:
                grade_class(
                    made, submissions, ["01"], seed=1, cluster=address, jobs=1, progress=False
                )
                found.append([(g.student, g.points, g.exercises) for g in made.grades()])
    assert found[0] == found[1]
    assert [points for _, points, _ in found[0]] == [OF, 3, 3]


@needs_box
@pytest.mark.slow
@pytest.mark.timeout(300)
def test_killed_at_random_moments_it_goes_on_and_each_student_has_exactly_one_grade(tmp_path):
    students = 12
    for i in range(students):
        answer = f"def softmax(z):  # {i}\n    return z"
        save(with_answers({"softmax": answer}), tmp_path / "in" / f"student{i:02d}" / "01.ipynb")

    def command(out):
        grade = [sys.executable, "-m", "course_utils.cli", "grade", str(tmp_path / "in")]
        return [*grade, "--out", str(out), "--resume", "--notebook", "01", "--seed", "3"]

    start = time.monotonic()
    subprocess.run(command(tmp_path / "undisturbed"), check=True, stdout=subprocess.DEVNULL)
    undisturbed = time.monotonic() - start
    moments = random.Random(0)
    kills = 0
    for _ in range(10):
        process = subprocess.Popen(
            command(tmp_path / "out"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        # From before its first line to well into the class: ten such starts add up to one class.
        time.sleep(moments.uniform(0, 0.6) * undisturbed)
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
            kills += 1
        process.wait()
    assert kills >= 2
    subprocess.run(command(tmp_path / "out"), check=True, stdout=subprocess.DEVNULL)
    with Gradebook(tmp_path / "out" / "gradebook.sqlite") as book:
        grades = book.grades()
        rows = book.connection.execute("SELECT count(*) FROM attempts").fetchone()[0]
    assert [g.student for g in grades] == [f"student{i:02d}" for i in range(students)]
    assert rows == students
    assert all(g.of == OF and g.points == 0 for g in grades)
    with (tmp_path / "out" / "gradebook.csv").open(encoding="utf-8-sig") as file:
        assert len(list(csv.reader(file))) == students + 1


def test_where_no_box_can_be_built_one_line_says_so_and_nothing_runs(tmp_path, monkeypatch, capsys):
    from course_utils.cli import main

    trap = f"open({str(tmp_path / 'ran')!r}, 'w')\ndef softmax(z):\n    return z"
    (tmp_path / "in").mkdir()
    save(with_answers({"softmax": trap}), tmp_path / "in" / "a.ipynb")
    classes._box.cache_clear()
    monkeypatch.setattr(lock, "why_not", lambda: "it needs Linux, and this is another system")
    with pytest.raises(SystemExit) as ended:
        main(["grade", str(tmp_path / "in"), "--out", str(tmp_path / "out"), "--notebook", "01"])
    assert ended.value.code == 2
    error = capsys.readouterr().err.strip()
    assert len(error.splitlines()) == 1
    assert "Linux container" in error
    assert not (tmp_path / "ran").exists()
    assert to_text(untouched())
