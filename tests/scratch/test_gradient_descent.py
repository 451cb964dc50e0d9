"""Gradient descent against closed forms, torch and scikit-learn."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn.preprocessing import StandardScaler

from course_utils.scratch.gradient_descent import (
    gradient_descent,
    max_stable_learning_rate,
    minibatches,
    sgd_epoch,
    standardize,
)

seeds = st.integers(0, 2**32 - 1)
sizes = st.integers(1, 6)


def random_hessian(rng, d):
    """Draw a symmetric matrix with eigenvalues between 0.1 and 10."""
    basis, _ = np.linalg.qr(rng.normal(size=(d, d)))
    return basis @ np.diag(rng.uniform(0.1, 10, d)) @ basis.T


@given(seed=seeds, d=sizes, steps=st.integers(0, 40), learning_rate=st.floats(0.001, 0.19))
def test_on_a_quadratic_the_error_is_multiplied_by_one_minus_rate_times_curvature(
    seed, d, steps, learning_rate
):
    rng = np.random.default_rng(seed)
    curvatures, start, minimum = rng.uniform(0.1, 10, d), rng.normal(size=d), rng.normal(size=d)
    path = gradient_descent(lambda w: curvatures * (w - minimum), start, learning_rate, steps)
    t = np.arange(steps + 1)[:, None]
    exact = minimum + (1 - learning_rate * curvatures) ** t * (start - minimum)
    np.testing.assert_allclose(path, exact, rtol=1e-9, atol=1e-12)


@given(seed=seeds, d=sizes)
def test_path_is_that_of_torch_sgd(seed, d):
    rng = np.random.default_rng(seed)
    hessian, start = random_hessian(rng, d), rng.normal(size=d)
    path = gradient_descent(lambda w: hessian @ w + np.sin(w), start, 0.05, 20)
    w = torch.tensor(start, requires_grad=True)
    optimizer = torch.optim.SGD([w], lr=0.05)
    for point in path:
        np.testing.assert_allclose(point, w.detach().numpy(), rtol=1e-9, atol=1e-12)
        optimizer.zero_grad()
        (w @ torch.tensor(hessian) @ w / 2 - torch.cos(w).sum()).backward()
        optimizer.step()


def test_a_plain_number_is_a_start_too():
    path = gradient_descent(lambda w: 2 * w, 8, 0.25, 3)
    np.testing.assert_array_equal(path, [8, 4, 2, 1])


@given(seed=seeds, d=sizes)
def test_just_below_the_stable_rate_a_quadratic_converges_and_just_above_it_does_not(seed, d):
    rng = np.random.default_rng(seed)
    hessian, start = random_hessian(rng, d), rng.normal(size=d)
    limit = max_stable_learning_rate(hessian)
    np.testing.assert_allclose(limit, 2 / np.linalg.norm(hessian, ord=2), rtol=1e-9)
    top = np.linalg.eigh(hessian)[1][:, -1]

    def size_after(rate):
        path = gradient_descent(lambda w: hessian @ w, start, rate, 400)
        return abs(path[-1] @ top) / abs(start @ top)

    assert size_after(0.99 * limit) < 0.001
    assert size_after(1.01 * limit) > 1000


@given(seed=seeds, n=st.integers(0, 30), batch_size=st.integers(1, 12))
def test_an_epoch_of_minibatches_holds_every_example_once_with_its_label(seed, n, batch_size):
    inputs, labels = np.arange(2 * n).reshape(n, 2), np.arange(n) * 10
    batches = list(minibatches(inputs, labels, batch_size, np.random.default_rng(seed)))
    sizes = [len(x) for x, _ in batches]
    assert sizes == [batch_size] * (n // batch_size) + ([n % batch_size] if n % batch_size else [])
    for x, y in batches:
        np.testing.assert_array_equal(x[:, 0] * 5, y)
    assert sorted(label for _, y in batches for label in y) == list(labels)


def test_every_order_of_three_examples_is_equally_likely():
    rng = np.random.default_rng(0)
    x = np.arange(3)
    orders = [tuple(b[0] for b, _ in minibatches(x, x, 1, rng)) for _ in range(6000)]
    _, counts = np.unique(orders, axis=0, return_counts=True)
    assert len(counts) == 6
    assert np.abs(counts - 1000).max() < 130  # 4.5 standard deviations


@given(seed=seeds, batch_size=st.integers(1, 7))
def test_an_epoch_of_sgd_is_that_of_torch(seed, batch_size):
    rng = np.random.default_rng(seed)
    x, y, start = rng.normal(size=(9, 3)), rng.normal(size=9), rng.normal(size=3)

    def gradient(w, inputs, labels):
        return 2 * inputs.T @ (inputs @ w - labels) / len(labels)

    batches = list(minibatches(x, y, batch_size, rng))
    before = start.copy()
    ours = sgd_epoch(start, gradient, iter(batches), 0.03)
    np.testing.assert_array_equal(start, before)
    w = torch.tensor(start, requires_grad=True)
    optimizer = torch.optim.SGD([w], lr=0.03)
    for inputs, labels in batches:
        optimizer.zero_grad()
        torch.nn.functional.mse_loss(torch.tensor(inputs) @ w, torch.tensor(labels)).backward()
        optimizer.step()
    np.testing.assert_allclose(ours, w.detach().numpy(), rtol=1e-9, atol=1e-12)


def test_an_epoch_without_batches_leaves_the_weights_where_they_are():
    start = np.array([1.0, 2.0])
    np.testing.assert_array_equal(sgd_epoch(start, None, [], 0.1), start)


@given(seed=seeds, n=st.integers(1, 12), m=st.integers(0, 5), d=sizes)
def test_standardizing_is_scikit_learns_scaler_fitted_on_the_training_set(seed, n, m, d):
    rng = np.random.default_rng(seed)
    scale = 10.0 ** rng.integers(-3, 4, d)
    train, test = rng.normal(size=(n, d)) * scale, rng.normal(size=(m, d)) * scale
    train[:, 0] = 0.1  # never varies, and its deviation comes out as 1e-17
    scaled, scaled_test = standardize(train, test)
    scaler = StandardScaler().fit(train)
    np.testing.assert_allclose(scaled, scaler.transform(train), rtol=1e-9, atol=1e-9)
    if m:
        np.testing.assert_allclose(scaled_test, scaler.transform(test), rtol=1e-9, atol=1e-9)


def test_a_constant_feature_whose_deviation_rounds_to_a_tiny_number_is_only_centred():
    train = np.full((3, 1), 0.1)
    assert np.std(train) != 0
    scaled, test = standardize(train, np.array([[0.6]]))
    np.testing.assert_allclose(scaled, 0, atol=1e-15)
    assert test[0, 0] == pytest.approx(0.5)
