"""The well-known mistakes in notebook 02's exercises on a whole network and on graphs."""

from collections import deque

import numpy as np

from course_utils.exercises.exercise import Misconception
from course_utils.scratch.gradients import affine_backward, relu_backward
from course_utils.scratch.layers import affine_forward, relu, softmax

# ----------------------------------------------------------------------------- mlp_backward


def _mlp(
    x, labels, weights, biases, *, mask=True, n=None, onehot=True, inner="h", total=False, eps=0.0
):
    (W1, W2), (b1, b2) = weights, biases
    z1 = affine_forward(x, W1, b1)
    h = relu(z1)
    p = softmax(affine_forward(h, W2, b2))
    each = np.arange(len(x))
    losses = -np.log(p[each, labels] + eps)
    d = p.copy()
    if onehot:
        d[each, labels] -= 1
    dh, dW2, db2 = affine_backward(d / (n or len(x)), h if inner == "h" else z1, W2)
    dz1 = relu_backward(dh, z1) if mask else dh
    _, dW1, db1 = affine_backward(dz1, x, W1)
    return losses.sum() if total else losses.mean(), [dW1, dW2], [db1, db2]


def _gradient_of_the_sum(x, labels, weights, biases):
    return _mlp(x, labels, weights, biases, n=1)


def _no_mask(x, labels, weights, biases):
    return _mlp(x, labels, weights, biases, mask=False)


def _without_onehot(x, labels, weights, biases):
    return _mlp(x, labels, weights, biases, onehot=False)


def _score_for_output(x, labels, weights, biases):
    return _mlp(x, labels, weights, biases, inner="z1")


def _loss_is_a_sum(x, labels, weights, biases):
    return _mlp(x, labels, weights, biases, n=1, total=True)


def _loss_after_taking_1_away(x, labels, weights, biases):
    _, dweights, dbiases = _mlp(x, labels, weights, biases)
    p = softmax(
        affine_forward(relu(affine_forward(x, weights[0], biases[0])), weights[1], biases[1])
    )
    return -np.mean(np.log(p[np.arange(len(x)), labels] - 1)), dweights, dbiases


def _divided_twice(x, labels, weights, biases):
    loss, dweights, dbiases = _mlp(x, labels, weights, biases)
    return loss, [dw / len(x) for dw in dweights], [db / len(x) for db in dbiases]


def _last_layer_first(x, labels, weights, biases):
    loss, dweights, dbiases = _mlp(x, labels, weights, biases)
    return loss, dweights[::-1], dbiases[::-1]


def _something_inside_the_logarithm(x, labels, weights, biases):
    return _mlp(x, labels, weights, biases, eps=1e-8)


def _mean_over_classes_too(x, labels, weights, biases):
    loss, dweights, dbiases = _mlp(x, labels, weights, biases)
    return loss / len(biases[1]), dweights, dbiases


MLP_BACKWARD = (
    Misconception(
        "forgets to divide by the batch size",
        _gradient_of_the_sum,
        "Your loss is a mean over the batch, but your gradients are those of the sum: N times too "
        "large. The gradient of the scores is (p − onehot) / N.",
    ),
    Misconception(
        "takes the sum of the losses",
        _loss_is_a_sum,
        "Loss and gradients are those of the sum over the batch. Here the loss is the mean, so "
        "that its size does not depend on the size of the batch: divide both by N.",
    ),
    Misconception(
        "divides by the batch size twice",
        _divided_twice,
        "The loss is right, the gradients are N times too small: they are divided by N twice. "
        "Once is enough, where the gradient of the scores is made; the sums over the batch in "
        "`affine_backward` leave it as it is.",
    ),
    Misconception(
        "computes the loss after taking 1 away",
        _loss_after_taking_1_away,
        "The gradients are right, but the loss is nan: you subtract 1 at the labels, in place, "
        "before the loss has been computed. Take the logarithm first, or work on a copy of p.",
    ),
    Misconception(
        "lists the last layer first",
        _last_layer_first,
        "The numbers are right, but the lists begin with the second layer. You found them in that "
        "order; wanted is the order of `weights` and `biases`.",
    ),
    Misconception(
        "adds something inside the logarithm",
        _something_inside_the_logarithm,
        "Your loss is −ln(p + 1e-8): close where p is large, too small where the network is sure "
        "and wrong. There the loss must be allowed to be large.",
    ),
    Misconception(
        "takes the mean over the classes as well",
        _mean_over_classes_too,
        "Your loss is C times too small: `np.mean` over an (N, C) array divides by C too. Only "
        "the right class of each row counts: pick it, and then take the mean over N rows.",
    ),
    Misconception(
        "goes straight through the ReLU",
        _no_mask,
        "The second layer's gradients are right, the first layer's are not: on the way back you "
        "pass the ReLU as if it were not there. Neurons that were shut, z1 <= 0, get 0.",
    ),
    Misconception(
        "forgets the right answer",
        _without_onehot,
        "You send p back. The gradient of the scores is p − onehot: p − 1 at the right class, "
        "which is negative, because there a higher score lowers the loss.",
    ),
    Misconception(
        "uses the hidden scores where the hidden outputs belong",
        _score_for_output,
        "The gradient of W2 is wrong: you use z1, the hidden layer before the ReLU. W2 was "
        "multiplied with h = relu(z1), so that is what it meets on the way back.",
    ),
)

