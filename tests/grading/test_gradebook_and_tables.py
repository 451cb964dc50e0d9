"""One current grade for each student, whatever happens; tables that go in and come back."""

import csv
import datetime

import pytest
from classroom import OF, save, solved

from course_utils.grading import lock, tables
from course_utils.grading.gradebook import GRADER_FAILED, Gradebook
from course_utils.grading.late import LateRule
from course_utils.grading.pages import file_names, write_pages
from course_utils.grading.scoring import ExerciseScore, Score
from course_utils.grading.submissions import Submission, collect

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
        book.record(attempt("a", "same"), "01", score(1))
    assert len(book.grades()) == 1
    assert book.grades()[0].attempts == 1


def test_rule_says_which_attempt_counts_and_older_ones_are_kept(book):
    for modified, points in ((1.0, 1), (2.0, 2), (3.0, 0)):
        book.record(attempt("a", f"v{modified}", modified), "01", score(points))
    for rule, points in (("first", 1), ("best", 2), ("last", 0)):
        book.set_rules(rule)
        assert (book.grades()[0].code, book.grades()[0].attempts) == (points, 3)
    with pytest.raises(ValueError, match="last, best, first"):
        book.set_rules("middle")


def test_unreadable_attempt_counts_only_where_there_is_no_other(book):
    book.record(attempt("a", "good", 1.0), "01", score(2))
    book.record(attempt("a", "bad", 2.0), "01", Score(ungraded="broken"))
    book.record(attempt("b", "bad", 2.0), "01", Score(ungraded="broken"))
    a, b = book.grades()
    assert (a.code, a.ungraded) == (2, "")
    assert (b.code, b.total, b.ungraded) == (None, None, "broken")


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


def test_late_rule_holds_for_all_whenever_it_is_set(book):
    due = datetime.datetime(2026, 5, 1, 12, tzinfo=datetime.UTC)
    book.record(attempt("a", "x", due.timestamp() + 90_000), "01", score(2))
    book.give("a", "01.W1", 2)
    assert book.grades()[0].total == 4
    book.set_rules(late=LateRule(due, 0.125))
    assert (book.grades()[0].late, book.grades()[0].total) == (0.25, 3)
    with Gradebook(book.path) as reopened:
        assert reopened.late_rule == LateRule(due, 0.125)
        assert reopened.grades()[0].total == 3


def test_written_points_come_back_from_the_table_all_or_nothing(book, tmp_path):
    book.record(attempt("=a", "x"), "01", score(1))
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
    with pytest.raises(ValueError, match="row 3: no submission of 'nobody'"):
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
                found.append([(g.student, g.code, g.exercises) for g in made.grades()])
    assert found[0] == found[1]
    assert [points for _, points, _ in found[0]] == [OF, 3, 3]


