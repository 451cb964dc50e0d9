"""An autograd engine: arrays that remember how they were made. Derived in notebook 02.

`Tensor` is an array with arithmetic. Each operation gives a new tensor, its value and, beside it,
how a gradient goes back through the operation. `y.backward()` (graph.py) then finds the gradient of
y with respect to every tensor that was made with requires_grad=True:

    w = Tensor([1.0, 2.0], requires_grad=True)
    loss = (w * w).sum()
    loss.backward()
    w.grad  # array([2., 4.])

Operations on several arrays, such as `linear` and `cross_entropy`, stand in operations.py.
"""

import contextlib
import math
import operator
import threading

import numpy as np

from course_utils.scratch.graph import Node
from course_utils.scratch.layers import sigmoid
from course_utils.scratch.operands import apply, constant, may_repeat, spread


class Tensor(Node):
    """An array, and its place in the graph of a computation.

    data: the values, a NumPy array of float32 or float64. What is given is copied; numbers that
        are not float32 become float64.
    grad: the gradient that `backward` found, an array like `data`, or None. Those of several
        backward passes add up until you set it to None.
    requires_grad: whether `backward` is to find a gradient here.
    parents: the tensors it was computed from, as far as they require a gradient.
    op: the operation that made it; "" for a tensor that you made.

    A number or an array that meets a tensor is a constant and takes the tensor's dtype.
    """

    __slots__ = ()
    __array_ufunc__ = None  # array * tensor asks the tensor: NumPy would multiply item by item

    def __init__(self, data, requires_grad: bool = False) -> None:
        data = np.array(data)
        if data.dtype.kind not in "biuf":
            raise TypeError(f"a Tensor holds real numbers, but was given data of type {data.dtype}")
        self.data = data if data.dtype == np.float32 else data.astype(np.float64, copy=False)
        self.grad = None
        self.requires_grad = requires_grad
        self.op = ""
        self.parents = self.edges = ()

    # ------------------------------------------------------------------------------ arithmetic
    # Each operation: its value, then for each input how a gradient g goes back through it.

    def __add__(self, other):
        a, b = self.data, value_of(other, self)
        return result("+", apply(operator.add, a, b), (self, lambda g: g), (other, lambda g: g))

    def __sub__(self, other):
        a, b = self.data, value_of(other, self)
        return result("-", apply(operator.sub, a, b), (self, lambda g: g), (other, lambda g: -g))

    def __mul__(self, other):
        a, b = self.data, value_of(other, self)
        y = apply(operator.mul, a, b)
        return result("*", y, (self, lambda g: g * b), (other, lambda g: g * a))

    def __truediv__(self, other):
        a, b = self.data, value_of(other, self)
        y = apply(operator.truediv, a, b)
        return result("/", y, (self, lambda g: g / b), (other, lambda g: -g * y / b))

    def __pow__(self, other):
        a, b = self.data, value_of(other, self)
        y = apply(operator.pow, a, b)
        return result(
            "**",
            y,
            (self, lambda g: g * b * a ** (b - (b != 0))),  # b a^(b-1), and 0 where b is 0
            (other, lambda g: g * y * np.log(a + (a == 0))),  # a^b log a, and 0 where a is 0
        )

    def __matmul__(self, other):
        a, b = self.data, np.asarray(value_of(other, self))
        if b.ndim == 1:  # a vector on the right is a column
            return (self @ as_tensor(other, self)[:, None])[..., 0]
        if a.ndim == 1:  # and one on the left a row
            return (self[None, :] @ other)[..., 0, :]
        y = apply(operator.matmul, a, b)  # (..., n, k) @ (..., k, m) -> (..., n, m)
        return result(
            "@",
            y,
            (self, lambda g: g @ b.swapaxes(-1, -2)),
            (other, lambda g: a.swapaxes(-1, -2) @ g),
        )

    def __neg__(self):
        return result("-", -self.data, (self, lambda g: -g))

    __radd__, __rmul__ = __add__, __mul__

    def __rsub__(self, other):
        return as_tensor(other, self) - self

    def __rtruediv__(self, other):
        return as_tensor(other, self) / self

    def __rpow__(self, other):
        return as_tensor(other, self) ** self

    def __rmatmul__(self, other):
        return as_tensor(other, self) @ self

    # ------------------------------------------------------------------------ number by number

    def exp(self):
        y = np.exp(self.data)
        return result("exp", y, (self, lambda g: g * y))

    def log(self):
        x = self.data
        return result("log", np.log(x), (self, lambda g: g / x))

    def tanh(self):
        y = np.tanh(self.data)
        return result("tanh", y, (self, lambda g: g * (1 - y * y)))

    def sigmoid(self):
        y = sigmoid(self.data)
        return result("sigmoid", y, (self, lambda g: g * y * (1 - y)))

    def relu(self):
        x = self.data
        return result("relu", np.maximum(x, 0), (self, lambda g: g * (x > 0)))

    def gelu(self):
        """GELU in the tanh form, the activation of GPT-2."""
        x, c, d = self.data, math.sqrt(2 / math.pi), 0.044715
        t = np.tanh(c * (x + d * x * x * x))

        def vjp(g):
            return g * 0.5 * (1 + t + x * (1 - t * t) * c * (1 + 3 * d * x * x))

        return result("gelu", 0.5 * x * (1 + t), (self, vjp))

    # --------------------------------------------------------------------------- along an axis

    def sum(self, axis=None, keepdims: bool = False):
        x = self.data
        y = x.sum(axis=axis, keepdims=keepdims)
        return result("sum", y, (self, lambda g: spread(g, x.shape, axis, keepdims)))

    def mean(self, axis=None, keepdims: bool = False):
        x = self.data
        y = x.mean(axis=axis, keepdims=keepdims)
        n = x.size / max(1, y.size)  # numbers in each mean
        return result("mean", y, (self, lambda g: spread(g, x.shape, axis, keepdims) / n))

    def max(self, axis=None, keepdims: bool = False):
        """The largest; where several are largest, they share the gradient equally."""
        x = self.data
        y = x.max(axis=axis, keepdims=keepdims)

        def vjp(g):
            is_max = (x == spread(y, x.shape, axis, keepdims)).astype(x.dtype)
            share = is_max / is_max.sum(axis=axis, keepdims=True)
            return share * spread(g, x.shape, axis, keepdims)

        return result("max", y, (self, vjp))

    def softmax(self, axis: int = -1):
        exps = np.exp(self.data - self.data.max(axis=axis, keepdims=True))
        p = exps / exps.sum(axis=axis, keepdims=True)

        def vjp(g):
            return p * (g - (g * p).sum(axis=axis, keepdims=True))

        return result("softmax", p, (self, vjp))

    # ----------------------------------------------------------------- the same numbers, moved

    def reshape(self, *shape):
        x = self.data
        return result("reshape", x.reshape(*shape), (self, lambda g: g.reshape(x.shape)))

    def transpose(self, *axes):
        """Put the axes in the order given, as NumPy does: transpose(0, 2, 1). None: reversed."""
        y = self.data.transpose(*axes)
        back = np.argsort([axis % y.ndim for axis in axes]) if axes else None
        return result("transpose", y, (self, lambda g: g.transpose(back)))

    @property
    def T(self):
        return self.transpose()

    def __getitem__(self, index):
        """Pick with integers, slices, masks or arrays of integers: table[tokens] looks rows up."""
        x = self.data

        def vjp(g):
            gradient = np.zeros_like(x)
            if may_repeat(index):
                np.add.at(gradient, index, g)  # += would count a row that was picked twice once
            else:
                gradient[index] = g
            return gradient

        return result("pick", x[index], (self, vjp))

    # ------------------------------------------------------------------------- like an array

    shape = property(lambda self: self.data.shape)
    ndim = property(lambda self: self.data.ndim)
    size = property(lambda self: self.data.size)
    dtype = property(lambda self: self.data.dtype)

    def __len__(self) -> int:
        return len(self.data)

    def item(self) -> float:
        """The number of a tensor that holds only one."""
        return self.data.item()

    def detach(self):
        """The same data, cut off from the graph: a constant from here on."""
        return result("", self.data)

    def __array__(self, *args, **kwargs):
        raise TypeError(
            "NumPy cannot follow a Tensor's gradient. Use the Tensor's own operations, such as "
            "x.exp() for np.exp(x), or take its array, x.data."
        )

    def __repr__(self) -> str:
        made = f", op={self.op!r}" if self.op else ""
        needs = ", requires_grad=True" if self.requires_grad and not self.op else ""
        values = np.array2string(self.data, precision=4, separator=", ", prefix="Tensor(")
        return f"Tensor({values}{made}{needs})"


