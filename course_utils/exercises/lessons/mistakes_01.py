"""The well-known mistakes in the exercises of notebook 01, and what to say to their authors."""

from itertools import pairwise

import numpy as np

from course_utils.exercises.exercise import Misconception
from course_utils.scratch import layers

# --------------------------------------------------------------------------- affine_forward


def _not_transposed(x, weight, bias):
    return x @ weight + bias


def _reshaped(x, weight, bias):
    return x @ weight.reshape(weight.shape[::-1]) + bias


def _without_bias(x, weight, bias):
    return x @ weight.T


def _bias_as_threshold(x, weight, bias):
    return x @ weight.T - bias


def _with_sigmoid(x, weight, bias):
    return layers.sigmoid(x @ weight.T + bias)


AFFINE_FORWARD = (
    Misconception(
        "forgets to transpose the weight",
        _not_transposed,
        "You multiply `x` by `weight` as it is, which pairs inputs with columns. Each row of "
        "`weight` is one neuron, so the product needs its transpose. With a square weight this "
        "mistake raises no error; it only gives wrong numbers.",
    ),
    Misconception(
        "reshapes instead of transposing",
        _reshaped,
        "`reshape` and `.T` give the same shape but not the same matrix: `reshape` keeps the "
        "numbers in their order in memory, so weights of different neurons get mixed. The axes "
        "have to be swapped.",
    ),
    Misconception(
        "forgets the bias",
        _without_bias,
        "The product is right, but nothing is added to it: the bias is missing.",
    ),
    Misconception(
        "subtracts the bias",
        _bias_as_threshold,
        "You subtract the bias. A threshold is subtracted, in some older texts; a bias is added. "
        "Here, as in PyTorch, it is a bias.",
    ),
    Misconception(
        "applies an activation",
        _with_sigmoid,
        "These are the right scores, sent through a sigmoid. Leave that out: an affine layer "
        "stops at Wx + b, and the activation is a step of its own.",
    ),
)


# --------------------------------------------------------------------------------- sigmoid


def _overflowing(z):
    return 1 / (1 + np.exp(-z))


def _other_form_only(z):
    return np.exp(z) / (1 + np.exp(z))


def _both_everywhere(z):
    return np.where(z >= 0, 1 / (1 + np.exp(-z)), np.exp(z) / (1 + np.exp(z)))


def _wrong_sign(z):
    return 1 - layers.sigmoid(z)


def _is_tanh(z):
    return np.tanh(z)


def _whole_number_result(z):
    result = np.zeros_like(z)
    result[...] = layers.sigmoid(z)
    return result


def _symmetric(z):
    return 1 / (1 + np.exp(-np.abs(z)))


SIGMOID = (
    Misconception(
        "lets e^-z overflow for very negative z",
        _overflowing,
        "All values are right, but for z = -1000 your code computes e^1000, which is too large "
        "for a float. NumPy warns and goes on with infinity, and 1 / infinity happens to be the "
        "right 0. Do not rely on such luck: in a neighbouring formula it becomes nan. Find a form "
        "in which the power of e is never above 1.",
    ),
    Misconception(
        "lets e^z overflow for very positive z",
        _other_form_only,
        "For z = 1000 both e^z above and e^z below the fraction line are infinite, and infinity / "
        "infinity is nan. This form is safe for negative z only. The two forms complement each "
        "other.",
    ),
    Misconception(
        "computes both forms everywhere",
        _both_everywhere,
        "You chose the right form for each number, but `np.where` does not choose what is "
        "computed: both arrays are computed whole, and then it picks. So e^1000 is still there, "
        "only thrown away. Take one power of e that is safe for all numbers, or compute each form "
        "only where it belongs, with a mask such as `z[z >= 0]`.",
    ),
    Misconception(
        "has the sign of z wrong",
        _wrong_sign,
        "Your curve falls where it should rise: this is sigmoid(-z). Look at the sign in the "
        "exponent.",
    ),
    Misconception(
        "computes tanh",
        _is_tanh,
        "These are the values of tanh, which lie between -1 and 1. The sigmoid lies between 0 "
        "and 1, and sigmoid(0) = 1/2.",
    ),
    Misconception(
        "stores the result as whole numbers",
        _whole_number_result,
        "When `z` holds whole numbers, your result does too, so every value is cut to 0 or 1. "
        "`np.zeros_like(z)` and `np.empty_like(z)` take over the dtype of `z`.",
    ),
    Misconception(
        "uses |z| on both sides",
        _symmetric,
        "You take e^-|z| for all z, which cannot overflow, but then -2 and 2 get the same answer. "
        "For z < 0 another form of the fraction is needed.",
    ),
)


