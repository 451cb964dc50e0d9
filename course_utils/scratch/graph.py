"""The graph of a computation, and the way back through it. Derived in notebook 02.

Every step of a computation is a node: it knows its `parents` (what it was computed from) and, for
each of them, a function that takes a gradient one step back, a vector-Jacobian product (vjp).
`backward` visits the nodes from the last to the first and calls these functions: the chain rule.
What the steps are stands in autograd.py, where `Tensor` is a node with arithmetic.
"""

import numpy as np


class Node:
    """A value in a computation, and where it came from.

    data: the value, a NumPy array. grad: the gradient that `backward` found, or None.
    op: the operation that made it; "" for one that you made yourself.
    requires_grad: whether `backward` is to find a gradient here.
    parents: the nodes it was computed from, as far as they require a gradient.
    _vjps: for each parent a function, gradient of this node -> contribution to the parent's; None
        when the graph has been freed.
    """

    __slots__ = ("__weakref__", "_vjps", "data", "grad", "op", "parents", "requires_grad")

    def backward(self, gradient=None, keep_graph: bool = False) -> None:
        """Add d(self)/d(tensor) to the `grad` of every tensor of yours that led to this one.

        gradient: where to start, an array like `data`: the v of a vector-Jacobian product. A
            tensor of one number starts from 1.
        keep_graph: keep the graph, and the gradients of the steps on the way, to look at them or
            to go backward again. Otherwise each step is freed as soon as it is done.
        Raises RuntimeError when there is nothing to do or the graph is gone, ValueError for a
        gradient of another shape.
        """
        gradient = self._start(gradient)
        order = topological_order(self)
        for node in order:
            if node._vjps is None:
                raise RuntimeError(
                    f"This graph is gone: an earlier backward() went through its {node.op!r} step "
                    "and freed it. Compute the output anew, or write backward(keep_graph=True) in "
                    "the earlier call."
                )
            if node.op:
                node.grad = None  # what an earlier pass over a kept graph left
        self._receive(gradient)
        while order:
            node = order.pop()  # all that was made from it came before: its gradient is complete
            for parent, vjp in zip(node.parents, node._vjps, strict=True):
                parent._receive(vjp(node.grad))
            if node.op and not keep_graph:
                node.grad, node.parents, node._vjps = None, (), None

    def _start(self, gradient) -> np.ndarray:
        if not self.requires_grad:
            raise RuntimeError(
                "backward() has nothing to do: no tensor that led to this one was made with "
                "requires_grad=True, or it was computed inside no_grad()."
            )
        if gradient is None:
            if self.data.size != 1:
                raise RuntimeError(
                    f"backward() starts from a single number, but this tensor has the shape "
                    f"{self.shape}. Make one number of it, with .sum() or .mean(), or pass the "
                    "gradient to start from, an array of that shape."
                )
            return np.ones_like(self.data)
        gradient = np.asarray(gradient, self.data.dtype)
        if gradient.shape != self.shape:
            raise ValueError(
                f"The gradient to start from has the shape {gradient.shape}, but needs that of the "
                f"tensor, {self.shape}."
            )
        return gradient

    def _receive(self, gradient) -> None:
        """Add a gradient that arrives along one edge of the graph."""
        if gradient.shape != self.data.shape:
            gradient = unbroadcast(gradient, self.data.shape)
        if self.grad is not None:
            self.grad = self.grad + gradient
        elif self.op:
            self.grad = gradient
        else:  # yours: an array of its own, that may be scaled in place
            self.grad = np.array(gradient, self.data.dtype)


def topological_order(output) -> list:
    """List `output` and all that it was computed from, each once, parents before children.

    output: a Tensor, or anything with `parents`. -> a list that ends with `output`.
    """
    order, seen, to_do = [], set(), [(output, False)]
    while to_do:
        node, parents_are_listed = to_do.pop()
        if parents_are_listed:
            order.append(node)
        elif node not in seen:
            seen.add(node)
            to_do.append((node, True))  # comes up again when its parents, above it, are done
            to_do.extend((parent, False) for parent in node.parents)
    return order


def unbroadcast(gradient, shape):
    """Undo broadcasting: add up the gradient of all the copies that were made of each number.

    gradient: an array of a shape to which `shape` broadcasts. -> an array of `shape`.
    """
    n_new = gradient.ndim - len(shape)  # axes that broadcasting put in front
    stretched = [n_new + i for i, length in enumerate(shape) if length == 1]
    return gradient.sum(axis=(*range(n_new), *stretched)).reshape(shape)
