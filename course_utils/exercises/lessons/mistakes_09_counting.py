"""The well-known mistakes of notebook 09, counting: each makes one, and only that one."""

from torch import nn

from course_utils.exercises.exercise import Misconception
from course_utils.gpt.counting import count_parameters

# ------------------------------------------------------------------------- count_parameters


def counts_the_shared_matrix_twice(config):
    return count_parameters(config) + config.tied_head * config.vocab_size * config.d_model


def never_counts_the_head(config):
    return count_parameters(config) - (not config.tied_head) * config.vocab_size * config.d_model


def forgets_the_positions(config):
    return count_parameters(config) - config.context_length * config.d_model


def forgets_the_final_norm(config):
    return count_parameters(config) - (1 + config.bias) * config.d_model


def forgets_the_projection(config):
    D = config.d_model
    return count_parameters(config) - config.n_layers * (D * D + config.bias * D)


def multiplies_by_the_heads(config):
    D = config.d_model
    attention = 4 * D * D + config.bias * 4 * D
    return count_parameters(config) + config.n_layers * (config.n_heads - 1) * attention


def forgets_the_biases(config):
    D = config.d_model
    in_a_block = 4 * D + config.d_hidden + D + 2 * D  # attention, feed-forward net, two norms
    return count_parameters(config) - config.bias * (config.n_layers * in_a_block + D)


def always_four_times_as_wide(config):
    D = config.d_model
    too_wide = 4 * D - config.d_hidden
    return count_parameters(config) + config.n_layers * too_wide * (2 * D + config.bias)


def always_counts_biases(config):
    D = config.d_model
    in_a_block = 4 * D + config.d_hidden + D + 2 * D
    return count_parameters(config) + (not config.bias) * (config.n_layers * in_a_block + D)


def norms_keep_their_shift(config):
    n_norms = 2 * config.n_layers + 1
    return count_parameters(config) + (not config.bias) * n_norms * config.d_model


def counts_a_single_layer(config):
    D = config.d_model
    linears = 4 * D * D + 2 * D * config.d_hidden
    biases = 4 * D + config.d_hidden + D + 2 * D
    block = linears + config.bias * biases + 2 * D
    return count_parameters(config) - (config.n_layers - 1) * block


COUNT_PARAMETERS = (
    Misconception(
        "counts the shared matrix twice",
        counts_the_shared_matrix_twice,
        "With a tied head the output layer is the token embedding once more: one matrix "
        "in two places, learned once. Count V × D once, unless `tied_head` is False.",
    ),
    Misconception(
        "never counts the output layer",
        never_counts_the_head,
        "Right as long as the head is tied. With `tied_head=False` the output layer has a "
        "matrix of its own, V × D more.",
    ),
    Misconception(
        "forgets the positions",
        forgets_the_positions,
        "The table of positions is learned too: one row of D numbers for each of "
        "`context_length` places.",
    ),
    Misconception(
        "forgets the last norm",
        forgets_the_final_norm,
        "After the last block comes one more norm, before the output layer: D gains and D shifts.",
    ),
    Misconception(
        "forgets the projection",
        forgets_the_projection,
        "Attention has four matrices of D × D: queries, keys, values, and the projection "
        "that mixes the heads. You have three.",
    ),
    Misconception(
        "multiplies by the number of heads",
        multiplies_by_the_heads,
        "Heads share the D features out among themselves. The matrices stay D × D, "
        "however many heads there are.",
    ),
    Misconception(
        "forgets the biases",
        forgets_the_biases,
        "You count matrices and gains. When `config.bias` is True each linear layer has "
        "a bias for each output, and each norm a shift for each feature.",
    ),
    Misconception(
        "always counts biases",
        always_counts_biases,
        "Right as long as there are biases. With `bias=False` neither the linear layers "
        "nor the norms have any: the 13D of a block becomes 2D, the gains of its norms.",
    ),
    Misconception(
        "norms keep their shift",
        norms_keep_their_shift,
        "With `bias=False` you leave the biases of the linear layers out, but the norms "
        "lose their shift as well: a gain for each feature is all that they have.",
    ),
    Misconception(
        "always four times as wide",
        always_four_times_as_wide,
        "You count a net of 4D hidden features, as in the formula of the text. How many "
        "there are is `config.d_hidden`.",
    ),
    Misconception(
        "counts a single layer",
        counts_a_single_layer,
        "One block is counted. There are `n_layers` of them, each with weights of its own.",
    ),
)

