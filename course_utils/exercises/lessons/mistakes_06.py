"""Well-known mistakes of notebook 06 in the network, its training and its evaluation."""

import numpy as np
import torch
import torch.nn.functional as F

from course_utils.exercises.exercise import Misconception
from course_utils.gpt.classifier import TwoLayerMLP

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


class _DropsWhatItShouldKeep(TwoLayerMLP):
    def __init__(self, d_in, d_hidden, d_out, dropout=0.0):
        super().__init__(d_in, d_hidden, d_out, 1 - dropout)


class _DropsAHalf(TwoLayerMLP):
    def __init__(self, d_in, d_hidden, d_out, dropout=0.0):
        super().__init__(d_in, d_hidden, d_out, dropout)
        if dropout > 0:
            self.dropout = torch.nn.Dropout(0.5)


class _DropsAndLeavesTheRest(TwoLayerMLP):
    def forward(self, x):
        h = F.relu(self.hidden(x))
        kept = torch.rand_like(h) >= self.dropout.p if self.training else 1
        return self.output(h * kept)


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
        "Dropout is the last thing you do, so that while training single logits are set to 0. It "
        "belongs to the hidden values, before the last layer.",
    ),
    Misconception(
        "never drops",
        _NeverDrops,
        "Training and answering give the same: dropout is not used. If you made an `nn.Dropout` in "
        "`__init__`, `forward` must call it.",
    ),
    Misconception(
        "drops the share that should be kept",
        _DropsWhatItShouldKeep,
        "You hand 1 - dropout to `nn.Dropout`. In PyTorch the number is the share that is left "
        "out, as in the task: `nn.Dropout(dropout)`.",
    ),
    Misconception(
        "always drops a half",
        _DropsAHalf,
        "A half of the hidden values is left out whatever `dropout` says. `nn.Dropout()` takes 0.5 "
        "by itself: hand the argument on.",
    ),
    Misconception(
        "does not make up for what is left out",
        _DropsAndLeavesTheRest,
        "You leave values out and the others as they are, so that the sum is smaller in training "
        "than in answering. Divide those that stay by 1 - dropout; `nn.Dropout` does it.",
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
    reduction="mean",
):
    if train:
        model.train()
    losses, sizes = [], []
    for x, labels in batches:
        logits = model(x)
        scores = logits.softmax(dim=-1) if probabilities else logits
        loss = F.cross_entropy(scores, labels, reduction=reduction)
        if zero:
            optimizer.zero_grad()
        if order == "step first":
            optimizer.step()
        loss.backward()
        if order == "cleared after":
            optimizer.zero_grad()
        if order != "step first":
            optimizer.step()
        if result == "afterwards":
            loss = F.cross_entropy(model(x), labels)
        losses.append(loss.item())
        sizes.append(len(x))
    if result == "batches":
        return float(np.mean(losses))
    if reduction == "sum":
        return sum(losses) / sum(sizes)
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


def _measures_after_the_step(model, batches, optimizer):
    return _epoch(model, batches, optimizer, result="afterwards")


def _steps_along_the_sum(model, batches, optimizer):
    return _epoch(model, batches, optimizer, reduction="sum")


def _returns_a_tensor(model, batches, optimizer):
    return torch.tensor(_epoch(model, batches, optimizer))


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
        "measures after the step",
        _measures_after_the_step,
        "The weights are right, but you measure each loss after its step, which is a second pass "
        "for nothing. The loss from which the gradients come is the one to add up.",
    ),
    Misconception(
        "goes back from the sum",
        _steps_along_the_sum,
        "You go back from the sum over the batch (`reduction='sum'`), so the steps grow with the "
        "batch. Go back from the mean, and multiply it by the number of examples when you add up.",
    ),
    Misconception(
        "returns a tensor",
        _returns_a_tensor,
        "The number is right, but it is a tensor. A sum of losses that are tensors keeps the graph "
        "of every batch in memory until the end. Take `loss.item()` before you add.",
    ),
    Misconception(
        "returns the sum",
        _sum_of_losses,
        "You return the sum of all losses. Divide by the number of examples.",
    ),
)

# ------------------------------------------------------------------------------- evaluate


def _evaluation(model, batches, *, answering=True, by="examples", probabilities=False):
    if answering:
        model.eval()
    losses, rights, sizes = [], [], []
    for x, labels in batches:
        logits = model(x)
        scores = logits.softmax(dim=-1) if probabilities else logits
        losses.append(F.cross_entropy(scores, labels).item())
        rights.append((logits.argmax(dim=-1) == labels).sum().item())
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
def _tensors(model, batches):
    return tuple(torch.tensor(one) for one in _evaluation(model, batches))


@torch.no_grad()
def _accuracy_first(model, batches):
    loss, accuracy = _evaluation(model, batches)
    return accuracy, loss


def _records_no_more(model, batches):
    torch.set_grad_enabled(False)
    return _evaluation(model, batches)


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
        "returns tensors",
        _tensors,
        "The values are right, but they are tensors. Return plain numbers: `.item()` makes one.",
    ),
    Misconception(
        "returns the accuracy first",
        _accuracy_first,
        "You return the accuracy first and the loss second. The task asks for (loss, accuracy).",
    ),
    Misconception(
        "switches recording off for good",
        _records_no_more,
        "The numbers are right, but after your function nothing is recorded any more, and the next "
        "training fails. `with torch.no_grad():` switches it off for its block only.",
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
