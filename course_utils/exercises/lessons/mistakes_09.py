"""The well-known mistakes of notebook 09, norms: each makes one, and only that one."""

import numpy as np

from course_utils.exercises.exercise import Misconception
from course_utils.scratch.normalisation import layer_norm, layer_norm_backward

# ------------------------------------------------------------------------------- layer_norm


def _normalized(x, weight, bias, mean, deviation):
    return (x - mean) / deviation * weight + bias


def epsilon_outside_the_root(x, weight, bias, epsilon=1e-5):
    deviation = np.std(x, axis=-1, keepdims=True) + epsilon
    return _normalized(x, weight, bias, np.mean(x, axis=-1, keepdims=True), deviation)


def no_epsilon(x, weight, bias, epsilon=1e-5):
    with np.errstate(invalid="ignore", divide="ignore"):
        return layer_norm(x, weight, bias, 0.0)


def divides_by_d_minus_one(x, weight, bias, epsilon=1e-5):
    variance = np.var(x, axis=-1, keepdims=True, ddof=1)
    mean = np.mean(x, axis=-1, keepdims=True)
    return _normalized(x, weight, bias, mean, np.sqrt(variance + epsilon))


def over_the_batch(x, weight, bias, epsilon=1e-5):
    mean, variance = np.mean(x, axis=0, keepdims=True), np.var(x, axis=0, keepdims=True)
    return _normalized(x, weight, bias, mean, np.sqrt(variance + epsilon))


def over_axis_1(x, weight, bias, epsilon=1e-5):
    mean, variance = np.mean(x, axis=1, keepdims=True), np.var(x, axis=1, keepdims=True)
    return _normalized(x, weight, bias, mean, np.sqrt(variance + epsilon))


def always_the_same_epsilon(x, weight, bias, epsilon=1e-5):
    return layer_norm(x, weight, bias)


def shifts_before_it_stretches(x, weight, bias, epsilon=1e-5):
    return layer_norm(x, weight, bias * weight, epsilon)


def over_everything(x, weight, bias, epsilon=1e-5):
    return _normalized(x, weight, bias, np.mean(x), np.sqrt(np.var(x) + epsilon))


def divides_by_the_variance(x, weight, bias, epsilon=1e-5):
    variance = np.var(x, axis=-1, keepdims=True)
    return _normalized(x, weight, bias, np.mean(x, axis=-1, keepdims=True), variance + epsilon)


def does_not_centre(x, weight, bias, epsilon=1e-5):
    variance = np.var(x, axis=-1, keepdims=True)
    return _normalized(x, weight, bias, 0.0, np.sqrt(variance + epsilon))


def no_gain_and_shift(x, weight, bias, epsilon=1e-5):
    return layer_norm(x, np.ones_like(weight), np.zeros_like(bias), epsilon)


LAYER_NORM = (
    Misconception(
        "epsilon outside the root",
        epsilon_outside_the_root,
        "Epsilon is added to the standard deviation here. It belongs inside the root, "
        "beside the variance: √(variance + epsilon). With small features the two differ "
        "a lot.",
    ),
    Misconception(
        "forgets epsilon",
        no_epsilon,
        "Epsilon is missing. While it is small and the features are large one hardly sees it; "
        "otherwise the numbers are off, and where all features of a row are equal, 0 / 0 is "
        "nan. Add epsilon to the variance before you take the root.",
    ),
    Misconception(
        "the same epsilon whatever is asked for",
        always_the_same_epsilon,
        "Right for the usual epsilon, but the argument has no effect: 0.00001 stands in "
        "your code as a number. Use `epsilon`.",
    ),
    Misconception(
        "divides by D - 1",
        divides_by_d_minus_one,
        "The variance is divided by D - 1, as a statistician does who guesses from a "
        "sample. Here the row is all there is: its variance is the mean of the squared "
        "deviations, over D of them.",
    ),
    Misconception(
        "takes mean and variance over the batch",
        over_the_batch,
        "Mean and variance run over the first axis: what one example becomes then "
        "depends on the others in its batch. Each row is on its own: the last axis.",
    ),
    Misconception(
        "takes mean and variance over axis 1",
        over_axis_1,
        "Axis 1 is the last one for a table of rows only. With texts in a batch it is "
        "time, and a row alone has no axis 1. Count from the end: `axis=-1`.",
    ),
    Misconception(
        "one mean for the whole array",
        over_everything,
        "There is one mean and one variance for all numbers together. Every row has its "
        "own: `axis=-1`, with `keepdims=True` so that they broadcast.",
    ),
    Misconception(
        "divides by the variance",
        divides_by_the_variance,
        "The rows are divided by their variance. The spread of a row is its standard "
        "deviation, the root of that.",
    ),
    Misconception(
        "does not take the mean away",
        does_not_centre,
        "The spread becomes right, but the mean of each row is still there: subtract it "
        "before you divide.",
    ),
    Misconception(
        "shifts before it stretches",
        shifts_before_it_stretches,
        "The bias is added before the weight multiplies, so it is stretched as well. "
        "First times `weight`, then plus `bias`.",
    ),
    Misconception(
        "leaves weight and bias out",
        no_gain_and_shift,
        "Every row has mean 0 and variance 1, and that is where you stop. The learned "
        "numbers are missing: times `weight`, plus `bias`.",
    ),
)

# ---------------------------------------------------------------------- layer_norm_backward


