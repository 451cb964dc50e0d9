"""The exercises of notebook 01, Forward propagation."""

import numpy as np

from course_utils.exercises.exercise import Case, Exercise, case
from course_utils.exercises.lessons import mistakes_01 as mistakes
from course_utils.exercises.quiz import Choice, Question
from course_utils.scratch import layers

ACTIVATIONS = {
    "relu": layers.relu,
    "sigmoid": layers.sigmoid,
    "tanh": layers.tanh,
}


def _rounded(rng: np.random.Generator, *shape: int, scale: float = 2.0) -> np.ndarray:
    """Draw numbers with one decimal, so that a learner can follow them by hand."""
    return np.round(rng.normal(0, scale, shape), 1)


# --------------------------------------------------------------------------- affine_forward


def _affine_cases(rng: np.random.Generator) -> list[Case]:
    def drawn(group: str, n: int, d_in: int, d_out: int) -> Case:
        return case(
            group,
            x=_rounded(rng, n, d_in),
            weight=_rounded(rng, d_out, d_in),
            bias=_rounded(rng, d_out),
        )

    return [
        case(
            "two neurons, one example",
            x=np.array([[1.0, 2.0]]),
            weight=np.array([[1.0, 3.0], [-1.0, 0.5]]),
            bias=np.array([0.5, 10.0]),
        ),
        drawn("a batch", 3, 2, 4),
        drawn("a batch", 4, 5, 3),
        drawn("one example", 1, 4, 3),
        drawn("one neuron", 5, 3, 1),
        drawn("an empty batch", 0, 3, 2),
    ]


AFFINE_FORWARD = Exercise(
    id="01.1",
    name="affine_forward",
    reference_path="course_utils.scratch.layers:affine_forward",
    points=1,
    difficulty=1,
    minutes=5,
    why="Nearly all the arithmetic of a large model is this one line.",
    draw_cases=_affine_cases,
    misconceptions=mistakes.AFFINE_FORWARD,
    hints=(
        "Write the three shapes side by side: x (N, D_in), weight (D_out, D_in), result "
        "(N, D_out). Which axis must disappear?",
        "A matrix product removes the inner axis: (N, D_in) @ (D_in, D_out) gives (N, D_out). "
        "What turns `weight` into shape (D_in, D_out) and keeps each neuron's weights together?",
        "`A.T` swaps the two axes of `A`. The bias (D_out,) is added to every row by itself: "
        "broadcasting lines up the last axes.",
        "```\nscores = x times the transpose of weight      (N, D_out)\nreturn scores + bias\n```",
    ),
)


# --------------------------------------------------------------------------------- sigmoid


def _drive_sigmoid(answer, z, watch_for=None):
    """Watched, say whether a power of e overflowed on the way: a right value may hide it."""
    overflows: list[str] = []
    with np.errstate(over="call", call=lambda kind, flag: overflows.append(kind)):
        value = answer(z)
    return {"no overflow on the way": not overflows} if watch_for == "overflow" else value


def _sigmoid_cases(rng: np.random.Generator) -> list[Case]:
    return [
        case("three numbers", z=np.array([-1.0, 0.0, 2.0])),
        case("whole numbers", z=np.array([-2, 0, 1])),
        case("arrays of any shape", z=_rounded(rng, 4)),
        case("arrays of any shape", z=_rounded(rng, 3, 5)),
        case("arrays of any shape", z=_rounded(rng, 2, 3, 4)),
        case("huge numbers", z=np.array([-1000.0, -800.0, 750.0, 1000.0])),
        case("huge numbers", z=np.append(_rounded(rng, 3), [-1000.0, 1000.0])),
        case("powers of e stay small", z=np.array([-1000.0, 0.0]), watch_for="overflow"),
        case("powers of e stay small", z=np.array([0.0, 1000.0]), watch_for="overflow"),
    ]


