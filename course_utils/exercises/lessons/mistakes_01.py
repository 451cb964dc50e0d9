"""The well-known mistakes in the exercises of notebook 01, and what to say to their authors."""

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


def _one_example_at_most(x, weight, bias):
    return weight @ x.T + bias


def _one_column_per_example(x, weight, bias):
    return weight @ x.T + bias[:, None]


WX_PLUS_B = (
    "Wx + b is the formula for one example that stands upright. Here each example is a row, so "
    "that Wx becomes x times the transpose of W: "
)

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
        "takes the formula of one example as it stands",
        _one_example_at_most,
        WX_PLUS_B + "`weight @ x.T` has a column for each example, and then the bias meets the "
        "wrong axis.",
    ),
    Misconception(
        "gives a column for each example",
        _one_column_per_example,
        WX_PLUS_B + "your numbers are right, but they stand in the shape (D_out, N).",
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
    "NumPy lines up the last ones. If N and C are equal it quietly mixes up the rows; a single "
    "column becomes N columns; several rows of another length raise an error. `keepdims=True` "
    "keeps the shape (N, 1)."
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


def _shift_by_the_mean(z):
    exps = np.exp(z - z.mean(axis=-1, keepdims=True))
    return exps / exps.sum(axis=-1, keepdims=True)


def _shift_by_the_smallest(z):
    exps = np.exp(z - z.min(axis=-1, keepdims=True))
    return exps / exps.sum(axis=-1, keepdims=True)


def _shift_by_the_largest_size(z):
    exps = np.exp(z - np.abs(z).max(axis=-1, keepdims=True))
    return exps / exps.sum(axis=-1, keepdims=True)


def _shift_above_only(z):
    above = np.exp(z - z.max(axis=-1, keepdims=True))
    return above / np.exp(z).sum(axis=-1, keepdims=True)


def _rows_shifted_sum_of_everything(z):
    exps = np.exp(z - z.max(axis=-1, keepdims=True))
    return exps / exps.sum()


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
    Misconception(
        "subtracts the mean of each row",
        _shift_by_the_mean,
        "Subtracting the mean brings most rows near 0, but not all: in [-3000, 0, 2000] a score "
        "still lies 2,333 above it, and e^2333 is infinite. What must not be above 0 is the "
        "largest score.",
    ),
    Misconception(
        "subtracts the smallest score of each row",
        _shift_by_the_smallest,
        "You subtract the smallest score, so that all the others are above 0, and e of a large "
        "one is infinite. Subtract the largest: then no power of e is above 1.",
    ),
    Misconception(
        "subtracts the largest absolute value",
        _shift_by_the_largest_size,
        "You subtract the largest of |z|. In a row of negative scores that pushes all of them "
        "further down, until every power of e is 0, and 0 / 0 is nan. Take the largest score "
        "itself, sign and all.",
    ),
    Misconception(
        "shifts above the fraction line only",
        _shift_above_only,
        "The scores are shifted above the fraction line, but not in the sum below it. The factor "
        "cancels only if it stands in both.",
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
        "shifts each row and divides by the sum of the whole batch",
        _rows_shifted_sum_of_everything,
        "The rows are shifted as they should be, but the sum runs over the whole batch. Each row "
        "must sum to 1 by itself: `axis=-1, keepdims=True`.",
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


def _scales_z_only(z):
    return 0.5 * z * (1 + np.tanh(np.sqrt(2 / np.pi) * z + 0.044715 * z**3))


def _tanh_outside_the_brackets(z):
    return 0.5 * z * 1 + np.tanh(np.sqrt(2 / np.pi) * (z + 0.044715 * z**3))


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
        "scales z alone",
        _scales_z_only,
        "The square root multiplies z only. It stands before the bracket, so it multiplies the "
        "cubic term too.",
    ),
    Misconception(
        "multiplies 1 alone",
        _tanh_outside_the_brackets,
        "z / 2 multiplies the 1 only, and the tanh is added afterwards: brackets round `1 + tanh` "
        "are missing.",
    ),
    Misconception(
        "forgets the 1",
        lambda z: 0.5 * z * np.tanh(np.sqrt(2 / np.pi) * (z + 0.044715 * z**3)),
        "tanh runs from -1 to 1, which is no share. 1 + tanh runs from 0 to 2, and half of that "
        "from 0 to 1.",
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