# ------------------------------------------------------------------------------ unbroadcast


def _added_up(gradient, shape, add):
    n_new = gradient.ndim - len(shape)
    stretched = [n_new + i for i, length in enumerate(shape) if length == 1]
    return add(gradient, (*range(n_new), *stretched)).reshape(shape)


def _mean(gradient, shape):
    return _added_up(gradient, shape, lambda g, axes: g.mean(axis=axes))


def _first_copy(gradient, shape):
    return _added_up(
        gradient,
        shape,
        lambda g, axes: g[tuple(0 if i in axes else slice(None) for i in range(g.ndim))],
    )


def _new_axes_only(gradient, shape):
    return gradient.sum(axis=tuple(range(gradient.ndim - len(shape))))


def _stretched_axes_only(gradient, shape):
    n_new = gradient.ndim - len(shape)
    axes = [n_new + i for i, length in enumerate(shape) if length == 1]
    return gradient.sum(axis=tuple(axes), keepdims=True)


def _without_keepdims(gradient, shape):
    n_new = gradient.ndim - len(shape)
    stretched = [n_new + i for i, length in enumerate(shape) if length == 1]
    return gradient.sum(axis=(*range(n_new), *stretched))


def _first_axis_only(gradient, shape):
    return gradient.sum(axis=0)


def _aligned_on_the_left(gradient, shape):
    axes = [i for i in range(gradient.ndim) if i >= len(shape) or shape[i] != gradient.shape[i]]
    return gradient.sum(axis=tuple(axes))


UNBROADCAST = (
    Misconception(
        "averages the copies",
        _mean,
        "You take the mean over the copies. Every copy had its own effect on the loss, and effects "
        "add up: it must be the sum.",
    ),
    Misconception(
        "keeps the first copy only",
        _first_copy,
        "You keep one copy's gradient and drop the others'. All copies come from the same number, "
        "so when it moves they all move: add their gradients up.",
    ),
    Misconception(
        "always sums over the first axis",
        _first_axis_only,
        "You sum over axis 0, whatever was copied. That is right for a bias and a batch; for "
        "other shapes find out along which axes copies were made.",
    ),
    Misconception(
        "lines the shapes up on the left",
        _aligned_on_the_left,
        "You compare the shapes from the left. Broadcasting lines them up on the right: the axis "
        "of a (4,) is the last axis of a (3, 4).",
    ),
    Misconception(
        "forgets the axes of length 1",
        _new_axes_only,
        "You sum over the axes that broadcasting put in front. It also stretches axes of length 1: "
        "a (3, 1) that met a (3, 4) was copied 4 times along its last axis.",
    ),
    Misconception(
        "forgets the axes in front",
        _stretched_axes_only,
        "You sum over the axes of length 1 that were stretched. Broadcasting also puts whole new "
        "axes in front: a bias (4,) that met a batch (3, 4) was copied 3 times.",
    ),
    Misconception(
        "loses the axes of length 1",
        _without_keepdims,
        "The sums are right, but the axes of length 1 are gone: the result must have exactly the "
        "given shape, (3, 1) and not (3,).",
    ),
)

# ------------------------------------------------------------------------ topological_order


def _breadth_first(output):
    order, seen, to_do = [], {output}, deque([output])
    while to_do:
        node = to_do.popleft()
        order.append(node)
        for parent in node.parents:
            if parent not in seen:
                seen.add(parent)
                to_do.append(parent)
    return order[::-1]


