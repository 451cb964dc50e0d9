"""Windows of text to learn from: inputs, and the same shifted by one. Derived in notebook 07."""

import torch
from jaxtyping import Int
from torch import Tensor


def get_batch(
    data: Int[Tensor, "N"],
    batch_size: int,
    context_length: int,
    generator: torch.Generator | None = None,
) -> tuple[Int[Tensor, "B T"], Int[Tensor, "B T"]]:
    """Draw windows at random places of a long row of tokens.

    The target of each input is the token that follows it. Every window that fits, its last target
    included, is equally likely. `data` lies on the CPU; `generator` makes the draw repeatable.
    Raises ValueError when not a single window fits.
    """
    n_starts = len(data) - context_length
    if n_starts < 1:
        raise ValueError(
            f"The text has {len(data)} tokens; a window of {context_length} and the token after "
            f"it need {context_length + 1}. Take a longer text or a shorter context_length."
        )
    starts = torch.randint(n_starts, (batch_size, 1), generator=generator)  # (B, 1)
    places = starts + torch.arange(context_length)  # (B, T)
    return data[places], data[places + 1]
