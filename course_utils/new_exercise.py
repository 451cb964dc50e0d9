"""Writes the skeleton of a new exercise: `course new-exercise NAME --notebook NN`.

An exercise lives in five places: its reference, its cases, its known mistakes, its declaration and
three cells of its notebook. The skeleton is in all of them, and hangs together; what only its
author knows is marked. As long as a mark is left, the tests of the course fail and say where.
"""

import builtins
import keyword
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import course_utils
from course_utils import exercises, notebooks
from course_utils.exercises.exercise import Exercise
from course_utils.files import write_atomically
from course_utils.source_edits import joined, names_bound, with_exercise, with_import

MARK = "FILL IN"
LESSONS = Path("course_utils/exercises/lessons")
END = "## Check your understanding"  # the new cells go before the section of this name
_MARKED = re.compile(MARK + r""":?\s*(.*?)(?:\\n|[`\\"'),\]])*$""")
_EXERCISE = "from course_utils.exercises.exercise import Exercise"
_CASES = "from course_utils.exercises.exercise import Case, case"
_MISCONCEPTION = "from course_utils.exercises.exercise import Misconception"

REFERENCE = '''

def {name}(x):
    """{mark}: what it computes, the shapes of what goes in and comes out, and the source."""
    raise NotImplementedError("{mark}: the course's own {name}")
'''
CASES = """

{rule}


def {name}_cases(rng: np.random.Generator) -> list[Case]:
    # {mark}: first one to follow by hand; then drawn shapes, edge cases and hostile values.
    return [
        case("two numbers", x=np.array([1.0, 2.0])),
        case("random numbers", x=np.round(rng.normal(0, 2, 5), 1)),
        case("one number", x=np.round(rng.normal(0, 2, 1), 1)),
    ]
"""
MISTAKES = """

{rule}


def _{name}_mistake_1(x):
    raise NotImplementedError("{mark}: an implementation that makes this mistake and no other")


def _{name}_mistake_2(x):
    raise NotImplementedError("{mark}: an implementation that makes this mistake and no other")


def _{name}_mistake_3(x):
    raise NotImplementedError("{mark}: an implementation that makes this mistake and no other")


{constant} = (
    Misconception(
        "{mark}: the first mistake in a few words",
        _{name}_mistake_1,
        "{mark}: what the card says to its author.",
    ),
    Misconception(
        "{mark}: the second mistake in a few words",
        _{name}_mistake_2,
        "{mark}: what the card says to its author.",
    ),
    Misconception(
        "{mark}: the third mistake in a few words",
        _{name}_mistake_3,
        "{mark}: what the card says to its author.",
    ),
)
"""
ENTRY = """\
# {mark}: points, difficulty and minutes; a drive, where an answer is no function of arrays.
{constant} = Exercise(
    id="{id}",
    name="{name}",
    reference_path="{reference_path}",
    points={points},
    difficulty={difficulty},
    minutes={minutes},
    why="{mark}: in one sentence, why it matters.",
    draw_cases=cases.{name}_cases,
    misconceptions=mistakes.{constant},
    hints=(
        "{mark}: a nudge.",
        "{mark}: the idea.",
        "```\\n{mark}: the pseudocode\\n```",
    ),
)


"""
TASK = """{header}

{mark}: why it matters, in a sentence or two.

{mark}: what is given and what is wanted, with shapes."""
STUB = '''\
def {name}(x):
    """{mark}: what it computes, with shapes."""
    {stub_mark}
    raise NotImplementedError'''


def write_skeleton(root: Path, name: str, notebook: str, module: str | None = None) -> list[Path]:
    """Write the skeleton of the exercise `name` into the checkout `root`.

    notebook: the number of its notebook, "03". The exercise becomes the last one of it.
    module: where the reference goes, "course_utils.scratch.losses". Default: where the reference
        of the notebook's last exercise lives.
    Returns the files that were written. Raises ValueError, and writes nothing, when the name is
    taken or is none, and when there is no such notebook, lesson or module.
    """
    notebook_path, lesson_path = _home(root, notebook)
    number = notebook_path.name[:2]
    others = exercises.all_exercises(number)
    module = module or _module_of_last(others, number)
    module_path = root / (module.replace(".", "/") + ".py")
    if not re.fullmatch(r"course_utils\.(scratch|gpt|data)\.\w+", module):
        raise ValueError(f"the reference goes into course_utils.scratch, gpt or data, not {module}")
    if not module_path.is_file():
        raise ValueError(
            f"there is no module {module}: write {module_path.relative_to(root)} first"
        )
    cases_path = root / LESSONS / f"cases_{number}.py"
    mistakes_path = root / LESSONS / f"mistakes_{number}.py"
    _check_name(name, [module_path, cases_path, mistakes_path, lesson_path])

    words = {
        "name": name,
        "constant": name.upper(),
        "id": f"{number}.{len(others) + 1}",
        "reference_path": f"{module}:{name}",
        "points": 1,
        "difficulty": 2,
        "minutes": 10,
        "mark": MARK,
        "rule": f"# {' ' + name:->90}",
    }
    cases = _read(cases_path, f'"""The test cases of notebook {number}."""\n\n')
    cases = with_import(with_import(cases, "import numpy as np"), _CASES)
    mistakes = _read(mistakes_path, f'"""The well-known mistakes of notebook {number}."""\n\n')
    mistakes = with_import(mistakes, _MISCONCEPTION)
    lesson = with_import(_read(lesson_path), _EXERCISE)
    for kind in ("cases", "mistakes"):
        line = f"from course_utils.exercises.lessons import {kind}_{number} as {kind}"
        lesson = with_import(lesson, line)
    texts = {
        module_path: _read(module_path) + REFERENCE.format(**words),
        cases_path: joined(cases, CASES.format(**words)),
        mistakes_path: joined(mistakes, MISTAKES.format(**words)),
        lesson_path: with_exercise(lesson, words["constant"], ENTRY.format(**words)),
        notebook_path: _with_cells(_read(notebook_path), words),
    }
    for path, text in texts.items():
        with write_atomically(path) as partial:
            partial.write_text(text, encoding="utf-8")
    return list(texts)


