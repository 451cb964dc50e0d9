"""How good is what was written: measures against temperature and context. For notebook 11."""

from collections.abc import Mapping, Sequence

import numpy as np

from course_utils.figures.style import COLOURS, write_title

LINES = ("blue", "orange", "green", "purple")


def plot_quality(
    temperatures: Sequence[float],
    measures: Mapping[str, Mapping[str, Sequence[float]]],
    real: Mapping[str, float],
):
    """Draw one panel for each measure: a line for each model, and a level for real tales.

    measures: what is measured -> model -> one number for each temperature. real: what is measured
    -> its value for real tales. -> a matplotlib figure.
    """
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(2, (len(measures) + 1) // 2, figsize=(9.0, 6.2), squeeze=False)
    for ax in axes.flat[len(measures) :]:
        ax.axis("off")
    for ax, (measure, models) in zip(axes.flat, measures.items(), strict=False):
        for (model, values), colour in zip(models.items(), LINES, strict=False):
            ax.plot(temperatures, values, "o-", ms=4, color=COLOURS[colour], label=model)
        top = max([real[measure], *(max(v) for v in models.values())])
        ax.axhline(real[measure], color=COLOURS["grey"], ls="--", lw=1.4, label="real tales")
        ax.set(xlabel="temperature", ylim=(0, 1.12 * top))
        ax.set_title(measure, fontsize=11)
    handles, labels = axes.flat[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="lower left", ncols=len(labels), fontsize=9.5)
    write_title(figure, "Low temperatures are right and dull, high ones varied and wrong")
    figure.tight_layout(rect=(0, 0.05, 1, 0.99))
    return figure


def plot_recall(
    context_lengths: Sequence[int],
    right: Mapping[str, Sequence[float]],
    knowable: Sequence[float],
    guess: float,
    *,
    title: str,
):
    """Draw the share of facts that models get right against how many characters they may see.

    right: model -> one share for each context length. knowable: the share of facts that were said
    within so many characters. guess: the share that a blind guess gets. -> a matplotlib figure.
    """
    from matplotlib import pyplot as plt

    figure, ax = plt.subplots(figsize=(8.2, 4.1))
    # Whoever does not know may still guess: that is the most one can get on average.
    best = [share + (1 - share) * guess for share in knowable]
    ax.fill_between(context_lengths, best, color="#e9f2ec", lw=0)
    ax.plot(context_lengths, best, color=COLOURS["green"], ls="--", lw=1.5)
    ax.text(context_lengths[-1], best[-1], " what can be known", color=COLOURS["green"],
            va="center", fontsize=9.5)  # fmt: skip
    ends_of_axis = [context_lengths[0], context_lengths[-1]]
    ax.plot(ends_of_axis, [guess] * 2, color=COLOURS["grey"], ls=":", lw=1.3)
    ends = spread([guess, *(values[-1] for values in right.values())], 0.07)
    ax.text(context_lengths[-1], ends[0], " a blind guess", color=COLOURS["grey"], va="center",
            fontsize=9.5)  # fmt: skip
    for (model, values), colour, end in zip(right.items(), LINES, ends[1:], strict=False):
        ax.plot(context_lengths, values, "o-", ms=5, color=COLOURS[colour])
        ax.text(context_lengths[-1], end, f" {model}", color=COLOURS[colour], va="center",
                fontsize=9.5)  # fmt: skip
    ax.set_xscale("log", base=2)
    ax.set_xticks(context_lengths, [str(c) for c in context_lengths])
    ax.minorticks_off()
    ax.set(xlabel="characters that the model may see", ylabel="share of facts right")
    ax.set(ylim=(0, 1.06), xlim=(context_lengths[0], context_lengths[-1] * 2.6))
    ax.set_title(title)
    figure.tight_layout()
    return figure


def spread(heights: Sequence[float], distance: float) -> list[float]:
    """Move heights up until labels there are `distance` apart; their order stays."""
    placed, last = [0.0] * len(heights), -np.inf
    for i in np.argsort(heights, kind="stable"):
        last = placed[i] = max(heights[i], last + distance)
    return placed


def plot_runs(runs: Mapping[str, Sequence[int]]):
    """Draw the longest copied run of each of several texts as a dot, in a row for each source.

    runs: whose texts -> lengths in characters. -> a matplotlib figure.
    """
    from matplotlib import pyplot as plt

    figure, ax = plt.subplots(figsize=(8.2, 0.9 + 0.62 * len(runs)))
    for row, lengths in enumerate(runs.values()):
        colour = COLOURS["grey"] if row == 0 else COLOURS[LINES[(row - 1) % len(LINES)]]
        lengths = np.sort(np.asarray(lengths))
        nudges = 0.16 * (np.arange(len(lengths)) % 3 - 1)  # equal lengths stay visible
        ax.plot(lengths, row + nudges, "o", ms=6, alpha=0.65, color=colour)
        ax.plot([np.median(lengths)] * 2, [row - 0.34, row + 0.34], color=colour, lw=2.5)
    ax.set_yticks(range(len(runs)), list(runs))
    ax.set(ylim=(len(runs) - 0.4, -0.6), xlabel="longest copied run of a text (characters)")
    ax.set_xlim(left=0)
    ax.grid(axis="y", visible=False)
    ax.set_title("Real new tales share runs with old ones too")
    figure.tight_layout()
    return figure
