"""The well-known mistakes of notebook 09: each makes one, and only that one, on purpose."""

import numpy as np
import torch.nn.functional as F
from torch import nn

from course_utils.gpt import model
from course_utils.gpt.counting import count_parameters
from course_utils.scratch.normalisation import layer_norm, layer_norm_backward

# ------------------------------------------------------------------------------- layer_norm


def _normalized(x, weight, bias, mean, deviation):
    return (x - mean) / deviation * weight + bias


def epsilon_outside_the_root(x, weight, bias, epsilon=1e-5):
    deviation = np.std(x, axis=-1, keepdims=True) + epsilon
    return _normalized(x, weight, bias, np.mean(x, axis=-1, keepdims=True), deviation)


def no_epsilon(x, weight, bias, epsilon=1e-5):
    with np.errstate(invalid="ignore", divide="ignore"):
        return layer_norm(x, weight, bias, 0.0)


def divides_by_d_minus_one(x, weight, bias, epsilon=1e-5):
    variance = np.var(x, axis=-1, keepdims=True, ddof=1)
    mean = np.mean(x, axis=-1, keepdims=True)
    return _normalized(x, weight, bias, mean, np.sqrt(variance + epsilon))


def over_the_batch(x, weight, bias, epsilon=1e-5):
    mean, variance = np.mean(x, axis=0, keepdims=True), np.var(x, axis=0, keepdims=True)
    return _normalized(x, weight, bias, mean, np.sqrt(variance + epsilon))


def over_axis_1(x, weight, bias, epsilon=1e-5):
    mean, variance = np.mean(x, axis=1, keepdims=True), np.var(x, axis=1, keepdims=True)
    return _normalized(x, weight, bias, mean, np.sqrt(variance + epsilon))


def always_the_same_epsilon(x, weight, bias, epsilon=1e-5):
    return layer_norm(x, weight, bias)


def shifts_before_it_stretches(x, weight, bias, epsilon=1e-5):
    return layer_norm(x, weight, bias * weight, epsilon)


def over_everything(x, weight, bias, epsilon=1e-5):
    return _normalized(x, weight, bias, np.mean(x), np.sqrt(np.var(x) + epsilon))


def divides_by_the_variance(x, weight, bias, epsilon=1e-5):
    variance = np.var(x, axis=-1, keepdims=True)
    return _normalized(x, weight, bias, np.mean(x, axis=-1, keepdims=True), variance + epsilon)


def does_not_centre(x, weight, bias, epsilon=1e-5):
    variance = np.var(x, axis=-1, keepdims=True)
    return _normalized(x, weight, bias, 0.0, np.sqrt(variance + epsilon))


def no_gain_and_shift(x, weight, bias, epsilon=1e-5):
    return layer_norm(x, np.ones_like(weight), np.zeros_like(bias), epsilon)


# ---------------------------------------------------------------------- layer_norm_backward


def _parts(dy, x, weight, epsilon):
    deviation = np.sqrt(np.var(x, axis=-1, keepdims=True) + epsilon)
    return deviation, (x - np.mean(x, axis=-1, keepdims=True)) / deviation, dy * weight


def _with_dx(dx, dy, x, weight, epsilon):
    return dx, *layer_norm_backward(dy, x, weight, epsilon)[1:]


def all_constants(dy, x, weight, epsilon=1e-5):
    deviation, _, dunit = _parts(dy, x, weight, epsilon)
    return _with_dx(dunit / deviation, dy, x, weight, epsilon)


def forgets_the_mean(dy, x, weight, epsilon=1e-5):
    deviation, unit, dunit = _parts(dy, x, weight, epsilon)
    along = unit * np.mean(dunit * unit, axis=-1, keepdims=True)
    return _with_dx((dunit - along) / deviation, dy, x, weight, epsilon)


def forgets_the_variance(dy, x, weight, epsilon=1e-5):
    deviation, _, dunit = _parts(dy, x, weight, epsilon)
    dx = (dunit - np.mean(dunit, axis=-1, keepdims=True)) / deviation
    return _with_dx(dx, dy, x, weight, epsilon)


def sums_where_means_belong(dy, x, weight, epsilon=1e-5):
    deviation, unit, dunit = _parts(dy, x, weight, epsilon)
    through_mean = np.sum(dunit, axis=-1, keepdims=True)
    through_variance = unit * np.sum(dunit * unit, axis=-1, keepdims=True)
    dx = (dunit - through_mean - through_variance) / deviation
    return _with_dx(dx, dy, x, weight, epsilon)


