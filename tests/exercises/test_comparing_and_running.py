"""When two values agree, and what can happen to an answer while it runs."""

import dataclasses
import sys
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from course_utils.exercises import get
from course_utils.exercises.comparing import difference, plain
from course_utils.exercises.exercise import case
from course_utils.exercises.running import run

ARRAYS = hnp.arrays(
    np.float64,
    hnp.array_shapes(min_dims=1, max_dims=3, max_side=4),
    elements=st.floats(-1e3, 1e3),
)


@given(ARRAYS)
def test_value_agrees_with_itself(x):
    assert difference(x, x.copy(), 0.0, 0.0) is None


@given(ARRAYS, st.floats(1e-3, 1e3))
def test_largest_difference_is_found(x, gap):
    found = difference(x, x + gap, 0.0, gap / 10)
    assert found.what == "value"
    assert found.largest == pytest.approx(gap, rel=1e-6)


@pytest.mark.parametrize(
    ("expected", "got", "what"),
    [
        (np.zeros(3), np.zeros((3, 1)), "shape"),
        (np.zeros(3), 0.0, "shape"),
        (0.0, np.zeros(3), "shape"),
        (np.zeros(3), np.zeros(3, dtype=int), "dtype"),
        (np.zeros(3), np.zeros(3, dtype=bool), "dtype"),
        (np.zeros(3), np.zeros(3, dtype=complex), "dtype"),
        (np.zeros(3), np.full(3, np.nan), "nan"),
        (np.zeros(3), [0.0, 0.0, 0.0], "kind"),
        (np.zeros(3), np.array([None] * 3), "kind"),
        (np.zeros(3), None, "kind"),
        (1.0, "1.0", "kind"),
        (1.0, True, "kind"),
        (True, 1, "kind"),
        ((1, 2), (1, 2, 3), "shape"),
        ({"a": 1}, {"b": 1}, "shape"),
        ("abc", "abd", "value"),
        (np.array([np.inf]), np.array([-np.inf]), "value"),
    ],
)
def test_each_sort_of_difference_is_named(expected, got, what):
    assert difference(expected, got, 1e-6, 1e-9).what == what


def test_nan_and_infinity_agree_with_themselves():
    odd = np.array([np.nan, np.inf, -np.inf])
    assert difference(odd, odd.copy(), 0.0, 0.0) is None


def test_float32_answer_agrees_within_tolerance():
    assert difference(np.array([1.0, 2.0]), np.array([1, 2], dtype=np.float32), 1e-6, 0) is None


def test_place_of_a_nested_difference_is_named():
    found = difference({"loss": [1.0, 2.0]}, {"loss": [1.0, 2.5]}, 0.0, 0.0)
    assert found.where == "['loss'][1]"


def test_tensors_and_numpy_numbers_become_plain():
    torch = pytest.importorskip("torch")
    value = plain([torch.ones(2, requires_grad=True), np.float32(2), torch.tensor(3), np.array(4)])
    np.testing.assert_array_equal(value[0], [1, 1])
    assert [type(v) for v in value[1:]] == [float, int, int]


def outcomes_of(answer, limit=5.0, cases=None):
    exercise = dataclasses.replace(get("standard_score"), time_limit=limit)
    return run(exercise, answer, cases or exercise.cases(0))


def test_answer_cannot_reach_the_cases_through_its_inputs():
    cases = [case("one", x=np.ones(3)), case("two", x=np.ones(3))]

    def spoils(x):
        x[:] = 9
        return x

    assert outcomes_of(spoils, cases=cases)[0].changed == ("x",)
    np.testing.assert_array_equal(cases[0].inputs["x"], 1)


def test_answer_that_draws_at_random_is_noticed():
    generator = np.random.default_rng(0)
    assert not outcomes_of(lambda x: x + generator.normal(size=x.shape))[0].repeats


def test_loop_that_swallows_exceptions_is_stopped():
    def stubborn(x):
        while True:
            try:
                while True:
                    pass
            except Exception:
                pass

    start = time.monotonic()
    assert outcomes_of(stubborn, limit=0.1)[0].status == "hung"
    assert time.monotonic() - start < 3


def test_answer_that_cannot_be_stopped_is_left_behind():
    start = time.monotonic()
    done = outcomes_of(lambda x: time.sleep(4), limit=0.1)
    assert [o.status for o in done] == ["hung"] + ["skipped"] * (len(done) - 1)
    assert time.monotonic() - start < 3
    print("standard output is back")
    assert sys.stdout is not None


def test_endless_recursion_is_an_error_and_not_a_crash():
    def standard_score(x):
        return standard_score(x)

    assert outcomes_of(standard_score)[0].error.startswith("RecursionError")


def test_what_an_answer_prints_is_kept_and_not_shown(capsys):
    def chatty(x):
        print("look:", len(x))
        return x

    assert outcomes_of(chatty)[0].printed.startswith("look: 3")
    assert capsys.readouterr().out == ""


def test_huge_output_is_cut():
    def floods(x):
        print("x" * 1_000_000)
        return x

    assert len(outcomes_of(floods)[0].printed) == 2000


def test_own_line_is_named_even_when_numpy_raises():
    def standard_score(x):
        y = x * 2
        return np.linalg.inv(y)

    line = outcomes_of(standard_score)[0].line
    assert line[1] == "return np.linalg.inv(y)"
