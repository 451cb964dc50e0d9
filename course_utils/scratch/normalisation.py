"""Layer normalisation, forwards and back, by hand. Derived in notebook 09.

Ba, Kiros and Hinton, 2016, "Layer normalization", https://arxiv.org/abs/1607.06450. Every row of D
features is normalised by itself; leading axes, such as batch and time, are carried along.
"""

import numpy as np


def layer_norm(x, weight, bias, epsilon=1e-5):
    """Bring each row to mean 0 and variance 1, then stretch and shift each feature.

    x: (..., D), weight: (D,), bias: (D,) -> (..., D). Epsilon is added to the variance, so that a
    row of equal numbers becomes zeros.
    """
    mean = np.mean(x, axis=-1, keepdims=True)  # (..., 1)
    variance = np.mean((x - mean) ** 2, axis=-1, keepdims=True)  # (..., 1)
    unit = (x - mean) / np.sqrt(variance + epsilon)  # (..., D)
    return unit * weight + bias


def layer_norm_backward(dy, x, weight, epsilon=1e-5):
    """Go back through y = layer_norm(x, weight, bias, epsilon).

    dy: (..., D), x: (..., D), weight: (D,). -> (dx, dweight, dbias): (..., D), (D,), (D,).
    """
    mean = np.mean(x, axis=-1, keepdims=True)  # (..., 1)
    deviation = np.sqrt(np.var(x, axis=-1, keepdims=True) + epsilon)  # (..., 1)
    unit = (x - mean) / deviation  # (..., D)

    rows = tuple(range(x.ndim - 1))  # all axes but the last
    dweight = np.sum(dy * unit, axis=rows)
    dbias = np.sum(dy, axis=rows)

    dunit = dy * weight  # (..., D)
    through_mean = np.mean(dunit, axis=-1, keepdims=True)
    through_variance = unit * np.mean(dunit * unit, axis=-1, keepdims=True)
    dx = (dunit - through_mean - through_variance) / deviation
    return dx, dweight, dbias
