"""The optimizers of notebook 05 against torch.optim, an SVD and what their formulas promise."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes

from course_utils.scratch import optimizers
from course_utils.scratch.optimizers import (
    SGD,
    AdaGrad,
    Adam,
    AdamW,
    Momentum,
    Muon,
    Nesterov,
    RMSprop,
    as_arrays,
    clip_grad_norm,
    newton_schulz,
    with_l2,
)

N_STEPS = 50
CLOSE = {"rtol": 1e-8, "atol": 1e-8}

seeds = st.integers(0, 2**32 - 1)
rates = st.floats(1e-4, 0.3)
# An average over one step makes the step g / |g|: a sign, in which a last digit decides all.
memories = st.floats(0.5, 0.9999)
decays = st.just(0.0) | st.floats(1e-4, 0.5)
shapes_of_parameters = st.lists(
    array_shapes(min_dims=0, max_dims=3, min_side=1, max_side=5), min_size=1, max_size=3
)
shapes_of_matrices = st.lists(
    st.tuples(st.integers(1, 7), st.integers(1, 7)), min_size=1, max_size=3
)


def draw(shapes, seed, dtype=np.float64):
    """Draw parameters, and gradients for every step; each array has gradients of its own size."""
    rng = np.random.default_rng(seed)
    parameters = [np.asarray(rng.normal(size=shape), dtype) for shape in shapes]
    sizes = 10 ** rng.uniform(-3, 2, len(shapes))
    steps = [
        [
            np.asarray(size * (rng.normal(size=shape) + 0.5), dtype)
            for size, shape in zip(sizes, shapes, strict=True)
        ]
        for _ in range(N_STEPS)
    ]
    return parameters, steps


def run_ours(optimizer, steps, l2=0.0):
    for gradients in steps:
        optimizer.step(with_l2(gradients, optimizer.parameters, l2) if l2 else gradients)
    return optimizer.parameters


def run_torch(make, parameters, steps):
    tensors = [torch.tensor(p, requires_grad=True) for p in parameters]
    optimizer = make(tensors)
    for gradients in steps:
        for tensor, g in zip(tensors, gradients, strict=True):
            tensor.grad = torch.tensor(g)
        optimizer.step()
    return [tensor.detach().numpy() for tensor in tensors]


def assert_same(ours, theirs, **tolerance):
    for a, b in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(a, b, **(tolerance or CLOSE))


def copies(arrays):
    return [a.copy() for a in arrays]


# ---------------------------------------------------------------- fifty steps beside torch.optim


@given(shapes_of_parameters, seeds, rates, decays)
def test_sgd_equals_torch(shapes, seed, rate, l2):
    parameters, steps = draw(shapes, seed)
    theirs = run_torch(lambda ps: torch.optim.SGD(ps, lr=rate, weight_decay=l2), parameters, steps)
    assert_same(run_ours(SGD(parameters, rate), steps, l2), theirs)


@pytest.mark.parametrize(("ours", "nesterov"), [(Momentum, False), (Nesterov, True)])
@given(
    shapes=shapes_of_parameters, seed=seeds, rate=rates, momentum=st.floats(0.1, 0.99), l2=decays
)
def test_momentum_and_nesterov_equal_torch(ours, nesterov, shapes, seed, rate, momentum, l2):
    parameters, steps = draw(shapes, seed)
    theirs = run_torch(
        lambda ps: torch.optim.SGD(
            ps, lr=rate, momentum=momentum, nesterov=nesterov, weight_decay=l2
        ),
        parameters,
        steps,
    )
    assert_same(run_ours(ours(parameters, rate, momentum), steps, l2), theirs)


@given(shapes_of_parameters, seeds, rates, decays)
def test_adagrad_equals_torch(shapes, seed, rate, l2):
    parameters, steps = draw(shapes, seed)
    theirs = run_torch(
        lambda ps: torch.optim.Adagrad(ps, lr=rate, weight_decay=l2), parameters, steps
    )
    assert_same(run_ours(AdaGrad(parameters, rate), steps, l2), theirs)


@given(shapes_of_parameters, seeds, rates, memories, decays)
def test_rmsprop_equals_torch(shapes, seed, rate, rho, l2):
    parameters, steps = draw(shapes, seed)
    theirs = run_torch(
        lambda ps: torch.optim.RMSprop(ps, lr=rate, alpha=rho, weight_decay=l2), parameters, steps
    )
    assert_same(run_ours(RMSprop(parameters, rate, rho), steps, l2), theirs)


@given(
    shapes_of_parameters,
    seeds,
    rates,
    st.tuples(st.floats(0.0, 0.99), memories),
    decays,
    st.floats(1e-10, 1e-3),
)
def test_adam_equals_torch(shapes, seed, rate, betas, l2, epsilon):
    parameters, steps = draw(shapes, seed)
    theirs = run_torch(
        lambda ps: torch.optim.Adam(ps, lr=rate, betas=betas, eps=epsilon, weight_decay=l2),
        parameters,
        steps,
    )
    assert_same(run_ours(Adam(parameters, rate, betas, epsilon), steps, l2), theirs)


@given(shapes_of_parameters, seeds, rates, st.tuples(st.floats(0.0, 0.99), memories), decays)
def test_adamw_equals_torch(shapes, seed, rate, betas, decay):
    parameters, steps = draw(shapes, seed)
    theirs = run_torch(
        lambda ps: torch.optim.AdamW(ps, lr=rate, betas=betas, weight_decay=decay),
        parameters,
        steps,
    )
    assert_same(run_ours(AdamW(parameters, rate, betas, weight_decay=decay), steps), theirs)


@settings(max_examples=30)
@given(shapes_of_matrices, seeds, st.floats(1e-3, 0.1), st.floats(0.0, 0.99), decays)
def test_muon_follows_torch_as_far_as_its_bfloat16_reaches(shapes, seed, rate, momentum, decay):
    parameters, steps = draw(shapes, seed)
    theirs = run_torch(
        lambda ps: torch.optim.Muon(ps, lr=rate, momentum=momentum, weight_decay=decay),
        parameters,
        steps,
    )
    ours = run_ours(Muon(copies(parameters), rate, momentum, decay), steps)
    # torch orthogonalises in bfloat16 (3 digits). What that changes of each step stays well below
    # the step itself, which is `rate` times an orthogonal matrix.
    for start, a, b in zip(parameters, ours, theirs, strict=True):
        moved = np.linalg.norm(b - start)
        assert np.linalg.norm(a - b) < 0.1 * max(moved, rate * N_STEPS**0.5)


# ------------------------------------------------------------------------ Muon beside an SVD


def polynomial_of_singular_values(matrix, steps, coefficients):
    """What Newton-Schulz means: the same U and V, every singular value through the polynomial."""
    a, b, c = coefficients
    U, s, Vt = np.linalg.svd(matrix, full_matrices=False)
    s = s / np.sqrt((s**2).sum())
    for _ in range(steps):
        s = a * s + b * s**3 + c * s**5
    return (U * s) @ Vt


@given(st.integers(1, 9), st.integers(1, 9), seeds, st.integers(0, 6))
def test_newton_schulz_changes_the_singular_values_alone(rows, columns, seed, steps):
    matrix = np.random.default_rng(seed).normal(size=(rows, columns))
    expected = polynomial_of_singular_values(matrix, steps, (3.4445, -4.775, 2.0315))
    np.testing.assert_allclose(newton_schulz(matrix, steps), expected, atol=1e-10)


@given(st.integers(1, 9), st.integers(1, 9), seeds)
def test_newton_schulz_with_converging_coefficients_is_the_nearest_orthogonal_matrix(
    rows, columns, seed
):
    rng = np.random.default_rng(seed)
    U, _, Vt = np.linalg.svd(rng.normal(size=(rows, columns)), full_matrices=False)
    matrix = (U * rng.uniform(0.01, 10, min(rows, columns))) @ Vt
    found = newton_schulz(matrix, steps=40, coefficients=(15 / 8, -10 / 8, 3 / 8))
    np.testing.assert_allclose(found, U @ Vt, atol=1e-9)


@given(seeds, st.floats(1e-3, 1.0))
def test_five_steps_leave_singular_values_near_one(seed, smallest):
    rng = np.random.default_rng(seed)
    U, _, Vt = np.linalg.svd(rng.normal(size=(6, 9)), full_matrices=False)
    matrix = (U * np.geomspace(smallest**0.25, 1.0, 6)) @ Vt
    if smallest**0.25 / np.linalg.norm(matrix) > 0.02:
        s = np.linalg.svd(newton_schulz(matrix), compute_uv=False)
        assert s.min() > 0.65
        assert s.max() < 1.25


@given(shapes_of_matrices, seeds, rates, st.floats(0.0, 0.99), decays)
def test_muon_equals_a_reference_by_svd(shapes, seed, rate, momentum, decay):
    parameters, steps = draw(shapes, seed)
    expected = copies(parameters)
    sums = [
        np.zeros_like(w) for w in expected
    ]  # Polyak's sum, not an average: only the size differs
    for gradients in steps:
        for w, g, total in zip(expected, gradients, sums, strict=True):
            total[...] = momentum * total + g
            direction = polynomial_of_singular_values(
                g + momentum * total, 5, (3.4445, -4.775, 2.0315)
            )
            w[...] = (1 - rate * decay) * w - rate * max(
                1, w.shape[0] / w.shape[1]
            ) ** 0.5 * direction
    assert_same(run_ours(Muon(parameters, rate, momentum, decay), steps), expected)


def test_newton_schulz_of_zeros_is_zeros():
    assert (newton_schulz(np.zeros((3, 4))) == 0).all()


def test_muon_refuses_vectors_and_says_who_takes_them():
    with pytest.raises(ValueError, match=r"shape \(3,\).*AdamW"):
        Muon([np.zeros((2, 2)), np.zeros(3)], 0.02)


# --------------------------------------------------------------------- what the formulas promise


@given(st.integers(1, 60), st.floats(0.0, 0.99))
def test_momentum_sums_earlier_gradients_with_falling_weight(n_steps, momentum):
    g = np.random.default_rng(n_steps).normal(size=n_steps)
    w = np.zeros(1)
    optimizer = Momentum([w], 1.0, momentum)
    for value in g:
        before = w.copy()
        optimizer.step([np.array([value])])
    weights = momentum ** np.arange(n_steps)[::-1]
    np.testing.assert_allclose(before - w, (weights * g).sum(), atol=1e-10)


@given(seeds, st.floats(0.0, 0.99), st.floats(1e-3, 0.1))
def test_nesterov_is_momentum_with_the_gradient_taken_ahead(seed, momentum, rate):
    """The form in which Nesterov's method is taught: v ← μ v + ∇f(w − η μ v), w ← w − η v."""
    rng = np.random.default_rng(seed)
    curvature, start = rng.uniform(0.1, 5, 4), rng.normal(size=4)
    taught, v = start.copy(), np.zeros(4)
    ahead = start.copy()
    ours = Nesterov([ahead], rate, momentum)
    for _ in range(N_STEPS):
        v = momentum * v + curvature * (taught - rate * momentum * v)
        taught = taught - rate * v
        ours.step([curvature * ahead])
        np.testing.assert_allclose(ahead, taught - rate * momentum * v, atol=1e-9)


