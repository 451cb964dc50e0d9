"""The well-known mistakes of notebook 10: each makes one, and only that one, on purpose."""

import math

import torch

from course_utils.exercises.exercise import Misconception
from course_utils.gpt.steps import accumulate_gradients

# -------------------------------------------------------------------------- estimate_loss


def _cut(tokens, context_length, shift=1):
    n_windows = (len(tokens) - 1) // context_length
    used = n_windows * context_length
    inputs = tokens[:used].view(n_windows, context_length)
    return inputs, tokens[shift : used + shift].view(n_windows, context_length)


@torch.no_grad()
def _mean(model, inputs, targets, batch_size):
    total = 0.0
    for x, y in zip(inputs.split(batch_size), targets.split(batch_size), strict=True):
        total += model(x, y)[1].item() * len(x)
    return total / len(inputs)


@torch.no_grad()
def _mean_of_means(model, tokens, context_length, batch_size=64):
    inputs, targets = (part.split(batch_size) for part in _cut(tokens, context_length))
    losses = [model(x, y)[1].item() for x, y in zip(inputs, targets, strict=True)]
    return sum(losses) / len(losses)


@torch.no_grad()
def _all_at_once(model, tokens, context_length, batch_size=64):
    return model(*_cut(tokens, context_length))[1].item()


@torch.no_grad()
def _summed_over_places(model, tokens, context_length, batch_size=64):
    return context_length * _mean(model, *_cut(tokens, context_length), batch_size)


@torch.no_grad()
def _sum_of_means(model, tokens, context_length, batch_size=64):
    inputs, targets = (part.split(batch_size) for part in _cut(tokens, context_length))
    return sum(model(x, y)[1].item() for x, y in zip(inputs, targets, strict=True))


def _overlapping(model, tokens, context_length, batch_size=64):
    windows = tokens.unfold(0, context_length + 1, 1)
    return _mean(model, windows[:, :-1], windows[:, 1:], batch_size)


def _not_shifted(model, tokens, context_length, batch_size=64):
    return _mean(model, *_cut(tokens, context_length, shift=0), batch_size)


def _first_batch(model, tokens, context_length, batch_size=64):
    inputs, targets = _cut(tokens, context_length)
    return _mean(model, inputs[:batch_size], targets[:batch_size], batch_size)


