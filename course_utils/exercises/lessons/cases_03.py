"""The test cases of notebook 03, and how its answers are driven."""

import itertools

import numpy as np

from course_utils.exercises.exercise import Case, case


def _rounded(rng: np.random.Generator, *shape: int, scale: float = 2.0) -> np.ndarray:
    """Draw numbers with one decimal, so that a learner can follow them by hand."""
    return np.round(rng.normal(0, scale, shape), 1)


def _hessian(rng: np.random.Generator, curvatures) -> np.ndarray:
    """Draw a symmetric matrix with these eigenvalues."""
    basis, _ = np.linalg.qr(rng.normal(size=(len(curvatures), len(curvatures))))
    matrix = basis @ np.diag(curvatures) @ basis.T
    return (matrix + matrix.T) / 2


# -------------------------------------------------------------------------- gradient_descent


def drive_gradient_descent(answer, hessian, minimum, start, learning_rate, steps):
    """Descend the quadratic whose gradient is hessian @ (w - minimum)."""

    def gradient(w):
        return hessian @ (w - minimum)

    return answer(gradient, start, learning_rate, steps)


def gradient_descent_cases(rng: np.random.Generator) -> list[Case]:
    def drawn(group: str, d: int, learning_rate: float, steps: int) -> Case:
        return case(
            group,
            hessian=np.round(_hessian(rng, rng.uniform(0.5, 4, d)), 2),
            minimum=_rounded(rng, d),
            start=_rounded(rng, d),
            learning_rate=learning_rate,
            steps=steps,
        )

    resting = _rounded(rng, 2)
    return [
        case(
            "one weight",
            hessian=np.array([[2.0]]),
            minimum=np.array([0.0]),
            start=np.array([8.0]),
            learning_rate=0.25,
            steps=3,
        ),
        drawn("several weights", 2, 0.1, 4),
        drawn("several weights", 4, 0.3, 7),
        drawn("a rate that diverges", 3, 1.5, 5),
        drawn("no step at all", 3, 0.1, 0),
        case(
            "a start at the minimum",
            hessian=np.array([[2.0, 0.0], [0.0, 1.0]]),
            minimum=resting,
            start=resting.copy(),
            learning_rate=0.1,
            steps=2,
        ),
    ]


# ------------------------------------------------------------------ max_stable_learning_rate


def max_stable_cases(rng: np.random.Generator) -> list[Case]:
    return [
        case("two weights", hessian=np.array([[2.0, 1.0], [1.0, 2.0]])),
        case("two weights", hessian=np.round(_hessian(rng, [0.5, 4.0]), 2)),
        case("many weights", hessian=_hessian(rng, rng.uniform(0.2, 5, 4))),
        case("many weights", hessian=_hessian(rng, rng.uniform(0.2, 5, 7))),
        case("one weight", hessian=np.array([[float(np.round(rng.uniform(1, 9), 1))]])),
        case(
            "curvatures along the axes",
            hessian=np.diag(np.round([rng.uniform(1, 2), rng.uniform(6, 9), rng.uniform(3, 4)], 1)),
        ),
        case("a direction that is almost flat", hessian=_hessian(rng, [1e-6, 1.0, 3.0])),
        case("steep in large units", hessian=1e6 * _hessian(rng, [1.0, 2.0, 6.0])),
    ]


# ------------------------------------------------------------------------- logistic_gradient


def logistic_cases(rng: np.random.Generator) -> list[Case]:
    def drawn(group: str, n: int, d: int, scale: float = 1.0) -> Case:
        return case(
            group,
            weights=scale * _rounded(rng, d),
            inputs=_rounded(rng, n, d),
            labels=rng.integers(0, 2, n),
        )

    return [
        case(
            "two examples",
            weights=np.array([0.0, 0.0]),
            inputs=np.array([[1.0, 2.0], [3.0, -4.0]]),
            labels=np.array([1, 0]),
        ),
        drawn("random examples", 4, 3),
        drawn("random examples", 7, 2),
        drawn("one example", 1, 4),
        case(
            "scores near 1000",
            weights=np.array([100.0, -200.0]),
            inputs=np.array([[5.0, -2.5], [-6.0, 2.0], [0.1, 0.0]]),
            labels=rng.permutation([1, 0, 1]),
        ),
    ]


# ------------------------------------------------------------------------------- standardize


def standardize_cases(rng: np.random.Generator) -> list[Case]:
    def drawn(group: str, n: int, m: int, d: int) -> Case:
        scale = np.array([1.0, 100.0, 0.1, 10.0, 1.0])[:d]
        middle = _rounded(rng, d, scale=5)
        return case(
            group,
            train=np.round(middle + scale * rng.normal(size=(n, d)), 2),
            test=np.round(middle + scale * rng.normal(1, 1.5, size=(m, d)), 2),
        )

    different = np.array([[-20.0], [0.0], [20.0]]) + np.round(rng.uniform(-9, 9, (3, 2)), 1)
    constant = np.array([[3.0, 2.0], [5.0, 2.0], [7.0, 2.0]])
    rounded = np.array([[3.0, 0.1], [5.0, 0.1], [7.0, 0.1]])  # np.std: 1e-17 instead of 0
    return [
        case(
            "one feature",
            train=np.array([[1.0], [3.0]]),
            test=np.array([[5.0], [2.0], [3.0]]),
        ),
        drawn("features of different units", 4, 3, 2),
        drawn("features of different units", 7, 3, 5),
        drawn("a test set of one example", 5, 1, 3),
        case(
            "a feature whose numbers are tiny",
            train=np.array([1.0, 1e-12]) * different,
            test=np.array([1.0, 1e-12]) * np.round(rng.normal(0, 9, (2, 2)), 1),
        ),
        case(
            "a feature that never varies in the training set",
            train=constant,
            test=np.round(rng.uniform(1, 9, (2, 2)), 1),
        ),
        case(
            "a feature that never varies, and is rounded",
            train=rounded,
            test=np.round(rng.uniform(1, 9, (2, 2)), 1),
        ),
    ]


