"""Gradient descent: steps downhill, how long they may be, and steps on small batches.

Derived in notebook 03. N = examples, D = features (and weights), B = examples in a batch.
The losses it descends are in losses.py, better ways downhill in optimizers.py.
"""

import numpy as np


def gradient_descent(gradient, start, learning_rate, steps):
    """Walk downhill from a point: w <- w - learning_rate * gradient(w), again and again.

    gradient: function of a point (D,) that returns the slope there, (D,). start: (D,).
    -> path (steps + 1, D): the start, then the point after each step. (Plain numbers do as well:
    a start without axes gives a path (steps + 1,).)
    """
    path = np.empty((steps + 1, *np.shape(start)))
    path[0] = start
    for t in range(steps):
        path[t + 1] = path[t] - learning_rate * gradient(path[t])
    return path


def max_stable_learning_rate(hessian):
    """The learning rate from which on gradient descent on a quadratic no longer converges.

    hessian: (D, D), the symmetric matrix A of f(w) = w·A w / 2 + b·w, no eigenvalue negative and
    one positive. -> a number: 2 / (the largest eigenvalue).
    """
    curvatures = np.linalg.eigvalsh(hessian)  # in rising order
    return 2 / curvatures[-1]


def minibatches(inputs, labels, batch_size, rng):
    """Go once through the data in random order, a few examples at a time.

    inputs: (N, ...), labels: (N, ...), batch_size: B, rng: a np.random.Generator.
    Yields (inputs, labels) of B examples each; the last batch has what is left.
    """
    order = rng.permutation(len(inputs))  # one order for both, so that pairs stay pairs
    for first in range(0, len(order), batch_size):
        chosen = order[first : first + batch_size]
        yield inputs[chosen], labels[chosen]


def sgd_epoch(weights, gradient, batches, learning_rate):
    """Take one step of gradient descent on each batch in turn.

    weights: (D,), left as it is. gradient: function (weights, inputs, labels) -> (D,).
    batches: pairs (inputs, labels), such as `minibatches` yields.
    -> (D,), the weights after the last step.
    """
    for inputs, labels in batches:
        weights = weights - learning_rate * gradient(weights, inputs, labels)
    return weights


def standardize(train, test):
    """Give every feature mean 0 and deviation 1, as measured on the training set alone.

    train: (N, D), test: (M, D) -> the two arrays, scaled alike. A feature that never varies in the
    training set is only centred.
    """
    mean = np.mean(train, axis=0)  # (D,)
    # Rounding gives equal numbers a tiny deviation, not 0: ask whether they differ instead.
    varies = np.max(train, axis=0) > np.min(train, axis=0)
    deviation = np.where(varies, np.std(train, axis=0), 1.0)  # (D,)
    return (train - mean) / deviation, (test - mean) / deviation
