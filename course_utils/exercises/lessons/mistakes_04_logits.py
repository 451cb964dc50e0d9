"""Well-known mistakes in the losses of notebook 04 that start from logits, and their gradient."""

import numpy as np

from course_utils.exercises.exercise import Misconception
from course_utils.scratch.layers import sigmoid, softmax
from course_utils.scratch.losses import log_softmax, one_hot

LITTLE_NUMBERS = (1e-6, 1e-7, 1e-8, 1e-9, 1e-10, 1e-12, 1e-15)  # that keep a logarithm finite

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


def _clips_at(epsilon):
    def clips(logits, labels):
        return np.mean(_binary(np.clip(sigmoid(logits), epsilon, 1 - epsilon), labels))

    return clips


def _adds(epsilon):
    def adds(logits, labels):
        p = sigmoid(logits)
        return -np.mean(labels * np.log(p + epsilon) + (1 - labels) * np.log(1 - p + epsilon))

    return adds


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


def _wrong_sign_of_the_label_term(logits, labels):
    return np.mean(_stable(logits, -labels))


def _rounds_the_labels(logits, labels):
    return np.mean(_stable(logits, labels > 0.5))


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
    *(
        Misconception(
            f"clips the probabilities at {epsilon:g}",
            _clips_at(epsilon),
            "You keep the probabilities away from 0 and 1, so nothing overflows, but a logit of "
            f"1000 on the wrong side costs 1000, and with you it costs {-np.log(epsilon):.0f}. "
            "Worse, its gradient becomes 0 there. Work from the logits.",
        )
        for epsilon in LITTLE_NUMBERS
    ),
    Misconception(
        "adds 1e-15 to the probabilities",
        _adds(1e-15),
        "You add a little to each probability before you take its logarithm, so nothing "
        "overflows, but a logit of 1000 on the wrong side costs 1000, and with you it costs 35. "
        "Worse, its gradient becomes 0 there. Work from the logits.",
    ),
    Misconception(
        "adds the label's term",
        _wrong_sign_of_the_label_term,
        "You add y z where it is subtracted. With the label 1, a larger logit must make the loss "
        "smaller: ln(1 + e^z) - y z.",
    ),
    Misconception(
        "takes every label for 0 or 1",
        _rounds_the_labels,
        "All is right for labels 0 and 1. A label between is a share of yes, and the formula holds "
        "for it as it stands, ln(1 + e^z) - y z: do not round it, and do not ask whether it is 1.",
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


def _log_of_the_softmax_and(epsilon):
    def adds(logits, labels):
        return -np.mean(_picked(np.log(softmax(logits) + epsilon), labels))

    return adds


def _maximum_not_put_back(logits, labels):
    shifted = logits - np.max(logits, axis=1, keepdims=True)
    log_sum = np.log(np.sum(np.exp(shifted), axis=1, keepdims=True))
    return -np.mean(_picked(logits - log_sum, labels))


def _maxima_of_the_columns(logits, labels):
    shifted = logits - np.max(logits, axis=0)
    with np.errstate(divide="ignore"):
        log_probs = shifted - np.log(np.sum(np.exp(shifted), axis=1, keepdims=True))
    return -np.mean(_picked(log_probs, labels))


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
        "All is right until the logits are near 1000: then e^z is infinite, and so is the loss. "
        "(In a row far below 0 every e^z is 0, which is as bad.) Take each row's maximum out "
        "first: that is log-sum-exp.",
    ),
    Misconception(
        "takes the logarithm of the softmax",
        _log_of_the_softmax,
        "Your softmax is stable, but a hopeless class gets a probability that is rounded to 0, "
        "and its logarithm is -inf. Subtract log-sum-exp from the logits instead, and never form "
        "the probability.",
    ),
    *(
        Misconception(
            f"adds {epsilon:g} before the logarithm",
            _log_of_the_softmax_and(epsilon),
            "The little number that you add keeps the logarithm finite, and wrong: a hopeless "
            f"class costs {-np.log(epsilon):.0f} with you, however hopeless it is, and its "
            "gradient is 0. Subtract log-sum-exp from the logits, and never form the probability.",
        )
        for epsilon in LITTLE_NUMBERS
    ),
    Misconception(
        "does not put the maximum back",
        _maximum_not_put_back,
        "You take the maximum out of the powers and do not add it again outside the logarithm: "
        "log-sum-exp is m + ln Σ e^(z - m). (Or subtract m from the logit of the right class too.)",
    ),
    Misconception(
        "subtracts the maximum of each column",
        _maxima_of_the_columns,
        "You subtract the maximum of each column, a different number from each class of a row. "
        "That changes the probabilities. One number for a whole row leaves them as they are: "
        "`axis=1, keepdims=True`.",
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


def _divides_before_it_takes_1_away(logits, labels):
    return softmax(logits) / len(labels) - one_hot(labels, logits.shape[1])


def _only_at_the_right_class(logits, labels):
    right = one_hot(labels, logits.shape[1])
    return right * (softmax(logits) - 1) / len(labels)


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
        "divides by N before it takes 1 away",
        _divides_before_it_takes_1_away,
        "You divide the probabilities by N and take a whole 1 away then. Both belong to the mean: "
        "(p - onehot) / N.",
    ),
    Misconception(
        "changes the right class alone",
        _only_at_the_right_class,
        "Only the right class has a gradient here. The other logits stand in the sum as well: "
        "raising one of them takes probability from the right class, and its gradient is p / N.",
    ),
    Misconception(
        "stops at the probabilities",
        _by_the_probabilities,
        "This is the gradient by the probabilities, -1/p at the right class. Send it on through "
        "the softmax to the logits: the result is much simpler.",
    ),
)
