"""The pictures of notebook 02 show what they are given."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from course_utils.figures import backprop


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


@pytest.mark.parametrize("exponent", [0, -1, -8])
def test_title_of_the_zoom_tells_the_error_of_the_chord(exponent):
    h = 10.0**exponent
    slope = (np.exp(0.5 + h) - np.exp(0.5 - h)) / (2 * h)
    told = float(backprop.draw_zoom(exponent).axes[0].get_title().rpartition(" ")[2])
    # One digit is told; near 1e-8 rounding makes the error, and another order of sums another one.
    tolerance = 1e-7 if exponent == -8 else abs(slope / np.exp(0.5) - 1) / 2
    assert told == pytest.approx(abs(slope / np.exp(0.5) - 1), abs=tolerance)


def test_each_kind_of_step_is_named_at_its_best():
    h = 10.0 ** np.arange(0, -10.1, -1)
    errors = {"one side": np.abs(np.log10(h) + 8) + 1e-9, "both sides": np.abs(np.log10(h) + 5) + 1}
    ax = backprop.draw_step_errors(h, errors, errors).axes[0]
    words = [text.get_text() for text in ax.texts]
    assert "one side: best h = 1e-08" in words
    assert "both sides: best h = 1e-05" in words


def test_three_products_are_drawn_with_a_square_for_each_number():
    n, d_in, d_out = 4, 2, 3
    ax = backprop.draw_affine_backward(n, d_in, d_out).axes[0]
    squares = 2 * n * d_out + n * d_out + d_out * d_in + n * d_in  # dY (3 times), W, dX
    squares += n * d_in + d_out * d_in + n + d_out  # X, dW, ones, db
    assert len(ax.patches) == squares


def test_every_activation_is_drawn_and_named_in_its_colour():
    z = np.linspace(-5, 5, 11)
    slopes = {"sigmoid": z * 0 + 0.25, "ReLU": (z > 0) * 1.0}
    ax = backprop.draw_slopes(slopes, z).axes[0]
    drawn = {line.get_color() for line in ax.lines}
    assert {text.get_text() for text in ax.texts} == set(slopes)
    assert {text.get_color() for text in ax.texts} <= drawn


def test_names_stand_at_the_first_layer_in_order_of_size_and_apart():
    layers = np.arange(5.0)
    flat, falling = 1 + 0 * layers, 10.0 ** (layers - 4)
    networks = {"low": (falling, falling), "high": (flat, flat), "near": (flat * 0.99, flat)}
    ax = backprop.draw_gradient_sizes({"one": networks, "two": networks}).axes[0]
    heights = {text.get_text(): text.get_position()[1] for text in ax.texts}
    assert heights["high"] > heights["near"] > heights["low"]
    assert np.log10(heights["high"] / heights["near"]) > 0.2
