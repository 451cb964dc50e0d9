"""The graph of a computation, drawn: values forwards, gradients backwards. Notebook 02.

    show_graph(loss, names={"w": w, "b": b, "loss": loss})

Each box is a tensor: what made it, its value (or shape), and in orange its gradient where it has
one (of an array, the root of the mean square).
An arrow leads from each tensor to what was computed from it, with the local derivative on it
where both ends are single numbers. Constants, through which no gradient flows, are not drawn.
"""

import itertools
from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

from course_utils.figures.film import Film
from course_utils.figures.graph_layout import place_nodes
from course_utils.figures.style import COLOURS, show
from course_utils.scratch.graph import Node, topological_order

MOST_NODES, MOST_COLUMNS = 40, 12
GRADIENT_COLOUR = "#b34700"
SIGNS = {"*": "×", "-": "−", "/": "÷", "**": "power", "@": "@", "pick": "[ ]"}
FILLS = {"leaf": "#dcebf7", "step": "#f1f1f1", "output": "#d9f0e6"}
EDGES = {"leaf": COLOURS["blue"], "step": COLOURS["grey"], "output": COLOURS["green"]}
WIDTH, HEIGHT = 1.2, 0.86  # of a box, in inches, in a figure that is not too wide
STEP_X, STEP_Y = 1.85, 1.05
WIDEST = 8.4

Names = Mapping[str, Node]


def show_graph(output: Node, names: Names | None = None, alt: str = "") -> None:
    """Show how `output` was computed. names: a name for some of its tensors.

    Call it before `backward()`, or after `backward(keep_graph=True)` to see the gradients too.
    Raises ValueError when the graph has been freed or is too large to be read.
    """
    show(draw_graph(output, names), alt or describe_graph(output, names))


def draw_graph(output: Node, names: Names | None = None):
    """Draw how `output` was computed; for the arguments see `show_graph`. -> a figure."""
    return _Drawing(output, names or {}).figure


def film_backward(output: Node, names: Names | None = None) -> Film:
    """A film of the two passes: values appear forwards, then gradients backwards.

    output: a single number, after `backward(keep_graph=True)`.
    """
    drawing = _Drawing(output, names or {})
    order = drawing.order
    if output.grad is None:
        raise ValueError("the film needs gradients: call backward(keep_graph=True) first")
    captions = ["start"]
    captions += [f"forwards: {drawing.title(node)}" for node in order if node.op]
    captions += [f"backwards: {drawing.title(node)}" for node in order[::-1]]
    steps = [node for node in order if node.op]

    def draw(frame: int) -> None:
        valued = {id(node) for node in order if not node.op}
        valued |= {id(node) for node in steps[:frame]}
        done = max(0, frame - len(steps))
        graded = {id(node) for node in order[::-1][:done]}
        now = steps[frame - 1] if 1 <= frame <= len(steps) else order[::-1][done - 1]
        for node in order:
            drawing.values[id(node)].set_alpha(id(node) in valued)
            drawing.gradients[id(node)].set_alpha(id(node) in graded)
            drawing.boxes[id(node)].set_linewidth(3.0 if frame and node is now else 1.2)
        for (_, child), label in drawing.labels.items():
            label.set_visible(child in graded)

    moving = (
        *drawing.boxes.values(),
        *drawing.titles.values(),
        *drawing.values.values(),
        *drawing.gradients.values(),
        *drawing.labels.values(),
    )
    return Film(drawing.figure, draw, tuple(captions), moving)


def describe_graph(output: Node, names: Names | None = None) -> str:
    """Say in words what `draw_graph` draws, for those who cannot see it."""
    title = _titles(topological_order(output), names or {})
    steps = [
        f"{' and '.join(title[id(parent)] for parent in node.parents)} into {title[id(node)]}"
        for node in topological_order(output)
        if node.parents
    ]
    return f"Graph of a computation: {'; '.join(steps)}."


