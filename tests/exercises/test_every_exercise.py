"""The laws that every exercise of the course obeys: its checker tells right from wrong."""

import dataclasses
import inspect
import time

import numpy as np
import pytest

from course_utils.exercises import all_exercises, get
from course_utils.exercises.checking import OPEN_SEED, verdict_on
from course_utils.exercises.judging import State, judge
from course_utils.exercises.running import run

EXERCISES = {exercise.name: exercise for exercise in all_exercises()}
MISTAKES = {
    f"{exercise.name}: {mistake.name}": (exercise, mistake)
    for exercise in EXERCISES.values()
    for mistake in exercise.misconceptions
}
each_exercise = pytest.mark.parametrize("exercise", EXERCISES.values(), ids=EXERCISES.keys())


def stub_of(exercise):
    """Write the stub of an exercise: its signature, and NotImplementedError in every method."""

    def unwritten(*args, **kwargs):
        raise NotImplementedError

    reference = exercise.reference
    if not isinstance(reference, type):
        return unwritten
    methods = {
        name: unwritten for name, member in vars(reference).items() if inspect.isfunction(member)
    }
    return type(reference.__name__, (), methods)


def body(exercise, function):
    """Make an answer of the right kind, whose every call (for a class: whose making) runs this."""
    if isinstance(exercise.reference, type):
        return type(exercise.name, (), {"__init__": function})
    return function


def spoiled(exercise, spoil):
    """Make (exercise, answer) in which the answer gives `spoil(right value, inputs)`."""
    reference = exercise.reference

    def drive(answer, **inputs):
        value = exercise.drive(reference, **inputs)
        return value if answer is reference else spoil(value, inputs)

    def not_empty(*args, **kwargs):
        return "spoiled by drive"

    return dataclasses.replace(exercise, drive=drive), body(exercise, not_empty)


@each_exercise
def test_reference_is_correct_under_many_seeds(exercise):
    for seed in (OPEN_SEED, *range(12)):
        cases = exercise.cases(seed)
        verdict = judge(exercise, cases, run(exercise, exercise.reference, cases))
        assert verdict.state is State.CORRECT, f"seed {seed}: {verdict.failure}"


@each_exercise
def test_stub_is_not_attempted(exercise):
    assert verdict_on(exercise, stub_of(exercise)).state is State.NOT_ATTEMPTED


@each_exercise
def test_courses_own_version_is_never_scored(exercise):
    assert verdict_on(exercise, exercise.reference).state is State.NOT_ATTEMPTED


@pytest.mark.parametrize(("exercise", "mistake"), MISTAKES.values(), ids=MISTAKES.keys())
def test_each_misconception_is_incorrect_and_diagnosed_as_itself(exercise, mistake):
    for seed in (OPEN_SEED, 1, 2, 3):
        verdict = verdict_on(exercise, mistake.wrong, seed)
        assert verdict.state is State.INCORRECT, f"seed {seed}: {verdict}"
        assert verdict.diagnosis is not None, f"seed {seed}: no diagnosis"
        assert verdict.diagnosis.name == mistake.name, f"seed {seed}"


@each_exercise
def test_answer_that_returns_none_could_not_be_checked(exercise):
    verdict = verdict_on(*spoiled(exercise, lambda value, inputs: None))
    assert verdict.state is State.COULD_NOT_CHECK
    assert "return" in verdict.failure.says


@each_exercise
def test_wrong_shape_is_incorrect(exercise):
    verdict = verdict_on(*spoiled(exercise, lambda value, inputs: _reshaped(value)))
    assert verdict.state in (State.INCORRECT, State.COULD_NOT_CHECK)
    gap = verdict.failure.difference
    assert gap.what in ("shape", "kind") or "shape" in gap.where


def _reshaped(value):
    if hasattr(value, "shape") or isinstance(value, int | float):
        return np.zeros((7, 1, 3))
    if isinstance(value, dict):
        return {key: _reshaped(item) for key, item in value.items()} | {"extra": 0}
    if isinstance(value, list | tuple):
        return type(value)([*value, 0])
    return [value]


@each_exercise
def test_answer_that_raises_could_not_be_checked_and_its_line_is_named(exercise):
    def raises(*args, **kwargs):
        raise ZeroDivisionError("broken on purpose")

    verdict = verdict_on(exercise, body(exercise, raises))
    assert verdict.state is State.COULD_NOT_CHECK
    assert "ZeroDivisionError" in verdict.failure.says
    assert "broken on purpose" in verdict.failure.outcome.line[1]


@each_exercise
def test_endless_loop_could_not_be_checked_and_ends(exercise):
    def loops(*args, **kwargs):
        while True:
            pass

    impatient = dataclasses.replace(exercise, time_limit=0.05)
    start = time.monotonic()
    verdict = verdict_on(impatient, body(exercise, loops))
    assert verdict.state is State.COULD_NOT_CHECK
    assert "did not finish" in verdict.failure.says
    assert time.monotonic() - start < 8


@each_exercise
def test_input_changed_in_place_is_incorrect(exercise):
    """The right values, but every array that was handed in is overwritten."""
    arrays = {
        name
        for one in exercise.cases(OPEN_SEED)
        for name, value in one.inputs.items()
        if isinstance(value, np.ndarray) and value.size and name not in exercise.may_change
    }
    if not arrays:
        pytest.skip(f"{exercise.name} takes no array that it must leave alone")

    def overwrite(value, inputs):
        for name in arrays & set(inputs):
            inputs[name][...] = 77
        return value

    verdict = verdict_on(*spoiled(exercise, overwrite))
    assert verdict.state is State.INCORRECT
    assert "in place" in verdict.failure.says


@each_exercise
def test_exercise_is_complete(exercise):
    assert get(exercise.name) is exercise
    assert len(exercise.misconceptions) >= 3
    assert len({m.name for m in exercise.misconceptions}) == len(exercise.misconceptions)
    assert len(exercise.hints) >= 3
    assert 1 <= exercise.difficulty <= 5
    assert exercise.points >= 1
    assert exercise.minutes >= 1
    assert exercise.why.endswith(".")
    assert inspect.getdoc(exercise.reference), "the reference needs a docstring"
    assert exercise.reference.__name__ == exercise.name
    assert exercise.reference.__module__ == exercise.reference_path.partition(":")[0], (
        "the path should name the module in which the reference is written"
    )


@each_exercise
def test_cases_are_drawn_anew_from_each_seed_and_the_same_from_one(exercise):
    def shown(seed):
        return repr([(c.group, dict(c.inputs)) for c in exercise.cases(seed)])

    assert shown(1) == shown(1)
    assert shown(1) != shown(2)


def test_names_are_unique_and_ids_in_order():
    names = [exercise.name for exercise in all_exercises()]
    assert len(set(names)) == len(names)
    for notebook in sorted({exercise.notebook for exercise in all_exercises()}):
        ids = [exercise.id for exercise in all_exercises(notebook)]
        assert ids == [f"{notebook}.{i}" for i in range(1, len(ids) + 1)]
