"""The well-known mistakes in the exercises of notebook 02, and what to say to their authors."""

from collections import deque

import numpy as np

from course_utils.exercises.exercise import Misconception
from course_utils.scratch.gradients import affine_backward, relu_backward
from course_utils.scratch.layers import affine_forward, relu, sigmoid, softmax

# ----------------------------------------------------------------------- numerical_gradient


def _differences(x, slope):
    gradient = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        nudge = np.zeros(x.shape)
        nudge[index] = 1.0
        gradient[index] = slope(nudge)
    return gradient


def _forward_difference(f, x, h=1e-5):
    return _differences(x, lambda nudge: (f(x + h * nudge) - f(x)) / h)


def _divided_by_h(f, x, h=1e-5):
    return _differences(x, lambda nudge: (f(x + h * nudge) - f(x - h * nudge)) / h)


def _all_at_once(f, x, h=1e-5):
    return np.full(x.shape, (f(x + h) - f(x - h)) / (2 * h))


def _row_by_row(f, x, h=1e-5):
    gradient = np.zeros(x.shape)
    for i in range(len(x)):
        up, down = x.astype(float), x.astype(float)
        up[i] += h
        down[i] -= h
        gradient[i] = (f(up) - f(down)) / (2 * h)
    return gradient


def _nudges_pile_up(f, x, h=1e-5):
    work, gradient = x.astype(float), np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        work[index] += h
        up = f(work)
        work[index] -= 2 * h
        gradient[index] = (up - f(work)) / (2 * h)
    return gradient


NUMERICAL_GRADIENT = (
    Misconception(
        "looks to one side only",
        _forward_difference,
        "You compare f(x + h) with f(x): the one-sided difference. Its error falls only in step "
        "with h. Nudge down as well: in (f(x + h) − f(x − h)) / 2h the error of order h cancels.",
    ),
    Misconception(
        "divides by h where the distance is 2h",
        _divided_by_h,
        "Every slope is twice too large. From x − h to x + h it is a way of 2h, so that is what "
        "the rise must be divided by.",
    ),
    Misconception(
        "nudges all numbers at once",
        _all_at_once,
        "All entries are the same, because you add h to the whole array at once. That measures "
        "how f reacts when everything moves together. Nudge one number at a time.",
    ),
    Misconception(
        "nudges a whole row at once",
        _row_by_row,
        "For a matrix, `x[i]` is a row, so a whole row moves with each nudge. Walk over single "
        "numbers, whatever the shape: `for index in np.ndindex(x.shape)`.",
    ),
    Misconception(
        "does not take a nudge back",
        _nudges_pile_up,
        "The first number comes out right, the later ones do not: earlier nudges are still in the "
        "array when the next number has its turn. Start each number from a fresh copy of x.",
    ),
)

# -------------------------------------------------------------------------- affine_backward


def _averaged(dy, x, weight):
    return dy @ weight, dy.T @ x / len(x), dy.mean(axis=0)


def _transposed(dy, x, weight):
    return dy @ weight, x.T @ dy, dy.sum(axis=0)


def _bias_not_summed(dy, x, weight):
    return dy @ weight, dy.T @ x, dy


def _bias_summed_over_neurons(dy, x, weight):
    return dy @ weight, dy.T @ x, dy.sum(axis=1)


def _wrong_order(dy, x, weight):
    return dy.T @ x, dy @ weight, dy.sum(axis=0)


AFFINE_BACKWARD = (
    Misconception(
        "averages over the batch",
        _averaged,
        "You divide by the number of examples. If the loss is a mean, that division is already "
        "inside dy, which came from the loss; here the examples' contributions are added up.",
    ),
    Misconception(
        "gives the gradient of the weight transposed",
        _transposed,
        "Your gradient of the weight is x.T @ dy, of shape (D_in, D_out). The weight is "
        "(D_out, D_in), and a gradient always has the shape of what it belongs to: dy.T @ x.",
    ),
    Misconception(
        "does not sum the gradient of the bias over the batch",
        _bias_not_summed,
        "The same bias was added to every row, so it has a share in every row of dy. Add these "
        "rows up: one number for each neuron.",
    ),
    Misconception(
        "sums the gradient of the bias over the neurons",
        _bias_summed_over_neurons,
        "You add up along the neurons and get one number for each example. The bias has one for "
        "each neuron: add up along the batch, which is axis 0.",
    ),
    Misconception(
        "returns the gradients in another order",
        _wrong_order,
        "The numbers are right, but in another order than asked: dx, then dweight, then dbias.",
    ),
)

