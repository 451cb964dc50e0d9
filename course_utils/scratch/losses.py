"""Losses and their gradients: what a network is told it got wrong.

Derived in notebook 04. Each loss is a negative log-likelihood in nats, averaged over the batch, and
comes with its gradient in `..._backward`. Classifiers hand over logits, the scores before sigmoid
or softmax: the logarithm of a probability that has been rounded to 0 is lost for ever.

N = batch, C = classes. What a value of a loss means is in information.py.
"""

import numpy as np

from course_utils.scratch.layers import sigmoid, softmax

# -------------------------------------------------------------------------------- regression


def mse_loss(predictions, targets):
    """Mean squared error, the loss of Gaussian noise. Two arrays of one shape -> a number.

    Raises ValueError when the shapes differ: (N, 1) and (N,) would broadcast to (N, N).
    """
    _check_same_shape(predictions, targets)
    return np.mean((predictions - targets) ** 2)


def mse_loss_backward(predictions, targets):
    """Gradient of `mse_loss` by the predictions. Two arrays of one shape -> that shape."""
    return 2 * (predictions - targets) / np.size(predictions)


def mae_loss(predictions, targets):
    """Mean absolute error, the loss of Laplace noise. Two arrays of one shape -> a number."""
    _check_same_shape(predictions, targets)
    return np.mean(np.abs(predictions - targets))


def mae_loss_backward(predictions, targets):
    """Gradient of `mae_loss` by the predictions, 0 where the error is 0. Shape as given."""
    return np.sign(predictions - targets) / np.size(predictions)


def huber_loss(predictions, targets, delta=1.0):
    """Squared error for small errors, absolute error for large ones. One shape -> a number.

    delta: the size of error, in units of the targets, at which the parabola goes over into a
    straight line, with the same value and slope (Huber, 1964, https://doi.org/10.1214/aoms/1177703732).
    """
    _check_same_shape(predictions, targets)
    error = np.abs(predictions - targets)
    parabola = error**2 / 2
    line = delta * (error - delta / 2)
    return np.mean(np.where(error <= delta, parabola, line))


def huber_loss_backward(predictions, targets, delta=1.0):
    """Gradient of `huber_loss` by the predictions: the error, cut off at delta. Shape as given."""
    return np.clip(predictions - targets, -delta, delta) / np.size(predictions)


# ------------------------------------------------------------------------ yes or no: one logit


def binary_cross_entropy_with_logits(logits, labels):
    """How surprised a yes-or-no classifier is by the truth, on average. One shape -> a number.

    logits: any shape, the log-odds of "yes". labels: that shape, 1 for yes and 0 for no (a number
    between them is a share of yes). Finite for every finite logit.

    Per example it is log(1 + e^z) - y z, and log(1 + e^z) = max(z, 0) + log(1 + e^-|z|).
    """
    _check_same_shape(logits, labels)
    softplus = np.maximum(logits, 0) + np.log1p(np.exp(-np.abs(logits)))
    return np.mean(softplus - labels * logits)


def binary_cross_entropy_with_logits_backward(logits, labels):
    """Gradient of the binary cross-entropy by the logits: (p - y) / N. Shape as given."""
    return (sigmoid(logits) - labels) / np.size(logits)


# ------------------------------------------------------------------------- one of C: C logits


def log_sum_exp(z):
    """log(e^z_1 + ... + e^z_C) along the last axis, without overflow. z: (..., C) -> (..., 1).

    The largest score is taken out first, so that no exponential exceeds 1.
    """
    largest = np.max(z, axis=-1, keepdims=True)
    return largest + np.log(np.sum(np.exp(z - largest), axis=-1, keepdims=True))


def log_softmax(z):
    """Turn scores into logarithms of probabilities, row by row. z: (..., C) -> (..., C)."""
    return z - log_sum_exp(z)


def cross_entropy(logits, labels):
    """How surprised a classifier is by the right class, on average: the mean of -log p(right).

    logits: (N, C). labels: (N,), whole numbers from 0 to C - 1. -> a number, in nats.
    """
    log_probs = log_softmax(logits)  # (N, C)
    rows = np.arange(len(labels))
    return -np.mean(log_probs[rows, labels])  # one entry of each row


def cross_entropy_backward(logits, labels):
    """Gradient of `cross_entropy` by the logits: (p - onehot) / N.

    logits: (N, C). labels: (N,), whole numbers from 0 to C - 1. -> (N, C), each row sums to 0.
    """
    gradient = softmax(logits)  # (N, C)
    rows = np.arange(len(labels))
    gradient[rows, labels] -= 1
    return gradient / len(labels)


def soft_cross_entropy(logits, targets):
    """Cross-entropy against a whole distribution instead of one right class.

    logits: (N, C). targets: (N, C), rows that sum to 1. -> a number, in nats.
    """
    _check_same_shape(logits, targets)
    return -np.mean(np.sum(targets * log_softmax(logits), axis=-1))


def soft_cross_entropy_backward(logits, targets):
    """Gradient of `soft_cross_entropy` by the logits: (p - targets) / N. (N, C) -> (N, C)."""
    return (softmax(logits) - targets) / len(logits)


def one_hot(labels, n_classes):
    """Write each label as a row with a single 1. labels: (N,) -> (N, n_classes)."""
    return np.eye(n_classes)[labels]


def label_smoothing_targets(labels, n_classes, smoothing=0.1):
    """Take a share of each label's certainty and spread it evenly over all the classes.

    labels: (N,), whole numbers from 0 to n_classes - 1. smoothing: the share, from 0 to 1.
    -> (N, n_classes), rows sum to 1. The right class keeps a part of what is spread
    (Szegedy et al., 2016, https://arxiv.org/abs/1512.00567, section 7).
    """
    return (1 - smoothing) * one_hot(labels, n_classes) + smoothing / n_classes


def _check_same_shape(predictions, targets):
    if np.shape(predictions) != np.shape(targets):
        raise ValueError(
            f"predictions have shape {np.shape(predictions)} and targets {np.shape(targets)}: "
            "NumPy would stretch one to fit the other and average over wrong pairs. "
            "Reshape one of them, so that both shapes are equal."
        )
