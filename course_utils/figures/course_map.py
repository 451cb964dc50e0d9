"""The map of the course: its notebooks, in the order in which they build on each other.

Shown in notebook 00.
"""

import matplotlib.pyplot as plt
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

from course_utils.figures.style import COLOURS, INKS

WIDTH, HEIGHT = 1.85, 1.1  # of a box
STEP_X, STEP_Y = 2.2, 1.95  # from box to box
LEFT = 3.1  # room for the names of the parts

ROWS = (
    ("Part 0\nA first look", "black", 0, ("Start\nhere",)),
    (
        "Part I\nNeural networks\nfrom NumPy alone",
        "blue",
        1,
        (
            "Forward\npropagation",
            "Back-\npropagation",
            "Gradient\ndescent",
            "Losses",
            "Optimizers",
            "NumPy to\nPyTorch",
        ),
    ),
    (
        "Part II\nA tiny GPT,\nbuilt and trained",
        "green",
        7,
        ("Text and\ntokens", "Attention", "A tiny\nGPT", "Training\na GPT", "Generating\ntext"),
    ),
    (
        "Part III, to come\nLarge models and\ngenerative AI",
        "grey",
        None,
        ("BERT", "Images", "Sound and\nmusic", "Assistants", "Scaling", "Safety\nand law"),
    ),
)


def draw_course_map():
    """Draw the notebooks as boxes, one row for each part, joined by the way through them."""
    fig, ax = plt.subplots(figsize=(9.4, 4.6))
    right = LEFT + 5 * STEP_X + WIDTH
    ax.set(xlim=(-0.05, right + 0.05), ylim=(-3 * STEP_Y - 0.1, HEIGHT + 0.1), aspect="equal")
    ax.axis("off")
    for i, (part, colour, first, titles) in enumerate(ROWS):
        y, shade = -i * STEP_Y, INKS.get(colour, COLOURS[colour])
        ax.text(0, y + HEIGHT / 2, part, va="center", fontsize=10, color=shade)
        for column, title in enumerate(titles):
            number = "" if first is None else f"{first + column:02d}"
            _box(ax, LEFT + column * STEP_X, y, number, title, shade)
            if column and first is not None:
                _arrow(ax, (LEFT + column * STEP_X - STEP_X + WIDTH, y + HEIGHT / 2), column, y)
        if i + 1 < len(ROWS):
            _to_next_row(ax, LEFT + (len(titles) - 1) * STEP_X + WIDTH / 2, y)
    return fig


def _box(ax, x: float, y: float, number: str, title: str, colour: str) -> None:
    planned = not number
    ax.add_patch(
        FancyBboxPatch(
            (x, y),
            WIDTH,
            HEIGHT,
            boxstyle="round,pad=0,rounding_size=0.12",
            facecolor="white" if planned else colour,
            edgecolor=colour,
            linestyle="--" if planned else "-",
            lw=1.5,
        )
    )
    ink = colour if planned else "white"
    ax.text(x + 0.1, y + HEIGHT - 0.08, number, va="top", fontsize=8.5, color=ink)
    middle = y + HEIGHT / 2 - (0 if planned else 0.1)
    ax.text(x + WIDTH / 2, middle, title, ha="center", va="center", fontsize=9, color=ink)


def _arrow(ax, start, column: int, y: float) -> None:
    end = (LEFT + column * STEP_X, y + HEIGHT / 2)
    ax.add_patch(
        FancyArrowPatch(
            start,
            end,
            arrowstyle="-|>",
            mutation_scale=10,
            color=COLOURS["black"],
            lw=1.2,
            shrinkA=0,
            shrinkB=0,
        )
    )


def _to_next_row(ax, x: float, y: float) -> None:
    """Draw the way from the last box of a row, between the rows, down to the first of the next."""
    between = y - (STEP_Y - HEIGHT) / 2
    goal = LEFT + WIDTH / 2
    ax.plot([x, x, goal], [y, between, between], color=COLOURS["black"], lw=1.2)
    ax.add_patch(
        FancyArrowPatch(
            (goal, between),
            (goal, y - STEP_Y + HEIGHT),
            arrowstyle="-|>",
            mutation_scale=10,
            color=COLOURS["black"],
            lw=1.2,
            shrinkA=0,
            shrinkB=0,
        )
    )
