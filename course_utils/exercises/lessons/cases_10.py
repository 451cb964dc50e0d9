"""What the exercises of notebook 10 are tried on, and how each answer is put to the test."""

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from course_utils.exercises.comparing import plain
from course_utils.exercises.drives import to_tensors
from course_utils.exercises.exercise import Case, case


class Probe(nn.Module):
    """A model as small as can be: a score for each next token, by token and by place.

    Weights: `after` (V, V), whose row is the token, and `at` (T, V), whose row is the place.
    """

    def __init__(self, after: np.ndarray, at: np.ndarray):
        super().__init__()
        self.after = nn.Parameter(torch.from_numpy(after.copy()))
        self.at = nn.Parameter(torch.from_numpy(at.copy()))
        self.noted = False  # whether any call noted operations for the way back

    def forward(self, tokens, targets):
        """(B, T), (B, T) -> scores (B, T, V), mean loss ()."""
        self.noted |= torch.is_grad_enabled()
        scores = self.after[tokens] + self.at[: tokens.shape[1]]
        return scores, F.cross_entropy(scores.flatten(0, 1), targets.flatten())


def _normal(rng: np.random.Generator, *shape: int, scale: float = 1.0) -> np.ndarray:
    return np.round(rng.normal(0, scale, shape), 2)


def _weights(rng: np.random.Generator, V: int, T: int, scale: float = 1.0) -> dict:
    return {"after": _normal(rng, V, V, scale=scale), "at": _normal(rng, T, V, scale=scale)}


# -------------------------------------------------------------------------- estimate_loss


def loss_cases(rng: np.random.Generator) -> list[Case]:
    def drawn(group: str, n_windows: int, T: int, V: int, batch_size: int, left_over: int) -> Case:
        tokens = rng.integers(0, V, n_windows * T + 1 + left_over)
        sizes = {"context_length": T, "batch_size": batch_size}
        return case(group, weights=_weights(rng, V, T), tokens=tokens, **sizes)

    by_hand = {"after": np.array([[np.log(3), 0.0], [0.0, 0.0]]).round(4), "at": np.zeros((2, 2))}
    tokens = np.array([0, 0, 1, 1, 0])
    return [
        case("two windows", weights=by_hand, tokens=tokens, context_length=2, batch_size=2),
        drawn("batches of one size", 6, 3, 4, 3, 0),
        drawn("a smaller last batch", 5, 3, 4, 2, 0),
        drawn("a smaller last batch", 7, 2, 5, 4, 1),
        drawn("a smaller last batch", 9, 4, 3, 8, 0),
        drawn("tokens left over", 4, 5, 3, 2, 2),
        drawn("tokens left over", 3, 4, 6, 2, 3),
        drawn("all in one batch", 4, 3, 5, 64, 1),
    ]


def drive_loss(answer, weights, tokens, context_length, batch_size):
    """Let the answer measure the probe, and see whether it noted the way back meanwhile."""
    probe = Probe(**weights)
    loss = answer(probe, to_tensors(tokens), context_length, batch_size)
    return plain({"loss": loss, "operations noted for a way back": probe.noted})


# ----------------------------------------------------------------------- learning_rate_at


def rate_cases(rng: np.random.Generator) -> list[Case]:
    def at(group: str, step: int, n_steps: int, n_warmup: int, decay: str, final: float) -> Case:
        peak = float(np.round(rng.uniform(0.1, 2), 2))
        shape = {"n_warmup": n_warmup, "decay": decay, "final_fraction": final}
        return case(group, step=step, n_steps=n_steps, peak=peak, **shape)

    final = float(np.round(rng.uniform(0.05, 0.3), 2))
    middle = int(rng.integers(30, 70))
    return [
        case(
            "no warm-up, down to 0",
            **{"step": 5, "n_steps": 10, "peak": 1.0},
            **{"n_warmup": 0, "decay": "cosine", "final_fraction": 0.0},
        ),
        at("no warm-up, down to 0", 2, 8, 0, "cosine", 0.0),
        at("warm-up", 0, 10, 4, "cosine", 0.0),
        at("warm-up", 2, 10, 4, "cosine", 0.0),
        at("warm-up", 3, 10, 4, "cosine", 0.0),
        at("after the warm-up", 4, 10, 4, "cosine", 0.0),
        at("after the warm-up", middle, 100, 20, "cosine", 0.0),
        at("down to a rest", 10, 10, 0, "cosine", 0.1),
        at("down to a rest", middle, 90, 10, "cosine", final),
        at("a straight line", middle, 90, 10, "linear", final),
        at("a straight line", 90, 90, 10, "linear", final),
        at("no decay", middle, 90, 10, "constant", 0.0),
        at("after the end", 130, 90, 10, "cosine", final),
        at("after the end", 130, 90, 10, "linear", final),
    ]


