"""Well-known mistakes in the exercises of notebook 04, and what to say about each."""

import numpy as np

from course_utils.exercises.exercise import Misconception
from course_utils.scratch.losses import one_hot

# ---------------------------------------------------------------------------------- mse_loss


def _sum_of_squares(predictions, targets):
    return np.sum((predictions - targets) ** 2)


def _half_the_mean(predictions, targets):
    return np.mean((predictions - targets) ** 2) / 2


def _root(predictions, targets):
    return np.sqrt(np.mean((predictions - targets) ** 2))


def _absolute(predictions, targets):
    return np.mean(np.abs(predictions - targets))


def _squares_the_mean_error(predictions, targets):
    return np.mean(predictions - targets) ** 2


def _difference_of_squares(predictions, targets):
    return np.mean(predictions**2 - targets**2)


def _one_mean_for_each_column(predictions, targets):
    return np.mean((predictions - targets) ** 2, axis=0)


def _divides_by_the_examples(predictions, targets):
    return np.sum((predictions - targets) ** 2) / len(predictions)


MSE_LOSS = (
    Misconception(
        "sums instead of averaging",
        _sum_of_squares,
        "This is the sum of the squared errors. It grows with the number of examples, and the "
        "right learning rate would too. Take the mean.",
    ),
    Misconception(
        "has a factor one half",
        _half_the_mean,
        "You divide by two as well. Some books do, so that the 2 of the derivative cancels. The "
        "mean squared error is the mean of the squared errors, without the half.",
    ),
    Misconception(
        "takes the square root",
        _root,
        "This is the root of the mean squared error. It has the unit of the targets and is good "
        "to report, but the Gaussian leads to the mean square itself.",
    ),
    Misconception(
        "takes absolute errors",
        _absolute,
        "This is the mean absolute error, the loss of Laplace noise. Square the errors.",
    ),
    Misconception(
        "squares the mean error",
        _squares_the_mean_error,
        "You average first and square then: errors of opposite sign cancel, and a model that is "
        "wrong both ways looks perfect. Square each error before you average.",
    ),
    Misconception(
        "squares before it subtracts",
        _difference_of_squares,
        "You square predictions and targets first and subtract then. 3² - 1² is 8, and the error, "
        "3 - 1 = 2, squared is 4. Subtract first.",
    ),
    Misconception(
        "averages each column by itself",
        _one_mean_for_each_column,
        "You average along one axis only, so that a table gives one mean for each column. The loss "
        "is one number: `np.mean` without an axis averages over everything.",
    ),
    Misconception(
        "divides by the examples only",
        _divides_by_the_examples,
        "You divide by the number of rows. When each example has several outputs, the mean is "
        "over all entries of the array.",
    ),
)


# -------------------------------------------------------------------------------- huber_loss


def _huber(predictions, targets, delta, parabola, line, small):
    e = predictions - targets
    return np.mean(np.where(small(e, delta), parabola(e), line(np.abs(e), delta)))


def _inside(e, delta):
    return np.abs(e) <= delta


def _half_square(e):
    return e**2 / 2


def _tangent(size, delta):
    return delta * (size - delta / 2)


def _line_that_jumps(predictions, targets, delta=1.0):
    return _huber(predictions, targets, delta, _half_square, lambda s, d: d * s, _inside)


def _large_negative_errors_squared(predictions, targets, delta=1.0):
    return _huber(predictions, targets, delta, _half_square, _tangent, lambda e, d: e <= d)


def _whole_square(predictions, targets, delta=1.0):
    return _huber(predictions, targets, delta, lambda e: e**2, _tangent, _inside)


def _plain_line(predictions, targets, delta=1.0):
    return _huber(predictions, targets, delta, _half_square, lambda s, d: s - d / 2, _inside)


def _delta_is_always_one(predictions, targets, delta=1.0):
    return _huber(predictions, targets, 1.0, _half_square, _tangent, _inside)


def _smooth_l1(predictions, targets, delta=1.0):
    return _huber(predictions, targets, delta, _half_square, _tangent, _inside) / delta


