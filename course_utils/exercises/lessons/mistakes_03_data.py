"""Well-known mistakes in notebook 03's exercises on data: scaling, batches, an epoch."""

import numpy as np

from course_utils.exercises.exercise import Misconception

# ------------------------------------------------------------------------------- standardize


def _deviation(x, axis=0, ddof=0):
    varies = np.max(x, axis=axis, keepdims=True) > np.min(x, axis=axis, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(varies, np.std(x, axis=axis, ddof=ddof, keepdims=True), 1.0)


def _each_with_its_own(train, test):
    return tuple((x - np.mean(x, axis=0)) / _deviation(x) for x in (train, test))


def _both_together(train, test):
    pooled = np.vstack([train, test])
    mean, deviation = np.mean(pooled, axis=0), _deviation(pooled)
    return (train - mean) / deviation, (test - mean) / deviation


def _one_mean_for_all_features(train, test):
    mean, deviation = np.mean(train), _deviation(train, axis=None)
    return (train - mean) / deviation, (test - mean) / deviation


def _forgets_the_mean(train, test):
    return train / _deviation(train), test / _deviation(train)


def _divides_by_the_variance(train, test):
    mean, deviation = np.mean(train, axis=0), _deviation(train)
    return (train - mean) / deviation**2, (test - mean) / deviation**2


def _nan_where_nothing_varies(train, test):
    mean, deviation = np.mean(train, axis=0), np.std(train, axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        return (train - mean) / deviation, (test - mean) / deviation


def _divides_by_rounding(train, test):
    mean, deviation = np.mean(train, axis=0), np.std(train, axis=0)
    deviation = np.where(deviation == 0, 1.0, deviation)
    return (train - mean) / deviation, (test - mean) / deviation


def _leaves_the_test_set_alone(train, test):
    return (train - np.mean(train, axis=0)) / _deviation(train), test.copy()


def _sample_deviation(train, test):
    mean, deviation = np.mean(train, axis=0), _deviation(train, ddof=1)
    return (train - mean) / deviation, (test - mean) / deviation


def _calls_a_small_deviation_none(train, test):
    mean, deviation = np.mean(train, axis=0), np.std(train, axis=0)
    deviation = np.where(deviation < 1e-8, 1.0, deviation)
    return (train - mean) / deviation, (test - mean) / deviation


def _rows_for_columns(train, test):
    return tuple(
        (x - np.mean(x, axis=1, keepdims=True)) / _deviation(x, axis=1) for x in (train, test)
    )


def _leaves_constant_features_alone(train, test):
    varies = np.max(train, axis=0) > np.min(train, axis=0)
    mean = np.where(varies, np.mean(train, axis=0), 0.0)
    return (train - mean) / _deviation(train), (test - mean) / _deviation(train)


def _zero_where_nothing_varies(train, test):
    varies = np.max(train, axis=0) > np.min(train, axis=0)
    mean, deviation = np.mean(train, axis=0), _deviation(train)
    return (train - mean) / deviation, np.where(varies, (test - mean) / deviation, 0.0)


STANDARDIZE = (
    Misconception(
        "scales the test set by its own statistics",
        _each_with_its_own,
        "Each set is scaled by its own mean and deviation. Then the same measurement means two "
        "different things in the two sets, and a test set of one example becomes all zeros. Keep "
        "what you measured on the training set and use it on both.",
    ),
    Misconception(
        "measures both sets together",
        _both_together,
        "Mean and deviation are taken over training and test set together. The test set plays the "
        "future: nothing about it may be known while you prepare for it. Measure on `train` only.",
    ),
    Misconception(
        "takes one mean for all features",
        _one_mean_for_all_features,
        "You take one mean and one deviation of the whole array. Features have different units: "
        "each needs its own. Average over the examples only, axis 0.",
    ),
    Misconception(
        "forgets to subtract the mean",
        _forgets_the_mean,
        "The features are scaled but not centred. Subtract the training set's mean first, from "
        "both sets.",
    ),
    Misconception(
        "divides by the variance",
        _divides_by_the_variance,
        "You divide by the variance. Its square root, the standard deviation, has the unit of the "
        "feature, so that the result has none.",
    ),
    Misconception(
        "gives nan where a feature never varies",
        _nan_where_nothing_varies,
        "All is right until a feature has one value throughout the training set: its deviation is "
        "0, and 0 / 0 is nan. The corner pixels of the digits are such features. Divide by 1 "
        "there.",
    ),
    Misconception(
        "takes rounding for variation",
        _divides_by_rounding,
        "You test whether the deviation is 0. But the mean of 0.1, 0.1, 0.1 is rounded, so their "
        "deviation comes out as 1e-17, and dividing by that makes huge numbers of nothing. Ask "
        "whether the largest value of the feature exceeds the smallest.",
    ),
    Misconception(
        "calls a small deviation none",
        _calls_a_small_deviation_none,
        "You take every deviation below some small number for none. But a feature may vary and "
        "still have tiny numbers, such as lengths of molecules in metres. Ask whether its largest "
        "value exceeds its smallest.",
    ),
    Misconception(
        "does not centre a feature that never varies",
        _leaves_constant_features_alone,
        "You leave a feature that never varies as it is. Centre it like the others: in the "
        "training set it becomes 0, and in the test set the distance from that one value.",
    ),
    Misconception(
        "blanks out a feature that never varies",
        _zero_where_nothing_varies,
        "A feature that never varies in the training set becomes 0 in your test set. There it may "
        "differ, and then that should be seen: centre it, and divide by 1.",
    ),
    Misconception(
        "divides by the sample standard deviation",
        _sample_deviation,
        "You divide by the deviation with N - 1 in it (`ddof=1`). Here it is the root of the mean "
        "square over all N examples, as `np.std` has it.",
    ),
    Misconception(
        "works along the rows",
        _rows_for_columns,
        "You average over the features of each example, axis 1. The units belong to the features: "
        "average over the examples, axis 0.",
    ),
    Misconception(
        "leaves the test set as it is",
        _leaves_the_test_set_alone,
        "The training set is scaled, the test set is not. The model would see lengths in one unit "
        "when it learns and in another when it is tested. Scale both alike.",
    ),
)


# ------------------------------------------------------------------------------- minibatches


def _cut(order, batch_size):
    return (order[i : i + batch_size] for i in range(0, len(order), batch_size))


def _drops_what_is_left(inputs, labels, batch_size, rng):
    order = rng.permutation(len(inputs))
    for first in range(0, len(order) - batch_size + 1, batch_size):
        chosen = order[first : first + batch_size]
        yield inputs[chosen], labels[chosen]


def _two_orders(inputs, labels, batch_size, rng):
    n = len(inputs)
    for a, b in zip(
        _cut(rng.permutation(n), batch_size), _cut(rng.permutation(n), batch_size), strict=True
    ):
        yield inputs[a], labels[b]


def _never_shuffles(inputs, labels, batch_size, rng):
    for chosen in _cut(np.arange(len(inputs)), batch_size):
        yield inputs[chosen], labels[chosen]


def _draws_with_replacement(inputs, labels, batch_size, rng):
    for size in (len(chosen) for chosen in _cut(np.arange(len(inputs)), batch_size)):
        chosen = rng.integers(0, len(inputs), size)
        yield inputs[chosen], labels[chosen]


def _shuffles_only_the_batches(inputs, labels, batch_size, rng):
    pieces = list(_cut(np.arange(len(inputs)), batch_size))
    # The small piece stays last, so that the batch sizes are right.
    whole = len(inputs) // batch_size
    for i in [*rng.permutation(whole), *range(whole, len(pieces))]:
        yield inputs[pieces[i]], labels[pieces[i]]


def _the_same_order_every_epoch(inputs, labels, batch_size, rng):
    for chosen in _cut(np.random.default_rng(0).permutation(len(inputs)), batch_size):
        yield inputs[chosen], labels[chosen]


def _a_generator_of_its_own(inputs, labels, batch_size, rng):
    for chosen in _cut(np.random.default_rng().permutation(len(inputs)), batch_size):
        yield inputs[chosen], labels[chosen]


def _shuffles_the_callers_data(inputs, labels, batch_size, rng):
    order = rng.permutation(len(inputs))
    inputs[...], labels[...] = inputs[order], labels[order]
    for i in range(0, len(inputs), batch_size):
        yield inputs[i : i + batch_size].copy(), labels[i : i + batch_size].copy()


def _shuffles_both_arrays_in_place(inputs, labels, batch_size, rng):
    rng.shuffle(inputs)
    rng.shuffle(labels)
    for i in range(0, len(inputs), batch_size):
        yield inputs[i : i + batch_size], labels[i : i + batch_size]


def _shuffles_inside_the_batches_only(inputs, labels, batch_size, rng):
    for chosen in _cut(np.arange(len(inputs)), batch_size):
        mixed = rng.permutation(chosen)
        yield inputs[mixed], labels[mixed]


def _ends_with_an_empty_batch(inputs, labels, batch_size, rng):
    order = rng.permutation(len(inputs))
    for first in range(0, len(order) + 1, batch_size):
        chosen = order[first : first + batch_size]
        yield inputs[chosen], labels[chosen]


def _fills_the_last_batch_up(inputs, labels, batch_size, rng):
    order = rng.permutation(len(inputs))
    order = np.concatenate([order, order[: -len(order) % batch_size]])
    for chosen in _cut(order, batch_size):
        yield inputs[chosen], labels[chosen]


MINIBATCHES = (
    Misconception(
        "drops what is left at the end",
        _drops_what_is_left,
        "The examples that do not fill a whole batch are lost. The last batch may be smaller: it "
        "holds what is left, so that an epoch is the whole data set.",
    ),
    Misconception(
        "shuffles inputs and labels separately",
        _two_orders,
        "Inputs and labels are put into two different orders, so that nearly every input gets "
        "someone else's label. Nothing would fail; the network would learn noise. Draw one order "
        "and use it for both.",
    ),
    Misconception(
        "shuffles the caller's inputs and labels, each by itself",
        _shuffles_both_arrays_in_place,
        "`rng.shuffle` on the inputs and then on the labels puts them into two different orders, "
        "and changes the caller's own arrays. Draw one order, `rng.permutation(N)`, and look both "
        "up in it.",
    ),
    Misconception(
        "never shuffles",
        _never_shuffles,
        "The examples come in their old order. If the file is sorted by class, the network sees "
        "one class for a long time and forgets the others. Draw a random order first.",
    ),
    Misconception(
        "draws with replacement",
        _draws_with_replacement,
        "You draw each batch afresh from all the examples: some come twice in an epoch, and about "
        "a third never. Put the numbers 0 to N - 1 into random order instead, and cut that.",
    ),
    Misconception(
        "shuffles the batches but not the examples",
        _shuffles_only_the_batches,
        "The batches come in random order, but each is a piece of the old order: in a sorted file "
        "every batch would hold one class. Shuffle the examples, then cut.",
    ),
    Misconception(
        "shuffles inside the batches only",
        _shuffles_inside_the_batches_only,
        "You cut first and shuffle each piece. Then the same examples always share a batch: in a "
        "sorted file every batch would still hold one class. Shuffle all, then cut.",
    ),
    Misconception(
        "ends with an empty batch",
        _ends_with_an_empty_batch,
        "Where the batches fit exactly, yours end with an empty one, whose mean gradient is nan. "
        "`range(0, N, batch_size)` stops in time.",
    ),
    Misconception(
        "fills the last batch up",
        _fills_the_last_batch_up,
        "You fill the last batch up with examples that the epoch has had already. Every example "
        "comes exactly once; the last batch may be smaller.",
    ),
    Misconception(
        "has the same order in every epoch",
        _the_same_order_every_epoch,
        "You make a new generator with a fixed seed in each call, so every epoch has the same "
        "order. Use the `rng` you are given: it goes on where it was.",
    ),
    Misconception(
        "uses a generator of its own",
        _a_generator_of_its_own,
        "The order is random, but it does not come from `rng`. Then a run cannot be repeated: the "
        "same seed gives another order each time.",
    ),
    Misconception(
        "shuffles the caller's own data",
        _shuffles_the_callers_data,
        "The batches are right, but the arrays that you were given are in another order now. "
        "`inputs[chosen]` with an array of numbers makes a new array and leaves the old one.",
    ),
)


# --------------------------------------------------------------------------------- sgd_epoch


def _slopes_at_the_old_weights(weights, gradient, batches, learning_rate):
    new = weights
    for inputs, labels in batches:
        new = new - learning_rate * gradient(weights, inputs, labels)
    return new


def _only_the_last_batch(weights, gradient, batches, learning_rate):
    for inputs, labels in batches:
        new = weights - learning_rate * gradient(weights, inputs, labels)
    return new


def _returns_after_the_first(weights, gradient, batches, learning_rate):
    for inputs, labels in batches:
        return weights - learning_rate * gradient(weights, inputs, labels)


def _climbs(weights, gradient, batches, learning_rate):
    for inputs, labels in batches:
        weights = weights + learning_rate * gradient(weights, inputs, labels)
    return weights


def _averages_and_steps_once(weights, gradient, batches, learning_rate):
    slopes = [gradient(weights, inputs, labels) for inputs, labels in batches]
    return weights - learning_rate * np.mean(slopes, axis=0)


def _changes_the_callers_weights(weights, gradient, batches, learning_rate):
    for inputs, labels in batches:
        weights -= learning_rate * gradient(weights, inputs, labels)
    return weights


def _divides_by_the_batch_size(weights, gradient, batches, learning_rate):
    for inputs, labels in batches:
        weights = weights - learning_rate * gradient(weights, inputs, labels) / len(inputs)
    return weights


def _begins_at_zero(weights, gradient, batches, learning_rate):
    weights = np.zeros_like(weights)
    for inputs, labels in batches:
        weights = weights - learning_rate * gradient(weights, inputs, labels)
    return weights


SGD_EPOCH = (
    Misconception(
        "takes every slope at the old weights",
        _slopes_at_the_old_weights,
        "All your steps use the slope at the weights with which the epoch began. Each batch's "
        "slope is wanted at the weights to which the step before has led.",
    ),
    Misconception(
        "keeps the last batch's step only",
        _only_the_last_batch,
        "Every step begins again at the old weights, so that only the last one counts. Put the "
        "result of a step back into `weights`.",
    ),
    Misconception(
        "returns after the first batch",
        _returns_after_the_first,
        "You return inside the loop, after one batch. Move the `return` to the left, behind the "
        "loop.",
    ),
    Misconception(
        "goes uphill",
        _climbs,
        "You add the gradient, which makes the loss grow. Subtract it.",
    ),
    Misconception(
        "divides by the batch size",
        _divides_by_the_batch_size,
        "You divide each slope by the number of examples. The function `gradient` has averaged "
        "over the batch already.",
    ),
    Misconception(
        "begins at zero",
        _begins_at_zero,
        "You begin with weights of zero. Begin with the weights that you are given: they are what "
        "the epochs before have learned.",
    ),
    Misconception(
        "averages the batches and steps once",
        _averages_and_steps_once,
        "You average the slopes of all the batches and take one step: that is full-batch gradient "
        "descent. The point of small batches is to take a step after each.",
    ),
    Misconception(
        "changes the caller's weights in place",
        _changes_the_callers_weights,
        "The weights that you return are right, but `weights -= ...` has changed the caller's "
        "array too. Write `weights = weights - ...`.",
    ),
)