# ------------------------------------------------------------------- accumulate_gradients


def _batches(rng: np.random.Generator, n: int, B: int, T: int, V: int) -> list:
    return [(rng.integers(0, V, (B, T)), rng.integers(0, V, (B, T))) for _ in range(n)]


def gradient_cases(rng: np.random.Generator) -> list[Case]:
    def drawn(group: str, n: int, B: int, T: int, V: int, *, held=0.0, scale=None) -> Case:
        weights, batches = _weights(rng, V, T), _batches(rng, n, B, T, V)
        return case(group, weights=weights, batches=batches, held=held, scale=scale)

    flat = {"after": np.zeros((2, 2)), "at": np.zeros((1, 2))}
    pair = [(np.array([[0]]), np.array([[1]])), (np.array([[1]]), np.array([[1]]))]
    return [
        case("one batch", weights=flat, batches=pair[:1], held=0.0, scale=None),
        case("two batches", weights=flat, batches=pair, held=0.0, scale=None),
        drawn("two batches", 2, 3, 2, 4),
        drawn("many batches", 5, 2, 3, 4),
        drawn("added to what is there", 3, 2, 4, 3, held=0.5),
        drawn("with a scaler", 2, 3, 2, 4, scale=8.0),
        drawn("with a scaler", 3, 2, 2, 3, held=-1.0, scale=64.0),
    ]


class Scale:
    """The one part of a gradient scaler that adding up gradients needs."""

    def __init__(self, factor: float):
        self.factor = factor

    def scale(self, loss):
        return loss * self.factor


def drive_gradients(answer, weights, batches, held, scale):
    """Let the answer add up gradients, on top of `held` in every entry."""
    probe = Probe(**weights)
    for parameter in probe.parameters():
        parameter.grad = torch.full_like(parameter, held)
    loss = answer(probe, to_tensors(batches), None if scale is None else Scale(scale))
    gradients = {f"gradient of {name}": p.grad for name, p in probe.named_parameters()}
    noted = bool(getattr(loss, "requires_grad", False))
    return plain({"loss": loss, **gradients, "the loss still holds its graph": noted})


# ----------------------------------------------------------------------------- train_step


def step_cases(rng: np.random.Generator) -> list[Case]:
    def drawn(group: str, n: int, B: int, T: int, V: int, *, clip: float, scale=None) -> Case:
        steps = [_batches(rng, n, B, T, V) for _ in range(2)]
        weights = _weights(rng, V, T, 2.0)
        return case(group, weights=weights, steps=steps, clip_norm=clip, scale=scale)

    flat = {"after": np.zeros((2, 2)), "at": np.zeros((1, 2))}
    one = [[(np.array([[0]]), np.array([[1]]))]]
    return [
        case("one step", weights=flat, steps=one, clip_norm=10.0, scale=None),
        case("one step, clipped", weights=flat, steps=one, clip_norm=0.1, scale=None),
        drawn("two steps", 1, 2, 3, 4, clip=100.0),
        drawn("two steps", 3, 2, 2, 5, clip=100.0),
        drawn("two steps, clipped", 1, 3, 2, 4, clip=0.05),
        drawn("two steps, clipped", 2, 2, 4, 3, clip=0.02),
        drawn("with a scaler", 2, 2, 3, 4, clip=0.05, scale=1024.0),
        drawn("with a scaler", 1, 3, 2, 5, clip=100.0, scale=256.0),
    ]


def drive_step(answer, weights, steps, clip_norm, scale):
    """Take the steps with plain gradient descent of rate 1, and look at all that is left."""
    probe = Probe(**weights)
    optimizer = torch.optim.SGD(probe.parameters(), lr=1.0)
    scaler = None
    if scale is not None:  # grows after each step that it is told of
        scaler = torch.amp.GradScaler("cpu", init_scale=scale, growth_interval=1)
    found = []
    for batches in steps:
        returned = answer(probe, optimizer, to_tensors(batches), clip_norm, scaler)
        loss, norm = returned
        left = sum(p.grad.abs().sum().item() for p in probe.parameters() if p.grad is not None)
        state = {name: p.detach().clone() for name, p in probe.named_parameters()}
        found.append({"loss": loss, "norm": norm, **state, "gradients left behind": left > 0})
        if scaler is not None:
            found[-1]["next scale"] = scaler.get_scale()
    return plain(found)
