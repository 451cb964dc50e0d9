"""On Colab, as near as can be had, every notebook runs to its end.

They run solved, with the references in the stubs' places, and without any metadata or cell ids,
because Colab does not keep all of them. (As they are shipped, they run where the course was
installed: make nbval.) That a notebook without ids is graded like any other stands in
tests/grading/test_honest_class.py.
"""

import json
import re

import pytest
from colab import code_cell, stripped
from machines import ROOT
from notebook_files import NOTEBOOKS, card_states

from course_utils.exercises import all_exercises
from course_utils.notebooks import read, solve

WHERE = """\
import json, sys
modules = [getattr(module, "__file__", None) for module in sys.modules.values()]
print(json.dumps([file for file in [*sys.path, *modules] if file]))
"""
# The ones that train longest come first, as in the Makefile: then the processes end together.
LONGEST_FIRST = sorted(NOTEBOOKS, key=lambda name: name[:2] not in ("10", "11", "00", "05"))

pytestmark = [pytest.mark.places, pytest.mark.timeout(1200)]


@pytest.mark.parametrize("name", LONGEST_FIRST)
def test_solved_notebook_runs_to_its_end_on_colab_with_every_card_correct(colab, name, tmp_path):
    text = NOTEBOOKS[name].read_text(encoding="utf-8")
    shipped, nb = read(text), stripped(solve(read(text)))
    nb.cells.append(code_cell(WHERE))
    colab.run(nb, tmp_path)
    cells = nb.cells[:-1]

    assert " on Colab · " in "".join(map(printed, cells))
    assert [text for cell in cells for text in errors(cell)] == []
    exercises = [exercise.name for exercise in all_exercises(name[:2])]
    assert card_states(nb) == dict.fromkeys(exercises, "correct")
    lists = [text for cell in cells for text in texts(cell) if "exercises done" in text]
    assert lists[-1].startswith(f"{len(exercises)} of {len(exercises)} exercises done")
    # What it claims, in outputs that may be compared, holds on Colab too.
    for ours, theirs in zip(shipped.cells, cells, strict=True):
        if "nbval-ignore-output" not in ours.metadata.get("tags", []):
            assert claims(theirs) == claims(ours), ours.id

    files = json.loads(printed(nb.cells[-1]))
    assert any(file.endswith("course_utils/__init__.py") for file in files)
    assert [file for file in files if file.startswith(f"{ROOT}/")] == []


def printed(cell):
    """What a cell wrote to stdout."""
    outputs = cell.get("outputs", [])
    return "".join(o.text for o in outputs if o.get("name") == "stdout")


def errors(cell):
    """What a cell wrote to stderr, and its errors."""
    outputs = cell.get("outputs", [])
    texts = [o.text for o in outputs if o.get("name") == "stderr"]
    return texts + [o.evalue for o in outputs if o.output_type == "error"]


def texts(cell):
    """What a cell showed, as plain text."""
    return [o.data.get("text/plain", "") for o in cell.get("outputs", []) if "data" in o]


def claims(cell):
    """The claims that a cell printed: each True or False, in order."""
    return re.findall(r"\b(?:True|False)\b", printed(cell))
