"""The drawing of a neuron is its mathematics: the border is where the score is 0."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.figures.neurons import draw_layer_shapes, draw_network, draw_neuron
from course_utils.figures.style import COLOURS

weights = st.floats(-5, 5).filter(lambda w: abs(w) > 0.01)


@settings(max_examples=10, deadline=None)
@given(w1=weights, w2=weights, b=st.floats(-5, 5))
def test_the_border_is_where_the_score_is_zero(w1, w2, b):
    fig = draw_neuron(w1, w2, b)
    x1, x2 = fig.axes[0].lines[0].get_data()
    np.testing.assert_allclose(w1 * x1 + w2 * x2 + b, 0, atol=1e-9)
    plt.close(fig)


def test_a_neuron_without_weights_has_no_border():
    fig = draw_neuron(0.0, 0.0, 1.0)
    assert len(fig.axes[0].lines) == 0
    plt.close(fig)


@pytest.mark.parametrize(("n", "d_in", "d_out"), [(2, 3, 4), (4, 2, 3), (1, 5, 2)])
def test_one_number_of_a_layer_needs_a_row_a_column_and_a_bias(n, d_in, d_out):
    fig = draw_layer_shapes(n, d_in, d_out)
    boxes = fig.axes[0].patches
    assert len(boxes) == n * d_in + d_in * d_out + d_out + n * d_out
    orange = plt.matplotlib.colors.to_rgba(COLOURS["orange"])
    assert sum(box.get_facecolor() == orange for box in boxes) == d_in + d_in + 1 + 1
    plt.close(fig)


def test_a_network_has_a_line_for_every_weight():
    fig = draw_network((4, 5, 5, 3))
    assert len(fig.axes[0].patches) == 4 + 5 + 5 + 3
    assert len(fig.axes[0].lines) == 4 * 5 + 5 * 5 + 5 * 3
    plt.close(fig)
