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


def _always_from_the_start(gradient, start, learning_rate, steps):
    path = [start]
    for _ in range(steps):
        path.append(start - learning_rate * gradient(path[-1]))
    return np.array(path)


def _one_step_too_many(gradient, start, learning_rate, steps):
    path = [start]
    for _ in range(steps + 1):
        path.append(path[-1] - learning_rate * gradient(path[-1]))
    return np.array(path)


def _rate_that_shrinks(gradient, start, learning_rate, steps):
    path = [start]
    for t in range(steps):
        path.append(path[-1] - learning_rate / (t + 1) * gradient(path[-1]))
    return np.array(path)


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
        "takes every step from the start",
        _always_from_the_start,
        "Each of your points is the start minus one step, so that you never get further than one "
        "step away. Step from where you are now, the last point of the path.",
    ),
    Misconception(
        "takes one step too many",
        _one_step_too_many,
        "Your path has a point too many. The start is the first of `steps + 1` points, so there "
        "are `steps` steps to take.",
    ),
    Misconception(
        "shrinks the learning rate",
        _rate_that_shrinks,
        "Your learning rate shrinks from step to step. That can be a good idea (notebook 05), but "
        "here it stays as it is: the steps become shorter by themselves, because the slope does.",
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


def _fraction_turned(hessian):
    return np.linalg.eigvalsh(hessian)[-1] / 2


def _one_limit_for_each_direction(hessian):
    return 2 / np.linalg.eigvalsh(hessian)


def _first_of_unsorted(hessian):
    return 2 / np.linalg.eigvals(hessian)[0]


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
        "turns the fraction upside down",
        _fraction_turned,
        "This is λmax / 2. The steeper the land, the shorter the step must be: 2 / λmax.",
    ),
    Misconception(
        "gives a limit for each direction",
        _one_limit_for_each_direction,
        "You return 2 / λ for every direction. All of them must shrink, so the smallest of these "
        "limits holds for the whole.",
    ),
    Misconception(
        "takes the first of unsorted eigenvalues",
        _first_of_unsorted,
        "`np.linalg.eigvals` gives the eigenvalues in no particular order, and you take the first. "
        "Take the largest, or use `eigvalsh`, which is for symmetric matrices and sorts them.",
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


def _without_the_inputs(weights, inputs, labels):
    return np.mean(sigmoid(inputs @ weights) - labels) * np.ones(len(weights))


def _yes_or_no_for_p(weights, inputs, labels):
    return inputs.T @ ((inputs @ weights > 0) - labels) / len(labels)


def _one_gradient_per_example(weights, inputs, labels):
    return (sigmoid(inputs @ weights) - labels)[:, None] * inputs


def _twice_as_large(weights, inputs, labels):
    return 2 * inputs.T @ (sigmoid(inputs @ weights) - labels) / len(labels)


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
        "leaves out the inputs",
        _without_the_inputs,
        "All weights get the same gradient: the average of p - y. That is the slope in the score. "
        "Blame times input: each example's p - y is multiplied by its own inputs.",
    ),
    Misconception(
        "rounds p to yes or no",
        _yes_or_no_for_p,
        "You decide for 0 or 1 before you subtract, as the old perceptron did. The gradient uses "
        "the probability itself: an example that is right but unsure still pulls.",
    ),
    Misconception(
        "gives a gradient for each example",
        _one_gradient_per_example,
        "This is (p - y) x for every single example, of shape (N, D). Wanted is their average "
        "over the examples, (D,).",
    ),
    Misconception(
        "has a factor 2",
        _twice_as_large,
        "Everything is twice too large. The 2 belongs to the squared error, whose derivative it "
        "is; the logarithm brings none.",
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
