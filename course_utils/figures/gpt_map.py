"""The whole GPT in one picture, and pictures that test one: for notebook 09."""

from collections.abc import Mapping, Sequence

import numpy as np

from course_utils.figures.style import COLOURS, write_title

STREAM_X = 1.6  # where the residual stream runs, from the top to the bottom
NORM_X, PART_X = 3.3, 5.75  # the middles of a branch's two boxes
COUNTS_X = 9.9  # the right edge of the column with the numbers of parameters


def plot_gpt_map(config, counts: Mapping[str, int]):
    """Draw a GPT of this configuration from tokens to loss. -> a matplotlib figure.

    counts: parameters of each part: "tokens", "positions", "norm" (one), "attention" and "net" (of
    one block), as notebook 09 counts them.
    """
    from matplotlib import pyplot as plt

    figure, ax = plt.subplots(figsize=(8.6, 8.4))
    ax.set(xlim=(-0.75, 10.1), ylim=(11.15, -0.35))
    ax.axis("off")
    _stream(ax, 1.6, 9.05)
    _box(ax, STREAM_X, 0.2, 2.3, "tokens", "black", shape="(B, T)")
    _arrow(ax, (STREAM_X, 0.45), (STREAM_X, 0.85))
    _box(ax, STREAM_X, 1.15, 2.3, "token embedding", "purple")
    _box(ax, PART_X - 1.6, 1.15, 2.3, "+ positions", "purple")
    _arrow(ax, (PART_X - 2.75, 1.15), (STREAM_X + 1.15, 1.15))
    _write(ax, -0.65, 2.1, "the stream\n(B, T, D)", COLOURS["blue"], ha="left")
    _count(ax, 1.15, counts["tokens"] + counts["positions"])

    ax.add_patch(
        plt.Rectangle((0.55, 2.55), 7.15, 5.2, fill=False, ec=COLOURS["grey"], ls="--", lw=1.2)
    )
    _write(ax, 7.55, 2.8, f"a block, {config.n_layers} times", COLOURS["grey"], ha="right")
    _branch(ax, 3.35, "norm 1", "attention", "gathers: (B, H, T, hs)", "orange")
    _branch(ax, 5.85, "norm 2", "feed-forward net", "thinks: (B, T, 4D)", "green")
    _count(ax, 3.35, counts["norm"] + counts["attention"], times=config.n_layers)
    _count(ax, 5.85, counts["norm"] + counts["net"], times=config.n_layers)

    _box(ax, STREAM_X, 8.35, 2.3, "final norm", "grey")
    _count(ax, 8.35, counts["norm"])
    _box(ax, STREAM_X, 9.35, 2.3, "head", "purple", shape="(B, T, D) → (B, T, V)")
    head = 0 if config.tied_head else counts["tokens"]
    _count(ax, 9.35, head, note="the embedding again" if config.tied_head else "")
    _arrow(ax, (STREAM_X, 9.6), (STREAM_X, 10.1))
    _box(ax, STREAM_X, 10.4, 2.3, "logits, loss", "black", shape="(B, T, V), one number")
    _write(ax, COUNTS_X, 0.2, "parameters", COLOURS["black"], ha="right", weight="bold")
    ax.set_title("A GPT is a stream that blocks read from and add to", x=0.02)
    return figure


def plot_influence(maps: Mapping[str, np.ndarray], tokens: Sequence[str]):
    """Draw who notices when a token is changed. -> a matplotlib figure.

    maps: what to call each model -> (T, T): how much the scores at the row's position change when
    the token of the column is replaced. tokens: what to write beside rows and columns.
    """
    from matplotlib import pyplot as plt
    from matplotlib.colors import LogNorm

    T = len(tokens)
    figure, axes = plt.subplots(1, len(maps), figsize=(3.1 * len(maps), 3.5), squeeze=False)
    for ax, (name, changes) in zip(axes[0], maps.items(), strict=True):
        shown = np.ma.masked_less(np.asarray(changes, float), 1e-12)
        ax.imshow(shown / shown.max(), cmap="Blues", norm=LogNorm(1e-4, 1))
        above = np.argwhere(np.triu(~np.ma.getmaskarray(shown), 1))
        if len(above):
            ax.plot(above[:, 1], above[:, 0], ".", color=COLOURS["red"], ms=3)
        ax.set_title(name, fontsize=11)
        ax.set_xticks(range(T), tokens, fontsize=8)
        ax.set_yticks(range(T), tokens, fontsize=8)
        ax.tick_params(length=0)
        ax.grid(False)
        ax.set_xlabel("token that is changed")
    axes[0][0].set_ylabel("position whose scores change")
    write_title(figure, "Red dots: a score changed before its cause")
    figure.tight_layout()
    return figure


