"""The well-known mistakes of notebook 06: each makes one, and only that one, on purpose."""

import copy

import numpy as np
import torch
import torch.nn.functional as F

from course_utils.exercises.exercise import Misconception
from course_utils.gpt.classifier import EarlyStopping, TwoLayerMLP, confusion_matrix

# ---------------------------------------------------------------------------- TwoLayerMLP


class _NoBend(TwoLayerMLP):
    def forward(self, x):
        return self.output(self.dropout(self.hidden(x)))


class _EndsInSoftmax(TwoLayerMLP):
    def forward(self, x):
        return super().forward(x).softmax(dim=-1)


class _BendsTheLogits(TwoLayerMLP):
    def forward(self, x):
        return F.relu(super().forward(x))


class _DropsTheInput(TwoLayerMLP):
    def forward(self, x):
        return self.output(F.relu(self.hidden(self.dropout(x))))


class _DropsTheOutput(TwoLayerMLP):
    def forward(self, x):
        return self.dropout(self.output(F.relu(self.hidden(x))))


class _NeverDrops(TwoLayerMLP):
    def forward(self, x):
        return self.output(F.relu(self.hidden(x)))


class _AlwaysDrops(TwoLayerMLP):
    def forward(self, x):
        return self.output(F.dropout(F.relu(self.hidden(x)), self.dropout.p))


MLP = (
    Misconception(
        "no activation",
        _NoBend,
        "Between your two layers nothing is bent, so that together they are one affine map "
        "(notebook 01). Put `F.relu` around the first.",
    ),
    Misconception(
        "ends in a softmax",
        _EndsInSoftmax,
        "You return probabilities. The task asks for logits: `F.cross_entropy` applies the softmax "
        "itself, and applied twice it hides most of the gradient.",
    ),
    Misconception(
        "bends the logits",
        _BendsTheLogits,
        "The ReLU stands after the last layer as well, so that no logit can be negative. Only the "
        "hidden values are bent.",
    ),
    Misconception(
        "drops inputs instead of hidden values",
        _DropsTheInput,
        "While training, parts of the input are left out. The task leaves out hidden values, after "
        "the ReLU.",
    ),
    Misconception(
        "drops logits instead of hidden values",
        _DropsTheOutput,
        "Dropout is the last thing you do, so that while training whole answers are set to 0. It "
        "belongs to the hidden values, before the last layer.",
    ),
    Misconception(
        "never drops",
        _NeverDrops,
        "Training and answering give the same: dropout is not used. If you made an `nn.Dropout` in "
        "`__init__`, `forward` must call it.",
    ),
    Misconception(
        "drops when answering too",
        _AlwaysDrops,
        "Values are left out even after `model.eval()`. The function `F.dropout` does not know the "
        "model's mode unless it is told, `training=self.training`; the module `nn.Dropout` knows.",
    ),
)

# ---------------------------------------------------------------------------- train_epoch


def _epoch(
    model,
    batches,
    optimizer,
    *,
    zero=True,
    train=True,
    probabilities=False,
    order="backward first",
    result="examples",
):
    if train:
        model.train()
    losses, sizes = [], []
    for x, labels in batches:
        logits = model(x)
        loss = F.cross_entropy(logits.softmax(dim=-1) if probabilities else logits, labels)
        if zero:
            optimizer.zero_grad()
        if order == "step first":
            optimizer.step()
        loss.backward()
        if order == "cleared after":
            optimizer.zero_grad()
        if order != "step first":
            optimizer.step()
        losses.append(loss.item())
        sizes.append(len(x))
    if result == "batches":
        return float(np.mean(losses))
    if result == "last":
        return losses[-1]
    if result == "sum":
        return float(np.dot(losses, sizes))
    return float(np.average(losses, weights=sizes))


def _keeps_old_gradients(model, batches, optimizer):
    return _epoch(model, batches, optimizer, zero=False)


def _stays_in_answering_mode(model, batches, optimizer):
    return _epoch(model, batches, optimizer, train=False)


def _two_softmaxes(model, batches, optimizer):
    return _epoch(model, batches, optimizer, probabilities=True)


def _steps_before_it_knows(model, batches, optimizer):
    return _epoch(model, batches, optimizer, order="step first", zero=False)


def _clears_what_it_needs(model, batches, optimizer):
    return _epoch(model, batches, optimizer, order="cleared after")


def _mean_of_batches(model, batches, optimizer):
    return _epoch(model, batches, optimizer, result="batches")


def _last_batch_only(model, batches, optimizer):
    return _epoch(model, batches, optimizer, result="last")


