"""The exercises of notebook 01, Forward propagation."""

from course_utils.exercises.exercise import Exercise
from course_utils.exercises.lessons import cases_01 as cases
from course_utils.exercises.lessons import mistakes_01 as mistakes
from course_utils.exercises.lessons import mistakes_01_network as network_mistakes
from course_utils.exercises.quiz import Choice, Question

AFFINE_FORWARD = Exercise(
    id="01.1",
    name="affine_forward",
    reference_path="course_utils.scratch.layers:affine_forward",
    points=1,
    difficulty=1,
    minutes=5,
    why="Nearly all the arithmetic of a large model is this one line.",
    draw_cases=cases.affine_forward,
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

SIGMOID = Exercise(
    id="01.2",
    name="sigmoid",
    reference_path="course_utils.scratch.layers:sigmoid",
    points=2,
    difficulty=2,
    minutes=10,
    why="It turns any score into a probability, and it is where overflow first bites.",
    draw_cases=cases.sigmoid,
    drive=cases.drive_sigmoid,
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

SOFTMAX = Exercise(
    id="01.3",
    name="softmax",
    reference_path="course_utils.scratch.layers:softmax",
    points=2,
    difficulty=2,
    minutes=10,
    why="Every word that a language model writes is drawn from a softmax.",
    draw_cases=cases.softmax,
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

GELU = Exercise(
    id="01.4",
    name="gelu",
    reference_path="course_utils.scratch.layers:gelu",
    points=1,
    difficulty=1,
    minutes=5,
    why="It is the activation of GPT-2, and of the GPT that you build in notebook 09.",
    draw_cases=cases.gelu,
    misconceptions=mistakes.GELU,
    hints=(
        "Build it from the inside out, one line for each part of the formula.",
        "Call the argument of tanh `inner`. `np.sqrt`, `np.pi`, `np.tanh` and `z**3` are all "
        "that you need; they work on whole arrays.",
        "```\ninner = sqrt(2 / π) × (z + 0.044715 z³)\nreturn z / 2 × (1 + tanh(inner))\n```",
    ),
)

MLP_FORWARD = Exercise(
    id="01.5",
    name="mlp_forward",
    reference_path="course_utils.scratch.layers:mlp_forward",
    points=2,
    difficulty=2,
    minutes=15,
    why="This is the whole of forward propagation; the rest of Part I learns its weights.",
    draw_cases=cases.mlp_forward,
    drive=cases.drive_mlp,
    misconceptions=network_mistakes.MLP_FORWARD,
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

HE_INIT = Exercise(
    id="01.6",
    name="he_init",
    reference_path="course_utils.scratch.layers:he_init",
    points=1,
    difficulty=2,
    minutes=10,
    why="With the wrong spread of the first weights a deep network says nothing at all.",
    draw_cases=cases.he_init,
    drive=cases.drive_he,
    properties=cases.he_properties,
    misconceptions=network_mistakes.HE_INIT,
    hints=(
        "The derivation ends with a variance. Random generators ask for a standard deviation.",
        "`rng.normal(mean, standard_deviation, size=...)` draws an array. One row of the weight "
        "belongs to one neuron.",
        "```\ndeviation = square root of (2 / fan_in)\n"
        "return rng.normal(0, deviation, size = (fan_out, fan_in))\n```",
    ),
)

COUNT_MACS = Exercise(
    id="01.7",
    name="count_macs",
    reference_path="course_utils.scratch.layers:count_macs",
    points=1,
    difficulty=1,
    minutes=5,
    why="Cost decides what can be trained: models are planned by this count.",
    draw_cases=cases.count_macs,
    drive=cases.drive_count,
    misconceptions=network_mistakes.COUNT_MACS,
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
