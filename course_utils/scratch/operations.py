"""Operations of the autograd engine on several arrays: linear, embedding, where, cross_entropy.

Derived in notebook 02. They are written as those in autograd.py are: the value first, and beside it
how a gradient g goes back to each input.
"""

import operator

import numpy as np

from course_utils.scratch.autograd import Tensor, as_tensor, result, value_of
from course_utils.scratch.operands import apply, shape_error


def linear(x, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """One affine layer in one step: x @ weight.T + bias, in fewer nodes than its operations.

    x: (..., D_in), a Tensor or an array. weight: (D_out, D_in). bias: (D_out,). -> (..., D_out).
    Raises ValueError when the lengths D_in differ.
    """
    w, a = weight.data, value_of(x, weight)
    if a.ndim != 2:  # all leading axes are one batch
        if a.shape[-1:] != w.shape[1:]:
            raise ValueError(shape_error(operator.matmul, a.shape, w.T.shape))
        rows = as_tensor(x, weight).reshape(-1, w.shape[1])
        return linear(rows, weight, bias).reshape(*a.shape[:-1], w.shape[0])
    y = apply(operator.matmul, a, w.T)  # (N, D_in) @ (D_in, D_out)
    if bias is None:
        return result("linear", y, (x, lambda g: g @ w), (weight, lambda g: g.T @ a))
    y += bias.data
    return result(
        "linear",
        y,
        (x, lambda g: g @ w),
        (weight, lambda g: g.T @ a),
        (bias, lambda g: g.sum(axis=0)),
    )


def embedding(table: Tensor, tokens) -> Tensor:
    """Look up the row of each token. table: (V, D), tokens: whole numbers, (...). -> (..., D).

    Raises ValueError for tokens that are not whole numbers from 0 to V - 1.
    """
    tokens = np.asarray(tokens)
    if tokens.size and (tokens.dtype.kind not in "iu" or tokens.min() < 0):
        raise ValueError(_not_classes("tokens", tokens, len(table)))
    try:
        return table[tokens]
    except IndexError:
        raise ValueError(_not_classes("tokens", tokens, len(table))) from None


def concatenate(tensors, axis: int = 0) -> Tensor:
    """Join tensors or arrays along an axis on which alone their lengths may differ."""
    like = first_tensor(tensors)
    values = [value_of(tensor, like) for tensor in tensors]
    y = np.concatenate(values, axis=axis)
    ends = np.cumsum([value.shape[axis] for value in values])

    def piece(i):
        start = ends[i] - values[i].shape[axis]
        return lambda g: g.take(range(start, ends[i]), axis=axis)

    return result("concatenate", y, *[(tensor, piece(i)) for i, tensor in enumerate(tensors)])


def where(condition, a, b) -> Tensor:
    """Take from `a` where the condition holds and from `b` where it does not; all broadcast.

    condition: an array of truth values. a, b: tensors, arrays or numbers, at least one a Tensor.
    """
    like = first_tensor((a, b))
    condition = np.asarray(condition, bool)
    y = np.where(condition, as_tensor(a, like).data, as_tensor(b, like).data)
    # A product would turn an infinite gradient on the other side into nan.
    return result(
        "where",
        y,
        (a, lambda g: np.where(condition, g, np.zeros_like(g))),
        (b, lambda g: np.where(condition, np.zeros_like(g), g)),
    )


def masked_fill(x: Tensor, mask, value: float) -> Tensor:
    """Put a number where the mask holds, such as -inf where attention must not look."""
    return where(mask, value, x)


def cross_entropy(logits: Tensor, targets) -> Tensor:
    """The mean of -log softmax(logits)[target]: softmax and loss in one step, safe for any scores.

    logits: (..., C). targets: whole numbers from 0 to C - 1, of shape (...). -> one number, in
    nats. Its gradient is p - onehot, divided by the number of targets.
    Raises ValueError for targets that do not fit.
    """
    shape, target = logits.data.shape, np.asarray(targets)
    if not shape or target.shape != shape[:-1]:
        raise ValueError(
            f"cross_entropy: logits of shape {shape} need one target for each row, an array of "
            f"shape {shape[:-1]}, but the targets have the shape {target.shape}"
        )
    if target.dtype.kind not in "iu" or target.size == 0 or target.min() < 0:
        raise ValueError(_not_classes("targets", target, shape[-1]))
    z, target = logits.data.reshape(-1, shape[-1]), target.reshape(-1)  # (N, C) and (N,)
    each = np.arange(len(target))
    shifted = z - z.max(axis=1, keepdims=True)
    try:
        shifted_at_target = shifted[each, target]
    except IndexError:
        raise ValueError(_not_classes("targets", target, shape[-1])) from None
    exps = np.exp(shifted)
    sums = exps.sum(axis=1, keepdims=True)
    losses = np.log(sums[:, 0]) - shifted_at_target  # -log softmax, and never the log of 0

    def vjp(g):
        p = exps / sums
        p[each, target] -= 1  # p - onehot
        p *= g / len(each)
        return p.reshape(shape)

    return result("cross_entropy", losses.mean(), (logits, vjp))


def first_tensor(operands) -> Tensor:
    """The Tensor that says the dtype. Raises TypeError when there is none."""
    for operand in operands:
        if isinstance(operand, Tensor):
            return operand
    raise TypeError("at least one operand must be a Tensor; for arrays alone, use NumPy's own")


def _not_classes(name: str, numbers: np.ndarray, n_classes: int) -> str:
    if numbers.dtype.kind not in "iu" or numbers.size == 0:
        given = f"are an array of shape {numbers.shape} and dtype {numbers.dtype}"
    else:
        given = f"reach from {numbers.min()} to {numbers.max()}"
    return f"{name} must be whole numbers from 0 to {n_classes - 1}, but {given}"
