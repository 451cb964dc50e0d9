"""Test cases of the exercises of notebook 01, and how each answer is driven through them."""

import numpy as np

from course_utils.exercises.exercise import Case, case
from course_utils.scratch import layers

ACTIVATIONS = {
    "relu": layers.relu,
    "sigmoid": layers.sigmoid,
    "tanh": layers.tanh,
}


def _rounded(rng: np.random.Generator, *shape: int, scale: float = 2.0) -> np.ndarray:
    """Draw numbers with one decimal, so that a learner can follow them by hand."""
    return np.round(rng.normal(0, scale, shape), 1)


def affine_forward(rng: np.random.Generator) -> list[Case]:
    def drawn(group: str, n: int, d_in: int, d_out: int) -> Case:
        return case(
            group,
            x=_rounded(rng, n, d_in),
            weight=_rounded(rng, d_out, d_in),
            bias=_rounded(rng, d_out),
        )

    return [
        case(
            "two neurons, one example",
            x=np.array([[1.0, 2.0]]),
            weight=np.array([[1.0, 3.0], [-1.0, 0.5]]),
            bias=np.array([0.5, 10.0]),
        ),
        drawn("a batch", 3, 2, 4),
        drawn("a batch", 4, 5, 3),
        drawn("one example", 1, 4, 3),
        drawn("one neuron", 5, 3, 1),
        drawn("an empty batch", 0, 3, 2),
    ]


# --------------------------------------------------------------------------------- sigmoid


class _Watched(np.ndarray):
    """An array that notes whether a power of e that is taken of it becomes infinite.

    NumPy's own warning would do, but an answer can silence that.
    """

    overflows: list[str]

    def __array_finalize__(self, parent) -> None:
        self.overflows = getattr(parent, "overflows", [])

    def __array_ufunc__(self, ufunc, method, *inputs, out=(), **settings):
        if out:
            settings["out"] = tuple(x.view(np.ndarray) for x in out)
        bare = [x.view(np.ndarray) if isinstance(x, _Watched) else x for x in inputs]
        result = getattr(ufunc, method)(*bare, **settings)
        if ufunc in (np.exp, np.expm1, np.exp2, np.power) and np.isinf(result).any():
            self.overflows.append(ufunc.__name__)
        if not isinstance(result, np.ndarray | np.generic):
            return result
        watched = np.asarray(result).view(_Watched)
        watched.overflows = self.overflows
        return watched


def drive_sigmoid(answer, z, watch_for=None):
    """Watched, say whether a power of e overflowed on the way: a right value may hide it."""
    if watch_for is None:
        return answer(z)
    overflows: list[str] = []
    watched = z.view(_Watched)
    watched.overflows = overflows
    with np.errstate(over="call", call=lambda kind, flag: overflows.append(kind)):
        answer(watched)
    return {"no overflow on the way": not overflows}


def sigmoid(rng: np.random.Generator) -> list[Case]:
    return [
        case("three numbers", z=np.array([-1.0, 0.0, 2.0])),
        case("whole numbers", z=np.array([-2, 0, 1])),
        case("arrays of any shape", z=_rounded(rng, 4)),
        case("arrays of any shape", z=_rounded(rng, 3, 5)),
        case("arrays of any shape", z=_rounded(rng, 2, 3, 4)),
        case("huge numbers", z=np.array([-1000.0, -800.0, 750.0, 1000.0])),
        case("huge numbers", z=np.append(_rounded(rng, 3), [-1000.0, 1000.0])),
        case("powers of e stay small", z=np.array([-1000.0, 0.0]), watch_for="overflow"),
        case("powers of e stay small", z=np.array([0.0, 1000.0]), watch_for="overflow"),
    ]


# ---------------------------------------------------------------------------- softmax, gelu


def softmax(rng: np.random.Generator) -> list[Case]:
    far_apart = _rounded(rng, 3, 4) + np.array([[0.0], [1000.0], [-1000.0]])
    return [
        case("two rows", z=np.array([[0.0, 1.0], [2.0, 2.0]])),
        case("random scores", z=_rounded(rng, 3, 2)),
        case("random scores", z=_rounded(rng, 4, 6)),
        case("one row", z=_rounded(rng, 1, 5)),
        case("one column", z=_rounded(rng, 3, 1)),
        case("huge scores", z=np.array([[1000.0, 1001.0, 1000.0, 999.0]])),
        case("rows of very different size", z=far_apart),
        case("scores far apart in one row", z=np.array([[-3000.0, 0.0, 2000.0]])),
        case("scores far apart in one row", z=np.array([[0.0, -2500.0], [-1.0, 1500.0]])),
    ]


