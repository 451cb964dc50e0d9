"""What the exercises of notebook 10 are tried on, and how each answer is put to the test."""

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from course_utils.exercises.comparing import describe, plain
from course_utils.exercises.drives import to_tensors
from course_utils.exercises.exercise import Case, case


class Probe(nn.Module):
    """A model as small as can be: a score for each next token, by token and by place.

    Weights: `after` (V, V), whose row is the token, and `at` (T, V), whose row is the place.
    It keeps account of what it is asked: noted: whether any call noted operations for a way back;
    widest: the most windows in one call; most_held: the most windows whose operations were noted
    and not yet gone back through.
    """

    def __init__(self, after: np.ndarray, at: np.ndarray):
        super().__init__()
        self.after = nn.Parameter(torch.from_numpy(after.copy()))
        self.at = nn.Parameter(torch.from_numpy(at.copy()))
        self.noted, self.widest, self.held, self.most_held = False, 0, 0, 0

    def forward(self, tokens, targets):
        """(B, T), (B, T) -> scores (B, T, V), mean loss ()."""
        B, T = tokens.shape
        scores = self.after[tokens] + self.at[:T]
        loss = F.cross_entropy(scores.flatten(0, 1), targets.flatten())
        self.widest = max(self.widest, B)
        if torch.is_grad_enabled():
            self.noted = True
            self.held += B
            self.most_held = max(self.most_held, self.held)
            loss.register_hook(lambda gradient: self.let_go(B))
        return scores, loss

    def let_go(self, n_windows: int) -> None:
        self.held -= n_windows


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
    if loss is None:
        return None
    return plain(
        {
            "the loss returned": loss,
            "never more than batch_size windows at once": probe.widest <= batch_size,
            "operations noted for a way back": probe.noted,
        }
    )


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
    if loss is None:
        return None
    gradients = {f"gradient of {name}": p.grad for name, p in probe.named_parameters()}
    return plain(
        {
            "the loss returned": loss,
            **gradients,
            "the loss is a tensor": isinstance(loss, torch.Tensor),
            "the loss still holds its graph": bool(getattr(loss, "requires_grad", False)),
            "one batch in memory at a time": probe.most_held <= max(len(x) for x, _ in batches),
        }
    )


# ----------------------------------------------------------------------------- train_step


def step_cases(rng: np.random.Generator) -> list[Case]:
    def drawn(group: str, n: int, B: int, T: int, V: int, *, clip: float, scale=None) -> Case:
        steps = [_batches(rng, n, B, T, V) for _ in range(2)]
        weights = _weights(rng, V, T, 2.0)
        return case(group, weights=weights, steps=steps, clip_norm=clip, scale=scale)

    flat = {"after": np.zeros((2, 2)), "at": np.zeros((1, 2))}
    sure = {"after": np.array([[6.0, -6.0], [0.0, 0.0]]), "at": np.zeros((1, 2))}  # and wrong
    one = [[(np.array([[0]]), np.array([[1]]))]]
    return [
        case("one step", weights=flat, steps=one, clip_norm=10.0, scale=None),
        case("one step, clipped", weights=flat, steps=one, clip_norm=0.1, scale=None),
        case("one step, clipped", weights=sure, steps=one, clip_norm=1.5, scale=None),
        drawn("two steps", 1, 2, 3, 4, clip=100.0),
        drawn("two steps", 3, 2, 2, 5, clip=100.0),
        drawn("two steps, clipped", 1, 3, 2, 4, clip=0.05),
        drawn("two steps, clipped", 2, 2, 4, 3, clip=0.02),
        case("with a scaler", weights=flat, steps=one, clip_norm=10.0, scale=4.0),
        drawn("with a scaler", 2, 2, 3, 4, clip=0.05, scale=1024.0),
        drawn("with a scaler", 1, 3, 2, 5, clip=100.0, scale=256.0),
        case("a gradient that overflows", weights=flat, steps=one, clip_norm=1.0, scale=np.inf),
    ]


def drive_step(answer, weights, steps, clip_norm, scale):
    """Take the steps with plain gradient descent of rate 1, and look at all that is left.

    The optimizer has its weights in two groups, as it has where some decay and others do not.
    """
    probe = Probe(**weights)
    optimizer = torch.optim.SGD([{"params": [p]} for p in probe.parameters()], lr=1.0)
    scaler = None
    if scale is not None:  # grows after each step that it is told of
        scaler = torch.amp.GradScaler("cpu", init_scale=scale, growth_interval=1)
    found = {}
    for i, batches in enumerate(steps, start=1):
        returned = answer(probe, optimizer, to_tensors(batches), clip_norm, scaler)
        if returned is None:
            return None
        if not isinstance(returned, tuple | list) or len(returned) != 2:
            raise TypeError(
                f"what came back is {describe(returned)}, but should be two numbers: the mean loss "
                "and the length of the gradient"
            )
        loss, norm = returned
        left = sum(p.grad.abs().sum().item() for p in probe.parameters() if p.grad is not None)
        found[f"loss of step {i}"] = loss
        found[f"length of the gradient in step {i}"] = norm
        for name, weight in probe.named_parameters():
            found[f"weights `{name}` once step {i} is done"] = weight.detach().clone()
        found[f"gradients left behind by step {i}"] = left > 0
        if scaler is not None:
            found[f"scale that follows step {i}"] = scaler.get_scale()
    return plain(found)
