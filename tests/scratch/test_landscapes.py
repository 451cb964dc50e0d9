"""The landscapes: gradients, minima, and what makes each of them what it is."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_utils.scratch.landscapes import plain, ravine, rosenbrock, saddle

ALL = [ravine(1), ravine(30), saddle(), plain(), rosenbrock(), rosenbrock(5)]
each = pytest.mark.parametrize("landscape", ALL, ids=lambda one: one.name)
coordinates = st.floats(-3, 3)


@each
@given(x=coordinates, y=coordinates)
def test_gradient_is_that_of_central_differences(landscape, x, y):
    point, h = np.array([x, y]), 1e-5
    slope = [(landscape(point + e) - landscape(point - e)) / (2 * h) for e in h * np.eye(2)]
    np.testing.assert_allclose(landscape.gradient(point), slope, rtol=1e-5, atol=1e-5)


@each
def test_a_whole_grid_of_points_is_what_its_points_are_one_by_one(landscape):
    grid = np.random.default_rng(0).normal(size=(3, 4, 2))
    heights, gradients = landscape(grid), landscape.gradient(grid)
    assert heights.shape == (3, 4)
    assert gradients.shape == (3, 4, 2)
    assert heights[1, 2] == landscape(grid[1, 2])
    np.testing.assert_array_equal(gradients[1, 2], landscape.gradient(grid[1, 2]))


@each
def test_its_minimum_is_flat_inside_the_window_and_nowhere_undercut(landscape):
    (left, right), (bottom, top) = landscape.window
    x, y = landscape.minimum
    assert left < x < right
    assert bottom < y < top
    np.testing.assert_allclose(landscape.gradient(landscape.minimum), 0, atol=1e-12)
    rng = np.random.default_rng(1)
    points = rng.uniform((left, bottom), (right, top), size=(2000, 2))
    assert (landscape(points) >= landscape(landscape.minimum)).all()


def test_the_ravine_has_the_condition_number_it_is_named_for():
    landscape = ravine(25)
    hessian = np.stack([landscape.gradient(e) for e in np.eye(2)])  # linear: columns of the Hessian
    assert np.linalg.cond(hessian) == pytest.approx(25)
    with pytest.raises(ValueError, match="at least 1"):
        ravine(0.5)


def test_the_origin_of_the_saddle_is_flat_but_curves_up_one_way_and_down_the_other():
    landscape = saddle()
    origin = np.zeros(2)
    np.testing.assert_array_equal(landscape.gradient(origin), 0)
    assert landscape(np.array([0.1, 0.0])) > landscape(origin) > landscape(np.array([0.0, 0.1]))
