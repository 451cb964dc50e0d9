"""Paths on a loss of two weights, seen from above: still, and moving.

For notebooks 03 and 05. The landscapes themselves are in scratch/landscapes.py.
"""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from course_utils.figures.film import Film
from course_utils.figures.style import COLOURS, write_title

PATH_COLOURS = [COLOURS[c] for c in ("red", "blue", "green", "orange", "purple", "black", "sky")]
GROUND = "#7d95a8"
FAR = 1e6  # beyond this a path has left for good; matplotlib cannot draw infinity

Window = tuple[tuple[float, float], tuple[float, float]]


def plot_paths(
    function: Callable,
    paths: Mapping[str, np.ndarray],
    *,
    window: Window | None = None,
    panels: bool = False,
    columns: int = 2,
    title: str = "",
    names: Sequence[str] = ("weight x", "weight y"),
    markers: bool = True,
    colours: Mapping[str, str] | None = None,
):
    """Draw paths over the contour lines of a function of two weights. -> a matplotlib figure.

    function: points (..., 2) -> heights (...); a Landscape is one, and brings its own window and
        minimum.
    paths: what to call each path -> its points (steps + 1, 2); they may leave the window, or blow
        up to infinity.
    window: ((left, right), (bottom, top)).
    panels: each path in a panel of its own, its name above it; else all in one, named in a legend.
    names: what the two axes are called. markers: mark each step with a dot.
    colours: name of a path -> its colour, where the ones in order are not wanted.
    """
    figure, axes, window = _ground(function, paths, window, panels, columns, title, names)
    for i, (name, path) in enumerate(paths.items()):
        ax = axes[i] if panels else axes[0]
        colour = _colour(name, 0 if panels else i, colours)
        shown = _drawable(path)
        ax.plot(
            *shown.T,
            color=colour,
            marker="o" if markers else None,
            markersize=3.5,
            linewidth=1.3,
            label=name,
            zorder=3,
        )
        _mark_start(ax, path)
    if not panels:
        axes[0].legend(loc="upper left", bbox_to_anchor=(1.01, 1.0))
    return figure


def film_paths(
    function: Callable,
    paths: Mapping[str, np.ndarray],
    *,
    window: Window | None = None,
    panels: bool = False,
    columns: int = 2,
    title: str = "",
    names: Sequence[str] = ("weight x", "weight y"),
    frames: int = 40,
    colours: Mapping[str, str] | None = None,
) -> Film:
    """Let the paths of `plot_paths` grow step by step, all in step with each other.

    frames: at most so many pictures; when there are more steps than that, a picture is several
    steps further on than the one before it. Show it with `show_film`.
    """
    figure, axes, window = _ground(function, paths, window, panels, columns, title, names)
    most = max(len(path) for path in paths.values()) - 1
    times = np.unique(np.linspace(0, most, min(frames, most + 1)).round().astype(int))
    trails = []
    for i, (name, path) in enumerate(paths.items()):
        ax = axes[i] if panels else axes[0]
        colour = _colour(name, 0 if panels else i, colours)
        (trail,) = ax.plot([], [], color=colour, linewidth=1.3, label=name, zorder=3)
        (head,) = ax.plot([], [], color=colour, marker="o", markersize=8, zorder=4)
        trails.append((trail, head, _drawable(path)))
        _mark_start(ax, path)
    if not panels:
        axes[0].legend(loc="upper left", bbox_to_anchor=(1.01, 1.0))

    def draw(frame: int) -> None:
        for trail, head, path in trails:
            so_far = path[: times[frame] + 1]
            trail.set_data(*so_far.T)
            head.set_data(*so_far[-1:].T)

    moving = tuple(artist for trail, head, _ in trails for artist in (trail, head))
    return Film(figure, draw, tuple(f"step {time}" for time in times), moving)


def draw_contours(ax, function: Callable, window: Window, levels: int = 16) -> None:
    """Draw the contour lines of a function of two weights on matplotlib axes.

    Between any two neighbouring lines lies the same share of the window, so that flat and steep
    landscapes are both legible; the distance between lines says nothing about slope.
    """
    (left, right), (bottom, top) = window
    x, y = np.meshgrid(np.linspace(left, right, 161), np.linspace(bottom, top, 161))
    heights = function(np.stack([x, y], axis=-1))
    lines = np.unique(np.quantile(heights, np.linspace(0, 1, levels + 1)[1:-1] ** 1.3))
    ax.contourf(x, y, heights, [heights.min(), *lines, heights.max()], cmap="Blues_r", alpha=0.35)
    ax.contour(x, y, heights, lines, colors=GROUND, linewidths=0.6)
    ax.set(xlim=(left, right), ylim=(bottom, top))
    ax.grid(False)


def _ground(function, paths, window, panels, columns, title, names):
    """Make the figure with its contour lines. -> figure, one axes for each panel, window."""
    import matplotlib.pyplot as plt

    window = window or getattr(function, "window", None)
    if window is None:
        raise ValueError(
            "say which part of the plane to draw: window=((left, right), (bottom, top))"
        )
    (left, right), (bottom, top) = window
    count = len(paths) if panels else 1
    columns = min(columns, count)
    rows = -(-count // columns)
    width = 8.2 if panels else 6.6
    height = (width / columns) * (top - bottom) / (right - left)
    figure, grid = plt.subplots(
        rows,
        columns,
        figsize=(width, rows * float(np.clip(height, 1.8, 6.0)) + 0.9),
        squeeze=False,
        sharex=True,
        sharey=True,
        layout="constrained",
    )
    axes = list(grid.flat)
    for ax in axes[count:]:
        ax.set_visible(False)
    for ax, name in zip(axes[:count], paths, strict=False):
        draw_contours(ax, function, window)
        if panels:
            ax.set_title(name, fontsize=10.5, fontweight="normal")
        minimum = getattr(function, "minimum", None)
        if minimum is not None:
            ax.plot(*minimum, marker="*", color=COLOURS["black"], markersize=11, zorder=2)
    write_title(figure, title)
    figure.supxlabel(names[0], fontsize=11)
    figure.supylabel(names[1], fontsize=11)
    return figure, axes[:count], window


def _colour(name: str, place: int, colours: Mapping[str, str] | None) -> str:
    return (colours or {}).get(name, PATH_COLOURS[place % len(PATH_COLOURS)])


def _mark_start(ax, path) -> None:
    edge = COLOURS["black"]
    ax.plot(*path[0], marker="o", markersize=8, color="white", markeredgecolor=edge, zorder=5)


def _drawable(path: np.ndarray) -> np.ndarray:
    """Cut a path off where it blows up, beyond what matplotlib can draw."""
    path = np.asarray(path, dtype=float)
    with np.errstate(invalid="ignore"):
        gone = ~(np.abs(path) < FAR).all(axis=1)
    return path[: int(np.argmax(gone))] if gone.any() else path
