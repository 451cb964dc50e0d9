"""Who looks at whom: soft look-ups, attention maps, and why scores are divided by a root.

For notebook 08; `plot_attention_maps` serves 09 to 11 as well.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from course_utils.figures.style import COLOURS, write_title

DARK_TEXT_BELOW = 0.6  # weights above this are drawn dark, so their numbers are written light
MOST_NUMBERED = 8  # rows up to which the weights are written into the map


def plot_attention_maps(
    maps: Mapping[str, np.ndarray],
    tokens: Sequence[str],
    *,
    title: str = "",
    mark: Sequence[tuple[int, int]] = (),
):
    """Draw one or more attention maps side by side. -> a matplotlib figure.

    maps: what to call each map -> its weights (T, T); row: the token that looks, column: the token
        that is looked at. Short texts get the weights written in.
    tokens: what to write beside rows and columns. mark: cells (row, column) to frame.
    """
    from matplotlib import pyplot as plt

    T = len(tokens)
    side = min(4.2, 1.6 + 0.16 * T) if len(maps) > 1 else min(5.4, 2.2 + 0.2 * T)
    figure, axes = plt.subplots(
        1, len(maps), figsize=(side * len(maps) + 0.8, side + 0.5), squeeze=False
    )
    for ax, (name, weights) in zip(axes[0], maps.items(), strict=True):
        draw_map(ax, np.asarray(weights), tokens)
        ax.set_title(name, fontsize=11)
        for row, column in mark:
            ax.add_patch(
                plt.Rectangle(
                    (column - 0.5, row - 0.5), 1, 1, fill=False, ec=COLOURS["red"], lw=1.5
                )
            )
    axes[0][0].set_ylabel("token that looks")
    axes[0][0].set_xlabel("token that is looked at")
    figure.tight_layout(rect=(0, 0, 1, 0.94 if title else 1))
    if title:
        write_title(figure, title)
    return figure


def draw_map(ax, weights: np.ndarray, tokens: Sequence[str], numbered: bool = True):
    """Draw one map (T, T) on an axis; white is no attention, dark blue all of it.

    numbered: whether to write the weights of a short text into the map.
    """
    T = len(tokens)
    image = ax.imshow(weights, cmap="Blues", vmin=0, vmax=1)
    small = 9 if T <= 16 else 7
    ax.set_xticks(range(T), tokens, fontsize=small, rotation=90 if max(map(len, tokens)) > 2 else 0)
    ax.set_yticks(range(T), tokens, fontsize=small)
    ax.tick_params(length=0)
    ax.grid(False)
    if numbered and T <= MOST_NUMBERED:
        for (row, column), weight in np.ndenumerate(weights):
            if weight > 0:
                colour = "white" if weight > DARK_TEXT_BELOW else COLOURS["black"]
                ax.text(column, row, f"{weight:.2f}", ha="center", va="center", color=colour)
    return image


def plot_looks(maps: Mapping[str, np.ndarray], tokens: Sequence[str], position: int):
    """Draw where one token looks: an arc to each token that it looks at, as bold as its weight.

    maps: what to call each map -> its weights (T, T). position: of the token that looks.
    -> a matplotlib figure.
    """
    from matplotlib import pyplot as plt

    T = len(tokens)
    figure, axes = plt.subplots(
        len(maps), 1, figsize=(9.2, 1.75 * len(maps)), squeeze=False, sharex=True
    )
    half_circle = np.linspace(0, np.pi, 60)
    for ax, (name, weights) in zip(axes[:, 0], maps.items(), strict=True):
        for j, weight in enumerate(np.asarray(weights)[position, : position + 1]):
            width = max(position - j, 0.6)  # a token that looks at itself gets a small loop
            x = (position + j) / 2 + width / 2 * np.cos(half_circle)
            y = 0.62 + (0.5 + 1.6 * width / T) * np.sin(half_circle)
            strength = {"alpha": float(weight), "lw": 1 + 4 * float(weight)}
            ax.plot(x, y, color=COLOURS["blue"], solid_capstyle="butt", **strength)
        for j, token in enumerate(tokens):
            looks = j == position
            ax.text(
                j, 0, token, family="monospace", fontsize=12, ha="center", va="center",
                color=COLOURS["red"] if looks else COLOURS["black"],
                fontweight="bold" if looks else "normal",
            )  # fmt: skip
        ax.set(xlim=(-0.8, T - 0.2), ylim=(-0.7, 2.9))
        ax.set_title(name, fontsize=11)
        ax.axis("off")
    figure.tight_layout()
    return figure


def plot_soft_lookup(
    keys: Mapping[str, np.ndarray],
    values: Mapping[str, np.ndarray],
    query: np.ndarray,
    weights: Sequence[float],
):
    """Draw a look-up among colours: keys and query, the weights, and the mixture that comes out.

    keys: owner -> key (2,). values: owner -> colour (3,), red, green and blue between 0 and 1.
    query: (2,). weights: one for each owner. -> a matplotlib figure.
    """
    from matplotlib import pyplot as plt

    figure, (plane, bars, out) = plt.subplots(
        1, 3, figsize=(8.4, 3.4), gridspec_kw={"width_ratios": [1.15, 1.2, 0.6]}
    )
    for name, key in keys.items():
        _arrow(plane, key, values[name], 2.5)
        plane.text(*(1.28 * key), f"key of\n{name}", ha="center", va="center", fontsize=9)
    length = float(np.hypot(*query))
    # Drawn shorter than it is, so that a long query stays in the picture.
    tip = query * (0.25 + 1.05 * length / (length + 5)) / length if length else query
    _arrow(plane, tip, COLOURS["black"], 1.8)
    plane.text(0, -1.45, f"query (black), length {length:.1f}", ha="center", fontsize=9)
    plane.set(xlim=(-1.6, 1.6), ylim=(-1.6, 1.6), aspect="equal", title="keys and query")
    plane.set_xticks([])
    plane.set_yticks([])
    bars.bar(list(keys), weights, color=[values[name] for name in keys])
    for i, weight in enumerate(weights):
        bars.text(i, weight + 0.02, f"{weight:.2f}", ha="center", fontsize=10)
    bars.set(ylim=(0, 1.12), ylabel="weight", title="weights: softmax of the scores")
    mixture = np.clip(
        sum(w * np.asarray(values[n]) for n, w in zip(keys, weights, strict=True)), 0, 1
    )
    out.imshow(mixture[None, None])
    out.set_title("what comes out")
    out.set_xlabel("values, mixed")
    out.set_xticks([])
    out.set_yticks([])
    out.grid(False)
    write_title(figure, "The more a key agrees with the query, the more of its value comes out")
    figure.tight_layout()
    return figure


def _arrow(ax, tip, colour, width: float) -> None:
    style = {"arrowstyle": "-|>", "color": colour, "lw": width, "mutation_scale": 14}
    ax.annotate("", xy=tuple(tip), xytext=(0, 0), arrowprops=style)


def plot_scaling(
    sizes: Sequence[int],
    spread: Mapping[str, Sequence[float]],
    largest: Mapping[str, Sequence[float]],
    slope: Mapping[str, Sequence[float]],
):
    """Draw what longer queries and keys do to the scores, raw and divided by the root.

    sizes: lengths d of queries and keys. The others hold a series for each kind of score: its
    standard deviation, the largest weight after the softmax, and the size of the softmax's
    Jacobian. -> a matplotlib figure.
    """
    from matplotlib import pyplot as plt

    colours = [COLOURS["red"], COLOURS["blue"]]
    figure, axes = plt.subplots(1, 3, figsize=(9.6, 3.3))
    panels = (
        (spread, "scores spread", "standard deviation of a score"),
        (largest, "softmax saturates", "largest of the weights"),
        (slope, "gradient dies", "size of the softmax's Jacobian"),
    )
    for ax, (series, title, label) in zip(axes, panels, strict=True):
        for (name, values), colour in zip(series.items(), colours, strict=True):
            ax.plot(sizes, values, color=colour, marker="o", markersize=4, label=name)
        ax.set_xscale("log", base=2)
        ax.set(title=title, xlabel="d, length of query and key", ylabel=label)
    axes[0].set_yscale("log", base=2)
    axes[0].plot(sizes, np.sqrt(sizes), color=COLOURS["black"], ls=":", lw=1.2, label="√d")
    axes[0].legend(fontsize=9)
    axes[1].set_ylim(0, 1.02)
    axes[2].set_ylim(bottom=0)
    figure.tight_layout()
    return figure
