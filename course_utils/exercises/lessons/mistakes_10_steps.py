"""The well-known mistakes of notebook 10, the steps: each makes one, and only that one."""

import math

import torch

from course_utils.exercises.exercise import Misconception
from course_utils.gpt.steps import accumulate_gradients

# ------------------------------------------------------------------- accumulate_gradients


def _scaled(loss, scaler):
    return loss if scaler is None else scaler.scale(loss)


def _accumulate(model, batches, scaler=None, *, gradient_by=None, loss_by=None, clear=None):
    total = 0.0
    n = len(batches)
    for i, (tokens, targets) in enumerate(batches):
        _, loss = model(tokens, targets)
        if clear == "each" or (clear == "first" and i == 0):
            model.zero_grad()
        _scaled(loss / (gradient_by or n), scaler).backward()
        total = total + loss.detach() / (loss_by or n)
    return total


def _nothing_divided(model, batches, scaler=None):
    return _accumulate(model, batches, scaler, gradient_by=1, loss_by=1)


def _gradient_not_divided(model, batches, scaler=None):
    return _accumulate(model, batches, scaler, gradient_by=1)


def _loss_not_divided(model, batches, scaler=None):
    return _accumulate(model, batches, scaler, loss_by=1)


def _clears_between(model, batches, scaler=None):
    return _accumulate(model, batches, scaler, clear="each")


def _clears_first(model, batches, scaler=None):
    return _accumulate(model, batches, scaler, clear="first")


def _ignores_the_scaler(model, batches, scaler=None):
    return _accumulate(model, batches)


def _returns_scaled_loss(model, batches, scaler=None):
    return _scaled(_accumulate(model, batches, scaler), scaler)


def _keeps_the_graph(model, batches, scaler=None):
    mean_loss = 0.0
    for tokens, targets in batches:
        loss = model(tokens, targets)[1] / len(batches)
        _scaled(loss, scaler).backward()
        mean_loss = mean_loss + loss
    return mean_loss


def _goes_back_at_the_end(model, batches, scaler=None):
    loss = sum(model(tokens, targets)[1] for tokens, targets in batches) / len(batches)
    _scaled(loss, scaler).backward()
    return loss.detach()


def _number_for_a_tensor(model, batches, scaler=None):
    return _accumulate(model, batches, scaler).item()


ACCUMULATE_GRADIENTS = (
    Misconception(
        "divides nothing by the number of batches",
        _nothing_divided,
        "Loss and gradient are sums over the batches. With four batches the gradient is four times "
        "that of one large batch: divide each loss by `len(batches)` before its backward pass.",
    ),
    Misconception(
        "divides the loss after the backward pass",
        _gradient_not_divided,
        "The loss you return is the mean, but the gradient is a sum: `backward` ran on the loss "
        "before it was divided. Divide first, then go back.",
    ),
    Misconception(
        "returns the sum of the losses",
        _loss_not_divided,
        "The gradients are right. The loss that you return is a sum over the batches, where the "
        "mean is wanted.",
    ),
    Misconception(
        "forgets the batches before the last",
        _clears_between,
        "The gradients are cleared between the batches, so only the last batch's are left. That "
        "`backward` adds to `.grad` is the very thing we use here.",
    ),
    Misconception(
        "clears what was there",
        _clears_first,
        "You clear the gradients at the start. This function is to add to whatever `.grad` holds; "
        "when to clear is for the training step to say.",
    ),
    Misconception(
        "ignores the scaler",
        _ignores_the_scaler,
        "All is right without a scaler. With one, go back from `scaler.scale(loss)`, so that "
        "gradients too small for float16 become large enough for it.",
    ),
    Misconception(
        "returns the scaled loss",
        _returns_scaled_loss,
        "The scaler's factor has come into the loss that you return. Only the way back starts "
        "from the scaled loss; what is reported is the plain one.",
    ),
    Misconception(
        "all batches in memory at once",
        _goes_back_at_the_end,
        "Numbers and gradients are right, but all batches are in memory at once, which is what "
        "this was to avoid: either you join them, or no graph is let go before the last one. Go "
        "back from each loss as soon as you have it, inside the loop.",
    ),
    Misconception(
        "a number for a tensor",
        _number_for_a_tensor,
        "The loss comes back as a plain number. `.item()` makes a GPU wait in every step: return "
        "the tensor, without its graph, `.detach()`.",
    ),
    Misconception(
        "keeps the graph alive",
        _keeps_the_graph,
        "Numbers and gradients are right, but the loss still holds on to the graph of every "
        "batch: memory grows with their number. Add up `loss.detach()`.",
    ),
)

