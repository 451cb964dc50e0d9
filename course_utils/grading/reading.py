"""Reads a submitted notebook without running it.

What is left of it are its top-level statements, with the names that each binds and uses, and the
written answers. No cell metadata and no ids are used: Colab and students lose them.
"""

import ast
import contextlib
import functools
import json
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from course_utils.exercises.answers import free_names

LARGEST = 32 * 2**20  # bytes of a notebook
MOST_CODE = 300_000  # characters in its code cells: several times the longest of the course
MOST_CELLS = 5_000
MOST_PARTS = 500_000  # lists and objects in its JSON
TOO_DEEP = "it is nested too deeply"
MOST_WRITTEN = 20_000  # characters of a written answer: what a cell of a spreadsheet holds


class Unreadable(Exception):
    """A submission that is no notebook; the message tells why."""


@dataclass(frozen=True)
class Definition:
    """One top-level statement of the notebook and the names that it binds."""

    names: frozenset[str]
    node: ast.stmt
    source: str

    @functools.cached_property
    def uses(self) -> frozenset[str]:
        """The names that the statement takes from around it."""
        return frozenset(_used_by(self.node))


@dataclass
class Notebook:
    """The code of a submission, as statements in order, and what could not be read.

    broken: (name defined in the cell, what is wrong), for cells with a syntax error.
    written: id of a written question -> the text below its heading.
    """

    definitions: list[Definition] = field(default_factory=list)
    broken: list[tuple[str, str]] = field(default_factory=list)
    written: dict[str, str] = field(default_factory=dict)
    _binding: dict[str, list[Definition]] = field(default_factory=dict)

    def add(self, definition: Definition) -> None:
        """Put a statement behind the others."""
        self.definitions.append(definition)
        for name in definition.names:
            self._binding.setdefault(name, []).append(definition)

    def binding(self, name: str) -> list[Definition]:
        """Return the statements that bind a name, in order."""
        return self._binding.get(name, [])


