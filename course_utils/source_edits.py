"""Adds to the source of a module and leaves what is there as it is, for `course new-exercise`."""

import ast


def with_import(source: str, line: str) -> str:
    """Return the source of a module with an import line in its sorted place, if it lacks it."""
    (new,) = ast.parse(line).body
    if {alias.asname or alias.name for alias in new.names} <= names_bound(source):
        return source
    imports = [
        node for node in ast.parse(source).body if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    lines = source.splitlines(keepends=True)
    later = [node for node in imports if _sort_key(node) > _sort_key(new)]
    if later:
        lines.insert(later[0].lineno - 1, line + "\n")
    elif imports:
        same = imports[-1].end_lineno
        gap = "\n" if _sort_key(imports[-1])[0] != _sort_key(new)[0] else ""
        lines.insert(same, f"{gap}{line}\n")
    else:
        lines.append(line + "\n")
    return "".join(lines)


def with_exercise(lesson: str, constant: str, entry: str) -> str:
    """Return the source of a lesson with one more exercise: declared, and last in EXERCISES."""
    lines = lesson.splitlines(keepends=True)
    for node in ast.parse(lesson).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "EXERCISES":
            break
    else:
        raise ValueError("the lesson has no line that begins with EXERCISES =")
    if not isinstance(node.value, ast.Tuple):
        raise ValueError("the lesson's EXERCISES is not written out as a tuple")
    if not node.value.elts:
        lines[node.lineno - 1] = f"EXERCISES = ({constant},)\n"
    elif node.lineno == node.end_lineno:  # EXERCISES = (A, B)
        names = [*(ast.unparse(item) for item in node.value.elts), constant]
        listed = "".join(f"    {name},\n" for name in names)
        lines[node.lineno - 1] = f"EXERCISES = (\n{listed})\n"
    else:
        lines.insert(node.end_lineno - 1, f"    {constant},\n")
    lines.insert(node.lineno - 1, entry)
    return "".join(lines)


def joined(source: str, block: str) -> str:
    """Append a block of code; after imports one line is left free, after code two."""
    last = ast.parse(source).body[-1]
    return source + (block[1:] if isinstance(last, ast.Import | ast.ImportFrom) else block)


def names_bound(source: str) -> set[str]:
    """Return the names that a module binds at its top level."""
    names = set()
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            names |= {alias.asname or alias.name for alias in node.names}
        else:
            names |= {
                n.id for n in ast.walk(node) if isinstance(n, ast.Name) and type(n.ctx) is ast.Store
            }
    return names


def _sort_key(node: ast.Import | ast.ImportFrom) -> tuple:
    """Order imports as the course does: its own last; by module, then by name."""
    module = getattr(node, "module", None) or node.names[0].name
    return (module.startswith("course_utils"), module, min(alias.name for alias in node.names))