# ---------------------------------------------------------------------- weight_decay_groups


def _groups(parameters, decays, weight_decay):
    return [
        {"params": [p for p in parameters if decays(p)], "weight_decay": weight_decay},
        {"params": [p for p in parameters if not decays(p)], "weight_decay": 0.0},
    ]


def _trained(network):
    return [p for p in network.parameters() if p.requires_grad]


def everything_decays(model, weight_decay):
    return _groups(_trained(model), lambda p: True, weight_decay)


def the_other_way_round(model, weight_decay):
    return _groups(_trained(model), lambda p: p.ndim < 2, weight_decay)


def gains_decay_too(model, weight_decay):
    biases = {id(p) for name, p in model.named_parameters() if name.endswith("bias")}
    return _groups(_trained(model), lambda p: id(p) not in biases, weight_decay)


def embeddings_do_not_decay(model, weight_decay):
    tables = {id(m.weight) for m in model.modules() if isinstance(m, nn.Embedding)}
    return _groups(_trained(model), lambda p: p.ndim >= 2 and id(p) not in tables, weight_decay)


def goes_by_names(model, weight_decay):
    names = {id(p): name for name, p in model.named_parameters()}

    def decays(parameter):
        return not any(word in names[id(parameter)] for word in ("norm", "bias"))

    return _groups(_trained(model), decays, weight_decay)


def exactly_two_axes(model, weight_decay):
    return _groups(_trained(model), lambda p: p.ndim == 2, weight_decay)


def takes_the_frozen_along(model, weight_decay):
    return _groups(list(model.parameters()), lambda p: p.ndim >= 2, weight_decay)


def leaves_the_rest_out(model, weight_decay):
    return _groups(_trained(model), lambda p: p.ndim >= 2, weight_decay)[:1]


WEIGHT_DECAY_GROUPS = (
    Misconception(
        "everything decays",
        everything_decays,
        "Biases and gains are pulled towards 0 as well. A gain of 0 switches its feature "
        "off. Only what has two axes or more decays: `p.ndim >= 2`.",
    ),
    Misconception(
        "the wrong way round",
        the_other_way_round,
        "The two groups have changed places: matrices are to decay, vectors are not.",
    ),
    Misconception(
        "gains decay too",
        gains_decay_too,
        "You leave out what is called bias, but the gain of a norm is called `weight`. "
        "Go by the number of axes, not by the name.",
    ),
    Misconception(
        "goes by names",
        goes_by_names,
        'You look for "norm" and "bias" in the names. Right for this model; in the next '
        "one a norm is called `ln`. What counts is the number of axes, `p.ndim`.",
    ),
    Misconception(
        "exactly two axes",
        exactly_two_axes,
        "A weight of three axes (a convolution has such) is left out of the decay. Two "
        "axes or more: `p.ndim >= 2`.",
    ),
    Misconception(
        "embeddings do not decay",
        embeddings_do_not_decay,
        "The embedding is a matrix, and here it decays with the others: when it is tied, "
        "it is the output layer as well.",
    ),
    Misconception(
        "takes frozen weights along",
        takes_the_frozen_along,
        "Weights with `requires_grad=False` are not to be trained; leave them out of both groups.",
    ),
    Misconception(
        "leaves the rest out",
        leaves_the_rest_out,
        "There is only the group that decays. What is in no group is never trained: give "
        "biases and gains to a second group with `weight_decay` 0.",
    ),
)
