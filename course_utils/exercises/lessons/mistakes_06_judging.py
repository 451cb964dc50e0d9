"""Well-known mistakes of notebook 06 in the confusion matrix and in early stopping."""

import copy

import numpy as np
import torch

from course_utils.exercises.exercise import Misconception
from course_utils.gpt.classifier import EarlyStopping, confusion_matrix

# ----------------------------------------------------------------------- confusion_matrix


def _transposed(labels, predictions, n_classes):
    return confusion_matrix(predictions, labels, n_classes)


def _counts_pairs_once(labels, predictions, n_classes):
    matrix = np.zeros((n_classes, n_classes), dtype=int)
    matrix[labels, predictions] += 1
    return matrix


def _only_mistakes(labels, predictions, n_classes):
    matrix = confusion_matrix(labels, predictions, n_classes)
    np.fill_diagonal(matrix, 0)
    return matrix


def _shares(labels, predictions, n_classes):
    matrix = confusion_matrix(labels, predictions, n_classes)
    return matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)


CONFUSION_MATRIX = (
    Misconception(
        "rows and columns swapped",
        _transposed,
        "Your rows are what was said and your columns what is. The other way round: row i holds "
        "what happened to the examples that are i.",
    ),
    Misconception(
        "counts each pair once",
        _counts_pairs_once,
        "`matrix[labels, predictions] += 1` reads each place, adds 1 and writes it back: a pair "
        "that occurs five times is still counted once. `np.add.at` adds as often as it occurs.",
    ),
    Misconception(
        "counts mistakes only",
        _only_mistakes,
        "The diagonal is empty. Right answers belong into the table too: without them nobody can "
        "tell how many examples of a class there were.",
    ),
    Misconception(
        "gives shares",
        _shares,
        "You divide each row by its sum. Wanted are the counts themselves.",
    ),
)

# -------------------------------------------------------------------------- EarlyStopping


class _KeepsNoCopy(EarlyStopping):
    def update(self, loss, model):
        stop = super().update(loss, model)
        if self.n_worse == 0:
            self.best_weights = model.state_dict()
        return stop


class _OneTooPatient(EarlyStopping):
    def update(self, loss, model):
        super().update(loss, model)
        return self.n_worse > self.patience


class _KeepsParametersOnly(EarlyStopping):
    def update(self, loss, model):
        stop = super().update(loss, model)
        if self.n_worse == 0:
            self.parameters = [parameter.detach().clone() for parameter in model.parameters()]
        return stop

    @torch.no_grad()
    def restore(self, model):
        for parameter, best in zip(model.parameters(), self.parameters, strict=True):
            parameter.copy_(best)


class _DeltaIsAShare(EarlyStopping):
    def update(self, loss, model):
        if loss < self.best_loss * (1 - self.min_delta):
            self.best_loss = loss
            self.best_weights = copy.deepcopy(model.state_dict())
            self.n_worse = 0
        else:
            self.n_worse += 1
        return self.n_worse >= self.patience


class _CountsTheBestOne(EarlyStopping):
    def update(self, loss, model):
        super().update(loss, model)
        return self.n_worse + 1 >= self.patience


class _NeverForgives(EarlyStopping):
    def __init__(self, patience=5, min_delta=0.0):
        super().__init__(patience, min_delta)
        self.n_all = 0

    def update(self, loss, model):
        super().update(loss, model)
        self.n_all += self.n_worse > 0
        return self.n_all >= self.patience


class _LooksAtTheLastLoss(EarlyStopping):
    def __init__(self, patience=5, min_delta=0.0):
        super().__init__(patience, min_delta)
        self.last = float("inf")

    def update(self, loss, model):
        if loss < self.last - self.min_delta:
            self.n_worse = 0
        else:
            self.n_worse += 1
        if loss < self.best_loss - self.min_delta:
            self.best_loss = loss
            self.best_weights = copy.deepcopy(model.state_dict())
        self.last = loss
        return self.n_worse >= self.patience


class _AnyGainCounts(EarlyStopping):
    def __init__(self, patience=5, min_delta=0.0):
        super().__init__(patience, 0.0)


class _EqualIsBetter(EarlyStopping):
    def update(self, loss, model):
        return super().update(
            loss if loss != self.best_loss - self.min_delta else loss - 1e-9, model
        )


EARLY_STOPPING = (
    Misconception(
        "keeps no copy",
        _KeepsNoCopy,
        "You stop at the right moment, but the weights that come back are the last ones. "
        "`model.state_dict()` holds the model's own tensors, and training goes on changing them: "
        "keep a copy, `copy.deepcopy(...)`. (If you do, look at `restore`: it must put them into "
        "the model, `model.load_state_dict(...)`.)",
    ),
    Misconception(
        "keeps parameters only",
        _KeepsParametersOnly,
        "The parameters come back, but a model's state is more: `state_dict()` also holds buffers, "
        "such as the running averages of batch norm. Keep a copy of the whole dictionary.",
    ),
    Misconception(
        "takes min_delta for a share",
        _DeltaIsAShare,
        "You take `min_delta` as a share of the best loss. It is an amount: a new best lies below "
        "best_loss - min_delta.",
    ),
    Misconception(
        "one epoch too impatient",
        _CountsTheBestOne,
        "You stop one loss too early: the best loss itself is counted as one that was no new best. "
        "A new best starts the count at 0.",
    ),
    Misconception(
        "one epoch too patient",
        _OneTooPatient,
        "You wait for one loss more than `patience`. With patience 2, the second loss in a row "
        "that is no new best is the signal.",
    ),
    Misconception(
        "never forgives",
        _NeverForgives,
        "You count all losses that were no new best, from the beginning. A new best starts the "
        "count anew.",
    ),
    Misconception(
        "compares with the last loss",
        _LooksAtTheLastLoss,
        "You compare each loss with the one before. A loss that goes 1, 3, 2 has fallen at its "
        "last step, but is still no new best: compare with the best.",
    ),
    Misconception(
        "every gain counts",
        _AnyGainCounts,
        "`min_delta` has no effect: a new best must be lower than the old one by more than that.",
    ),
    Misconception(
        "an equal loss counts as better",
        _EqualIsBetter,
        "A loss that only equals the best one counts as a new best with you (`<=` where `<` is "
        "wanted). A model that has stopped learning would never be stopped.",
    ),
)
