"""What the exercises of notebook 06 are tried on, and how each answer is put to the test."""

import numpy as np
import torch
from torch import nn

from course_utils.exercises.comparing import plain
from course_utils.exercises.drives import load_weights
from course_utils.exercises.exercise import Case, case


def _normal(rng: np.random.Generator, *shape: int, scale: float = 1.0) -> np.ndarray:
    return np.round(rng.normal(0, scale, shape), 2)


# ---------------------------------------------------------------------------- TwoLayerMLP


def mlp_cases(rng: np.random.Generator) -> list[Case]:
    def drawn(group: str, n: int, d_in: int, d_hidden: int, d_out: int) -> Case:
        weights = {
            "hidden.weight": _normal(rng, d_hidden, d_in),
            "hidden.bias": _normal(rng, d_hidden),
            "output.weight": _normal(rng, d_out, d_hidden),
            "output.bias": _normal(rng, d_out),
        }
        return case(group, x=_normal(rng, n, d_in), weights=weights, dropout=0.0)

    by_hand = {
        "hidden.weight": np.array([[1.0, 0.0], [0.0, -1.0], [1.0, 1.0]]),
        "hidden.bias": np.array([0.0, 1.0, -1.0]),
        "output.weight": np.array([[1.0, 2.0, 3.0], [-1.0, 0.0, 1.0]]),
        "output.bias": np.array([0.5, -0.5]),
    }
    x = np.array([[2.0, 3.0]])
    return [
        case("one example", x=x, weights=by_hand, dropout=0.0),
        drawn("random sizes", 4, 3, 5, 2),
        drawn("random sizes", 3, 2, 7, 4),
        drawn("random sizes", 5, 6, 3, 1),
        case("half of the hidden values left out", x=x, weights=by_hand, dropout=0.5),
        case("a fifth of the hidden values left out", x=x, weights=by_hand, dropout=0.2),
    ]


def drive_mlp(answer, x, weights, dropout):
    """Build the network, load the weights, and let it answer in both modes.

    With dropout it is asked a thousand times, and what counts is which different answers it gives:
    two hidden values that are not 0 may each be there or not, so that training has four.
    """
    sizes = weights["hidden.weight"].shape[1], *weights["output.weight"].shape[::-1]
    model = load_weights(answer(*sizes, dropout), weights)
    x = torch.from_numpy(x if dropout == 0 else np.repeat(x, 1000, axis=0))
    with torch.no_grad():
        found = {"answering": model.eval()(x), "training": model.train()(x)}
    if dropout == 0:
        return plain(found)
    return {
        f"different answers while {mode}": np.unique(np.round(y.numpy(), 6), axis=0)
        for mode, y in found.items()
    }


# ------------------------------------------------------------------ train_epoch, evaluate


class Probe(nn.Module):
    """A classifier of one layer that knows its mode: in training, its logits are halved."""

    def __init__(self, weight: np.ndarray):
        super().__init__()
        self.weight = nn.Parameter(torch.tensor(weight))  # (C, D)
        self.recorded = False

    def forward(self, x):
        self.recorded = torch.is_grad_enabled()
        logits = x @ self.weight.T
        return 0.5 * logits if self.training else logits


def _batches(rng: np.random.Generator, sizes, d: int, n_classes: int, scale=1.0) -> dict:
    return {
        "weight": _normal(rng, n_classes, d),
        "batches": [
            [_normal(rng, n, d, scale=scale), rng.integers(0, n_classes, n)] for n in sizes
        ],
    }


BY_HAND = {
    "weight": np.array([[1.0, 0.0], [0.0, 1.0]]),
    "batches": [[np.array([[2.0, 0.0], [0.0, 1.0]]), np.array([0, 0])]],
}


def epoch_cases(rng: np.random.Generator) -> list[Case]:
    rate = float(np.round(rng.uniform(0.3, 0.8), 2))
    return [
        case("one batch", **BY_HAND, learning_rate=1.0),
        case("several batches", **_batches(rng, (4, 4, 4), 3, 5), learning_rate=rate),
        case("a smaller last batch", **_batches(rng, (5, 5, 1), 2, 4), learning_rate=rate),
        case("a smaller last batch", **_batches(rng, (6, 2), 4, 3), learning_rate=rate),
    ]


def drive_epoch(answer, weight, batches, learning_rate):
    model = Probe(weight).eval()
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate)
    loss = answer(model, _to_tensors(batches), optimizer)
    seen = {"mean loss": loss, "weight afterwards": model.weight.detach()}
    return plain(seen | {"the mean is a plain number": not isinstance(loss, torch.Tensor)})


