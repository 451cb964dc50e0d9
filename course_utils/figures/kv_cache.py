"""What a KV cache spares: drawn step by step, and measured token by token. For notebook 11."""

from collections.abc import Mapping, Sequence

import numpy as np

from course_utils.figures.style import COLOURS, write_title

NOW, KEPT, NEVER = COLOURS["orange"], "#bcd9ee", "#f4f4f4"


def draw_cache(tokens: Sequence[str], n_prompt: int):
    """Draw which scores are computed at each step, without a cache (above) and with one (below).

    tokens: a text; its first `n_prompt` tokens are given, each later one is written in a step of
    its own. -> a matplotlib figure.
    """
    from matplotlib import pyplot as plt

    T = len(tokens)
    lengths = range(n_prompt, T + 1)
    figure, axes = plt.subplots(
        2, len(lengths), figsize=(1.9 * len(lengths) + 0.5, 4.9), squeeze=False
    )
    totals = [0, 0]
    for column, n in enumerate(lengths):
        for row in (0, 1):
            ax = axes[row][column]
            first_new = 0 if row == 0 or column == 0 else n - 1
            for i in range(n):
                for j in range(i + 1):
                    colour = NOW if i >= first_new else NEVER
                    ax.add_patch(plt.Rectangle((j, i), 1, 1, fc=colour, ec="white", lw=1.5))
            for j in range(n):  # the keys and values below the table
                kept = j < first_new
                ax.add_patch(
                    plt.Rectangle(
                        (j, n + 0.35), 1, 0.8, fc=KEPT if kept else NOW, ec="white", lw=1.5
                    )
                )
            totals[row] += n - first_new
            ax.text(n + 0.15, n + 0.75, "k, v", va="center", fontsize=8)
            ax.set_xticks(np.arange(n) + 0.5, tokens[:n], rotation=60, ha="left", fontsize=8)
            ax.xaxis.tick_top()
            ax.set(xlim=(0, T + 0.9), ylim=(T + 1.3, 0), yticks=[])
            ax.tick_params(length=0, pad=1)
            ax.grid(False)
            for side in ax.spines.values():
                side.set_visible(False)
            ax.set_xlabel(f"reads {n - first_new}", fontsize=9)
    axes[0][0].set_ylabel("without a cache", fontsize=10)
    axes[1][0].set_ylabel("with a cache", fontsize=10)
    swatches = [plt.Rectangle((0, 0), 1, 1, fc=colour) for colour in (NOW, KEPT, NEVER)]
    figure.legend(
        swatches,
        ["computed now", "remembered", "not needed again"],
        loc="lower left",
        ncols=3,
        fontsize=9,
    )
    title = f"Tokens read in all: {totals[0]} without a cache, {totals[1]} with one"
    write_title(figure, title)
    figure.tight_layout(rect=(0, 0.05, 1, 0.99))
    return figure


def plot_costs(milliseconds: Mapping[str, Sequence[float]], context_length: int, window: int = 9):
    """Draw what each token cost, by how many tokens stood before it.

    milliseconds: with what -> one number for each token. They are smoothed by the median of
    `window` neighbours. -> a matplotlib figure.
    """
    from matplotlib import pyplot as plt

    figure, ax = plt.subplots(figsize=(8.2, 3.9))
    highest = 0.0
    for (name, values), colour in zip(
        milliseconds.items(), (COLOURS["orange"], COLOURS["blue"], COLOURS["green"]), strict=False
    ):
        smooth = running_median(values, window)
        highest = max(highest, smooth.max())
        ax.plot(range(1, len(smooth) + 1), smooth, color=colour)
        ax.text(len(smooth) * 1.01, smooth[-20:].mean(), name, color=colour, va="center")
    n = max(map(len, milliseconds.values()))
    if n > context_length:
        ax.axvline(context_length, color=COLOURS["grey"], ls=":", lw=1.2)
        ax.text(context_length, 1.12 * highest, " the context is full", color=COLOURS["grey"],
                va="top", fontsize=9)  # fmt: skip
    ax.set(xlim=(0, n * 1.22), ylim=(0, 1.15 * highest))
    ax.set(xlabel="tokens written", ylabel="milliseconds for the next one")
    ax.set_title("With a cache a token costs the same wherever it stands")
    figure.tight_layout()
    return figure


def running_median(values: Sequence[float], window: int) -> np.ndarray:
    """The median of each value and its neighbours: (n,) -> (n,)."""
    values = np.asarray(values, dtype=float)
    padded = np.pad(values, window // 2, mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * (window // 2) + 1)
    return np.median(windows, axis=1)
