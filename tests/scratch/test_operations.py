"""The engine's larger operations against torch."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from engine_against_torch import assert_close, assert_same_gradients
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, mutually_broadcastable_shapes

from course_utils.scratch.autograd import Tensor
from course_utils.scratch.operations import (
    concatenate,
    cross_entropy,
    embedding,
    linear,
    masked_fill,
    where,
)

seeds = st.integers(0, 2**32 - 1)
sizes = st.integers(1, 5)
batches = array_shapes(min_dims=0, max_dims=3, max_side=3)


@given(batch=batches, d_in=sizes, d_out=sizes, bias=st.booleans(), seed=seeds)
def test_linear_has_torchs_gradients_for_every_batch_shape(batch, d_in, d_out, bias, seed):
    rng = np.random.default_rng(seed)
    shapes = [(*batch, d_in), (d_out, d_in), (d_out,)][: 2 + bias]
    assert_same_gradients(linear, F.linear, [rng.normal(size=shape) for shape in shapes])


@given(n=sizes, d_in=sizes, d_out=sizes, seed=seeds)
def test_linear_in_one_step_is_the_composed_one(n, d_in, d_out, seed):
    rng = np.random.default_rng(seed)
    x, w, b = rng.normal(size=(n, d_in)), rng.normal(size=(d_out, d_in)), rng.normal(size=d_out)
    tensors = [Tensor(w, requires_grad=True), Tensor(b, requires_grad=True)]
    linear(x, *tensors).tanh().sum().backward()
    fused = [tensor.grad for tensor in tensors]
    tensors = [Tensor(w, requires_grad=True), Tensor(b, requires_grad=True)]
    (x @ tensors[0].T + tensors[1]).tanh().sum().backward()
    for tensor, gradient in zip(tensors, fused, strict=True):
        assert_close(gradient, tensor.grad)


@given(vocabulary=sizes, features=sizes, shape=batches, seed=seeds)
def test_embedding_has_torchs_gradients_also_for_repeated_tokens(vocabulary, features, shape, seed):
    rng = np.random.default_rng(seed)
    tokens = rng.integers(0, vocabulary, shape)
    assert_same_gradients(
        lambda table: embedding(table, tokens),
        lambda table: F.embedding(torch.as_tensor(tokens), table),
        [rng.normal(size=(vocabulary, features))],
    )


@given(shape=array_shapes(max_dims=3, max_side=4), data=st.data(), seed=seeds)
def test_concatenate_has_torchs_gradients_along_any_axis(shape, data, seed):
    axis = data.draw(st.integers(-len(shape), len(shape) - 1))
    lengths = data.draw(st.lists(st.integers(1, 3), min_size=1, max_size=4))
    rng = np.random.default_rng(seed)
    arrays = []
    for length in lengths:
        lengths_of_one = list(shape)
        lengths_of_one[axis] = length
        arrays.append(rng.normal(size=lengths_of_one))
    constant = rng.normal(size=shape)
    assert_same_gradients(
        lambda *xs: concatenate([*xs, constant], axis=axis),
        lambda *xs: torch.cat([*xs, torch.tensor(constant)], dim=axis),
        arrays,
    )


@given(broadcast=mutually_broadcastable_shapes(num_shapes=3, max_dims=3, max_side=3), seed=seeds)
def test_where_has_torchs_gradients_for_all_broadcast_shapes(broadcast, seed):
    rng = np.random.default_rng(seed)
    condition, a, b = (rng.normal(size=shape) for shape in broadcast.input_shapes)
    condition = np.asarray(condition > 0)
    assert_same_gradients(
        lambda a, b: where(condition, a, b),
        lambda a, b: torch.where(torch.tensor(condition), a, b),
        [a, b],
    )


def test_where_gives_nothing_to_the_side_not_taken_even_if_it_is_infinite():
    x = Tensor([0.0, 4.0], requires_grad=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        where(x.data > 0, x.log(), 0.0).sum().backward()
    assert x.grad[1] == 0.25
    y = Tensor([-np.inf, 1.0], requires_grad=True)
    where(y.data > 0, y, 3.0).sum().backward()
    assert y.grad.tolist() == [0.0, 1.0]


@given(b=sizes, t=sizes, seed=seeds, causal=st.booleans())
def test_masked_softmax_has_torchs_gradients(b, t, seed, causal):
    mask = np.triu(np.ones((t, t), bool), 1) & causal
    assert_same_gradients(
        lambda x: masked_fill(x, mask, -np.inf).softmax(),
        lambda x: x.masked_fill(torch.tensor(mask), -torch.inf).softmax(-1),
        [np.random.default_rng(seed).normal(size=(b, t, t))],
    )


@given(batch=batches, classes=sizes, seed=seeds)
def test_cross_entropy_has_torchs_gradients(batch, classes, seed):
    rng = np.random.default_rng(seed)
    targets = rng.integers(0, classes, batch)
    assert_same_gradients(
        lambda z: cross_entropy(z, targets),
        lambda z: F.cross_entropy(z.reshape(-1, classes), torch.as_tensor(targets).reshape(-1)),
        [3 * rng.normal(size=(*batch, classes))],
    )


def test_cross_entropy_of_huge_scores_is_finite_and_has_the_gradient_p_minus_onehot():
    z = Tensor([[1000.0, 0.0], [-1000.0, 1000.0]], requires_grad=True)
    loss = cross_entropy(z, np.array([1, 1]))
    assert loss.item() == 500.0
    loss.backward()
    assert z.grad.tolist() == [[0.5, -0.5], [0.0, 0.0]]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_operations_keep_the_dtype(dtype):
    rng = np.random.default_rng(0)
    w = Tensor(rng.normal(size=(4, 3)).astype(dtype), requires_grad=True)
    b = Tensor(np.zeros(4, dtype), requires_grad=True)
    x = concatenate([embedding(w.T, [0, 2, 1]), np.ones((3, 4))], axis=0)  # (6, 4)
    x = where(rng.random((6, 4)) > 0.5, x, np.float64(1.5))
    h = masked_fill(linear(x[:, :3], w, b), rng.random((6, 4)) > 0.5, -1e9)
    loss = cross_entropy(h, np.zeros(6, int))
    assert {x.dtype, h.dtype, loss.dtype} == {np.dtype(dtype)}
    loss.backward()
    assert w.grad.dtype == b.grad.dtype == dtype


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda w: linear(np.ones((2, 4)), w), r"\(2, 4\) @ \(3, 5\)"),
        (lambda w: linear(np.ones((2, 2, 4)), w), r"\(2, 2, 4\) @ \(3, 5\)"),
        (lambda w: embedding(w, [0, 5]), "from 0 to 4, but reach from 0 to 5"),
        (lambda w: embedding(w, [0, -1]), "from 0 to 4, but reach from -1 to 0"),
        (lambda w: embedding(w, [0.0]), "whole numbers.*float64"),
        (lambda w: cross_entropy(w, [0, 1]), r"\(5, 3\).*\(5,\).*\(2,\)"),
        (lambda w: cross_entropy(w, [0, 1, 2, 3, 1]), "from 0 to 2, but reach from 0 to 3"),
        (lambda w: cross_entropy(w, [0, 1, 2, -1, 1]), "from 0 to 2, but reach from -1 to 2"),
        (lambda w: cross_entropy(w, np.ones(5)), "whole numbers.*float64"),
        (lambda w: cross_entropy(w[:0], np.ones(0, int)), r"shape \(0,\)"),
        (lambda w: cross_entropy(w.sum(), 0), r"logits of shape \(\)"),
    ],
)
def test_errors_say_what_was_given_and_what_was_wanted(wrong, message):
    with pytest.raises(ValueError, match=message):
        wrong(Tensor(np.ones((5, 3)), requires_grad=True))


@pytest.mark.parametrize("wrong", [lambda: concatenate([]), lambda: where(True, np.ones(2), 1.0)])
def test_operations_on_no_tensor_at_all_are_refused(wrong):
    with pytest.raises(TypeError, match="at least one operand must be a Tensor"):
        wrong()
