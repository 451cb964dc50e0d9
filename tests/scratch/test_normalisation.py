"""Layer normalisation by hand, against PyTorch's and against small differences."""

import numpy as np
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st

from course_utils.scratch.gradients import numerical_gradient
from course_utils.scratch.normalisation import layer_norm, layer_norm_backward

shapes = st.lists(st.integers(1, 5), min_size=1, max_size=4)
epsilons = st.sampled_from([1e-5, 1e-3, 0.5])
seeds = st.integers(0, 10_000)


def drawn(shape, seed):
    rng = np.random.default_rng(seed)
    D = shape[-1]
    return rng.normal(2, 3, shape), rng.normal(size=D), rng.normal(size=D), rng.normal(size=shape)


@given(shapes, epsilons, seeds)
def test_forwards_and_back_it_is_pytorchs(shape, epsilon, seed):
    x, weight, bias, dy = drawn(shape, seed)
    twins = [torch.tensor(a, requires_grad=True) for a in (x, weight, bias)]
    expected = F.layer_norm(twins[0], (shape[-1],), twins[1], twins[2], epsilon)
    np.testing.assert_allclose(
        layer_norm(x, weight, bias, epsilon), expected.detach().numpy(), rtol=1e-9, atol=1e-9
    )
    expected.backward(torch.tensor(dy))
    for ours, twin in zip(layer_norm_backward(dy, x, weight, epsilon), twins, strict=True):
        np.testing.assert_allclose(ours, twin.grad.numpy(), rtol=1e-7, atol=1e-7)


def test_the_way_back_agrees_with_small_differences():
    x, weight, bias, dy = drawn((2, 3, 4), 0)
    dx, dweight, dbias = layer_norm_backward(dy, x, weight, 1e-3)

    def loss(x=x, weight=weight, bias=bias):
        return np.sum(dy * layer_norm(x, weight, bias, 1e-3))

    np.testing.assert_allclose(dx, numerical_gradient(loss, x), atol=1e-8)
    np.testing.assert_allclose(
        dweight, numerical_gradient(lambda w: loss(weight=w), weight), atol=1e-8
    )
    np.testing.assert_allclose(dbias, numerical_gradient(lambda b: loss(bias=b), bias), atol=1e-8)


@given(seeds, st.floats(-50, 50), st.floats(0.5, 50))
def test_neither_a_shift_nor_a_stretch_of_a_row_changes_it(seed, shift, factor):
    x, weight, bias, _ = drawn((3, 6), seed)
    expected = layer_norm(x, weight, bias, 0.0)
    np.testing.assert_allclose(layer_norm(factor * x + shift, weight, bias, 0.0), expected)


def test_a_row_of_equal_numbers_becomes_the_bias():
    bias = np.array([1.0, -2.0, 3.0])
    assert (layer_norm(np.full((2, 3), 7.0), np.ones(3), bias) == bias).all()
