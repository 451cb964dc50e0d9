"""The solved build: with the references in the stubs' places every card is green."""

import pytest
from notebook_files import NOTEBOOKS, card_states, html
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
    execute(nb, NOTEBOOKS[name].parent, timeout=LONGEST * PATIENCE)
    exercises = all_exercises(name[:2])
    assert card_states(nb) == {e.name: "correct" for e in exercises}
    assert f"{len(exercises)} of {len(exercises)} exercises done" in html(nb)
