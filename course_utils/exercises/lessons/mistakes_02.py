"""The well-known mistakes in the exercises of notebook 02, and what to say to their authors."""

import numpy as np

from course_utils.exercises.exercise import Misconception
from course_utils.scratch.layers import relu, sigmoid

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


def _down_minus_up(f, x, h=1e-5):
    return _differences(x, lambda nudge: (f(x - h * nudge) - f(x + h * nudge)) / (2 * h))


def _times_h(f, x, h=1e-5):
    return _differences(x, lambda nudge: (f(x + h * nudge) - f(x - h * nudge)) / 2 * h)


def _step_of_its_own(f, x, h=1e-5):
    return _differences(x, lambda nudge: (f(x + 1e-5 * nudge) - f(x - 1e-5 * nudge)) / 2e-5)


def _two_names_for_one_array(f, x, h=1e-5):
    gradient = np.zeros(x.shape)
    up = down = x.astype(float)
    for index in np.ndindex(x.shape):
        up[index] += h
        down[index] -= h
        gradient[index] = (f(up) - f(down)) / (2 * h)
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
        "forgets the brackets round 2h",
        _times_h,
        "`a / 2 * h` divides by 2 and then multiplies by h. Write `a / (2 * h)`.",
    ),
    Misconception(
        "takes down minus up",
        _down_minus_up,
        "All signs are turned round: you subtract f(x + h) from f(x − h). The rise from the lower "
        "end to the upper is f(x + h) − f(x − h).",
    ),
    Misconception(
        "uses a step of its own",
        _step_of_its_own,
        "Your step is always 1e-5. Use the `h` that the caller gives: with h = 0.1 the answer is "
        "meant to be a little off.",
    ),
    Misconception(
        "has two names for one array",
        _two_names_for_one_array,
        "All your slopes are 0: `up = x` makes no copy, only a second name, so that `up` and "
        "`down` are the same array. `x.copy()` makes a new one.",
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


def _weight_transposed(dy, x, weight):
    return dy @ weight.T, dy.T @ x, dy.sum(axis=0)


def _bias_keeps_the_batch_axis(dy, x, weight):
    return dy @ weight, dy.T @ x, dy.sum(axis=0, keepdims=True)


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
        "transposes the weight on the way back",
        _weight_transposed,
        "You multiply dy by the transpose of the weight. Forwards it was x times the transpose; "
        "backwards (N, D_out) must meet (D_out, D_in), which is the weight as it is. With a "
        "square weight this mistake raises no error.",
    ),
    Misconception(
        "keeps the batch axis of the bias",
        _bias_keeps_the_batch_axis,
        "The gradient of the bias has the shape (1, D_out), and the bias (D_out,). Leave out "
        "`keepdims=True`.",
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


def _one_minus_y_alone(dy, y):
    return dy * (1 - y)


def _sign_turned(dy, y):
    return dy * y * (y - 1)


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
        "leaves out the factor y",
        _one_minus_y_alone,
        "You multiply by 1 − y alone. The slope is y (1 − y): it is small at both ends, where y "
        "is near 0 and where it is near 1.",
    ),
    Misconception(
        "turns the sign round",
        _sign_turned,
        "All signs are turned round: you have y (y − 1). The sigmoid rises everywhere, so its "
        "slope y (1 − y) is never negative.",
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


def _only_positive_gradients(dy, z):
    return np.maximum(dy, 0) * (z > 0)


def _sign_of_z(dy, z):
    return dy * np.sign(z)


RELU_BACKWARD = (
    Misconception(
        "looks at the sign of dy",
        _by_the_sign_of_dy,
        "You let through where dy is positive. What matters is whether the neuron was open on the "
        "way forwards, z > 0. A gradient that is negative passes through an open neuron too.",
    ),
    Misconception(
        "lets only positive gradients through",
        _only_positive_gradients,
        "The mask z > 0 is right, but you also drop what is negative in dy. A gradient of either "
        "sign passes through an open neuron.",
    ),
    Misconception(
        "takes the sign of z for the slope",
        _sign_of_z,
        "The sign of z is −1 where z is negative: that is the slope of |z|. The ReLU is flat "
        "there, so its slope is 0.",
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


def _plain_mean(dp, p):
    return p * (dp - np.mean(dp, axis=-1, keepdims=True))


def _plain_sum(dp, p):
    return p * (dp - np.sum(dp, axis=-1, keepdims=True))


def _no_keepdims(dp, p):
    return p * (dp - np.sum(dp * p, axis=-1))


def _adds_the_mean(dp, p):
    return p * (dp + np.sum(dp * p, axis=-1, keepdims=True))


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
        "takes the plain mean of dp",
        _plain_mean,
        "You subtract the plain mean of dp. Each class counts by its probability: the sum of "
        "dp × p along the row.",
    ),
    Misconception(
        "takes the plain sum of dp",
        _plain_sum,
        "You subtract the sum of dp. Inside the sum stands dp_i p_i: each class counts by its "
        "probability.",
    ),
    Misconception(
        "adds the mean",
        _adds_the_mean,
        "You add the weighted mean where it must be subtracted: ∂p_i/∂z_j is −p_i p_j for i ≠ j.",
    ),
    Misconception(
        "forgets keepdims",
        _no_keepdims,
        "The sums have the shape (N,), and against (N, C) they meet the wrong axis. With "
        "`keepdims=True` they keep the shape (N, 1).",
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