# ------------------------------------------------------------------------------- minibatches

ENOUGH = 12  # so many examples come out in their old order once in 479 million shuffles


EPOCH_PROPERTIES = (
    "every example comes exactly once",
    "each input keeps its own label",
    "batch sizes",
)


def drive_minibatches(answer, inputs, labels, batch_size, seed):
    """Run two epochs with one generator, and one with an equal generator; return what came."""

    def epoch(rng):
        batches = answer(inputs, labels, batch_size, rng)
        if batches is None:
            return None
        # An answer that never stops yielding is cut off.
        return [_pair(batch) for batch in itertools.islice(batches, len(inputs) + 2)]

    rng = np.random.default_rng(seed)
    first = epoch(rng)
    if first is None:
        return None
    return {"first": first, "next": epoch(rng), "equal": epoch(np.random.default_rng(seed))}


def _pair(batch) -> list[np.ndarray]:
    """Copy a batch, which must be a pair of arrays; say in words what it is else."""
    if isinstance(batch, tuple | list) and len(batch) == 2:
        return [np.array(part) for part in batch]
    given = f"an array of shape {batch.shape}" if hasattr(batch, "shape") else repr(batch)
    raise TypeError(
        f"each batch is a pair: yield inputs[chosen], labels[chosen]. This came instead: {given}. "
        "(`return` would hand out one batch and end.)"
    )


def epoch_properties(seen, inputs, labels, batch_size, seed):
    """Name what must hold of an epoch: many orders are right. Labels are 10 times the place."""
    batches = seen["first"]
    fits = all(
        x.shape == (len(y), 2) and y.ndim == 1 and y.dtype.kind == labels.dtype.kind
        for x, y in batches
    )
    found = {"each batch has inputs of shape (B, 2) and labels of shape (B,)": fits}
    if not fits:
        return found | dict.fromkeys(EPOCH_PROPERTIES, "not looked at")
    x = np.concatenate([inputs[:0], *(x for x, _ in batches)])  # also when there is no batch
    y = np.concatenate([labels[:0], *(y for _, y in batches)])
    found |= {
        "every example comes exactly once": sorted(y.tolist()) == sorted(labels.tolist()),
        "each input keeps its own label": bool((x[:, 0] == y).all()),
        "batch sizes": [len(y) for _, y in batches],
    }
    if len(labels) >= ENOUGH:
        again, same = (
            [label for _, part in seen[epoch] for label in part.tolist()]
            for epoch in ("next", "equal")
        )
        far = [float(np.ptp(y)) >= 10 * batch_size for _, y in batches if len(y)]
        found |= {
            "the order is random": y.tolist() != labels.tolist(),
            "neighbours are parted, not only batches shuffled": bool(
                np.mean(np.diff(y) == 10) < 0.5
            ),
            "a batch holds examples from far apart": batch_size == 1 or any(far),
            "the next epoch has another order": y.tolist() != again,
            "an rng of the same seed gives the same order": y.tolist() == same,
        }
    return found


def minibatches_cases(rng: np.random.Generator) -> list[Case]:
    def numbered(group: str, n: int, batch_size: int) -> Case:
        labels = 10 * np.arange(n)
        return case(
            group,
            inputs=np.stack([labels, labels + 1], axis=1).astype(float),
            labels=labels,
            batch_size=batch_size,
            seed=int(rng.integers(1000)),
        )

    return [
        numbered("five examples in batches of two", 5, 2),
        numbered("batches that fit exactly", 6, 3),
        numbered("a whole epoch", 24, 4),
        numbered("a whole epoch", 31, 7),
        numbered("one batch larger than the data", 7, 10),
        numbered("batches of one", 13, 1),
    ]


# --------------------------------------------------------------------------------- sgd_epoch


def drive_sgd_epoch(answer, weights, inputs, labels, batch_size, learning_rate):
    """Fit a line by squared error: its gradient is the average of (x·w - y) x over a batch."""

    def gradient(w, x, y):
        return x.T @ (x @ w - y) / len(y)

    starts = range(0, len(inputs), batch_size)
    batches = ((inputs[i : i + batch_size], labels[i : i + batch_size]) for i in starts)
    return answer(weights, gradient, batches, learning_rate)


def sgd_epoch_cases(rng: np.random.Generator) -> list[Case]:
    def drawn(group: str, n: int, d: int, batch_size: int) -> Case:
        return case(
            group,
            weights=_rounded(rng, d),
            inputs=_rounded(rng, n, d),
            labels=_rounded(rng, n),
            batch_size=batch_size,
            learning_rate=0.1,
        )

    return [
        case(
            "two batches of one example",
            weights=np.array([0.0]),
            inputs=np.array([[1.0], [2.0]]),
            labels=np.array([4.0, 4.0]),
            batch_size=1,
            learning_rate=0.5,
        ),
        drawn("several batches", 6, 2, 2),
        drawn("several batches", 9, 4, 3),
        drawn("a last batch that is smaller", 7, 3, 4),
        drawn("one batch", 5, 2, 5),
    ]
