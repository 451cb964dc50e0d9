"""The exercises of notebook 03, Gradient descent."""

from course_utils.exercises.exercise import Exercise
from course_utils.exercises.lessons import cases_03 as cases
from course_utils.exercises.lessons import mistakes_03 as mistakes
from course_utils.exercises.lessons import mistakes_03_data as data_mistakes
from course_utils.exercises.quiz import Choice, Question

GRADIENT_DESCENT = Exercise(
    id="03.1",
    name="gradient_descent",
    reference_path="course_utils.scratch.gradient_descent:gradient_descent",
    points=2,
    difficulty=2,
    minutes=15,
    why="Every network of this course, the GPT included, is trained by a loop of this shape.",
    draw_cases=cases.gradient_descent_cases,
    drive=cases.drive_gradient_descent,
    misconceptions=mistakes.GRADIENT_DESCENT,
    hints=(
        "You need two things: where you are now, and a list of all the places where you have "
        "been. How many places are there after `steps` steps?",
        "The start is the first place. Then, `steps` times: compute the slope at the place where "
        "you are now, take the step, note the new place.",
        "Beware of `w -= ...` on an array: it changes the array that you have already noted, and "
        "the caller's `start` with it. `w = w - ...` makes a new array.",
        "```\nplaces = [start]\nrepeat steps times:\n    w = the last of places\n"
        "    add  w - learning_rate * gradient(w)  to places\nreturn places as an array\n```",
    ),
)


MAX_STABLE_LEARNING_RATE = Exercise(
    id="03.2",
    name="max_stable_learning_rate",
    reference_path="course_utils.scratch.gradient_descent:max_stable_learning_rate",
    points=2,
    difficulty=2,
    minutes=10,
    why="It tells before the first step which learning rates can never work.",
    draw_cases=cases.max_stable_cases,
    misconceptions=mistakes.MAX_STABLE_LEARNING_RATE,
    hints=(
        "In which direction does gradient descent fail first: where the ravine is steep or where "
        "it is flat?",
        "Along the eigenvector with curvature λ each step multiplies the error by 1 - rate × λ. "
        "For which rates does this number lie between -1 and 1, and which λ is the strictest?",
        "`np.linalg.eigvalsh` gives the eigenvalues of a symmetric matrix, in rising order.",
        "```\ncurvatures = eigenvalues of hessian\nreturn 2 / the largest of them\n```",
    ),
)


LOGISTIC_GRADIENT = Exercise(
    id="03.3",
    name="logistic_gradient",
    reference_path="course_utils.scratch.logistic:logistic_gradient",
    points=2,
    difficulty=3,
    minutes=15,
    why="It is the whole learning rule of a neuron that says yes or no: blame times input.",
    draw_cases=cases.logistic_cases,
    misconceptions=mistakes.LOGISTIC_GRADIENT,
    hints=(
        "Write the shapes down: weights (D,), inputs (N, D), labels (N,). The answer has one "
        "number for each weight: (D,).",
        "First the probabilities, (N,): the sigmoid of each example's score. `sigmoid` from "
        "notebook 01 is imported above and safe for large scores.",
        "Each example gives the vector (p - y) × its row of inputs. Their sum over the N examples "
        "is a product of a (D, N) matrix with an (N,) vector.",
        "```\np = sigmoid of (inputs times weights)                 (N,)\n"
        "return (inputs transposed times (p - labels)) / N     (D,)\n```",
    ),
)


STANDARDIZE = Exercise(
    id="03.4",
    name="standardize",
    reference_path="course_utils.scratch.gradient_descent:standardize",
    points=2,
    difficulty=2,
    minutes=10,
    why="One line of it saves thousands of steps; one slip in it makes a test result a fiction.",
    draw_cases=cases.standardize_cases,
    misconceptions=data_mistakes.STANDARDIZE,
    hints=(
        "A mean and a deviation for each feature: which axis of a (N, D) array do you average "
        "over to get shape (D,)?",
        "The test set plays the future. What do you know about a feature before the first future "
        "example arrives?",
        "Dividing by 0 gives nan. And rounding gives equal numbers a deviation such as 1e-17: so "
        "ask whether a feature's largest and smallest value differ, and divide by 1 where not.",
        "```\nmean, deviation = of each column of train                       (D,)\n"
        "deviation = 1 where the column's maximum equals its minimum\n"
        "return (train - mean) / deviation, (test - mean) / deviation\n```",
    ),
)


MINIBATCHES = Exercise(
    id="03.5",
    name="minibatches",
    reference_path="course_utils.scratch.gradient_descent:minibatches",
    points=3,
    difficulty=3,
    minutes=20,
    why="Every training loop is fed by this; its mistakes raise no error, they only teach wrong.",
    draw_cases=cases.minibatches_cases,
    drive=cases.drive_minibatches,
    properties=cases.epoch_properties,
    misconceptions=data_mistakes.MINIBATCHES,
    hints=(
        "Do not shuffle the data: shuffle the numbers of the examples, 0 to N - 1, and look the "
        "examples up in that order.",
        "`rng.permutation(N)` gives those numbers in random order. One order serves for inputs "
        "and labels, so that pairs stay pairs: `inputs[chosen]`, `labels[chosen]`.",
        "Cut the order into pieces of `batch_size`: pieces start at 0, batch_size, 2 batch_size, "
        "... A slice that reaches beyond the end simply stops there. `yield` hands out one batch "
        "and goes on when the next one is wanted.",
        "```\norder = rng.permutation(N)\nfor first = 0, batch_size, 2 batch_size, ... below N:\n"
        "    chosen = the next batch_size entries of order\n"
        "    yield inputs[chosen], labels[chosen]\n```",
    ),
)