def _flat_beyond_delta(predictions, targets, delta=1.0):
    return np.mean(np.clip(predictions - targets, -delta, delta) ** 2 / 2)


def _line_too_high(predictions, targets, delta=1.0):
    return _huber(predictions, targets, delta, _half_square, lambda s, d: d * s - d / 2, _inside)


def _one_formula_for_all(predictions, targets, delta=1.0):
    size = np.abs(predictions - targets)
    formula = _half_square(size) if np.mean(size) <= delta else _tangent(size, delta)
    return np.mean(formula)


def _huber_sum(predictions, targets, delta=1.0):
    mean = _huber(predictions, targets, delta, _half_square, _tangent, _inside)
    return mean * np.size(predictions)


HUBER_LOSS = (
    Misconception(
        "jumps at delta",
        _line_that_jumps,
        "Your line is delta × |e|. At |e| = delta it has the value delta², where the parabola has "
        "delta² / 2: the loss jumps. Move the line down so that the two meet.",
    ),
    Misconception(
        "squares large negative errors",
        _large_negative_errors_squared,
        "You compare the error itself with delta, so that every negative error counts as small. "
        "Compare its absolute value.",
    ),
    Misconception(
        "forgets the half of the parabola",
        _whole_square,
        "Your parabola is e². With e² / 2 it has the slope e, which at delta is the slope of the "
        "line; with e² the slopes do not meet.",
    ),
    Misconception(
        "gives the line slope 1",
        _plain_line,
        "Your line has slope 1 whatever delta is. The parabola arrives at delta with slope delta, "
        "and the line has to go on with it.",
    ),
    Misconception(
        "ignores delta",
        _delta_is_always_one,
        "All is right for delta = 1, and delta = 1 is what you always use. Take the argument.",
    ),
    Misconception(
        "divides by delta",
        _smooth_l1,
        "This is Huber's loss divided by delta, which some libraries call smooth L1. Huber's own "
        "keeps the parabola at e² / 2 for every delta.",
    ),
    Misconception(
        "is flat beyond delta",
        _flat_beyond_delta,
        "You cut the error off at delta and square it then, so that beyond delta the loss no "
        "longer grows and pulls at nothing. It is the slope that is cut off: the loss goes on in a "
        "straight line.",
    ),
    Misconception(
        "subtracts delta / 2",
        _line_too_high,
        "Your line is delta × |e| - delta / 2. It has to meet the parabola at delta² / 2, so what "
        "is taken away is delta² / 2: delta × (|e| - delta / 2), with the brackets.",
    ),
    Misconception(
        "chooses one formula for all entries",
        _one_formula_for_all,
        "You decide once, by the mean error, and use that formula for every entry. Each entry "
        "decides for itself: `np.where` chooses entry by entry.",
    ),
    Misconception(
        "sums instead of averaging",
        _huber_sum,
        "Each error is judged rightly, but they are summed. Take the mean, like all losses here.",
    ),
)


# ------------------------------------------------------------------- label_smoothing_targets


def _spread_over_the_others_only(labels, n_classes, smoothing=0.1):
    right = one_hot(labels, n_classes)
    return right * (1 - smoothing) + (1 - right) * smoothing / max(n_classes - 1, 1)


def _adds_without_taking_away(labels, n_classes, smoothing=0.1):
    return one_hot(labels, n_classes) + smoothing / n_classes


def _right_class_gets_no_share(labels, n_classes, smoothing=0.1):
    right = one_hot(labels, n_classes)
    return right * (1 - smoothing) + (1 - right) * smoothing / n_classes


def _whole_share_for_each(labels, n_classes, smoothing=0.1):
    right = one_hot(labels, n_classes)
    return right * (1 - smoothing) + (1 - right) * smoothing


def _every_label_in_every_row(labels, n_classes, smoothing=0.1):
    targets = np.full((len(labels), n_classes), smoothing / n_classes)
    targets[:, labels] += 1 - smoothing
    return targets


def _shared_among_the_examples(labels, n_classes, smoothing=0.1):
    return (1 - smoothing) * one_hot(labels, n_classes) + smoothing / len(labels)


