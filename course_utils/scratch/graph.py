"""The graph of a computation, and the way back through it. Derived in notebook 02.

Every step of a computation is a node: it knows its `parents` (what it was computed from) and, for
each of them, a function that takes a gradient one step back, a vector-Jacobian product (vjp).
`backward` visits the nodes from the last to the first and calls these functions: the chain rule.
What the steps are stands in autograd.py, where `Tensor` is a node with arithmetic.
"""

import numpy as np


class Node:
    """A value in a computation, and where it came from.

    data: the value, a NumPy array of floats.
    grad: the gradient that `backward` found, an array like `data`, or None.
    requires_grad: whether `backward` is to find a gradient here.
    op: the operation that made it; "" for a leaf, which you made yourself.
    parents: the nodes it was computed from, as far as they require a gradient.
    edges: for each parent the pair (parent, vjp), where vjp takes the gradient of this node to what
        it adds to the parent's (a new array, the gradient itself, or a view of it). None once the
        graph has been freed.
    """

    __slots__ = ("__weakref__", "data", "edges", "grad", "op", "parents", "requires_grad")

    def backward(self, gradient=None, keep_graph: bool = False) -> None:
        """Add d(self)/d(leaf) to the `grad` of every leaf that led to this node.

        gradient: where to start, an array like `data`: the v of a vector-Jacobian product. A node
            of a single number starts from 1.
        keep_graph: keep the graph, and the gradients of the steps on the way, to look at them or
            to go backward again. Otherwise each step is freed as soon as it is done.
        Raises RuntimeError when there is nothing to do or the graph is gone, ValueError for a
        gradient of another shape.
        """
        start = _first_gradient(self, gradient)
        order = topological_order(self)
        for node in order:
            if node.edges is None:
                raise RuntimeError(GRAPH_IS_GONE.format(node.op))
            if node.op:
                node.grad = None  # what an earlier pass over a kept graph left
        self.grad = start if self.grad is None else np.asarray(self.grad + start)
        # One plain loop: a call for each edge would cost more than the smallest operations do.
        while order:
            node = order.pop()  # all that was made from it is done: its gradient is complete
            g = node.grad
            for parent, vjp in node.edges:
                contribution, data = vjp(g), parent.data
                if contribution.shape != data.shape:
                    contribution = unbroadcast(contribution, data.shape)
                if parent.grad is not None:
                    contribution = parent.grad + contribution
                elif not parent.op and (contribution is g or contribution.base is not None):
                    contribution = contribution.copy()  # a leaf's may be scaled in place: its own
                if type(contribution) is not np.ndarray or contribution.dtype is not data.dtype:
                    contribution = np.asarray(contribution, data.dtype)
                parent.grad = contribution
            if node.op and not keep_graph:
                node.grad, node.parents, node.edges = None, (), None


def topological_order(output) -> list:
    """List `output` and all that it was computed from, each once, parents before children.

    output: a node, which is anything with `parents`. -> a list that ends with `output`.
    """
    order, seen, to_do = [], set(), [(output, False)]
    while to_do:
        node, parents_are_listed = to_do.pop()
        if parents_are_listed:
            order.append(node)
        elif node not in seen:
            seen.add(node)
            to_do.append((node, True))  # comes up again when all that lies above it is done
            for parent in node.parents:
                to_do.append((parent, False))
    return order


def unbroadcast(gradient, shape):
    """Undo broadcasting: add up the gradients of all the copies that were made of each number.

    gradient: an array of a shape to which `shape` broadcasts. -> an array of `shape`.
    """
    n_new = gradient.ndim - len(shape)  # axes that broadcasting put in front
    stretched = [n_new + i for i, length in enumerate(shape) if length == 1]
    return gradient.sum(axis=(*range(n_new), *stretched)).reshape(shape)


GRAPH_IS_GONE = (
    "This graph is gone: an earlier backward() went through its {!r} step and freed it. Compute "
    "the output anew, or write backward(keep_graph=True) in the earlier call."
)


def _first_gradient(output: Node, gradient) -> np.ndarray:
    """Check that `backward` can start, and say with which gradient."""
    if not output.requires_grad:
        raise RuntimeError(
            "backward() has nothing to do: no tensor that led to this one was made with "
            "requires_grad=True, or it was computed inside no_grad()."
        )
    shape = output.data.shape
    if gradient is None:
        if output.data.size != 1:
            raise RuntimeError(
                f"backward() starts from a single number, but this tensor has the shape {shape}. "
                "Make one number of it, with .sum() or .mean(), or pass the gradient to start "
                "from, an array of that shape."
            )
        return np.array(1, output.data.dtype).reshape(shape)
    gradient = np.array(gradient, output.data.dtype)
    if gradient.shape != shape:
        raise ValueError(
            f"The gradient to start from has the shape {gradient.shape}, but needs that of the "
            f"tensor, {shape}."
        )
    return gradient
