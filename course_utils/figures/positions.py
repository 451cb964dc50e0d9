"""How a position becomes numbers: waves side by side, and arrows that turn. For notebook 08."""

import numpy as np

from course_utils.figures.curves import write_names
from course_utils.figures.style import COLOURS, INKS, write_title


def plot_sinusoids(table: np.ndarray, shown: tuple[int, ...] = (8, 16, 24)):
    """Draw a table of sinusoidal positions whole, and some of its columns as waves.

    table: (T, D). shown: columns to draw as curves. -> a matplotlib figure.
    """
    from matplotlib import pyplot as plt

    figure, (left, right) = plt.subplots(1, 2, figsize=(9.2, 3.4))
    image = left.imshow(table, aspect="auto", cmap="RdBu", vmin=-1, vmax=1)
    left.set(title="the table: one row for each position", xlabel="feature", ylabel="position t")
    left.grid(False)
    figure.colorbar(image, ax=left, ticks=[-1, 0, 1])
    waves = {f"feature {column}": table[:, column] for column in shown}
    colours = dict(zip(waves, ("blue", "orange", "green"), strict=False))
    for name, wave in waves.items():
        right.plot(wave, lw=1.6, color=COLOURS[colours[name]])
    right.set(
        title="some of its columns: fast and slow waves",
        xlabel="position t",
        ylabel="value of the feature",
        ylim=(-1.15, 1.15),
    )
    figure.tight_layout(rect=(0, 0, 0.94, 1))
    write_names(
        right,
        {name: (np.arange(len(wave)), wave) for name, wave in waves.items()},
        {name: INKS[colour] for name, colour in colours.items()},
    )
    return figure


def plot_products(products: np.ndarray, marked: tuple[int, ...]):
    """Draw the products between positions, and some rows over the distance, one on the other.

    products: (T, T) table, row m, column n. marked: rows to draw as curves. -> a figure.
    """
    from matplotlib import pyplot as plt

    figure, (left, right) = plt.subplots(1, 2, figsize=(9.2, 3.4))
    image = left.imshow(products, cmap="viridis")
    left.set(title="same along every diagonal", xlabel="position n", ylabel="position m")
    left.grid(False)
    figure.colorbar(image, ax=left)
    for row, style in zip(marked, ("-", "--", ":"), strict=False):
        distance = np.arange(products.shape[1]) - row
        right.plot(distance, products[row], ls=style, label=f"m = {row}")
    right.set(
        title="only the distance counts", xlabel="distance n - m", ylabel="product of the two rows"
    )
    right.legend()
    figure.tight_layout()
    return figure


def plot_turned_arrows(
    query: np.ndarray, key: np.ndarray, place_q: int, place_k: int, angle: float
):
    """Draw a query and a key in a plane, before and after their positions have turned them.

    query, key: (2,). place_q, place_k: their positions. angle: radians for each position.
    -> a matplotlib figure.
    """
    from matplotlib import pyplot as plt

    def turn(v, t):
        c, s = np.cos(t * angle), np.sin(t * angle)
        return np.array([c * v[0] - s * v[1], s * v[0] + c * v[1]])

    figure, axes = plt.subplots(1, 2, figsize=(7.6, 3.9))
    moved = turn(query, place_q), turn(key, place_k)
    panels = (
        (axes[0], (query, key), "before: as made from the tokens"),
        (axes[1], moved, f"after: {place_q} and {place_k} steps of turning"),
    )
    for ax, (q, k), title in panels:
        circle = plt.Circle((0, 0), 1, fill=False, color=COLOURS["grey"], lw=0.8, ls=":")
        ax.add_patch(circle)
        for vector, colour, name in ((q, COLOURS["blue"], "query"), (k, COLOURS["red"], "key")):
            style = {"arrowstyle": "-|>", "color": colour, "lw": 2.5, "mutation_scale": 16}
            ax.annotate("", xy=tuple(vector), xytext=(0, 0), arrowprops=style)
            height = 1.22 if name == "query" else 1.02
            ax.text(-1.32, height, name, color=colour, fontsize=11, va="center")
        ax.set(xlim=(-1.4, 1.4), ylim=(-1.4, 1.4), aspect="equal")
        ax.set_title(title, fontsize=11)
        ax.set_xlabel(f"query · key = {q @ k:+.2f}")
    write_title(
        figure,
        f"query at position {place_q}, key at position {place_k}: distance {place_q - place_k}",
    )
    figure.tight_layout()
    return figure
