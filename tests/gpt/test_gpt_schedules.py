"""The learning rate against its closed forms and against PyTorch's own schedules."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from course_utils.gpt.schedules import learning_rate_at

lengths = st.integers(1, 500)
peaks = st.floats(1e-5, 1.0)


@given(n_steps=lengths, peak=peaks, final=st.floats(0, 1))
def test_cosine_equals_pytorchs_annealing(n_steps, peak, final):
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=peak)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: final + (1 - final) * (1 + math.cos(math.pi * step / n_steps)) / 2
    )
    annealing_optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=peak)
    annealing = torch.optim.lr_scheduler.CosineAnnealingLR(
        annealing_optimizer, T_max=n_steps, eta_min=final * peak
    )
    for step in range(min(n_steps, 50)):
        rate = learning_rate_at(step, n_steps, peak, decay="cosine", final_fraction=final)
        assert rate == pytest.approx(schedule.get_last_lr()[0], rel=1e-9)
        assert rate == pytest.approx(annealing.get_last_lr()[0], rel=1e-6)
        optimizer.step()
        schedule.step()
        annealing_optimizer.step()
        annealing.step()


@given(n_steps=lengths, peak=peaks, final=st.floats(0, 1), data=st.data())
def test_linear_decay_is_a_straight_line_from_peak_to_final(n_steps, peak, final, data):
    step = data.draw(st.integers(0, n_steps))
    rate = learning_rate_at(step, n_steps, peak, decay="linear", final_fraction=final)
    assert rate == pytest.approx(peak + (final * peak - peak) * step / n_steps)


@given(n_warmup=st.integers(1, 100), peak=peaks, decay=st.sampled_from(["cosine", "linear"]))
def test_warmup_rises_in_equal_parts_and_meets_the_decay_at_the_peak(n_warmup, peak, decay):
    rates = [
        learning_rate_at(step, n_warmup + 50, peak, n_warmup, decay) for step in range(n_warmup + 1)
    ]
    assert rates[:n_warmup] == pytest.approx([peak * (i + 1) / n_warmup for i in range(n_warmup)])
    assert rates[n_warmup] == peak
    assert learning_rate_at(n_warmup + 1, n_warmup + 50, peak, n_warmup, decay) < peak


def test_no_decay_keeps_the_peak():
    assert {learning_rate_at(step, 10, 0.5, decay="constant") for step in range(10)} == {0.5}


@given(step=st.integers(0, 200), n_warmup=st.integers(0, 20))
def test_fractions_of_steps_lie_between_their_neighbours(step, n_warmup):
    rates = [learning_rate_at(step + part, 100, 1.0, n_warmup) for part in (0, 0.5, 1)]
    assert min(rates) <= rates[1] <= max(rates)


def test_beyond_the_end_the_rate_stays_at_its_last_value():
    assert learning_rate_at(150, 100, 2.0, final_fraction=0.25) == pytest.approx(0.5)


def test_an_unknown_decay_is_named():
    with pytest.raises(ValueError, match="'square'; choose one of cosine"):
        learning_rate_at(1, 10, 1.0, decay="square")
