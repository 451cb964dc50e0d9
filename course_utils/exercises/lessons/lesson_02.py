"""The exercises of notebook 02, Backpropagation."""

from course_utils.exercises.exercise import Exercise
from course_utils.exercises.lessons import cases_02 as cases
from course_utils.exercises.lessons import mistakes_02 as mistakes
from course_utils.exercises.lessons import mistakes_02_graph as graph_mistakes
from course_utils.exercises.quiz import Choice, Question

# ----------------------------------------------------------------------- numerical_gradient

NUMERICAL_GRADIENT = Exercise(
    id="02.1",
    name="numerical_gradient",
    reference_path="course_utils.scratch.gradients:numerical_gradient",
    points=2,
    difficulty=2,
    minutes=15,
    why="It needs no derivation, so it can check all of yours.",
    draw_cases=cases.numerical_gradient,
    drive=cases.drive_numerical_gradient,
    rtol=1e-6,
    atol=1e-8,
    misconceptions=mistakes.NUMERICAL_GRADIENT,
    hints=(
        "For one number of x you need two values of f: with that number a little larger, and with "
        "it a little smaller. All other numbers stay as they are.",
        "`for index in np.ndindex(x.shape)` walks over every place of an array of any shape, and "
        "`array[index]` is the number there. Make fresh copies of x for each place.",
        "Fill an array `gradient` of the shape of x (`np.zeros_like(x)`), place by place.",
        "```\nfor each index of x:\n    up   = copy of x, with h added at index\n"
        "    down = copy of x, with h taken away at index\n"
        "    gradient[index] = (f(up) - f(down)) / (2 h)\nreturn gradient\n```",
    ),
)


# -------------------------------------------------------------------------- affine_backward


AFFINE_BACKWARD = Exercise(
    id="02.2",
    name="affine_backward",
    reference_path="course_utils.scratch.gradients:affine_backward",
    points=3,
    difficulty=3,
    minutes=15,
    why="Two thirds of the arithmetic of training a large model are these two matrix products.",
    draw_cases=cases.affine_backward,
    misconceptions=mistakes.AFFINE_BACKWARD,
    hints=(
        "A gradient has the shape of what it belongs to. Write down the shapes of dy, x and "
        "weight, and those of the three results: which products fit at all?",
        "dx: (N, D_out) must meet (D_out, D_in). dweight: the batch axis N has to disappear, so it "
        "must stand inside the product: (D_out, N) meets (N, D_in).",
        "The bias was added to every row, so its gradient is the sum of the rows of dy.",
        "```\ndx      = dy times weight\ndweight = dy transposed, times x\n"
        "dbias   = sum of dy over the batch, axis 0\nreturn dx, dweight, dbias\n```",
    ),
)


# ------------------------------------------------------------- sigmoid_backward, relu_backward


SIGMOID_BACKWARD = Exercise(
    id="02.3",
    name="sigmoid_backward",
    reference_path="course_utils.scratch.gradients:sigmoid_backward",
    points=1,
    difficulty=1,
    minutes=5,
    why="Its small slope is what kept networks shallow for twenty years.",
    draw_cases=cases.sigmoid_backward,
    misconceptions=mistakes.SIGMOID_BACKWARD,
    hints=(
        "Each number of y depends on its own z alone, so the chain rule is one product, number by "
        "number.",
        "The slope of the sigmoid, written with its output, is y (1 − y).",
        "```\nreturn dy × y × (1 - y)\n```",
    ),
)


RELU_BACKWARD = Exercise(
    id="02.4",
    name="relu_backward",
    reference_path="course_utils.scratch.gradients:relu_backward",
    points=1,
    difficulty=1,
    minutes=5,
    why="A ReLU that was shut on the way forwards is shut on the way back: so neurons can die.",
    draw_cases=cases.relu_backward,
    misconceptions=mistakes.RELU_BACKWARD,
    hints=(
        "What is the slope of max(z, 0) to the right of 0, and what to the left?",
        "`z > 0` is an array of truth values. In a product True counts as 1 and False as 0.",
        "```\nreturn dy where z > 0, and 0 elsewhere\n```",
    ),
)


# ------------------------------------------------------------------------- softmax_backward


