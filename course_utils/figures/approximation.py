"""A curve and the network that was built to follow it. Notebook 01."""

import matplotlib.pyplot as plt
import numpy as np

from course_utils.figures.style import COLOURS


def draw_bump(x, left_step, right_step):
    """Draw two steps and the bump that is their difference. All: (N,)."""
    fig, ax = plt.subplots(figsize=(7.5, 3.2))
    ax.plot(x, left_step - right_step, color=COLOURS["black"], lw=5, alpha=0.25)
    ax.plot(x, left_step, color=COLOURS["blue"], lw=1.8)
    ax.plot(x, right_step, color=COLOURS["red"], lw=1.8)
    ax.text(0.3, 0.5, "first step", color=COLOURS["blue"], ha="right", weight="bold")
    ax.text(0.7, 0.5, "second step", color=COLOURS["red"], ha="left", weight="bold")
    ax.text(0.5, 0.4, "first - second:\na bump", ha="center", va="center", weight="bold")
    ax.set(xlabel="x", ylabel="answer", ylim=(-0.08, 1.18))
    ax.set_title("Two sigmoid neurons, one subtracted from the other, make a bump")
    return fig


def draw_approximation(x, target, answer, n_bumps: int):
    """Draw the target curve, the network's answer, and the largest error. x, target: (N,)."""
    fig, ax = plt.subplots(figsize=(7.5, 3.6))
    ax.plot(x, target, color=COLOURS["grey"], lw=4, alpha=0.6)
    ax.plot(x, answer, color=COLOURS["blue"], lw=1.8)
    error = np.max(np.abs(answer - target))
    ax.text(0.02, 0.95, "wanted", color=COLOURS["grey"], weight="bold", transform=ax.transAxes)
    ax.text(0.02, 0.87, "network", color=COLOURS["blue"], weight="bold", transform=ax.transAxes)
    ax.set(xlabel="x", ylabel="y", xlim=(x[0], x[-1]), ylim=(-1.8, 1.9))
    ax.set_title(f"{n_bumps} bumps ({2 * n_bumps} neurons): off by at most {error:.2f}")
    return fig