def _parts(dy, x, weight, epsilon):
    deviation = np.sqrt(np.var(x, axis=-1, keepdims=True) + epsilon)
    return deviation, (x - np.mean(x, axis=-1, keepdims=True)) / deviation, dy * weight


def _with_dx(dx, dy, x, weight, epsilon):
    return dx, *layer_norm_backward(dy, x, weight, epsilon)[1:]


def all_constants(dy, x, weight, epsilon=1e-5):
    deviation, _, dunit = _parts(dy, x, weight, epsilon)
    return _with_dx(dunit / deviation, dy, x, weight, epsilon)


def forgets_the_mean(dy, x, weight, epsilon=1e-5):
    deviation, unit, dunit = _parts(dy, x, weight, epsilon)
    along = unit * np.mean(dunit * unit, axis=-1, keepdims=True)
    return _with_dx((dunit - along) / deviation, dy, x, weight, epsilon)


def forgets_the_variance(dy, x, weight, epsilon=1e-5):
    deviation, _, dunit = _parts(dy, x, weight, epsilon)
    dx = (dunit - np.mean(dunit, axis=-1, keepdims=True)) / deviation
    return _with_dx(dx, dy, x, weight, epsilon)


def sums_where_means_belong(dy, x, weight, epsilon=1e-5):
    deviation, unit, dunit = _parts(dy, x, weight, epsilon)
    through_mean = np.sum(dunit, axis=-1, keepdims=True)
    through_variance = unit * np.sum(dunit * unit, axis=-1, keepdims=True)
    dx = (dunit - through_mean - through_variance) / deviation
    return _with_dx(dx, dy, x, weight, epsilon)


def forgets_the_gain(dy, x, weight, epsilon=1e-5):
    dx = layer_norm_backward(dy, x, np.ones_like(weight), epsilon)[0]
    return _with_dx(dx, dy, x, weight, epsilon)


def gain_from_the_input(dy, x, weight, epsilon=1e-5):
    dx, _, dbias = layer_norm_backward(dy, x, weight, epsilon)
    return dx, np.sum(dy * x, axis=tuple(range(x.ndim - 1))), dbias


def means_over_the_rows(dy, x, weight, epsilon=1e-5):
    dx, dweight, dbias = layer_norm_backward(dy, x, weight, epsilon)
    n_rows = x.size // x.shape[-1]
    return dx, dweight / n_rows, dbias / n_rows


def sums_over_the_first_axis(dy, x, weight, epsilon=1e-5):
    _, unit, _ = _parts(dy, x, weight, epsilon)
    dx = layer_norm_backward(dy, x, weight, epsilon)[0]
    return dx, np.sum(dy * unit, axis=0), np.sum(dy, axis=0)


def divides_by_the_variance_back(dy, x, weight, epsilon=1e-5):
    deviation, _, _ = _parts(dy, x, weight, epsilon)
    dx = layer_norm_backward(dy, x, weight, epsilon)[0]
    return _with_dx(dx / deviation, dy, x, weight, epsilon)


def no_epsilon_back(dy, x, weight, epsilon=1e-5):
    return layer_norm_backward(dy, x, weight, 0.0)


LAYER_NORM_BACKWARD = (
    Misconception(
        "mean and deviation taken for constants",
        all_constants,
        "dx is dy · weight / σ: right if μ and σ were given numbers. But they are made of "
        "x: each feature moves the mean and the spread of its row, and so moves all of "
        "the row's outputs. Two terms are missing.",
    ),
    Misconception(
        "forgets the way through the mean",
        forgets_the_mean,
        "The term of the variance is there, that of the mean is not: raising all features "
        "of a row by the same amount changes nothing, so the numbers of each row of dx "
        "must sum to 0. Yours do not.",
    ),
    Misconception(
        "forgets the way through the variance",
        forgets_the_variance,
        "The term of the mean is there, that of the variance is not. Stretching a row "
        "changes nothing, so dx must have no part along the normalised row: take "
        "u · mean(du · u) away.",
    ),
    Misconception(
        "sums where means belong",
        sums_where_means_belong,
        "Both terms are there, but as sums over the features. μ and σ² are means, so "
        "each feature has a share of 1/D in them: take means.",
    ),
    Misconception(
        "forgets the gain on the way back",
        forgets_the_gain,
        "dx does not know of `weight`. The last step forwards multiplied by it, so the "
        "first step back does too: du = dy · weight.",
    ),
    Misconception(
        "takes the raw input for dweight",
        gain_from_the_input,
        "dweight is summed from dy · x. What the weight was multiplied with is the "
        "normalised row u, not x.",
    ),
    Misconception(
        "sums over the first axis only",
        sums_over_the_first_axis,
        "dweight and dbias are summed over the first axis. That is right for a table of "
        "rows; with texts in a batch the axis of time is left. Sum over all axes but the "
        "last, so that (D,) remains.",
    ),
    Misconception(
        "divides by the variance",
        divides_by_the_variance_back,
        "dx is divided by σ². The derivation ends with 1/σ, the standard deviation, once.",
    ),
    Misconception(
        "forgets epsilon",
        no_epsilon_back,
        "Epsilon is missing in σ. Forwards it was added to the variance; backwards σ is "
        "the same number. With small features the two differ.",
    ),
    Misconception(
        "averages over the rows",
        means_over_the_rows,
        "dweight and dbias are divided by the number of rows. A gradient adds up over "
        "all places where a parameter was used; the loss has taken its mean already.",
    ),
)