@given(seeds, st.floats(1e-3, 1e3))
def test_first_step_of_adam_is_the_rate_for_gradients_of_any_size(seed, size):
    g = size * np.random.default_rng(seed).choice([-2.0, -1.0, 1.0, 3.0], 5)
    w = np.zeros(5)
    Adam([w], 0.01).step([g])
    np.testing.assert_allclose(w, -0.01 * np.sign(g), rtol=1e-4)


@given(seeds, st.floats(1e-3, 1e3), st.sampled_from([AdaGrad, RMSprop, Adam]))
def test_adaptive_optimizers_do_not_see_the_scale_of_the_gradient(seed, scale, kind):
    parameters, steps = draw([(3, 2)], seed)
    one = run_ours(kind(copies(parameters), 0.01, epsilon=0.0), steps)
    other = run_ours(
        kind(copies(parameters), 0.01, epsilon=0.0), [[scale * g for g in gs] for gs in steps]
    )
    assert_same(one, other, rtol=1e-6, atol=1e-9)


def test_adamw_shrinks_weights_alike_and_l2_in_adam_does_not():
    rng = np.random.default_rng(0)
    noise = np.array([100.0, 0.01])  # gradients of mean 0: all that lasts is the decay
    decoupled, coupled = np.ones(2), np.ones(2)
    adamw = AdamW([decoupled], 1e-4, weight_decay=1.0)
    adam = Adam([coupled], 1e-4)
    for _ in range(2000):
        g = noise * rng.normal(size=2)
        adamw.step([g])
        adam.step(with_l2([g], [coupled], 1.0))
    np.testing.assert_allclose(decoupled, (1 - 1e-4) ** 2000, atol=0.02)
    assert coupled[0] > 0.97
    assert coupled[1] < 0.85


