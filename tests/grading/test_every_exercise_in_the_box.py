"""All exercises of the course in the box: right where solved, and the reference absent."""

import pytest
from classroom import of_cells

from course_utils.exercises import all_exercises
from course_utils.exercises.judging import State, judge
from course_utils.grading import lock
from course_utils.grading.box import Box
from course_utils.grading.credit import telling_cases
from course_utils.grading.finding import Answer, find_answer
from course_utils.grading.reading import read_notebook
from course_utils.grading.scoring import score_notebook
from course_utils.notebooks import find_root, notebook_paths, read, solution_cell, solve, to_text

needs_box = pytest.mark.skipif(lock.why_not() is not None, reason=f"no box: {lock.why_not()}")
pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def box():
    with Box() as started:
        yield started


@needs_box
@pytest.mark.parametrize("path", notebook_paths(find_root()), ids=lambda path: path.stem)
def test_every_notebook_of_the_course_earns_all_points_when_solved_and_none_when_not(box, path):
    nb, number = read(path.read_text(encoding="utf-8")), path.name[:2]
    before = score_notebook(to_text(nb).encode(), number, 7, box)
    after = score_notebook(to_text(solve(nb)).encode(), number, 7, box)
    assert {e.state for e in before.exercises} == {"not attempted"}
    assert (before.points, after.points) == (0, after.of)
    # What the notebook itself imports is nothing to remark on.
    assert not [f for e in after.exercises for f in e.flags if "imports" in f]


@needs_box
@pytest.mark.parametrize("exercise", all_exercises(), ids=lambda e: e.name)
def test_in_the_box_each_reference_is_right_when_written_out_and_absent_when_imported(
    box, exercise
):
    names = frozenset(e.name for e in all_exercises())
    source = solution_cell(exercise)
    answer = find_answer(read_notebook(of_cells(source).encode()), exercise.name, names)
    cases = exercise.cases(3)
    verdict = judge(exercise, cases, box.run(exercise, answer, cases))
    assert verdict.state is State.CORRECT, verdict.failure
    module = exercise.reference_path.partition(":")[0]
    theft = f"from {module} import {exercise.name}"
    outcomes = box.run(exercise, Answer(theft, theft, ()), cases)
    assert all(o.status == "raised" and "ImportError" in o.error for o in outcomes)


@pytest.mark.parametrize("exercise", all_exercises(), ids=lambda e: e.name)
def test_every_exercise_asks_what_cannot_be_known_beforehand(exercise):
    """Else its right answers could be typed in, or claimed, without computing anything."""
    assert telling_cases(exercise.name, 3)