def _full_batches_only(model, tokens, context_length, batch_size=64):
    inputs, targets = _cut(tokens, context_length)
    full = max(len(inputs) // batch_size, 1) * batch_size
    return _mean(model, inputs[:full], targets[:full], batch_size)


def _notes_the_way_back(model, tokens, context_length, batch_size=64):
    total, (inputs, targets) = 0.0, _cut(tokens, context_length)
    for x, y in zip(inputs.split(batch_size), targets.split(batch_size), strict=True):
        total += model(x, y)[1].item() * len(x)
    return total / len(inputs)


ESTIMATE_LOSS = (
    Misconception(
        "the small last batch weighs as much as the others",
        _mean_of_means,
        "You average the batches' losses. The last batch may have fewer windows, and then each of "
        "its windows counts for more. Weigh each loss by the number of windows, `len(x)`, and "
        "divide by the number of all windows at the end.",
    ),
    Misconception(
        "all windows at once",
        _all_at_once,
        "The number is right, but all windows go through the model at once, and a long text would "
        "not fit into memory. Give it `batch_size` windows at a time.",
    ),
    Misconception(
        "the loss of a window, not of a token",
        _summed_over_places,
        "This is the loss of a whole window: the tokens of a window are added up. The model's loss "
        "is a mean over tokens already; average it over the windows.",
    ),
    Misconception(
        "never divides",
        _sum_of_means,
        "The losses of the batches are added up, so twice as long a text would have twice the "
        "loss. What is wanted is the mean over all windows.",
    ),
    Misconception(
        "overlapping windows",
        _overlapping,
        "Your windows begin at every token, so most tokens are predicted many times over. Lay the "
        "windows side by side: the next one begins where the last one ended.",
    ),
    Misconception(
        "targets not shifted",
        _not_shifted,
        "The targets are the inputs themselves. The target of a token is the one after it: the "
        "windows of the targets begin one token later.",
    ),
    Misconception(
        "measures the first batch only",
        _first_batch,
        "Only the first `batch_size` windows are measured. A loop over all windows is missing, or "
        "`return` stands inside of it.",
    ),
    Misconception(
        "leaves the small last batch out",
        _full_batches_only,
        "Windows that do not fill a last batch are never measured. Slicing beyond the end of a "
        "tensor is allowed and gives what is left, so the loop may run to the last window.",
    ),
    Misconception(
        "notes the way back",
        _notes_the_way_back,
        "The number is right, but PyTorch kept every intermediate result for a backward pass that "
        "never comes. Put `@torch.no_grad()` above the function, or `with torch.no_grad():` "
        "around the loop.",
    ),
)

# ----------------------------------------------------------------------- learning_rate_at


def _height(share, decay):
    return {"cosine": (1 + math.cos(math.pi * share)) / 2, "linear": 1 - share, "constant": 1.0}[
        decay
    ]


def _share(step, n_steps, n_warmup):
    return min(1.0, (step - n_warmup) / max(1, n_steps - n_warmup))


def _rate(
    step, n_steps, peak, n_warmup=0, decay="cosine", final_fraction=0.0, *, first=1, share=_share
):
    if step < n_warmup:
        return peak * (step + first) / n_warmup
    height = _height(share(step, n_steps, n_warmup), decay)
    return peak * (final_fraction + (1 - final_fraction) * height)


def _starts_at_zero(*inputs):
    return _rate(*inputs, first=0)


def _whole_wave(step, n_steps, peak, n_warmup=0, decay="cosine", final_fraction=0.0):
    if step < n_warmup or decay != "cosine":
        return _rate(step, n_steps, peak, n_warmup, decay, final_fraction)
    height = (1 + math.cos(2 * math.pi * _share(step, n_steps, n_warmup))) / 2
    return peak * (final_fraction + (1 - final_fraction) * height)


def _warms_up_one_step_too_long(
    step, n_steps, peak, n_warmup=0, decay="cosine", final_fraction=0.0
):
    if n_warmup and step == n_warmup:
        return peak * (step + 1) / n_warmup
    return _rate(step, n_steps, peak, n_warmup, decay, final_fraction)


def _quarter_wave(step, n_steps, peak, n_warmup=0, decay="cosine", final_fraction=0.0):
    if step < n_warmup or decay != "cosine":
        return _rate(step, n_steps, peak, n_warmup, decay, final_fraction)
    height = math.cos(math.pi * _share(step, n_steps, n_warmup) / 2)
    return peak * (final_fraction + (1 - final_fraction) * height)


def _cut_off_below(step, n_steps, peak, n_warmup=0, decay="cosine", final_fraction=0.0):
    rate = _rate(step, n_steps, peak, n_warmup, decay)
    return rate if step < n_warmup else max(rate, final_fraction * peak)


def _falls_to_zero(step, n_steps, peak, n_warmup=0, decay="cosine", final_fraction=0.0):
    return _rate(step, n_steps, peak, n_warmup, decay)


def _rest_on_top(step, n_steps, peak, n_warmup=0, decay="cosine", final_fraction=0.0):
    rate = _rate(step, n_steps, peak, n_warmup, decay)
    return rate if step < n_warmup else rate + peak * final_fraction


def _warmup_counts(*inputs):
    return _rate(*inputs, share=lambda step, n_steps, n_warmup: min(1.0, step / n_steps))


def _never_arrives(*inputs):
    return _rate(
        *inputs, share=lambda step, n_steps, n_warmup: min(1.0, (step - n_warmup) / n_steps)
    )


def _goes_on(*inputs):
    return _rate(
        *inputs, share=lambda step, n_steps, n_warmup: (step - n_warmup) / (n_steps - n_warmup)
    )


LEARNING_RATE_AT = (
    Misconception(
        "the first step has the rate 0",
        _starts_at_zero,
        "Your warm-up begins at 0, so the first step changes nothing, and the peak comes a step "
        "late. Step 0 is the first of `n_warmup` equal parts: it takes peak / n_warmup.",
    ),
    Misconception(
        "a whole wave instead of half",
        _whole_wave,
        "The rate falls and then climbs back to the peak: cos has been through a whole wave. Its "
        "angle should go from 0 to π, not to 2π.",
    ),
    Misconception(
        "a quarter of a wave",
        _quarter_wave,
        "Your cosine goes from 0 to π/2, so it begins level and ends steep. Half a wave is level "
        "at both ends: (1 + cos(π s)) / 2.",
    ),
    Misconception(
        "cut off at the final rate",
        _cut_off_below,
        "The rate falls towards 0 and is held up when it meets the final one. The fall should get "
        "there at the end and not before: squeeze it into the range from 1 to `final_fraction`.",
    ),
    Misconception(
        "warms up one step too long",
        _warms_up_one_step_too_long,
        "Step `n_warmup` still counts as warm-up, and the rate rises above its peak. Steps count "
        "from 0, so the warm-up ends with step n_warmup - 1: `<`, not `<=`.",
    ),
    Misconception(
        "always falls to 0",
        _falls_to_zero,
        "`final_fraction` has no effect. What swings between 1 and 0 must be squeezed into the "
        "range from 1 to `final_fraction`.",
    ),
    Misconception(
        "puts the rest on top",
        _rest_on_top,
        "You add the rest to the whole wave, so right after the warm-up the rate is above its "
        "peak. The wave has only the height 1 - final_fraction left to fall through.",
    ),
    Misconception(
        "counts the warm-up as part of the fall",
        _warmup_counts,
        "The share is step / n_steps, so when the warm-up ends the fall is already under way and "
        "the rate jumps down. Count the fall's steps from the end of the warm-up, both above and "
        "below the fraction line.",
    ),
    Misconception(
        "never reaches the final rate",
        _never_arrives,
        "You count the steps since the warm-up, but divide by all steps, so the share never "
        "becomes 1. The fall has n_steps - n_warmup steps.",
    ),
    Misconception(
        "goes on after the end",
        _goes_on,
        "After `n_steps` the share is above 1: the cosine climbs again, and the line falls below "
        "0. Let the share be 1 at most.",
    ),
)

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
