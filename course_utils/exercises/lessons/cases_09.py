"""What the exercises of notebook 09 are tried on, and how a block is put to the test."""

from collections.abc import Mapping

import numpy as np
import torch
from torch import nn
from torch.nn.modules.module import register_module_parameter_registration_hook

from course_utils.exercises.comparing import describe, plain
from course_utils.exercises.drives import load_weights, to_tensors
from course_utils.exercises.exercise import Case, case
from course_utils.gpt.model import GPTConfig


def _normal(rng: np.random.Generator, *shape: int, scale: float = 1.0) -> np.ndarray:
    return np.round(rng.normal(0, scale, shape), 2)


def _gains(rng: np.random.Generator, d: int) -> np.ndarray:
    return np.round(1 + 0.5 * rng.normal(size=d), 2)


# ---------------------------------------------------------- layer_norm, layer_norm_backward


def norm_cases(rng: np.random.Generator) -> list[Case]:
    def drawn(group: str, *shape: int, scale: float = 2.0, shift: float = 3.0, **epsilon) -> Case:
        x = _normal(rng, *shape, scale=scale) + shift
        D = shape[-1]
        return case(group, x=x, weight=_gains(rng, D), bias=_normal(rng, D), **epsilon)

    return [
        case(
            "two rows, by hand",
            x=np.array([[1.0, 3.0, 1.0, 3.0], [10.0, 50.0, 30.0, 30.0]]),
            weight=np.array([1.0, 1.0, 2.0, 2.0]),
            bias=np.array([0.0, 5.0, 0.0, 0.0]),
        ),
        case(
            "a large epsilon",
            x=np.array([[1.0, 3.0]]),
            weight=np.array([1.0, 1.0]),
            bias=np.array([0.0, 0.0]),
            epsilon=3.0,
        ),
        drawn("rows of features", 3, 5),
        drawn("rows of features", 6, 2),
        drawn("batches of texts", 2, 3, 4),
        drawn("batches of texts", 3, 2, 7),
        drawn("one row alone", 1, 6),
        drawn("one row alone", 5),
        drawn("a large epsilon", 3, 4, epsilon=0.5),
        drawn("tiny features", 3, 4, scale=0.02, shift=0.0),
        drawn("far from zero", 3, 5, scale=2.0, shift=1000.0),
        case("a row of equal numbers", x=np.full((2, 3), 7.0), weight=np.ones(3), bias=np.ones(3)),
    ]


def norm_backward_cases(rng: np.random.Generator) -> list[Case]:
    def drawn(group: str, *shape: int, scale: float = 2.0, shift: float = 3.0, **epsilon) -> Case:
        dy, x = _normal(rng, *shape), _normal(rng, *shape, scale=scale) + shift
        return case(group, dy=dy, x=x, weight=_gains(rng, shape[-1]), **epsilon)

    return [
        case(
            "one row, by hand",
            dy=np.array([[1.0, 0.0, 0.0, 0.0]]),
            x=np.array([[1.0, 3.0, 1.0, 3.0]]),
            weight=np.array([1.0, 1.0, 1.0, 1.0]),
        ),
        drawn("rows of features", 4, 3),
        drawn("rows of features", 3, 6),
        drawn("batches of texts", 2, 3, 4),
        drawn("batches of texts", 3, 2, 5),
        drawn("one row alone", 1, 6),
        drawn("one row alone", 5),
        drawn("a large epsilon", 3, 4, epsilon=0.5),
        drawn("tiny features", 3, 4, scale=0.02, shift=0.0),
    ]


# ------------------------------------------------------------------------------ FeedForward


def _linear(rng: np.random.Generator, name: str, n_in: int, n_out: int, bias: bool = True):
    weights = {f"{name}.weight": _normal(rng, n_out, n_in, scale=1.5 * n_in**-0.5)}
    if bias:
        weights[f"{name}.bias"] = _normal(rng, n_out, scale=0.5)
    return weights


