"""What the experiments of notebook 03 found: fits, bounds, regimes, and digits told apart."""

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np

from course_utils.figures.curves import write_names
from course_utils.figures.landscapes import plot_paths
from course_utils.figures.style import COLOURS, write_title
from course_utils.scratch.gradient_descent import gradient_descent
from course_utils.scratch.landscapes import ravine


def draw_fits(x, y, lines: Mapping[str, np.ndarray], xlabel: str, ylabel: str, title: str):
    """Draw points and straight lines through them. lines: name -> (slope, intercept)."""
    fig, ax = plt.subplots(figsize=(7.6, 4.2))
    ax.plot(x, y, "o", color=COLOURS["grey"], ms=3.5, alpha=0.5)
    ends = np.array([x.min(), x.max()])
    curves = {name: (ends, slope * ends + intercept) for name, (slope, intercept) in lines.items()}
    colours = dict(zip(curves, (COLOURS[c] for c in ("red", "orange", "blue")), strict=False))
    for name, curve in curves.items():
        ax.plot(*curve, color=colours[name])
    write_names(ax, curves, colours)
    ax.set(xlabel=xlabel, ylabel=ylabel)
    ax.set_title(title)
    return fig


def draw_step_bound(function, gradient, start, curvature: float):
    """Draw the height after one step of every length, with the tangent and the bound above it.

    start: (D,). curvature: L, the largest curvature anywhere.
    """
    slope = gradient(start)
    squared = float(slope @ slope)
    rates = np.linspace(0, 2.6 / curvature, 200)
    after = np.array([float(function(start - rate * slope)) for rate in rates])
    height = float(function(start))
    bound = height - rates * (1 - rates * curvature / 2) * squared
    fig, ax = plt.subplots(figsize=(7.6, 4.2))
    ax.fill_between(rates, bound, bound.max() + 1, color=COLOURS["sky"], alpha=0.15, lw=0)
    ax.plot(rates, bound, color=COLOURS["sky"])
    ax.plot(rates, height - rates * squared, color=COLOURS["grey"], ls="--", lw=1.4)
    ax.plot(rates, after, color=COLOURS["blue"])
    ax.axhline(height, color=COLOURS["black"], lw=0.8)
    for rate, text in ((1 / curvature, "1 / L"), (2 / curvature, "2 / L")):
        at = height - rate * (1 - rate * curvature / 2) * squared
        ax.plot([rate], [at], "o", color=COLOURS["black"], ms=6, zorder=4)
        ax.annotate(text, (rate, at), xytext=(0, 9), textcoords="offset points", ha="center")
    low = min(after.min(), height - 1.15 * squared / curvature)
    high = height + 0.9 * squared / curvature
    ax.set(ylim=(low, high), xlim=(0, rates[-1]), xlabel="learning rate", ylabel="height f")
    for y, name, colour in (
        (bound[-1], "at most this", "sky"),
        (after[-1], "after the step", "blue"),
        (height, "before the step", "black"),
    ):
        ax.annotate(
            name,
            (rates[-1], min(y, high)),
            xytext=(7, 0),
            textcoords="offset points",
            color=COLOURS[colour],
            weight="bold",
            va="center",
        )
    ax.annotate(
        "as the slope promises",
        (1.02 / curvature, height - 1.02 / curvature * squared),
        xytext=(10, 0),
        textcoords="offset points",
        color=COLOURS["grey"],
        weight="bold",
        va="center",
    )
    ax.set_title("Up to 2 / L a step cannot lead uphill")
    return fig


def draw_ravine_walk(learning_rate=1.8, condition_number=10.0, steps=30):
    """Draw gradient descent in a ravine, and say in which of four ways it goes."""
    landscape = ravine(condition_number)
    path = gradient_descent(landscape.gradient, np.array([-5.0, 2.0]), learning_rate, steps)
    factor = max(abs(1 - learning_rate), abs(1 - learning_rate / condition_number))
    left = float(np.linalg.norm(path[-1]) / np.linalg.norm(path[0]))
    fig = plot_paths(
        landscape,
        {f"{steps} steps": path},
        title=f"{regime(learning_rate, condition_number)}: {left:.2g} of the distance is left",
        names=("flat weight", "steep weight"),
    )
    fig.axes[0].get_legend().remove()
    fig.axes[0].text(
        0.99,
        0.03,
        f"largest factor per step: {factor:.3f}",
        transform=fig.axes[0].transAxes,
        ha="right",
    )
    return fig


def regime(learning_rate: float, condition_number: float) -> str:
    """Name how gradient descent goes in a ravine whose steep curvature is 1."""
    if learning_rate > 2:
        return "It diverges"
    if learning_rate == 2:
        return "It swings for ever"
    if learning_rate > 1:
        return "It oscillates"
    slowest = 1 - learning_rate / condition_number
    return "It crawls" if slowest > 0.97 else "It converges"


def draw_pixels(weights, examples, captions, title: str):
    """Draw one weight per pixel beside a row of images. weights: (64,), examples: (K, 64)."""
    count = len(examples)
    fig, axes = plt.subplots(
        1, count + 1, figsize=(2.6 + 1.6 * count, 2.6), width_ratios=[1.3] + [1.0] * count
    )
    most = np.abs(weights).max()
    picture = axes[0].imshow(weights.reshape(8, 8), cmap="RdBu", vmin=-most, vmax=most)
    fig.colorbar(picture, ax=axes[0], fraction=0.046)
    axes[0].set_title("weights")
    for ax, image, caption in zip(axes[1:], examples, captions, strict=True):
        ax.imshow(image.reshape(8, 8), cmap="gray_r", vmin=0, vmax=1)
        ax.set_title(caption, fontsize=10, fontweight="normal", loc="center")
    for ax in axes:
        ax.set(xticks=[], yticks=[])
        ax.grid(False)
        ax.spines[:].set_visible(False)
    write_title(fig, title)
    fig.tight_layout()
    return fig


def draw_pairs(accuracies: np.ndarray, title: str):
    """Draw the accuracy on each pair of digits. accuracies: (10, 10), nan on the diagonal."""
    fig, ax = plt.subplots(figsize=(7.2, 5.6))
    picture = ax.imshow(100 * accuracies, cmap="viridis", vmin=96, vmax=100)
    fig.colorbar(picture, label="test accuracy, %")
    for (row, column), share in np.ndenumerate(accuracies):
        if np.isfinite(share):
            dark = share < 0.985
            text = f"{100 * share:.1f}" if share < 0.9995 else "100"
            colour = "white" if dark else "black"
            ax.text(column, row, text, ha="center", va="center", fontsize=8.5, color=colour)
    ax.set(xticks=range(10), yticks=range(10), xlabel="one digit", ylabel="the other digit")
    ax.grid(False)
    ax.set_title(title)
    return fig
