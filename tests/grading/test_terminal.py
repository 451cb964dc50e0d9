"""`course check`, `course grade` and `course release` as they are typed."""

import os

import pytest
from classroom import (
    NAMES,
    OF,
    other_notebook,
    save,
    solved,
    source_of_misconception,
    untouched,
    with_answers,
)

from course_utils.cli import main
from course_utils.grading import lock
from course_utils.grading.release import written_questions

needs_box = pytest.mark.skipif(lock.why_not() is not None, reason=f"no box: {lock.why_not()}")


def course(capsys, *arguments):
    """Run the command; return exit status, output and errors."""
    with pytest.raises(SystemExit) as ended:
        main([str(argument) for argument in arguments])
    told = capsys.readouterr()
    return ended.value.code, told.out, told.err


def test_check_shows_the_cards_and_all_points_for_a_solved_notebook(tmp_path, capsys):
    path = save(solved(), tmp_path / "01_forward_propagation.ipynb")
    status, out, _ = course(capsys, "check", path)
    assert status == 0
    assert out.count("✓") == len(NAMES)
    assert f"{OF} of {OF} points" in out


def test_check_names_the_mistake_and_ends_with_status_1(tmp_path, capsys):
    nb = with_answers({"softmax": source_of_misconception("softmax")})
    status, out, _ = course(capsys, "check", save(nb, tmp_path / "mine.ipynb"))
    assert status == 1
    assert "Diagnosis: " in out
    assert "○ affine_forward is not attempted yet" in out


@needs_box
def test_grade_then_merge_tells_where_everything_is(tmp_path, capsys):
    nb = solved()
    for cell in nb.cells:
        if cell.source.startswith("**Your answer to 01.W1:**"):
            cell.source = "**Your answer to 01.W1:**\n\nBecause."
    save(nb, tmp_path / "in" / "alice" / "01.ipynb")
    out = tmp_path / "grades"
    status, told, _ = course(capsys, "grade", tmp_path / "in", "--out", out, "--notebook", "01")
    assert status == 0
    assert f"notebook 01: 1 graded, 0 ungraded; median {OF} of" in told
    for name in ("summary.html", "written.html", "gradebook.csv", "canvas.csv", "moodle.csv"):
        assert (out / name).stat().st_size > 0
    assert (out / "feedback" / "alice.html").exists()
    table = (out / "written.csv").read_text(encoding="utf-8-sig")
    (out / "written.csv").write_text(table.replace("Because.,,", "Because.,1,"))
    status, told, _ = course(capsys, "grade", "--merge", out / "written.csv", "--out", out)
    assert status == 0
    assert "1 written answers graded by hand" in told
    assert f"alice,01,{OF + 1}," in (out / "gradebook.csv").read_text(encoding="utf-8-sig")


@needs_box
def test_second_run_into_the_same_folder_needs_resume(tmp_path, capsys):
    save(untouched(), tmp_path / "in" / "a.ipynb")
    arguments = ("grade", tmp_path / "in", "--out", tmp_path / "out", "--notebook", "01")
    assert course(capsys, *arguments)[0] == 0
    status, _, error = course(capsys, *arguments)
    assert (status, len(error.strip().splitlines())) == (2, 1)
    assert "--resume" in error
    status, told, _ = course(capsys, *arguments, "--resume")
    assert status == 0
    assert "0 files graded now" in told


def test_no_sandbox_warns_and_gives_the_same_points(tmp_path, capsys):
    save(solved(), tmp_path / "in" / "a.ipynb")
    arguments = ("grade", tmp_path / "in", "--out", tmp_path / "out", "--notebook", "01")
    status, _, error = course(capsys, *arguments, "--no-sandbox")
    assert status == 0
    assert "unprotected" in error
    assert f"a,01,{OF}," in (tmp_path / "out" / "gradebook.csv").read_text("utf-8-sig")


def graded_with(capsys, tmp_path, out, *options):
    """Grade the class in tmp_path/in, in this process; return the lines of the table."""
    arguments = ("grade", tmp_path / "in", "--out", tmp_path / out, "--notebook", "01")
    status, _, error = course(capsys, *arguments, "--no-sandbox", *options)
    assert status == 0, error
    return (tmp_path / out / "gradebook.csv").read_text("utf-8-sig").splitlines()