# ----------------------------------------------------------------------------- train_step


def _norm_of(optimizer, clip_norm):
    weights = [w for group in optimizer.param_groups for w in group["params"]]
    return torch.nn.utils.clip_grad_norm_(weights, clip_norm)


def _step(optimizer, scaler):
    if scaler is None:
        optimizer.step()
    else:
        scaler.step(optimizer)
        scaler.update()


def _train_step(model, optimizer, batches, scaler, clip, *, clear=True, unscale=True):
    """`clip(optimizer)` does what is to be done with the gradients, and returns a length."""
    loss = accumulate_gradients(model, batches, scaler)
    if scaler is not None and unscale:
        scaler.unscale_(optimizer)
    norm = clip(optimizer)
    _step(optimizer, scaler)
    if clear:
        optimizer.zero_grad()
    return loss, norm


def _never_clears(model, optimizer, batches, clip_norm=1.0, scaler=None):
    clip = lambda optimizer: _norm_of(optimizer, clip_norm)  # noqa: E731
    return _train_step(model, optimizer, batches, scaler, clip, clear=False)


def _clears_at_the_start(model, optimizer, batches, clip_norm=1.0, scaler=None):
    optimizer.zero_grad()
    return _never_clears(model, optimizer, batches, clip_norm, scaler)


def _clips_after(model, optimizer, batches, clip_norm=1.0, scaler=None):
    loss = accumulate_gradients(model, batches, scaler)
    _step(optimizer, scaler)
    norm = _norm_of(optimizer, clip_norm)
    optimizer.zero_grad()
    return loss, norm


def _clips_each_weight(model, optimizer, batches, clip_norm=1.0, scaler=None):
    def clip(optimizer):
        whole = _norm_of(optimizer, math.inf)
        for group in optimizer.param_groups:
            for weight in group["params"]:
                torch.nn.utils.clip_grad_norm_([weight], clip_norm)
        return whole

    return _train_step(model, optimizer, batches, scaler, clip)


def _clips_each_group(model, optimizer, batches, clip_norm=1.0, scaler=None):
    def clip(optimizer):
        for group in optimizer.param_groups:
            norm = torch.nn.utils.clip_grad_norm_(group["params"], clip_norm)
        return norm

    return _train_step(model, optimizer, batches, scaler, clip)


def _clips_the_first_group(model, optimizer, batches, clip_norm=1.0, scaler=None):
    def clip(optimizer):
        return torch.nn.utils.clip_grad_norm_(optimizer.param_groups[0]["params"], clip_norm)

    return _train_step(model, optimizer, batches, scaler, clip)


def _always_clips_at_1(model, optimizer, batches, clip_norm=1.0, scaler=None):
    clip = lambda optimizer: _norm_of(optimizer, 1.0)  # noqa: E731
    return _train_step(model, optimizer, batches, scaler, clip)


def _steps_past_the_scaler(model, optimizer, batches, clip_norm=1.0, scaler=None):
    loss = accumulate_gradients(model, batches, scaler)
    if scaler is not None:
        scaler.unscale_(optimizer)
    norm = _norm_of(optimizer, clip_norm)
    optimizer.step()
    if scaler is not None:
        scaler.update()
    optimizer.zero_grad()
    return loss, norm


def _never_updates(model, optimizer, batches, clip_norm=1.0, scaler=None):
    loss = accumulate_gradients(model, batches, scaler)
    if scaler is not None:
        scaler.unscale_(optimizer)
    norm = _norm_of(optimizer, clip_norm)
    (optimizer.step if scaler is None else lambda: scaler.step(optimizer))()
    optimizer.zero_grad()
    return loss, norm


def _steps_for_each_batch(model, optimizer, batches, clip_norm=1.0, scaler=None):
    clip = lambda optimizer: _norm_of(optimizer, clip_norm)  # noqa: E731
    steps = [_train_step(model, optimizer, [batch], scaler, clip) for batch in batches]
    return sum(loss for loss, _ in steps) / len(steps), steps[-1][1]


