"""What temperature and filters do to a distribution, drawn before and after. For notebook 11."""

from collections.abc import Mapping, Sequence

import numpy as np

from course_utils.figures.style import COLOURS, write_title

MOST_BARS = 12
LONGEST_UNCUT = 1.6  # times as long as the longest bar of the other panels


def visible(token: str) -> str:
    """A token as it is written beside a bar: spaces and new lines can be seen."""
    return token.replace(" ", "␣").replace("\n", "↵")


def plot_distributions(
    tokens: Sequence[str],
    before: np.ndarray,
    after: Mapping[str, np.ndarray],
    *,
    title: str,
    first: str = "before",
    n_shown: int = MOST_BARS,
):
    """Draw a distribution over tokens, and beside it what each of several filters makes of it.

    tokens: (V,) the text of each token. before: (V,) probabilities. after: what was done -> (V,)
    probabilities; behind them the old ones stand in grey, and a token that is ruled out is crossed
    out. The `n_shown` tokens likeliest before are drawn; an arrow marks a bar that goes on beyond
    the picture. -> a matplotlib figure.
    """
    from matplotlib import pyplot as plt

    before = np.asarray(before)
    order = np.argsort(-before, kind="stable")[:n_shown]
    panels = {first: before} | {name: np.asarray(probs) for name, probs in after.items()}
    figure, axes = plt.subplots(
        1,
        len(panels),
        figsize=(1.0 + 2.15 * len(panels), 0.9 + 0.27 * len(order)),
        sharey=True,
        squeeze=False,
    )
    rows = np.arange(len(order))
    # A bar that is far longer than all others is cut off, so that those can be compared.
    *shorter, longest = sorted(float(probs.max()) for probs in panels.values())
    width = 1.28 * min(longest, LONGEST_UNCUT * shorter[-1] if shorter else longest)
    for ax, (name, probs) in zip(axes[0], panels.items(), strict=True):
        changed = name != first
        if changed:
            ax.barh(rows, before[order], color="#dddddd", height=0.82)
        colour = COLOURS["blue"] if changed else COLOURS["grey"]
        ax.barh(rows, probs[order], color=colour, height=0.5)
        for row, probability in zip(rows, probs[order], strict=True):
            gone = changed and probability == 0
            end = max(probability, before[order][row] if changed else 0)
            is_cut = probability > width
            where = {"x": 0.97 * width, "ha": "right"} if end > width else {"x": end + 0.02 * width}
            ax.text(
                **where,
                y=row,
                s="×" if gone else _percent(probability) + (" →" if is_cut else ""),
                va="center",
                fontsize=8.5,
                color=COLOURS["red"] if gone else "white" if is_cut else COLOURS["black"],
            )
        n_kept = int((probs > 0).sum())
        ax.set_title(name, fontsize=10.5)
        label = f"{n_kept} of {len(before)} tokens" if n_kept < len(before) else "probability"
        ax.set_xlabel(label, fontsize=9)
        ax.set(xlim=(0, width), xticks=[])
        ax.grid(False)
    axes[0][0].set_yticks(rows, [visible(tokens[i]) for i in order], family="monospace", fontsize=9)
    axes[0][0].invert_yaxis()
    write_title(figure, title)
    figure.tight_layout(rect=(0, 0, 1, 0.98))
    return figure


def _percent(probability: float) -> str:
    if 0 < probability < 0.0005:
        return "<0.1 %"
    return f"{100 * probability:.{1 if probability < 0.1 else 0}f} %"


