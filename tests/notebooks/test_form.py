"""What every notebook has in common: its parts, its exercises, its saved outputs."""

import ast
import inspect
import re

import pytest
from notebook_files import NOTEBOOKS, ROOT

from course_utils.exercises import all_exercises, get
from course_utils.exercises.registry import lesson
from course_utils.notebooks import STUB_MARK, read, stamp, stubs

each_notebook = pytest.mark.parametrize("name", NOTEBOOKS)
EXERCISES = {exercise.name: exercise for exercise in all_exercises()}
MOST_IGNORED = 0.2  # share of a notebook's code cells whose outputs may go uncompared
MOST_LINES = 32


def load(name):
    return read(NOTEBOOKS[name].read_text(encoding="utf-8"))


def code_cells(nb):
    return [cell for cell in nb.cells if cell.cell_type == "code"]


def tags(cell):
    return cell.metadata.get("tags", [])


def signatures(source):
    """Read the signatures of a cell's functions and of its classes' methods that are stubs."""
    found = {}
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef):
            found[node.name] = ast.unparse(_bare(node.args))
        elif isinstance(node, ast.ClassDef):
            for method in node.body:
                if isinstance(method, ast.FunctionDef):
                    found[f"{node.name}.{method.name}"] = ast.unparse(_bare(method.args))
    return found


def _bare(arguments):
    for argument in ast.walk(arguments):
        if isinstance(argument, ast.arg):
            argument.annotation = None
    return arguments


def test_badges_and_setup_cells_are_as_stamped():
    differing = [path.name for path in stamp(ROOT, write=False)]
    assert differing == [], "run `course stamp`"


def test_every_exercise_has_a_notebook_and_every_stub_an_exercise():
    in_notebooks = {found: name[:2] for name in NOTEBOOKS for found in stubs(load(name))}
    assert in_notebooks == {e.name: e.notebook for e in EXERCISES.values()}


@each_notebook
def test_cells_have_readable_ids_and_setup_comes_first(name):
    nb = load(name)
    ids = [cell.id for cell in nb.cells]
    assert len(set(ids)) == len(ids)
    assert [i for i in ids if not re.fullmatch(r"[a-zA-Z][a-zA-Z0-9_-]+", i)] == []
    assert nb.cells[0].cell_type == "markdown"
    assert "Open in Colab" in nb.cells[0].source
    assert "**The question" in nb.cells[0].source
    assert "setup" in tags(code_cells(nb)[0])
    assert sum("setup" in tags(cell) for cell in code_cells(nb)) == 1


@each_notebook
def test_each_exercise_is_announced_stubbed_and_checked_in_this_order(name):
    nb = load(name)
    for i, cell in enumerate(nb.cells):
        if cell.cell_type != "code" or STUB_MARK not in cell.source:
            continue
        exercise = get(next(iter(stubs(type(nb)(cells=[cell])))))
        task, check = nb.cells[i - 1], nb.cells[i + 1]
        assert task.source.startswith(exercise.header()), exercise.name
        assert f"{exercise.name} = check({exercise.name})" in check.source
        assert (task.id, cell.id, check.id) == tuple(
            f"{exercise.name}-{part}" for part in ("task", "exercise", "check")
        )


@each_notebook
def test_stubs_have_the_signatures_of_the_references_and_tell_shapes(name):
    for exercise, cell in stubs(load(name)).items():
        ours = signatures(inspect.getsource(get(exercise).reference))
        theirs = signatures(cell.source)
        assert theirs.items() <= ours.items(), exercise
        assert '"""' in cell.source, f"{exercise} needs a docstring with shapes"


@each_notebook
def test_no_more_than_a_fifth_of_the_outputs_goes_uncompared(name):
    cells = code_cells(load(name))
    ignored = [cell.id for cell in cells if "nbval-ignore-output" in tags(cell)]
    assert len(ignored) <= MOST_IGNORED * len(cells), ignored
    assert not any("nbval-skip" in tags(cell) for cell in cells)


@each_notebook
def test_cells_are_short(name):
    long = {
        c.id: c.source.count("\n") + 1
        for c in code_cells(load(name))
        if c.source.count("\n") >= MOST_LINES
    }
    assert long == {}


@each_notebook
def test_saved_outputs_are_complete_and_hold_no_error(name):
    nb = load(name)
    counts = [cell.execution_count for cell in code_cells(nb) if cell.source.strip()]
    assert counts == list(range(1, len(counts) + 1)), "run the notebook from top to bottom"
    for cell in code_cells(nb):
        for output in cell.outputs:
            assert output.output_type != "error", cell.id
            assert output.get("name") != "stderr", f"{cell.id} wrote to stderr: {output.text}"


@each_notebook
def test_nothing_tells_of_the_machine_it_was_run_on(name):
    text = NOTEBOOKS[name].read_text(encoding="utf-8")
    assert (
        re.findall(r"/root/|/home/\w+|/tmp/\w+|\\\\Users\\\\|/Users/\w+|ipykernel_\d+", text) == []
    )
    # A notebook says where it is relative to itself; only one that was run elsewhere names a root.
    assert re.findall(r"(?<![\w.~:/])/(?:[\w.-]+/)+\.venv|\btmp\.\w{6,}", text) == []


@each_notebook
def test_every_figure_has_a_description(name):
    for cell in code_cells(load(name)):
        for output in cell.outputs:
            data = output.get("data", {})
            widget = "application/vnd.jupyter.widget-view+json" in data
            bare = "image/png" in data and not widget
            assert not bare, f"{cell.id}: show figures with show(figure, alt=...)"
            for image in re.findall(r"<img [^>]*>", "".join(data.get("text/html", ""))):
                assert (
                    re.search(r'alt="[^"]{20,}"', image)
                    or "<video" in image
                    or ("_anim_img" in image)
                ), f"{cell.id} shows an image without a description"


@each_notebook
def test_maths_uses_only_what_every_front_end_renders(name):
    for cell in load(name).cells:
        if cell.cell_type == "markdown":
            outside = re.findall(
                r"\\(?:newcommand|def|label|eqref|\[|\()", _without_code(cell.source)
            )
            assert outside == [], cell.id
            assert cell.source.count("$$") % 2 == 0, cell.id


def _without_code(text):
    return re.sub(r"```.*?```|`[^`\n]*`", "", text, flags=re.S)


@each_notebook
def test_it_ends_with_questions_progress_recap_and_references(name):
    nb = load(name)
    sources = [cell.source for cell in nb.cells]
    whole = "\n".join(sources)
    places = [
        whole.find(part)
        for part in (
            "## Check your understanding",
            f'progress("{name[:2]}")',
            "## Recap",
            "## References",
        )
    ]
    assert -1 not in places
    assert places == sorted(places)
    questions = getattr(lesson(name), "QUESTIONS", ())
    assert len(questions) >= 3
    assert f'quiz("{name[:2]}")' in whole
    written = re.findall(
        rf"^\*\*Written question ({name[:2]}\.W\d)\*\* \(\d+ points?\)", whole, re.M
    )
    answers = re.findall(r"^\*\*Your answer to (\d\d\.W\d):\*\*", whole, re.M)
    assert written
    assert written == answers
