"""The solved build: with the references in the stubs' places every card is green."""

import os
import re

import nbclient
import pytest
from notebook_files import NOTEBOOKS
from notebook_times import LONGEST
from running import execute

from course_utils.exercises import all_exercises
from course_utils.notebooks import read, solve

PATIENCE = 3  # a machine that runs several notebooks at once is slower


@pytest.mark.notebooks
@pytest.mark.timeout(LONGEST * PATIENCE + 60)
@pytest.mark.parametrize("name", NOTEBOOKS)
def test_solved_notebook_runs_to_the_end_with_every_card_correct(name):
    nb = solve(read(NOTEBOOKS[name].read_text(encoding="utf-8")))
    client = nbclient.NotebookClient(
        nb,
        timeout=LONGEST * PATIENCE,
        resources={"metadata": {"path": os.fspath(NOTEBOOKS[name].parent)}},
    )
    execute(client)
    exercises = all_exercises(name[:2])
    cards = re.findall(r'data-state="([^"]+)" data-exercise="([^"]+)"', _html(nb))
    states = {exercise: state for state, exercise in cards}
    assert states == {e.name: "correct" for e in exercises}
    assert f"{len(exercises)} of {len(exercises)} exercises done" in _html(nb)


def _html(nb):
    outputs = (o for cell in nb.cells if cell.cell_type == "code" for o in cell.outputs)
    return "".join("".join(o.get("data", {}).get("text/html", "")) for o in outputs)
