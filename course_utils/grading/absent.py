"""The course's package as a student's code sees it in the box: without the reference asked for.

The reference is taken out of the source, and with it every top-level statement that cannot be run
without it. What is left is sent to the box as text; the box holds no file of the course.
"""

import ast
import functools
import inspect
from importlib import import_module
from pathlib import Path

import course_utils
from course_utils.exercises.exercise import Exercise
from course_utils.grading.finding import find_definition

PARTS = ("scratch", "gpt", "data", "exercises")  # what answers and drives may import


def modules_without(exercise: Exercise) -> dict[str, str]:
    """Return module name -> source of the course's package, the exercise's reference taken out."""
    return dict(_modules_without(exercise.name))


def drive_of(exercise: Exercise) -> tuple[str, str]:
    """Return (source that defines the exercise's drive and all it needs, its name).

    Raises ValueError when the drive is not an ordinary top-level function of a course module.
    """
    drive = exercise.drive
    name, module = getattr(drive, "__name__", ""), getattr(drive, "__module__", "")
    found = _definition(module, name)
    if found is None:
        raise ValueError(
            f"the drive of {exercise.name} must be a top-level function of {module}, not {drive!r}"
        )
    return found, name


@functools.cache
def _definition(module: str, name: str) -> str | None:
    return find_definition(inspect.getsource(import_module(module)), name)


@functools.cache
def _modules_without(name: str) -> tuple[tuple[str, str], ...]:
    return tuple(
        (module, _without(source, name) if name in source else source)
        for module, source in _sources()
    )


@functools.cache
def _sources() -> tuple[tuple[str, str], ...]:
    root = Path(course_utils.__file__).parent
    found = [("course_utils", root / "__init__.py")]
    found += [(f"course_utils.{n}", root / f"{n}.py") for n in ("environment", "files")]
    for part in PARTS:
        for path in sorted((root / part).rglob("*.py")):
            if path.name.startswith(("lesson_", "cases_", "mistakes_")):
                continue  # the grader's business
            dotted = ".".join(path.relative_to(root).with_suffix("").parts)
            found.append((f"course_utils.{dotted}".removesuffix(".__init__"), path))
    return tuple((module, path.read_text(encoding="utf-8")) for module, path in found)


def _without(source: str, name: str) -> str:
    """Take the definition of `name` out, and whatever cannot be defined without it."""
    tree = ast.parse(source)
    gone = {name}
    kept = list(tree.body)
    while True:
        staying = [node for node in kept if not _falls_with(node, gone)]
        if len(staying) == len(kept):
            break
        for node in kept:
            if node not in staying:
                gone |= _defined_by(node)
        kept = staying
    tree.body = [_without_aliases(node, gone) for node in kept]
    return ast.unparse(tree)


def _falls_with(node: ast.stmt, gone: set[str]) -> bool:
    """Tell whether a statement defines a lost name or needs one at once (not only when called)."""
    if _defined_by(node) & gone:
        return not isinstance(node, ast.Import | ast.ImportFrom) or len(node.names) == 1
    if isinstance(node, ast.FunctionDef):
        at_once = [*node.decorator_list, *node.args.defaults, *filter(None, node.args.kw_defaults)]
    elif isinstance(node, ast.ClassDef):
        at_once = [*node.decorator_list, *node.bases, *(k.value for k in node.keywords)]
        at_once += [part for part in node.body if not isinstance(part, ast.FunctionDef)]
        for method in node.body:
            if isinstance(method, ast.FunctionDef):
                at_once += method.args.defaults
    elif isinstance(node, ast.Import | ast.ImportFrom):
        return False
    else:
        at_once = [node]
    return any(
        isinstance(part, ast.Name) and part.id in gone
        for root in at_once
        for part in ast.walk(root)
    )


def _defined_by(node: ast.stmt) -> set[str]:
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return {node.name}
    if isinstance(node, ast.Import | ast.ImportFrom):
        return {alias.asname or alias.name for alias in node.names}
    return {
        part.id
        for part in ast.walk(node)
        if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)
    }


def _without_aliases(node: ast.stmt, gone: set[str]) -> ast.stmt:
    if isinstance(node, ast.ImportFrom):
        node.names = [alias for alias in node.names if (alias.asname or alias.name) not in gone]
    return node
