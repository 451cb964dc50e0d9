"""Well-known mistakes in the exercises of notebook 03, and what to say about each."""

import numpy as np

from course_utils.exercises.exercise import Misconception
from course_utils.scratch.layers import sigmoid

# -------------------------------------------------------------------------- gradient_descent


def _goes_uphill(gradient, start, learning_rate, steps):
    path = [start]
    for _ in range(steps):
        path.append(path[-1] + learning_rate * gradient(path[-1]))
    return np.array(path)


def _leaves_out_the_start(gradient, start, learning_rate, steps):
    w, path = start, np.empty((steps, len(start)))
    for t in range(steps):
        w = w - learning_rate * gradient(w)
        path[t] = w
    return path


def _notes_one_array_again_and_again(gradient, start, learning_rate, steps):
    w = start.copy()
    path = [w]
    for _ in range(steps):
        w -= learning_rate * gradient(w)
        path.append(w)
    return np.array(path)


def _notes_and_changes_the_start_itself(gradient, start, learning_rate, steps):
    w = start
    path = [w]
    for _ in range(steps):
        w -= learning_rate * gradient(w)
        path.append(w)
    return np.array(path)


def _never_looks_at_the_slope_again(gradient, start, learning_rate, steps):
    path = [start]
    for _ in range(steps):
        path.append(path[-1] - learning_rate * gradient(start))
    return np.array(path)


def _steps_of_one_length(gradient, start, learning_rate, steps):
    path = [start]
    for _ in range(steps):
        slope = gradient(path[-1])
        length = np.linalg.norm(slope)
        path.append(path[-1] - learning_rate * slope / (length if length > 0 else 1.0))
    return np.array(path)


def _returns_the_end_only(gradient, start, learning_rate, steps):
    w = start
    for _ in range(steps):
        w = w - learning_rate * gradient(w)
    return w


ALIASED = (
    "Every row of your path is the last point. `w -= ...` changes the array in place, and the "
    "path holds that one array many times over. Write `w = w - ...`, which makes a new array, or "
    "note a copy."
)

GRADIENT_DESCENT = (
    Misconception(
        "goes uphill",
        _goes_uphill,
        "You add the gradient. It points to where the function grows fastest, so this is gradient "
        "ascent. Downhill is the opposite direction.",
    ),
    Misconception(
        "leaves out the start",
        _leaves_out_the_start,
        "The points are right, but the first one is missing: the path begins at `start` and has "
        "`steps + 1` rows.",
    ),
    Misconception(
        "notes the same array again and again",
        _notes_one_array_again_and_again,
        ALIASED,
    ),
    Misconception(
        "notes the same array again and again, and it is the caller's",
        _notes_and_changes_the_start_itself,
        ALIASED + " Here it is the caller's `start`, too, that has been changed.",
    ),
    Misconception(
        "never looks at the slope again",
        _never_looks_at_the_slope_again,
        "All your steps use the slope at the start. The slope changes along the way: that is why "
        "it is computed anew at each point, and why the steps shrink towards a minimum.",
    ),
    Misconception(
        "makes all steps equally long",
        _steps_of_one_length,
        "You divide the gradient by its length, so that every step is as long as the learning "
        "rate. Then the steps do not shrink near the minimum, and the path never settles. Plain "
        "gradient descent uses the gradient as it is.",
    ),
    Misconception(
        "returns the last point only",
        _returns_the_end_only,
        "This is where the walk ends. Wanted is the whole path, one row for each point, from the "
        "start on.",
    ),
)


# ------------------------------------------------------------------ max_stable_learning_rate


def _one_over_largest(hessian):
    return 1 / np.linalg.eigvalsh(hessian)[-1]


def _two_over_smallest(hessian):
    return 2 / np.linalg.eigvalsh(hessian)[0]


def _two_over_trace(hessian):
    return 2 / np.trace(hessian)


def _two_over_largest_entry(hessian):
    return 2 / np.max(hessian)


def _two_over_frobenius(hessian):
    return 2 / np.linalg.norm(hessian)


