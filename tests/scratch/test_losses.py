"""The losses against torch, over shapes drawn by hypothesis, and where torch is no help, by law."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from torch.nn import functional

from course_utils.scratch import losses

FINITE = st.floats(-50, 50, allow_subnormal=False)
HUGE = st.floats(-1000, 1000, allow_subnormal=False)


@st.composite
def pairs(draw, elements=FINITE):
    """Two arrays of one shape, of one to three dimensions."""
    shape = tuple(draw(st.lists(st.integers(1, 5), min_size=1, max_size=3)))
    return draw(arrays(np.float64, shape, elements=elements)), draw(
        arrays(np.float64, shape, elements=elements)
    )


@st.composite
def classified(draw, elements=HUGE):
    """Logits (N, C) and labels (N,)."""
    n, c = draw(st.integers(1, 6)), draw(st.integers(1, 7))
    logits = draw(arrays(np.float64, (n, c), elements=elements))
    return logits, draw(arrays(np.int64, (n,), elements=st.integers(0, c - 1)))


def _torch_value_and_gradient(loss, first, *rest, **options):
    leaf = torch.tensor(first, requires_grad=True)
    value = loss(leaf, *(torch.tensor(r) for r in rest), **options)
    value.backward()
    return value.item(), leaf.grad.numpy()


def _agrees(ours, theirs, rtol=1e-9, atol=1e-12):
    np.testing.assert_allclose(ours, theirs, rtol=rtol, atol=atol)


# -------------------------------------------------------------------------------- regression


@given(pair=pairs())
def test_mse_and_its_gradient_are_torchs(pair):
    value, gradient = _torch_value_and_gradient(functional.mse_loss, *pair)
    _agrees(losses.mse_loss(*pair), value)
    _agrees(losses.mse_loss_backward(*pair), gradient)


@given(pair=pairs())
def test_mae_and_its_gradient_are_torchs(pair):
    value, gradient = _torch_value_and_gradient(functional.l1_loss, *pair)
    _agrees(losses.mae_loss(*pair), value)
    _agrees(losses.mae_loss_backward(*pair), gradient)


@given(pair=pairs(), delta=st.floats(0.01, 20))
def test_huber_and_its_gradient_are_torchs(pair, delta):
    value, gradient = _torch_value_and_gradient(functional.huber_loss, *pair, delta=delta)
    _agrees(losses.huber_loss(*pair, delta), value)
    _agrees(losses.huber_loss_backward(*pair, delta), gradient)


@given(error=st.floats(-20, 20), delta=st.floats(0.1, 5))
def test_huber_lies_below_the_parabola_and_below_the_line_of_its_slope(error, delta):
    value = losses.huber_loss(np.array([error]), np.array([0.0]), delta)
    assert value <= error**2 / 2 + 1e-12
    assert value <= delta * abs(error) + 1e-12


@pytest.mark.parametrize(
    "loss",
    [
        losses.mse_loss,
        losses.mae_loss,
        losses.huber_loss,
        losses.binary_cross_entropy_with_logits,
        losses.soft_cross_entropy,
    ],
)
def test_shapes_that_would_broadcast_are_refused_by_name(loss):
    with pytest.raises(ValueError, match=r"\(4, 1\) and targets \(4,\)"):
        loss(np.zeros((4, 1)), np.zeros(4))


# ----------------------------------------------------------------------------------- yes or no


@given(data=st.data(), logits=arrays(np.float64, st.integers(1, 8), elements=HUGE))
def test_binary_cross_entropy_and_its_gradient_are_torchs_up_to_logits_of_1000(data, logits):
    share = st.one_of(st.sampled_from([0.0, 1.0]), st.floats(0, 1, allow_subnormal=False))
    labels = data.draw(arrays(np.float64, logits.shape, elements=share))
    value, gradient = _torch_value_and_gradient(
        functional.binary_cross_entropy_with_logits, logits, labels
    )
    _agrees(losses.binary_cross_entropy_with_logits(logits, labels), value)
    _agrees(losses.binary_cross_entropy_with_logits_backward(logits, labels), gradient)


@given(case=classified(elements=st.floats(-30, 30)))
def test_two_classes_are_one_logit_the_difference_of_the_two(case):
    logits, labels = case
    two = np.stack([logits[:, 0], logits[:, -1] + 1], axis=1)
    labels = labels % 2
    binary = losses.binary_cross_entropy_with_logits(two[:, 1] - two[:, 0], labels)
    _agrees(losses.cross_entropy(two, labels), binary)


# ------------------------------------------------------------------------------------ one of C


@given(case=classified())
def test_cross_entropy_and_its_gradient_are_torchs_up_to_logits_of_1000(case):
    value, gradient = _torch_value_and_gradient(functional.cross_entropy, *case)
    _agrees(losses.cross_entropy(*case), value)
    _agrees(losses.cross_entropy_backward(*case), gradient)


@given(case=classified(elements=FINITE), shift=st.floats(-500, 500))
def test_adding_a_number_to_all_logits_of_a_row_changes_nothing(case, shift):
    logits, labels = case
    _agrees(
        losses.cross_entropy(logits + shift, labels),
        losses.cross_entropy(logits, labels),
        atol=1e-9,
    )


@given(z=arrays(np.float64, st.tuples(st.integers(1, 4), st.integers(1, 6)), elements=HUGE))
def test_log_sum_exp_and_log_softmax_are_torchs(z):
    _agrees(losses.log_sum_exp(z), torch.logsumexp(torch.tensor(z), -1, keepdim=True).numpy())
    _agrees(losses.log_softmax(z), torch.log_softmax(torch.tensor(z), -1).numpy(), atol=1e-11)


@given(case=classified(), smoothing=st.floats(0, 1))
def test_smoothed_targets_give_torchs_smoothed_cross_entropy(case, smoothing):
    logits, labels = case
    targets = losses.label_smoothing_targets(labels, logits.shape[1], smoothing)
    value, gradient = _torch_value_and_gradient(
        functional.cross_entropy, logits, labels, label_smoothing=smoothing
    )
    _agrees(losses.soft_cross_entropy(logits, targets), value)
    _agrees(losses.soft_cross_entropy_backward(logits, targets), gradient)


@given(case=classified(), smoothing=st.floats(0, 1))
def test_smoothed_targets_are_distributions_that_favour_the_label(case, smoothing):
    logits, labels = case
    targets = losses.label_smoothing_targets(labels, logits.shape[1], smoothing)
    _agrees(targets.sum(axis=1), np.ones(len(labels)))
    assert (targets >= 0).all()
    right = targets[np.arange(len(labels)), labels]
    assert (right >= targets.max(axis=1) - 1e-12).all()


@given(case=classified(elements=FINITE))
def test_without_smoothing_the_soft_loss_is_the_hard_one(case):
    logits, labels = case
    targets = losses.label_smoothing_targets(labels, logits.shape[1], 0.0)
    np.testing.assert_array_equal(targets, losses.one_hot(labels, logits.shape[1]))
    _agrees(losses.soft_cross_entropy(logits, targets), losses.cross_entropy(logits, labels))


# ------------------------------------------------------------------------------ all of them

BATCH = np.random.default_rng(3)
LOGITS, LABELS = BATCH.normal(size=(5, 4)), BATCH.integers(0, 4, 5)
TARGETS = losses.label_smoothing_targets(LABELS, 4, 0.2)
WITH_GRADIENT = [
    ("mse_loss", TARGETS),
    ("mae_loss", TARGETS),
    ("huber_loss", TARGETS),
    ("binary_cross_entropy_with_logits", TARGETS),
    ("soft_cross_entropy", TARGETS),
    ("cross_entropy", LABELS),
]


@pytest.mark.parametrize(("name", "targets"), WITH_GRADIENT)
def test_gradients_agree_with_central_differences(name, targets):
    loss, backward = getattr(losses, name), getattr(losses, f"{name}_backward")
    h = 1e-6
    measured = np.zeros_like(LOGITS)
    for i in np.ndindex(LOGITS.shape):
        step = np.zeros_like(LOGITS)
        step[i] = h
        measured[i] = (loss(LOGITS + step, targets) - loss(LOGITS - step, targets)) / (2 * h)
    np.testing.assert_allclose(backward(LOGITS, targets), measured, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize(("name", "targets"), WITH_GRADIENT)
def test_nothing_that_is_given_is_changed_and_float32_stays_close(name, targets):
    logits, kept = LOGITS.copy(), np.copy(targets)
    loss, backward = getattr(losses, name), getattr(losses, f"{name}_backward")
    exact = loss(logits, targets), backward(logits, targets)
    np.testing.assert_array_equal(logits, LOGITS)
    np.testing.assert_array_equal(targets, kept)
    single = logits.astype(np.float32)
    np.testing.assert_allclose(loss(single, targets), exact[0], rtol=1e-5)
    np.testing.assert_allclose(backward(single, targets), exact[1], rtol=1e-4, atol=1e-6)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**31))
def test_one_cross_entropy_per_row_needs_the_rows_own_maximum(seed):
    """Rows of very different size: subtracting the maximum of the whole array would give -inf."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(size=(4, 3)) + np.array([[0.0], [900.0], [-900.0], [5000.0]])
    labels = rng.integers(0, 3, 4)
    per_row = [losses.cross_entropy(logits[i : i + 1], labels[i : i + 1]) for i in range(4)]
    value = losses.cross_entropy(logits, labels)
    assert np.isfinite(value)
    _agrees(value, np.mean(per_row))
