"""The exercises of notebook 09, A tiny GPT."""

from course_utils.exercises.exercise import Exercise
from course_utils.exercises.lessons import cases_09 as cases
from course_utils.exercises.lessons import mistakes_09 as mistakes
from course_utils.exercises.lessons import mistakes_09_counting as mistakes_in_counting
from course_utils.exercises.lessons import mistakes_09_model as mistakes_in_model
from course_utils.exercises.quiz import Choice, Question

NORMALISATION = "course_utils.scratch.normalisation"
MODEL = "course_utils.gpt.model"

EXERCISES = (
    Exercise(
        id="09.1",
        name="layer_norm",
        reference_path=f"{NORMALISATION}:layer_norm",
        points=2,
        difficulty=2,
        minutes=10,
        why="Without it, signals in a deep network swell or fade, and a GPT does not train.",
        draw_cases=cases.norm_cases,
        rtol=1e-6,
        atol=1e-7,
        misconceptions=mistakes.LAYER_NORM,
        hints=(
            "Do it for one row on paper first: its mean, its variance, its root, the quotient.",
            "`np.mean(x, axis=-1, keepdims=True)` is (..., 1) and broadcasts against (..., D). "
            "`np.var` divides by D, which is what we want.",
            "```\nmean = mean of x over the last axis               (..., 1)\n"
            "variance = mean of (x - mean)² over the last axis  (..., 1)\n"
            "unit = (x - mean) / root of (variance + epsilon)   (..., D)\n"
            "return unit times weight plus bias\n```",
        ),
    ),
    Exercise(
        id="09.2",
        name="layer_norm_backward",
        reference_path=f"{NORMALISATION}:layer_norm_backward",
        points=3,
        difficulty=4,
        minutes=25,
        why="Every gradient of a GPT passes through some of these.",
        draw_cases=cases.norm_backward_cases,
        rtol=1e-6,
        atol=1e-7,
        misconceptions=mistakes.LAYER_NORM_BACKWARD,
        hints=(
            "Go back step by step: through + bias, through × weight, and then from u to x, where "
            "each x of a row moves all u of that row.",
            "dweight and dbias: sum over all axes but the last, `axis=tuple(range(x.ndim - 1))`. "
            "For dx the derivation gives three terms, and the means run over the last axis.",
            "```\nσ = root of (variance + epsilon);  u = (x - mean) / σ\n"
            "dbias   = sum of dy over all rows\n"
            "dweight = sum of dy times u over all rows\n"
            "du = dy times weight\n"
            "dx = (du - mean of du - u times mean of (du times u)) / σ\n```",
        ),
    ),
    Exercise(
        id="09.3",
        name="FeedForward",
        reference_path=f"{MODEL}:FeedForward",
        points=2,
        difficulty=2,
        minutes=10,
        why="Two thirds of the weights of a block are in here.",
        draw_cases=cases.feed_forward_cases,
        drive=cases.drive_feed_forward,
        rtol=1e-6,
        atol=1e-8,
        misconceptions=mistakes_in_model.FEED_FORWARD,
        hints=(
            "It is the two-layer network of notebook 01, for each token.",
            "`nn.Linear(d_in, d_out, bias=bias)` works on the last axis, whatever stands before "
            "it. The names `self.up` and `self.down` matter: weights are loaded by name.",
            "```\nin __init__:  up = Linear from d_model to d_hidden, with bias or without\n"
            "              down = Linear from d_hidden to d_model, likewise\n"
            "in forward:   return down(gelu(up(x)))\n```",
        ),
    ),
    Exercise(
        id="09.4",
        name="Block",
        reference_path=f"{MODEL}:Block",
        points=3,
        difficulty=3,
        minutes=15,
        why="A GPT is this, many times over.",
        draw_cases=cases.block_cases,
        drive=cases.drive_block,
        rtol=1e-6,
        atol=1e-8,
        misconceptions=mistakes_in_model.BLOCK,
        hints=(
            "Draw the stream as a straight line from x to the output. Two branches leave it and "
            "come back. What stands at the start of each branch?",
            "`__init__` makes four parts, with the names of the task. In `forward` each branch is "
            "one line, and the second works with the x that the first has made.",
            "```\nx = x + attention(norm1(x))\nx = x + feed_forward(norm2(x))\nreturn x\n```",
        ),
    ),
    Exercise(
        id="09.5",
        name="count_parameters",
        reference_path="course_utils.gpt.counting:count_parameters",
        points=2,
        difficulty=3,
        minutes=15,
        why="If you can count a model's parameters, you know every part of it.",
        draw_cases=cases.counting_cases,
        drive=cases.drive_counting,
        rtol=0.0,
        atol=0.5,
        misconceptions=mistakes_in_counting.COUNT_PARAMETERS,
        hints=(
            "Write down the parts of a block and the shape of each matrix, then what stands "
            "before the blocks and what after them.",
            "A linear layer from n to m has n × m weights and, with biases, m more. A norm has D "
            "gains and, with biases, D shifts. The net's middle has `config.d_hidden` features.",
            "```\nattention = linear(D, 3D) + linear(D, D)\n"
            "net = linear(D, hidden) + linear(hidden, D)\n"
            "block = norm + attention + norm + net\n"
            "total = V·D + context·D + n_layers · block + norm\n"
            "if the head is not tied: total += V·D\n```",
        ),
    ),
    Exercise(
        id="09.6",
        name="weight_decay_groups",
        reference_path="course_utils.gpt.optimizers:weight_decay_groups",
        points=1,
        difficulty=2,
        minutes=10,
        why="Weight decay on a norm's gain pulls it to 0 and switches the layer off.",
        draw_cases=cases.decay_cases,
        drive=cases.drive_decay,
        misconceptions=mistakes_in_counting.WEIGHT_DECAY_GROUPS,
        hints=(
            "Which weights does decay hurt? Those where 0 is not a harmless value.",
            "`model.parameters()` gives each parameter once, also one that is used twice. "
            "`p.ndim` is the number of its axes.",
            "```\ntrained = all parameters with requires_grad\n"
            "return a list of two dicts, each with params and weight_decay:\n"
            "  those with 2 axes or more, weight_decay as given\n"
            "  the others, weight_decay 0\n```",
        ),
    ),
)

