"""Handwritten digits and guesses about them. Notebook 01."""

import matplotlib.pyplot as plt
import numpy as np

from course_utils.figures.style import COLOURS, write_title


def draw_digits(images, captions, columns: int = 10, wrong=None, title: str = ""):
    """Draw images (N, 64) in rows, each with a caption; `wrong` (N,) colours captions."""
    rows = -(-len(images) // columns)
    fig, axes = plt.subplots(rows, columns, figsize=(0.82 * columns, 1.12 * rows + 0.3))
    for i, ax in enumerate(np.ravel(axes)):
        ax.axis("off")
        if i < len(images):
            ax.imshow(images[i].reshape(8, 8), cmap="gray_r", vmin=0, vmax=1)
            colour = COLOURS["black"] if wrong is None or not wrong[i] else COLOURS["red"]
            ax.set_title(captions[i], fontsize=10, color=colour, pad=3, loc="center")
    write_title(fig, title)
    fig.tight_layout(pad=0.3)
    return fig


def draw_chance(accuracies, chance: float):
    """Draw the accuracies of many untrained networks beside the level of pure chance."""
    fig, ax = plt.subplots(figsize=(7.5, 3.2))
    bins = np.arange(0, 0.32, 0.01)
    ax.hist(accuracies, bins=bins, color=COLOURS["sky"], edgecolor="white", lw=0.5)
    ax.axvline(chance, color=COLOURS["red"])
    top = ax.get_ylim()[1]
    ax.text(chance + 0.004, 0.94 * top, "chance: 1 in 10", color=COLOURS["red"], weight="bold")
    ax.set(xlabel="share of images read right", ylabel="number of networks", xlim=(0, 0.3))
    ax.set_title(f"{len(accuracies)} untrained networks: on average they know nothing")
    return fig