@pytest.mark.parametrize("kind", [SGD, Momentum, Nesterov, AdaGrad, RMSprop, Adam, AdamW, Muon])
def test_parameters_change_in_place_gradients_do_not_and_float32_stays(kind):
    w = np.ones((3, 2), np.float32)
    g = np.full((3, 2), 0.5, np.float32)
    optimizer = kind([w], 0.01)
    optimizer.step([g])
    optimizer.step([g])
    assert optimizer.parameters[0] is w
    assert (w < 1).all()
    assert w.dtype == np.float32
    assert (g == 0.5).all()


@pytest.mark.parametrize("kind", [SGD, Momentum, Nesterov, AdaGrad, RMSprop, Adam, AdamW, Muon])
def test_learning_rate_can_be_set_before_any_step(kind):
    w = np.ones((2, 2))
    optimizer = kind([w], 0.01)
    optimizer.step([np.ones((2, 2))])
    before = w.copy()
    optimizer.learning_rate = 0.0
    optimizer.step([np.ones((2, 2))])
    assert (w == before).all()


def test_as_arrays_takes_what_has_an_array_as_its_data():
    class Tensor:
        data = np.zeros(3)

    array = np.zeros(2)
    found = as_arrays([array, Tensor()])
    assert found[0] is array
    assert found[1] is Tensor.data


