"""The third build: who has solved only notebooks 07 and 08 finds those pieces in 09 to 11.

A learner who changes how many steps a training takes (STEPS, N_STEPS and their like) still gets to
the end: here they are few. The trainings as they are shipped run untouched (make nbval) and solved
(on Colab).
"""

import os
import re

import pytest
from notebook_files import NOTEBOOKS, card_states, with_few_steps
from running import execute

from course_utils.exercises import all_exercises
from course_utils.notebooks import read, solve

SOLVED = ("07", "08")
LATER = [name for name in NOTEBOOKS if name[:2] in ("09", "10", "11")]
LONGEST = 420  # seconds; on an idle machine each takes less than two minutes
WHOSE = re.compile(r"^(\w+): (yours|the course's.*)$", re.M)


def load(name):
    return read(NOTEBOOKS[name].read_text(encoding="utf-8"))


def run(nb):
    return execute(nb, NOTEBOOKS["08_attention"].parent, timeout=LONGEST)


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A learner's folder, filled by the checks of the two solved notebooks."""
    folder = tmp_path_factory.mktemp("learner")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COURSE_HOME", os.fspath(folder))
        for name in NOTEBOOKS:
            if name[:2] in SOLVED:
                nb = solve(load(name))
                nb.cells = [
                    cell
                    for cell in nb.cells
                    if cell.id == "imports"
                    or {"exercise", "check"} & set(cell.metadata.get("tags", []))
                ]
                run(nb)
    return folder


@pytest.mark.notebooks
@pytest.mark.xdist_group("two solved")  # in one process: they share a learner's folder
@pytest.mark.timeout(LONGEST + 60)
@pytest.mark.parametrize("name", LATER)
def test_it_runs_to_the_end_and_uses_what_was_solved(name, home, monkeypatch):
    monkeypatch.setenv("COURSE_HOME", os.fspath(home))
    solved = {e.name for number in SOLVED for e in all_exercises(number)}
    kept = {path.stem for path in (home / "answers").glob("*.py")}
    assert kept == solved

    nb = with_few_steps(load(name))
    for cell in nb.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    run(nb)
    whose = dict(WHOSE.findall(_printed(nb)))
    assert whose.keys() & solved, "no piece of 07 or 08 is used"
    assert whose == {piece: "yours" if piece in solved else "the course's" for piece in whose}
    if name.startswith("09"):
        assert whose["split_heads"] == "yours"
        assert whose["CausalSelfAttention"] == "yours"
    assert card_states(nb) == {e.name: "not attempted" for e in all_exercises(name[:2])}


def _printed(nb):
    outputs = (o for cell in nb.cells if cell.cell_type == "code" for o in cell.outputs)
    return "".join(o.text for o in outputs if o.get("name") == "stdout")
