"""Well-known mistakes in the exercises of notebook 04, and what to say about each."""

import numpy as np

from course_utils.exercises.exercise import Misconception
from course_utils.scratch.layers import sigmoid, softmax
from course_utils.scratch.losses import log_softmax, one_hot

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
        "sums instead of averaging",
        _huber_sum,
        "Each error is judged rightly, but they are summed. Take the mean, like all losses here.",
    ),
)


# ---------------------------------------------------------- binary_cross_entropy_with_logits


def _binary(p, labels):
    with np.errstate(divide="ignore", invalid="ignore"):
        return -(labels * np.log(p) + (1 - labels) * np.log(1 - p))


def _loses_the_tail(logits, labels):
    with np.errstate(over="ignore", invalid="ignore"):
        return np.mean(_binary(1 / (1 + np.exp(-logits)), labels))


def _softplus_overflows(logits, labels):
    with np.errstate(over="ignore"):
        return np.mean(np.log(1 + np.exp(logits)) - labels * logits)


def _clips(logits, labels):
    return np.mean(_binary(np.clip(sigmoid(logits), 1e-7, 1 - 1e-7), labels))


def _stable(logits, labels):
    return np.maximum(logits, 0) + np.log1p(np.exp(-np.abs(logits))) - labels * logits


def _binary_sum(logits, labels):
    return np.sum(_stable(logits, labels))


def _labels_turned_round(logits, labels):
    return np.mean(_stable(logits, 1 - labels))


def _only_the_yes_half(logits, labels):
    return np.mean(labels * _stable(logits, 1))


def _logits_taken_for_probabilities(logits, labels):
    return np.mean(_binary(logits, labels))


def _binary_bits(logits, labels):
    return np.mean(_stable(logits, labels)) / np.log(2)


BINARY_CROSS_ENTROPY_WITH_LOGITS = (
    Misconception(
        "goes through the probability",
        _loses_the_tail,
        "All is right until the logits are large. Then the sigmoid is rounded to exactly 0 or 1, "
        "and the logarithm of 0 is -inf (and 0 × -inf is nan). Go from the logits to the "
        "logarithm in one step: -log σ(z) = log(1 + e^-z).",
    ),
    Misconception(
        "lets e^z overflow",
        _softplus_overflows,
        "The formula log(1 + e^z) - y z is right, and all is well until z is about 710. There e^z "
        "is infinite. Take the larger of the two terms, 1 and e^z, out of the logarithm.",
    ),
    Misconception(
        "clips the probabilities",
        _clips,
        "You keep the probabilities away from 0 and 1, so nothing overflows, but a logit of 1000 "
        "on the wrong side costs 1000, and with clipping it costs 16. Worse, its gradient "
        "becomes 0 there. Work from the logits.",
    ),
    Misconception(
        "sums instead of averaging",
        _binary_sum,
        "Each example is right, but you sum them. Take the mean.",
    ),
    Misconception(
        "turns the labels round",
        _labels_turned_round,
        "You charge the probability of the wrong answer. A large positive logit means yes: with "
        "label 1 it must cost almost nothing.",
    ),
    Misconception(
        "forgets the examples with label 0",
        _only_the_yes_half,
        "Only examples with label 1 cost anything. Then the best model says yes to everything. "
        "The other half is -(1 - y) log(1 - p).",
    ),
    Misconception(
        "takes logits for probabilities",
        _logits_taken_for_probabilities,
        "You take the logarithm of the logits themselves. They are scores, possibly negative: the "
        "probability is their sigmoid.",
    ),
    Misconception(
        "counts in bits",
        _binary_bits,
        "Your logarithm has base 2, so this is in bits. The course's losses are in nats: natural "
        "logarithms.",
    ),
)


# ----------------------------------------------------------------------------- cross_entropy


def _picked(log_probs, labels):
    return log_probs[np.arange(len(labels)), labels]


def _powers_overflow(logits, labels):
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        log_probs = logits - np.log(np.sum(np.exp(logits), axis=1, keepdims=True))
        return -np.mean(_picked(log_probs, labels))


def _log_of_the_softmax(logits, labels):
    with np.errstate(divide="ignore"):
        return -np.mean(_picked(np.log(softmax(logits)), labels))


def _one_maximum_for_all_rows(logits, labels):
    shifted = logits - np.max(logits)
    with np.errstate(divide="ignore"):
        log_probs = shifted - np.log(np.sum(np.exp(shifted), axis=1, keepdims=True))
    return -np.mean(_picked(log_probs, labels))


def _cross_entropy_sum(logits, labels):
    return -np.sum(_picked(log_softmax(logits), labels))


def _every_label_for_every_row(logits, labels):
    return -np.mean(log_softmax(logits)[:, labels])


def _divides_by_the_classes_too(logits, labels):
    return -np.mean(_picked(log_softmax(logits), labels)) / logits.shape[1]


