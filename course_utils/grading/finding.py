"""Finds an answer in a notebook by its name, with all that it needs to be run alone.

An answer is the last top-level definition of the exercise's name, wherever it stands. With it come
the imports, assignments and helpers that its code names; demonstrations and training cells stay
behind.
"""

import ast
from dataclasses import dataclass

from course_utils.grading.reading import TOO_DEEP, Definition, Notebook, read_code


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


def find_answer(notebook: Notebook, name: str, exercises: frozenset[str]) -> Answer | None:
    """Return the answer to an exercise with all that it needs, or None when there is none."""
    final = _last(notebook, name, exercises)
    if final is None:
        return None
    order: list[Definition] = []
    provided: set[str] = set()
    try:
        _gather(notebook, final, exercises - {name}, order, provided, set())
    except RecursionError:
        notebook.broken.append((name, TOO_DEEP))
        return None
    stars = notebook.binding("*")
    parts = [d.source for d in (*stars, *order)]
    return Answer("\n\n".join(parts), final.source, tuple(sorted(provided)))


def mentions(notebook: Notebook, name: str, exercises: frozenset[str]) -> bool:
    """Tell whether a notebook defines an exercise: a stub and a cell that cannot be read count."""
    broken = any(name == other for other, _ in notebook.broken)
    return broken or _last(notebook, name, exercises) is not None


def find_definition(module_source: str, name: str) -> str | None:
    """Return the source of one name of an ordinary module with all that it needs, or None."""
    notebook = Notebook()
    read_code(module_source, notebook)
    answer = find_answer(notebook, name, frozenset())
    return answer.source if answer is not None else None


def _last(notebook: Notebook, name: str, exercises: frozenset[str]) -> Definition | None:
    for definition in reversed(notebook.binding(name)):
        if not (name in exercises and _only_passes_on(definition.node)):
            return definition
    return None


def _imported(notebook: Notebook, name: str) -> Definition | None:
    """The import that a name comes from, unless the notebook binds it anew after that.

    An import says which of two functions of one name is meant: notebook 09 imports PyTorch's
    `gelu`, and the exercise of that name is about NumPy's.
    """
    bound = notebook.binding(name)
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
    for name in sorted(definition.uses):
        if name in definition.names:
            needed = _before(notebook, definition, name)
        else:
            needed = _imported(notebook, name)
            if needed is None and name in exercises:
                provided.add(name)
                continue
            needed = needed or _last(notebook, name, exercises)
        if needed is not None:
            _gather(notebook, needed, exercises, order, provided, seen)
    order.append(definition)


def _before(notebook: Notebook, definition: Definition, name: str) -> Definition | None:
    """`total += 1` and `w = w / 2` need the statement before them that binds the name."""
    if not isinstance(definition.node, ast.Assign | ast.AnnAssign | ast.AugAssign):
        return None  # a function that calls itself
    bound = notebook.binding(name)
    place = next(i for i, other in enumerate(bound) if other is definition)
    return bound[place - 1] if place else None