def evaluation_cases(rng: np.random.Generator) -> list[Case]:
    return [
        case("one batch", **BY_HAND),
        case("several batches", **_batches(rng, (4, 4, 4), 3, 5)),
        case("a smaller last batch", **_batches(rng, (5, 5, 1), 2, 4)),
        case("a smaller last batch", **_batches(rng, (7, 2), 4, 3)),
        case("very sure answers", **_batches(rng, (3, 6), 3, 4, scale=300.0)),
    ]


def drive_evaluation(answer, weight, batches):
    model = Probe(weight).train()
    result = answer(model, _to_tensors(batches))
    if result is None:
        return None
    loss, accuracy = result
    seen = {"loss": loss, "accuracy": accuracy, "records a graph": model.recorded}
    seen["both are plain numbers"] = not any(isinstance(one, torch.Tensor) for one in result)
    seen["recording goes on afterwards"] = torch.is_grad_enabled()
    torch.set_grad_enabled(True)
    return plain(seen)


def _to_tensors(batches):
    return [(torch.tensor(x), torch.tensor(labels)) for x, labels in batches]


# ----------------------------------------------------------------------- confusion_matrix


def confusion_cases(rng: np.random.Generator) -> list[Case]:
    def drawn(group: str, n: int, n_classes: int, top: int | None = None) -> Case:
        labels = rng.integers(0, top or n_classes, n)
        guesses = np.where(rng.random(n) < 0.5, labels, rng.integers(0, top or n_classes, n))
        return case(group, labels=labels, predictions=guesses, n_classes=n_classes)

    return [
        case(
            "four examples",
            labels=np.array([0, 0, 0, 1]),
            predictions=np.array([0, 1, 1, 1]),
            n_classes=2,
        ),
        drawn("many examples", 30, 3),
        drawn("many examples", 200, 10),
        drawn("many examples", 1500, 2),
        drawn("classes that do not occur", 12, 6, top=4),
        case(
            "no examples",
            labels=np.zeros(0, dtype=int),
            predictions=np.zeros(0, dtype=int),
            n_classes=3,
        ),
    ]


# -------------------------------------------------------------------------- EarlyStopping


def stopping_cases(rng: np.random.Generator) -> list[Case]:
    def drawn(group: str, n: int, patience: int, min_delta: float = 0.0) -> Case:
        falling = 3.0 * 0.8 ** np.arange(n) + 0.1 * np.arange(n)
        losses = np.round(falling + rng.normal(0, 0.25, n), 2).tolist()
        return case(group, losses=losses, patience=patience, min_delta=min_delta)

    return [
        case("a loss that turns", losses=[3.0, 2.0, 1.0, 2.0, 3.0], patience=2, min_delta=0.0),
        case(
            "ups and downs",
            losses=[3.0, 4.0, 2.0, 3.0, 2.5, 1.0, 2.0, 1.5],
            patience=3,
            min_delta=0.0,
        ),
        drawn("ups and downs", 15, 2),
        drawn("ups and downs", 25, 4),
        case(
            "gains too small to count",
            losses=[1.0, 0.95, 0.9, 0.85, 0.8, 0.79, 0.78],
            patience=2,
            min_delta=0.12,
        ),
        case(
            "gains too small to count",
            losses=[4.0, 3.9, 3.8, 3.7, 3.75, 3.8, 3.9],
            patience=3,
            min_delta=0.15,
        ),
        case("the same loss again", losses=[1.0, 1.0, 1.0, 0.5], patience=2, min_delta=0.0),
    ]


class Calendar(nn.Module):
    """A model whose state is the number of the epoch: a parameter, and a buffer, as batch norm's
    running mean is one."""

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(1))
        self.register_buffer("running_mean", torch.zeros(1))

    def set_to(self, epoch):
        for tensor in self.state_dict().values():
            tensor.fill_(epoch)


def drive_stopping(answer, losses, patience, min_delta):
    """Tell it one loss after the other, with a model whose state is the number of the epoch."""
    stopping, model = answer(patience, min_delta), Calendar()
    stops = []
    for epoch, loss in enumerate(losses):
        model.set_to(epoch)
        stops.append(bool(stopping.update(loss, model)))
        if stops[-1]:
            break
    stopping.restore(model)
    return {
        "stop?": stops,
        "best loss": float(stopping.best_loss),
        "epoch of the restored weights": model.weight.item(),
        "epoch of the restored buffers": model.running_mean.item(),
    }
