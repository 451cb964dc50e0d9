"""Modules against their twins in torch, and how they find and load parameters."""

import itertools

import numpy as np
import pytest
import torch
from engine_against_torch import assert_close
from hypothesis import given
from hypothesis import strategies as st

from course_utils.scratch.autograd import Tensor
from course_utils.scratch.modules import MLP, Embedding, LayerNorm, Linear, Module, parameter
from course_utils.scratch.operations import cross_entropy

sizes = st.integers(1, 5)
seeds = st.integers(0, 2**32 - 1)


def assert_same_as_torch(module, twin, x):
    """Load the twin's weights; output and all gradients must agree."""
    twin = twin.double()
    module.load({name: p.detach().numpy() for name, p in twin.named_parameters()})
    assert list(module.named_parameters()) == [name for name, _ in twin.named_parameters()]
    y, expected = module(x), twin(torch.tensor(x))
    assert_close(y.data, expected.detach().numpy())
    v = np.random.default_rng(0).normal(size=y.shape)
    y.backward(v)
    expected.backward(torch.tensor(v))
    for name, other in twin.named_parameters():
        np.testing.assert_allclose(
            module.named_parameters()[name].grad, other.grad.numpy(), rtol=1e-9, atol=1e-10
        )


@given(n=sizes, d_in=sizes, d_out=sizes, bias=st.booleans(), seed=seeds)
def test_linear_is_torchs(n, d_in, d_out, bias, seed):
    rng = np.random.default_rng(seed)
    module = Linear(d_in, d_out, rng, bias=bias)
    assert_same_as_torch(module, torch.nn.Linear(d_in, d_out, bias), rng.normal(size=(n, d_in)))


@given(n=sizes, d=sizes, seed=seeds)
def test_embedding_is_torchs(n, d, seed):
    rng = np.random.default_rng(seed)
    tokens = rng.integers(0, n, (2, 3))
    assert_same_as_torch(Embedding(n, d, rng), torch.nn.Embedding(n, d), tokens)


@given(n=sizes, d=st.integers(2, 6), seed=seeds)
def test_layer_norm_is_torchs(n, d, seed):
    x = np.random.default_rng(seed).normal(size=(n, 2, d))
    module = LayerNorm(d)
    assert_same_as_torch(module, torch.nn.LayerNorm(d), x)


@given(n=sizes, widths=st.lists(sizes, min_size=2, max_size=4), seed=seeds)
def test_mlp_is_torchs(n, widths, seed):
    rng = np.random.default_rng(seed)
    parts = []
    for d_in, d_out in itertools.pairwise(widths):
        parts += [torch.nn.Linear(d_in, d_out), torch.nn.Tanh()]

    class Twin(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.layers = torch.nn.ModuleList(parts[::2])

        def forward(self, x):
            for layer in self.layers[:-1]:
                x = layer(x).tanh()
            return self.layers[-1](x)

    assert_same_as_torch(MLP(widths, rng, Tensor.tanh), Twin(), rng.normal(size=(n, widths[0])))


def test_parameters_are_found_once_in_attributes_lists_and_submodules():
    class Net(Module):
        def __init__(self):
            self.scale = parameter(1.0)
            self.constant = Tensor(2.0)
            self.parts = [parameter([0.0]), {"not": "searched"}, LayerNorm(2)]
            self.again = self.scale

    net = Net()
    assert list(net.named_parameters()) == ["scale", "parts.0", "parts.2.weight", "parts.2.bias"]
    (net.scale * 2).backward()
    net.zero_grad()
    assert net.scale.grad is None


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_modules_compute_in_their_dtype(dtype):
    rng = np.random.default_rng(0)
    net = MLP([3, 4, 2], rng, dtype=dtype)
    loss = cross_entropy(LayerNorm(2, dtype=dtype)(net(rng.normal(size=(5, 3)))), [0, 1, 0, 1, 1])
    loss.backward()
    assert loss.dtype == dtype
    assert all(p.grad.dtype == p.dtype == dtype for p in net.parameters())


def test_load_writes_into_the_arrays_that_optimizers_hold_and_checks_shapes():
    layer = Linear(2, 1, np.random.default_rng(0))
    held = layer.weight.data
    layer.load({"weight": np.array([[1.0, 2.0]]), "bias": np.array([3.0]), "other": 1})
    assert held.tolist() == [[1.0, 2.0]]
    with pytest.raises(KeyError, match=r"'bias'.*given: weight"):
        layer.load({"weight": np.ones((1, 2))})
    with pytest.raises(ValueError, match=r"'weight'.*\(1, 2\).*\(2, 1\)"):
        layer.load({"weight": np.ones((2, 1)), "bias": np.ones(1)})


def test_a_module_without_forward_says_so():
    class Empty(Module):
        pass

    with pytest.raises(NotImplementedError, match="Empty has no forward"):
        Empty()(1)
