"""The layers of notebook 01 against torch and against closed forms."""

import warnings
from contextlib import contextmanager
from itertools import pairwise

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from course_utils.scratch import layers

numbers = st.floats(-1e3, 1e3)
any_array = arrays(np.float64, array_shapes(min_dims=1, max_dims=3, min_side=0), elements=numbers)
rows = arrays(np.float64, array_shapes(min_dims=2, max_dims=3), elements=numbers)
widths = st.integers(1, 6)
seeds = st.integers(0, 2**32 - 1)

TORCH_TWINS = [
    (layers.sigmoid, torch.sigmoid),
    (layers.tanh, torch.tanh),
    (layers.relu, torch.relu),
    (layers.gelu, lambda z: F.gelu(z, approximate="tanh")),
    (layers.gelu_exact, F.gelu),
]
NAMES = [ours.__name__ for ours, _ in TORCH_TWINS]


@contextmanager
def warnings_are_errors():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


@given(x=arrays(np.float64, st.integers(1, 20), elements=st.integers(-100, 100).map(float)))
def test_standard_scores_have_mean_zero_and_deviation_one(x):
    scores = layers.standard_score(x)
    assert scores.shape == x.shape
    assert np.mean(scores) == pytest.approx(0, abs=1e-9)
    assert np.std(scores) == pytest.approx(0 if np.ptp(x) == 0 else 1, abs=1e-9)


@given(n=st.integers(0, 5), d_in=widths, d_out=widths, seed=seeds)
def test_affine_forward_equals_torch_linear(n, d_in, d_out, seed):
    rng = np.random.default_rng(seed)
    x, weight = rng.normal(size=(n, d_in)), rng.normal(size=(d_out, d_in))
    bias = rng.normal(size=d_out)
    expected = F.linear(*map(torch.from_numpy, (x, weight, bias))).numpy()
    np.testing.assert_allclose(layers.affine_forward(x, weight, bias), expected, atol=1e-12)


@pytest.mark.parametrize(("ours", "twin"), TORCH_TWINS, ids=NAMES)
@given(z=any_array)
def test_activations_equal_torch_without_a_warning(ours, twin, z):
    with warnings_are_errors():
        got = ours(z)
    assert got.shape == z.shape
    np.testing.assert_allclose(got, twin(torch.from_numpy(z)).numpy(), rtol=1e-9, atol=1e-15)


@pytest.mark.parametrize(("ours", "twin"), TORCH_TWINS, ids=NAMES)
def test_activations_take_single_numbers_and_whole_numbers(ours, twin):
    assert ours(-1.5) == pytest.approx(twin(torch.tensor(-1.5, dtype=torch.float64)).item())
    whole = np.array([-2, 0, 3])
    np.testing.assert_allclose(ours(whole), twin(torch.from_numpy(whole).double()).numpy())


@pytest.mark.parametrize("activation", [layers.sigmoid, layers.tanh, layers.relu, layers.gelu])
def test_activations_keep_single_precision(activation):
    assert activation(np.ones(3, dtype=np.float32)).dtype == np.float32


def test_gelu_forms_differ_by_less_than_their_docstring_says():
    z = np.linspace(-10, 10, 20_001)
    gap = np.max(np.abs(layers.gelu(z) - layers.gelu_exact(z)))
    assert 0.0004 < gap < 0.0005


@given(z=any_array)
def test_tanh_is_a_stretched_sigmoid(z):
    np.testing.assert_allclose(layers.tanh(z), 2 * layers.sigmoid(2 * z) - 1, atol=1e-15)


@given(z=rows)
def test_softmax_equals_torch_without_a_warning(z):
    with warnings_are_errors():
        got = layers.softmax(z)
    expected = torch.softmax(torch.from_numpy(z), dim=-1).numpy()
    np.testing.assert_allclose(got, expected, rtol=1e-9, atol=1e-300)