# --------------------------------------------------------------------------------- softmax


def _no_shift(z):
    exps = np.exp(z)
    return exps / exps.sum(axis=-1, keepdims=True)


def _shift_of_whole_batch(z):
    exps = np.exp(z - z.max())
    return exps / exps.sum(axis=-1, keepdims=True)


def _no_keepdims(z):
    exps = np.exp(z - z.max(axis=-1))
    return exps / exps.sum(axis=-1)


def _no_keepdims_in_the_sum(z):
    exps = np.exp(z - z.max(axis=-1, keepdims=True))
    return exps / exps.sum(axis=-1)


LOST_AXIS = (
    "The numbers of the rows, of shape (N,), meet your array of shape (N, C) along the wrong axis: "
    "NumPy lines up the last ones. If N and C differ it raises an error, and if they are equal it "
    "quietly mixes up the rows. `keepdims=True` keeps the shape (N, 1)."
)


def _down_the_columns(z):
    exps = np.exp(z - z.max(axis=0, keepdims=True))
    return exps / exps.sum(axis=0, keepdims=True)


def _over_everything(z):
    exps = np.exp(z - z.max())
    return exps / exps.sum()


def _no_sum(z):
    return np.exp(z - z.max(axis=-1, keepdims=True))


def _sigmoids_normalised(z):
    squashed = layers.sigmoid(z)
    return squashed / np.maximum(squashed.sum(axis=-1, keepdims=True), 1e-300)


SOFTMAX = (
    Misconception(
        "forgets to subtract the row maximum",
        _no_shift,
        "The formula is right, but e^1000 is too large for a float: infinity / infinity is nan. "
        "Subtract from each row its largest score before taking powers; that changes no "
        "probability.",
    ),
    Misconception(
        "subtracts the largest score of the whole batch",
        _shift_of_whole_batch,
        "You subtract one number from the whole batch. A row whose scores lie far below it turns "
        "into zeros, and 0 / 0 is nan. Every row needs its own largest score.",
    ),
    Misconception("forgets keepdims", _no_keepdims, LOST_AXIS),
    Misconception("forgets keepdims in the sum", _no_keepdims_in_the_sum, LOST_AXIS),
    Misconception(
        "works down the columns",
        _down_the_columns,
        "Your columns sum to 1, and the rows should: each row is one example. In NumPy `axis=0` "
        "runs down the rows of a column, `axis=-1` along a row.",
    ),
    Misconception(
        "divides by the sum of the whole batch",
        _over_everything,
        "All your numbers together sum to 1. Each row is one example, and must sum to 1 by itself.",
    ),
    Misconception(
        "forgets to divide by the sum",
        _no_sum,
        "These are the powers of e, and the largest of each row is 1. To be probabilities they "
        "still have to be divided by their sum.",
    ),
    Misconception(
        "normalises sigmoids",
        _sigmoids_normalised,
        "You squash each score by a sigmoid and divide by the sum. Softmax takes powers of e "
        "instead, so that only differences between scores matter.",
    ),
)


# ------------------------------------------------------------------------------------ gelu


def _exact(z):
    return layers.gelu_exact(z)


def _gelu_with(z, scale=(2 / np.pi) ** 0.5, cubic=0.044715, half=0.5):
    return half * z * (1 + np.tanh(scale * (z + cubic * z**3)))


def _by_sigmoid(z):
    return z * layers.sigmoid(1.702 * z)


def _only_the_gate(z):
    return 0.5 * (1 + np.tanh(np.sqrt(2 / np.pi) * (z + 0.044715 * z**3)))