SGD_EPOCH = Exercise(
    id="03.6",
    name="sgd_epoch",
    reference_path="course_utils.scratch.gradient_descent:sgd_epoch",
    points=2,
    difficulty=2,
    minutes=10,
    why="With this loop and the gradient of notebook 02, a network is trained.",
    draw_cases=cases.sgd_epoch_cases,
    drive=cases.drive_sgd_epoch,
    misconceptions=data_mistakes.SGD_EPOCH,
    hints=(
        "It is gradient descent in which every step sees another batch. How many steps does one "
        "epoch have?",
        "`for inputs, labels in batches:` hands you one batch after the other. The slope of the "
        "next batch is taken where the last step has led you.",
        "`weights = weights - ...` makes a new array each time; `weights -= ...` would change the "
        "caller's. Return when the loop is over, not inside it.",
        "```\nfor each batch (inputs, labels):\n"
        "    weights = weights - learning_rate * gradient(weights, inputs, labels)\n"
        "return weights\n```",
    ),
)


EXERCISES = (
    GRADIENT_DESCENT,
    MAX_STABLE_LEARNING_RATE,
    LOGISTIC_GRADIENT,
    STANDARDIZE,
    MINIBATCHES,
    SGD_EPOCH,
)


# --------------------------------------------------------------------------------- questions

QUESTIONS = (
    Question(
        "You double the learning rate, and the loss, which fell slowly before, now grows at every "
        "step. What happened?",
        (
            Choice(
                "The rate exceeds 2 / λmax: in the steepest direction the error grows every time.",
                True,
                "Yes. The error there is multiplied by 1 - rate × λmax, which is now below -1: "
                "each step overshoots by more than it corrects; in the end the numbers overflow.",
            ),
            Choice(
                "Gradient descent has reached the minimum, and divided by a gradient of zero.",
                False,
                "Gradient descent never divides by the gradient. At a minimum it stands still.",
            ),
            Choice(
                "The rate is now too large for the flattest direction, the one that had been slow.",
                False,
                "The flattest direction tolerates the largest rates of all: its limit is 2 / λmin.",
            ),
            Choice(
                "Forty steps are too few for the new rate: with more of them it would come back.",
                False,
                "Growth by a constant factor does not turn round. Only a smaller rate helps.",
            ),
        ),
    ),
    Question(
        "Two features of your data are a length in millimetres and the same kind of length in "
        "kilometres. What does this do to plain gradient descent?",
        (
            Choice(
                "Nothing: the weights make up for the units, one small and one large.",
                False,
                "They could, and the minimum is as good as before. But the way there is not: the "
                "curvature in each weight goes with the square of the feature's size.",
            ),
            Choice(
                "The condition number becomes huge, and no rate suits both weights.",
                True,
                "Yes. The steep weight dictates the rate, and the flat one crawls. Standardizing "
                "makes both directions about equally steep.",
            ),
            Choice(
                "The loss gets several minima, and it may end in one of the wrong ones.",
                False,
                "Changing units stretches the landscape. It adds no minima.",
            ),
        ),
    ),
    Question(
        "You go from batches of 16 to batches of 64. What happens to one step's gradient?",
        (
            Choice(
                "Its standard deviation falls to a quarter, for four times the work.",
                False,
                "Its variance does. The standard deviation is the square root of that.",
            ),
            Choice(
                "Its mean comes closer to the full gradient, and its spread stays.",
                False,
                "The mean is the full gradient for every batch size: that is what unbiased means.",
            ),
            Choice(
                "Its variance falls to a quarter, for four times the work.",
                True,
                "Yes. Its standard deviation falls to a half: four times the work for half the "
                "noise, which is why very large batches do not pay.",
            ),
        ),
    ),
    Question(
        "The training loss has not moved for a thousand steps, and the gradient is almost zero. "
        "What do you know?",
        (
            Choice(
                "Training has found a minimum, for nowhere else is the gradient zero.",
                False,
                "Perhaps. A zero gradient is what a minimum, a saddle and a plateau share.",
            ),
            Choice(
                "You are at a flat place: a minimum, a saddle or a plateau.",
                True,
                "Yes. The gradient cannot say which. The curvature could: positive all round at a "
                "minimum, negative in some direction at a saddle, almost zero on a plateau.",
            ),
            Choice(
                "The learning rate is too large, so that the steps undo each other.",
                False,
                "A rate that is too large makes the loss jump or grow. It does not lie still.",
            ),
        ),
    ),
    Question(
        "A colleague standardizes each new patient's measurements with the statistics of all the "
        "patients in the test set, and reports the test accuracy. What is wrong?",
        (
            Choice(
                "Nothing, as long as no labels are used when measurements are scaled.",
                False,
                "Labels are the worst leak, but not the only one: here a patient's diagnosis "
                "depends on who else happens to be in the file.",
            ),
            Choice(
                "The accuracy is always far too high, since the test set was looked at.",
                False,
                "Often it is hardly changed, sometimes it is lower. The trouble is that it is the "
                "accuracy of something that you cannot do when patients come one by one.",
            ),
            Choice(
                "It measures what nobody can do: the next patient comes alone.",
                True,
                "Yes. One patient has no deviation. Whatever is fitted, means and deviations "
                "included, is fitted on the training set and then kept.",
            ),
        ),
    ),
)