@given(z=rows, shift=numbers)
def test_softmax_rows_sum_to_one_and_do_not_feel_a_shift(z, shift):
    np.testing.assert_allclose(layers.softmax(z).sum(axis=-1), 1)
    np.testing.assert_allclose(layers.softmax(z + shift), layers.softmax(z), atol=1e-9)


@given(sizes=st.lists(widths, min_size=2, max_size=5), n=st.integers(1, 4), seed=seeds)
@pytest.mark.parametrize(
    ("ours", "twin"), TORCH_TWINS[:4], ids=lambda f: getattr(f, "__name__", "")
)
def test_mlp_forward_equals_a_torch_sequential(ours, twin, sizes, n, seed):
    rng = np.random.default_rng(seed)
    weights = [rng.normal(size=(d_out, d_in)) for d_in, d_out in pairwise(sizes)]
    biases = [rng.normal(size=len(weight)) for weight in weights]
    x = rng.normal(size=(n, sizes[0]))
    h = torch.from_numpy(x)
    for i, (weight, bias) in enumerate(zip(weights, biases, strict=True)):
        h = F.linear(h, torch.from_numpy(weight), torch.from_numpy(bias))
        if i < len(weights) - 1:
            h = twin(h)
    np.testing.assert_allclose(
        layers.mlp_forward(x, weights, biases, ours), h.numpy(), rtol=1e-9, atol=1e-9
    )


def test_mlp_forward_bends_with_relu_unless_told_otherwise():
    x, weights, biases = np.array([[1.0]]), [np.array([[-1.0]])] * 2, [np.array([0.0])] * 2
    assert layers.mlp_forward(x, weights, biases) == 0  # relu(-1) = 0
    assert layers.mlp_forward(x, weights, biases, lambda z: z) == 1


class Counter(float):
    """A number that counts how often numbers are multiplied."""

    products = 0

    def __mul__(self, other):
        Counter.products += 1
        return Counter(float(self) * float(other))

    def __add__(self, other):
        return Counter(float(self) + float(other))


@given(sizes=st.lists(widths, min_size=2, max_size=4), n=st.integers(1, 3))
def test_count_macs_counts_the_products_that_a_forward_pass_makes(sizes, n):
    counting = np.vectorize(Counter, otypes=[object])
    weights = [counting(np.ones((d_out, d_in))) for d_in, d_out in pairwise(sizes)]
    biases = [counting(np.zeros(len(weight))) for weight in weights]
    Counter.products = 0
    layers.mlp_forward(counting(np.ones((n, sizes[0]))), weights, biases, lambda z: z)
    assert layers.count_macs(sizes, n) == Counter.products
    assert layers.count_macs(sizes) * n == Counter.products


@pytest.mark.parametrize(
    ("init", "variance"),
    [(layers.he_init, 2 / 300), (layers.xavier_init, 2 / (300 + 200))],
    ids=["he", "xavier"],
)
def test_initialisations_draw_normal_weights_of_their_variance(init, variance):
    weight = init(300, 200, np.random.default_rng(0))
    assert weight.shape == (200, 300)
    scores = weight / np.sqrt(variance)
    # The moments of the standard normal: 0, 1, 0, 3. 60,000 draws give them within these margins.
    moments = [np.mean(scores**k) for k in (1, 2, 3, 4)]
    np.testing.assert_allclose(moments, [0, 1, 0, 3], atol=0.15)
    np.testing.assert_allclose(moments[:2], [0, 1], atol=0.025)
    np.testing.assert_array_equal(weight, init(300, 200, np.random.default_rng(0)))


def test_he_init_keeps_the_size_of_signals_through_thirty_relu_layers():
    rng = np.random.default_rng(0)
    h = rng.normal(size=(100, 400))
    for _ in range(30):
        h = layers.relu(h @ layers.he_init(400, 400, rng).T)
    assert 0.3 < np.mean(h**2) / 1.0 < 3