class _Drawing:
    """A figure of a graph, with every artist at hand, by the id of its node."""

    def __init__(self, output: Node, names: Names) -> None:
        self.order = topological_order(output)
        _check_is_whole(output)
        self._title_of = _titles(self.order, names)
        places, routes = place_nodes(self.order)
        n_columns = 1 + max(column for column, _ in places.values())
        if len(self.order) > MOST_NODES or n_columns > MOST_COLUMNS:
            raise ValueError(
                f"a graph of {len(self.order)} tensors, {n_columns} in a row, would be too small "
                f"to read; draw one of at most {MOST_NODES}, and {MOST_COLUMNS} in a row"
            )
        wide = max(x for x, _ in places.values()) * STEP_X + WIDTH + 0.3
        ys = [y for _, y in places.values()] + [y for way in routes.values() for _, y in way]
        low, high = min(ys) * STEP_Y - HEIGHT / 2 - 0.15, max(ys) * STEP_Y + HEIGHT / 2 + 0.15
        scale = min(1.0, WIDEST / wide)
        self.figure, self.ax = plt.subplots(figsize=(wide * scale, (high - low) * scale))
        self.figure.subplots_adjust(0, 0, 1, 1)
        self.ax.set(xlim=(-WIDTH / 2 - 0.15, wide - WIDTH / 2 - 0.15), ylim=(low, high))
        self.ax.axis("off")
        self.size = 11 * scale
        self.boxes, self.titles, self.values, self.gradients, self.labels = {}, {}, {}, {}, {}
        for node in self.order:
            for parent in dict.fromkeys(node.parents):  # once, also where it is used twice
                way = routes[id(parent), id(node)]
                self._arrow(parent, node, [places[id(parent)], *way, places[id(node)]])
        for node in self.order:
            kind = "output" if node is output else "step" if node.op else "leaf"
            self._box(node, *places[id(node)], kind)

    def title(self, node: Node) -> str:
        return self._title_of[id(node)]

    def _box(self, node: Node, x: float, y: float, kind: str) -> None:
        x, y = x * STEP_X, y * STEP_Y
        self.boxes[id(node)] = self.ax.add_patch(
            FancyBboxPatch(
                (x - WIDTH / 2, y - HEIGHT / 2),
                WIDTH,
                HEIGHT,
                boxstyle="round,pad=0,rounding_size=0.12",
                facecolor=FILLS[kind],
                edgecolor=EDGES[kind],
                lw=1.2,
                zorder=3,
            )
        )
        style = {"ha": "center", "va": "center", "zorder": 4}
        rows = (0.25, -0.01, -0.26)
        write = self.ax.text
        self.titles[id(node)] = write(
            x, y + rows[0], self.title(node), weight="bold", size=self.size, **style
        )
        self.values[id(node)] = write(
            x, y + rows[1], _value(node.data), size=0.92 * self.size, **style
        )
        gradient = "" if node.grad is None else _gradient(node.grad)
        self.gradients[id(node)] = write(
            x, y + rows[2], gradient, size=0.88 * self.size, color=GRADIENT_COLOUR, **style
        )

    def _arrow(self, parent: Node, child: Node, way) -> None:
        points = [np.array([x * STEP_X, y * STEP_Y]) for x, y in way]
        points[0] = points[0] + [WIDTH / 2, 0]
        points[-1] = points[-1] - [WIDTH / 2, 0]
        for start, end in itertools.pairwise(points):
            last = end is points[-1]
            self.ax.add_patch(
                FancyArrowPatch(
                    start,
                    end,
                    arrowstyle="-|>" if last else "-",
                    mutation_scale=12,
                    shrinkA=0,
                    shrinkB=1 if last else 0,
                    color=COLOURS["grey"],
                    lw=1.3,
                    zorder=1,
                )
            )
        if parent.data.size == child.data.size == 1:
            one = np.ones_like(child.data)
            local = [vjp(one).item() for p, vjp in child.edges if p is parent]
            words = ", ".join(f"×{_short(slope)}" for slope in local)
            self.labels[id(parent), id(child)] = self.ax.text(
                *_beside(points[-2], points[-1], len(words)),
                words,
                size=0.82 * self.size,
                color=GRADIENT_COLOUR,
                ha="center",
                va="center",
                zorder=2,
            )


def _beside(start, end, n_letters: int):
    """Return the place above an arrow, nearer its head, where words keep clear of the line."""
    along = (end - start) / np.hypot(*(end - start))
    wide, high = 0.036 * n_letters, 0.06  # half the words' size, in inches of a full-size figure
    away = max(0.13, wide * abs(along[1]) + high * abs(along[0]) + 0.02)
    return start + 0.58 * (end - start) + away * np.array([-along[1], along[0]])


def _titles(order: list[Node], names: Names) -> dict[int, str]:
    named = {id(node): name for name, node in names.items()}
    titles = {}
    for node in order:
        sign = SIGNS.get(node.op, node.op.replace("_", " "))
        name = named.get(id(node), "")
        titles[id(node)] = f"{name}: {sign}" if name and sign else name or sign or "leaf"
    return titles


def _value(data: np.ndarray) -> str:
    if data.size == 1:
        return f"{data.item():.4g}".replace("-", "−")
    return "×".join(map(str, data.shape)) if data.ndim > 1 else f"{data.size} numbers"


def _gradient(gradient: np.ndarray) -> str:
    if gradient.size == 1:
        return f"grad {_short(gradient.item())}"
    return f"|grad| {_short(np.sqrt(np.mean(gradient**2)))}"


def _short(number: float) -> str:
    plain = number == 0 or 0.001 <= abs(number) < 10_000
    return (f"{number:.3g}" if plain else f"{number:.1e}").replace("-", "−")


def _check_is_whole(output: Node) -> None:
    if output.op and not output.parents:
        raise ValueError(
            "there is no graph to draw: backward() has freed it, or nothing required a gradient. "
            "Draw it before backward(), or call backward(keep_graph=True)."
        )
