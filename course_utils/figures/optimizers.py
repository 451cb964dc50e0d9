"""Optimizers side by side, each in its own colour in every figure. Notebook 05."""

from collections.abc import Callable, Mapping

import matplotlib.pyplot as plt
import numpy as np

from course_utils.figures.curves import Curve, write_names
from course_utils.figures.film import Film
from course_utils.figures.landscapes import film_paths, plot_paths
from course_utils.figures.style import COLOURS, write_title
from course_utils.scratch.landscapes import Landscape, ravine
from course_utils.scratch.optimizers import Momentum

OPTIMIZER_COLOURS = {
    "SGD": COLOURS["black"],
    "Momentum": COLOURS["red"],
    "Nesterov": COLOURS["orange"],
    "AdaGrad": COLOURS["green"],
    "RMSprop": COLOURS["purple"],
    "Adam": COLOURS["blue"],
    "AdamW": COLOURS["sky"],
    "Muon": COLOURS["grey"],
}


def draw_steps(landscape: Landscape, paths: Mapping[str, np.ndarray], title: str, **options):
    """Draw the paths of optimizers, (steps + 1, 2) each, in their colours, as `plot_paths` does."""
    return plot_paths(landscape, paths, title=title, colours=OPTIMIZER_COLOURS, **options)


def film_race(landscape: Landscape, paths: Mapping[str, np.ndarray], title: str, **options) -> Film:
    """Let the paths of optimizers grow step by step, in their colours, as `film_paths` does."""
    return film_paths(landscape, paths, title=title, colours=OPTIMIZER_COLOURS, **options)


def draw_momentum_walk(momentum=0.9, learning_rate=0.5, condition_number=50.0, steps=60):
    """Draw a walk with momentum through a ravine, and say how much of the way is left."""
    landscape = ravine(condition_number)
    w = np.array([-5.0, 2.0])
    optimizer = Momentum([w], learning_rate, momentum)
    path = [w.copy()]
    with np.errstate(over="ignore", invalid="ignore"):
        for _ in range(steps):
            optimizer.step([landscape.gradient(w)])
            path.append(w.copy())
        left = np.linalg.norm(path[-1]) / np.linalg.norm(path[0])
    words = f"{left:.2g} of the distance is left" if left < 1 else "it does not arrive"
    figure = plot_paths(
        landscape,
        {"path": np.array(path)},
        title=f"After {steps} steps {words}",
        names=("flat weight", "steep weight"),
        colours={"path": OPTIMIZER_COLOURS["Momentum"]},
    )
    figure.axes[0].get_legend().remove()
    return figure


def draw_word_weights(counts, learned: Mapping[str, np.ndarray], truth: float):
    """Draw how much of each word's meaning was learned, against how often the word occurs.

    counts: (words,), reviews that hold the word. learned: name -> weights (words,), their signs
    turned so that `truth` is right for every word.
    """
    fig, axes = plt.subplots(1, len(learned), figsize=(8.6, 3.4), sharey=True)
    for ax, (name, weights) in zip(axes, learned.items(), strict=True):
        ax.axhline(truth, color=COLOURS["black"], lw=1.0, ls="--")
        ax.plot(counts, weights, "o", ms=4, alpha=0.6, color=OPTIMIZER_COLOURS[name])
        ax.set(xscale="log", xlabel="reviews with the word", ylim=(-1.6, 4.4))
        ax.set_title(name, fontsize=11, fontweight="normal")
    axes[0].set_ylabel("learned weight")
    axes[0].text(counts.max(), truth + 0.1, "the truth", ha="right", fontsize=10)
    write_title(fig, "Only AdaGrad learns the rare words as it learns the common ones")
    fig.tight_layout()
    return fig


def draw_chase(positions: Mapping[str, np.ndarray], goal, title: str):
    """Draw how optimizers follow a goal that jumps. positions: name -> (steps,), goal: (steps,)."""
    fig, ax = plt.subplots(figsize=(7.8, 3.8))
    ax.plot(goal, color=COLOURS["black"], lw=1.2, ls="--")
    for name, position in positions.items():
        ax.plot(position, color=OPTIMIZER_COLOURS[name], lw=1.6)
    ax.set(xlabel="step", ylabel="weight", xlim=(0, len(goal)))
    ax.set_title(title)
    colours = OPTIMIZER_COLOURS | {"goal": COLOURS["black"]}
    steps = np.arange(len(goal))
    ends = {name: (steps, p) for name, p in positions.items()} | {"goal": (steps, goal)}
    write_names(ax, ends, colours)
    return fig


def draw_sensitivity(steps: Mapping[str, np.ndarray], rates, title: str, ylabel: str):
    """Draw the steps that each optimizer needs against its learning rate; inf is not drawn.

    steps: name -> (rates,). rates: (rates,).
    """
    fig, ax = plt.subplots(figsize=(7.8, 4.2))
    lowest = {}
    for name, needed in steps.items():
        shown = np.where(np.isfinite(needed), needed, np.nan)
        ax.plot(rates, shown, "o-", ms=3.5, lw=1.6, color=OPTIMIZER_COLOURS[name])
        best = int(np.nanargmin(shown))
        lowest[name] = (rates[best], shown[best])
    ax.set(xscale="log", yscale="log", xlabel="learning rate", ylabel=ylabel)
    ax.set_title(title)
    ax.margins(x=0.08, y=0.26)
    ax.autoscale_view()
    _write_names_below(ax, lowest)
    return fig