def forgets_the_gain(dy, x, weight, epsilon=1e-5):
    dx = layer_norm_backward(dy, x, np.ones_like(weight), epsilon)[0]
    return _with_dx(dx, dy, x, weight, epsilon)


def gain_from_the_input(dy, x, weight, epsilon=1e-5):
    dx, _, dbias = layer_norm_backward(dy, x, weight, epsilon)
    return dx, np.sum(dy * x, axis=tuple(range(x.ndim - 1))), dbias


def means_over_the_rows(dy, x, weight, epsilon=1e-5):
    dx, dweight, dbias = layer_norm_backward(dy, x, weight, epsilon)
    n_rows = x.size // x.shape[-1]
    return dx, dweight / n_rows, dbias / n_rows


def sums_over_the_first_axis(dy, x, weight, epsilon=1e-5):
    _, unit, _ = _parts(dy, x, weight, epsilon)
    dx = layer_norm_backward(dy, x, weight, epsilon)[0]
    return dx, np.sum(dy * unit, axis=0), np.sum(dy, axis=0)


def divides_by_the_variance_back(dy, x, weight, epsilon=1e-5):
    deviation, _, _ = _parts(dy, x, weight, epsilon)
    dx = layer_norm_backward(dy, x, weight, epsilon)[0]
    return _with_dx(dx / deviation, dy, x, weight, epsilon)


def no_epsilon_back(dy, x, weight, epsilon=1e-5):
    return layer_norm_backward(dy, x, weight, 0.0)


# ------------------------------------------------------------------------------ FeedForward


class Bent(model.FeedForward):
    """The way up, a bend, the way down: each subclass has another bend."""

    def forward(self, x):
        return self.down(self.bend(self.up(x)))

    def bend(self, h):
        raise NotImplementedError


class NoBend(Bent):
    def bend(self, h):
        return h


class WithReLU(Bent):
    def bend(self, h):
        return F.relu(h)


class WithExactGELU(Bent):
    def bend(self, h):
        return F.gelu(h)


class BendsAtTheEnd(model.FeedForward):
    def forward(self, x):
        return model.gelu(self.down(self.up(x)))


class BendsTwice(model.FeedForward):
    def forward(self, x):
        return model.gelu(self.down(model.gelu(self.up(x))))


class NetAddsItsInput(model.FeedForward):
    def forward(self, x):
        return x + super().forward(x)


# ------------------------------------------------------------------------------------ Block


class PostNorm(model.Block):
    def forward(self, x):
        x = self.norm1(x + self.attention(x))
        return self.norm2(x + self.feed_forward(x))


class NoResiduals(model.Block):
    def forward(self, x):
        x = self.attention(self.norm1(x))
        return self.feed_forward(self.norm2(x))


class ResidualsAfterTheNorm(model.Block):
    def forward(self, x):
        x = self.norm1(x)
        x = x + self.attention(x)
        x = self.norm2(x)
        return x + self.feed_forward(x)


class NormsTheBranches(model.Block):
    def forward(self, x):
        x = x + self.norm1(self.attention(x))
        return x + self.norm2(self.feed_forward(x))


class ForgetsTheNorms(model.Block):
    def forward(self, x):
        x = x + self.attention(x)
        return x + self.feed_forward(x)


class OneNormForBoth(model.Block):
    def forward(self, x):
        x = x + self.attention(self.norm1(x))
        return x + self.feed_forward(self.norm1(x))


class SecondBranchAddsToTheOldStream(model.Block):
    def forward(self, x):
        gathered = x + self.attention(self.norm1(x))
        return x + self.feed_forward(self.norm2(gathered))


class FirstResidualMissing(model.Block):
    def forward(self, x):
        x = self.attention(self.norm1(x))
        return x + self.feed_forward(self.norm2(x))


class SideBySide(model.Block):
    def forward(self, x):
        return x + self.attention(self.norm1(x)) + self.feed_forward(self.norm2(x))


class ThinksFirst(model.Block):
    def forward(self, x):
        x = x + self.feed_forward(self.norm2(x))
        return x + self.attention(self.norm1(x))


class OneResidualOnly(model.Block):
    def forward(self, x):
        x = x + self.attention(self.norm1(x))
        return self.feed_forward(self.norm2(x))


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