SIGMOID = Exercise(
    id="01.2",
    name="sigmoid",
    reference_path="course_utils.scratch.layers:sigmoid",
    points=2,
    difficulty=2,
    minutes=10,
    why="It turns any score into a probability, and it is where overflow first bites.",
    draw_cases=_sigmoid_cases,
    drive=_drive_sigmoid,
    misconceptions=mistakes.SIGMOID,
    hints=(
        "The formula 1 / (1 + e^-z) is right. What is e^-z when z = -1000, and what does NumPy "
        "make of it?",
        "Multiply the fraction by e^z above and below: e^z / (1 + e^z). This second form is safe "
        "exactly where the first one is not. Which belongs to z >= 0, which to z < 0?",
        "Both forms hold a power of e that is at most 1: e^-|z|. Compute that once for all z, and "
        "then choose what stands above the fraction line with `np.where`.",
        "```\ne = exp(-|z|)\nreturn (1 where z >= 0, e elsewhere) / (1 + e)\n```",
    ),
)


# --------------------------------------------------------------------------------- softmax


def _softmax_cases(rng: np.random.Generator) -> list[Case]:
    far_apart = _rounded(rng, 3, 4) + np.array([[0.0], [1000.0], [-1000.0]])
    return [
        case("two rows", z=np.array([[0.0, 1.0], [2.0, 2.0]])),
        case("random scores", z=_rounded(rng, 3, 2)),
        case("random scores", z=_rounded(rng, 4, 6)),
        case("one row", z=_rounded(rng, 1, 5)),
        case("one column", z=_rounded(rng, 3, 1)),
        case("huge scores", z=np.array([[1000.0, 1001.0, 1000.0, 999.0]])),
        case("rows of very different size", z=far_apart),
    ]


SOFTMAX = Exercise(
    id="01.3",
    name="softmax",
    reference_path="course_utils.scratch.layers:softmax",
    points=2,
    difficulty=2,
    minutes=10,
    why="Every word that a language model writes is drawn from a softmax.",
    draw_cases=_softmax_cases,
    misconceptions=mistakes.SOFTMAX,
    hints=(
        "First write it as the formula stands: a power of e for each score, divided by the sum of "
        "its own row. Then look at the rows with scores near 1000.",
        "Adding the same number to all scores of a row changes nothing. Which number makes the "
        "largest score harmless?",
        "`np.max(z, axis=-1, keepdims=True)` is one number for each row, of shape (N, 1), so that "
        "it broadcasts against (N, C). The sum needs `keepdims=True` too.",
        "```\nshifted = z - the largest score of each row      (N, C)\n"
        "exps = e to the power of shifted\n"
        "return exps / the sum of each row of exps\n```",
    ),
)


# ------------------------------------------------------------------------------------ gelu


def _gelu_cases(rng: np.random.Generator) -> list[Case]:
    return [
        case("four numbers", z=np.array([-1.0, 0.0, 1.0, 2.0])),
        case("arrays of any shape", z=_rounded(rng, 5)),
        case("arrays of any shape", z=_rounded(rng, 2, 4)),
        case("arrays of any shape", z=_rounded(rng, 3, 2, 5)),
        case("large numbers", z=np.array([-1000.0, -30.0, 30.0, 1000.0])),
        case("single precision", rtol=1e-5, atol=1e-6, z=_rounded(rng, 6).astype(np.float32)),
    ]


GELU = Exercise(
    id="01.4",
    name="gelu",
    reference_path="course_utils.scratch.layers:gelu",
    points=1,
    difficulty=1,
    minutes=5,
    why="It is the activation of GPT-2, and of the GPT that you build in notebook 09.",
    draw_cases=_gelu_cases,
    misconceptions=mistakes.GELU,
    hints=(
        "Build it from the inside out, one line for each part of the formula.",
        "Call the argument of tanh `inner`. `np.sqrt`, `np.pi`, `np.tanh` and `z**3` are all "
        "that you need; they work on whole arrays.",
        "```\ninner = sqrt(2 / π) × (z + 0.044715 z³)\nreturn z / 2 × (1 + tanh(inner))\n```",
    ),
)


# ----------------------------------------------------------------------------- mlp_forward


def _drive_mlp(answer, x, weights, biases, activation):
    if activation == "relu":
        return answer(x, weights, biases)
    return answer(x, weights, biases, ACTIVATIONS[activation])


