"""Activations drawn: their curves, and what softmax makes of scores. Notebook 01."""

from collections.abc import Callable, Mapping

import matplotlib.pyplot as plt
import numpy as np

from course_utils.figures.style import COLOURS, write_title

LINE_COLOURS = [COLOURS[name] for name in ("grey", "orange", "blue", "green")]


def draw_activations(functions: Mapping[str, Callable]):
    """Draw activation functions over one another, each named at its line."""
    fig, ax = plt.subplots(figsize=(7.5, 4.2))
    z = np.linspace(-4, 4, 401)
    places = {"sigmoid": (-3.9, 0.2), "tanh": (-3.9, -0.88), "ReLU": (1.55, 2.05)}
    for (name, function), colour in zip(functions.items(), LINE_COLOURS, strict=False):
        ax.plot(z, function(z), color=colour)
        place = places.get(name, (1.9, 1.3))
        ax.text(*place, name, color=colour, weight="bold", ha="right" if name == "ReLU" else "left")
    ax.axhline(0, color=COLOURS["black"], lw=0.8)
    ax.axvline(0, color=COLOURS["black"], lw=0.8)
    ax.set(xlim=(-4, 4), ylim=(-1.3, 3.2), xlabel="score z", ylabel="activation")
    ax.set_title("Four ways to bend a score")
    return fig


def draw_softmax(rows: Mapping[str, np.ndarray], softmax: Callable):
    """Draw scores (above) and their softmax (below) for a few named rows of scores."""
    fig, axes = plt.subplots(2, len(rows), figsize=(8.2, 4.3), sharex=True, sharey="row")
    for (name, z), (top, bottom) in zip(rows.items(), axes.T, strict=True):
        probabilities = softmax(z[None, :])[0]
        places = np.arange(len(z))
        top.bar(places, z, color=COLOURS["sky"])
        bottom.bar(places, probabilities, color=COLOURS["orange"])
        for place, score, p in zip(places, z, probabilities, strict=True):
            top.text(place, max(score, 0), f"{score:g}", ha="center", va="bottom", fontsize=10)
            bottom.text(place, p, f"{p:.2f}", ha="center", va="bottom", fontsize=10)
        top.set_title(name, fontsize=11, weight="normal")
        top.axhline(0, color=COLOURS["black"], lw=0.8)
        bottom.set(ylim=(0, 1.15), xlabel="class", xticks=places, xticklabels=["A", "B", "C"])
        for ax in (top, bottom):
            ax.grid(False)
    axes[0, 0].set(ylabel="score")
    axes[0, 0].margins(y=0.18)
    axes[1, 0].set(ylabel="probability")
    write_title(fig, "Only the distances between scores count")
    fig.tight_layout()
    return fig