@contextlib.contextmanager
def no_grad():
    """Compute without recording: `with no_grad():`. For measuring and generating."""
    before, _mode.recording = _mode.recording, False
    try:
        yield
    finally:
        _mode.recording = before


class _Mode(threading.local):
    recording = True  # in each thread


_mode = _Mode()


def result(op, data, *edges) -> Tensor:
    """Make the tensor that an operation gives; edges: (input, vjp) pairs."""
    parents, kept = [], []
    if _mode.recording:
        for edge in edges:
            x = edge[0]
            if type(x) is Tensor and x.requires_grad:
                parents.append(x)
                kept.append(edge)
    y = Tensor.__new__(Tensor)
    y.data = data if type(data) is np.ndarray else np.asarray(data)
    y.grad = None
    y.op = op
    y.requires_grad = bool(parents)
    y.parents = parents
    y.edges = kept
    return y


def value_of(x, like: Tensor):
    """The value of an operand that may be a constant, in the dtype of the tensor it meets."""
    if type(x) is Tensor:
        return x.data
    # NumPy gives a plain number the dtype of the array beside it; any other constant would win.
    return x if type(x) in (int, float) else constant(x, like.data.dtype)


def as_tensor(x, like: Tensor) -> Tensor:
    return x if type(x) is Tensor else result("", constant(x, like.data.dtype))
