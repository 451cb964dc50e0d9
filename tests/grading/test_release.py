"""What a class is handed; and nbgrader itself on the assignment that is written for it."""

import json
import os
import subprocess
import sys

import pytest
from classroom import NAMES, OF, SOURCE, solved, source_of_misconception, untouched, with_answers

from course_utils.grading.release import for_nbgrader, release
from course_utils.notebooks import STUB_MARK, read, to_text


def test_release_holds_the_notebooks_a_note_and_the_points(tmp_path):
    paths = release(["00", "01"], tmp_path / "out")
    assert {path.name for path in paths} == {
        "00_start_here.ipynb",
        SOURCE.name,
        "NOTE.md",
        "manifest.json",
    }
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert sum(manifest["exercises"][name]["points"] for name in NAMES) == OF
    assert manifest["written"]["01.W1"] > 0
    assert SOURCE.name in (tmp_path / "out" / "NOTE.md").read_text()
    assert STUB_MARK in (tmp_path / "out" / SOURCE.name).read_text()


def test_release_never_overwrites(tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "precious").touch()
    with pytest.raises(FileExistsError, match="not an empty folder"):
        release(["01"], tmp_path / "out")


def test_unknown_notebook_is_named(tmp_path):
    with pytest.raises(ValueError, match="no notebook has the number 99"):
        release(["99"], tmp_path / "out")


@pytest.fixture(scope="module")
def nbgrader(tmp_path_factory):
    """Hand the assignment out and grade a right, a wrong and an empty copy, all by nbgrader."""
    course = tmp_path_factory.mktemp("nbgrader")
    programs = os.path.dirname(sys.executable)  # nbgrader calls alembic by its bare name
    os.environ["PATH"] = f"{programs}{os.pathsep}{os.environ['PATH']}"
    (source,) = for_nbgrader(["01"], course)
    name = source.parent.name
    environment = os.environ | {
        "JUPYTER_CONFIG_DIR": str(course / "config"),
        "COURSE_HOME": str(course / "learner"),
        "IPYTHONDIR": str(course / "ipython"),
    }

    def run(*command):
        done = subprocess.run(
            [sys.executable, "-m", "nbgrader", *command, "--course-dir", str(course)],
            env=environment,
            cwd=course,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr[-3000:]

    run("generate_assignment", name)
    handed_out = read((course / "release" / name / f"{name}.ipynb").read_text())
    right, wrong = solved(), with_answers({n: source_of_misconception(n) for n in ("softmax",)})
    for student, answers in {"right": right, "wrong": wrong, "empty": untouched()}.items():
        copy = read(to_text(handed_out))
        for ours, theirs in zip(answers.cells, copy.cells, strict=True):
            if theirs.metadata.get("nbgrader", {}).get("solution") and ours.cell_type == "code":
                theirs.source = ours.source
        path = course / "submitted" / student / name / f"{name}.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text(to_text(copy))
    run("autograde", name)
    return course, name, handed_out


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_nbgrader_hands_out_no_solution_and_keeps_the_points(nbgrader):
    _, _, handed_out = nbgrader
    text = to_text(handed_out)
    assert "BEGIN SOLUTION" not in text
    assert "keepdims" not in "".join(
        c.source for c in handed_out.cells if c.metadata.get("nbgrader", {}).get("solution")
    )
    graded = [c.metadata["nbgrader"] for c in handed_out.cells if "nbgrader" in c.metadata]
    points = {m["grade_id"]: m["points"] for m in graded if m["grade"]}
    assert sum(points[f"{name}-check"] for name in NAMES) == OF
    assert points["01-W1"] > 0


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_nbgrader_gives_full_marks_to_the_right_and_none_to_the_others(nbgrader):
    from nbgrader.api import Gradebook

    course, name, _ = nbgrader
    with Gradebook(f"sqlite:///{course}/gradebook.db") as book:
        scores = {
            student: book.find_submission(name, student).score
            for student in ("right", "wrong", "empty")
        }
    assert scores == {"right": OF, "wrong": 0, "empty": 0}
