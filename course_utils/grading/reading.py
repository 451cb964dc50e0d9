"""Reads a submitted notebook without running it, and finds each answer in it by its name.

An answer is the last top-level definition of the exercise's name, wherever it stands. With it come
the imports, assignments and helpers that its code names; demonstrations and training cells stay
behind. No cell metadata and no ids are used: Colab and students lose them.
"""

import ast
import contextlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from course_utils.exercises.answers import free_names

LARGEST = 32 * 2**20  # bytes of a notebook


class Unreadable(Exception):
    """A submission that is no notebook; the message tells why."""


@dataclass(frozen=True)
class Definition:
    """One top-level statement of the notebook and the names that it binds."""

    names: frozenset[str]
    node: ast.stmt
    source: str


@dataclass
class Notebook:
    """The code of a submission, as statements in order, and what could not be read.

    broken: (name defined in the cell, what is wrong), for cells with a syntax error.
    written: id of a written question -> the text below its heading.
    """

    definitions: list[Definition] = field(default_factory=list)
    broken: list[tuple[str, str]] = field(default_factory=list)
    written: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    """An answer, ready to be run alone.

    source: the definition and all that it needs, in an order in which it can be run.
    own: the definition alone.
    provided: names of other exercises that it uses.
    """

    source: str
    own: str
    provided: tuple[str, ...]


def read_notebook(raw: bytes) -> Notebook:
    """Read a notebook file. Raises Unreadable when it is none."""
    if len(raw) > LARGEST:
        raise Unreadable(f"the file has {len(raw):,} bytes; at most {LARGEST:,} are read")
    try:
        tree = json.loads(raw.decode("utf-8-sig"))
    except (UnicodeDecodeError, RecursionError, ValueError) as error:
        raise Unreadable(f"the file is not a notebook: {_short(error)}") from error
    cells = tree.get("cells") if isinstance(tree, dict) else None
    if not isinstance(cells, list):
        if isinstance(tree, dict) and "worksheets" in tree:
            raise Unreadable("the notebook is in the old format 3: open it in Jupyter and save it")
        raise Unreadable("the file is JSON, but not a notebook: it has no list of cells")
    notebook = Notebook()
    markdown = []
    for cell in cells:
        source = _source(cell)
        if isinstance(cell, dict) and cell.get("cell_type") == "code":
            _read_code(source, notebook)
        else:
            markdown.append(source)
    notebook.written = _written(markdown)
    return notebook


def find_answer(notebook: Notebook, name: str, exercises: frozenset[str]) -> Answer | None:
    """Return the answer to an exercise with all that it needs, or None when there is none."""
    final = _last(notebook, name, exercises)
    if final is None:
        return None
    order: list[Definition] = []
    provided: set[str] = set()
    _gather(notebook, final, exercises - {name}, order, provided, set())
    stars = [d for d in notebook.definitions if "*" in d.names]
    parts = [d.source for d in (*stars, *order)]
    return Answer("\n\n".join(parts), final.source, tuple(sorted(provided)))


def find_definition(module_source: str, name: str) -> str | None:
    """Return the source of one name of an ordinary module with all that it needs, or None."""
    notebook = Notebook()
    _read_code(module_source, notebook)
    answer = find_answer(notebook, name, frozenset())
    return answer.source if answer is not None else None


def _short(error: Exception) -> str:
    return str(error).partition("\n")[0][:200]


def _source(cell: Any) -> str:
    """Return a cell's text, which is a string or a list of lines; anything else counts as empty."""
    source = cell.get("source", "") if isinstance(cell, dict) else ""
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    if not isinstance(source, str):
        return ""
    return source.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")


# ------------------------------------------------------------------------------------- cells


def _read_code(source: str, notebook: Notebook) -> None:
    code = _without_magics(source)
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = getattr(error, "lineno", None)
        where = f" in line {line}" if line else ""
        for name in re.findall(r"^(?:def|class)\s+(\w+)", source, re.M):
            notebook.broken.append((name, f"{type(error).__name__}{where}: {_short(error)}"))
        return
    lines = code.split("\n")
    for node in tree.body:
        names = frozenset(_bound_by(node))
        if names:
            first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
            text = "\n".join(lines[first - 1 : node.end_lineno])
            if first == node.lineno and node.col_offset:  # a second statement on one line
                text = ast.unparse(node)
            notebook.definitions.append(Definition(names, node, text))


_PYTHON_CELL_MAGICS = ("%%time", "%%timeit", "%%capture", "%%prun")


def _without_magics(source: str) -> str:
    """Drop the lines that are IPython's and not Python's; lines keep their numbers."""
    first = source.lstrip().partition("\n")[0]
    if first.startswith("%%") and not first.startswith(_PYTHON_CELL_MAGICS):
        return ""
    try:
        ast.parse(source)
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


def _last(notebook: Notebook, name: str, exercises: frozenset[str]) -> Definition | None:
    found = None
    for definition in notebook.definitions:
        if name in definition.names and not (
            name in exercises and _only_passes_on(definition.node)
        ):
            found = definition
    return found


def _imported(notebook: Notebook, name: str) -> Definition | None:
    """The import that a name comes from, unless the notebook binds it anew after that.

    An import says which of two functions of one name is meant: notebook 09 imports PyTorch's
    `gelu`, and the exercise of that name is about NumPy's.
    """
    bound = [definition for definition in notebook.definitions if name in definition.names]
    return bound[-1] if bound and isinstance(bound[-1].node, ast.ImportFrom) else None


def _only_passes_on(node: ast.stmt) -> bool:
    """Tell `softmax = check(softmax)` and imports of course names from a definition."""
    if isinstance(node, ast.ImportFrom):
        return True
    return (
        isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Call)
        and isinstance(node.value.func, ast.Name | ast.Attribute)
        and getattr(node.value.func, "id", getattr(node.value.func, "attr", "")) == "check"
    )


def _gather(notebook, definition, exercises, order, provided, seen) -> None:
    """Put what a definition needs, and then the definition itself, in `order`."""
    if id(definition) in seen:
        return
    seen.add(id(definition))
    for name in sorted(_used_by(definition.node)):
        if name in definition.names:
            if isinstance(definition.node, ast.AugAssign):
                _gather_before(notebook, definition, name, exercises, order, provided, seen)
            continue
        needed = _imported(notebook, name)
        if needed is None and name in exercises:
            provided.add(name)
            continue
        needed = needed or _last(notebook, name, exercises)
        if needed is not None:
            _gather(notebook, needed, exercises, order, provided, seen)
    order.append(definition)


def _gather_before(notebook, definition, name, exercises, order, provided, seen) -> None:
    """`total += 1` needs the statement before it that binds `total`."""
    place = notebook.definitions.index(definition)
    for earlier in reversed(notebook.definitions[:place]):
        if name in earlier.names:
            _gather(notebook, earlier, exercises, order, provided, seen)
            return


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
                answer = part[head.end() :].strip()
                found[head[1]] = "" if answer in ("*Write here.*", "_Write here._") else answer
    return found
