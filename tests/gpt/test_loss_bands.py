"""Recorded trainings, healthy and spoilt on purpose, are told apart by their losses alone."""

import pytest

from course_utils.gpt.loss_bands import (
    BANDS,
    HEALTHY,
    LEAK,
    NO_MASK,
    OVERFITTED,
    TOO_HIGH,
    TOO_LOW,
    UNKNOWN,
    is_my_loss_right,
)
from course_utils.gpt.presets import get_preset
from course_utils.gpt.runs import Run

FLOOR = 0.1423

# First-look on Tiny Tales, evaluated every 50 steps: validation, and mean training loss since the
# line before. Rates are multiples of the preset's.
RECORDED = {
    "healthy": (
        HEALTHY,
        [3.92, 1.246, 0.905, 0.753, 0.65, 0.581, 0.513, 0.463, 0.427],
        [None, 1.901, 1.038, 0.814, 0.69, 0.617, 0.551, 0.494, 0.442],
    ),
    "a tenth of the rate is hardly worse": (
        HEALTHY,
        [3.92, 1.686, 1.056, 0.797, 0.663, 0.588, 0.522, 0.475, 0.454],
        [None, 2.254, 1.34, 0.897, 0.707, 0.62, 0.556, 0.506, 0.462],
    ),
    "a 33rd of the rate": (
        TOO_LOW,
        [3.92, 2.27, 1.794, 1.429, 1.142, 0.955, 0.834, 0.76, 0.733],
        [None, 2.805, 2.022, 1.596, 1.266, 1.041, 0.892, 0.791, 0.742],
    ),
    "a hundredth of the rate": (
        TOO_LOW,
        [3.92, 2.881, 2.498, 2.261, 2.086, 1.951, 1.855, 1.798, 1.778],
        [None, 3.306, 2.664, 2.365, 2.166, 2.018, 1.905, 1.827, 1.787],
    ),
    "10 times the rate": (
        TOO_HIGH,
        [3.92, 2.58, 1.546, 1.266, 1.101, 0.99, 0.882, 0.774, 0.638],
        [None, 5.045, 1.941, 1.369, 1.15, 1.054, 0.962, 0.836, 0.696],
    ),
    "100 times the rate": (
        TOO_HIGH,
        [3.92, 32.42, 12.425, 13.685, 7.932, 7.373, 5.979, 4.11, 3.414],
        [None, 206.12, 46.87, 14.41, 15.435, 7.377, 7.441, 4.735, 3.653],
    ),
    "the inputs are the targets": (
        LEAK,
        [3.92, 16.68, 20.135, 21.279, 22.666, 23.705, 25.243, 25.773, 25.777],
        [None, 0.147, 0.002, 0.001, 0.0, 0.0, 0.0, 0.0, 0.0],
    ),
    "no mask": (
        NO_MASK,
        [3.989, 0.086, 0.064, 0.05, 0.043, 0.042, 0.037, 0.033, 0.032],
        [None, 0.81, 0.07, 0.054, 0.049, 0.041, 0.04, 0.036, 0.032],
    ),
}
each_recorded = pytest.mark.parametrize("name", RECORDED)
ON_TALES = {"preset": "first-look", "corpus": "tales"}


def history_of(val, train, every=50):
    lines = enumerate(zip(val, train, strict=True))
    return [{"step": every * i, "val_loss": v, "train_loss": t} for i, (v, t) in lines]


@each_recorded
@pytest.mark.parametrize("floor", [FLOOR, None])
def test_a_recorded_training_is_recognised_with_and_without_a_floor(name, floor):
    cause, val, train = RECORDED[name]
    opinion = is_my_loss_right(history_of(val, train), **ON_TALES, entropy_floor=floor)
    assert opinion.cause == cause
    assert opinion.right == (cause == HEALTHY)
    assert f"{val[-1]:.3f}" in str(opinion)
    assert bool(opinion.look_at) == (cause != HEALTHY)


@each_recorded
@pytest.mark.parametrize("n_lines", [3, 5, 7])
def test_a_training_that_was_broken_off_is_recognised_too(name, n_lines):
    cause, val, train = RECORDED[name]
    history = history_of(val[:n_lines], train[:n_lines])
    opinion = is_my_loss_right(history, **ON_TALES, entropy_floor=FLOOR)
    slow_but_early = cause == TOO_LOW and opinion.cause == HEALTHY and "33rd" in name
    assert opinion.cause == cause or slow_but_early


@pytest.mark.parametrize(
    ("corpus", "steps", "losses"),
    [
        ("tales", (0, 500, 1000, 1647), (3.918, 0.329, 0.257, 0.219)),
        ("tinyshakespeare", (0, 500, 1000, 1514), (4.18, 1.743, 1.633, 1.538)),
    ],
)
def test_a_minute_on_either_text_is_as_it_should_be(corpus, steps, losses):
    lines = [
        {"step": s, "val_loss": v, "train_loss": v} for s, v in zip(steps, losses, strict=True)
    ]
    for n in (2, 3, 4):
        assert is_my_loss_right(lines[:n], preset="cpu-minute", corpus=corpus).right