def _mlp_cases(rng: np.random.Generator) -> list[Case]:
    def drawn(group: str, n: int, sizes: list[int], activation: str = "relu") -> Case:
        return case(
            group,
            x=_rounded(rng, n, sizes[0]),
            weights=[
                _rounded(rng, sizes[i + 1], sizes[i], scale=1.0) for i in range(len(sizes) - 1)
            ],
            biases=[_rounded(rng, size, scale=1.0) for size in sizes[1:]],
            activation=activation,
        )

    return [
        case(
            "by hand",
            x=np.array([[1.0, -1.0]]),
            weights=[np.array([[1.0, 2.0], [3.0, 1.0]]), np.array([[4.0, -2.0]])],
            biases=[np.array([0.5, 0.5]), np.array([2.0])],
            activation="relu",
        ),
        drawn("two layers", 3, [2, 5, 4]),
        drawn("four layers", 5, [3, 6, 4, 7, 2]),
        drawn("another activation", 2, [3, 5, 4], "tanh"),
        drawn("another activation", 4, [2, 3, 6, 5], "sigmoid"),
        drawn("no hidden layer", 4, [3, 2]),
    ]


MLP_FORWARD = Exercise(
    id="01.5",
    name="mlp_forward",
    reference_path="course_utils.scratch.layers:mlp_forward",
    points=2,
    difficulty=2,
    minutes=15,
    why="This is the whole of forward propagation; the rest of Part I learns its weights.",
    draw_cases=_mlp_cases,
    drive=_drive_mlp,
    misconceptions=mistakes.MLP_FORWARD,
    hints=(
        "Keep one variable, `h`, that holds what the layers so far have made of the batch. It "
        "starts as `x`.",
        "All layers but the last do the same two steps: affine, then activation. `weights[:-1]` "
        "is the list without its last item.",
        "`zip(weights[:-1], biases[:-1])` walks through both lists side by side. Use "
        "`affine_forward` for each layer, and call the function that was given: `activation(...)`.",
        "```\nh = x\nfor the weight and bias of each layer but the last:\n"
        "    h = activation(affine layer of h)\n"
        "return the last affine layer of h\n```",
    ),
)


# --------------------------------------------------------------------------------- he_init


def _drive_he(answer, fan_in, fan_out, seed):
    """Draw three weights: two with equal generators and one with another."""
    weight, again, other = (
        answer(fan_in, fan_out, np.random.default_rng(s)) for s in (seed, seed, seed + 1)
    )
    if not isinstance(weight, np.ndarray):
        return weight
    return {"weight": weight, "again": again, "other": other}


def _he_properties(drawn, fan_in, fan_out, seed):
    """Weights are random, so compare their properties: many drawings are right."""
    weight = drawn["weight"]
    spread = float(np.std(weight)) / np.sqrt(2 / fan_in)
    centre = float(np.mean(weight)) / (np.std(weight) + 1e-300) * np.sqrt(weight.size)
    return {
        "shape of the weight": str(weight.shape),
        "same seed, same weights": bool(np.array_equal(weight, drawn["again"])),
        "another seed, other weights": not np.array_equal(weight, drawn["other"]),
        "mean is 0 but for chance": bool(abs(centre) < 5),
        "standard deviation, as a multiple of the right one": round(spread, 1),
    }


def _he_cases(rng: np.random.Generator) -> list[Case]:
    def drawn(group: str, fan_in: int, fan_out: int) -> Case:
        return case(group, fan_in=fan_in, fan_out=fan_out, seed=int(rng.integers(1000)))

    return [
        drawn("few inputs, many neurons", 20, 1200),
        drawn("many inputs, few neurons", 900, 40),
        drawn("a wide layer", 250, 200),
    ]


