"""What an instructor hands out: notebooks, a note for students, and a manifest with the points.

`for_nbgrader` writes the same as an nbgrader assignment, for schools that live in nbgrader.
"""

import ast
import datetime
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from course_utils import __version__
from course_utils.exercises.exercise import Exercise
from course_utils.exercises.registry import all_exercises, get
from course_utils.files import write_atomically
from course_utils.notebooks import find_root, notebook_paths, read, solution_cell, stubs, to_text

_NOTE = """# {title}

Work through {notebooks}. Each exercise has a check that tells you at once what is right and what
is not; run it as often as you like. Answer the written questions in the cells below them.

- Points: {points} for code{written}.
- {due}
- Before you hand in: *Kernel, Restart Kernel and Run All Cells*, look at the list of exercises at
  the end, save, and hand in the .ipynb file. Do not rename the functions.
- `course check NOTEBOOK.ipynb` checks the whole notebook in a terminal.

Grading draws new inputs. Part of the points of an exercise is given where the answer is right on
some kinds of inputs and wrong on others. Every lost point comes with its reason.
"""
_WRITTEN = re.compile(r"^\*\*Written question (\d\d\.W\d)\*\* \((\d+) points?\)", re.M)


def release(numbers: Sequence[str], out: Path, due: datetime.datetime | None = None) -> list[Path]:
    """Write notebooks, NOTE.md and manifest.json to a new folder; return their paths.

    Raises ValueError for a number without a notebook, FileExistsError when `out` is not empty.
    """
    sources = _sources(numbers)
    _new_folder(out)
    written = {q: p for path in sources.values() for q, p in _written_questions(path).items()}
    manifest = {
        "course": __version__,
        "due": due.isoformat() if due else None,
        "notebooks": {number: path.name for number, path in sources.items()},
        "exercises": {
            e.name: {"id": e.id, "points": e.points} for n in sources for e in all_exercises(n)
        },
        "written": written,
    }
    paths = []
    for path in sources.values():
        paths.append(_write(out / path.name, path.read_text(encoding="utf-8")))
    paths.append(_write(out / "NOTE.md", _note(manifest)))
    paths.append(_write(out / "manifest.json", json.dumps(manifest, indent=2) + "\n"))
    return paths


def written_questions(numbers: Sequence[str]) -> dict[str, int]:
    """Return question -> points of these notebooks; empty where the course's files are missing."""
    try:
        known = {path.name[:2]: path for path in notebook_paths(find_root(Path(__file__).parent))}
    except FileNotFoundError:
        return {}
    asked = [known[number] for number in numbers if number in known]
    return {q: points for path in asked for q, points in _written_questions(path).items()}


def _sources(numbers: Sequence[str]) -> dict[str, Path]:
    known = {path.name[:2]: path for path in notebook_paths(find_root())}
    unknown = [number for number in numbers if number not in known]
    if unknown or not numbers:
        raise ValueError(
            f"no notebook has the number {', '.join(unknown) or '(none given)'}; "
            f"there are {', '.join(known)}"
        )
    return {number: known[number] for number in numbers}


def _new_folder(out: Path) -> None:
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise FileExistsError(f"{out} is not an empty folder: name a new one")
    out.mkdir(parents=True, exist_ok=True)


def _written_questions(path: Path) -> dict[str, int]:
    nb = read(path.read_text(encoding="utf-8"))
    text = "\n".join(cell.source for cell in nb.cells if cell.cell_type == "markdown")
    return {question: int(points) for question, points in _WRITTEN.findall(text)}


def _note(manifest: dict[str, Any]) -> str:
    files = " and ".join(f"`{name}`" for name in manifest["notebooks"].values())
    by_hand = sum(manifest["written"].values())
    due = manifest["due"]
    return _NOTE.format(
        title="From Neuron to GPT: " + ", ".join(manifest["notebooks"]),
        notebooks=files,
        points=sum(entry["points"] for entry in manifest["exercises"].values()),
        written=f", {by_hand} for written answers" if by_hand else "",
        due=f"Due: {due.replace('T', ' ')}." if due else "No due date.",
    )