@pytest.mark.parametrize(
    ("parameters", "says"),
    [([np.arange(3)], "floats"), ([[1.0, 2.0]], "type list"), ([3.0], "type float")],
)
def test_parameters_that_cannot_be_changed_in_place_are_refused(parameters, says):
    with pytest.raises(TypeError, match=says):
        as_arrays(parameters)


# -------------------------------------------------------------------------------------- clipping


@given(shapes_of_parameters, seeds, st.floats(1e-3, 1e3))
def test_clipping_equals_torch(shapes, seed, max_norm):
    gradients, _ = draw(shapes, seed)
    tensors = [torch.zeros(g.shape, dtype=torch.float64) for g in gradients]
    for tensor, g in zip(tensors, gradients, strict=True):
        tensor.grad = torch.tensor(g)
    theirs = torch.nn.utils.clip_grad_norm_(tensors, max_norm).item()
    ours = clip_grad_norm(gradients, max_norm)
    assert ours == pytest.approx(theirs, rel=1e-12)
    # torch divides by the norm plus 1e-6
    assert_same(
        gradients, [t.grad.numpy() for t in tensors], rtol=2e-6 / min(ours, 1.0), atol=1e-12
    )


@given(shapes_of_parameters, seeds, st.floats(1e-3, 1e3))
def test_clipped_norm_is_at_most_the_bound_and_the_direction_stays(shapes, seed, max_norm):
    gradients, _ = draw(shapes, seed)
    before = np.concatenate([g.ravel() for g in gradients])
    norm = clip_grad_norm(gradients, max_norm)
    after = np.concatenate([g.ravel() for g in gradients])
    assert norm == pytest.approx(np.linalg.norm(before))
    assert np.linalg.norm(after) == pytest.approx(min(norm, max_norm))
    np.testing.assert_allclose(after * np.linalg.norm(before), before * np.linalg.norm(after))


def test_scratch_optimizers_do_not_import_torch():
    assert not hasattr(optimizers, "torch")
