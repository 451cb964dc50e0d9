"""Text cut into tokens, what a larger vocabulary costs, and windows of text. For notebook 07."""

from collections.abc import Mapping, Sequence

from course_utils.figures.style import COLOURS

TINTS = ("#cfe3f3", "#fbe3b3", "#c9e8dc", "#f3d3e3")  # light: black letters stay legible
FAINT = "#5a5a5a"  # of the signs for spaces and new lines, legible on the tints
SIGNS = str.maketrans({" ": "·", "\n": "↵"})
LINE = 78  # characters in a line


def plot_tokens(rows: Mapping[str, Sequence[str]]):
    """Draw texts with each token on a tint of its own. -> a matplotlib figure.

    rows: heading -> the tokens of a text. Spaces are drawn as a middle dot, new lines as ↵.
    """
    from matplotlib import pyplot as plt

    placed, line = [], 0.0
    for heading, tokens in rows.items():
        placed.append((line, 0, heading, None))
        line, column = line + 1.15, 0
        for i, token in enumerate(tokens):
            signs = token.translate(SIGNS)
            if column and column + len(signs) > LINE:
                line, column = line + 1.25, 0
            placed.append((line, column, signs, TINTS[i % len(TINTS)]))
            column += len(signs)
        line += 1.75
    figure, ax = plt.subplots(figsize=(9.2, 0.27 * line))
    figure.subplots_adjust(0, 0, 1, 1)
    for y, x, text, tint in placed:
        if tint is None:
            ax.text(0, y, text, fontsize=11, fontweight="bold", va="center")
            continue
        ax.add_patch(
            plt.Rectangle((x + 0.04, y - 0.5), len(text) - 0.08, 1, color=tint, linewidth=0)
        )
        for i, sign in enumerate(text):
            colour = FAINT if sign in "·↵" else COLOURS["black"]
            ax.text(
                x + i + 0.5, y, sign, family="monospace", fontsize=10.5, color=colour,
                ha="center", va="center",
            )  # fmt: skip
    ax.set(xlim=(-0.5, LINE + 0.5), ylim=(line - 0.7, -0.8))
    ax.axis("off")
    return figure


def plot_trade(
    sizes: Sequence[int], tokens: Sequence[float], numbers: Sequence[float], named: str = ""
):
    """Draw what a larger vocabulary gains and costs. -> a matplotlib figure.

    sizes: of the vocabulary. tokens: for 1000 characters. numbers: in the embedding table.
    named: a note on the last point, such as "every word is one token".
    """
    from matplotlib import pyplot as plt

    figure, (left, right) = plt.subplots(1, 2, figsize=(9.2, 3.4))
    left.plot(sizes, tokens, marker="o", color=COLOURS["blue"])
    left.set(title="The gain: shorter texts", ylabel="tokens for 1000 characters")
    left.set_ylim(bottom=0)
    if named:
        left.annotate(
            named, (sizes[-1], tokens[-1]), xytext=(-8, 26), textcoords="offset points",
            ha="right", fontsize=9, arrowprops={"arrowstyle": "-", "color": COLOURS["grey"]},
        )  # fmt: skip
    right.plot(sizes, [n / 1000 for n in numbers], marker="o", color=COLOURS["red"])
    right.set(title="The cost: a larger table to learn", ylabel="thousand numbers to learn")
    right.set_ylim(bottom=0)
    for ax in (left, right):
        ax.set_xlabel("tokens in the vocabulary")
    figure.tight_layout()
    return figure


def plot_windows(text: str, starts: Sequence[int], context_length: int):
    """Draw a text with some windows under it: inputs, and targets shifted by one. -> a figure."""
    from matplotlib import pyplot as plt

    figure, ax = plt.subplots(figsize=(9.2, 1.2 + 0.75 * len(starts)))
    ax.set_title("The targets are the same window, moved on by one")
    _cells(ax, text, 0, 0, "#eeeeee", "the text")
    for i, start in enumerate(starts):
        y = 1.7 + 2.4 * i
        window = text[start : start + context_length]
        target = text[start + 1 : start + 1 + context_length]
        _cells(ax, window, start, y, TINTS[0], f"inputs x[{i}]")
        _cells(ax, target, start + 1, y + 1.05, TINTS[1], f"targets y[{i}]")
    ax.set(xlim=(-7.5, len(text) + 0.5), ylim=(2.4 * len(starts) + 1.2, -0.8))
    ax.axis("off")
    figure.tight_layout(pad=0.2)
    return figure


def _cells(ax, text: str, start: int, y: float, tint: str, name: str) -> None:
    from matplotlib.patches import Rectangle

    for i, sign in enumerate(text.translate(SIGNS)):
        ax.add_patch(Rectangle((start + i + 0.04, y - 0.48), 0.92, 0.96, color=tint, linewidth=0))
        ax.text(
            start + i + 0.5, y, sign, family="monospace", fontsize=10, ha="center", va="center",
            color=FAINT if sign in "·↵" else COLOURS["black"],
        )  # fmt: skip
    ax.text(-0.4, y, name, fontsize=9, ha="right", va="center")
