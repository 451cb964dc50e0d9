"""Operations of the autograd engine on several arrays: linear, embedding, where, cross_entropy.

Derived in notebook 02. They are written as those in autograd.py are: the value first, and beside it
how a gradient g goes back to each input.
"""

import numpy as np

from course_utils.scratch.autograd import Tensor, as_tensor, result, value_of


def linear(x, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """One affine layer in one step, x @ weight.T + bias: two steps and a transpose fewer.

    x: (..., D_in), a Tensor or an array. weight: (D_out, D_in). bias: (D_out,). -> (..., D_out).
    """
    w = weight.data
    x_value = np.asarray(value_of(x, weight))
    if x_value.ndim == 0 or x_value.shape[-1] != w.shape[1]:
        raise ValueError(
            f"linear: x has the shape {x_value.shape} and the weight {w.shape}, (D_out, D_in); the "
            "last length of x must be D_in"
        )
    rows = x_value.reshape(-1, w.shape[1])  # (N, D_in): all leading axes are one batch
    y = rows @ w.T  # (N, D_in) @ (D_in, D_out)
    if bias is not None:
        y += bias.data

    def rows_of(g):
        return g.reshape(-1, w.shape[0])  # (N, D_out)

    edges = [(x, lambda g: g @ w), (weight, lambda g: rows_of(g).T @ rows)]
    if bias is not None:
        edges.append((bias, lambda g: rows_of(g).sum(axis=0)))
    return result("linear", y.reshape(*x_value.shape[:-1], w.shape[0]), *edges)


def embedding(table: Tensor, tokens) -> Tensor:
    """Look up a row for each token. table: (V, D), tokens: whole numbers of any shape (...).

    -> (..., D). Raises ValueError for tokens that are not whole numbers from 0 to V - 1.
    """
    return table[check_classes("tokens", tokens, len(table))]


def concatenate(tensors, axis: int = 0) -> Tensor:
    """Join tensors or arrays along an axis on which alone their lengths may differ."""
    like = next(tensor for tensor in tensors if isinstance(tensor, Tensor))
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
    like = a if isinstance(a, Tensor) else b
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
    n_classes = logits.shape[-1]
    z = logits.data.reshape(-1, n_classes)  # (N, C)
    target = check_classes("targets", targets, n_classes)
    if target.shape != logits.shape[:-1]:
        raise ValueError(
            f"cross_entropy: logits of shape {logits.shape} need targets of shape "
            f"{logits.shape[:-1]}, one class for each row, but these have {target.shape}"
        )
    target, each = target.reshape(-1), np.arange(len(z))
    shifted = z - z.max(axis=1, keepdims=True)
    exps = np.exp(shifted)
    sums = exps.sum(axis=1, keepdims=True)
    losses = np.log(sums[:, 0]) - shifted[each, target]  # -log of softmax, never of 0

    def vjp(g):
        p = exps / sums
        p[each, target] -= 1  # p - onehot
        p *= g / len(z)
        return p.reshape(logits.shape)

    return result("cross_entropy", losses.mean(), (logits, vjp))


def check_classes(name: str, numbers, n_classes: int) -> np.ndarray:
    """Return `numbers` as an array, sure to be whole and from 0 to n_classes - 1."""
    numbers = np.asarray(numbers)
    if numbers.dtype.kind not in "iu":
        raise ValueError(
            f"{name} must be whole numbers, an array of integers, but are {numbers.dtype}"
        )
    if numbers.size and (numbers.min() < 0 or numbers.max() >= n_classes):
        raise ValueError(
            f"{name} must lie between 0 and {n_classes - 1}, but reach from {numbers.min()} to "
            f"{numbers.max()}"
        )
    return numbers
