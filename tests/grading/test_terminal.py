"""`course check`, `course grade` and `course release` as they are typed."""

import pytest
from classroom import NAMES, OF, save, solved, source_of_misconception, untouched, with_answers

from course_utils.cli import main
from course_utils.grading import lock

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
    save(solved(), tmp_path / "in" / "alice" / "01.ipynb")
    out = tmp_path / "grades"
    status, told, _ = course(capsys, "grade", tmp_path / "in", "--out", out, "--notebook", "01")
    assert status == 0
    assert "1 graded, 0 ungraded" in told
    for name in ("summary.html", "written.html", "gradebook.csv", "canvas.csv", "moodle.csv"):
        assert (out / name).stat().st_size > 0
    assert (out / "feedback" / "alice.html").exists()
    table = (out / "written.csv").read_text(encoding="utf-8-sig")
    (out / "written.csv").write_text(table.replace('"",,', '"",3,').replace(",,,", ",,3,", 1))
    status, told, _ = course(capsys, "grade", "--merge", out / "written.csv", "--out", out)
    assert status == 0
    assert "1 written answers graded by hand" in told


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
    assert "0 notebooks graded now" in told


def test_no_sandbox_warns_and_gives_the_same_points(tmp_path, capsys):
    save(solved(), tmp_path / "in" / "a.ipynb")
    arguments = ("grade", tmp_path / "in", "--out", tmp_path / "out", "--notebook", "01")
    status, _, error = course(capsys, *arguments, "--no-sandbox")
    assert status == 0
    assert "unprotected" in error
    assert f"a,01,{float(OF)}" in (tmp_path / "out" / "gradebook.csv").read_text("utf-8-sig")


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
