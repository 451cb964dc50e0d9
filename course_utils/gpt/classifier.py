"""A classifier in PyTorch, trained, judged and stopped in time. Derived in notebook 06."""

import copy
import math
from collections.abc import Iterable

import numpy as np
import torch
import torch.nn.functional as F
from jaxtyping import Float, Int
from torch import Tensor, nn

Batches = Iterable[tuple[Float[Tensor, "N D"], Int[Tensor, "N"]]]  # inputs, and their classes


class TwoLayerMLP(nn.Module):
    """Two affine layers with a ReLU and dropout between them. (N, d_in) -> logits (N, d_out).

    dropout: the share of hidden values that is left out while training (Srivastava et al., 2014,
        https://jmlr.org/papers/v15/srivastava14a.html).
    """

    def __init__(self, d_in: int, d_hidden: int, d_out: int, dropout: float = 0.0):
        super().__init__()
        self.hidden = nn.Linear(d_in, d_hidden)
        self.output = nn.Linear(d_hidden, d_out)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x):
        h = F.relu(self.hidden(x))  # (N, d_hidden)
        return self.output(self.dropout(h))


def train_epoch(model: nn.Module, batches: Batches, optimizer: torch.optim.Optimizer) -> float:
    """Go once through all batches, one step for each; return the mean loss of their examples.

    batches: pairs of inputs (N, D) and classes (N,), as a DataLoader gives them; N may differ.
    The loss is the cross-entropy of `model(inputs)`, logits (N, C), each measured before its step.
    """
    model.train()
    total, n = 0.0, 0
    for x, labels in batches:
        loss = F.cross_entropy(model(x), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item() * len(x)  # the last batch may be smaller: count examples, not batches
        n += len(x)
    return total / n


@torch.no_grad()
def evaluate(model: nn.Module, batches: Batches) -> tuple[float, float]:
    """Judge a model, without dropout and without recording: the mean loss and the accuracy.

    batches: pairs of inputs (N, D) and classes (N,); N may differ from batch to batch.
    -> (cross-entropy in nats, share of right answers from 0 to 1), both over all examples.
    """
    model.eval()
    total, right, n = 0.0, 0, 0
    for x, labels in batches:
        logits = model(x)  # (N, C)
        total += F.cross_entropy(logits, labels).item() * len(x)
        right += (logits.argmax(dim=-1) == labels).sum().item()
        n += len(x)
    return total / n, right / n


def confusion_matrix(labels, predictions, n_classes):
    """Count what was taken for what.

    labels, predictions: (N,) arrays of whole numbers below n_classes, what is and what was said.
    -> (n_classes, n_classes) whole numbers: row i, column j counts the i that were called j.
    """
    matrix = np.zeros((n_classes, n_classes), dtype=int)
    np.add.at(matrix, (labels, predictions), 1)  # += would count a repeated pair once
    return matrix


class EarlyStopping:
    """Say when to stop, and keep the best weights. Prechelt, 1998, "Early stopping: but when?".

    patience: after so many losses in a row that are no new best, stop.
    min_delta: a new best must lie below the old one by more than this.
    """

    def __init__(self, patience=5, min_delta=0.0):
        self.patience = patience
        self.min_delta = min_delta
        self.best_loss = math.inf
        self.best_weights = None
        self.n_worse = 0  # losses since the best one

    def update(self, loss, model):
        """Hear of a validation loss and of the model that had it; return whether to stop."""
        if loss < self.best_loss - self.min_delta:
            self.best_loss = loss
            self.best_weights = copy.deepcopy(model.state_dict())  # training goes on changing them
            self.n_worse = 0
        else:
            self.n_worse += 1
        return self.n_worse >= self.patience

    def restore(self, model):
        """Give the model the weights with which its loss was lowest."""
        model.load_state_dict(self.best_weights)
