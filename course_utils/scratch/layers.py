"""The parts of a network, forwards: scaling, affine layers, activations, initialisation, cost.

Derived in notebooks 00 and 01. Batches are rows: X is (N, D_in), a weight is (D_out, D_in), as in
PyTorch. The way back through these layers is derived in notebook 02.
"""

import math

import numpy as np


def standard_score(x):
    """Say how many standard deviations each number lies above the mean. x: (N,) -> (N,).

    Numbers that are all the same have the score 0.
    """
    if np.max(x) == np.min(x):
        return np.zeros_like(x)
    return (x - np.mean(x)) / np.std(x)


def affine_forward(x, weight, bias):
    """Send a batch through one affine layer: each row x_n becomes W x_n + b.

    x: (N, D_in), weight: (D_out, D_in), bias: (D_out,) -> (N, D_out).
    """
    return x @ weight.T + bias  # (N, D_in) @ (D_in, D_out) + (D_out,)


# ------------------------------------------------------------------------------- activations


def sigmoid(z):
    """Squash each number into (0, 1): 1 / (1 + e^-z). Any shape, and no overflow for any z."""
    e = np.exp(-np.abs(z))  # at most 1, so it cannot overflow
    return np.where(z >= 0, 1, e) / (1 + e)


def tanh(z):
    """Squash each number into (-1, 1). Any shape. It is a sigmoid, stretched: 2 sigmoid(2z) - 1."""
    return np.tanh(z)


def relu(z):
    """Keep what is positive, put 0 in place of the rest. Any shape."""
    return np.maximum(z, 0)


def gelu(z):
    """GELU in the tanh form, the activation of GPT-2. Any shape.

    Within 0.0005 of `gelu_exact` everywhere (Hendrycks and Gimpel, 2016,
    https://arxiv.org/abs/1606.08415).
    """
    inner = math.sqrt(2 / math.pi) * (z + 0.044715 * z**3)
    return 0.5 * z * (1 + np.tanh(inner))


def gelu_exact(z):
    """GELU as it is defined: z times the chance that a standard normal number is below z.

    Any shape (Hendrycks and Gimpel, 2016, https://arxiv.org/abs/1606.08415). NumPy has no error
    function, so this takes one number at a time: use it to compare, not to train.
    """
    chance = 0.5 * (1 + np.vectorize(math.erf, otypes=[float])(np.asarray(z) / math.sqrt(2)))
    return z * chance


def softmax(z):
    """Turn scores into probabilities, row by row. z: (N, C) -> (N, C), rows sum to 1.

    Works along the last axis of any array. Finite scores of any size are safe.
    """
    shifted = z - np.max(z, axis=-1, keepdims=True)  # the largest becomes 0: nothing overflows
    exps = np.exp(shifted)
    return exps / np.sum(exps, axis=-1, keepdims=True)


# --------------------------------------------------------------------------- the whole network


def mlp_forward(x, weights, biases, activation=relu):
    """Send a batch through a multilayer perceptron and return its logits.

    x: (N, D_0). weights: list of L arrays, weights[i]: (D_(i+1), D_i). biases: list of L arrays,
    biases[i]: (D_(i+1),). -> (N, D_L). Each hidden layer is followed by `activation`; the last
    layer is not.
    """
    h = x
    for weight, bias in zip(weights[:-1], biases[:-1], strict=True):
        h = activation(affine_forward(h, weight, bias))
    return affine_forward(h, weights[-1], biases[-1])


def count_macs(layer_sizes, batch_size=1):
    """Count the multiply-adds of one forward pass through an MLP.

    layer_sizes: [D_0, D_1, ..., D_L], from inputs to outputs. -> int. A bias is added, not
    multiplied, and an activation costs little beside the matrices: neither is counted.
    """
    macs_per_example = 0
    for i in range(len(layer_sizes) - 1):
        macs_per_example += layer_sizes[i] * layer_sizes[i + 1]
    return batch_size * macs_per_example


# ------------------------------------------------------------------------------ initialisation


def he_init(fan_in, fan_out, rng):
    """Draw a weight that keeps the size of signals through ReLU layers: variance 2 / fan_in.

    rng: a numpy Generator. -> (fan_out, fan_in), normal, mean 0. (He et al., 2015,
    https://arxiv.org/abs/1502.01852, equation 10.)
    """
    return rng.normal(0.0, np.sqrt(2 / fan_in), size=(fan_out, fan_in))


def xavier_init(fan_in, fan_out, rng):
    """Draw a weight that keeps the size of signals through tanh layers: variance
    2 / (fan_in + fan_out), a compromise between the way forwards and the way back.

    rng: a numpy Generator. -> (fan_out, fan_in), normal, mean 0. (Glorot and Bengio, 2010,
    https://proceedings.mlr.press/v9/glorot10a.html, equation 12; they draw it uniformly.)
    """
    return rng.normal(0.0, np.sqrt(2 / (fan_in + fan_out)), size=(fan_out, fan_in))