def _not_smoothed(labels, n_classes, smoothing=0.1):
    return one_hot(labels, n_classes)


def _kept_and_spread_exchanged(labels, n_classes, smoothing=0.1):
    return smoothing * one_hot(labels, n_classes) + (1 - smoothing) / n_classes


LABEL_SMOOTHING_TARGETS = (
    Misconception(
        "spreads over the wrong classes only",
        _spread_over_the_others_only,
        "You give the share to the other C - 1 classes. That is a possible convention, and the "
        "rows do sum to 1. The one of the paper, and of PyTorch, spreads it over all C classes, "
        "the right one included.",
    ),
    Misconception(
        "adds without taking away",
        _adds_without_taking_away,
        "Your rows sum to more than 1: every class gets its part, but the right class does not "
        "give anything up. Multiply the one-hot row by 1 - smoothing first.",
    ),
    Misconception(
        "leaves the right class out of the spreading",
        _right_class_gets_no_share,
        "Your rows sum to less than 1. You divide the share by C, but hand it to C - 1 classes: "
        "the right class gets its part back too.",
    ),
    Misconception(
        "gives each class the whole share",
        _whole_share_for_each,
        "Each wrong class gets the whole of `smoothing`. It is to be shared: divide it by the "
        "number of classes.",
    ),
    Misconception(
        "raises every label's column in every row",
        _every_label_in_every_row,
        "`targets[:, labels] += ...` changes whole columns. One entry of each row is meant: index "
        "with the row numbers too, `[np.arange(N), labels]`.",
    ),
    Misconception(
        "divides by the number of examples",
        _shared_among_the_examples,
        "You share `smoothing` among the N examples. It is shared among the classes of one "
        "example: divide by `n_classes`.",
    ),
    Misconception(
        "does not smooth",
        _not_smoothed,
        "These are plain one-hot rows. `smoothing` has no effect on them.",
    ),
    Misconception(
        "exchanges what is kept and what is spread",
        _kept_and_spread_exchanged,
        "You keep `smoothing` and spread the rest. With smoothing = 0 the row should be one-hot.",
    ),
)


# -------------------------------------------------------------------------------- perplexity


def _mean_of_powers(token_losses):
    return np.mean(np.exp(token_losses))


def _power_of_two(token_losses):
    return 2 ** np.mean(token_losses)


def _power_of_the_sum(token_losses):
    return np.exp(np.sum(token_losses))


def _root_of_a_product(token_losses):
    with np.errstate(over="ignore"):
        return np.prod(np.exp(token_losses)) ** (1 / np.size(token_losses))


def _probability_instead(token_losses):
    return np.exp(-np.mean(token_losses))


def _no_power(token_losses):
    return np.mean(token_losses)


PERPLEXITY = (
    Misconception(
        "averages the powers",
        _mean_of_powers,
        "You take the power of e of each loss and average then. One hopeless token would dominate "
        "everything. Average the losses first: perplexity belongs to the geometric mean of the "
        "probabilities.",
    ),
    Misconception(
        "takes powers of 2",
        _power_of_two,
        "You raise 2 to the mean loss. That is right for losses in bits. These are in nats, made "
        "with natural logarithms, so the base is e.",
    ),
    Misconception(
        "multiplies first and takes the root then",
        _root_of_a_product,
        "The root of the product of all e^loss is the same number on paper. But the product of a "
        "long text is larger than the largest float, and the root of infinity is infinity. Take "
        "the mean first and the power of e then.",
    ),
    Misconception(
        "gives the mean probability",
        _probability_instead,
        "This is e^-loss, the geometric mean of the probabilities. Perplexity is its inverse: a "
        "number of choices, at least 1.",
    ),
    Misconception(
        "returns the mean loss",
        _no_power,
        "This is the mean loss, in nats. Raise e to it to get a number of choices.",
    ),
    Misconception(
        "takes the power of the sum",
        _power_of_the_sum,
        "You raise e to the sum of the losses: that is one over the probability of the whole "
        "text, and grows with its length. Take the mean.",
    ),
)
