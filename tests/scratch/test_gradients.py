"""The gradients of notebook 02 against torch.autograd and closed forms."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from engine_against_torch import assert_close
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes

from course_utils.scratch import gradients
from course_utils.scratch.layers import sigmoid, softmax

sizes = st.integers(1, 6)
seeds = st.integers(0, 2**32 - 1)
shapes = array_shapes(min_dims=1, max_dims=3, max_side=5)


def torchs(function, dy, *inputs):
    """The vector-Jacobian products of a torch function."""
    tensors = [torch.tensor(x, requires_grad=True) for x in inputs]
    function(*tensors).backward(torch.tensor(dy))
    return [tensor.grad.numpy() for tensor in tensors]


@given(shape=shapes, seed=seeds)
def test_numerical_gradient_of_smooth_functions_is_the_exact_one(shape, seed):
    x = np.random.default_rng(seed).normal(size=shape)
    before = x.copy()
    for f, exact in [
        (lambda x: np.sum(x**2), 2 * x),
        (lambda x: np.sum(np.sin(x)), np.cos(x)),
        (lambda x: np.prod(np.cosh(x)), np.tanh(x) * np.prod(np.cosh(x))),
    ]:
        got = gradients.numerical_gradient(f, x)
        assert got.shape == shape
        assert_close(got, exact, rtol=1e-6)
    assert (x == before).all()


def test_numerical_gradient_is_exact_for_a_parabola_whatever_h_is():
    """Central differences have no error of the second order."""
    for h in (2.0, 0.5, 0.125):
        got = gradients.numerical_gradient(lambda x: float(3 * x[0] ** 2), np.array([1.0]), h)
        assert got == pytest.approx(6.0)


def test_numerical_gradient_takes_whole_numbers_too():
    got = gradients.numerical_gradient(lambda x: float(np.sum(x**2)), np.array([1, 2]))
    assert_close(got, np.array([2.0, 4.0]), rtol=1e-8)


@given(n=st.integers(0, 6), d_in=sizes, d_out=sizes, seed=seeds)
def test_affine_backward_has_torchs_gradients(n, d_in, d_out, seed):
    rng = np.random.default_rng(seed)
    x, weight, bias = (rng.normal(size=s) for s in ((n, d_in), (d_out, d_in), d_out))
    dy = rng.normal(size=(n, d_out))
    got = gradients.affine_backward(dy, x, weight)
    for mine, theirs in zip(got, torchs(F.linear, dy, x, weight, bias), strict=True):
        assert mine.shape == theirs.shape
        assert_close(mine, theirs)


@given(shape=shapes, seed=seeds)
def test_activations_have_torchs_gradients(shape, seed):
    rng = np.random.default_rng(seed)
    z, dy = 2 * rng.normal(size=shape), rng.normal(size=shape)
    z.flat[0] = 0.0
    assert_close(gradients.sigmoid_backward(dy, sigmoid(z)), torchs(torch.sigmoid, dy, z)[0])
    assert_close(gradients.relu_backward(dy, z), torchs(torch.relu, dy, z)[0])
    (expected,) = torchs(lambda z: F.softmax(z, dim=-1), dy, z)
    assert_close(gradients.softmax_backward(dy, softmax(z)), expected)


@given(n=sizes, c=sizes, seed=seeds)
def test_softmax_backward_pushes_no_row_as_a_whole(n, c, seed):
    """Adding a constant to a row's scores changes no probability, so each row's sum is 0."""
    rng = np.random.default_rng(seed)
    dz = gradients.softmax_backward(rng.normal(size=(n, c)), softmax(rng.normal(size=(n, c))))
    np.testing.assert_allclose(dz.sum(axis=1), 0, atol=1e-14)


@given(n=sizes, d=sizes, h=sizes, c=sizes, seed=seeds)
def test_mlp_backward_has_torchs_loss_and_gradients(n, d, h, c, seed):
    rng = np.random.default_rng(seed)
    x, labels = rng.normal(size=(n, d)), rng.integers(0, c, n)
    weights = [rng.normal(size=(h, d)), rng.normal(size=(c, h))]
    biases = [rng.normal(size=h), rng.normal(size=c)]
    loss, dweights, dbiases = gradients.mlp_backward(x, labels, weights, biases)
    W1, W2, b1, b2 = (torch.tensor(p, requires_grad=True) for p in (*weights, *biases))
    hidden = torch.relu(F.linear(torch.tensor(x), W1, b1))
    expected = F.cross_entropy(F.linear(hidden, W2, b2), torch.tensor(labels))
    expected.backward()
    assert loss == pytest.approx(expected.item(), rel=1e-9)
    for got, twin in zip((*dweights, *dbiases), (W1, W2, b1, b2), strict=True):
        assert got.shape == tuple(twin.shape)
        np.testing.assert_allclose(got, twin.grad.numpy(), rtol=1e-9, atol=1e-12)
