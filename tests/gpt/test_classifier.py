"""The classifier of notebook 06 against NumPy, closed forms and scikit-learn."""

import itertools

import numpy as np
import pytest
import sklearn.metrics
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from torch import nn

from course_utils.gpt.classifier import (
    EarlyStopping,
    TwoLayerMLP,
    confusion_matrix,
    evaluate,
    train_epoch,
)
from course_utils.scratch.modules import MLP

sizes = st.integers(1, 7)


def cut(x, labels, sizes):
    """Cut examples into batches of these sizes, one after the other."""
    edges = np.cumsum([0, *sizes])
    return [
        (torch.from_numpy(x[a:b]), torch.from_numpy(labels[a:b]))
        for a, b in itertools.pairwise(edges)
    ]


@given(sizes, sizes, sizes, sizes, st.integers(0, 99))
def test_network_gives_what_the_numpy_network_gives_with_equal_weights(
    n, d_in, hidden, d_out, seed
):
    rng = np.random.default_rng(seed)
    ours = MLP([d_in, hidden, d_out], rng)
    theirs = TwoLayerMLP(d_in, hidden, d_out, dropout=0.5).double().eval()
    with torch.no_grad():
        for layer, linear in zip(ours.layers, (theirs.hidden, theirs.output), strict=True):
            linear.weight.copy_(torch.from_numpy(layer.weight.data))
            linear.bias.copy_(torch.from_numpy(layer.bias.data))
    x = rng.normal(size=(n, d_in))
    np.testing.assert_allclose(theirs(torch.from_numpy(x)).detach(), ours(x).data, atol=1e-12)


@pytest.mark.parametrize("dropout", [0.2, 0.5])
def test_dropout_leaves_that_share_of_hidden_values_out_and_keeps_their_mean(dropout):
    model = TwoLayerMLP(3, 20_000, 1, dropout)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.fill_(0)
        model.hidden.bias.fill_(1)  # every hidden value is 1 ...
        model.output.weight.fill_(1 / 20_000)  # ... and the output their mean
        torch.manual_seed(0)
        kept = torch.stack([model.train()(torch.zeros(1, 3)) for _ in range(20)])
        assert kept.mean() == pytest.approx(1, abs=0.01)
        assert kept.std() == pytest.approx((dropout / (1 - dropout) / 20_000) ** 0.5, rel=0.5)
        assert model.eval()(torch.zeros(1, 3)).item() == pytest.approx(1, abs=1e-4)


def softmax_of(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


@given(st.lists(sizes, min_size=1, max_size=4), sizes, st.integers(2, 5), st.integers(0, 99))
def test_epoch_makes_the_steps_that_the_closed_form_makes(batch_sizes, d, c, seed):
    rng = np.random.default_rng(seed)
    n = sum(batch_sizes)
    x, labels = rng.normal(size=(n, d)), rng.integers(0, c, n)
    W, b, rate = rng.normal(size=(c, d)), np.zeros(c), 0.1
    model = nn.Linear(d, c).double()
    with torch.no_grad():
        model.weight.copy_(torch.from_numpy(W))
        model.bias.zero_()
    optimizer = torch.optim.SGD(model.parameters(), lr=rate)
    batches = cut(x, labels, batch_sizes)
    mean_loss = train_epoch(model, batches, optimizer)

    losses = []
    for xb, yb in ((xb.numpy(), yb.numpy()) for xb, yb in batches):
        p = softmax_of(xb @ W.T + b)
        losses.extend(-np.log(p[np.arange(len(yb)), yb]))
        dz = (p - np.eye(c)[yb]) / len(yb)
        W, b = W - rate * dz.T @ xb, b - rate * dz.sum(axis=0)
    assert mean_loss == pytest.approx(np.mean(losses))
    np.testing.assert_allclose(model.weight.detach(), W, atol=1e-10)
    np.testing.assert_allclose(model.bias.detach(), b, atol=1e-10)
    assert model.training


@given(st.lists(sizes, min_size=1, max_size=4), st.integers(0, 99))
def test_evaluation_does_not_depend_on_how_the_examples_are_cut_into_batches(batch_sizes, seed):
    rng = np.random.default_rng(seed)
    n = sum(batch_sizes)
    x, labels = rng.normal(size=(n, 3)), rng.integers(0, 4, n)
    model = TwoLayerMLP(3, 5, 4, dropout=0.9).double().train()
    loss, accuracy = evaluate(model, cut(x, labels, batch_sizes))
    whole_loss, whole_accuracy = evaluate(model, cut(x, labels, [n]))
    assert loss == pytest.approx(whole_loss)
    assert accuracy == whole_accuracy
    with torch.no_grad():
        p = softmax_of(model.eval()(torch.from_numpy(x)).numpy())
    assert loss == pytest.approx(-np.log(p[np.arange(n), labels]).mean())
    assert accuracy == np.mean(p.argmax(axis=1) == labels)
    assert all(parameter.grad is None for parameter in model.parameters())


@given(arrays(int, st.tuples(st.just(2), st.integers(0, 50)), elements=st.integers(0, 5)))
def test_confusion_matrix_is_scikit_learns(pairs):
    labels, predictions = pairs
    ours = confusion_matrix(labels, predictions, 6)
    assert ours.sum() == len(labels)
    if len(labels):
        theirs = sklearn.metrics.confusion_matrix(labels, predictions, labels=range(6))
        np.testing.assert_array_equal(ours, theirs)


@given(
    st.lists(st.sampled_from([0.0, 0.5, 1.0, 1.5, float("nan")]), min_size=1, max_size=12),
    st.integers(1, 4),
    st.sampled_from([0.0, 0.6]),
)
def test_stops_after_patience_losses_without_a_new_best_and_brings_the_best_back(
    losses, patience, min_delta
):
    stopping, model = EarlyStopping(patience, min_delta), nn.Linear(1, 1)
    best, at = float("inf"), None  # what has to come out, told the other way round
    for i, loss in enumerate(losses):
        with torch.no_grad():
            model.weight.fill_(i)
        stop = stopping.update(loss, model)
        if loss < best - min_delta:
            best, at = loss, i
        since = i - (at if at is not None else -1)
        assert stop == (since >= patience)
        if stop:
            break
    assert stopping.best_loss == best
    if at is not None:
        stopping.restore(model)
        assert model.weight.item() == at