def gelu(rng: np.random.Generator) -> list[Case]:
    return [
        case("four numbers", z=np.array([-1.0, 0.0, 1.0, 2.0])),
        case("arrays of any shape", z=_rounded(rng, 5)),
        case("arrays of any shape", z=_rounded(rng, 2, 4)),
        case("arrays of any shape", z=_rounded(rng, 3, 2, 5)),
        case("large numbers", z=np.array([-1000.0, -30.0, 30.0, 1000.0])),
        case("single precision", rtol=1e-5, atol=1e-6, z=_rounded(rng, 6).astype(np.float32)),
    ]


# ----------------------------------------------------------------------------- mlp_forward


def drive_mlp(answer, x, weights, biases, activation):
    """Leave ReLU to the default, and hand any other activation in."""
    if activation == "relu":
        return answer(x, weights, biases)
    return answer(x, weights, biases, ACTIVATIONS[activation])


def mlp_forward(rng: np.random.Generator) -> list[Case]:
    def drawn(group: str, n: int, sizes: list[int], activation: str = "relu") -> Case:
        return case(
            group,
            x=_rounded(rng, n, sizes[0]),
            weights=[
                _rounded(rng, sizes[i + 1], sizes[i], scale=1.0) for i in range(len(sizes) - 1)
            ],
            biases=[_rounded(rng, size, scale=1.0) for size in sizes[1:]],
            activation=activation,
        )

    return [
        case(
            "by hand",
            x=np.array([[1.0, -1.0]]),
            weights=[np.array([[1.0, 2.0], [3.0, 1.0]]), np.array([[4.0, -2.0]])],
            biases=[np.array([0.5, 0.5]), np.array([2.0])],
            activation="relu",
        ),
        drawn("two layers", 3, [2, 5, 4]),
        drawn("four layers", 5, [3, 6, 4, 7, 2]),
        drawn("another activation", 2, [3, 5, 4], "tanh"),
        drawn("another activation", 4, [2, 3, 6, 5], "sigmoid"),
        drawn("no hidden layer", 4, [3, 2]),
    ]


# --------------------------------------------------------------------------------- he_init


def drive_he(answer, fan_in, fan_out, seed):
    """Draw three weights: two with equal generators and one with another."""

    def draw(seed: int):
        weight = answer(fan_in, fan_out, np.random.default_rng(seed))
        if weight is not None and not isinstance(weight, np.ndarray):
            raise TypeError(f"a weight should be a NumPy array, not a {type(weight).__name__}")
        return weight

    first = draw(seed)
    return None if first is None else {"first": first, "again": draw(seed), "other": draw(seed + 1)}


def he_properties(drawn, fan_in, fan_out, seed) -> dict:
    """Name what must hold of random weights, whichever are drawn. All but never by chance."""
    weight = np.asarray(drawn["first"], dtype=float)
    spread = float(np.std(weight)) + 1e-300
    centre = float(np.mean(weight)) / spread * np.sqrt(weight.size)
    far_out = float(np.mean(np.abs(weight) > 2 * spread))  # of a normal distribution: 4.6 %
    return {
        "shape of the weight": str(weight.shape),
        "same seed, same weights": bool(np.array_equal(drawn["first"], drawn["again"])),
        "another seed, other weights": not np.array_equal(drawn["first"], drawn["other"]),
        "mean is 0 but for chance": bool(abs(centre) < 5),
        "standard deviation, as a multiple of the right one": round(
            spread / float(np.sqrt(2 / fan_in)), 1
        ),
        "spread like a bell curve": 0.03 < far_out < 0.06,
        "every weight is drawn by itself": len(np.unique(weight)) > 0.9 * weight.size,
    }


def he_init(rng: np.random.Generator) -> list[Case]:
    def drawn(group: str, fan_in: int, fan_out: int) -> Case:
        return case(group, fan_in=fan_in, fan_out=fan_out, seed=int(rng.integers(1000)))

    return [
        drawn("few inputs, many neurons", 20, 1200),
        drawn("many inputs, few neurons", 900, 40),
        drawn("a wide layer", 250, 200),
    ]


# ------------------------------------------------------------------------------ count_macs


def drive_count(answer, layer_sizes, batch_size):
    """Count, and insist on a whole number: a float loses digits where counts are large."""
    count = answer(layer_sizes, batch_size)
    if isinstance(count, float):
        raise TypeError(f"a count is a whole number, but this is the float {count!r}")
    return count


def count_macs(rng: np.random.Generator) -> list[Case]:
    sizes = [int(size) for size in rng.choice(np.arange(2, 40), size=9, replace=False)]
    return [
        case("a single layer", layer_sizes=[3, 2], batch_size=4),
        case("a batch of one", layer_sizes=[2, 3, 1], batch_size=1),
        case("a batch of one", layer_sizes=sizes[:4], batch_size=1),
        case("a larger batch", layer_sizes=sizes[3:6], batch_size=5),
        case("a larger batch", layer_sizes=sizes[4:9], batch_size=32),
        case("a single layer", layer_sizes=sizes[:2], batch_size=7),
    ]
