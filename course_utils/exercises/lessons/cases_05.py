"""The test cases of notebook 05, and how its answers are driven."""

import numpy as np

from course_utils.exercises.exercise import Case, case


def _rounded(rng: np.random.Generator, *shape: int, scale: float = 2.0) -> np.ndarray:
    """Draw numbers with one decimal, so that a learner can follow them by hand."""
    return np.round(rng.normal(0, scale, shape), 1)


# ------------------------------------------------------------------------------- optimizers


def drive_optimizer(answer, parameters, gradients, learning_rate, **settings):
    """Build an optimizer, take a step for each list of gradients, note the parameters each time.

    gradients: step -> list of arrays. A learning rate that is a list has one for each step, and is
    set from outside before it, as a schedule does.
    """
    parameters = [p.copy() for p in parameters]  # held here, as a network holds its own
    rates = learning_rate if isinstance(learning_rate, list) else [learning_rate] * len(gradients)
    optimizer = answer(list(parameters), rates[0], *settings.values())
    seen = {}
    for rate, (step, arrays) in zip(rates, gradients.items(), strict=True):
        optimizer.learning_rate = rate
        optimizer.step(arrays)
        for i, parameter in enumerate(parameters):
            seen[f"parameters[{i}] after {step}"] = parameter.copy()
    return seen


def _optimizer_cases(rng: np.random.Generator, rate: float, **settings) -> list[Case]:
    """Cases for an optimizer with these further arguments, drawn afresh for each by functions."""

    def drawn(group, shapes, steps, sizes=(2.0,), learning_rate=rate):
        sizes = np.resize(sizes, len(shapes))
        return case(
            group,
            parameters=[_rounded(rng, *shape) for shape in shapes],
            gradients={
                f"step {t}": [
                    np.round(rng.normal(0.5, 1, shape), 1) * size
                    for shape, size in zip(shapes, sizes, strict=True)
                ]
                for t in range(1, steps + 1)
            },
            learning_rate=learning_rate,
            **{name: draw(rng) for name, draw in settings.items()},
        )

    return [
        case(
            "one number, two steps",
            parameters=[np.array([1.0])],
            gradients={"step 1": [np.array([2.0])], "step 2": [np.array([0.5])]},
            learning_rate=rate,
            **{name: draw(None) for name, draw in settings.items()},
        ),
        drawn("several arrays", [(2, 3), (4,)], 3),
        drawn("several arrays", [(3,), (1, 2), (2, 2)], 5),
        drawn("gradients of very different sizes", [(2,), (3, 2)], 4, sizes=(1000.0, 0.001)),
        case(
            "gradients of 0",
            parameters=[_rounded(rng, 2)],
            gradients={
                "step 1": [np.zeros(2)],
                "step 2": [np.array([1.0, 0.0])],
                "step 3": [np.array([-1.5, 0.0])],
            },
            learning_rate=rate,
            **{name: draw(rng) for name, draw in settings.items()},
        ),
        drawn(
            "a learning rate that changes between steps",
            [(2,)],
            3,
            learning_rate=[rate, 2 * rate, rate / 4],
        ),
    ]


def _either(by_hand: float, low: float, high: float):
    """Give a setting: `by_hand` in the case to follow by hand, else drawn between two bounds."""
    return lambda rng: by_hand if rng is None else float(np.round(rng.uniform(low, high), 2))


def momentum_cases(rng: np.random.Generator) -> list[Case]:
    return _optimizer_cases(rng, 0.1, momentum=_either(0.5, 0.6, 0.95))


def adagrad_cases(rng: np.random.Generator) -> list[Case]:
    # A large epsilon shows whether it stands inside or outside the root.
    return _optimizer_cases(rng, 0.1, epsilon=_either(0.01, 0.02, 0.1))


def rmsprop_cases(rng: np.random.Generator) -> list[Case]:
    return _optimizer_cases(
        rng, 0.1, rho=_either(0.75, 0.6, 0.95), epsilon=_either(0.01, 0.02, 0.1)
    )


def _betas(rng: np.random.Generator | None) -> tuple[float, float]:
    if rng is None:
        return (0.5, 0.75)
    return (float(np.round(rng.uniform(0.6, 0.9), 2)), float(np.round(rng.uniform(0.93, 0.99), 2)))


def adam_cases(rng: np.random.Generator) -> list[Case]:
    return _optimizer_cases(rng, 0.1, betas=_betas, epsilon=_either(0.01, 0.02, 0.1))


