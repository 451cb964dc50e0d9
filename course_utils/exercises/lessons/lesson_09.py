"""The exercises of notebook 09, A tiny GPT."""

from course_utils.exercises.exercise import Exercise, Misconception
from course_utils.exercises.lessons import cases_09 as cases
from course_utils.exercises.lessons import mistakes_09 as mistakes
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
        misconceptions=(
            Misconception(
                "epsilon outside the root",
                mistakes.epsilon_outside_the_root,
                "Epsilon is added to the standard deviation here. It belongs inside the root, "
                "beside the variance: √(variance + epsilon). With small features the two differ "
                "a lot.",
            ),
            Misconception(
                "forgets epsilon",
                mistakes.no_epsilon,
                "Right until all features of a row are equal: then the variance is 0, and 0 / 0 "
                "is nan. Add epsilon to the variance before you take the root.",
            ),
            Misconception(
                "the same epsilon whatever is asked for",
                mistakes.always_the_same_epsilon,
                "Right for the usual epsilon, but the argument has no effect: 0.00001 stands in "
                "your code as a number. Use `epsilon`.",
            ),
            Misconception(
                "divides by D - 1",
                mistakes.divides_by_d_minus_one,
                "The variance is divided by D - 1, as a statistician does who guesses from a "
                "sample. Here the row is all there is: its variance is the mean of the squares.",
            ),
            Misconception(
                "takes mean and variance over the batch",
                mistakes.over_the_batch,
                "Mean and variance run over the first axis: what one example becomes then "
                "depends on the others in its batch. Each row is on its own: the last axis.",
            ),
            Misconception(
                "takes mean and variance over axis 1",
                mistakes.over_axis_1,
                "Axis 1 is the last one for a table of rows only. With texts in a batch it is "
                "time, and a row alone has no axis 1. Count from the end: `axis=-1`.",
            ),
            Misconception(
                "one mean for the whole array",
                mistakes.over_everything,
                "There is one mean and one variance for all numbers together. Every row has its "
                "own: `axis=-1`, with `keepdims=True` so that they broadcast.",
            ),
            Misconception(
                "divides by the variance",
                mistakes.divides_by_the_variance,
                "The rows are divided by their variance. The spread of a row is its standard "
                "deviation, the root of that.",
            ),
            Misconception(
                "does not take the mean away",
                mistakes.does_not_centre,
                "The spread becomes right, but the mean of each row is still there: subtract it "
                "before you divide.",
            ),
            Misconception(
                "shifts before it stretches",
                mistakes.shifts_before_it_stretches,
                "The bias is added before the weight multiplies, so it is stretched as well. "
                "First times `weight`, then plus `bias`.",
            ),
            Misconception(
                "leaves weight and bias out",
                mistakes.no_gain_and_shift,
                "Every row has mean 0 and variance 1, and that is where you stop. The learned "
                "numbers are missing: times `weight`, plus `bias`.",
            ),
        ),
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
        why="Every gradient of a GPT passes through two of these in each block.",
        draw_cases=cases.norm_backward_cases,
        rtol=1e-6,
        atol=1e-7,
        misconceptions=(
            Misconception(
                "mean and deviation taken for constants",
                mistakes.all_constants,
                "dx is dy · weight / σ: right if μ and σ were given numbers. But they are made of "
                "x: each feature moves the mean and the spread of its row, and so moves all of "
                "the row's outputs. Two terms are missing.",
            ),
            Misconception(
                "forgets the way through the mean",
                mistakes.forgets_the_mean,
                "The term of the variance is there, that of the mean is not: raising all features "
                "of a row by the same amount changes nothing, so the numbers of each row of dx "
                "must sum to 0. Yours do not.",
            ),
            Misconception(
                "forgets the way through the variance",
                mistakes.forgets_the_variance,
                "The term of the mean is there, that of the variance is not. Stretching a row "
                "changes nothing, so dx must have no part along the normalised row: take "
                "u · mean(du · u) away.",
            ),
            Misconception(
                "sums where means belong",
                mistakes.sums_where_means_belong,
                "Both terms are there, but as sums over the features. μ and σ² are means, so "
                "each feature has a share of 1/D in them: take means.",
            ),
            Misconception(
                "forgets the gain on the way back",
                mistakes.forgets_the_gain,
                "dx does not know of `weight`. The last step forwards multiplied by it, so the "
                "first step back does too: du = dy · weight.",
            ),
            Misconception(
                "takes the raw input for dweight",
                mistakes.gain_from_the_input,
                "dweight is summed from dy · x. What the weight was multiplied with is the "
                "normalised row u, not x.",
            ),
            Misconception(
                "sums over the first axis only",
                mistakes.sums_over_the_first_axis,
                "dweight and dbias are summed over the first axis. That is right for a table of "
                "rows; with texts in a batch the axis of time is left. Sum over all axes but the "
                "last, so that (D,) remains.",
            ),
            Misconception(
                "divides by the variance",
                mistakes.divides_by_the_variance_back,
                "dx is divided by σ². The derivation ends with 1/σ, the standard deviation, once.",
            ),
            Misconception(
                "forgets epsilon",
                mistakes.no_epsilon_back,
                "Epsilon is missing in σ. Forwards it was added to the variance; backwards σ is "
                "the same number. With small features the two differ.",
            ),
            Misconception(
                "averages over the rows",
                mistakes.means_over_the_rows,
                "dweight and dbias are divided by the number of rows. A gradient adds up over "
                "all places where a parameter was used; the loss has taken its mean already.",
            ),
        ),
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
        misconceptions=(
            Misconception(
                "no bend between the layers",
                mistakes.NoBend,
                "Two affine layers with nothing between them are one affine layer, however wide "
                "the middle is (notebook 01). Put `gelu` between `up` and `down`.",
            ),
            Misconception(
                "ReLU in place of GELU",
                mistakes.WithReLU,
                "This net bends with ReLU. That works, but it is not GPT-2's: below 0 GELU is "
                "not quite 0. Use `gelu`.",
            ),
            Misconception(
                "the exact GELU",
                mistakes.WithExactGELU,
                "All but right: this is GELU by the normal distribution, and GPT-2 was trained "
                "with the formula that uses tanh. They differ by less than 0.0005. `gelu` of this "
                "notebook is the one, or `F.gelu(x, approximate='tanh')`.",
            ),
            Misconception(
                "bends at the end",
                mistakes.BendsAtTheEnd,
                "The bend comes last, so that the output hardly goes below 0 and the layers "
                "before it are one affine map. Bend in the middle, where it is wide.",
            ),
            Misconception(
                "bends twice",
                mistakes.BendsTwice,
                "The output is bent once more. What goes into the stream must be free to be "
                "negative: end with `down`.",
            ),
            Misconception(
                "adds its input",
                mistakes.NetAddsItsInput,
                "You add x to the result. That residual connection is right in a block, but it "
                "belongs to the block around this net.",
            ),
        ),
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
        misconceptions=(
            Misconception(
                "post-norm",
                mistakes.PostNorm,
                "You normalise after the addition. So did the first transformer of 2017, and "
                "section 5 shows its price. GPT-2 normalises what goes into a branch and leaves "
                "the stream alone: x + attention(norm1(x)).",
            ),
            Misconception(
                "no residual connections",
                mistakes.NoResiduals,
                "Nothing is added to x: it is replaced, twice. What the token was is lost, and "
                "the gradient has no straight way back. x = x + attention(norm1(x)).",
            ),
            Misconception(
                "residual taken after the norm",
                mistakes.ResidualsAfterTheNorm,
                "x itself is overwritten by its normalised form, and the branch is added to "
                "that. The stream must go past the norm untouched: only the branch reads "
                "norm(x).",
            ),
            Misconception(
                "normalises what the branches give",
                mistakes.NormsTheBranches,
                "The norms come after attention and net. They belong before them: the branch "
                "reads a normalised stream.",
            ),
            Misconception(
                "forgets the norms",
                mistakes.ForgetsTheNorms,
                "The two residual connections are right, but the branches read the raw stream. "
                "They should read norm1(x) and norm2(x).",
            ),
            Misconception(
                "one norm for both",
                mistakes.OneNormForBoth,
                "norm1 is used twice and norm2 never. Each branch has a norm of its own.",
            ),
            Misconception(
                "second branch adds to the old stream",
                mistakes.SecondBranchAddsToTheOldStream,
                "The net reads what attention has added, but its output is added to the x of "
                "before, so what attention found is lost from the stream. Each branch adds to "
                "what the stream is by then.",
            ),
            Misconception(
                "first residual connection missing",
                mistakes.FirstResidualMissing,
                "Attention's output replaces the stream, and only the net adds to it. Both "
                "branches add: x = x + attention(norm1(x)).",
            ),
            Misconception(
                "side by side",
                mistakes.SideBySide,
                "Attention and net both read the x that came in. In GPT-2 the net comes second "
                "and reads what attention has added.",
            ),
            Misconception(
                "thinks before it gathers",
                mistakes.ThinksFirst,
                "The net comes first and attention second. Gather first, then think.",
            ),
            Misconception(
                "one residual connection only",
                mistakes.OneResidualOnly,
                "Attention is added to the stream, but then the net's output replaces it. Both "
                "branches add.",
            ),
        ),
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
        misconceptions=(
            Misconception(
                "counts the shared matrix twice",
                mistakes.counts_the_shared_matrix_twice,
                "With a tied head the output layer is the token embedding once more: one matrix "
                "in two places, learned once. Count V × D once, unless `tied_head` is False.",
            ),
            Misconception(
                "never counts the output layer",
                mistakes.never_counts_the_head,
                "Right as long as the head is tied. With `tied_head=False` the output layer has a "
                "matrix of its own, V × D more.",
            ),
            Misconception(
                "forgets the positions",
                mistakes.forgets_the_positions,
                "The table of positions is learned too: one row of D numbers for each of "
                "`context_length` places.",
            ),
            Misconception(
                "forgets the last norm",
                mistakes.forgets_the_final_norm,
                "After the last block comes one more norm, before the output layer: D gains and D "
                "shifts.",
            ),
            Misconception(
                "forgets the projection",
                mistakes.forgets_the_projection,
                "Attention has four matrices of D × D: queries, keys, values, and the projection "
                "that mixes the heads. You have three.",
            ),
            Misconception(
                "multiplies by the number of heads",
                mistakes.multiplies_by_the_heads,
                "Heads share the D features out among themselves. The matrices stay D × D, "
                "however many heads there are.",
            ),
            Misconception(
                "forgets the biases",
                mistakes.forgets_the_biases,
                "You count matrices and gains. When `config.bias` is True each linear layer has "
                "a bias for each output, and each norm a shift for each feature.",
            ),
            Misconception(
                "always counts biases",
                mistakes.always_counts_biases,
                "Right as long as there are biases. With `bias=False` neither the linear layers "
                "nor the norms have any: the 13D of a block becomes 2D, the gains of its norms.",
            ),
            Misconception(
                "norms keep their shift",
                mistakes.norms_keep_their_shift,
                "With `bias=False` you leave the biases of the linear layers out, but the norms "
                "lose their shift as well: a gain for each feature is all that they have.",
            ),
            Misconception(
                "always four times as wide",
                mistakes.always_four_times_as_wide,
                "You count a net of 4D hidden features, as in the formula of the text. How many "
                "there are is `config.d_hidden`.",
            ),
            Misconception(
                "counts a single layer",
                mistakes.counts_a_single_layer,
                "One block is counted. There are `n_layers` of them, each with weights of its own.",
            ),
        ),
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
        misconceptions=(
            Misconception(
                "everything decays",
                mistakes.everything_decays,
                "Biases and gains are pulled towards 0 as well. A gain of 0 switches its feature "
                "off. Only what has two axes or more decays: `p.ndim >= 2`.",
            ),
            Misconception(
                "the wrong way round",
                mistakes.the_other_way_round,
                "The two groups have changed places: matrices are to decay, vectors are not.",
            ),
            Misconception(
                "gains decay too",
                mistakes.gains_decay_too,
                "You leave out what is called bias, but the gain of a norm is called `weight`. "
                "Go by the number of axes, not by the name.",
            ),
            Misconception(
                "goes by names",
                mistakes.goes_by_names,
                'You look for "norm" and "bias" in the names. Right for this model; in the next '
                "one a norm is called `ln`. What counts is the number of axes, `p.ndim`.",
            ),
            Misconception(
                "exactly two axes",
                mistakes.exactly_two_axes,
                "A weight of three axes (a convolution has such) is left out of the decay. Two "
                "axes or more: `p.ndim >= 2`.",
            ),
            Misconception(
                "embeddings do not decay",
                mistakes.embeddings_do_not_decay,
                "The embedding is a matrix, and here it decays with the others: when it is tied, "
                "it is the output layer as well.",
            ),
            Misconception(
                "takes frozen weights along",
                mistakes.takes_the_frozen_along,
                "Weights with `requires_grad=False` are not to be trained; leave them out of both "
                "groups.",
            ),
            Misconception(
                "leaves the rest out",
                mistakes.leaves_the_rest_out,
                "There is only the group that decays. What is in no group is never trained: give "
                "biases and gains to a second group with `weight_decay` 0.",
            ),
        ),
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
