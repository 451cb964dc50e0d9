"""Logistic regression: one neuron that learns to say yes or no.

Derived in notebook 03. N = examples, D = features. The last feature may be a constant 1, as
`with_ones` appends it: its weight is then the bias. The loss is derived in notebook 04, where it
is called binary cross-entropy; this is the same number.
"""

import numpy as np

from course_utils.scratch.layers import sigmoid
from course_utils.scratch.losses import binary_cross_entropy_with_logits


def logistic_loss(weights, inputs, labels):
    """The average surprise at the right answers. -> a number, in nats.

    weights: (D,), inputs: (N, D), labels: (N,), 1 for yes and 0 for no.
    """
    return binary_cross_entropy_with_logits(inputs @ weights, labels)


def logistic_gradient(weights, inputs, labels):
    """The slope of `logistic_loss` in each weight: the average of (p - y) x.

    weights: (D,), inputs: (N, D), labels: (N,), 1 for yes and 0 for no. -> (D,).
    """
    p = sigmoid(inputs @ weights)  # (N,)
    return inputs.T @ (p - labels) / len(labels)  # (D, N) @ (N,)


def accuracy(weights, inputs, labels):
    """The share of examples whose more probable answer is right. Shapes as above. -> a number."""
    return np.mean((inputs @ weights > 0) == (labels == 1))


def with_ones(inputs):
    """Append a feature that is always 1, so that a bias is a weight too. (N, D) -> (N, D + 1)."""
    return np.hstack([inputs, np.ones((len(inputs), 1))])
