"""The well-known mistakes in notebook 01's exercises on whole networks, and what to say of them."""

from itertools import pairwise

import numpy as np

from course_utils.exercises.exercise import Misconception
from course_utils.scratch import layers

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


def _softmax_of_the_logits(x, weights, biases, activation=layers.relu):
    return layers.softmax(layers.mlp_forward(x, weights, biases, activation))


def _without_the_last_layer(x, weights, biases, activation=layers.relu):
    h = x
    for weight, bias in zip(weights[:-1], biases[:-1], strict=True):
        h = activation(h @ weight.T + bias)
    return h


def _bends_once(x, weights, biases, activation=layers.relu):
    for i, (weight, bias) in enumerate(zip(weights, biases, strict=True)):
        x = x @ weight.T + bias
        if i == 0 and len(weights) > 1:
            x = activation(x)
    return x


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
        "turns the logits into probabilities",
        _softmax_of_the_logits,
        "These are the right logits, sent through a softmax. Return the logits: whoever wants "
        "probabilities applies a softmax or a sigmoid to them.",
    ),
    Misconception(
        "leaves out the last layer",
        _without_the_last_layer,
        "You return what the last hidden layer says. The last weight and bias have not been used: "
        "they make logits of it, without an activation.",
    ),
    Misconception(
        "applies the activation after the first layer only",
        _bends_once,
        "Two layers come out right, more than two do not: you bend after the first layer only. "
        "Every hidden layer has its activation.",
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


def _uniform_of_the_right_spread(fan_in, fan_out, rng):
    bound = np.sqrt(6 / fan_in)
    return rng.uniform(-bound, bound, size=(fan_out, fan_in))


def _one_neuron_repeated(fan_in, fan_out, rng):
    return np.tile(rng.normal(0, np.sqrt(2 / fan_in), size=fan_in), (fan_out, 1))


HE_INIT = (
    Misconception(
        "gives the variance as the standard deviation",
        _normal(lambda fan_in, fan_out: 2 / fan_in),
        "2 / fan_in is the variance. `rng.normal` wants the standard deviation, its square root.",
    ),
    Misconception(
        "takes the root of the 2 alone",
        _normal(lambda fan_in, fan_out: np.sqrt(2) / fan_in),
        "You take √2 / fan_in. The root covers the whole fraction: √(2 / fan_in).",
    ),
    Misconception(
        "draws with standard deviation 1",
        _normal(lambda fan_in, fan_out: 1.0),
        "Your weights have standard deviation 1, however many inputs there are. Each layer would "
        "then multiply the mean square of the signal by fan_in / 2.",
    ),
    Misconception(
        "squares the variance",
        _normal(lambda fan_in, fan_out: (2 / fan_in) ** 2),
        "You square where the root should be taken: the standard deviation is √(2 / fan_in).",
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
        "draws from a uniform distribution",
        _uniform_of_the_right_spread,
        "Mean and spread are right, and He's rule is often used so. But a uniform draw never goes "
        "far out; asked for are normal weights: `rng.normal`.",
    ),
    Misconception(
        "gives every neuron the same weights",
        _one_neuron_repeated,
        "All rows are equal: you draw one neuron and repeat it. All neurons of the layer say "
        "the same then, and a wide layer begins as a single neuron. Draw every weight by itself.",
    ),
    Misconception(
        "takes the standard deviation for the bounds",
        _bounds_for_deviation,
        "A uniform draw between -s and s has the standard deviation s / √3, not s. And "
        "asked for are normal weights: `rng.normal` takes the standard deviation itself.",
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


def _first_and_last(layer_sizes, batch_size=1):
    return batch_size * layer_sizes[0] * layer_sizes[-1]


COUNT_MACS = (
    Misconception(
        "counts the biases",
        _parameters,
        "You count the biases as well: this is the number of parameters, times the batch. A bias "
        "is added without being multiplied, so it costs no multiply-add.",
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
        "counts from inputs to outputs only",
        _first_and_last,
        "You multiply the first size by the last. The hidden layers have weights too: walk through "
        "neighbouring sizes.",
    ),
    Misconception(
        "counts the batch in the first layer only",
        _batch_once,
        "The batch goes through every layer, not only through the first.",
    ),
)