def plot_norm_of_rows(
    before: np.ndarray, after: np.ndarray, limits: tuple[float, float] | None = None
):
    """Draw the features of a few rows as dots, before and after normalisation.

    before, after: (N, D). limits: of the values on the left, where they shall stay the same from
    picture to picture. -> a matplotlib figure.
    """
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(1, 2, figsize=(8.6, 2.9), sharey=True)
    for ax, rows, title in zip(axes, (before, after), ("Before", "After"), strict=True):
        for i, row in enumerate(rows):
            colour = list(COLOURS.values())[i % 5]
            ax.plot(row, np.full(len(row), i), "o", color=colour, ms=6, alpha=0.55, mec="none")
            ax.plot(row.mean(), i, "|", color=COLOURS["black"], ms=18, mew=2)
        ax.set(title=f"{title}: features of each token", xlabel="value of the feature")
        ax.set_yticks(range(len(rows)), [f"token {i}" for i in range(len(rows))])
        ax.set_ylim(len(rows) - 0.5, -0.5)
    axes[0].set_xlim(limits)
    figure.tight_layout()
    return figure


def plot_parameter_shares(shares: Mapping[str, Mapping[str, int]]):
    """Draw where the parameters of some models are, as shares of each. -> a matplotlib figure.

    shares: model -> part -> number of parameters; the same parts for every model.
    """
    from matplotlib import pyplot as plt

    figure, ax = plt.subplots(figsize=(8.2, 0.62 * len(shares) + 1.3))
    colours = [COLOURS[c] for c in ("purple", "orange", "green", "grey")]
    for i, parts in enumerate(shares.values()):
        total, left = sum(parts.values()), 0.0
        for (part, number), colour in zip(parts.items(), colours, strict=False):
            share = 100 * number / total
            ax.barh(i, share, left=left, color=colour, height=0.7)
            if share > 4:
                size = 11 if share > 7 else 8.5  # so that it stays in its bar
                ax.text(left + share / 2, i, f"{share:.0f} %", ha="center", va="center", size=size)
            if i == 0 and share > 4:
                place = (left + share / 2, -0.62)
                ax.text(*place, part, ha="center", va="center", color=colour, weight="bold")
            left += share
        ax.text(101, i, f"{total / 1e6:,.0f} million", va="center")
    ax.set(xlim=(0, 118), ylim=(len(shares) - 0.45, -0.9), xlabel="share of all parameters (%)")
    ax.set_yticks(range(len(shares)), list(shares))
    ax.set_xticks(range(0, 101, 20))
    ax.grid(False)
    ax.set_title("The larger the model, the less of it is embedding")
    figure.tight_layout()
    return figure


# ------------------------------------------------------------------------ parts of the map


def _stream(ax, top: float, bottom: float) -> None:
    ax.plot([STREAM_X, STREAM_X], [top, bottom], color=COLOURS["blue"], lw=5, alpha=0.55, zorder=1)


def _branch(ax, y: float, norm: str, part: str, does: str, colour: str) -> None:
    """Draw one branch: out of the stream, through a norm and a part, and back by addition."""
    back = y + 1.25
    _arrow(ax, (STREAM_X, y), (NORM_X - 0.65, y))
    _box(ax, NORM_X, y, 1.3, norm, "grey")
    _arrow(ax, (NORM_X + 0.65, y), (PART_X - 1.25, y))
    _box(ax, PART_X, y, 2.5, part, colour)
    _write(ax, PART_X, y + 0.52, does, COLOURS[colour])
    ax.plot([PART_X + 1.25, 7.35, 7.35], [y, y, back], color=COLOURS["black"], lw=1.3)
    _arrow(ax, (7.35, back), (STREAM_X + 0.24, back))
    ax.plot(STREAM_X, back, "o", ms=19, color="white", mec=COLOURS["blue"], mew=2, zorder=3)
    ax.text(STREAM_X, back, "+", ha="center", va="center", fontsize=15, zorder=4)
    _write(ax, NORM_X - 0.55, back - 0.22, "adds (B, T, D)", COLOURS["black"], ha="left")


def _box(ax, x: float, y: float, width: float, text: str, colour: str, shape: str = "") -> None:
    from matplotlib.patches import FancyBboxPatch

    ax.add_patch(
        FancyBboxPatch(
            (x - width / 2 + 0.06, y - 0.24),
            width - 0.12,
            0.48,
            boxstyle="round,pad=0.05",
            fc="white",
            ec=COLOURS[colour],
            lw=1.8,
            zorder=2,
        )
    )
    ax.text(x, y, text, ha="center", va="center", fontsize=10.5, zorder=3)
    if shape:
        _write(ax, x + width / 2 + 0.2, y, shape, COLOURS["black"], ha="left")


def _write(ax, x: float, y: float, text: str, colour: str, ha: str = "center", **style) -> None:
    ax.text(x, y, text, ha=ha, va="center", color=colour, fontsize=9.5, **style)


def _count(ax, y: float, number: int, times: int = 1, note: str = "") -> None:
    text = f"{number:,}" if times == 1 else f"{times} × {number:,}"
    _write(ax, COUNTS_X, y, note or text, COLOURS["black"], ha="right")


def _arrow(ax, start: tuple[float, float], end: tuple[float, float]) -> None:
    ax.annotate("", end, start, arrowprops={"arrowstyle": "-|>", "color": COLOURS["black"]})
