"""Every honest submission gets what a fair person would give, and a reason for each lost point."""

import json
import re

import pytest
from classroom import (
    NAMES,
    OF,
    of_cells,
    other_notebook,
    save,
    solved,
    source_of_misconception,
    untouched,
    with_answers,
)

from course_utils.exercises import get
from course_utils.grading import lock
from course_utils.grading.box import Box
from course_utils.grading.scoring import score_notebook
from course_utils.notebooks import (
    solution_cell,
    stubs,
    to_text,
)

pytestmark = [
    pytest.mark.skipif(lock.why_not() is not None, reason=f"no box here: {lock.why_not()}"),
    pytest.mark.timeout(300),
]
RIGHT = (
    "import numpy as np\n\ndef softmax(z):\n    e = np.exp(z - z.max(axis=1, keepdims=True))\n"
    "    return e / e.sum(axis=1, keepdims=True)"
)


@pytest.fixture(scope="module")
def box():
    with Box() as started:
        yield started


def graded(box, text):
    raw = text if isinstance(text, bytes) else text.encode()
    return score_notebook(raw, "01", 7, box)


def softmax_of(box, *cells, **more):
    score = graded(box, of_cells(*cells, **more))
    return next(e for e in score.exercises if e.name == "softmax")


def test_right_notebook_has_full_marks_and_no_reasons(box):
    score = graded(box, to_text(solved()))
    assert (score.points, score.of) == (OF, OF)
    assert [e.reason for e in score.exercises] == [""] * len(NAMES)


def test_untouched_notebook_is_graded_zero_and_not_ungraded(box):
    score = graded(box, to_text(untouched()))
    assert score.ungraded == ""
    assert score.points == 0
    assert {e.state for e in score.exercises} == {"not attempted"}
    assert all(e.reason for e in score.exercises)


def test_half_right_notebook_has_the_points_of_what_is_right(box):
    half = set(NAMES[::2])
    score = graded(box, to_text(solved(half)))
    assert {e.name for e in score.exercises if e.points} == half
    assert score.points == sum(get(name).points for name in half)


def typed_mistakes():
    """The known mistakes that can be typed as they stand: no closures, no use of the reference."""
    for name in NAMES:
        for index, mistake in enumerate(get(name).misconceptions):
            if "<" not in mistake.wrong.__qualname__:
                source = source_of_misconception(name, index)
                if "course_utils" not in source:
                    yield pytest.param(name, source, mistake, id=f"{name}: {mistake.name}")


def test_enough_mistakes_are_tried():
    assert len(list(typed_mistakes())) >= 10


@pytest.mark.parametrize(("name", "source", "mistake"), list(typed_mistakes()))
def test_each_mistake_costs_points_and_gets_its_diagnosis(box, name, source, mistake):
    score = next(
        e for e in graded(box, to_text(with_answers({name: source}))).exercises if e.name == name
    )
    assert 0 <= score.points < get(name).points
    assert score.diagnosis == mistake.name
    assert score.reason


def test_answer_that_is_right_but_for_hostile_inputs_gets_part_of_the_points(box):
    naive = "import numpy as np\ndef softmax(z):\n    return np.exp(z) / np.exp(z).sum(1)[:, None]"
    score = softmax_of(box, naive)
    assert 0 < score.points < score.of
    assert "Failed on: " in score.reason


def test_part_of_the_points_is_for_computing_and_not_for_what_is_known_beforehand(box):
    by_heart = "import numpy as np\ndef softmax(z):\n    return np.ones(z.shape) / z.shape[1]"
    score = softmax_of(box, by_heart)  # right where there is one column only
    assert any(good for good, _ in score.groups.values())
    assert score.points == 0


def test_feedback_shows_no_hidden_input_and_no_expected_value(box):
    score = softmax_of(box, "def softmax(z):\n    return z * 0.0")
    assert not re.search(r"\d\.\d|\[", score.reason)


def test_syntax_error_costs_the_exercise_of_its_cell_alone(box):
    nb = solved()
    for cell in nb.cells:
        if cell.source.startswith("def softmax"):
            cell.source += "\n    return ((("
        elif "def softmax" in cell.source:
            cell.source += "\nreturn ((("
    score = graded(box, to_text(nb))
    assert score.points == OF - get("softmax").points
    lost = next(e for e in score.exercises if e.name == "softmax")
    assert "SyntaxError" in lost.reason