def test_same_seed_gives_the_same_gradebook(tmp_path, capsys):
    naive = "import numpy as np\ndef softmax(z):\n    return np.exp(z) / np.exp(z).sum(1)[:, None]"
    save(solved(), tmp_path / "in" / "alice" / "01.ipynb")
    save(with_answers({"softmax": naive}), tmp_path / "in" / "bob" / "01.ipynb")
    first = graded_with(capsys, tmp_path, "first", "--seed", "7")
    assert first == graded_with(capsys, tmp_path, "again", "--seed", "7", "--jobs", "1")
    kept = (tmp_path / "first" / "gradebook.sqlite").read_bytes()
    assert b"7" in kept
    (tmp_path / "drawn").mkdir()
    graded_with(capsys, tmp_path, "drawn")
    status, told, _ = course(
        capsys, "grade", tmp_path / "in", "--out", tmp_path / "drawn", "--resume", "--no-sandbox"
    )
    assert status == 0
    seed = told.split("(seed ")[1].split(")")[0]
    assert (
        graded_with(capsys, tmp_path, "reproduced", "--seed", seed)
        == (tmp_path / "drawn" / "gradebook.csv").read_text("utf-8-sig").splitlines()
    )


def test_rules_are_kept_in_the_gradebook_and_a_merge_leaves_them(tmp_path, capsys):
    early = save(solved(), tmp_path / "in" / "alice" / "a.ipynb")
    late = save(untouched(), tmp_path / "in" / "alice" / "b.ipynb")
    os.utime(early, (1.7e9, 1.7e9))  # 14 November 2023
    os.utime(late, (1.8e9, 1.8e9))
    of = OF + sum(written_questions(["01"]).values())
    rules = ("--attempt", "best", "--due", "2023-11-12", "--late-per-day", "0.2")
    before = graded_with(capsys, tmp_path, "out", *rules)
    assert before[1].split(",")[2:6] == [f"{OF * 0.6:g}", f"{of}", f"{OF}", "0.4"]
    written = tmp_path / "out" / "written.csv"
    assert course(capsys, "grade", "--merge", written, "--out", tmp_path / "out")[0] == 0
    assert (tmp_path / "out" / "gradebook.csv").read_text("utf-8-sig").splitlines() == before
    assert course(capsys, "grade", "--out", tmp_path / "out", "--due", "2023-11-13")[0] == 0
    after = (tmp_path / "out" / "gradebook.csv").read_text("utf-8-sig").splitlines()
    assert after[1].split(",")[5] == "0.2"


def test_what_is_no_notebook_or_the_wrong_one_is_ungraded_with_the_reason(tmp_path, capsys):
    save(untouched(), tmp_path / "in" / "alice" / "01.ipynb")
    save(other_notebook("02"), tmp_path / "in" / "bob" / "01.ipynb")
    (tmp_path / "in" / "carol").mkdir()
    (tmp_path / "in" / "carol" / "answers.py").write_text("def softmax(z):\n    return z\n")
    (tmp_path / "in" / "dave").mkdir()
    (tmp_path / "in" / "dave" / "01.ipynb").write_bytes(b"")
    graded_with(capsys, tmp_path, "out")
    _, told, _ = course(
        capsys, "grade", tmp_path / "in", "--out", tmp_path / "out", "--resume", "--no-sandbox"
    )
    assert "notebook 01: 1 graded, 3 ungraded" in told
    assert (
        "bob (bob/01.ipynb): it defines no exercise of notebook 01; it looks like notebook 02"
        in told
    )
    assert "carol (carol/answers.py): it is not a notebook" in told
    assert "dave (dave/01.ipynb): the file is empty" in told


@pytest.mark.parametrize(
    "arguments",
    [
        ("grade", "nowhere", "--out", "x"),
        ("grade", "--out", "x"),
        ("release", "77", "--out", "x"),
        ("release", "01"),
        ("check", "nowhere.ipynb"),
    ],
)
def test_errors_are_one_line_and_status_2(tmp_path, monkeypatch, capsys, arguments):
    from course_utils.notebooks import find_root

    monkeypatch.chdir(find_root())
    arguments = [str(tmp_path / a) if a == "x" else a for a in arguments]
    status, _, error = course(capsys, *arguments)
    assert status == 2
    assert len(error.strip().splitlines()) == 1