# Cpu-minute on the two texts, at its first rates, evaluated every 50 steps.
FIRST_500_STEPS = {
    "tales": (
        [3.919, 1.042, 0.673, 0.538, 0.468, 0.439, 0.419, 0.381, 0.375, 0.363, 0.36],
        [None, 1.79, 0.806, 0.605, 0.506, 0.454, 0.425, 0.396, 0.379, 0.358, 0.349],
    ),
    "tinyshakespeare": (
        [4.18, 2.116, 2.052, 1.916, 1.897, 1.866, 1.765, 1.772, 1.812, 1.75, 1.753],
        [None, 2.429, 1.961, 1.834, 1.777, 1.743, 1.718, 1.669, 1.629, 1.623, 1.604],
    ),
}


@pytest.mark.parametrize("corpus", FIRST_500_STEPS)
def test_the_first_part_of_a_minute_is_as_it_should_be(corpus):
    history = history_of(*FIRST_500_STEPS[corpus])
    for n in range(2, len(history) + 1):
        assert is_my_loss_right(history[:n], preset="cpu-minute", corpus=corpus).right


def test_a_minute_cut_to_twelve_seconds_or_on_a_slow_machine_is_as_it_should_be():
    """Its rate fell to 0 within 274 steps, so it is ahead of the full minute at that step."""
    history = [
        {"step": 0, "val_loss": 3.919, "train_loss": None},
        {"step": 274, "val_loss": 0.318, "train_loss": 0.738},
    ]
    assert is_my_loss_right(history, preset="cpu-minute", corpus="tales", entropy_floor=FLOOR).right


def test_a_model_that_sees_the_future_of_shakespeare_is_too_good_without_a_floor():
    history = history_of([4.15, 0.9, 0.2], [None, 1.5, 0.4])
    assert is_my_loss_right(history, preset="cpu-minute", corpus="tinyshakespeare").cause == NO_MASK


def test_a_training_loss_far_below_a_high_validation_loss_is_overfitting():
    history = history_of([3.9, 1.5, 1.2, 1.3, 1.6], [None, 1.8, 0.9, 0.6, 0.5], every=100)
    assert is_my_loss_right(history, **ON_TALES).cause == OVERFITTED


@pytest.mark.parametrize("bad", [None, float("nan"), float("inf")])
def test_a_loss_that_is_no_number_comes_from_too_high_a_rate(bad):
    history = history_of([3.9, bad], [None, bad])
    assert is_my_loss_right(history, **ON_TALES).cause == TOO_HIGH


def test_what_was_never_measured_is_not_judged():
    history = history_of([3.9, 1.0], [None, 1.0])
    opinion = is_my_loss_right(history, preset="my own", corpus="diary.txt")
    assert opinion.cause == UNKNOWN
    assert "my own on diary.txt" in opinion.says
    assert is_my_loss_right(history[:1], **ON_TALES).cause == UNKNOWN
    assert is_my_loss_right([], **ON_TALES).cause == UNKNOWN
    early = [*history[:1], {"step": 5, "val_loss": 3.0, "train_loss": 3.3}]
    assert is_my_loss_right(early, **ON_TALES).cause == UNKNOWN


def test_a_run_tells_its_preset_corpus_and_floor_itself():
    _, val, train = RECORDED["no mask"]
    config = {**ON_TALES, "training": {}}
    run = Run(None, None, config, history_of(val, train), {"entropy_floor": FLOOR, **ON_TALES})
    assert "exact entropy" in is_my_loss_right(run).says
    unfinished = Run(None, None, config, history_of(val, train), None)
    assert is_my_loss_right(unfinished).cause == NO_MASK


@pytest.mark.parametrize(("preset", "corpus"), BANDS)
def test_a_band_belongs_to_a_preset_as_it_is_and_falls(preset, corpus):
    band = BANDS[preset, corpus]
    assert band.n_steps == get_preset(preset).training.n_steps
    shares, losses = zip(*band.points, strict=True)
    assert list(shares) == sorted(set(shares))
    assert shares[0] == 0
    assert list(losses) == sorted(losses, reverse=True)
    assert band.measured
    for share, loss in band.points:
        assert band.expected(round(share * band.n_steps)) == pytest.approx(loss, rel=0.01)
        low, high = band.at(round(share * band.n_steps))
        assert low < loss < high
    assert band.at(band.n_steps)[1] == pytest.approx(band.worse * band.expected(band.n_steps))
    assert band.expected(10 * band.n_steps) == pytest.approx(losses[-1])