def left_to_fill_in(root: Path) -> list[str]:
    """List the marks that skeletons have left in a checkout: "path:line: what is to be written"."""
    found = []
    paths = [p for p in (root / "course_utils").rglob("*.py") if p.name != Path(__file__).name]
    for path in sorted([*paths, *notebooks.notebook_paths(root)]):
        for i, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            if marked := _MARKED.search(line):
                found.append(f"{path.relative_to(root)}:{i}: {marked[1]}")
    return found


def _home(root: Path, notebook: str) -> tuple[Path, Path]:
    """Return the paths of a notebook and its lesson; complain in one line where one is missing."""
    here = Path(course_utils.__file__).resolve().parent.parent
    if here != root.resolve():
        raise ValueError(
            f"this `course` belongs to {here}, not to {root}: use the one in {root}/.venv/bin"
        )
    found = {path.name[:2]: path for path in notebooks.notebook_paths(root)}
    number = notebook.zfill(2)
    if number not in found:
        raise ValueError(f"there is no notebook {notebook!r}. There are: {', '.join(found)}")
    lesson = LESSONS / f"lesson_{number}.py"
    if not (root / lesson).is_file():
        raise ValueError(f"notebook {number} has no lesson: write {lesson}, with EXERCISES = ()")
    return found[number], root / lesson


def _module_of_last(others: tuple[Exercise, ...], number: str) -> str:
    if not others:
        raise ValueError(
            f"notebook {number} has no exercise yet, so say where the reference of this one goes: "
            "--module course_utils.gpt.NAME"
        )
    return others[-1].reference_path.partition(":")[0]


def _check_name(name: str, paths: list[Path]) -> None:
    """Complain about a name that no learner could define, or that something else has."""
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", name) or keyword.iskeyword(name):
        raise ValueError(f"{name!r} cannot be the name of a function or class in Python")
    if len(name) > 50:
        raise ValueError(f"{name!r} is longer than 50 characters, too long for the ids of cells")
    if name in dir(builtins) or name in exercises.__all__:
        raise ValueError(f"the name {name!r} is taken: notebooks call something else by it")
    if taken := [e.id for e in exercises.all_exercises() if e.name == name]:
        raise ValueError(f"the name {name!r} is taken: by exercise {taken[0]}")
    for path in paths:
        there = names_bound(_read(path))
        for new in (name, name.upper(), f"{name}_cases"):
            if new in there:
                raise ValueError(f"the name {name!r} is taken: {path.name} already has a {new}")


def _read(path: Path, missing: str = "") -> str:
    return path.read_text(encoding="utf-8") if path.is_file() else missing


def _with_cells(text: str, words: dict[str, Any]) -> str:
    """Return a notebook with the three cells of the exercise before its questions."""
    from nbformat.v4 import new_code_cell, new_markdown_cell

    nb = notebooks.read(text)
    places = [i for i, cell in enumerate(nb.cells) if END in cell.source.splitlines()]
    if not places:
        raise ValueError(f"the notebook has no cell with the line {END!r}")
    name = words["name"]
    header = Exercise.header(SimpleNamespace(**words))
    nb.cells[places[0] : places[0]] = [
        new_markdown_cell(TASK.format(header=header, **words), id=f"{name}-task"),
        new_code_cell(
            STUB.format(stub_mark=notebooks.STUB_MARK, **words),
            id=f"{name}-exercise",
            metadata={"tags": ["exercise"]},
        ),
        new_code_cell(f"{name} = check({name})", id=f"{name}-check", metadata={"tags": ["check"]}),
    ]
    return notebooks.to_text(nb)