def _depth_first_as_met(output):
    order, seen, to_do = [], set(), [output]
    while to_do:
        node = to_do.pop()
        if node not in seen:
            seen.add(node)
            order.append(node)
            to_do.extend(reversed(node.parents))
    return order[::-1]


def _recursive(output):
    order, seen = [], set()

    def visit(node):
        if node not in seen:
            seen.add(node)
            for parent in node.parents:
                visit(parent)
            order.append(node)

    visit(output)
    return order


def _finished(output):
    """The right order."""
    order, seen, to_do = [], set(), [(output, False)]
    while to_do:
        node, done = to_do.pop()
        if done:
            order.append(node)
        elif node not in seen:
            seen.add(node)
            to_do.append((node, True))
            to_do.extend((parent, False) for parent in node.parents)
    return order


def _with_repeats(output):
    order, to_do = [], [(output, False)]
    while to_do:
        node, done = to_do.pop()
        if done:
            order.append(node)
        else:
            to_do.append((node, True))
            to_do.extend((parent, False) for parent in node.parents)
    return order


def _output_first(output):
    return _finished(output)[::-1]


def _without_the_output(output):
    return _finished(output)[:-1]


def _seen_when_put_on_the_list(output):
    order, seen, to_do = [], {output}, [(output, False)]
    while to_do:
        node, done = to_do.pop()
        if done:
            order.append(node)
            continue
        to_do.append((node, True))
        for parent in node.parents:
            if parent not in seen:
                seen.add(parent)
                to_do.append((parent, False))
    return order


def _leaves_marks(output):
    order, to_do = [], [(output, False)]
    while to_do:
        node, done = to_do.pop()
        if done:
            order.append(node)
        elif not getattr(node, "visited", False):
            node.visited = True
            to_do.append((node, True))
            to_do.extend((parent, False) for parent in node.parents)
    return order


def _takes_the_graph_apart(output):
    order, listed, to_do = [], set(), [output]
    while to_do:
        node = to_do[-1]
        parents = node.parents
        if node not in listed and parents:
            to_do.append(parents.pop())
            continue
        if node not in listed:
            listed.add(node)
            order.append(node)
        to_do.pop()
    return order


TOPOLOGICAL_ORDER = (
    Misconception(
        "goes level by level",
        _breadth_first,
        "You list nodes by their distance from the output (breadth first). A node that is used "
        "both near the output and further away is then listed too late: some node that was made "
        "from it stands before it.",
    ),
    Misconception(
        "lists a node when it is met, not when it is finished",
        _depth_first_as_met,
        "You list a node as soon as you meet it. It belongs in the list only when all of its "
        "parents are in it: come back to a node after its parents are done.",
    ),
    Misconception(
        "counts a node as seen when it is put on the list",
        _seen_when_put_on_the_list,
        "You mark a node as seen when you put it on the list of what is to do. Then a node that is "
        "met again, nearer to the inputs, keeps its first place, deep in that list, and comes up "
        "too late: after a node that was made from it. Mark it when you take it from the list, "
        "and let it stand there twice.",
    ),
    Misconception(
        "leaves marks on the nodes",
        _leaves_marks,
        "The order is right the first time. But you mark the nodes themselves, and the marks stay: "
        "a second call finds every node visited already. A weight belongs to a new graph in every "
        "step of a training. Keep what you have seen in a set of your own.",
    ),
    Misconception(
        "takes the graph apart",
        _takes_the_graph_apart,
        "You take parents out of the nodes' own lists, so that afterwards the graph is gone, and "
        "nobody can go back through it. Only read `parents`.",
    ),
    Misconception(
        "calls itself",
        _recursive,
        "The order is right, but your function calls itself once for each step down, and Python "
        "allows about a thousand calls within each other. A chain of operations, such as a loop "
        "over a long text, goes deeper. Keep a list of your own of what is still to do.",
    ),
    Misconception(
        "lists a node once for each path",
        _with_repeats,
        "A node that was used twice is listed twice. Remember what you have seen. Without that, "
        "the work doubles with every such node: thirty in a row would take a billion steps.",
    ),
    Misconception(
        "puts the output first",
        _output_first,
        "Your list runs from the output to the inputs. Asked for is the order in which the values "
        "were computed: parents first, the output last.",
    ),
    Misconception(
        "leaves the output out",
        _without_the_output,
        "The output itself is missing: it is the last node of the list.",
    ),
)
