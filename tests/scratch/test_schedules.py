"""The schedule of notebook 05 against torch's schedulers and its own formula."""

import math
from itertools import pairwise

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.optim.lr_scheduler import CosineAnnealingLR, LinearLR, SequentialLR

from course_utils.scratch.schedules import warmup_cosine

peaks = st.floats(1e-5, 10.0)
lengths = st.integers(1, 50)


@given(peaks, lengths, lengths, st.floats(0.0, 1.0))
def test_warmup_cosine_equals_torch_schedulers(peak, warmup, decay_steps, final_share):
    weight = torch.nn.Parameter(torch.zeros(1))
    optimizer = torch.optim.SGD([weight], lr=peak)
    final = final_share * peak
    rise = LinearLR(optimizer, start_factor=1 / warmup, total_iters=max(warmup - 1, 1))
    fall = CosineAnnealingLR(optimizer, T_max=decay_steps, eta_min=final)
    schedule = SequentialLR(optimizer, [rise, fall], milestones=[warmup])
    for step in range(warmup + decay_steps + 1):
        theirs = optimizer.param_groups[0]["lr"]
        ours = warmup_cosine(step, peak, warmup, warmup + decay_steps, final)
        assert ours == pytest.approx(theirs, rel=1e-7, abs=1e-12 * peak)
        optimizer.step()
        schedule.step()


@given(peaks, st.integers(0, 50), lengths)
def test_rate_peaks_after_the_warmup_and_never_leaves_its_bounds(peak, warmup, decay_steps):
    total = warmup + decay_steps
    rates = [warmup_cosine(step, peak, warmup, total, 0.1 * peak) for step in range(total + 5)]
    assert rates[warmup] == pytest.approx(peak)
    assert max(rates) <= peak * (1 + 1e-12)
    assert min(rates[warmup:]) >= 0.1 * peak * (1 - 1e-12)
    assert all(a <= b for a, b in pairwise(rates[:warmup]))
    assert all(a >= b for a, b in pairwise(rates[warmup:]))
    assert rates[total:] == [0.1 * peak] * 5


def test_half_way_down_is_half_the_peak():
    assert warmup_cosine(60, 1.0, 20, 100) == pytest.approx(0.5)
    assert warmup_cosine(0, 1.0, 20, 100) == pytest.approx(1 / 20)
    assert warmup_cosine(40, 1.0, 20, 100) == pytest.approx((1 + math.cos(math.pi / 4)) / 2)
