"""How two layers of attention learn to copy: curves, and a film of their maps. For notebook 08."""

from collections.abc import Mapping, Sequence

import numpy as np

from course_utils.figures.attention import draw_map
from course_utils.figures.film import Film
from course_utils.figures.style import COLOURS

ORDER = [COLOURS[c] for c in ("grey", "orange", "purple", "blue", "green", "red")]


def plot_copying(
    histories: Mapping[str, Sequence[tuple[int, float]]], levels: Mapping[str, float], title: str
):
    """Draw the share of letters that models predict right, against training steps.

    histories: name -> (step, accuracy) pairs. levels: name -> accuracy to draw as a dotted line.
    -> a matplotlib figure.
    """
    from matplotlib import pyplot as plt

    figure, ax = plt.subplots(figsize=(8.2, 3.8))
    last = max(history[-1][0] for history in histories.values())
    colours = dict(zip(histories, ORDER[-len(histories) :], strict=True))
    for name, history in histories.items():
        steps, accuracies = zip(*history, strict=True)
        ax.plot(steps, [100 * a for a in accuracies], color=colours[name])
    ends = {name: 100 * history[-1][1] for name, history in histories.items()}
    for name, height in _apart(ends, 7.0).items():
        ax.text(last * 1.015, height, name, color=colours[name], va="center", fontsize=10)
    for i, (name, level) in enumerate(levels.items()):
        ax.axhline(100 * level, color=COLOURS["black"], ls=":", lw=1)
        side = {"va": "bottom"} if i % 2 == 0 else {"va": "top"}
        ax.text(last * 0.99, 100 * level + (0.5, -0.8)[i % 2], name, fontsize=9, ha="right", **side)
    ax.set(title=title, xlabel="training steps", ylabel="letters right, %", ylim=(0, 104))
    ax.set_xlim(0, last)
    figure.tight_layout()
    return figure


def _apart(heights: Mapping[str, float], gap: float) -> dict[str, float]:
    """Move labels up so that none lies on another."""
    placed: dict[str, float] = {}
    free = -np.inf
    for name, height in sorted(heights.items(), key=lambda item: item[1]):
        placed[name] = max(height, free)
        free = placed[name] + gap
    return placed


def film_heads(
    snapshots: Sequence[tuple[int, float, Sequence[np.ndarray]]], letters: Sequence[str]
) -> Film:
    """Show the maps of two layers while they learn.

    snapshots: (step, accuracy, [map of layer 1 (T, T), map of layer 2 (T, T)]), in order.
    letters: the sequence looked at. Show it with `show_film`.
    """
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(1, 2, figsize=(8.4, 4.4))
    images = []
    for ax, weights, name in zip(axes, snapshots[0][2], ("layer 1", "layer 2"), strict=True):
        images.append(draw_map(ax, weights, letters, numbered=False))
        ax.set_title(name, fontsize=11)
    axes[0].set(xlabel="letter that is looked at", ylabel="letter that looks")
    axes[1].set(xlabel="letter that is looked at")
    figure.tight_layout()

    def draw(i: int) -> None:
        for image, weights in zip(images, snapshots[i][2], strict=True):
            image.set_data(weights)

    captions = tuple(f"step {step}: {100 * accuracy:.0f} %" for step, accuracy, _ in snapshots)
    return Film(figure, draw, captions)