def read_notebook(raw: bytes) -> Notebook:
    """Read a notebook file. Raises Unreadable when it is none."""
    if len(raw) > LARGEST:
        raise Unreadable(f"the file has {len(raw):,} bytes; at most {LARGEST:,} are read")
    if not raw.strip():
        raise Unreadable("the file is empty")
    if raw.count(b"{") + raw.count(b"[") > MOST_PARTS:
        raise Unreadable(f"the file has more than {MOST_PARTS:,} parts")
    try:
        tree = json.loads(raw.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise Unreadable("the file is not a notebook: it is no text in UTF-8") from error
    except RecursionError as error:
        raise Unreadable(f"the file is not a notebook: {TOO_DEEP}") from error
    except json.JSONDecodeError as error:
        raise Unreadable(
            f"the file is not a notebook, or only a part of one: its JSON breaks off in line "
            f"{error.lineno} ({error.msg})"
        ) from error
    except ValueError as error:
        raise Unreadable(f"the file is not a notebook: {_short(error)}") from error
    cells = tree.get("cells") if isinstance(tree, dict) else None
    if not isinstance(cells, list):
        if isinstance(tree, dict) and "worksheets" in tree:
            raise Unreadable("the notebook is in the old format 3: open it in Jupyter and save it")
        raise Unreadable("the file is JSON, but not a notebook: it has no list of cells")
    code = [_source(cell) for cell in cells if _is_code(cell)]
    if len(code) > MOST_CELLS:
        raise Unreadable(f"it has more than {MOST_CELLS:,} code cells")
    if sum(map(len, code)) > MOST_CODE:
        raise Unreadable(f"its code cells hold more than {MOST_CODE:,} characters")
    notebook = Notebook()
    for source in code:
        read_code(source, notebook)
    notebook.written = _written([_source(cell) for cell in cells if not _is_code(cell)])
    return notebook


def _is_code(cell: Any) -> bool:
    return isinstance(cell, dict) and cell.get("cell_type") == "code"


def _short(error: Exception) -> str:
    return str(error).partition("\n")[0][:200]


def _source(cell: Any) -> str:
    """Return a cell's text, which is a string or a list of lines; anything else counts as empty."""
    source = cell.get("source", "") if isinstance(cell, dict) else ""
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    if not isinstance(source, str):
        return ""
    source = source.encode("utf-8", "replace").decode()  # no halves of characters
    return source.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")


# ------------------------------------------------------------------------------------- cells


def read_code(source: str, notebook: Notebook) -> None:
    """Add the statements of a cell, or of a whole module, to a notebook."""
    code = _without_magics(source)
    try:
        tree = parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        for name in re.findall(r"^(?:def|class)\s+(\w+)", source, re.M):
            notebook.broken.append((name, _what_is_wrong(error)))
        return
    lines = code.split("\n")
    for node in tree.body:
        names = frozenset(_bound_by(node))
        if names:
            first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
            text = "\n".join(lines[first - 1 : node.end_lineno])
            if first == node.lineno and node.col_offset:  # a second statement on one line
                text = ast.unparse(node)
            notebook.add(Definition(names, node, text))


def _what_is_wrong(error: Exception) -> str:
    if isinstance(error, RecursionError | MemoryError):
        return TOO_DEEP
    line = getattr(error, "lineno", None)
    where = f" in line {line}" if line else ""
    return f"{type(error).__name__}{where}: {getattr(error, 'msg', None) or _short(error)}"


_PYTHON_CELL_MAGICS = ("%%time", "%%timeit", "%%capture", "%%prun")


def parse(source: str) -> ast.Module:
    """Read Python; what Python warns about in a student's code is none of our reader's business."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(source)


def _without_magics(source: str) -> str:
    """Drop the lines that are IPython's and not Python's; lines keep their numbers."""
    first = source.lstrip().partition("\n")[0]
    if first.startswith("%%") and not first.startswith(_PYTHON_CELL_MAGICS):
        return ""
    try:
        parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        lines = source.split("\n")
        return "\n".join("" if _is_magic(line) else line for line in lines)
    return source


def _is_magic(line: str) -> bool:
    text = line.strip()
    assigned = re.match(r"\w+\s*=\s*[!%]", text)
    return text.startswith(("%", "!", "?")) or text.endswith("?") or assigned is not None


# ------------------------------------------------------------------------------------- names


def _bound_by(node: ast.stmt) -> Iterator[str]:
    """Yield the names that a top-level statement binds; "*" for a star import."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield node.name
    elif isinstance(node, ast.Import | ast.ImportFrom):
        for alias in node.names:
            yield (alias.asname or alias.name).partition(".")[0]
    elif isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        for target in targets:
            for part in ast.walk(target):
                if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
                    yield part.id
    elif isinstance(node, ast.If | ast.Try):  # `try: import ...`, `if gpu: device = ...`
        for part in ast.iter_child_nodes(node):
            if isinstance(part, ast.stmt):
                yield from _bound_by(part)
            elif isinstance(part, ast.ExceptHandler):
                for inner in part.body:
                    yield from _bound_by(inner)


def _used_by(node: ast.stmt) -> set[str]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        # Not the function's own variables: they often have the names of others in the notebook.
        with contextlib.suppress(SyntaxError, ValueError, RecursionError, MemoryError):
            return free_names(ast.unparse(node))
    used = {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
    used |= {name for part in ast.walk(node) if isinstance(part, ast.Global) for name in part.names}
    return used


# ----------------------------------------------------------------------------------- written


def _written(markdown: list[str]) -> dict[str, str]:
    """Find the answers to written questions: the text under "**Your answer to 01.W1:**"."""
    found = {}
    for text in markdown:
        for part in re.split(r"(?=\*\*Your answer to \d\d\.W\d)", text):
            head = re.match(r"\*\*Your answer to (\d\d\.W\d):?\*\*:?", part)
            if head:
                answer = part[head.end() :].strip()[:MOST_WRITTEN]
                found[head[1]] = "" if answer in ("*Write here.*", "_Write here._") else answer
    return found
