"""What a training is made of: measure the loss, gather gradients, take a step. Notebook 10."""

from collections.abc import Callable, Sequence

import torch
from jaxtyping import Float, Int
from torch import Tensor

Batch = tuple[Int[Tensor, "B T"], Int[Tensor, "B T"]]  # tokens, and the token after each


@torch.no_grad()
def estimate_loss(
    model: Callable, tokens: Int[Tensor, "N"], context_length: int, batch_size: int = 64
) -> float:
    """The mean loss in nats per token over a whole text, cut into windows side by side.

    Window i reads tokens i T to i T + T - 1 and predicts the token after each of them, so every
    token but the first is predicted once; the few that do not fill a last window are left out.
    `model(tokens, targets)` returns logits and the mean loss, and is to be in evaluation mode (no
    dropout). Unlike random batches, this gives the same number for the same weights. Raises
    ValueError when not a single window fits.
    """
    n_windows = (len(tokens) - 1) // context_length
    if n_windows < 1:
        raise ValueError(
            f"The text has {len(tokens)} tokens; a window of {context_length} and the token after "
            f"it need {context_length + 1}. Take a longer text or a shorter context."
        )
    used = n_windows * context_length
    inputs = tokens[:used].view(n_windows, context_length)
    targets = tokens[1 : used + 1].view(n_windows, context_length)
    total = 0.0
    for start in range(0, n_windows, batch_size):
        x, y = inputs[start : start + batch_size], targets[start : start + batch_size]  # (B, T)
        _, loss = model(x, y)
        total += loss.item() * len(x)  # the last batch may have fewer windows
    return total / n_windows


def accumulate_gradients(
    model: Callable, batches: Sequence[Batch], scaler: torch.amp.GradScaler | None = None
) -> Float[Tensor, ""]:
    """Add up the gradient of the mean loss over several batches; return that loss.

    Only one batch is in memory at a time, yet the gradients are those of one large batch: the
    gradient of a mean is the mean of the gradients, when all batches have the same size. They are
    added to whatever `.grad` holds. A scaler multiplies them, so that float16 can hold them.
    """
    mean_loss = 0.0
    for tokens, targets in batches:
        _, loss = model(tokens, targets)
        loss = loss / len(batches)
        (loss if scaler is None else scaler.scale(loss)).backward()
        mean_loss = mean_loss + loss.detach()
    return mean_loss


def train_step(
    model: Callable,
    optimizer: torch.optim.Optimizer,
    batches: Sequence[Batch],
    clip_norm: float = 1.0,
    scaler: torch.amp.GradScaler | None = None,
) -> tuple[Float[Tensor, ""], Float[Tensor, ""]]:
    """Change the weights once, by the gradient over all of `batches`.

    A gradient that is longer than `clip_norm`, over all weights together, is shortened to it: one
    odd batch then cannot throw the weights far away (Pascanu et al., 2013). Leaves no gradients
    behind. Returns the mean loss before the step, in nats per token, and the gradient's length
    before it was shortened.
    """
    loss = accumulate_gradients(model, batches, scaler)
    if scaler is not None:
        scaler.unscale_(optimizer)
    weights = [weight for group in optimizer.param_groups for weight in group["params"]]
    norm = torch.nn.utils.clip_grad_norm_(weights, clip_norm)
    if scaler is None:
        optimizer.step()
    else:  # takes no step where a gradient overflowed, and scales by less from then on
        scaler.step(optimizer)
        scaler.update()
    optimizer.zero_grad()
    return loss, norm