def feed_forward_cases(rng: np.random.Generator) -> list[Case]:
    def net(group: str, B: int, T: int, d_model: int, d_hidden: int, bias: bool = True) -> Case:
        weights = _linear(rng, "up", d_model, d_hidden, bias)
        weights |= _linear(rng, "down", d_hidden, d_model, bias)
        sizes = {"d_model": d_model, "d_hidden": d_hidden, "bias": bias}
        return case(group, **sizes, x=_normal(rng, B, T, d_model), weights=weights)

    by_hand = {
        "up.weight": np.array([[1.0], [-1.0]]),
        "up.bias": np.zeros(2),
        "down.weight": np.array([[1.0, 1.0]]),
        "down.bias": np.array([0.5]),
    }
    x = np.array([[[0.0], [2.0], [-2.0]]])
    return [
        case("one feature, by hand", d_model=1, d_hidden=2, bias=True, x=x, weights=by_hand),
        net("batches of texts", 2, 3, 4, 16),
        net("batches of texts", 3, 4, 5, 7),
        net("a single token", 1, 1, 3, 12),
        net("without biases", 2, 3, 4, 9, bias=False),
    ]


def drive_feed_forward(answer: type, d_model: int, d_hidden: int, bias: bool, x, weights):
    """Build the net, give it the weights, run it on x: (B, T, D) -> (B, T, D)."""
    net = answer(d_model, d_hidden) if bias else answer(d_model, d_hidden, bias=False)
    return plain(load_weights(net, weights)(to_tensors(x)))


# ------------------------------------------------------------------------------------ Block


def block_cases(rng: np.random.Generator) -> list[Case]:
    def block(
        group: str,
        B: int,
        T: int,
        d_model: int,
        n_heads: int,
        ratio: float = 4.0,
        bias: bool = True,
    ) -> Case:
        weights = {}
        for name in ("norm1", "norm2"):
            weights[f"{name}.weight"] = _gains(rng, d_model)
            if bias:
                weights[f"{name}.bias"] = _normal(rng, d_model, scale=0.5)
        weights |= _linear(rng, "attention.qkv", d_model, 3 * d_model, bias)
        weights |= _linear(rng, "attention.project", d_model, d_model, bias)
        d_hidden = round(ratio * d_model)
        weights |= _linear(rng, "feed_forward.up", d_model, d_hidden, bias)
        weights |= _linear(rng, "feed_forward.down", d_hidden, d_model, bias)
        sizes = {"d_model": d_model, "n_heads": n_heads, "mlp_ratio": ratio, "bias": bias}
        return case(group, config=sizes, x=_normal(rng, B, T, d_model, scale=2.0), weights=weights)

    return [
        block("two tokens, two features", 1, 2, 2, 1, ratio=1.0),
        block("batches of texts", 2, 5, 6, 3),
        block("batches of texts", 3, 4, 8, 2),
        block("another width inside", 2, 3, 4, 2, ratio=2.5),
        block("without biases", 2, 3, 6, 2, bias=False),
    ]


def drive_block(answer: type, config, x, weights):
    """Build a block from a configuration, give it the weights, run it: (B, T, D) -> (B, T, D)."""
    block = answer(GPTConfig(vocab_size=10, context_length=16, n_layers=2, **config))
    return plain(load_weights(block, weights)(to_tensors(x)))


# ------------------------------------------------------------------------- count_parameters


def counting_cases(rng: np.random.Generator) -> list[Case]:
    def drawn(group: str, **options) -> Case:
        n_heads, head_size = int(rng.integers(2, 6)), int(rng.integers(3, 9))
        sizes = {
            "vocab_size": int(rng.integers(20, 200)),
            "context_length": int(rng.integers(10, 100)),
            "n_layers": int(rng.integers(2, 7)),
            "n_heads": n_heads,
            "d_model": n_heads * head_size,
        }
        return case(group, config=sizes | options)

    tiny = {"vocab_size": 3, "context_length": 2, "n_layers": 1, "n_heads": 1, "d_model": 2}
    gpt2 = {
        "vocab_size": 50_257,
        "context_length": 1024,
        "n_layers": 12,
        "n_heads": 12,
        "d_model": 768,
    }
    return [
        case("one small layer", config=tiny),
        drawn("other sizes"),
        drawn("other sizes"),
        drawn("another width inside", mlp_ratio=2.0),
        drawn("an output layer of its own", tied_head=False),
        drawn("without biases", bias=False),
        case("GPT-2", config=gpt2),
    ]


