"""Logistic regression against torch and scikit-learn."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression
from torch.nn.functional import binary_cross_entropy_with_logits

from course_utils.data.digits import load_digits_split
from course_utils.scratch import logistic
from course_utils.scratch.gradient_descent import gradient_descent

seeds = st.integers(0, 2**32 - 1)


@given(seed=seeds, n=st.integers(1, 7), d=st.integers(1, 5), scale=st.sampled_from([1.0, 100.0]))
def test_loss_and_gradient_are_torchs(seed, n, d, scale):
    rng = np.random.default_rng(seed)
    weights, inputs = scale * rng.normal(size=d), rng.normal(size=(n, d))
    labels = rng.integers(0, 2, n)
    w = torch.tensor(weights, requires_grad=True)
    loss = binary_cross_entropy_with_logits(torch.tensor(inputs) @ w, torch.tensor(labels).double())
    loss.backward()
    ours = logistic.logistic_loss(weights, inputs, labels)
    np.testing.assert_allclose(ours, loss.item(), rtol=1e-9, atol=1e-12)
    gradient = logistic.logistic_gradient(weights, inputs, labels)
    np.testing.assert_allclose(gradient, w.grad.numpy(), rtol=1e-9, atol=1e-12)


def test_the_curvature_of_the_loss_never_exceeds_a_quarter_of_that_of_the_inputs():
    rng = np.random.default_rng(0)
    inputs, labels = rng.normal(size=(40, 3)), rng.integers(0, 2, 40)
    bound = np.linalg.eigvalsh(inputs.T @ inputs / len(inputs))[-1] / 4
    for scale in (0.0, 0.1, 1.0, 5.0):
        w = scale * rng.normal(size=3)
        hessian = torch.autograd.functional.hessian(
            lambda v: binary_cross_entropy_with_logits(
                torch.tensor(inputs) @ v, torch.tensor(labels).double()
            ),
            torch.tensor(w),
        )
        assert np.linalg.eigvalsh(hessian.numpy())[-1] <= bound * (1 + 1e-9)


def test_gradient_descent_finds_what_scikit_learn_finds():
    rng = np.random.default_rng(1)
    inputs = logistic.with_ones(rng.normal(size=(60, 2)))
    labels = (inputs @ [1.0, -2.0, 0.5] + rng.logistic(size=60) > 0).astype(int)
    path = gradient_descent(
        lambda w: logistic.logistic_gradient(w, inputs, labels), np.zeros(3), 1.0, 2000
    )
    peer = LogisticRegression(C=np.inf, fit_intercept=False, tol=1e-10).fit(inputs, labels)
    np.testing.assert_allclose(path[-1], peer.coef_[0], atol=1e-5)
    assert logistic.accuracy(path[-1], inputs, labels) == pytest.approx(peer.score(inputs, labels))


def test_two_real_digits_are_told_apart_from_nothing_but_the_gradient():
    digits = load_digits_split(0).only(3, 8)
    train, test = (logistic.with_ones(x) for x in (digits.train_images, digits.test_images))
    path = gradient_descent(
        lambda w: logistic.logistic_gradient(w, train, digits.train_labels), np.zeros(65), 0.5, 500
    )
    assert logistic.accuracy(path[0], test, digits.test_labels) < 0.6
    assert logistic.accuracy(path[-1], test, digits.test_labels) > 0.95
