"""The figures of notebook 05 show what they are given, each optimizer in its own colour."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from course_utils.figures import optimizers as pictures
from course_utils.scratch.landscapes import ravine

PATHS = {"SGD": np.array([[0.0, 1.0], [1.0, 0.5]]), "Adam": np.array([[0.0, 1.0], [0.5, 0.5]])}
LOSSES = {name: np.linspace(2.0, 0.1, 100) for name in pictures.OPTIMIZER_COLOURS}


@pytest.fixture(autouse=True)
def closed_figures():
    yield
    plt.close("all")


def texts(ax):
    return {text.get_text(): text for text in ax.texts}


def test_each_optimizer_has_a_colour_of_its_own_in_stills_and_films():
    colours = pictures.OPTIMIZER_COLOURS
    assert len(set(colours.values())) == len(colours)
    still = pictures.draw_steps(ravine(10), PATHS, title="t")
    film = pictures.film_race(ravine(10), PATHS, title="t")
    for figure in (still, film.figure):
        drawn = {line.get_label(): line.get_color() for line in figure.axes[0].lines}
        assert {name: drawn[name] for name in PATHS} == {name: colours[name] for name in PATHS}


def test_momentum_slider_says_what_is_left_also_when_it_blows_up():
    title = pictures.draw_momentum_walk().get_suptitle()
    assert "0.012 of the distance is left" in title
    assert "does not arrive" in pictures.draw_momentum_walk(0.9, 100.0).get_suptitle()


def test_word_weights_have_a_panel_for_each_optimizer_with_a_dot_for_each_word():
    counts = np.array([10.0, 100.0, 1000.0])
    learned = {"SGD": np.array([0.1, 0.5, 1.0]), "AdaGrad": np.array([1.0, 1.2, 1.4])}
    figure = pictures.draw_word_weights(counts, learned, truth=1.5)
    for ax, (name, weights) in zip(figure.axes, learned.items(), strict=True):
        assert (ax.get_title(loc="left") or ax.get_title()) == name
        np.testing.assert_array_equal(ax.lines[1].get_xydata(), np.column_stack([counts, weights]))


def test_chase_draws_the_goal_and_names_all():
    goal = np.repeat([0.0, 5.0], 10)
    figure = pictures.draw_chase({"AdaGrad": goal * 0.9, "RMSprop": goal * 0.8}, goal, "t")
    assert set(texts(figure.axes[0])) == {"goal", "AdaGrad", "RMSprop"}
    np.testing.assert_array_equal(figure.axes[0].lines[0].get_ydata(), goal)


def test_sensitivity_leaves_out_what_never_arrives_and_keeps_names_apart():
    rates = np.array([0.1, 1.0, 10.0])
    needed = {"SGD": np.array([np.inf, 50.0, 60.0]), "Adam": np.array([90.0, 49.0, np.inf])}
    figure = pictures.draw_sensitivity(needed, rates, "t", "steps")
    ax = figure.axes[0]
    np.testing.assert_array_equal(ax.lines[0].get_ydata(), [np.nan, 50.0, 60.0])
    offsets = {}
    for name, text in texts(ax).items():
        offsets[name] = ax.transData.transform(text.xy)[1] + text.get_position()[1]
    assert abs(offsets["SGD"] - offsets["Adam"]) > 10  # their best rate is the same


def test_orthogonalising_draws_three_stages_and_two_spectra():
    spectra = {"before": np.array([1.0, 0.1]), "after": np.array([1.0, 0.9])}
    figure = pictures.draw_orthogonalising(lambda s: 0.5 * s + 0.5, 5, spectra)
    left, right = figure.axes
    assert [len(left.lines), len(right.lines)] == [3, 2]
    assert left.lines[-1].get_ydata()[0] == pytest.approx(1 - 0.5**5)
    assert set(texts(left)) == {"once", "twice", "5 times"}


def test_losses_are_averages_over_the_window():
    loss = np.array([4.0, 2.0, 6.0, 8.0])
    figure = pictures.draw_losses(
        {"SGD": loss, "mine": loss}, "t", colours={"mine": "blue"}, window=2
    )
    np.testing.assert_array_equal(figure.axes[0].lines[0].get_ydata(), [3.0, 4.0, 7.0])
    np.testing.assert_array_equal(figure.axes[0].lines[0].get_xdata(), [2, 3, 4])


def test_losses_are_drawn_against_steps_and_against_seconds():
    seconds = {name: np.linspace(0, 1 + i, 100) for i, name in enumerate(LOSSES)}
    figure = pictures.draw_losses_by_steps_and_seconds(LOSSES, seconds, window=10)
    left, right = figure.axes
    assert (left.get_xlabel(), right.get_xlabel()) == ("step", "seconds")
    assert [len(left.lines), len(right.lines)] == [8, 8]
    assert right.lines[-1].get_xdata()[-1] == 8.0
