"""Curves with their names beside them, and measured dots on predicted lines."""

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.ticker import LogLocator, MaxNLocator, NullFormatter

from course_utils.figures.style import COLOURS

CURVE_COLOURS = [COLOURS[c] for c in ("blue", "red", "green", "purple", "orange", "black", "sky")]
MOST_FOR_PLAIN_NUMBERS = 2e3  # a longer axis has room for powers of ten only
LINE_HEIGHT = 15.0  # points between two names that would otherwise lie on one another

Curve = tuple[np.ndarray, np.ndarray]


def draw_curves(
    curves: Mapping[str, Curve],
    *,
    title: str,
    xlabel: str,
    ylabel: str,
    dots: Mapping[str, Curve] | None = None,
    log: str = "",
    xlim: tuple[float, float] | None = None,
    ylim: tuple[float, float] | None = None,
    names_at: Mapping[str, tuple[float, float]] | None = None,
    size: tuple[float, float] = (7.6, 4.2),
):
    """Draw curves, each named at its right end in its own colour. -> a matplotlib figure.

    curves: name -> (x, y). dots: name -> (x, y), points in the colour of the curve of that name (or
    of one that is not drawn): what was measured beside what was predicted. log: "x", "y" or "xy",
    the axes that are logarithmic. names_at: where to write names instead, for curves that end
    together.
    """
    fig, ax = plt.subplots(figsize=size)
    dots = dots or {}
    names = list(dict.fromkeys([*curves, *dots]))
    colours = dict(zip(names, CURVE_COLOURS, strict=False))
    for name, (x, y) in curves.items():
        ax.plot(x, y, color=colours[name], lw=1.4 if name in dots else 2.0)
    for name, (x, y) in dots.items():
        ax.plot(x, y, "o", color=colours[name], ms=5)
    ax.set(xlabel=xlabel, ylabel=ylabel)
    if "x" in log:
        ax.set_xscale("log")
    if "y" in log:
        ax.set_yscale("log")
    ax.set(xlim=xlim, ylim=ylim)
    for axis in (ax.xaxis, ax.yaxis):
        write_plain_numbers(axis)
    if "x" not in log and all(np.asarray(x).dtype.kind == "i" for x, _ in curves.values()):
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))  # there is no step 2.5
    ax.set_title(title)
    names_at = names_at or {}
    for name, place in names_at.items():
        ax.text(*place, name, color=colours[name], weight="bold", ha="center", va="center")
    ends = {name: (curves.get(name) or dots[name]) for name in names if name not in names_at}
    write_names(ax, ends, colours)
    return fig


def write_plain_numbers(axis) -> None:
    """On a logarithmic axis of few decades write 0.2 and 5, not 2 × 10⁻¹ and 5 × 10⁰."""
    low, high = axis.get_view_interval()
    if axis.get_scale() != "log" or high / low > MOST_FOR_PLAIN_NUMBERS:
        return
    axis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    axis.set_major_formatter(lambda value, _: f"{value:,.10g}")
    axis.set_minor_formatter(NullFormatter())


def write_names(ax, curves: Mapping[str, Curve], colours: Mapping[str, str]) -> None:
    """Write each curve's name at its last point inside the axes, names pushed apart.

    Call it when limits and scales are set.
    """
    ax.get_xlim()  # lets matplotlib settle the limits first, where they follow the data
    to_pixels = ax.transData.transform
    _, bottom, _, top = ax.get_window_extent().extents
    points = ax.figure.dpi / 72
    ends = {}
    for name, (x, y) in curves.items():
        place = to_pixels(np.column_stack([x, y]))
        inside = np.flatnonzero(
            np.isfinite(place).all(axis=1)
            & (place[:, 0] <= ax.get_window_extent().x1 + 1)
            & (place[:, 1] >= bottom - 1)
            & (place[:, 1] <= top + 1)
        )
        if len(inside):
            ends[name] = place[inside[-1]]
    taken = -np.inf
    for name in sorted(ends, key=lambda n: ends[n][1]):
        at = ends[name]
        lifted = max(at[1], taken + LINE_HEIGHT * points)
        taken = lifted
        ax.annotate(
            name,
            ax.transData.inverted().transform(at),
            xytext=(7, (lifted - at[1]) / points),
            textcoords="offset points",
            color=colours[name],
            weight="bold",
            va="center",
            annotation_clip=False,
        )
