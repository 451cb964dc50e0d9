"""How trainings went: curves that agree, curves that part, and what was taken for what."""

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np

from course_utils.figures.style import COLOURS


def draw_same_curves(line: np.ndarray, dots: np.ndarray, names: tuple[str, str]):
    """Draw two losses that should be the same, (steps,) each: one as a line, one as dots on it."""
    fig, ax = plt.subplots(figsize=(7.6, 3.9))
    steps = np.arange(1, len(line) + 1)
    every = max(1, len(line) // 30)
    ax.semilogy(steps, line, color=COLOURS["blue"], lw=1.2)
    ax.plot(steps[::every], dots[::every], "o", color=COLOURS["red"], ms=4.5)
    for i, (name, colour) in enumerate(zip(names, ("blue", "red"), strict=True)):
        mark = ("line: ", "dots: ")[i]
        place = (0.97, 0.92 - 0.09 * i)
        words = {"color": COLOURS[colour], "weight": "bold", "ha": "right"}
        ax.text(*place, mark + name, transform=ax.transAxes, **words)
    ax.set(xlabel="step", ylabel="loss (nats)")
    ax.set_title("From equal weights, equal losses at every step")
    return fig


def draw_confusion(matrix: np.ndarray, title: str):
    """Draw a confusion matrix, (C, C): counts as numbers, mistakes darker."""
    n_classes = len(matrix)
    mistakes = matrix - np.diag(np.diag(matrix))
    fig, ax = plt.subplots(figsize=(5.6, 5.4))
    ax.imshow(mistakes, cmap="Oranges", vmax=max(1, 2 * mistakes.max()))
    for i in range(n_classes):
        for j in range(n_classes):
            if matrix[i, j]:
                right = {"color": COLOURS["blue"]} if i == j else {"weight": "bold"}
                ax.text(j, i, str(matrix[i, j]), ha="center", va="center", **right)
    ax.set(xlabel="what the network said", ylabel="what it is")
    ax.set_xticks(range(n_classes))
    ax.set_yticks(range(n_classes))
    ax.grid(visible=False)
    ax.set_title(title)
    return fig


def draw_overfitting(losses: np.ndarray):
    """Draw training and validation loss, (epochs, 2), and mark where the second turns."""
    fig, ax = plt.subplots(figsize=(7.6, 3.9))
    epochs = np.arange(1, len(losses) + 1)
    best = int(losses[:, 1].argmin())
    for i, (name, colour) in enumerate((("training", "blue"), ("validation", "red"))):
        ax.semilogy(epochs, losses[:, i], color=COLOURS[colour])
        end = (epochs[-1] + 0.6, losses[-1, i])
        ax.text(*end, name, color=COLOURS[colour], weight="bold", va="center")
    ax.plot(epochs[best], losses[best, 1], "o", color=COLOURS["red"])
    ax.annotate(
        "from here on it learns by heart",
        (epochs[best], losses[best, 1]),
        xytext=(10, 32),
        textcoords="offset points",
        color=COLOURS["red"],
        arrowprops={"arrowstyle": "->", "color": COLOURS["red"]},
    )
    ax.set(xlabel="epoch", ylabel="loss (nats)", xlim=(0, epochs[-1] * 1.17))
    ax.set_title("The two losses part: overfitting")
    return fig


def draw_remedies(losses: Mapping[str, float]):
    """Draw the validation loss that each remedy leaves, the first of them being none."""
    fig, ax = plt.subplots(figsize=(7.2, 2.6))
    names = list(losses)
    colours = [COLOURS["grey"]] + [COLOURS["green"]] * (len(names) - 1)
    ax.barh(names[::-1], [losses[name] for name in names[::-1]], color=colours[::-1])
    for i, name in enumerate(names[::-1]):
        ax.text(losses[name], i, f"  {losses[name]:.2f}", va="center")
    ax.set(xlabel="validation loss (nats)", xlim=(0, 1.15 * max(losses.values())))
    ax.grid(visible=False, axis="y")
    ax.set_title("Each remedy lowers the loss on what was not seen")
    return fig
