"""The well-known mistakes of notebook 10, loss and rate: each makes one, and only that one."""

import math

import torch

from course_utils.exercises.exercise import Misconception

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