def _write_names_below(ax, points: Mapping[str, tuple[float, float]]) -> None:
    """Write each name below its point, and further below where another name stands already."""
    pixels = ax.figure.dpi / 72
    taken: dict[float, float] = {}  # x -> how low its names reach, in pixels
    for name in sorted(points, key=lambda name: -points[name][1]):
        x, y = points[name]
        height = ax.transData.transform((x, y))[1]
        at = min(height - 13 * pixels, taken.get(x, np.inf) - 13 * pixels)
        taken[x] = at
        ax.annotate(
            name,
            (x, y),
            xytext=(0, (at - height) / pixels),
            textcoords="offset points",
            ha="center",
            color=OPTIMIZER_COLOURS[name],
            weight="bold",
        )


def draw_orthogonalising(polynomial: Callable, steps: int, spectra: Mapping[str, np.ndarray]):
    """Draw what a polynomial, applied again and again, does to singular values; and a real case.

    polynomial: numbers -> numbers. spectra: two names -> the singular values of a gradient before
    and after, in falling order, each divided by its largest.
    """
    fig, (left, right) = plt.subplots(1, 2, figsize=(8.6, 3.6))
    s = np.linspace(0, 1, 400)
    value = s
    left.axhspan(0.7, 1.2, color=COLOURS["sky"], alpha=0.18, lw=0)
    for step in range(1, steps + 1):
        value = polynomial(value)
        if step in (1, 2, steps):
            colour = {1: "orange", 2: "red"}.get(step, "blue")
            left.plot(s, value, color=COLOURS[colour], lw=1.8)
            at = {1: 60, 2: 12}.get(step, 330)
            words = {1: "once", 2: "twice"}.get(step, f"{steps} times")
            left.annotate(
                words,
                (s[at], value[at]),
                xytext=(4, -14 if step < 3 else 10),
                textcoords="offset points",
                color=COLOURS[colour],
                weight="bold",
            )
    left.set(xlabel="singular value before", ylabel="after", ylim=(0, 1.4), xlim=(0, 1))
    left.set_title("The polynomial lifts small values")
    for (name, values), colour in zip(spectra.items(), ("black", "grey"), strict=True):
        right.plot(np.arange(1, len(values) + 1), values, "o-", ms=3, color=COLOURS[colour])
        right.annotate(
            name,
            (len(values) * 0.35, values[int(len(values) * 0.35)]),
            xytext=(0, 12),
            textcoords="offset points",
            color=COLOURS[colour],
            weight="bold",
        )
    right.set(xlabel="direction", ylabel="share of the largest", ylim=(0, 1.25))
    right.set_title("A real gradient, before and after")
    fig.tight_layout()
    return fig


def draw_losses(
    losses: Mapping[str, np.ndarray], title: str, *, colours=None, window: int = 20, ylim=None
):
    """Draw training losses against steps, smoothed, on a logarithmic axis.

    losses: name -> (steps,). colours: name -> colour, for names that are not an optimizer's.
    window: how many neighbouring steps are averaged.
    """
    fig, ax = plt.subplots(figsize=(7.8, 4.0))
    curves = {name: (np.arange(1, len(loss) + 1), loss) for name, loss in losses.items()}
    _plot_smooth(ax, curves, OPTIMIZER_COLOURS | (colours or {}), window, ylim)
    ax.set(xlabel="step", ylabel="training loss, nats")
    ax.set_title(title)
    return fig


def draw_losses_by_steps_and_seconds(
    losses: Mapping[str, np.ndarray],
    seconds: Mapping[str, np.ndarray],
    window: int = 40,
    ylim=None,
):
    """Draw the same training losses twice, against steps and against seconds of work.

    losses, seconds: name -> (steps,).
    """
    fig, (left, right) = plt.subplots(1, 2, figsize=(9.2, 4.6), sharey=True)
    by_step = {name: (np.arange(1, len(loss) + 1), loss) for name, loss in losses.items()}
    by_second = {name: (seconds[name], loss) for name, loss in losses.items()}
    for ax, curves, xlabel in ((left, by_step, "step"), (right, by_second, "seconds")):
        _plot_smooth(ax, curves, OPTIMIZER_COLOURS, window, ylim, names=False)
        ax.set(xlabel=xlabel)
        ax.set_title(f"by {xlabel.removesuffix('s')}s", fontsize=11, fontweight="normal")
    left.set_ylabel("training loss, nats")
    right.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    write_title(fig, "Fewest steps are not fewest seconds")
    fig.tight_layout()
    return fig


def _plot_smooth(ax, curves: Mapping[str, Curve], colours, window, ylim, names=True) -> None:
    """Plot curves averaged over a window of neighbouring points, with a name at each end."""
    kernel = np.ones(window) / window
    smooth = {
        name: (x[window - 1 :], np.convolve(y, kernel, mode="valid"))
        for name, (x, y) in curves.items()
    }
    for name, (x, y) in smooth.items():
        ax.plot(x, y, color=colours[name], lw=1.6, label=name)
    ax.set(yscale="log", ylim=ylim)
    if names:
        write_names(ax, smooth, colours)