def plot_nucleus(tokens: Sequence[str], probs: np.ndarray, p: float, *, n_shown: int = MOST_BARS):
    """Draw how the probabilities add up, from the likeliest token down, and where they reach p.

    tokens, probs: (V,). -> a matplotlib figure.
    """
    from matplotlib import pyplot as plt

    probs = np.asarray(probs)
    order = np.argsort(-probs, kind="stable")[:n_shown]
    sums = probs[order].cumsum()
    before = sums - probs[order]
    kept = before < p
    figure, ax = plt.subplots(figsize=(7.6, 3.7))
    colours = [COLOURS["blue"] if k else "#cccccc" for k in kept]
    ax.bar(range(len(order)), probs[order], bottom=before, color=colours, width=0.9)
    ax.axhline(p, color=COLOURS["red"], ls="--", lw=1.5)
    ax.text(-0.5, p + 0.015, f"p = {p:g}", color=COLOURS["red"], ha="left")
    for i, (top, share) in enumerate(zip(sums, probs[order], strict=True)):
        ax.text(i, top + 0.012, _percent(share), ha="center", va="bottom", fontsize=8.5)
    ax.set_xticks(
        range(len(order)), [visible(tokens[i]) for i in order], rotation=45, ha="right",
        family="monospace", fontsize=9,
    )  # fmt: skip
    ax.set(ylim=(0, 1.08), ylabel="sum so far")
    ax.grid(axis="x", visible=False)
    n = int(kept.sum())
    ax.set_title(f"{n} {'token reaches' if n == 1 else 'tokens reach'} p; the rest is dropped")
    figure.tight_layout()
    return figure


def plot_choices(tokens: Sequence[str], n_kept: Sequence[int], *, p: float, k: int):
    """Draw over each token of a text among how many tokens top-p would have chosen there.

    tokens: the text, piece by piece. n_kept: as many numbers. k: for comparison, the same number
    everywhere. -> a matplotlib figure.
    """
    from matplotlib import pyplot as plt

    figure, ax = plt.subplots(figsize=(9.2, 3.4))
    places = np.arange(len(tokens))
    ax.bar(places, n_kept, color=COLOURS["blue"], width=0.75)
    for place, n in zip(places, n_kept, strict=True):
        ax.text(place, n + 0.25, str(n), ha="center", va="bottom", fontsize=8.5)
    ax.axhline(k, color=COLOURS["orange"], ls="--", lw=1.6)
    ax.text(
        len(tokens) - 0.4, k, f" top-k: {k}\n everywhere", color="#9a6a00", va="center", fontsize=9
    )
    ax.set_xticks(
        places, [visible(token) for token in tokens], rotation=60, ha="right",
        rotation_mode="anchor", family="monospace", fontsize=9,
    )  # fmt: skip
    ax.set(ylabel="tokens kept", xlim=(-0.8, len(tokens) - 0.2))
    ax.set_ylim(0, 1.15 * max([*n_kept, k]))
    ax.grid(axis="x", visible=False)
    ax.set_title(f"Top-p keeps many tokens where much is possible (p = {p:g})")
    figure.tight_layout()
    return figure


def plot_entropy(temperatures: Sequence[float], curves: Mapping[str, Sequence[float]], most: float):
    """Draw how undecided a distribution is at each temperature.

    curves: place -> entropies in nats, one for each temperature. most: ln V, the entropy of the
    uniform distribution. -> a matplotlib figure.
    """
    from matplotlib import pyplot as plt

    figure, ax = plt.subplots(figsize=(7.6, 3.7))
    colours = [COLOURS[c] for c in ("blue", "orange", "green", "red")]
    for (name, entropies), colour in zip(curves.items(), colours, strict=False):
        ax.plot(temperatures, entropies, color=colour)
        ax.text(
            temperatures[-1], entropies[-1], f" {name}", color=colour, va="center", fontsize=9.5
        )
    ax.axhline(most, color=COLOURS["grey"], ls="--", lw=1.2)
    ax.text(temperatures[0], most - 0.12, "all tokens equally likely", va="top",
            color=COLOURS["grey"], fontsize=9.5)  # fmt: skip
    ax.axvline(1, color=COLOURS["grey"], lw=1)
    ax.set(xlabel="temperature", ylabel="entropy (nats)", ylim=(0, 1.06 * most))
    ax.set_xlim(temperatures[0], temperatures[-1] * 1.22)
    ax.set_title("The temperature sets how undecided the model is")
    figure.tight_layout()
    return figure