def _softmax_over_the_examples(logits, labels):
    return -np.mean(_picked(log_softmax(logits.T).T, labels))


def _forgets_the_minus(logits, labels):
    return np.mean(_picked(log_softmax(logits), labels))


CROSS_ENTROPY = (
    Misconception(
        "lets the powers overflow",
        _powers_overflow,
        "All is right until the logits are near 1000: then e^z is infinite and the result nan. "
        "Take each row's maximum out first: that is log-sum-exp.",
    ),
    Misconception(
        "takes the logarithm of the softmax",
        _log_of_the_softmax,
        "Your softmax is stable, but a hopeless class gets a probability that is rounded to 0, "
        "and its logarithm is -inf. Subtract log-sum-exp from the logits instead, and never form "
        "the probability.",
    ),
    Misconception(
        "subtracts one maximum from all rows",
        _one_maximum_for_all_rows,
        "You subtract the maximum of the whole array. In a row that lies far below it every power "
        "becomes 0, and its logarithm -inf. Each row needs its own maximum: "
        "`axis=1, keepdims=True`.",
    ),
    Misconception(
        "sums instead of averaging",
        _cross_entropy_sum,
        "Each example is right, but they are summed. Take the mean over the N examples.",
    ),
    Misconception(
        "picks every label in every row",
        _every_label_for_every_row,
        "`log_probs[:, labels]` takes, in every row, the columns of all the labels: an (N, N) "
        "array. You want one entry of each row: index with the row numbers too, "
        "`[np.arange(N), labels]`.",
    ),
    Misconception(
        "divides by the number of classes",
        _divides_by_the_classes_too,
        "You average over all N × C entries, most of which are 0 because of the one-hot labels. "
        "Sum over the classes, then average over the N examples.",
    ),
    Misconception(
        "normalises over the examples",
        _softmax_over_the_examples,
        "Your probabilities sum to 1 down each column, so that the examples compete with one "
        "another. The classes of one example do: work along each row, `axis=1`.",
    ),
    Misconception(
        "forgets the minus sign",
        _forgets_the_minus,
        "This is the log-likelihood, which is negative and should grow. The loss is its negative.",
    ),
)


# -------------------------------------------------------------------- cross_entropy_backward


def _forgets_the_mean(logits, labels):
    return softmax(logits) - one_hot(labels, logits.shape[1])


def _forgets_the_label(logits, labels):
    return softmax(logits) / len(labels)


def _sign_turned_round(logits, labels):
    return (one_hot(labels, logits.shape[1]) - softmax(logits)) / len(labels)


def _softmax_slope_again(logits, labels):
    p = softmax(logits)
    return (p - one_hot(labels, logits.shape[1])) * p * (1 - p) / len(labels)


def _every_row_loses_every_label(logits, labels):
    gradient = softmax(logits)
    gradient[:, labels] -= 1
    return gradient / len(labels)


def _mean_over_all_entries(logits, labels):
    return (softmax(logits) - one_hot(labels, logits.shape[1])) / logits.size


def _by_the_probabilities(logits, labels):
    p = softmax(logits)
    return -one_hot(labels, logits.shape[1]) / p / len(labels)


CROSS_ENTROPY_BACKWARD = (
    Misconception(
        "forgets to divide by N",
        _forgets_the_mean,
        "This is the gradient of the sum. The loss is the mean over the N examples, so each row "
        "of its gradient is divided by N.",
    ),
    Misconception(
        "forgets the right class",
        _forgets_the_label,
        "These are the probabilities divided by N: the gradient of log-sum-exp alone. The loss "
        "also has the term -z of the right class; its derivative takes 1 away there.",
    ),
    Misconception(
        "has the wrong sign",
        _sign_turned_round,
        "The signs are turned round. The gradient points to where the loss grows: a higher logit "
        "of the right class lowers the loss, so its entry is negative.",
    ),
    Misconception(
        "multiplies by the slope of the softmax once more",
        _softmax_slope_again,
        "There is a factor p (1 - p) too many. The derivative of the logarithm has already "
        "cancelled it: p - onehot is the gradient by the logits.",
    ),
    Misconception(
        "takes 1 from every label's column in every row",
        _every_row_loses_every_label,
        "`gradient[:, labels] -= 1` changes whole columns. Take 1 from one entry of each row: "
        "`gradient[np.arange(N), labels] -= 1`.",
    ),
    Misconception(
        "divides by N × C",
        _mean_over_all_entries,
        "You divide by the number of all entries. The loss is a mean over the N examples only.",
    ),
    Misconception(
        "stops at the probabilities",
        _by_the_probabilities,
        "This is the gradient by the probabilities, -1/p at the right class. Send it on through "
        "the softmax to the logits: the result is much simpler.",
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
