"""How long the steps should be, and when. Derived in notebook 05.

A schedule gives a learning rate for each step; `optimizer.learning_rate = ...` takes it.
"""

import math


def warmup_cosine(step, peak, warmup_steps, total_steps, final=0.0):
    """Return the learning rate of one step: up in a straight line, then down half a cosine wave.

    step: 0, 1, 2, ...; the first `warmup_steps` rise in equal parts, peak / warmup_steps at step 0,
    up to `peak` at step warmup_steps - 1. Then the rate falls from `peak` at step `warmup_steps`
    to `final` at step `total_steps`, where it stays (Loshchilov and Hutter, 2017, equation 5).
    """
    if step < warmup_steps:
        return peak * (step + 1) / warmup_steps
    if step >= total_steps:
        return final
    share = (step - warmup_steps) / (total_steps - warmup_steps)  # 0 at the peak, 1 at the end
    return final + (peak - final) * (1 + math.cos(math.pi * share)) / 2