def drive_counting(answer, config):
    """Hand the configuration to the answer, which counts without building a model."""
    watch = register_module_parameter_registration_hook(_nothing_is_built)
    try:
        return plain(answer(GPTConfig(**config)))
    finally:
        watch.remove()


def _nothing_is_built(module, name, parameter):
    raise RuntimeError(
        f"you build a {type(module).__name__}; count from the sizes in the configuration alone"
    )


# ---------------------------------------------------------------------- weight_decay_groups


class _Network(nn.Module):
    """Layers under the names that the case gives them."""

    def __init__(self, layers, tied: bool, frozen):
        super().__init__()
        for name, (kind, *sizes) in layers.items():
            options = {"bias": False} if name == "head" else {}
            self.add_module(name, getattr(nn, kind)(*sizes, **options))
        if tied:
            self.head.weight = self.embedding.weight
        for name in frozen:
            self.get_parameter(name).requires_grad = False


def decay_cases(rng: np.random.Generator) -> list[Case]:
    def network(group: str, n_norms: int, tied: bool = False, frozen: tuple[str, ...] = ()) -> Case:
        V, D = (int(n) for n in rng.choice(np.arange(2, 12), size=2, replace=False))
        layers = {"embedding": ["Embedding", V, D]}
        for i in range(n_norms):
            layers[f"norm{i}"] = ["LayerNorm", D]
            layers[f"layer{i}"] = ["Linear", D, D]
        layers["head"] = ["Linear", D, V]
        return drawn(group, layers, tied, frozen)

    def drawn(group: str, layers: dict, tied: bool = False, frozen: tuple[str, ...] = ()) -> Case:
        decay = round(float(rng.uniform(0.05, 0.3)), 2)
        return case(group, layers=layers, tied=tied, frozen=list(frozen), weight_decay=decay)

    one = {"layer": ["Linear", 3, 2], "norm": ["LayerNorm", 2]}
    renamed = {"words": ["Embedding", 5, 3], "ln": ["LayerNorm", 3], "normalised": ["Linear", 3, 4]}
    return [
        case("a layer and a norm", layers=one, tied=False, frozen=[], weight_decay=0.1),
        network("embeddings and an output layer", 1),
        network("embeddings and an output layer", 3),
        network("a matrix that is used twice", 2, tied=True),
        network("frozen weights", 2, frozen=("embedding.weight", "norm0.bias", "layer1.weight")),
        drawn("layers by other names", renamed),
        drawn("three axes", {"window": ["Conv1d", 2, 3, 4], "layer": ["Linear", 3, 2]}),
    ]


def drive_decay(answer, layers, tied, frozen, weight_decay):
    """Say of each parameter of a network how its group treats it.

    Raises TypeError, in words for the learner, when what comes back are no groups.
    """
    network = _Network(layers, tied, frozen)
    names = {id(p): name for name, p in network.named_parameters()}
    groups = answer(network, weight_decay)
    if groups is None:
        return None
    if not isinstance(groups, list | tuple):
        raise TypeError(f"what came back is {describe(groups)}, but should be a list of two dicts")
    listed = {name: [] for name in names.values()}
    for group in groups:
        if not isinstance(group, Mapping) or not {"params", "weight_decay"} <= set(group):
            raise TypeError(
                'each group should be a dict with the keys "params" and "weight_decay", but one '
                f"is {describe(group)}"
            )
        for parameter in group["params"]:
            if not isinstance(parameter, torch.Tensor):
                raise TypeError(f'"params" should list parameters, but holds {describe(parameter)}')
            decay = group["weight_decay"]
            found = f"decays by {decay:g}" if decay else "does not decay"
            listed[names[id(parameter)]].append(found)
    return {f"the parameter {n}": ", ".join(found) or "in no group" for n, found in listed.items()}
