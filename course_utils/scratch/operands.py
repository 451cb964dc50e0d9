"""What the operations of the autograd engine do with their operands before any gradient.

Behind autograd.py and operations.py, which are derived in notebook 02: constants become arrays,
shapes that do not fit are told in words, and what a reduction took away is spread out again.
"""

import operator

import numpy as np


def constant(x, dtype) -> np.ndarray:
    """An operand that is no tensor, as an array of `dtype`. (NumPy by itself makes nan of None.)

    Raises TypeError for anything but real numbers.
    """
    array = np.asarray(x)
    if array.dtype.kind not in "biuf":
        raise TypeError(
            f"a Tensor meets {x!r:.60}, which is of type {type(x).__name__}: the other operand "
            "must be a Tensor, a number or an array of real numbers"
        )
    return array.astype(dtype, copy=False)


def apply(operation, a, b):
    """operation(a, b). Raises ValueError, in words for the learner, when the shapes do not fit."""
    try:
        return operation(a, b)
    except ValueError:
        raise ValueError(shape_error(operation, np.shape(a), np.shape(b))) from None


def shape_error(operation, a, b) -> str:
    """Say why two shapes do not fit, and what would."""
    if operation is operator.matmul:
        return (
            f"{a} @ {b} does not fit: the last length on the left must equal the second to last on "
            "the right. A layer of weights (D_out, D_in) is x @ W.T."
        )
    return (
        f"The shapes {a} and {b} do not fit ({operation.__name__}). Compare them from the right: "
        "two lengths must be equal, or one of them 1."
    )


def may_repeat(index) -> bool:
    """Tell whether an index may pick a number twice: it can when it holds arrays or lists."""
    parts = index if type(index) is tuple else (index,)
    return any(isinstance(part, np.ndarray | list | tuple) for part in parts)


def spread(y, shape, axis, keepdims):
    """Copy what a reduction along `axis` gave back along it: -> an array of `shape`."""
    if axis is not None and not keepdims:
        y = np.expand_dims(y, axis)
    return np.broadcast_to(y, shape)
