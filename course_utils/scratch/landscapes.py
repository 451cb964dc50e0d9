"""Losses of two weights, to walk on and to look at: a ravine, a saddle, a plain, a curved valley.

Walked on in notebooks 03 and 05, drawn by figures/landscapes.py. A point is (x, y) along the last
axis, so that a whole path (T, 2) or grid (H, W, 2) of points is evaluated at once.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Landscape:
    """A loss of two weights. Calling it gives heights: points (..., 2) -> (...).

    gradient: points (..., 2) -> (..., 2). window: ((left, right), (bottom, top)), the part worth
    looking at. minimum: where it is lowest, (2,), or None where it has no lowest point.
    """

    name: str
    height: Callable[[np.ndarray], np.ndarray]
    gradient: Callable[[np.ndarray], np.ndarray]
    window: tuple[tuple[float, float], tuple[float, float]]
    minimum: np.ndarray | None

    def __call__(self, points):
        return self.height(np.asarray(points))


def ravine(condition_number: float) -> Landscape:
    """The quadratic (x² / κ + y²) / 2: curvature 1 across, 1/κ along. Lowest at the origin.

    condition_number: κ, at least 1: how many times steeper one direction curves than the other.
    """
    if condition_number < 1:
        raise ValueError(
            f"the condition number is the larger curvature divided by the smaller one, so it is "
            f"at least 1; given was {condition_number}"
        )
    curvatures = np.array([1 / condition_number, 1.0])
    return Landscape(
        f"ravine, condition number {condition_number:g}",
        lambda p: np.sum(curvatures * p**2, axis=-1) / 2,
        lambda p: curvatures * p,
        window=((-6.0, 6.0), (-3.0, 3.0)),
        minimum=np.zeros(2),
    )


def saddle() -> Landscape:
    """(x² - y²) / 2 + y⁴ / 4: a pass at the origin between two valleys, at y = -1 and y = 1.

    The gradient vanishes at the origin, though it is no minimum.
    """
    return Landscape(
        "saddle",
        lambda p: (p[..., 0] ** 2 - p[..., 1] ** 2) / 2 + p[..., 1] ** 4 / 4,
        lambda p: np.stack([p[..., 0], p[..., 1] ** 3 - p[..., 1]], axis=-1),
        window=((-1.5, 1.5), (-1.6, 1.6)),
        minimum=np.array([0.0, 1.0]),
    )


def plain() -> Landscape:
    """1 - e^(-(x² + y²) / 2): a round hole at the origin of a plain that is almost flat."""

    def hole(p):
        return np.exp(-np.sum(p**2, axis=-1) / 2)

    return Landscape(
        "plain",
        lambda p: 1 - hole(p),
        lambda p: p * hole(p)[..., None],
        window=((-5.0, 5.0), (-3.0, 3.0)),
        minimum=np.zeros(2),
    )


def rosenbrock(steepness: float = 100.0) -> Landscape:
    """(1 - x)² + s (y - x²)²: a valley that bends, lowest at (1, 1), easy to find and hard to walk.

    steepness: s, 100 in Rosenbrock (1960), https://doi.org/10.1093/comjnl/3.3.175.
    """

    def height(p):
        x, y = p[..., 0], p[..., 1]
        return (1 - x) ** 2 + steepness * (y - x**2) ** 2

    def gradient(p):
        x, y = p[..., 0], p[..., 1]
        across = y - x**2
        return np.stack([-2 * (1 - x) - 4 * steepness * x * across, 2 * steepness * across], -1)

    return Landscape(
        "Rosenbrock's valley",
        height,
        gradient,
        window=((-2.0, 2.0), (-1.0, 3.0)),
        minimum=np.ones(2),
    )