QUESTIONS = (
    Question(
        "You add 5 to every feature of one token, and the next thing is a layer norm. What comes "
        "out for that token?",
        (
            Choice(
                "The same as before",
                True,
                "The mean grows by 5 as well, and it is subtracted. So the gradient of the row "
                "sums to 0.",
            ),
            Choice("Everything is 5 larger", False, "The mean of the row is subtracted."),
            Choice(
                "The other tokens change, too",
                False,
                "Layer norm looks at one token at a time. Batch norm would mix them.",
            ),
        ),
    ),
    Question(
        "Where do the tokens of a text exchange information in a GPT?",
        (
            Choice("In attention alone", True, "All else treats each token by itself."),
            Choice(
                "In attention and in the feed-forward net",
                False,
                "The net sees one token at a time; shuffle the tokens and its outputs are shuffled "
                "alike.",
            ),
            Choice("In the layer norms", False, "A norm's mean runs over one token's features."),
        ),
    ),
    Question(
        "A new GPT with a vocabulary of 50,257 has the loss 25 before its first step. What does "
        "that tell you?",
        (
            Choice(
                "Nothing yet: before training, a model may have any loss at all",
                False,
                "A model that knows nothing should guess evenly; that costs ln 50257 = 10.8.",
            ),
            Choice(
                "Its first guesses are confident and wrong: the initial weights are too large",
                True,
                "More than ln V means that it prefers some tokens without a reason. Look at "
                "the initialisation.",
            ),
            Choice(
                "A token sees its own future: the mask has been left out",
                False,
                "A leak makes the loss too small, and only after some training.",
            ),
        ),
    ),
    Question(
        "In pre-norm blocks, what is the derivative of the stream's end with respect to its "
        "beginning?",
        (
            Choice(
                "A product of the norms' Jacobians",
                False,
                "That is post-norm: there the stream itself goes through every norm.",
            ),
            Choice(
                "The identity, plus what the branches add",
                True,
                "The stream is a sum. One way back passes through nothing at all.",
            ),
            Choice(
                "Nearly 0: many factors are multiplied",
                False,
                "Along the branches they are. The straight way is never shut.",
            ),
        ),
    ),
    Question(
        "GPT-2 counts 124 million parameters, yet two matrices of 50,257 × 768 are used. How many "
        "of the 124 million are they?",
        (
            Choice(
                "77.2 million", False, "That would be two. They are tied: one matrix, used twice."
            ),
            Choice("38.6 million", True, "50,257 × 768, once: the head is the embedding."),
            Choice("0 million", False, "The embedding is learned like all the rest."),
        ),
    ),
)