def _write(path: Path, text: str) -> Path:
    with write_atomically(path) as partial:
        partial.write_text(text, encoding="utf-8")
    return path


# ---------------------------------------------------------------------------------- nbgrader


def for_nbgrader(numbers: Sequence[str], out: Path) -> list[Path]:
    """Write `source/NAME/NAME.ipynb` for nbgrader's generate_assignment; return the paths.

    Each exercise becomes a solution cell, with the reference between nbgrader's marks, and a
    locked test cell that has the points and fails when the check does. Written questions become
    cells that are graded by hand.
    """
    paths = []
    for path in _sources(numbers).values():
        nb = read(path.read_text(encoding="utf-8"))
        _mark(nb)
        target = out / "source" / path.stem / path.name
        paths.append(_write(target, to_text(nb)))
    return paths


def _mark(nb: Any) -> None:
    for cell in nb.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    for name, cell in stubs(nb).items():
        exercise = get(name)
        cell.source = _with_solution_marks(exercise, cell.source)
        cell.metadata["nbgrader"] = _grading(name, solution=True)
        check = next(c for c in nb.cells if f"{name} = check({name})" in c.source)
        check.source += (
            f"\n\nfrom course_utils.exercises.checking import require\n\nrequire({name!r})"
        )
        check.metadata["nbgrader"] = _grading(f"{name}-check", points=exercise.points)
    points = {q: int(p) for c in nb.cells for q, p in _WRITTEN.findall(c.source)}
    for cell in nb.cells:
        found = re.match(r"\*\*Your answer to (\d\d\.W\d):\*\*", cell.source)
        if cell.cell_type == "markdown" and found:
            name = found[1].replace(".", "-")
            cell.metadata["nbgrader"] = _grading(name, points=points[found[1]], solution=True)


def _grading(grade_id: str, points: int | None = None, solution: bool = False) -> dict[str, Any]:
    about = {
        "grade": points is not None,
        "grade_id": grade_id,
        "locked": not solution,
        "schema_version": 3,
        "solution": solution,
        "task": False,
    }
    return about if points is None else about | {"points": points}


def _with_solution_marks(exercise: Exercise, stub: str) -> str:
    """Put nbgrader's marks around what a student is to write, in the reference's source."""
    source = solution_cell(exercise)
    asked = {
        node.name
        for node in ast.walk(ast.parse(stub))
        if isinstance(node, ast.FunctionDef) and "NotImplementedError" in ast.unparse(node)
    }
    lines = source.split("\n")
    for node in reversed(_outermost_functions(ast.parse(source))):
        start, end = _body(node) if node.name in asked else (_first(node), node.end_lineno)
        space = " " * (len(lines[start - 1]) - len(lines[start - 1].lstrip()))
        lines.insert(end, f"{space}### END SOLUTION")
        lines.insert(start - 1, f"{space}### BEGIN SOLUTION")
    return "\n".join(lines)


def _outermost_functions(tree: ast.Module) -> list[ast.FunctionDef]:
    """Functions, and the methods of classes, in the order of their lines."""
    found = []
    for node in tree.body:
        inside = node.body if isinstance(node, ast.ClassDef) else [node]
        found += [part for part in inside if isinstance(part, ast.FunctionDef)]
    return found


def _first(node: ast.FunctionDef) -> int:
    return min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])


def _body(node: ast.FunctionDef) -> tuple[int, int]:
    """First and last line of a function's body, its docstring left out."""
    body = node.body[1:] if ast.get_docstring(node) and len(node.body) > 1 else node.body
    return _first_line(body[0]), node.end_lineno


def _first_line(statement: ast.stmt) -> int:
    return min([statement.lineno, *(d.lineno for d in getattr(statement, "decorator_list", []))])
