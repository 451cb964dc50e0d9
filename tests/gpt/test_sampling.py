"""Choosing tokens: every filter keeps its promise, beside transformers' and by brute force."""

import itertools

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from tiny_models import random_tokens, tiny

from course_utils.gpt import generation
from course_utils.gpt.sampling import (
    generate,
    penalize_repetition,
    temperature_probs,
    top_k_filter,
    top_p_filter,
)

LOGITS = st.lists(st.floats(-20, 20, width=32), min_size=1, max_size=8).map(
    lambda row: torch.tensor([row])
)
PROBS = LOGITS.map(lambda logits: logits.softmax(dim=-1))


def random_logits(seed, B=3, V=9):
    return 3 * torch.randn(B, V, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


# -------------------------------------------------------------------------------- temperature


@given(LOGITS, st.floats(0.05, 10))
def test_temperature_raises_probabilities_to_its_inverse_power(logits, temperature):
    weights = logits.double().softmax(-1) ** (1 / temperature)
    expected = (weights / weights.sum()).float()
    torch.testing.assert_close(temperature_probs(logits, temperature), expected, atol=1e-5, rtol=0)


@given(st.integers(0, 1000))
def test_temperature_zero_is_the_limit_of_low_temperatures_and_differs_not_in_kind(seed):
    logits = random_logits(seed).float()
    at_zero = temperature_probs(logits, 0)
    assert at_zero.dtype == logits.dtype
    torch.testing.assert_close(at_zero, temperature_probs(logits, 1e-6), atol=1e-6, rtol=0)


# ------------------------------------------------------------------------------------ filters


@given(PROBS, st.integers(1, 10))
def test_top_k_keeps_what_fewer_than_k_are_likelier_than(probs, k):
    filtered = top_k_filter(probs, k)
    kept = torch.tensor([[(probs[0] > p).sum() < k for p in probs[0]]])
    expected = torch.where(kept, probs, 0.0)
    torch.testing.assert_close(filtered, expected / expected.sum(), atol=1e-6, rtol=1e-5)


@given(PROBS, st.floats(0.01, 1))
def test_top_p_keeps_the_fewest_tokens_that_reach_p(probs, p):
    filtered = top_p_filter(probs, p)
    torch.testing.assert_close(filtered.sum(), torch.tensor(1.0))
    kept = filtered > 0
    inside = probs[kept]
    assert inside.sum() >= p - 1e-5
    assert inside.sum() - inside.min() < p + 1e-5  # without the least likely it would not reach p
    if (~kept & (probs > 0)).any():
        assert probs[~kept].max() <= inside.min()
    torch.testing.assert_close(filtered[kept], inside / inside.sum())


@given(st.integers(0, 1000), st.floats(0.05, 0.99))
def test_no_smaller_set_of_tokens_reaches_p(seed, p):
    """By brute force over all sets of tokens."""
    probs = random_logits(seed, B=1, V=6).softmax(-1)
    n_kept = int((top_p_filter(probs, p) > 0).sum())
    reach = [
        len(kept)
        for size in range(1, 7)
        for kept in itertools.combinations(probs[0].tolist(), size)
        if sum(kept) >= p
    ]
    assert n_kept == min(reach)


def test_filters_treat_each_row_by_itself():
    probs = torch.tensor([[0.5, 0.3, 0.2], [0.1, 0.1, 0.8]])
    assert (top_k_filter(probs, 1) > 0).tolist() == [[True, False, False], [False, False, True]]
    assert (top_p_filter(probs, 0.6) > 0).tolist() == [[True, True, False], [False, False, True]]


def test_repeated_tokens_lose_score_whatever_its_sign():
    logits = torch.tensor([[2.0, -2.0, 1.0, 0.0]])
    penalized = penalize_repetition(logits, torch.tensor([[0, 1, 1, 0]]), 2.0)
    assert penalized.tolist() == [[1.0, -4.0, 1.0, 0.0]]


@pytest.mark.parametrize("seed", range(10))
def test_all_filters_agree_with_those_of_transformers(seed):
    from transformers.generation import logits_process as theirs

    logits, tokens = random_logits(seed), random_tokens(B=3, T=4, V=9, seed=seed)

    def by(processor):
        return processor(tokens, logits.clone()).softmax(-1)

    probs = logits.softmax(-1)
    for ours, expected in (
        (temperature_probs(logits, 0.7), by(theirs.TemperatureLogitsWarper(0.7))),
        (top_k_filter(probs, 4), by(theirs.TopKLogitsWarper(4))),
        (top_p_filter(probs, 0.8), by(theirs.TopPLogitsWarper(0.8))),
        (
            penalize_repetition(logits, tokens, 1.3).softmax(-1),
            by(theirs.RepetitionPenaltyLogitsProcessor(1.3)),
        ),
    ):
        torch.testing.assert_close(ours, expected)


# ----------------------------------------------------------------------------------- generate

OPTIONS = [
    {"temperature": 0},
    {},
    {"temperature": 0.8, "top_k": 5},
    {"temperature": 1.3, "top_k": 6, "top_p": 0.8},
]


@pytest.mark.parametrize("options", OPTIONS)
@pytest.mark.parametrize("use_cache", [True, False])
def test_the_plain_and_the_fast_version_draw_the_same_tokens_within_the_context(options, use_cache):
    model, prompt = tiny(init_std=0.5).eval(), random_tokens(4, 2)
    plain = generate(model, prompt, 6, generator=torch.Generator().manual_seed(1), **options)
    fast = generation.generate(
        model,
        prompt,
        6,
        generator=torch.Generator().manual_seed(1),
        use_cache=use_cache,
        **options,
    )
    assert torch.equal(plain, fast)


def test_beyond_the_context_each_greedy_token_is_the_likeliest_after_the_last_tokens():
    model = tiny(init_std=0.5).eval()
    tokens = generate(model, random_tokens(1, 3), 20, temperature=0)
    for n in range(3, 23):
        with torch.no_grad():
            assert tokens[0, n] == model(tokens[:, max(0, n - 8) : n])[0][0, -1].argmax()


def test_the_first_token_is_drawn_as_often_as_the_filtered_distribution_says():
    model = tiny(init_std=0.5).eval()
    start = torch.full((20_000, 1), 3)
    generator = torch.Generator().manual_seed(0)
    drawn = generate(model, start, 1, 0.7, 6, 0.9, generator)[:, 1]
    with torch.no_grad():
        probs = (model(start[:1])[0][:, -1] / 0.7).softmax(-1)
    expected = top_p_filter(top_k_filter(probs, 6), 0.9)[0]
    frequencies = drawn.bincount(minlength=11) / 20_000
    assert (frequencies - expected).abs().max() < 4 * 0.5 / 20_000**0.5
    assert (frequencies[expected == 0] == 0).all()
