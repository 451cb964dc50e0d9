"""Trainings side by side: losses against the floor and the band, and what bought how much.

For notebook 10.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from course_utils.figures.curves import write_plain_numbers
from course_utils.figures.style import COLOURS, write_title

History = Sequence[Mapping[str, Any]]  # the lines of metrics.jsonl
LEAST = 1e-3  # losses below this are drawn here: a logarithmic axis has no place for 0


def plot_learning(history: History, floor: float | None, *, title: str):
    """Draw training and validation loss against the step, and the floor. -> a matplotlib figure."""
    from matplotlib import pyplot as plt

    figure, ax = plt.subplots(figsize=(7.6, 3.8))
    _draw_losses(ax, history)
    if floor is not None:
        _draw_floor(ax, floor)
    last = history[-1]
    ax.set(yscale="log", xlabel="step", ylabel="loss, nats per character")
    ax.set_xlim(0, last["step"] * 1.02)
    write_plain_numbers(ax.yaxis)
    ax.legend(loc="upper right", fontsize=10)
    ax.set_title(title)
    figure.tight_layout()
    return figure


def plot_diagnoses(runs: Mapping[str, History], band, floor: float | None, *, title: str):
    """Draw one small picture for each run, with the band of healthy ones behind it.

    runs: name -> history. band: has `at(step)`, the least and greatest healthy loss.
    -> a matplotlib figure.
    """
    from matplotlib import pyplot as plt

    n_columns = 3
    n_rows = -(-len(runs) // n_columns)
    figure, axes = plt.subplots(
        n_rows, n_columns, figsize=(9.6, 2.7 * n_rows), sharex=True, sharey=True, squeeze=False
    )
    for ax in axes.flat[len(runs) :]:
        ax.axis("off")
    for ax, (name, history) in zip(axes.flat, runs.items(), strict=False):
        steps = np.arange(1, history[-1]["step"] + 1)
        low, high = np.array([band.at(int(step)) for step in steps]).T
        ax.fill_between(steps, low, high, color=COLOURS["green"], alpha=0.2, lw=0)
        _draw_losses(ax, history)
        if floor is not None:
            _draw_floor(ax, floor, name=False)
        ax.set_title(name, fontsize=11, loc="left")
        ax.set(yscale="log", ylim=(LEAST / 1.5, 60))
        ax.tick_params(labelbottom=True)
    for ax in axes[:, 0]:
        ax.set_ylabel("nats per character")
    for ax in axes.flat[max(0, len(runs) - n_columns) : len(runs)]:
        ax.set_xlabel("step")
    axes.flat[0].legend(fontsize=8, loc="lower left")
    write_title(figure, title)
    figure.tight_layout()
    return figure


def plot_rungs(losses: Mapping[str, float], *, title: str):
    """Draw what each change of a recipe brought, as one bar below the other.

    losses: name of the recipe -> loss, in the order of the changes. -> a matplotlib figure.
    """
    from matplotlib import pyplot as plt

    figure, ax = plt.subplots(figsize=(8.2, 0.9 + 0.5 * len(losses)))
    rows, values = range(len(losses)), list(losses.values())
    ax.barh(rows, values, color=COLOURS["blue"], height=0.6)
    for row, loss in zip(rows, values, strict=True):
        change = f"  ({loss - values[row - 1]:+.2f})" if row else ""
        ax.text(loss + 0.02 * max(values), row, f"{loss:.2f}{change}", va="center", fontsize=10)
    ax.set_yticks(rows, list(losses), fontsize=10)
    ax.set(xlim=(0, 1.25 * max(values)), xlabel="validation loss, nats per character")
    ax.invert_yaxis()
    ax.grid(axis="y", visible=False)
    ax.set_title(title)
    figure.tight_layout()
    return figure


def _draw_losses(ax, history: History) -> None:
    for name, key, colour in (
        ("training", "train_loss", "blue"),
        ("validation", "val_loss", "red"),
    ):
        lines = [line for line in history if line[key] is not None]
        losses = [max(LEAST, line[key]) for line in lines]
        steps = [line["step"] for line in lines]
        ax.plot(steps, losses, "o-", ms=3.5, color=COLOURS[colour], label=name)


def _draw_floor(ax, floor: float, *, name: bool = True) -> None:
    ax.axhline(floor, color=COLOURS["grey"], ls="--", lw=1.3)
    if name:
        ax.text(
            0.01, floor, f"exact entropy {floor:.3f}", fontsize=9, va="bottom",
            color=COLOURS["grey"], transform=ax.get_yaxis_transform(),
        )  # fmt: skip