def _sum_of_losses(model, batches, optimizer):
    return _epoch(model, batches, optimizer, result="sum")


TRAIN_EPOCH = (
    Misconception(
        "keeps old gradients",
        _keeps_old_gradients,
        "`backward()` adds to the gradients that are there. Without `optimizer.zero_grad()` each "
        "step also repeats all earlier ones.",
    ),
    Misconception(
        "stays in answering mode",
        _stays_in_answering_mode,
        "The model was handed over in evaluation mode, and you train it so: dropout would do "
        "nothing. Begin with `model.train()`.",
    ),
    Misconception(
        "applies softmax twice",
        _two_softmaxes,
        "You give probabilities to `F.cross_entropy`, which takes logits and applies the softmax "
        "itself. It does not complain, it only learns badly.",
    ),
    Misconception(
        "steps before backward",
        _steps_before_it_knows,
        "The optimizer steps before `backward()` has found the gradients, so every step uses those "
        "of the batches before, and the last batch is never used.",
    ),
    Misconception(
        "clears the gradients before the step",
        _clears_what_it_needs,
        "`zero_grad()` stands between `backward()` and `step()`: the gradients are thrown away "
        "before they are used, and nothing is learned. Clear before `backward()`, or after "
        "`step()`.",
    ),
    Misconception(
        "averages over batches",
        _mean_of_batches,
        "Right while all batches have one size. The last one may be smaller, and its examples then "
        "count for more. Weigh each batch's loss by its number of examples.",
    ),
    Misconception(
        "returns the last loss",
        _last_batch_only,
        "The weights are right, but you return the loss of the last batch. Wanted is the mean over "
        "all examples.",
    ),
    Misconception(
        "returns the sum",
        _sum_of_losses,
        "You return the sum of all losses. Divide by the number of examples.",
    ),
)

# ------------------------------------------------------------------------------- evaluate


def _evaluation(model, batches, *, answering=True, by="examples", probabilities=False, axis=-1):
    if answering:
        model.eval()
    losses, rights, sizes = [], [], []
    for x, labels in batches:
        logits = model(x)
        scores = logits.softmax(dim=-1) if probabilities else logits
        losses.append(F.cross_entropy(scores, labels).item())
        rights.append((logits.argmax(dim=axis) == labels).sum().item())
        sizes.append(len(x))
    if by == "batches":
        return float(np.mean(losses)), float(np.mean(np.divide(rights, sizes)))
    return float(np.average(losses, weights=sizes)), sum(rights) / sum(sizes)


@torch.no_grad()
def _answers_in_training_mode(model, batches):
    return _evaluation(model, batches, answering=False)


@torch.no_grad()
def _mean_of_batch_means(model, batches):
    return _evaluation(model, batches, by="batches")


def _records_a_graph(model, batches):
    return _evaluation(model, batches)


@torch.no_grad()
def _loss_of_probabilities(model, batches):
    return _evaluation(model, batches, probabilities=True)


@torch.no_grad()
def _counts(model, batches):
    loss, accuracy = _evaluation(model, batches)
    return loss, accuracy * sum(len(x) for x, _ in batches)


@torch.no_grad()
def _percent(model, batches):
    loss, accuracy = _evaluation(model, batches)
    return loss, 100 * accuracy


EVALUATE = (
    Misconception(
        "answers in training mode",
        _answers_in_training_mode,
        "The model was handed over in training mode and stays in it, so dropout would spoil its "
        "answers. Begin with `model.eval()`.",
    ),
    Misconception(
        "averages over batches",
        _mean_of_batch_means,
        "Right while all batches have one size. Where the last one is smaller, its examples count "
        "for more. Add up over examples, and divide by their number at the end.",
    ),
    Misconception(
        "records a graph",
        _records_a_graph,
        "The numbers are right, but PyTorch records a graph for a backward pass that never comes, "
        "and its memory with it. Compute inside `with torch.no_grad():`, or put `@torch.no_grad()` "
        "above the function.",
    ),
    Misconception(
        "applies softmax twice",
        _loss_of_probabilities,
        "The accuracy is right, the loss is that of a softmax of a softmax: `F.cross_entropy` "
        "takes the logits as they are.",
    ),
    Misconception(
        "counts the right answers",
        _counts,
        "You return how many answers are right. Wanted is their share: divide by the number of "
        "examples.",
    ),
    Misconception(
        "gives percent",
        _percent,
        "The accuracy should be a share between 0 and 1, not percent.",
    ),
)

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
        "keep a copy, `copy.deepcopy(...)`.",
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
