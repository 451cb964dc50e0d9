"""`course new-exercise` writes an exercise that fails its tests until it is filled in."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from course_utils import cli, new_exercise
from course_utils.new_exercise import MARK, left_to_fill_in
from course_utils.notebooks import find_root, notebook_paths, read, to_text
from course_utils.source_edits import with_exercise, with_import

ROOT = find_root(Path(__file__).parent)
NEVER_COPIED = shutil.ignore_patterns("__pycache__", "my_course", ".ipynb_checkpoints")
LAYERS = "course_utils/scratch/layers.py"
BODIES = {  # what an author writes in place of each NotImplementedError
    LAYERS: ["np.max(x) - np.min(x)"],
    "course_utils/exercises/lessons/mistakes_00.py": ["max(x)", "sum(x)", "min(x) - max(x)"],
}
ORACLE = """
from course_utils.scratch.layers import spread

def test_spread_of_a_range_is_its_length():
    assert spread(range(8)) == 7
"""


@pytest.fixture
def checkout(tmp_path):
    """A copy of the course, without what is not needed here."""
    copy = tmp_path / "course"
    for folder in ("course_utils", "notebooks", "tests/exercises", "tests/notebooks"):
        shutil.copytree(ROOT / folder, copy / folder, ignore=NEVER_COPIED)
    for file in ("pyproject.toml", "README.md", "tests/conftest.py", "tests/notebook_files.py"):
        shutil.copy(ROOT / file, copy / file)
    return copy


def run(checkout, *command):
    """Run a Python module in the copy, with the copy's own course_utils."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST_")}
    return subprocess.run(
        [sys.executable, "-m", *command],
        cwd=checkout,
        env=environment | {"PYTHONPATH": str(checkout), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
    )


def run_tests(checkout, chosen):
    """Run those tests that tell of the exercise; none that runs a notebook."""
    files = (
        "tests/exercises/test_every_exercise.py",
        "tests/exercises/test_filled_in.py",
        "tests/notebooks/test_form.py",
    )
    return run(checkout, "pytest", *files, "-q", "-p", "no:cacheprovider", "-k", chosen)


def content(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def of_copy(checkout, monkeypatch):
    """Let the writer of skeletons believe that it belongs to the copy, which is of its own code."""
    home = SimpleNamespace(__file__=checkout / "course_utils" / "__init__.py")
    monkeypatch.setattr(new_exercise, "course_utils", home)


def fill_in(checkout):
    for file, bodies in BODIES.items():
        path = checkout / file
        for body in bodies:
            lines = path.read_text().splitlines()
            raising = next(i for i, x in enumerate(lines) if f'Error("{MARK}' in x)
            lines[raising] = f"    return {body}"
            path.write_text("\n".join(lines) + "\n")
    for place in left_to_fill_in(checkout):
        path = checkout / place.partition(":")[0]
        path.write_text(path.read_text().replace(f"{MARK}: ", ""))
    (checkout / "tests" / "scratch").mkdir()
    (checkout / "tests" / "scratch" / "test_spread.py").write_text(ORACLE)


@pytest.mark.slow
def test_a_skeleton_fails_its_tests_until_it_is_filled_in(checkout):
    command = ("course_utils.cli", "new-exercise", "spread", "--notebook", "00")
    before = content(checkout)
    done = run(checkout, *command)
    assert (done.returncode, done.stderr) == (0, "")
    assert f"{LAYERS}:" in done.stdout

    after = content(checkout)
    assert before.keys() < after.keys()
    new = {p.relative_to(checkout).as_posix() for p in after if after[p] != before.get(p)}
    assert new == {
        LAYERS,
        *(f"course_utils/exercises/lessons/{k}_00.py" for k in ("cases", "lesson", "mistakes")),
        "notebooks/00_start_here.ipynb",
    }
    linted = run(checkout, "ruff", "check", *(p for p in new if p.endswith(".py")))
    assert linted.returncode == 0, linted.stdout
    formatted = run(checkout, "ruff", "format", "--check", *(p for p in new if p.endswith(".py")))
    assert formatted.returncode == 0, formatted.stdout

    tested = run_tests(checkout, "spread or fill_in or 00_start_here")
    assert tested.returncode == 1
    assert "The course's own spread fails on a test case" in tested.stdout
    assert f"{LAYERS}:131: the course's own spread" in tested.stdout
    assert "no test under tests/{scratch,gpt,data} tries spread" in tested.stdout
    assert "run the notebook from top to bottom" in tested.stdout

    again = run(checkout, *command)
    assert again.returncode == 2
    assert again.stderr == "course: the name 'spread' is taken: by exercise 00.2\n"

    fill_in(checkout)
    tested = run_tests(checkout, "spread or fill_in or 00_start_here and not saved_outputs")
    assert tested.returncode == 0, tested.stdout
    assert "spread: " not in tested.stdout


def test_every_lesson_takes_one_more_exercise(checkout, monkeypatch):
    of_copy(checkout, monkeypatch)
    numbers = [path.name[:2] for path in notebook_paths(checkout)]
    for number in numbers:
        new_exercise.write_skeleton(checkout, f"spread_{number}", number)
    program = (
        "from course_utils.exercises import all_exercises\n"
        f"for number in {numbers}:\n"
        "    last = all_exercises(number)[-1]\n"
        "    print(last.name, len(last.cases(0)), len(last.misconceptions))\n"
    )
    (checkout / "program.py").write_text(program)
    done = run(checkout, "program")
    assert done.stdout.splitlines() == [f"spread_{number} 3 3" for number in numbers], done.stderr
    for check in (("check",), ("format", "--check")):
        linted = run(checkout, "ruff", *check, "course_utils")
        assert linted.returncode == 0, linted.stdout


@pytest.mark.parametrize(
    ("name", "notebook", "module", "complaint"),
    [
        ("softmax", "04", None, "'softmax' is taken: by exercise 01.3"),
        ("relu", "01", None, "'relu' is taken: layers.py already has a relu"),
        ("exercises", "01", None, "'exercises' is taken: lesson_01.py already has a EXERCISES"),
        ("sum", "01", None, "'sum' is taken: notebooks call something else by it"),
        ("check", "01", None, "'check' is taken: notebooks call something else by it"),
        ("soft max", "01", None, "'soft max' cannot be the name of a function"),
        ("3d", "01", None, "'3d' cannot be the name of a function"),
        ("_hidden", "01", None, "'_hidden' cannot be the name of a function"),
        ("class", "01", None, "'class' cannot be the name of a function"),
        ("", "01", None, "'' cannot be the name of a function"),
        ("x" * 51, "01", None, "longer than 50 characters"),
        ("spread", "77", None, "there is no notebook '77'. There are: 00, 01,"),
        ("spread", "../01", None, "there is no notebook '../01'"),
        ("spread", "01", "course_utils.cli", "goes into course_utils.scratch, gpt or data"),
        ("spread", "01", "course_utils.gpt.none", "there is no module course_utils.gpt.none"),
        ("spread", "12", None, "notebook 12 has no lesson: write"),
        ("spread", "11", None, "the notebook has no cell with the line"),
    ],
)
def test_a_mistake_is_told_and_nothing_is_written(
    checkout, monkeypatch, name, notebook, module, complaint
):
    of_copy(checkout, monkeypatch)
    (checkout / "notebooks" / "12_new.ipynb").write_text("{}")
    for path in notebook_paths(checkout):
        if path.name.startswith("11"):
            nb = read(path.read_text(encoding="utf-8"))
            nb.cells = nb.cells[:3]
            path.write_text(to_text(nb), encoding="utf-8")
    before = content(checkout)
    with pytest.raises(ValueError, match=re.escape(complaint)) as told:
        new_exercise.write_skeleton(checkout, name, notebook, module)
    assert "\n" not in str(told.value)
    assert content(checkout) == before


def test_the_command_of_another_checkout_is_refused(checkout, monkeypatch, capsys):
    monkeypatch.chdir(checkout)
    with pytest.raises(SystemExit) as ended:
        cli.main(["new-exercise", "spread", "--notebook", "01"])
    assert ended.value.code == 2
    told = capsys.readouterr().err
    assert told.startswith("course: this `course` belongs to ")
    assert told.count("\n") == 1


def test_outside_a_checkout_it_says_where_to_go(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as ended:
        cli.main(["new-exercise", "spread", "--notebook", "01"])
    assert ended.value.code == 2
    assert "is not inside a checkout of the course" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("source", "line", "result"),
    [
        ("import numpy as np\n", "import numpy as np", "import numpy as np\n"),
        ('"""A."""\n\n', "import torch", '"""A."""\n\nimport torch\n'),
        (
            "import torch\n",
            "from course_utils.a import b",
            "import torch\n\nfrom course_utils.a import b\n",
        ),
        (
            "from course_utils.a import f\nfrom course_utils.c import g\n",
            "from course_utils.b import h",
            "from course_utils.a import f\nfrom course_utils.b import h\n"
            "from course_utils.c import g\n",
        ),
        (
            "from course_utils.a import y_1 as y\n",
            "from course_utils.a import x_1 as x",
            "from course_utils.a import x_1 as x\nfrom course_utils.a import y_1 as y\n",
        ),
    ],
)
def test_an_import_is_put_where_the_linter_wants_it(source, line, result):
    assert with_import(source, line) == result


@pytest.mark.parametrize(
    ("listed", "exercises"),
    [
        ("()", (3,)),
        ("(A,)", (1, 3)),
        ("(A, B)", (1, 2, 3)),
        ("(\n    A,\n    B,  # the last\n)", (1, 2, 3)),
    ],
)
def test_an_exercise_becomes_the_last_of_its_lesson(listed, exercises):
    lesson = f"A = 1\nB = 2\n\nEXERCISES = {listed}\n\nQUESTIONS = ()\n"
    after = with_exercise(lesson, "NEW", "NEW = 3\n\n\n")
    space = {}
    exec(after, space)
    assert space["EXERCISES"] == exercises
    assert after.count("# the last") == listed.count("# the last")


@pytest.mark.parametrize("lesson", ["A = 1\n", "EXERCISES = make()\n"])
def test_a_lesson_of_another_form_is_told(lesson):
    with pytest.raises(ValueError, match="EXERCISES"):
        with_exercise(lesson, "NEW", "NEW = 2\n")
