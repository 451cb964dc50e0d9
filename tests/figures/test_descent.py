"""The figures of notebooks 03 and 04 show what they say: bounds, regimes, slopes, accuracies."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from course_utils.figures import descent, surprise
from course_utils.scratch.gradient_descent import gradient_descent
from course_utils.scratch.landscapes import plain, ravine


@pytest.fixture(autouse=True)
def closed_figures():
    yield
    plt.close("all")


@pytest.mark.parametrize(
    ("rate", "kappa", "words"),
    [
        (0.05, 10, "It crawls"),
        (1.0, 10, "It converges"),
        (1.85, 10, "It oscillates"),
        (2.0, 10, "It swings for ever"),
        (2.05, 10, "It diverges"),
    ],
)
def test_regimes_are_named_as_the_walk_goes(rate, kappa, words):
    assert descent.regime(rate, kappa) == words
    path = gradient_descent(ravine(kappa).gradient, np.array([-5.0, 2.0]), rate, 400)
    steep = path[:, 1]
    if words == "It diverges":
        assert abs(steep[-1]) > abs(steep[0])
    elif words == "It swings for ever":
        np.testing.assert_allclose(np.abs(steep), 2.0)
    else:
        assert np.linalg.norm(path[-1]) < np.linalg.norm(path[0])
    if words == "It oscillates":
        assert (steep[1:20] * steep[:19] < 0).all()


def test_the_slider_figure_says_how_much_distance_is_left():
    figure = descent.draw_ravine_walk(learning_rate=1.0, condition_number=10.0, steps=30)
    start = np.array([-5.0, 2.0])
    left = np.linalg.norm([-5.0 * 0.9**30, 0.0]) / np.linalg.norm(start)
    assert figure.get_suptitle() == f"It converges: {left:.2g} of the distance is left"


def test_the_curve_after_a_step_lies_below_the_bound_and_touches_it_at_rate_zero():
    land, start = plain(), np.array([0.7, 0.4])
    ax = descent.draw_step_bound(land, land.gradient, start, curvature=1.0).axes[0]
    bound, promise, after = (line.get_ydata() for line in ax.lines[:3])
    assert (after <= bound + 1e-12).all()
    assert (promise <= bound + 1e-12).all()
    assert bound[0] == promise[0] == after[0] == pytest.approx(land(start))


@pytest.mark.parametrize(
    ("loss", "slope"),
    [
        (lambda p: -np.log(p), surprise.slope_of_cross_entropy),
        (lambda p: (p - 1) ** 2, surprise.slope_of_squared_error),
    ],
)
def test_slopes_are_the_derivatives_of_their_losses(loss, slope):
    z, h = np.linspace(-8, 8, 33), 1e-6

    def of_logit(z):
        return loss(1 / (1 + np.exp(-z)))

    measured = (of_logit(z + h) - of_logit(z - h)) / (2 * h)
    np.testing.assert_allclose(slope(z), measured, rtol=1e-5, atol=1e-8)


def test_a_confidently_wrong_neuron_changes_its_mind_under_cross_entropy_first():
    lines = (
        surprise.draw_change_of_mind(start_logit=-6.0, learning_rate=1.0, steps=100).axes[0].lines
    )
    cross_entropy, squared_error = (line.get_ydata() for line in lines)
    assert cross_entropy[0] == squared_error[0] < 0.01
    assert cross_entropy[-1] > 0.9
    assert squared_error[-1] < 0.1


def test_every_pair_of_digits_has_its_accuracy_written_in_its_square():
    accuracies = np.full((10, 10), np.nan)
    accuracies[8, 1], accuracies[1, 0] = 0.972, 1.0
    ax = descent.draw_pairs(accuracies, "t").axes[0]
    assert {text.get_position(): text.get_text() for text in ax.texts} == {
        (1, 8): "97.2",
        (0, 1): "100",
    }


def test_lines_of_a_fit_run_through_the_range_of_the_points():
    x, y = np.array([1.0, 3.0, 2.0]), np.array([1.0, 2.0, 3.0])
    ax = descent.draw_fits(x, y, {"a": (2.0, 1.0)}, "x", "y", "t").axes[0]
    np.testing.assert_array_equal(ax.lines[1].get_xydata(), [[1, 3], [3, 7]])
    assert [text.get_text() for text in ax.texts] == ["a"]


def test_pixels_are_drawn_with_colours_that_are_even_about_zero():
    weights = np.linspace(-3, 1, 64)
    figure = descent.draw_pixels(weights, np.zeros((2, 64)), ["one", "two"], "t")
    image = figure.axes[0].images[0]
    assert image.get_clim() == (-3.0, 3.0)
    np.testing.assert_array_equal(image.get_array(), weights.reshape(8, 8))