SOFTMAX_BACKWARD = Exercise(
    id="02.5",
    name="softmax_backward",
    reference_path="course_utils.scratch.gradients:softmax_backward",
    points=3,
    difficulty=4,
    minutes=20,
    why="Attention is built on softmax, and every gradient of a language model passes through it.",
    draw_cases=cases.softmax_backward,
    misconceptions=mistakes.SOFTMAX_BACKWARD,
    hints=(
        "Take a single row first. Score j moves every probability i of its row, so dz_j is a sum "
        "over i: Σ_i dp_i ∂p_i/∂z_j.",
        "Put in ∂p_i/∂z_j = p_i (1 if i = j else 0) − p_i p_j. The first part leaves one term of "
        "the sum; from the second you can pull out p_j.",
        "dz_j = p_j (dp_j − Σ_i dp_i p_i). The sum is one number for each row: "
        "`np.sum(..., axis=-1, keepdims=True)`, of shape (N, 1).",
        "```\nmean = sum of dp × p along each row      (N, 1)\nreturn p × (dp - mean)\n```",
    ),
)


# ----------------------------------------------------------------------------- mlp_backward


MLP_BACKWARD = Exercise(
    id="02.6",
    name="mlp_backward",
    reference_path="course_utils.scratch.gradients:mlp_backward",
    points=4,
    difficulty=4,
    minutes=30,
    why="Once you have gone back through a whole network by hand, no framework is a mystery.",
    draw_cases=cases.mlp_backward,
    misconceptions=graph_mistakes.MLP_BACKWARD,
    hints=(
        "First the way forwards, keeping what the way back will need: z1, h = relu(z1) and "
        "p = softmax(scores). Then visit the layers in the opposite order.",
        "The loss is `-np.mean(np.log(p[np.arange(N), labels]))`: the probability of the right "
        "class in each row. The gradient of the scores is (p − onehot) / N.",
        "`affine_backward(dscores, h, W2)` gives dh, dW2 and db2 at once. Then through the ReLU "
        "with z1, then through the first layer with x.",
        "```\nz1 = first layer of x;  h = relu(z1);  p = softmax(second layer of h)\n"
        "loss = mean of -log p at the labels\n"
        "dscores = p, with 1 taken away at the labels, divided by N\n"
        "dh, dW2, db2 = back through the second layer\n"
        "dz1 = back through the relu\n_, dW1, db1 = back through the first layer\n"
        "return loss, [dW1, dW2], [db1, db2]\n```",
    ),
)


# ------------------------------------------------------------------------------ unbroadcast


UNBROADCAST = Exercise(
    id="02.8",
    name="unbroadcast",
    reference_path="course_utils.scratch.graph:unbroadcast",
    points=3,
    difficulty=3,
    minutes=20,
    why="Every bias, mean and mask is broadcast; without this no engine can find their gradients.",
    draw_cases=cases.unbroadcast,
    misconceptions=graph_mistakes.UNBROADCAST,
    hints=(
        "Along which axes did broadcasting make copies? There are two kinds: axes that it put in "
        "front, and axes of length 1 that it stretched.",
        "The number of new axes in front is `gradient.ndim - len(shape)`. Counted in `gradient`, "
        "axis i of `shape` is axis i + that number.",
        "`gradient.sum(axis=(0, 2))` sums over several axes at once. Axes of length 1 disappear "
        "with the sum; `.reshape(shape)` brings them back.",
        "```\nn_new = number of axes of gradient - number of axes of shape\n"
        "axes = 0, 1, ... n_new - 1\n"
        "for each i with shape[i] = 1: add n_new + i to axes\n"
        "return sum of gradient over axes, reshaped to shape\n```",
    ),
)


# ------------------------------------------------------------------------ topological_order


