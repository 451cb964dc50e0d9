"""Keeps the source of a learner's correct answers, so that later notebooks can build on them.

An answer is kept as a Python file that stands alone: its source, and whatever it uses from the
notebook around it (imports, helper functions, constants, earlier answers), found from the names in
its code.
"""

import ast
import inspect
import linecache
import symtable
from collections.abc import Callable
from types import CodeType, ModuleType
from typing import Any

from course_utils.environment import learner_folder
from course_utils.exercises.running import file_of
from course_utils.files import write_atomically

RESTORED = "my_course."  # begins the module name of an answer that came back from the folder
SIMPLE = (bool, int, float, complex, str, bytes, tuple, type(None))


def remember(name: str, answer: Callable) -> None:
    """Write a correct answer to the learner's folder.

    Raises ValueError when its source cannot be found, OSError when the folder cannot be written.
    """
    with write_atomically(_path(name)) as partial:
        partial.write_text(standalone_source(answer), encoding="utf-8")


def learners_own(name: str) -> Callable | None:
    """Return the learner's own answer to an exercise, as it was when it passed its check.

    Returns None when there is none, or when it no longer runs.
    """
    path = _path(name)
    try:
        source = path.read_text(encoding="utf-8")
    except (OSError, ValueError):  # none yet, or not ours
        return None
    # Known to linecache, so that a traceback shows the learner's line.
    linecache.cache[str(path)] = (len(source), None, source.splitlines(keepends=True), str(path))
    namespace: dict[str, Any] = {"__name__": RESTORED + name}
    try:
        exec(compile(source, str(path), "exec"), namespace)
    except Exception:
        return None
    return namespace.get(name)


def _path(name: str):
    return learner_folder() / "answers" / f"{name}.py"


def standalone_source(answer: Callable) -> str:
    """Return the source of a function or class, preceded by all that it needs to run alone.

    Raises ValueError when the source of the answer or of a helper cannot be found.
    """
    parts = needs_of(answer)
    imports = [part for part in parts.values() if part.startswith(("import ", "from "))]
    rest = [part for part in parts.values() if part not in imports]
    return "\n".join(sorted(imports)) + "\n\n\n" + "\n\n\n".join([*rest, source_of(answer)]) + "\n"


def needs_of(answer: Callable) -> dict[str, str]:
    """Return what a function or class uses from around it: name -> the lines that define it.

    Modules and what was imported give an import; helpers written in the notebook, and simple
    constants, give their source. In an order in which they can be run.
    """
    parts: dict[str, str] = {}
    _collect(answer, parts)
    del parts[answer.__name__]
    return parts


def source_of(thing: Callable) -> str:
    """Return the source of a top-level function or class, also of a class in a notebook cell.

    (`inspect.getsource` needs a file for a class, and a notebook cell is none.)
    Raises ValueError when it cannot be found.
    """
    thing = inspect.unwrap(thing)  # what stands below a decorator such as torch.no_grad
    filename = file_of(thing)
    text = "".join(linecache.getlines(filename)) if filename else ""
    if not text:
        try:
            return inspect.getsource(thing)
        except (OSError, TypeError) as error:
            raise ValueError(f"the source of {thing.__name__} cannot be found") from error
    found = None
    for node in _parse(text).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name == thing.__name__:
            found = node
    if found is None:
        raise ValueError(f"the source of {thing.__name__} is not at the top level of its cell")
    first = min([found.lineno, *(d.lineno for d in found.decorator_list)])
    return "\n".join(text.splitlines()[first - 1 : found.end_lineno])


def _parse(cell: str) -> ast.Module:
    """Parse a notebook cell, whose magics and shell lines are not Python."""
    try:
        return ast.parse(cell)
    except SyntaxError:
        lines = cell.splitlines()
        kept = ["" if line.lstrip().startswith(("%", "!")) else line for line in lines]
        return ast.parse("\n".join(kept))


def _collect(thing: Callable, parts: dict[str, str]) -> None:
    """Add to `parts` what `thing` needs, and then `thing` itself."""
    name = thing.__name__
    if name in parts:
        return
    parts[name] = ""  # claims the name first: functions may call each other
    space = _globals_of(thing)
    source = source_of(thing)
    needed: dict[str, str] = {}
    for used in sorted(free_names(source)):
        if used == name or used not in space or used in parts or used.startswith("__"):
            continue
        value = space[used]
        if isinstance(value, ModuleType):
            needed[used] = f"import {value.__name__} as {used}"
        elif callable(value) and not _is_learners(value):
            original = getattr(value, "__name__", used)
            renamed = "" if original == used else f" as {used}"
            needed[used] = f"from {value.__module__} import {original}{renamed}"
        elif isinstance(value, SIMPLE):
            needed[used] = f"{used} = {value!r}"
        elif inspect.isfunction(value) or isinstance(value, type):
            _collect(value, parts)
            if used != value.__name__:
                needed[used] = f"{used} = {value.__name__}"
    for used, line in needed.items():
        parts.setdefault(used, line)
    del parts[name]
    parts[name] = source  # after all that it needs


def _is_learners(value: Callable) -> bool:
    """Tell what was written in this notebook, or kept from an earlier one, from what was imported.

    Of the learner's own the source is kept: the module of a restored answer cannot be imported.
    """
    module = getattr(value, "__module__", None) or "__main__"
    return module == "__main__" or module.startswith(RESTORED)


def free_names(source: str) -> set[str]:
    """Return the names that code takes from around it: not the variables of its functions.

    Raises SyntaxError when it is not Python.
    """
    names: set[str] = set()

    def visit(table: symtable.SymbolTable) -> None:
        top = table.get_type() == "module"
        for symbol in table.get_symbols():
            if symbol.is_referenced() if top else symbol.is_global():
                names.add(symbol.get_name())
        for inner in table.get_children():
            visit(inner)

    visit(symtable.symtable(source, "<answer>", "exec"))
    return names


def _globals_of(thing: Callable) -> dict[str, Any]:
    thing = inspect.unwrap(thing)
    if inspect.isfunction(thing):
        return thing.__globals__
    for member in vars(thing).values():
        if isinstance(getattr(member, "__code__", None), CodeType):
            return member.__globals__
    return {}
