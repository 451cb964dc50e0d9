"""What the experiments of notebook 02 found: steps of derivatives, products, slopes, depth."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import Rectangle

from course_utils.figures.style import COLOURS, write_title

NAMED = [COLOURS[name] for name in ("purple", "blue", "green", "red", "orange", "black")]
PALE = "#e8eef4"
POINT = 0.5  # where the zoom looks at e^x

# ------------------------------------------------------------------------ numerical derivatives


def draw_zoom(exponent: int = -1):
    """Look at e^x around 0.5 through a window that is four steps of h = 10^exponent wide."""
    h = 10.0**exponent
    steps = np.linspace(-2, 2, 801)

    def rise(steps):  # what the computer finds between 0.5 and a place some steps away
        return (np.exp(POINT + steps * h) - np.exp(POINT)) / h

    up, down = rise(1.0), rise(-1.0)
    slope = np.exp(POINT)  # of e^x the slope is e^x
    fig, ax = plt.subplots(figsize=(7.0, 3.8))
    ax.plot(steps, slope * steps, color=COLOURS["grey"], lw=1.4, ls="--")
    ax.plot(steps, rise(steps), color=COLOURS["blue"])
    ax.plot([-1, 1], [down, up], "o-", color=COLOURS["red"], lw=1.4)
    ax.set(xlim=(-2, 2), ylim=(-5, 7), xlabel="distance from 0.5, in steps h")
    ax.set_ylabel("rise of eˣ, in units of h")
    ax.text(-1.9, 6.1, "eˣ in the computer", color=COLOURS["blue"], weight="bold")
    ax.text(-1.9, 5.2, "chord from −h to h", color=COLOURS["red"], weight="bold")
    ax.text(-1.9, 4.3, "tangent", color=COLOURS["black"])
    error = abs((up - down) / 2 / slope - 1)
    ax.set_title(f"h = {h:.0e}: the chord's slope is off by {error:.0e}")
    return fig


def draw_step_errors(
    h: np.ndarray, measured: Mapping[str, np.ndarray], predicted: Mapping[str, np.ndarray]
):
    """Draw the relative error of derivatives against the step: dots measured, lines predicted.

    h: (K,), falling or rising. measured, predicted: name -> (K,) errors.
    """
    fig, ax = plt.subplots(figsize=(7.8, 4.6))
    aside = {"red": (0, 95), "blue": (-105, -4)}  # where the names stand, in points
    for (name, errors), colour in zip(measured.items(), aside, strict=False):
        ax.loglog(h, predicted[name], color=COLOURS[colour], lw=1.2, alpha=0.8)
        ax.loglog(h, errors, "o", color=COLOURS[colour], ms=4)
        ax.annotate(
            f"{name}: best h = {h[np.argmin(errors)]:.0e}",
            (h[np.argmin(errors)], errors.min()),
            xytext=aside[colour],
            textcoords="offset points",
            color=COLOURS[colour],
            ha="center",
            weight="bold",
            arrowprops={"arrowstyle": "->", "color": COLOURS[colour], "shrinkB": 6},
        )
    ax.set(xlabel="step h", ylabel="relative error", ylim=(1e-12, 10))
    ax.text(1e-15, 3e-8, "step too small:\nrounding, ε / h", color=COLOURS["black"])
    ax.text(3e-3, 5e-9, "step too large:\ncurvature, h or h²", color=COLOURS["black"])
    return fig


# ------------------------------------------------------------------------- layers backwards


def draw_affine_backward(n: int = 4, d_in: int = 2, d_out: int = 3):
    """Draw the three products of an affine layer's way back, one square for each number."""
    fig, ax = plt.subplots(figsize=(7.4, 7.2))
    ax.set(aspect="equal", xlim=(-0.2, 15), ylim=(-2 * n - 9.5, n / 2 + 2))
    ax.axis("off")
    products = (
        ("dX = dY W: an input hears from every neuron that it fed", "dY", "W", "dX"),
        ("dW = dYᵀ X: the batch is inside the product, so it is summed", "dYᵀ", "X", "dW"),
        ("db = 1ᵀ dY: the sum over the batch", "1ᵀ", "dY", "db"),
    )
    shapes = {
        "dY": (n, d_out, "N, D_out"),
        "W": (d_out, d_in, "D_out, D_in"),
        "dX": (n, d_in, "N, D_in"),
        "dYᵀ": (d_out, n, "D_out, N"),
        "X": (n, d_in, "N, D_in"),
        "dW": (d_out, d_in, "D_out, D_in"),
        "1ᵀ": (1, n, "1, N"),
        "db": (1, d_out, "D_out,"),
    }
    for i, (title, left, right, result) in enumerate(products):
        y = -i * (n + 3.8)
        ax.text(-0.1, y + n / 2 + 1.3, title, weight="bold", fontsize=11.5)
        x = _boxes(ax, 0, y, left, *shapes[left], row=0)
        ax.text(x + 0.6, y, "×", ha="center", va="center", fontsize=15)
        last = shapes[right][1] - 1
        x = _boxes(ax, x + 1.2, y, right, *shapes[right], column=last)
        ax.text(x + 0.6, y, "=", ha="center", va="center", fontsize=15)
        _boxes(ax, x + 1.2, y, result, *shapes[result], row=0, column=last)
    return fig