def table(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_moodle_and_canvas_get_the_columns_that_they_ask_for(book, tmp_path):
    book.set_about("written", '{"01.W1": 4}')
    book.record(attempt("alice", "x"), "01", score(1.5))
    book.record(attempt("alice", "y"), "02", score(1))
    book.record(attempt("bob", "z"), "01", Score(ungraded="broken"))
    paths = tables.write_tables(book.grades(), tmp_path)
    assert [path.name for path in paths[2:]] == ["moodle-01.csv", "moodle-02.csv"]
    alice, bob = table(paths[2])
    # Moodle's importer refuses a worksheet without these three columns.
    assert alice.keys() >= {"Identifier", "Grade", "Last modified (grade)"}
    assert (alice["Identifier"], alice["Grade"], alice["Maximum grade"]) == (
        "Participant 7",
        "1.5",
        "6",
    )
    assert (bob["Grade"], bob["Feedback comments"]) == ("", "broken")
    possible, alice, bob = table(paths[1])
    assert possible["Student"].strip() == "Points Possible"
    assert (alice["ID"], alice["From Neuron to GPT 01"]) == ("7", "1.5")
    assert (possible["From Neuron to GPT 01"], bob["From Neuron to GPT 01"]) == ("6", "")


def test_ungraded_is_an_empty_cell_and_never_0(book, tmp_path):
    book.record(attempt("bob", "z"), "01", Score(ungraded="broken"))
    (row,) = table(tables.write_tables(book.grades(), tmp_path)[0])
    assert (row["total"], row["code"], row["ungraded"]) == ("", "", "broken")


def test_a_fault_of_the_grader_is_tried_again_and_a_fault_of_the_file_is_not(book):
    book.record(attempt("a", "x"), "01", Score(ungraded=f"{GRADER_FAILED} (OSError)"))
    book.record(attempt("b", "x"), "01", Score(ungraded="broken"))
    assert not book.has(attempt("a", "x"), "01")
    assert book.has(attempt("b", "x"), "01")
    book.record(attempt("a", "x"), "01", score(2))
    a, _ = book.grades()
    assert (a.code, a.attempts) == (2, 1)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", ";"])
def test_written_points_are_read_as_spreadsheets_save_them(book, tmp_path, encoding, delimiter):
    book.set_about("written", '{"01.W1": 4}')
    book.record(attempt("王小明", "x"), "01", score(1))
    rows = table(tables.write_written(book.grades(), tmp_path))
    assert rows[0]["of"] == "4"
    path = tmp_path / "filled.csv"

    def save_with(points):
        with path.open("w", encoding=encoding, newline="") as file:
            writer = csv.DictWriter(file, tables.WRITTEN_HEADER, delimiter=delimiter)
            writer.writeheader()
            writer.writerow(rows[0] | {"points": points, "comment": "很好"})

    save_with("4,5")
    with pytest.raises(ValueError, match=r"'4.5' is no number of points from 0 to 4"):
        tables.merge_written(path, book)
    save_with("2,5")
    assert tables.merge_written(path, book) == 1
    assert book.grades()[0].hand == {"01.W1": (2.5, "很好")}
    assert book.grades()[0].to_read == []


def test_feedback_is_named_after_the_student_in_any_script():
    names = file_names(["王小明", "王 小明", "Zoë", "con", "../..", "x" * 400, "𠀀" * 200])
    assert names["王小明"] == "王小明.html"
    assert names["con"] == "con_.html"
    assert len({name.casefold() for name in names.values()}) == len(names)
    assert all("/" not in name and len(name.encode()) < 255 for name in names.values())


def test_equal_answers_of_two_students_are_shown_to_the_instructor(book, tmp_path):
    for student in ("alice", "bob", "carol"):
        shared = "f" * 64 if student != "carol" else "e" * 64
        one = ExerciseScore("softmax", 2, 2, "correct", fingerprint=shared)
        book.record(attempt(student, student), "01", Score((one,)))
    page = write_pages(book.grades(), tmp_path).read_text(encoding="utf-8")
    assert "alice, bob" in page
    assert "the same code as each other" in page
    assert "carol" not in page.partition("<h2>Students")[0]


def test_every_lost_point_has_its_reason_on_the_feedback_page(book, tmp_path):
    lost = [
        ExerciseScore(
            "softmax", 1.14, 2, "incorrect", "Failed on: huge scores.", "d", "Subtract it."
        ),
        ExerciseScore("gelu", 0, 1, "could not check", "It raised NameError: c & d."),
        ExerciseScore("sigmoid", 0, 2, "not attempted", "It is still the stub."),
    ]
    book.set_about("written", '{"01.W1": 4}')
    book.set_rules(late=LateRule(datetime.datetime(2026, 5, 1, tzinfo=datetime.UTC), 0.3))
    written = {"01.W1": "Because."}
    book.record(attempt("alice", "x", 1.9e9), "01", Score(tuple(lost), written))
    write_pages(book.grades(), tmp_path)
    page = (tmp_path / "feedback" / "alice.html").read_text(encoding="utf-8")
    for part in ("Failed on: huge scores.", "Subtract it.", "c &amp; d", "still the stub"):
        assert part in page
    assert "1.14 of 2" in page
    assert "50% of the points are taken off" in page
    assert "Not counted yet: written answers" in page
    book.give("alice", "01.W1", 2.5, "Say more.")
    write_pages(book.grades(), tmp_path)
    page = (tmp_path / "feedback" / "alice.html").read_text(encoding="utf-8")
    assert "2.5 of 4 points" in page
    assert "Say more." in page
    assert "Not counted yet" not in page