def test_helpers_constants_and_imports_of_other_cells_come_along(box):
    score = softmax_of(
        box,
        "import math\nfrom numpy import exp as e",
        "AXIS = 1",
        "demo = open('/nowhere').read()",
        "def shifted(z):\n    return e(z - biggest(z))",
        "def softmax(z):\n    s = shifted(z)\n    return s / s.sum(axis=AXIS, keepdims=True)",
        "def biggest(z):\n    return z.max(axis=AXIS, keepdims=True)",
        "raise RuntimeError('a demonstration that broke')",
    )
    assert score.points == score.of


def test_answer_may_build_on_other_exercises_and_gets_the_courses_version_of_them(box):
    text = of_cells(
        "def affine_forward(x, weight, bias):\n    return 0",
        "import numpy as np\ndef mlp_forward(x, weights, biases, activation=None):\n"
        "    act = activation or (lambda z: np.maximum(z, 0))\n"
        "    for w, b in zip(weights[:-1], biases[:-1]):\n"
        "        x = act(affine_forward(x, w, b))\n"
        "    return affine_forward(x, weights[-1], biases[-1])",
    )
    scores = {e.name: e for e in graded(box, text).exercises}
    assert scores["affine_forward"].points == 0
    assert scores["mlp_forward"].points == scores["mlp_forward"].of


@pytest.mark.parametrize(
    "noise",
    [
        "import warnings\nwarnings.warn('careful')",
        "import sys\nprint('oh', file=sys.stderr)",
        "print('x' * 40_000_000)",
        "import logging\nlogging.error('noise')",
    ],
)
def test_noise_costs_nothing(box, noise):
    inside = "\n".join("    " + line for line in noise.split("\n"))
    score = softmax_of(box, RIGHT.replace("def softmax(z):\n", f"def softmax(z):\n{inside}\n"))
    assert score.points == score.of


def test_answer_that_changes_its_input_in_place_loses_points_and_is_told(box):
    score = softmax_of(box, RIGHT.replace("    e = ", "    z -= 1.0\n    e = "))
    assert score.points < score.of
    assert "changed its input" in score.reason


def test_assignments_that_build_on_earlier_ones_come_along(box):
    score = softmax_of(box, "SCALE = 4.0", "SCALE = SCALE / 2", "SCALE -= 1", f"{RIGHT} * SCALE")
    assert score.points == score.of


def test_last_definition_counts_and_duplicates_do_no_harm(box):
    wrong = "def softmax(z):\n    return z"
    assert softmax_of(box, wrong, RIGHT).points > 0
    assert softmax_of(box, RIGHT, wrong).points == 0
    assert softmax_of(box, RIGHT, RIGHT, RIGHT).points > 0
    assert softmax_of(box, RIGHT, "softmax = check(softmax)").points > 0
    assert softmax_of(box, wrong, "def softmax(z):\n    return (((").points == 0


def test_cells_reordered_deleted_and_stripped_of_ids_and_metadata(box):
    nb = solved()
    nb.cells = [c for c in reversed(nb.cells) if c.cell_type == "code"]
    for cell in nb.cells:
        cell.metadata.clear()
        cell.pop("id", None)
    nb.nbformat_minor = 2
    book = json.loads(json.dumps(nb))
    book["metadata"] = {"kernelspec": {"name": "some-other-kernel"}, "colab": {"provenance": []}}
    score = graded(box, json.dumps(book))
    assert score.points == OF


@pytest.mark.parametrize("minor", [0, 2, 4, 5])
def test_every_minor_format_is_read(box, minor):
    assert softmax_of(box, RIGHT, minor=minor).points > 0


