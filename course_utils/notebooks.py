"""The notebooks as files: the parts that all of them share, and the build with every stub solved.

Maintainers stamp (`course stamp`); tests and instructors solve.
"""

import copy
import re
from pathlib import Path
from typing import Any

from course_utils.exercises.answers import needs_of
from course_utils.exercises.registry import all_exercises
from course_utils.files import write_atomically

STUB_MARK = "# YOUR CODE HERE"
SETUP_CELL = """\
# Setup: on Colab this installs the course; elsewhere it only imports it.
import importlib.util

if importlib.util.find_spec("course_utils") is None:
    %pip install --quiet "git+{repository}"

from course_utils.environment import setup

setup(seed=0)"""
BADGE = (
    "[![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)]"
    "(https://colab.research.google.com/github/{slug}/blob/main/notebooks/{file})"
)
_BADGE_PATTERN = re.compile(
    r"\[!\[Open in Colab\]\([^)]*\)\]\(https://colab\.research\.google\.com/[^)]*/(?P<file>[^/)]+)\)"
)
_REPOSITORY_LINE = re.compile(
    r'^Repository = "(?P<url>https://github\.com/(?P<slug>[^"/]+/[^"/]+))"$', re.M
)
_SLUG = re.compile(r"[A-Za-z0-9._-]+/[A-Za-z0-9._-]+")
_METADATA = {
    "kernelspec": {
        "display_name": "Python 3 (ipykernel)",
        "language": "python",
        "name": "python3",
    },
    "language_info": {"name": "python"},
}
_WIDGET = "application/vnd.jupyter.widget-view+json"


def find_root(start: Path | None = None) -> Path:
    """Return the folder of the course's checkout that holds `start` (default: where you are).

    Raises FileNotFoundError outside a checkout.
    """
    start = (start or Path.cwd()).resolve()
    for folder in (start, *start.parents):
        if (folder / "notebooks").is_dir() and (folder / "pyproject.toml").is_file():
            return folder
    raise FileNotFoundError(
        f"{start} is not inside a checkout of the course: go to the folder with pyproject.toml"
    )


def notebook_paths(root: Path) -> list[Path]:
    """Return the course's notebooks, in order."""
    return sorted((root / "notebooks").glob("[0-9][0-9]_*.ipynb"))


def repository_slug(root: Path) -> str:
    """Return "owner/name" of the public repository, as pyproject.toml has it.

    Raises ValueError when the line is missing.
    """
    found = _REPOSITORY_LINE.search((root / "pyproject.toml").read_text(encoding="utf-8"))
    if found is None:
        raise ValueError('pyproject.toml has no line like Repository = "https://github.com/a/b"')
    return found["slug"]


def stamp(root: Path, repository: str | None = None, write: bool = True) -> list[Path]:
    """Write the repository's address into badges and setup cells, wherever it differs.

    From the notebooks goes, too, what each run writes anew and says nothing to a reader: times,
    versions, the states and random ids of widgets, and where a text that was printed was cut.

    repository: "owner/name" to move to; None keeps what pyproject.toml says.
    write: False changes nothing.
    Returns the files that differed. Raises ValueError when `repository` is not "owner/name".
    """
    if repository is not None and not _SLUG.fullmatch(repository):
        raise ValueError(f"the repository should be owner/name, but is {repository!r}")
    slug = repository or repository_slug(root)
    changed = []
    for path in (root / "pyproject.toml", root / "README.md", *notebook_paths(root)):
        before = path.read_text(encoding="utf-8")
        after = _stamped(path, before, slug)
        if after != before:
            changed.append(path)
            if write:
                with write_atomically(path) as partial:
                    partial.write_text(after, encoding="utf-8")
    return changed


def _stamped(path: Path, text: str, slug: str) -> str:
    if path.suffix == ".toml":
        return _REPOSITORY_LINE.sub(f'Repository = "https://github.com/{slug}"', text)
    if path.suffix == ".md":
        return _stamped_badges(text, slug)
    nb = read(text)
    for cell in nb.cells:
        if cell.cell_type == "markdown":
            cell.source = _stamped_badges(cell.source, slug)
        elif "setup" in cell.metadata.get("tags", []):
            cell.source = SETUP_CELL.format(repository=f"https://github.com/{slug}")
    return to_text(_without_traces(nb))


def _without_traces(nb: Any) -> Any:
    """Leave of a notebook, in place, what is the same after each run: its diffs then show work."""
    nb.metadata = copy.deepcopy(_METADATA)
    for cell in nb.cells:
        cell.metadata = {"tags": tags} if (tags := cell.metadata.get("tags")) else {}
        if cell.cell_type != "code":
            continue
        cell.outputs = _joined_streams(cell.outputs)
        for output in cell.outputs:
            if view := output.get("data", {}).get(_WIDGET):
                view["model_id"] = cell.id
    return nb


def _joined_streams(outputs: list[Any]) -> list[Any]:
    """Join what was printed in a row: a kernel sends it in pieces as its clock will have it."""
    joined: list[Any] = []
    for output in outputs:
        before = joined[-1] if joined else {}
        if output.output_type == "stream" and before.get("name") == output.name:
            before.text += output.text
        else:
            joined.append(output)
    return joined


def _stamped_badges(text: str, slug: str) -> str:
    return _BADGE_PATTERN.sub(lambda found: BADGE.format(slug=slug, file=found["file"]), text)


def read(text: str) -> Any:
    """Read a notebook from its text."""
    import nbformat

    return nbformat.reads(text, as_version=4)


def to_text(nb: Any) -> str:
    """Write a notebook as text, as nbformat writes it to a file."""
    import nbformat

    return nbformat.writes(nb) + "\n"


def stubs(nb: Any) -> dict[str, Any]:
    """Return the exercise cells of a notebook: exercise name -> cell.

    They are found by the mark in their code and the name they define, not by tags or ids, which
    other front ends lose.
    """
    found = {}
    for cell in nb.cells:
        if cell.cell_type == "code" and STUB_MARK in cell.source:
            name = re.search(r"^(?:def|class)\s+(\w+)", cell.source, re.M)
            if name is None:
                raise ValueError(f"an exercise cell defines no name:\n{cell.source}")
            found[name[1]] = cell
    return found


def solve(nb: Any, only: set[str] | None = None) -> Any:
    """Replace the stubs of a notebook by the sources of the references, in place; return it.

    only: names to solve; None solves all. Outputs are dropped.
    """
    known = {exercise.name: exercise for exercise in all_exercises()}
    for name, cell in stubs(nb).items():
        if only is None or name in only:
            cell.source = solution_cell(known[name])
    for cell in nb.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return nb


def solution_cell(exercise: Any) -> str:
    """Return a cell that defines an exercise's name by its reference, with what that needs.

    Other exercises' references are left out: the notebook defines them itself. Not so what only
    has the name of one: the `gelu` that a GPT uses is another function than the exercise's.
    """
    others = {"from {} import {}".format(*e.reference_path.split(":")) for e in all_exercises()}
    lines = [line for line in needs_of(exercise.reference).values() if line not in others]
    return "\n".join([*lines, exercise.solution_source()])
