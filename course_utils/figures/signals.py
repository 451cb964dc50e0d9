"""How large a signal is, layer after layer. Notebooks 01 and 02."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np

from course_utils.figures.style import COLOURS, write_title

LINE_COLOURS = [COLOURS[name] for name in ("purple", "orange", "blue", "green", "red", "black")]


def draw_signal_sizes(
    measured: Mapping[str, Sequence[float]], factors: Mapping[str, float], ylabel: str
):
    """Draw sizes by depth on a logarithmic axis, with the sizes that a factor per layer predicts.

    measured: name -> mean squares, one for each depth from 0 on. factors: name -> predicted factor
    from one layer to the next.
    """
    fig, ax = plt.subplots(figsize=(7.8, 4.4))
    for (name, sizes), colour in zip(measured.items(), LINE_COLOURS, strict=False):
        depth = np.arange(len(sizes))
        ax.plot(depth, sizes[0] * factors[name] ** depth, color=colour, lw=1.2, alpha=0.8)
        ax.plot(depth[::2], sizes[::2], "o", color=colour, ms=4.5)
        ax.text(depth[-1] + 0.5, sizes[-1], name, color=colour, va="center", weight="bold")
    ax.set(yscale="log", xlabel="layer", ylabel=ylabel)
    ax.set_xlim(0, 1.02 * max(len(s) - 1 for s in measured.values()))
    return fig


def draw_activation_histograms(
    layers_of: Mapping[str, Sequence[np.ndarray]], shown: Sequence[int], title: str = ""
):
    """Draw how activations are spread at a few depths, a row of histograms for each network.

    layers_of: name -> activations of each layer, input first. shown: which layers to draw. Each
    histogram has the area 1, whatever its height.
    """
    fig, axes = plt.subplots(
        len(layers_of), len(shown), figsize=(8.2, 1.45 * len(layers_of) + 1), sharex=True
    )
    bins = np.linspace(-1, 1, 41)
    for (name, activations), row, colour in zip(
        layers_of.items(), axes, LINE_COLOURS, strict=False
    ):
        for layer, ax in zip(shown, row, strict=True):
            ax.hist(activations[layer].ravel(), bins=bins, color=colour, density=True)
            ax.set(yticks=[], xlim=(-1.05, 1.05), xticks=[-1, 0, 1])
            ax.grid(False)
            ax.spines["left"].set_visible(False)
        row[0].set_ylabel(name, rotation=0, ha="right", va="center", color=colour, weight="bold")
    for layer, ax in zip(shown, axes[0], strict=True):
        ax.set_title(f"layer {layer}", fontsize=11, weight="normal")
    for ax in axes[-1]:
        ax.set_xlabel("activation")
    write_title(fig, title)
    fig.tight_layout()
    return fig
