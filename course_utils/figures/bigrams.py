"""A table of what follows what, and counting against gradient descent. For notebook 07."""

from collections.abc import Sequence

import numpy as np

from course_utils.figures.style import COLOURS
from course_utils.figures.tokens import SIGNS


def plot_bigram_table(probabilities: np.ndarray, characters: Sequence[str], title: str):
    """Draw a bigram model as a map: row = last character, column = next. -> a figure.

    probabilities: (V, V), rows sum to 1.
    """
    from matplotlib import pyplot as plt

    V = len(characters)
    names = [character.translate(SIGNS) for character in characters]
    figure, ax = plt.subplots(figsize=(8.2, 7.6))
    # The root brings out small probabilities without hiding which are large.
    image = ax.imshow(np.sqrt(probabilities), cmap="Blues", vmin=0, vmax=1)
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_ticks(range(V), names, family="monospace", fontsize=8)
    ax.tick_params(length=0, labeltop=True)
    ax.set(xlabel="next character", ylabel="last character")
    ax.grid(False)
    ax.set_title(title, pad=24)
    bar = figure.colorbar(image, ax=ax, ticks=np.sqrt([0, 0.05, 0.25, 0.5, 1]), shrink=0.7)
    bar.set_ticklabels(["0", "0.05", "0.25", "0.5", "1"])
    bar.set_label("probability of the next character")
    figure.tight_layout()
    return figure


def plot_meeting(history: Sequence[float], target: float, learned: np.ndarray, counted: np.ndarray):
    """Draw how gradient descent comes to what counting knows at once. -> a matplotlib figure.

    history: the loss after each step. target: the loss of the counted model.
    learned, counted: probabilities of the same pairs, (M,) each.
    """
    from matplotlib import pyplot as plt

    figure, (left, right) = plt.subplots(1, 2, figsize=(9.2, 3.6))
    left.plot(history, color=COLOURS["blue"])
    left.axhline(target, color=COLOURS["red"], ls="--", lw=1.5)
    left.text(
        len(history), target, "counted", color=COLOURS["red"], ha="right", va="top", fontsize=10
    )
    left.set_ylim(bottom=target - 0.12 * (history[0] - target))
    left.set(title="The losses meet ...", xlabel="steps", ylabel="loss, nats per character")
    right.scatter(counted, learned, s=14, color=COLOURS["blue"], alpha=0.6, linewidths=0)
    right.plot([1e-4, 1], [1e-4, 1], color=COLOURS["grey"], lw=1, zorder=0)
    right.set(xscale="log", yscale="log", xlim=(5e-5, 1.5), ylim=(5e-5, 1.5))
    right.set(
        title="... and so do the probabilities",
        xlabel="p(next | last), counted",
        ylabel="p(next | last), learned",
    )
    figure.tight_layout()
    return figure
