"""Activations, softmax, approximations and digits: the pictures show the numbers they are given."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from course_utils.figures.activations import draw_activations, draw_softmax
from course_utils.figures.approximation import draw_approximation, draw_bump
from course_utils.figures.digits import draw_chance, draw_digits
from course_utils.scratch import layers


def texts(fig):
    return [text.get_text() for ax in fig.axes for text in ax.texts]


def title_of(fig):
    return fig.axes[0].get_title() or fig.axes[0].get_title(loc="left")


def test_each_activation_is_drawn_and_named():
    functions = {"sigmoid": layers.sigmoid, "tanh": layers.tanh, "GELU": layers.gelu}
    fig = draw_activations(functions)
    for (name, function), line in zip(functions.items(), fig.axes[0].lines, strict=False):
        np.testing.assert_allclose(line.get_ydata(), function(line.get_xdata()))
        assert name in texts(fig)
    plt.close(fig)


def test_softmax_bars_are_the_probabilities():
    fig = draw_softmax({"one": np.array([0.0, 1.0, 2.0]), "two": np.zeros(3)}, layers.softmax)
    for column in (0, 1):
        bars = [bar.get_height() for bar in fig.axes[2 + column].patches]
        assert sum(bars) == pytest.approx(1)
    assert bars == pytest.approx([1 / 3] * 3)
    plt.close(fig)


def test_the_title_of_an_approximation_tells_its_largest_error():
    x = np.linspace(0, 1, 11)
    answer = np.zeros(11)
    answer[4] = 0.25
    fig = draw_approximation(x, np.zeros(11), answer, n_bumps=6)
    assert title_of(fig) == "6 bumps (12 neurons): off by at most 0.25"
    plt.close(fig)


def test_a_bump_is_the_difference_of_its_steps():
    x = np.linspace(0, 1, 9)
    first, second = x > 0.3, x > 0.6
    fig = draw_bump(x, first.astype(float), second.astype(float))
    drawn = [line.get_ydata() for line in fig.axes[0].lines]
    np.testing.assert_array_equal(drawn[0], drawn[1] - drawn[2])
    plt.close(fig)


def test_wrong_guesses_stand_out():
    fig = draw_digits(np.zeros((3, 64)), ["a", "b", "c"], columns=2, wrong=[False, True, False])
    titles = [ax.title for ax in fig.axes[:3]]
    assert [title.get_text() for title in titles] == ["a", "b", "c"]
    assert titles[1].get_color() != titles[0].get_color() == titles[2].get_color()
    plt.close(fig)


def test_every_network_is_counted_beside_chance():
    fig = draw_chance([0.05, 0.1, 0.12, 0.12, 0.2], chance=0.1)
    assert sum(bar.get_height() for bar in fig.axes[0].patches) == 5
    assert fig.axes[0].lines[0].get_xdata()[0] == 0.1
    plt.close(fig)