HE_INIT = Exercise(
    id="01.6",
    name="he_init",
    reference_path="course_utils.scratch.layers:he_init",
    points=1,
    difficulty=2,
    minutes=10,
    why="With the wrong spread of the first weights a deep network says nothing at all.",
    draw_cases=_he_cases,
    drive=_drive_he,
    properties=_he_properties,
    misconceptions=mistakes.HE_INIT,
    hints=(
        "The derivation ends with a variance. Random generators ask for a standard deviation.",
        "`rng.normal(mean, standard_deviation, size=...)` draws an array. One row of the weight "
        "belongs to one neuron.",
        "```\ndeviation = square root of (2 / fan_in)\n"
        "return rng.normal(0, deviation, size = (fan_out, fan_in))\n```",
    ),
)


# ------------------------------------------------------------------------------ count_macs


def _macs_cases(rng: np.random.Generator) -> list[Case]:
    sizes = [int(size) for size in rng.choice(np.arange(2, 40), size=9, replace=False)]
    return [
        case("a single layer", layer_sizes=[3, 2], batch_size=4),
        case("a batch of one", layer_sizes=[2, 3, 1], batch_size=1),
        case("a batch of one", layer_sizes=sizes[:4], batch_size=1),
        case("a larger batch", layer_sizes=sizes[3:6], batch_size=5),
        case("a larger batch", layer_sizes=sizes[4:9], batch_size=32),
        case("a single layer", layer_sizes=sizes[:2], batch_size=7),
    ]


COUNT_MACS = Exercise(
    id="01.7",
    name="count_macs",
    reference_path="course_utils.scratch.layers:count_macs",
    points=1,
    difficulty=1,
    minutes=5,
    why="Cost decides what can be trained: models are planned by this count.",
    draw_cases=_macs_cases,
    misconceptions=mistakes.COUNT_MACS,
    hints=(
        "Count for one layer and one example first: how many weights does each neuron multiply?",
        "A layer from D_in to D_out does one multiply-add for each entry of its weight matrix. "
        "Walk through neighbouring sizes, `layer_sizes[i]` and `layer_sizes[i + 1]`.",
        "```\nmacs = 0\nfor each pair of neighbouring layer sizes (d_in, d_out):\n"
        "    macs = macs + d_in × d_out\nreturn batch_size × macs\n```",
    ),
)


EXERCISES = (AFFINE_FORWARD, SIGMOID, SOFTMAX, GELU, MLP_FORWARD, HE_INIT, COUNT_MACS)

QUESTIONS = (
    Question(
        "A batch of 32 images, 784 pixels each, goes through a layer of 100 neurons. "
        "Which shape does its weight have?",
        (
            Choice("(100, 784)", True, "One row for each neuron, one column for each input."),
            Choice("(784, 100)", False, "That is its transpose, which the product uses."),
            Choice("(32, 100)", False, "That is the output: one row for each image."),
            Choice("(32, 784)", False, "That is the batch. Weights do not know how large it is."),
        ),
    ),
    Question(
        "You take the activations out of a network of 50 layers. What can it still compute?",
        (
            Choice("Only affine maps, like a single layer", True, "50 matrices multiply to one."),
            Choice("Any continuous function, given enough neurons", False, "That needs a bend."),
            Choice("Polynomials up to degree 50", False, "No two inputs are ever multiplied."),
            Choice("Nothing: the signal vanishes", False, "Its size depends on the weights."),
        ),
    ),
    Question(
        "All logits of a row grow by 7. What happens to its softmax?",
        (
            Choice("Nothing", True, "e^7 stands above and below the fraction line."),
            Choice("The largest probability grows", False, "Multiplying them does that."),
            Choice("It becomes flatter", False, "Dividing them does that."),
            Choice("All probabilities grow by e^7", False, "Then they would not sum to 1."),
        ),
    ),
    Question(
        "A ReLU network has weights of variance 1 / fan_in, 20 layers deep. How large is the mean "
        "square of the signal at its end, next to that at its start?",
        (
            Choice("About a millionth", True, "Each ReLU halves it, and 2 to the 20 is a million."),
            Choice("About the same", False, "So it would be with variance 2 / fan_in."),
            Choice("About a million times larger", False, "So it would be with 4 / fan_in."),
            Choice("About a twentieth", False, "Factors multiply from layer to layer."),
        ),
    ),
)
