"""Neurons and layers drawn: what one neuron sees, shapes of a layer, a network. Notebook 01."""

from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import Circle, Rectangle

from course_utils.figures.style import COLOURS
from course_utils.scratch.layers import sigmoid


def draw_neuron(w1: float = 2.0, w2: float = 3.0, b: float = -2.0):
    """Draw the answers of one sigmoid neuron to all inputs (x1, x2) in a square."""
    fig, ax = plt.subplots(figsize=(6.2, 4.6))
    edge = np.linspace(-0.5, 1.5, 161)
    x1, x2 = np.meshgrid(edge, edge)
    answers = sigmoid(w1 * x1 + w2 * x2 + b)
    image = ax.contourf(x1, x2, answers, levels=np.linspace(0, 1, 21), cmap="RdBu_r", alpha=0.8)
    ax.set(aspect="equal", xlim=(-0.5, 1.5), ylim=(-0.5, 1.5))
    ax.set(xlabel="$x_1$: clouds", ylabel="$x_2$: fall of pressure")
    ax.set_title("One neuron divides the plane by a straight line")
    ax.grid(False)
    bar = fig.colorbar(image, ax=ax, ticks=[0, 0.25, 0.5, 0.75, 1])
    bar.set_label("answer of the neuron")
    length = np.hypot(w1, w2)
    if length > 0:
        _boundary(ax, np.array([w1, w2]), b, length)
    return fig


def _boundary(ax, w, b, length) -> None:
    """The line where the score is 0, and the weight vector, which stands upright on it."""
    foot = -b * w / length**2  # the point of the line that is nearest to the origin
    centre = np.array([0.5, 0.5])
    foot = centre - (w @ centre + b) * w / length**2  # ... and here nearest to the middle
    along = np.array([-w[1], w[0]]) / length
    ends = np.stack([foot - 4 * along, foot + 4 * along])
    ax.plot(*ends.T, color=COLOURS["black"])
    if np.all(np.abs(foot - centre) < 1):
        tip = foot + w / length * 0.4
        ax.annotate(
            "", xy=tip, xytext=foot, arrowprops={"arrowstyle": "-|>", "lw": 2, "color": "black"}
        )
        light = {"facecolor": "white", "alpha": 0.75, "edgecolor": "none", "pad": 1.5}
        middle = {"ha": "center", "va": "center", "bbox": light}
        ax.text(*(tip + 0.05 * w / length), "w", weight="bold", **middle)
        ax.text(*(foot - 0.10 * w / length), "score 0", fontsize=10, **middle)


def draw_layer_shapes(n: int = 2, d_in: int = 3, d_out: int = 4):
    """Draw Y = X W^T + b as boxes, one square for each number, and which numbers meet."""
    fig, ax = plt.subplots(figsize=(7.2, 2.7))
    ax.set(aspect="equal")
    ax.axis("off")
    row, column = 0, 1  # the number of Y that is followed
    x = _matrix(ax, 0, n, d_in, "X", "(N, D_in)", rows=[row])
    x = _sign(ax, x, "×")
    x = _matrix(ax, x, d_in, d_out, "Wᵀ", "(D_in, D_out)", columns=[column])
    x = _sign(ax, x, "+")
    x = _matrix(ax, x, 1, d_out, "b", "(D_out,)", columns=[column])
    x = _sign(ax, x, "=")
    x = _matrix(ax, x, n, d_out, "Y", "(N, D_out)", rows=[row], columns=[column], cross=True)
    tall = max(n, d_in) / 2
    ax.set(xlim=(0, x), ylim=(-tall - 0.7, tall + 0.8))
    ax.set_title("One number of Y: a row of X meets one neuron's weights", pad=10)
    return fig


def _sign(ax, x: float, sign: str) -> float:
    ax.text(x + 0.6, 0, sign, ha="center", va="center", fontsize=16)
    return x + 1.2


def _matrix(ax, left, rows_n, columns_n, name, shape, rows=(), columns=(), cross=False) -> float:
    """Draw a matrix around the height 0, light up a row or a column, return its right edge."""
    top = rows_n / 2
    for i in range(rows_n):
        for j in range(columns_n):
            lit = (i in rows and j in columns) if cross else (i in rows or j in columns)
            colour = COLOURS["orange"] if lit else "#e8eef4"
            box = Rectangle(
                (left + j, top - i - 1), 1, 1, facecolor=colour, edgecolor="white", lw=2
            )
            ax.add_patch(box)
    middle = left + columns_n / 2
    ax.text(middle, top + 0.35, name, ha="center", va="center", fontsize=13, weight="bold")
    ax.text(middle, -top - 0.4, shape, ha="center", va="center", fontsize=11)
    return left + columns_n


def draw_network(sizes=(4, 5, 5, 3)):
    """Draw a multilayer perceptron with its layers named and the shape of each weight."""
    fig, ax = plt.subplots(figsize=(8.0, 4.6))
    ax.set(aspect="equal", xlim=(-0.9, 3 * (len(sizes) - 1) + 0.9), ylim=(-4.1, 3.1))
    ax.axis("off")
    places = [[(3 * i, (size - 1) / 2 - j) for j in range(size)] for i, size in enumerate(sizes)]
    for before, after in pairwise(places):
        for start in before:
            for end in after:
                ax.plot(*zip(start, end, strict=True), color="#c3ccd4", lw=0.8, zorder=1)
    last = len(sizes) - 1
    for i, layer in enumerate(places):
        kind = "inputs" if i == 0 else "logits" if i == last else "hidden"
        colour = {"inputs": "sky", "hidden": "blue", "logits": "orange"}[kind]
        for place in layer:
            ax.add_patch(Circle(place, 0.3, color=COLOURS[colour], zorder=2))
        name = {"inputs": "inputs $x$", "hidden": f"hidden $h_{i}$", "logits": "logits"}[kind]
        ax.text(3 * i, 2.7, name, ha="center", weight="bold")
        ax.text(3 * i, -2.9, f"$D_{i}$ = {sizes[i]}", ha="center")
    for i in range(last):
        after = "then activation" if i < last - 1 else "no activation"
        shape = f"$W_{i + 1}$: {sizes[i + 1]} × {sizes[i]}"
        ax.text(3 * i + 1.5, -3.75, f"{shape}\n{after}", ha="center", va="center", fontsize=10)
    ax.set_title("In an MLP every neuron looks at the whole layer before it", pad=12)
    return fig