GELU = (
    Misconception(
        "computes the exact form",
        _exact,
        "This is the exact GELU, z Φ(z): correct as such, and never further than 0.0005 from the "
        "answer. The exercise asks for the tanh form, because GPT-2's weights were learned with "
        "it.",
    ),
    Misconception(
        "scales by 2/π without the square root",
        lambda z: _gelu_with(z, scale=2 / np.pi),
        "The factor in front of the bracket is the square root of 2/π, about 0.798. You use 2/π, "
        "about 0.637.",
    ),
    Misconception(
        "leaves out the cubic term",
        lambda z: _gelu_with(z, cubic=0.0),
        "Your tanh sees z alone. The term 0.044715 z³ is missing; it brings the curve close to the "
        "exact one.",
    ),
    Misconception(
        "squares instead of cubing",
        lambda z: 0.5 * z * (1 + np.tanh(np.sqrt(2 / np.pi) * (z + 0.044715 * z**2))),
        "You add 0.044715 z². The term is z³: an even power would push z = -1 and z = 1 the same "
        "way.",
    ),
    Misconception(
        "forgets the half",
        lambda z: _gelu_with(z, half=1.0),
        "Every value is twice what it should be: 1 + tanh runs from 0 to 2, so a factor 1/2 makes "
        "it a share.",
    ),
    Misconception(
        "uses the sigmoid approximation",
        _by_sigmoid,
        "This is z σ(1.702 z), another approximation from the same paper. It is off by up to 0.02; "
        "GPT-2 uses the tanh form.",
    ),
    Misconception(
        "forgets to multiply by z",
        _only_the_gate,
        "This is the gate alone, a number between 0 and 1. GELU is z times that gate.",
    ),
)


# ----------------------------------------------------------------------------- mlp_forward


def _bends_the_logits(x, weights, biases, activation=layers.relu):
    h = x
    for weight, bias in zip(weights, biases, strict=True):
        h = activation(h @ weight.T + bias)
    return h


def _never_bends(x, weights, biases, activation=layers.relu):
    h = x
    for weight, bias in zip(weights, biases, strict=True):
        h = h @ weight.T + bias
    return h


def _always_relu(x, weights, biases, activation=layers.relu):
    return layers.mlp_forward(x, weights, biases, layers.relu)


def _bends_the_inputs(x, weights, biases, activation=layers.relu):
    h = x
    for weight, bias in zip(weights, biases, strict=True):
        h = activation(h) @ weight.T + bias
    return h


def _no_biases(x, weights, biases, activation=layers.relu):
    return layers.mlp_forward(x, weights, [np.zeros_like(b) for b in biases], activation)


def _bias_after_the_bend(x, weights, biases, activation=layers.relu):
    h = x
    for weight, bias in zip(weights[:-1], biases[:-1], strict=True):
        h = activation(h @ weight.T) + bias
    return h @ weights[-1].T + biases[-1]


MLP_FORWARD = (
    Misconception(
        "applies the activation after the last layer",
        _bends_the_logits,
        "The activation follows the last layer too. Logits must be free to take any value: a ReLU "
        "there would turn every negative score into 0. Only hidden layers are bent.",
    ),
    Misconception(
        "never applies the activation",
        _never_bends,
        "No activation is applied anywhere, so your network is one affine map in disguise.",
    ),
    Misconception(
        "always uses ReLU",
        _always_relu,
        "With ReLU all is right; with another activation it is not. Your code calls "
        "`relu` itself, where it should call the function that it was given, `activation`.",
    ),
    Misconception(
        "applies the activation before each layer",
        _bends_the_inputs,
        "You bend what goes into each layer, the inputs `x` included: their negative values are "
        "lost before the first layer sees them. The order is affine first, then activation.",
    ),
    Misconception(
        "forgets the biases",
        _no_biases,
        "These are the logits that you get without any bias.",
    ),
    Misconception(
        "adds the bias after the activation",
        _bias_after_the_bend,
        "You bend Wx and add b afterwards. The bias belongs inside: σ(Wx + b). It decides where "
        "the bend happens.",
    ),
)


# --------------------------------------------------------------------------------- he_init


def _normal(deviation):
    def wrong(fan_in, fan_out, rng):
        return rng.normal(0, deviation(fan_in, fan_out), size=(fan_out, fan_in))

    return wrong


def _transposed(fan_in, fan_out, rng):
    return rng.normal(0, np.sqrt(2 / fan_in), size=(fan_in, fan_out))


def _own_generator(fan_in, fan_out, rng):
    fresh = np.random.default_rng()
    return fresh.normal(0, np.sqrt(2 / fan_in), size=(fan_out, fan_in))


def _own_seed(fan_in, fan_out, rng):
    fixed = np.random.default_rng(0)
    return fixed.normal(0, np.sqrt(2 / fan_in), size=(fan_out, fan_in))