# ------------------------------------------------------------------------- sigmoid_backward


def _without_dy(dy, y):
    return y * (1 - y)


def _sigmoid_again(dy, y):
    return dy * sigmoid(y) * (1 - sigmoid(y))


def _slope_of_tanh(dy, y):
    return dy * (1 - y * y)


SIGMOID_BACKWARD = (
    Misconception(
        "leaves out what comes from above",
        _without_dy,
        "y (1 − y) is the slope of the sigmoid alone: how y reacts to z. The chain rule multiplies "
        "it by dy, how the loss reacts to y.",
    ),
    Misconception(
        "applies the sigmoid once more",
        _sigmoid_again,
        "You apply the sigmoid to y, which already is its output. With y at hand the slope needs "
        "no further sigmoid.",
    ),
    Misconception(
        "uses the slope of tanh",
        _slope_of_tanh,
        "1 − y² is the slope of tanh. The sigmoid's is y (1 − y).",
    ),
)

# ---------------------------------------------------------------------------- relu_backward


def _by_the_sign_of_dy(dy, z):
    return dy * (dy > 0)


def _mask_alone(dy, z):
    return np.where(z > 0, 1.0, 0.0).astype(dy.dtype)


def _open_at_zero(dy, z):
    return dy * (z >= 0)


def _times_the_output(dy, z):
    return dy * relu(z)


RELU_BACKWARD = (
    Misconception(
        "looks at the sign of dy",
        _by_the_sign_of_dy,
        "You let through where dy is positive. What matters is whether the neuron was open on the "
        "way forwards, z > 0. A gradient that is negative passes through an open neuron too.",
    ),
    Misconception(
        "leaves out what comes from above",
        _mask_alone,
        "You return the slope of the ReLU, ones and zeros. The chain rule multiplies it by dy.",
    ),
    Misconception(
        "lets the gradient through at 0",
        _open_at_zero,
        "Where z is exactly 0 the ReLU has no derivative; here, as in PyTorch, it is taken as 0. "
        "You let the gradient through.",
    ),
    Misconception(
        "multiplies by the output instead of the slope",
        _times_the_output,
        "You multiply dy by relu(z) itself. The slope of the ReLU is 1 where it is open, however "
        "large z is there.",
    ),
)

# ------------------------------------------------------------------------- softmax_backward


def _diagonal_only(dp, p):
    return dp * p * (1 - p)


def _sum_of_everything(dp, p):
    return p * (dp - np.sum(dp * p))


def _sum_over_the_batch(dp, p):
    return p * (dp - np.sum(dp * p, axis=0))


def _without_outer_p(dp, p):
    return dp - np.sum(dp * p, axis=-1, keepdims=True)


def _only_own_share(dp, p):
    return p * dp


SOFTMAX_BACKWARD = (
    Misconception(
        "forgets that a score moves all probabilities",
        _diagonal_only,
        "p (1 − p) is how a probability reacts to its own score. But when one score rises, all "
        "other probabilities of the row fall, and the loss feels those too.",
    ),
    Misconception(
        "forgets that the probabilities compete",
        _only_own_share,
        "You have the part in which a score raises its own term, but not the second part, which "
        "the normalisation brings: it takes the row's weighted mean of dp away.",
    ),
    Misconception(
        "sums over the whole batch",
        _sum_of_everything,
        "Your sum runs over all rows at once. Each row is a softmax of its own: sum along the last "
        "axis, with keepdims=True.",
    ),
    Misconception(
        "sums over the wrong axis",
        _sum_over_the_batch,
        "You sum along axis 0, over the examples. Each row is a softmax of its own: sum along the "
        "last axis, with keepdims=True.",
    ),
    Misconception(
        "leaves out the factor p",
        _without_outer_p,
        "The bracket, dp minus its weighted mean, is right. It still has to be multiplied by p: "
        "an unlikely class hardly moves.",
    ),
)

# ----------------------------------------------------------------------------- mlp_backward


def _mlp(x, labels, weights, biases, *, mask=True, n=None, onehot=True, inner="h", total=False):
    (W1, W2), (b1, b2) = weights, biases
    z1 = affine_forward(x, W1, b1)
    h = relu(z1)
    p = softmax(affine_forward(h, W2, b2))
    each = np.arange(len(x))
    losses = -np.log(p[each, labels])
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
