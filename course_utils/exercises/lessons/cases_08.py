"""What the exercises of notebook 08 are tried on, and how a layer is put to the test."""

import numpy as np
import torch
from torch.overrides import TorchFunctionMode

from course_utils.exercises.comparing import plain
from course_utils.exercises.drives import a_tensor, load_weights, to_tensors
from course_utils.exercises.exercise import Case, case


def _normal(rng: np.random.Generator, *shape: int, scale: float = 1.0) -> np.ndarray:
    return np.round(rng.normal(0, scale, shape), 2)


# ---------------------------------------------------------------------------- causal_mask


def mask_cases(rng: np.random.Generator) -> list[Case]:
    sizes = rng.choice(np.arange(5, 40), size=3, replace=False)
    return [
        case("three tokens", n_tokens=3),
        case("a single token", n_tokens=1),
        *(case("longer texts", n_tokens=int(n)) for n in sizes),
        case("with a device", n_tokens=4, device="cpu"),
    ]


def drive_mask(answer, n_tokens: int, device: str | None = None):
    """Ask for a mask and, when a device is named, see whether it is handed on."""
    if device is None:
        return plain(a_tensor(answer(n_tokens)))
    with _Places() as places:
        mask = a_tensor(answer(n_tokens, torch.device(device)))
    return plain({"the mask": mask, "the device is handed on": places.named})