def _only_positive(fan_in, fan_out, rng):
    return rng.random((fan_out, fan_in)) * np.sqrt(2 / fan_in)


def _bounds_for_deviation(fan_in, fan_out, rng):
    bound = np.sqrt(2 / fan_in)
    return rng.uniform(-bound, bound, size=(fan_out, fan_in))


HE_INIT = (
    Misconception(
        "gives the variance as the standard deviation",
        _normal(lambda fan_in, fan_out: 2 / fan_in),
        "2 / fan_in is the variance. `rng.normal` wants the standard deviation, its square root.",
    ),
    Misconception(
        "forgets the 2",
        _normal(lambda fan_in, fan_out: np.sqrt(1 / fan_in)),
        "Your weights have variance 1 / fan_in, which suits a layer without an activation. ReLU "
        "throws half of the signal away; a factor 2 makes up for it.",
    ),
    Misconception(
        "uses fan_out",
        _normal(lambda fan_in, fan_out: np.sqrt(2 / fan_out)),
        "You divide by `fan_out`. A neuron sums over its inputs, so their number, `fan_in`, sets "
        "the size of the sum.",
    ),
    Misconception(
        "is Xavier's initialisation",
        _normal(lambda fan_in, fan_out: np.sqrt(2 / (fan_in + fan_out))),
        "These are weights by Xavier's rule, 2 / (fan_in + fan_out), which suits tanh. He's rule "
        "for ReLU is 2 / fan_in.",
    ),
    Misconception(
        "swaps the axes",
        _transposed,
        "The shape is (fan_in, fan_out). A weight has one row for each neuron: (fan_out, fan_in).",
    ),
    Misconception(
        "draws from a generator of its own",
        _own_generator,
        "Two calls with equal seeds gave different weights, so you do not draw from `rng`. "
        "An experiment can be repeated only if every random number comes from a seeded generator.",
    ),
    Misconception(
        "seeds a generator of its own",
        _own_seed,
        "Your weights are the same whatever `rng` is given, so two layers of one size would start "
        "as twins, and so would all networks of an experiment. Draw from `rng`.",
    ),
    Misconception(
        "draws positive weights only",
        _only_positive,
        "All your weights are positive: `rng.random` draws between 0 and 1. The mean must be 0.",
    ),
    Misconception(
        "takes the standard deviation for the bounds",
        _bounds_for_deviation,
        "A uniform draw between -s and s has the standard deviation s / √3, not s. Draw from "
        "`rng.normal`, or widen the bounds.",
    ),
)


# ------------------------------------------------------------------------------ count_macs


def _parameters(layer_sizes, batch_size=1):
    return batch_size * sum(d_in * d_out + d_out for d_in, d_out in pairwise(layer_sizes))


def _operations(layer_sizes, batch_size=1):
    return 2 * layers.count_macs(layer_sizes, batch_size)


def _ignores_the_batch(layer_sizes, batch_size=1):
    return layers.count_macs(layer_sizes)


def _neurons(layer_sizes, batch_size=1):
    return batch_size * sum(layer_sizes[1:])


def _one_product(layer_sizes, batch_size=1):
    return batch_size * int(np.prod(layer_sizes))


def _batch_once(layer_sizes, batch_size=1):
    first, *rest = [d_in * d_out for d_in, d_out in pairwise(layer_sizes)]
    return batch_size * first + sum(rest)


COUNT_MACS = (
    Misconception(
        "counts the biases",
        _parameters,
        "You count the biases as well: this is the number of parameters. A bias is added without "
        "being multiplied, so it costs no multiply-add.",
    ),
    Misconception(
        "counts multiplications and additions apart",
        _operations,
        "You count twice as many: these are the single operations (FLOPs). A multiply-add is one "
        "multiplication together with the addition that follows it.",
    ),
    Misconception(
        "forgets the batch",
        _ignores_the_batch,
        "This is the count for one example. Each of the `batch_size` examples costs as much again.",
    ),
    Misconception(
        "counts neurons",
        _neurons,
        "You count one for each neuron. A neuron with D_in inputs multiplies D_in times.",
    ),
    Misconception(
        "multiplies all sizes together",
        _one_product,
        "You multiply all layer sizes together, as if each path through the network were computed "
        "by itself. A layer's outputs are computed once: add the layers' counts.",
    ),
    Misconception(
        "counts the batch in the first layer only",
        _batch_once,
        "The batch goes through every layer, not only through the first.",
    ),
)
