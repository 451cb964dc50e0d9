"""How the tests of the engine compare it with torch.autograd."""

import numpy as np
import torch

from course_utils.scratch.autograd import Tensor


def assert_same_gradients(ours, twin, arrays, rtol=1e-9, seed=0):
    """Run two functions of tensors on the same arrays; values and all gradients must agree.

    The output is met by a random gradient, so that no error can hide in a sum.
    """
    mine = [Tensor(array, requires_grad=True) for array in arrays]
    theirs = [torch.tensor(array, requires_grad=True) for array in arrays]
    y, expected = ours(*mine), twin(*theirs)
    assert y.shape == tuple(expected.shape)
    assert_close(y.data, expected.detach().numpy(), rtol)
    v = np.random.default_rng(seed).normal(size=y.shape)
    y.backward(v)
    expected.backward(torch.tensor(v, dtype=expected.dtype))
    for tensor, other in zip(mine, theirs, strict=True):
        assert isinstance(tensor.grad, np.ndarray)
        assert tensor.grad.shape == tensor.data.shape
        assert tensor.grad.dtype == tensor.data.dtype
        assert_close(tensor.grad, other.grad.numpy(), rtol)


def assert_close(got, expected, rtol=1e-9):
    """Relative to the largest number: single ones may be what is left when large ones cancel."""
    if got.size:
        scale = max(float(np.abs(expected).max()), 1e-300)
        assert float(np.abs(got - expected).max()) <= rtol * scale