def _clips_entries(model, optimizer, batches, clip_norm=1.0, scaler=None):
    def clip(optimizer):
        whole = _norm_of(optimizer, math.inf)
        for group in optimizer.param_groups:
            torch.nn.utils.clip_grad_value_(group["params"], clip_norm)
        return whole

    return _train_step(model, optimizer, batches, scaler, clip)


def _length_after_clipping(model, optimizer, batches, clip_norm=1.0, scaler=None):
    def clip(optimizer):
        return _norm_of(optimizer, clip_norm).clamp(max=clip_norm)

    return _train_step(model, optimizer, batches, scaler, clip)


def _clips_scaled(model, optimizer, batches, clip_norm=1.0, scaler=None):
    clip = lambda optimizer: _norm_of(optimizer, clip_norm)  # noqa: E731
    return _train_step(model, optimizer, batches, scaler, clip, unscale=False)


def _clears_before_the_step(model, optimizer, batches, clip_norm=1.0, scaler=None):
    loss = accumulate_gradients(model, batches, scaler)
    if scaler is not None:
        scaler.unscale_(optimizer)
    norm = _norm_of(optimizer, clip_norm)
    for group in optimizer.param_groups:
        for weight in group["params"]:
            weight.grad.zero_()
    _step(optimizer, scaler)
    return loss, norm


TRAIN_STEP = (
    Misconception(
        "never clears the gradients",
        _never_clears,
        "The first step is right, and from the second on the gradients of all earlier batches are "
        "still in `.grad`. Call `optimizer.zero_grad()` when the step is done.",
    ),
    Misconception(
        "clears at the start",
        _clears_at_the_start,
        "Every step is right, but the gradients stay in memory between the steps, as large as the "
        "model itself. Clear them at the end, when they are no longer needed.",
    ),
    Misconception(
        "clips after the step, or not at all",
        _clips_after,
        "The step is taken with the long gradient. One that is longer than `clip_norm`, over all "
        "weights together, is to be shortened between the backward pass and the step: "
        "`torch.nn.utils.clip_grad_norm_` (with a scaler: after `unscale_`).",
    ),
    Misconception(
        "clips each weight matrix by itself",
        _clips_each_weight,
        "Each weight's gradient is shortened by itself, which changes the direction of the step. "
        "Hand all weights to `clip_grad_norm_` at once: there is one length, over all together.",
    ),
    Misconception(
        "clips each group by itself",
        _clips_each_group,
        "You clip inside the loop over the groups, so each group is shortened by itself and the "
        "length that you return is the last one's. Gather the weights of all groups in one list "
        "first, and clip that.",
    ),
    Misconception(
        "clips the first group only",
        _clips_the_first_group,
        "Only the first group's weights are clipped. An optimizer has as many groups as it was "
        "given (here one for what decays, one for what does not): loop over `param_groups`.",
    ),
    Misconception(
        "always clips at 1",
        _always_clips_at_1,
        "The limit is always 1, whatever `clip_norm` says.",
    ),
    Misconception(
        "steps past the scaler",
        _steps_past_the_scaler,
        "All is right until a gradient overflows: then the step must be left out, and "
        "`optimizer.step()` takes it all the same. `scaler.step(optimizer)` knows better.",
    ),
    Misconception(
        "never updates the scaler",
        _never_updates,
        "`scaler.update()` is missing. It ends the step: the scaler chooses its next factor there, "
        "and refuses to go on without it.",
    ),
    Misconception(
        "a step for each batch",
        _steps_for_each_batch,
        "You step after every batch. The batches belong to one step together: hand all of them to "
        "`accumulate_gradients`, then clip and step once.",
    ),
    Misconception(
        "clips single entries",
        _clips_entries,
        "You cut off single entries (`clip_grad_value_`). Shorten the whole gradient instead, so "
        "that its direction stays.",
    ),
    Misconception(
        "returns the length after clipping",
        _length_after_clipping,
        "The weights are right. The length that you return is the one after it was shortened, "
        "which says nothing; `clip_grad_norm_` returns the length before.",
    ),
    Misconception(
        "clips the scaled gradients",
        _clips_scaled,
        "Without a scaler all is right. With one, the gradients are still multiplied when you "
        "measure their length, so they are shortened far too much: `scaler.unscale_(optimizer)` "
        "comes first.",
    ),
    Misconception(
        "clears before the step",
        _clears_before_the_step,
        "The weights never change: the gradients are set to 0 just before the step. Clear them "
        "after it.",
    ),
)
