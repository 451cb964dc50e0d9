"""How a neuron that is confidently wrong changes its mind. Notebook 04."""

import numpy as np

from course_utils.figures.curves import draw_curves
from course_utils.scratch.layers import sigmoid


def slope_of_cross_entropy(z):
    """Slope of -ln σ(z) in the logit z, label 1. Any shape."""
    return sigmoid(z) - 1


def slope_of_squared_error(z):
    """Slope of (σ(z) - 1)² in the logit z, label 1. Any shape."""
    p = sigmoid(z)
    return 2 * (p - 1) * p * (1 - p)


def draw_change_of_mind(start_logit=-6.0, learning_rate=1.0, steps=200):
    """Draw the probability of the right answer while one logit descends each of two losses."""
    curves = {}
    for name, slope in (
        ("cross-entropy", slope_of_cross_entropy),
        ("squared error", slope_of_squared_error),
    ):
        z, path = start_logit, [sigmoid(start_logit)]
        for _ in range(steps):
            z = z - learning_rate * slope(z)
            path.append(sigmoid(z))
        curves[name] = np.arange(steps + 1), np.array(path)
    return draw_curves(
        curves,
        title=f"Wrong at first, with p = {sigmoid(start_logit):.2g} for the right answer",
        xlabel="step",
        ylabel="probability of the right answer",
        ylim=(-0.02, 1.02),
    )