TOPOLOGICAL_ORDER = Exercise(
    id="02.7",
    name="topological_order",
    reference_path="course_utils.scratch.graph:topological_order",
    points=3,
    difficulty=4,
    minutes=25,
    why="It is the order in which gradients are complete; every framework walks its graph so.",
    draw_cases=cases.topological_order,
    drive=cases.drive_topological_order,
    properties=cases.order_properties,
    deterministic=False,  # any valid order will do, today this one and tomorrow that
    misconceptions=graph_mistakes.TOPOLOGICAL_ORDER,
    hints=(
        "A node may be listed when all its parents are listed. So on first meeting a node, look at "
        "its parents, and come back to it when they are done.",
        "Without recursion: keep a list `to_do`, and take from its end. Put the node itself on it "
        "once more, with a mark that its parents are done by then, and its parents above it.",
        "`to_do` holds pairs (node, parents_are_listed). A set `seen` makes sure that the parents "
        "of a node are looked at once only.",
        "```\norder, seen, to_do = [], set(), [(output, False)]\nwhile to_do:\n"
        "    take the last pair (node, parents_are_listed) from to_do\n"
        "    if parents_are_listed: put node at the end of order\n"
        "    else if node is new:\n        remember it in seen\n"
        "        put (node, True) on to_do\n"
        "        put (parent, False) on to_do for each parent\nreturn order\n```",
    ),
)


EXERCISES = (
    NUMERICAL_GRADIENT,
    AFFINE_BACKWARD,
    SIGMOID_BACKWARD,
    RELU_BACKWARD,
    SOFTMAX_BACKWARD,
    MLP_BACKWARD,
    TOPOLOGICAL_ORDER,
    UNBROADCAST,
)

QUESTIONS = (
    Question(
        "A layer turns x of shape (32, 784) into y = x @ W.T + b of shape (32, 100). "
        "Which shape does the gradient of the loss with respect to W have?",
        (
            Choice("(100, 784)", True, "A gradient has the shape of what it belongs to."),
            Choice("(784, 100)", False, "That is x.T @ dy: right numbers, but transposed."),
            Choice("(32, 100)", False, "That is dy, the gradient of the output."),
            Choice("(32, 100, 784)", False, "One for each example; they are added up."),
        ),
    ),
    Question(
        "A network has a million parameters and one loss. How many passes through it do you need "
        "for the exact gradient of every parameter?",
        (
            Choice("One forwards, one backwards", True, "The gradient of one output, whole."),
            Choice("A million forwards, one for each", False, "That is forward mode."),
            Choice(
                "Two million forwards, two for each",
                False,
                "That is the numerical gradient, not exact.",
            ),
            Choice(
                "One forwards, and none backwards",
                False,
                "Values alone do not tell how the loss reacts.",
            ),
        ),
    ),
    Question(
        "You check a gradient numerically with h = 1e-12, in 64 bits, and find a relative "
        "difference of 1e-4. What do you do first?",
        (
            Choice("Try h = 1e-5", True, "At 1e-12 rounding alone makes errors of that size."),
            Choice("Look for the mistake in the derivation", False, "There may be none."),
            Choice("Take h = 1e-15, to be more exact", False, "Then rounding is all you see."),
            Choice("Accept it: 1e-4 is small", False, "With a good h it would be near 1e-9."),
        ),
    ),
    Question(
        "In the graph of the loss a tensor is used by three later operations. Its gradient is",
        (
            Choice("the sum of what comes back from the three", True, "Effects add up."),
            Choice(
                "the mean of what comes back from the three", False, "Each use has its full effect."
            ),
            Choice(
                "the product of what comes back from the three",
                False,
                "Slopes multiply along a path, not across paths.",
            ),
            Choice("what the last of the three sends back", False, "The others were felt as well."),
        ),
    ),
    Question(
        "A network of 20 sigmoid layers hardly learns in its first layers. Why?",
        (
            Choice(
                "Each layer multiplies the gradient by a slope of at most 1/4",
                True,
                "Even with weights of a good size, little is left after 20 of them.",
            ),
            Choice(
                "The sigmoids overflow, and the gradient becomes nan on its way back",
                False,
                "A sigmoid's values lie between 0 and 1, and its slopes between 0 and 1/4.",
            ),
            Choice(
                "The loss does not depend on the first layers, so their gradient is 0",
                False,
                "It does depend on them. Their gradient is not 0, only very small.",
            ),
            Choice(
                "The first layers have fewer weights than the last, and learn less",
                False,
                "They may have more. What they lack is a gradient of any size.",
            ),
        ),
    ),
)