class _Places(TorchFunctionMode):
    """Notes whether new tensors are told on which device to lie; it needs no second device.

    named: a device was named in some call. forgotten: a tensor was made without one and moved to
    none later.
    """

    makers = (torch.ones, torch.zeros, torch.full, torch.empty, torch.arange, torch.tensor)

    def __init__(self) -> None:
        super().__init__()
        self.named = self.made_anywhere = self.moved = False

    @property
    def forgotten(self) -> bool:
        return self.made_anywhere and not self.moved

    def __torch_function__(self, function, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        names_one = any(isinstance(a, torch.device) for a in (*args, *kwargs.values()))
        self.named |= names_one
        self.made_anywhere |= function in self.makers and not names_one
        self.moved |= function in (torch.Tensor.to, torch.Tensor.type_as)
        return function(*args, **kwargs)


# --------------------------------------------------------- scaled_dot_product_attention


def attention_cases(rng: np.random.Generator) -> list[Case]:
    def qkv(*lead: int, T: int, S: int, hs: int, width: int | None = None, scale: float = 1.0):
        return {
            "q": _normal(rng, *lead, T, hs, scale=scale),
            "k": _normal(rng, *lead, S, hs, scale=scale),
            "v": _normal(rng, *lead, S, width or hs),
        }

    def causal(T: int) -> np.ndarray:
        return np.tril(np.ones((T, T), dtype=bool))

    by_hand = {
        "q": np.array([[1.0, 0.0], [0.0, 2.0]]),
        "k": np.array([[1.0, 1.0], [0.0, 3.0]]),
        "v": np.array([[1.0, 0.0], [0.0, 1.0]]),
    }
    scattered = rng.random((4, 6)) < 0.5
    scattered[:, 0] = True  # every query sees at least one key
    return [
        case("two tokens, no mask", **by_hand, mask=None),
        case("two tokens, causal mask", **by_hand, mask=causal(2)),
        case("random sizes, no mask", **qkv(T=5, S=5, hs=3), mask=None),
        case("random sizes, no mask", **qkv(2, 3, T=4, S=7, hs=5), mask=None),
        case("values of another width", **qkv(T=3, S=4, hs=2, width=5), mask=None),
        case("one text, one query", **qkv(1, 2, T=1, S=4, hs=3), mask=None),
        case("batches, heads and masks", **qkv(2, 4, T=6, S=6, hs=3), mask=causal(6)),
        case("batches, heads and masks", **qkv(3, T=4, S=6, hs=8), mask=scattered),
        case(
            "huge scores",
            q=np.array([[40.0, 0.0], [0.0, 50.0]]),
            k=np.array([[40.0, 0.0], [0.0, 50.0]]),
            v=np.array([[1.0, 0.0], [0.0, 1.0]]),
            mask=None,
        ),
        case("huge scores", **qkv(T=4, S=4, hs=16, scale=60.0), mask=causal(4)),
        case(
            "huge scores",
            q=np.array([[200.0]]),
            k=np.array([[-200.0], [0.0]]),  # the key that may be seen fits far worse
            v=np.array([[1.0], [2.0]]),
            mask=np.array([[True, False]]),
        ),
    ]


# ------------------------------------------------------------------------------ split_heads


def split_cases(rng: np.random.Generator) -> list[Case]:
    counted = np.arange(8.0).reshape(1, 2, 4)
    drawn = [case("two tokens of four features", x=counted, n_heads=2)]
    for B, T, n_heads, hs in ((2, 5, 3, 4), (3, 4, 2, 5)):
        drawn.append(case("batches", x=_normal(rng, B, T, n_heads * hs), n_heads=n_heads))
    drawn.append(case("one text, one token", x=_normal(rng, 1, 1, 6), n_heads=3))
    drawn.append(case("one head", x=_normal(rng, 2, 3, 5), n_heads=1))
    drawn.append(case("as many heads as features", x=_normal(rng, 2, 3, 6), n_heads=6))
    return drawn


# -------------------------------------------------------------------- CausalSelfAttention


def layer_cases(rng: np.random.Generator) -> list[Case]:
    def layer(group: str, B: int, T: int, d_model: int, n_heads: int, **device: str) -> Case:
        scale = d_model**-0.5
        weights = {
            "qkv.weight": _normal(rng, 3 * d_model, d_model, scale=2 * scale),
            "qkv.bias": _normal(rng, 3 * d_model, scale=0.3),
            "project.weight": _normal(rng, d_model, d_model, scale=scale),
            "project.bias": _normal(rng, d_model, scale=0.3),
        }
        x = _normal(rng, B, T, d_model)
        return case(group, d_model=d_model, n_heads=n_heads, x=x, weights=weights, **device)

    by_hand = {
        # A query (a, b) is the token itself, a key is (0, 2a), and a value is (10a, 10b).
        "qkv.weight": np.array([[1.0, 0], [0, 1], [0, 0], [2, 0], [10, 0], [0, 10]]),
        "qkv.bias": np.zeros(6),
        "project.weight": np.array([[0.0, 1.0], [1.0, 0.0]]),  # swaps the two features
        "project.bias": np.zeros(2),
    }
    x = np.array([[[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]])
    return [
        case("three tokens, one head", d_model=2, n_heads=1, x=x, weights=by_hand),
        layer("three tokens, two heads", 1, 3, 4, 2),
        layer("batches and many heads", 2, 7, 12, 3),
        layer("batches and many heads", 3, 5, 20, 4),
        layer("a single token", 2, 1, 6, 2),
        layer("with a device", 1, 3, 4, 2, device="cpu"),
    ]


def drive_layer(answer: type, d_model: int, n_heads: int, x, weights, device: str | None = None):
    """Build a layer, give it the weights, run it on x: (B, T, D) -> (B, T, D)."""
    layer, x = load_weights(answer(d_model, n_heads), weights), to_tensors(x)
    if device is None:
        return plain(a_tensor(layer(x)))
    x = x.to(device)
    with _Places() as places:
        y = a_tensor(layer(x))
    return plain({"the output": y, "all it makes lies where x lies": not places.forgotten})


# ------------------------------------------------------------------- sinusoidal_positions


def sinusoid_cases(rng: np.random.Generator) -> list[Case]:
    drawn = [
        case("two positions, two features", n_positions=2, d_model=2),
        case("three positions, four features", n_positions=3, d_model=4),
        case("one position", n_positions=1, d_model=6),
    ]
    for d_model in (6, 10, 16):
        size = int(rng.integers(5, 60))
        drawn.append(case("many positions", n_positions=size, d_model=d_model))
    return drawn


def drive_sinusoids(answer, n_positions: int, d_model: int):
    """Ask for a table, and see of which numbers it is made."""
    table = a_tensor(answer(n_positions, d_model))
    if table is None:
        return None
    return {"the table": plain(table), "the kind of number": str(table.dtype)}


# ------------------------------------------------------------------------------ apply_rope


def rope_cases(rng: np.random.Generator) -> list[Case]:
    def turned(group: str, x: np.ndarray, angles: np.ndarray) -> Case:
        cos, sin = np.round(np.cos(angles), 9), np.round(np.sin(angles), 9)
        return case(group, x=x, cos=cos + 0.0, sin=sin + 0.0)  # + 0.0 turns -0 into 0

    quarter = np.array([[0.0], [np.pi / 2]])
    drawn = [
        turned("a quarter turn", np.array([[[[3.0, 4.0], [3.0, 4.0]]]]), quarter),
        turned("two pairs", _normal(rng, 1, 1, 2, 4), np.array([[0.0, 0.0], [1.0, 0.1]])),
    ]
    for B, H, T, hs in ((2, 3, 5, 4), (1, 2, 7, 10), (3, 1, 4, 6)):
        angles = np.outer(np.arange(T), 100.0 ** -(np.arange(0, hs, 2) / hs))
        drawn.append(turned("batches and heads", _normal(rng, B, H, T, hs), angles))
    drawn.append(
        turned("no turn at all", _normal(rng, 1, 2, 3, 6), np.zeros((3, 3))),
    )
    return drawn
