"""Lines are predicted, dots measured; every picture shows what it was given."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from course_utils.figures.signals import draw_activation_histograms, draw_signal_sizes


def test_lines_are_the_prediction_and_dots_the_measurement():
    measured = {"half": np.array([8.0, 5.0, 2.0, 1.0, 0.6]), "same": np.full(5, 8.0)}
    fig = draw_signal_sizes(measured, {"half": 0.5, "same": 1.0}, "mean square")
    line, dots = fig.axes[0].lines[:2]
    np.testing.assert_allclose(line.get_ydata(), [8, 4, 2, 1, 0.5])
    assert dots.get_ydata().tolist() == [8.0, 2.0, 0.6]
    assert fig.axes[0].get_yscale() == "log"
    plt.close(fig)


def test_histograms_stand_in_one_row_for_each_network():
    rng = np.random.default_rng(0)
    layers = {name: [rng.uniform(-1, 1, (50, 4)) for _ in range(6)] for name in ("small", "large")}
    fig = draw_activation_histograms(layers, shown=(0, 2, 5))
    assert len(fig.axes) == 6
    for ax in fig.axes:
        area = sum(bar.get_height() * bar.get_width() for bar in ax.patches)
        assert area == pytest.approx(1)
    plt.close(fig)
