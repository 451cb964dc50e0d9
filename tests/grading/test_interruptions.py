"""Killed at any moment, refused a box, left by its answers: the grader leaves a whole gradebook
behind, and nothing else."""

import contextlib
import csv
import pickle
import random
import sqlite3
import subprocess
import sys
import time

import psutil
import pytest
from classroom import OF, of_cells, save, with_answers

from course_utils.grading import box, lock
from course_utils.grading.box import NoBox
from course_utils.grading.gradebook import Gradebook

needs_box = pytest.mark.skipif(lock.why_not() is not None, reason=f"no box: {lock.why_not()}")


def attempts_in(folder):
    """How many attempts a gradebook holds that somebody else may be writing."""
    address = f"file:{folder}/gradebook.sqlite?mode=ro"
    with (
        contextlib.suppress(sqlite3.OperationalError),
        contextlib.closing(sqlite3.connect(address, uri=True)) as book,
    ):
        return book.execute("SELECT count(*) FROM attempts").fetchone()[0]
    return 0


@needs_box
@pytest.mark.slow
@pytest.mark.timeout(300)
def test_killed_at_random_moments_it_goes_on_and_each_student_has_exactly_one_grade(tmp_path):
    students = 60
    for i in range(students):
        answer = f"def softmax(z):  # {i}\n    return z"
        save(with_answers({"softmax": answer}), tmp_path / "in" / f"student{i:03d}" / "01.ipynb")

    def command(out):
        grade = [sys.executable, "-m", "course_utils.cli", "grade", str(tmp_path / "in")]
        return [*grade, "--out", str(out), "--resume", "--notebook", "01", "--seed", "3"]

    moments = random.Random(0)
    for kill in range(10):
        before = attempts_in(tmp_path / "out")
        process = subprocess.Popen(
            command(tmp_path / "out"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        # One in three before its first line, or just behind; the others in the midst of the class.
        patience = moments.uniform(0, 3) if kill % 3 == 0 else float("inf")
        end, wanted = time.monotonic() + patience, before + moments.randrange(1, 4)
        while attempts_in(tmp_path / "out") < wanted and time.monotonic() < end:
            assert process.poll() is None, "it had ended before it was killed"
            time.sleep(0.002)
        time.sleep(moments.uniform(0, 0.05))
        assert process.poll() is None, "it had ended before it was killed"
        process.kill()
        process.wait()
    assert 0 < attempts_in(tmp_path / "out") < students
    subprocess.run(command(tmp_path / "out"), check=True, stdout=subprocess.DEVNULL)
    with Gradebook(tmp_path / "out" / "gradebook.sqlite") as book:
        grades = book.grades()
        rows = book.connection.execute("SELECT count(*) FROM attempts").fetchone()[0]
    assert [g.student for g in grades] == [f"student{i:03d}" for i in range(students)]
    assert rows == students
    assert all(g.of == OF and g.code == 0 for g in grades)
    with (tmp_path / "out" / "gradebook.csv").open(encoding="utf-8-sig") as file:
        assert len(list(csv.reader(file))) == students + 1


def test_where_no_box_can_be_built_one_line_says_so_and_nothing_runs(tmp_path, monkeypatch, capsys):
    from course_utils.cli import main

    trap = f"def softmax(z, trap=open({str(tmp_path / 'ran')!r}, 'w')):\n    return z"
    (tmp_path / "in").mkdir()
    save(with_answers({"softmax": trap}), tmp_path / "in" / "a.ipynb")
    monkeypatch.setattr(lock, "why_not", lambda: "it needs Linux, and this is another system")
    with pytest.raises(SystemExit) as ended:
        main(["grade", str(tmp_path / "in"), "--out", str(tmp_path / "out"), "--notebook", "01"])
    assert ended.value.code == 2
    error = capsys.readouterr().err.strip()
    assert len(error.splitlines()) == 1
    assert "it needs Linux, and this is another system" in error
    assert "virtual machine" in error
    assert "--no-sandbox" in error
    assert not (tmp_path / "ran").exists()
    assert not (tmp_path / "out").exists()


def test_refusal_of_a_box_is_the_same_line_when_a_worker_sends_it():
    refusal = NoBox.because("it needs Linux")
    assert str(pickle.loads(pickle.dumps(refusal))) == str(refusal)
    with pytest.raises(NoBox, match=r"closed \(a door\)\. Nothing was run"):
        box._expect_locked_in({"status": "no box", "error": "a door"})


@needs_box
@pytest.mark.slow
@pytest.mark.timeout(200)
@pytest.mark.parametrize("victim", ["the grader", "the first process of its box"])
def test_answer_that_sleeps_ends_with_whoever_runs_it(tmp_path, victim):
    sleeper = of_cells("import time\n\n\ndef softmax(z):\n    time.sleep(10**6)")
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.ipynb").write_text(sleeper)
    command = [sys.executable, "-m", "course_utils.cli", "grade", str(tmp_path / "in")]
    command += ["--out", str(tmp_path / "out"), "--notebook", "01", "--timeout", "150"]
    grader = psutil.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        family = []
        while len(family) < 3:  # the box's first process, its child, and the one locked in
            assert grader.poll() is None
            time.sleep(0.05)
            family = grader.children(recursive=True)
        time.sleep(0.5)  # it has locked itself in by now, and sleeps
        (grader if victim == "the grader" else family[0]).kill()
        _, alive = psutil.wait_procs(family, timeout=60)
        assert alive == []
    finally:
        grader.kill()
        grader.wait()
