"""How the learning rate changes while a model trains. Derived in notebook 10 (and 05)."""

import math
from typing import Literal

DecayName = Literal["cosine", "linear", "constant"]


def learning_rate_at(
    step: float,
    n_steps: int,
    peak: float,
    n_warmup: int = 0,
    decay: DecayName = "cosine",
    final_fraction: float = 0.0,
) -> float:
    """The learning rate of step `step`, counted from 0, in a training of `n_steps` steps.

    It rises in equal parts to `peak` over the first `n_warmup` steps, the first of which takes
    peak / n_warmup. Then it falls from `peak` towards `final_fraction * peak`, which it would
    reach at step `n_steps`: along half a wave ("cosine", Loshchilov and Hutter, 2017, equation 5),
    along a straight line ("linear"), or not at all ("constant").
    A step may be a fraction, when the share of a time budget stands for the share of the steps.
    """
    if step < n_warmup:
        return peak * min(1.0, (step + 1) / n_warmup)
    share = min(1.0, (step - n_warmup) / max(1, n_steps - n_warmup))  # 0 at the peak, 1 at the end
    if decay == "cosine":
        height = (1 + math.cos(math.pi * share)) / 2
    elif decay == "linear":
        height = 1 - share
    elif decay == "constant":
        height = 1.0
    else:
        raise ValueError(f"decay is {decay!r}; choose one of cosine, linear, constant.")
    return peak * (final_fraction + (1 - final_fraction) * height)