def adamw_cases(rng: np.random.Generator) -> list[Case]:
    return _optimizer_cases(
        rng,
        0.1,
        betas=_betas,
        epsilon=_either(0.01, 0.001, 0.01),
        weight_decay=_either(0.5, 0.2, 0.8),
    )


# ---------------------------------------------------------------------------- newton_schulz


def drive_newton_schulz(answer, G, steps, **coefficients):
    return answer(G, steps, *coefficients.values())


def newton_schulz_cases(rng: np.random.Generator) -> list[Case]:
    return [
        case("a diagonal matrix", G=np.array([[3.0, 0.0], [0.0, 4.0]]), steps=1),
        case("square matrices", G=_rounded(rng, 3, 3), steps=2),
        case("square matrices", G=_rounded(rng, 4, 4), steps=5),
        case("wide matrices", G=_rounded(rng, 2, 5), steps=5),
        case("tall matrices", G=_rounded(rng, 4, 2), steps=3),
        case("tall matrices", G=_rounded(rng, 5, 1), steps=5),
        case("large and small numbers", G=1e6 * _rounded(rng, 3, 4), steps=5),
        # (An answer may add 1e-7 to the norm, as many do, in the place of a lower bound.)
        case("large and small numbers", rtol=1e-4, G=1e-2 * _rounded(rng, 3, 2), steps=5),
        case("a matrix of zeros", G=np.zeros((2, 3)), steps=5),
        case(
            "other coefficients",
            G=_rounded(rng, 3, 3),
            steps=4,
            coefficients=(1.875, -1.25, 0.375),
        ),
    ]


# ---------------------------------------------------------------------------- warmup_cosine


def warmup_cosine_cases(rng: np.random.Generator) -> list[Case]:
    def at(group: str, step: int, warmup: int, total: int, final: float = 0.0) -> Case:
        return case(
            group,
            step=step,
            peak=float(np.round(rng.uniform(0.1, 1), 2)),
            warmup_steps=warmup,
            total_steps=total,
            final=final,
        )

    warmup, total = int(rng.integers(5, 20)), int(rng.integers(60, 100))
    return [
        at("the warm-up", 0, 10, 100),
        at("the warm-up", 4, 10, 100),
        at("the warm-up", warmup - 1, warmup, total),
        at("the warm-up", 2, warmup, total, 0.05),
        at("the way down", warmup, warmup, total),
        at("the way down", (warmup + total) // 2, warmup, total),
        at("the way down", total - 2, warmup, total),
        at("a final rate above 0", warmup + 7, warmup, total, 0.05),
        at("a final rate above 0", total - 7, warmup, total, 0.02),
        at("no warm-up", 0, 0, total),
        at("no warm-up", 13, 0, total),
        at("the end and beyond", total, warmup, total),
        at("the end and beyond", total + 12, warmup, total, 0.01),
    ]


# --------------------------------------------------------------------------- clip_grad_norm


def drive_clip_grad_norm(answer, gradients, max_norm):
    """Clip, and look at the arrays that were handed in: they are to change in place."""
    norm = answer(list(gradients), max_norm)
    seen = {f"gradients[{i}] after the call": g for i, g in enumerate(gradients)}
    return seen | {"the norm that was returned": norm}


def clip_grad_norm_cases(rng: np.random.Generator) -> list[Case]:
    def drawn(group: str, shapes, max_norm: float, scale: float = 2.0) -> Case:
        gradients = [_rounded(rng, *shape, scale=1.0) * scale + scale / 4 for shape in shapes]
        return case(group, gradients=gradients, max_norm=max_norm)

    return [
        case("one array", gradients=[np.array([3.0, 4.0])], max_norm=1.0),
        case("two arrays", gradients=[np.array([6.0]), np.array([0.0, 8.0])], max_norm=5.0),
        drawn("several arrays", [(2, 3), (4,), (1, 5)], 2.0, 5.0),
        drawn("several arrays", [(3, 1), (2,)], 0.5, 100.0),
        case("a norm that is small enough", gradients=[np.array([0.3, 0.4])], max_norm=1.0),
        drawn("a norm that is small enough", [(2, 2), (3,)], 100.0),
        case("gradients of 0", gradients=[np.zeros(2), np.zeros((1, 2))], max_norm=1.0),
    ]