def _boxes(ax, left, y, name, rows, columns, shape, row=None, column=None) -> float:
    """Draw a matrix around the height y, light up a row, a column or both's meeting point."""
    for i in range(rows):
        for j in range(columns):
            cross = row is not None and column is not None
            lit = (i == row and j == column) if cross else (i == row or j == column)
            corner = (left + j, y + rows / 2 - i - 1)
            colour = COLOURS["orange"] if lit else PALE
            ax.add_patch(Rectangle(corner, 1, 1, facecolor=colour, edgecolor="white", lw=2))
    middle = left + columns / 2
    ax.text(middle, y + rows / 2 + 0.4, name, ha="center", va="center", weight="bold")
    ax.text(middle, y - rows / 2 - 0.45, f"({shape})", ha="center", va="center", fontsize=9.5)
    return left + columns


def draw_slopes(slopes: Mapping[str, np.ndarray], z: np.ndarray):
    """Draw the slopes of activations against the score z: (K,), and name the largest of each."""
    fig, ax = plt.subplots(figsize=(7.6, 3.9))
    colours = dict(zip(slopes, NAMED, strict=False))
    for name, slope in slopes.items():
        ax.plot(z, slope, color=colours[name])
    ax.axhline(1, color=COLOURS["grey"], lw=1, ls=":")
    ax.set(
        xlabel="score z",
        ylabel="slope: what is left of a gradient",
        xlim=(z[0], z[-1]),
        ylim=(-0.2, 1.3),
    )
    places = {"sigmoid": (-2.4, 0.2), "tanh": (-1.3, 0.6), "ReLU": (3.6, 0.91), "GELU": (2.6, 1.15)}
    for name, place in places.items():
        if name in slopes:
            ax.text(*place, name, color=colours[name], weight="bold", ha="center")
    return fig


# ------------------------------------------------------------------------------- through depth


def draw_gradient_sizes(
    panels: Mapping[str, Mapping[str, tuple[Sequence[float], Sequence[float]]]],
):
    """Draw how large gradients are in each layer: dots measured, lines predicted.

    panels: title -> activation -> (measured, predicted), from the input to the last layer.
    """
    fig, axes = plt.subplots(1, len(panels), figsize=(8.6, 4.6), sharey=True)
    everything = [
        sizes for networks in panels.values() for pair in networks.values() for sizes in pair
    ]
    apart = 0.06 * np.ptp(np.log10(np.concatenate(everything)))  # names, in powers of ten
    for ax, (title, networks) in zip(axes, panels.items(), strict=True):
        colours = dict(zip(networks, NAMED, strict=False))
        for name, (measured, predicted) in networks.items():
            layers = np.arange(len(measured))
            ax.semilogy(layers, predicted, color=colours[name], lw=1.2)
            ax.semilogy(layers[::2], measured[::2], "o", color=colours[name], ms=4)
        height = np.inf
        for name in sorted(networks, key=lambda name: -networks[name][0][0]):
            height = min(np.log10(networks[name][0][0]), height - apart)
            words = {"color": colours[name], "weight": "bold", "ha": "right", "va": "center"}
            ax.text(-1, 10**height, name, **words)
        ax.set(xlabel="after layer (the loss is on the right)", xlim=(-10, len(measured)))
        ax.set_xticks(range(0, len(measured), 10))
        ax.set_title(title, fontsize=11, weight="normal")
    axes[0].set_ylabel("gradient at a layer's output\n(root mean square)")
    write_title(fig, "Each layer multiplies the gradient by its own factor")
    fig.tight_layout()
    return fig