def test_byte_order_mark_and_windows_line_ends_are_read(box):
    text = of_cells(RIGHT.replace("\n", "\r\n"))
    score = graded(box, b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    assert next(e for e in score.exercises if e.name == "softmax").points > 0


def test_source_as_a_list_of_lines_and_magics_are_read(box):
    source = "%matplotlib inline\n!pip install numpy\nfiles = !ls\n" + RIGHT + "\nsoftmax?"
    book = json.loads(of_cells(source, "%%bash\nrm -rf /", "%%time\nx = 1"))
    book["cells"][0]["source"] = book["cells"][0]["source"].splitlines(keepends=True)
    score = graded(box, json.dumps(book))
    assert next(e for e in score.exercises if e.name == "softmax").points > 0


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"", "empty"),
        (b'{"cells": []}', "defines no exercise of notebook 01"),
        (b"{broken", "not a notebook"),
        (b"[]", "no list of cells"),
        (b'{"worksheets": []}', "old format 3"),
        (b"\xff\xfe", "not a notebook"),
    ],
)
def test_file_that_is_no_notebook_is_ungraded_with_a_reason(box, raw, why):
    score = score_notebook(raw, "01", 7, box)
    assert why in score.ungraded
    assert score.exercises == ()


def test_another_notebook_is_ungraded_and_named(box):
    score = graded(box, to_text(other_notebook("02")))
    assert score.ungraded == "it defines no exercise of notebook 01; it looks like notebook 02"


def test_written_answers_are_collected_and_the_placeholder_counts_as_empty(box):
    nb = untouched()
    for cell in nb.cells:
        if cell.source.startswith("**Your answer to 01.W1:**"):
            cell.source = "**Your answer to 01.W1:**\n\nBecause of depth."
    written = graded(box, to_text(nb)).written
    assert written["01.W1"] == "Because of depth."
    assert written["01.W2"] == ""


def test_same_seed_gives_the_same_score_and_another_seed_other_inputs(box):
    text = to_text(with_answers({"softmax": source_of_misconception("softmax")})).encode()
    assert score_notebook(text, "01", 5, box) == score_notebook(text, "01", 5, box)
    exercise = get("softmax")
    assert repr(exercise.cases(5)) != repr(exercise.cases(6))


def test_copies_and_ready_made_calls_are_flagged_and_cost_nothing(box):
    torch_like = (
        "import scipy.special\ndef softmax(z):\n    return scipy.special.softmax(z, axis=1)"
    )
    assert "calls a ready-made softmax" in softmax_of(box, torch_like).flags
    renamed = "from torch import softmax as s\ndef softmax(z):\n    return s(z, 1)"
    assert "calls a ready-made softmax" in softmax_of(box, renamed).flags
    twin = RIGHT.replace("import numpy as np", "from course_utils.scratch.losses import mae_loss")
    (flag,) = softmax_of(box, "import numpy as np", f"{twin} + 0 * mae_loss(z, z)").flags
    assert flag.startswith("imports course_utils.scratch.losses.mae_loss")
    scores = {e.name: e for e in graded(box, to_text(solved())).exercises}
    assert "the same code as the course's own version" in scores["mlp_forward"].flags
    assert scores["mlp_forward"].points == scores["mlp_forward"].of


def test_a_name_that_the_notebook_imports_is_not_an_exercise_that_is_called_the_same(box):
    net = solution_cell(get("FeedForward"))
    imported, _, rest = net.partition("class FeedForward")
    assert "import gelu" in imported  # PyTorch's; the exercise `gelu` is about NumPy's
    score = score_notebook(of_cells(imported, f"class FeedForward{rest}").encode(), "09", 7, box)
    assert next(e for e in score.exercises if e.name == "FeedForward").state == "correct"


def test_misnamed_file_is_recognised_by_what_it_defines(tmp_path, box):
    from course_utils.grading.classes import grade_class
    from course_utils.grading.gradebook import Gradebook
    from course_utils.grading.submissions import collect

    save(solved(), tmp_path / "in" / "alice" / "Untitled7.ipynb")
    save(solved(), tmp_path / "in" / "bob" / "final FINAL (2).ipynb")
    with Gradebook(tmp_path / "gradebook.sqlite") as book:
        grade_class(book, collect(tmp_path / "in"), progress=False)
        grades = book.grades()
    assert [(g.student, g.notebook, g.code) for g in grades] == [
        ("alice", "01", OF),
        ("bob", "01", OF),
    ]


def test_stubs_of_the_notebook_are_the_exercises_graded():
    assert set(stubs(untouched())) == set(NAMES)


def test_a_variable_named_like_something_in_the_notebook_drags_nothing_in(box):
    """The demonstration below the exercise uses the answer, and a name that the answer uses too."""
    demonstration = "softmax = check(softmax)\ne = softmax(unknown_here)\nz = e + boom"
    assert softmax_of(box, RIGHT, demonstration).reason == ""