def _fastest_rate(hessian):
    curvatures = np.linalg.eigvalsh(hessian)
    return 2 / (curvatures[0] + curvatures[-1])


MAX_STABLE_LEARNING_RATE = (
    Misconception(
        "gives 1 / λmax",
        _one_over_largest,
        "This is 1 / λmax, the rate with the best guaranteed descent in one step. Convergence "
        "goes on to twice that: up to there, 1 - rate × λ stays above -1.",
    ),
    Misconception(
        "takes the smallest curvature",
        _two_over_smallest,
        "You divide by the smallest eigenvalue. `eigvalsh` sorts them in rising order, so the "
        "largest is the last. It is the steepest direction that fails first.",
    ),
    Misconception(
        "divides by the trace",
        _two_over_trace,
        "You divide by the sum of the diagonal, which is the sum of all the eigenvalues. That is "
        "safe, but too careful: the limit depends on the largest of them alone.",
    ),
    Misconception(
        "divides by the largest entry",
        _two_over_largest_entry,
        "You divide by the largest entry of the matrix. The steepest direction need not be along "
        "an axis: the curvature there is the largest eigenvalue, never smaller than any entry.",
    ),
    Misconception(
        "divides by the Frobenius norm",
        _two_over_frobenius,
        "`np.linalg.norm` of a matrix is by default the root of the sum of its squared entries. "
        "That is at least λmax, but equal to it only if all other eigenvalues are 0.",
    ),
    Misconception(
        "gives the fastest rate instead of the limit",
        _fastest_rate,
        "This is 2 / (λmin + λmax), the rate at which gradient descent converges fastest. The "
        "limit of stability is asked for: the rate at which it just fails to converge.",
    ),
)


# ------------------------------------------------------------------------- logistic_gradient


def _sums_instead_of_averaging(weights, inputs, labels):
    return inputs.T @ (sigmoid(inputs @ weights) - labels)


def _wrong_sign(weights, inputs, labels):
    return inputs.T @ (labels - sigmoid(inputs @ weights)) / len(labels)


def _slope_of_the_squared_error(weights, inputs, labels):
    p = sigmoid(inputs @ weights)
    return inputs.T @ ((p - labels) * p * (1 - p)) / len(labels)


def _forgets_the_sigmoid(weights, inputs, labels):
    return inputs.T @ (inputs @ weights - labels) / len(labels)


def _divides_by_the_features(weights, inputs, labels):
    return inputs.T @ (sigmoid(inputs @ weights) - labels) / inputs.shape[1]


def _overflowing_sigmoid(weights, inputs, labels):
    grown = np.exp(inputs @ weights)
    return inputs.T @ (grown / (1 + grown) - labels) / len(labels)


LOGISTIC_GRADIENT = (
    Misconception(
        "sums instead of averaging",
        _sums_instead_of_averaging,
        "This is the sum over the examples. The loss is their average, so its gradient is too: "
        "divide by N, or the right learning rate would depend on the size of the data.",
    ),
    Misconception(
        "has the wrong sign",
        _wrong_sign,
        "All signs are turned round: you have y - p where the gradient has p - y. Check with one "
        "example: when p is too high, a positive input must lower its weight.",
    ),
    Misconception(
        "multiplies by the slope of the sigmoid once more",
        _slope_of_the_squared_error,
        "There is a factor p (1 - p) too many. It belongs to the gradient of the squared error. "
        "In the gradient of the logarithm it cancels: that is the beauty of this loss.",
    ),
    Misconception(
        "forgets the sigmoid",
        _forgets_the_sigmoid,
        "You subtract the labels from the scores. Labels are probabilities, 0 or 1: send the "
        "scores through the sigmoid first.",
    ),
    Misconception(
        "divides by the number of features",
        _divides_by_the_features,
        "You divide by D, the number of features. The average is over the N examples: "
        "`len(labels)`.",
    ),
    Misconception(
        "overflows for large scores",
        _overflowing_sigmoid,
        "All is right until a score is large: then e^z overflows, and inf / inf is nan. Use the "
        "stable `sigmoid` of notebook 01.",
    ),
)


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
