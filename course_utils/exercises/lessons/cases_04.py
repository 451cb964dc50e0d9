"""The test cases of notebook 04."""

import numpy as np

from course_utils.exercises.exercise import Case, case


def _rounded(rng: np.random.Generator, *shape: int, scale: float = 2.0) -> np.ndarray:
    """Draw numbers with one decimal, so that a learner can follow them by hand."""
    return np.round(rng.normal(0, scale, shape), 1)


def mse_cases(rng: np.random.Generator) -> list[Case]:
    def drawn(group: str, *shape: int, offset: float = 0.0) -> Case:
        predictions = _rounded(rng, *shape) + offset
        return case(group, predictions=predictions, targets=_rounded(rng, *shape))

    return [
        case(
            "three numbers",
            predictions=np.array([1.0, 2.0, 3.0]),
            targets=np.array([1.0, 4.0, 2.0]),
        ),
        drawn("random numbers", 5),
        drawn("two outputs for each example", 4, 2),
        drawn("two outputs for each example", 3, 5),
        case("one number", predictions=np.array([3.0]), targets=np.array([1.0])),
        drawn("far away", 6, offset=1e4),
    ]


def huber_cases(rng: np.random.Generator) -> list[Case]:
    def drawn(group: str, *shape: int, delta: float) -> Case:
        targets = _rounded(rng, *shape)
        errors = _rounded(rng, *shape, scale=2 * delta)
        return case(group, predictions=targets + errors, targets=targets, delta=delta)

    return [
        case(
            "one small and one large error",
            predictions=np.array([0.5, 3.0]),
            targets=np.array([0.0, 0.0]),
            delta=1.0,
        ),
        case(
            "errors of both signs",
            predictions=np.array([-0.5, -4.0, 4.0]),
            targets=np.zeros(3),
            delta=1.0,
        ),
        case(
            "another delta",
            predictions=np.array([1.0, 3.0]),
            targets=np.array([0.0, 0.0]),
            delta=2.0,
        ),
        drawn("another delta", 6, delta=0.5),
        drawn("another delta", 5, delta=3.0),
        drawn("two outputs for each example", 4, 3, delta=2.0),
        drawn("huge errors", 4, delta=100.0),
    ]


def binary_cases(rng: np.random.Generator) -> list[Case]:
    def drawn(group: str, *shape: int) -> Case:
        return case(group, logits=_rounded(rng, *shape), labels=rng.integers(0, 2, shape) * 1.0)

    far = np.round(rng.uniform(40, 100, 2), 1)
    return [
        case("two examples", logits=np.array([2.0, 2.0]), labels=np.array([1.0, 0.0])),
        drawn("random logits", 5),
        drawn("several questions for each example", 3, 4),
        case(
            "shares instead of yes and no",
            logits=_rounded(rng, 4),
            labels=np.round(rng.uniform(0.1, 0.9, 4), 1),
        ),
        case("certain and wrong", logits=np.array([1000.0, -50.0]), labels=np.array([0.0, 1.0])),
        case("certain and wrong", logits=far * [-1, 1], labels=np.array([1.0, 0.0])),
        case("certain and right", logits=np.array([800.0, -900.0]), labels=np.array([1.0, 0.0])),
    ]


def _classified(
    rng: np.random.Generator, group: str, n: int, n_classes: int, offset: float = 0.0
) -> Case:
    logits = _rounded(rng, n, n_classes) + offset
    return case(group, logits=logits, labels=rng.integers(0, n_classes, n))


def cross_entropy_cases(rng: np.random.Generator) -> list[Case]:
    levels = np.array([[0.0], [900.0], [-900.0], [3000.0]])
    return [
        case(
            "two examples, two classes",
            logits=np.array([[0.0, 0.0], [1.0, 3.0]]),
            labels=np.array([0, 1]),
        ),
        _classified(rng, "random logits", 3, 4),
        _classified(rng, "random logits", 7, 5),
        _classified(rng, "one example", 1, 6),
        _classified(rng, "logits near 1000", 3, 4, offset=1000.0),
        case(
            "certain and wrong",
            logits=np.array([[1000.0, 0.0, -5.0], [0.0, 0.0, 800.0]]),
            labels=np.array([1, 0]),
        ),
        case(
            "rows of very different size",
            logits=_rounded(rng, 4, 3) + levels,
            labels=rng.integers(0, 3, 4),
        ),
    ]


def cross_entropy_backward_cases(rng: np.random.Generator) -> list[Case]:
    return [
        case("one example", logits=np.array([[0.0, 0.0]]), labels=np.array([0])),
        case("two examples", logits=np.array([[0.0, 0.0], [5.0, 5.0]]), labels=np.array([0, 1])),
        _classified(rng, "random logits", 3, 4),
        _classified(rng, "random logits", 5, 2),
        _classified(rng, "random logits", 4, 6),
        case("one class for all", logits=_rounded(rng, 3, 4), labels=np.full(3, 2)),
        _classified(rng, "logits near 1000", 2, 3, offset=1000.0),
    ]


def label_smoothing_cases(rng: np.random.Generator) -> list[Case]:
    def drawn(group: str, n: int, n_classes: int, smoothing: float) -> Case:
        labels = rng.integers(0, n_classes, n)
        return case(group, labels=labels, n_classes=n_classes, smoothing=smoothing)

    return [
        case("two examples", labels=np.array([2, 0]), n_classes=4, smoothing=0.2),
        drawn("random labels", 3, 5, 0.1),
        drawn("random labels", 6, 3, 0.3),
        drawn("no smoothing", 3, 4, 0.0),
        drawn("all smoothed away", 2, 5, 1.0),
        drawn("one example", 1, 3, 0.3),
    ]


def perplexity_cases(rng: np.random.Generator) -> list[Case]:
    def drawn(group: str, n: int) -> Case:
        return case(group, token_losses=np.round(rng.uniform(0.1, 6, n), 2))

    choices = int(rng.integers(2, 60))
    return [
        case("two tokens", token_losses=np.log(np.array([2.0, 8.0]))),
        drawn("random losses", 5),
        drawn("random losses", 12),
        case("guessing evenly among some tokens", token_losses=np.full(4, np.log(choices))),
        drawn("a long text", 1000),
        case("a mean that was taken before", token_losses=float(np.round(rng.uniform(1, 4), 2))),
    ]
