"""Choosing tokens: every filter keeps its promise, and the cache changes nothing but the time."""

import time

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from tiny_models import DESIGNS, random_tokens, tiny

from course_utils.gpt.generation import generate, stream, window_start
from course_utils.gpt.model import GPT, GPTConfig


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def opinionated(**options) -> GPT:
    """A model whose expectations are far from uniform, as those of a trained one are."""
    return tiny(init_std=0.5, **options)


def test_draws_are_as_frequent_as_they_are_likely():
    model = opinionated().eval()
    start = torch.full((20_000, 1), 3)
    drawn = generate(model, start, 1, generator=seeded(), temperature=0.7)[:, 1]
    with torch.no_grad():
        expected = (model(start[:1])[0][0, -1] / 0.7).softmax(-1)
    frequencies = drawn.bincount(minlength=11) / 20_000
    assert expected.max() - expected.min() > 0.2
    assert (frequencies - expected).abs().max() < 4 * 0.5 / 20_000**0.5


# --------------------------------------------------------------------- the cache and the window


@pytest.mark.parametrize("design", DESIGNS)
@pytest.mark.parametrize("n_prompt", [1, 5, 8, 9, 21])
@pytest.mark.parametrize("options", [{"temperature": 0}, {}, {"top_k": 4, "top_p": 0.9}])
def test_tokens_are_the_same_with_and_without_the_cache_far_beyond_the_context(
    design, n_prompt, options
):
    model = opinionated(**DESIGNS[design])
    prompt = random_tokens(2, n_prompt)
    with_cache = generate(model, prompt, 30, generator=seeded(), **options)
    without = generate(model, prompt, 30, generator=seeded(), use_cache=False, **options)
    assert with_cache.shape == (2, n_prompt + 30)
    assert torch.equal(with_cache, without)
    assert torch.equal(with_cache[:, :n_prompt], prompt)


@given(st.integers(0, 500), st.integers(1, 40))
def test_the_window_fits_moves_by_half_its_length_and_never_holds_less_than_half(n, length):
    start = window_start(n, length)
    jump = (length + 1) // 2
    assert start % jump == 0
    assert n - start <= length
    assert n <= length or n - start > length - jump
    assert (start == 0) == (n <= length)


def test_greedy_text_takes_the_likeliest_token_of_the_window_each_time():
    model = opinionated().eval()
    tokens = generate(model, random_tokens(1, 3), 20, temperature=0)
    for n in range(3, 23):
        window = tokens[:, window_start(n, 8) : n]
        with torch.no_grad():
            assert tokens[0, n] == model(window)[0][0, -1].argmax()


@pytest.mark.parametrize("use_cache", [True, False])
def test_a_stream_yields_what_generate_returns(use_cache):
    model, prompt = opinionated(dropout=0.3), random_tokens(2, 3)
    options = {"use_cache": use_cache, "top_k": 5, "repetition_penalty": 1.3}
    whole = generate(model, prompt, 20, generator=seeded(), **options)
    streamed = list(stream(model, prompt, 20, generator=seeded(), **options))
    assert torch.equal(torch.stack(streamed, dim=1), whole[:, 3:])


@pytest.mark.parametrize("use_cache", [True, False])
def test_a_stop_token_ends_each_row_and_the_whole_when_all_have_it(use_cache):
    model, prompt = opinionated(), torch.tensor([[0], [1], [2], [3]])
    free = generate(model, prompt, 60, generator=seeded(), use_cache=use_cache)
    stopped = generate(model, prompt, 60, generator=seeded(), use_cache=use_cache, stop_token=4)
    streamed = list(
        stream(model, prompt, 60, generator=seeded(), use_cache=use_cache, stop_token=4)
    )
    ends = []
    for row, free_row in zip(stopped, free, strict=True):
        end = row[1:].tolist().index(4) + 1
        assert torch.equal(row[: end + 1], free_row[: end + 1])
        assert (row[end:] == 4).all()
        ends.append(end)
    assert stopped.shape[1] == max(ends) + 1 < 61
    assert torch.equal(torch.stack(streamed, dim=1), stopped[:, 1:])


def test_a_stop_token_in_the_prompt_stops_nothing():
    model = opinionated()
    prompt = torch.tensor([[4]])
    free = generate(model, prompt, 3, temperature=0)
    assert free[0, 1] != 4
    assert generate(model, prompt, 3, temperature=0, stop_token=4).shape[1] > 2


def test_the_model_keeps_its_mode_and_dropout_is_off_even_with_hooks():
    for hooked in (False, True):
        model = opinionated(dropout=0.5)
        if hooked:
            model.blocks[0].register_forward_hook(lambda *_: None)
        for use_cache in (True, False):
            first, second = (
                generate(model, random_tokens(1, 3), 12, temperature=0, use_cache=use_cache)
                for _ in range(2)
            )
            assert torch.equal(first, second)
            assert model.training


def test_generated_tokens_can_be_trained_on():
    model = opinionated()
    tokens = generate(model, random_tokens(2, 3), 5)
    _, loss = model(tokens[:, :-1], tokens[:, 1:])
    loss.backward()
    assert model.token_embedding.weight.grad.abs().sum() > 0


def test_a_seed_repeats_the_text_and_leaves_the_global_generator_alone():
    model, before = opinionated(), torch.get_rng_state()
    first = generate(model, random_tokens(1, 3), 20, generator=seeded(5))
    second = generate(model, random_tokens(1, 3), 20, generator=seeded(5))
    assert torch.equal(first, second)
    assert torch.equal(before, torch.get_rng_state())


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"temperature": -1}, "temperature is -1"),
        ({"temperature": float("nan")}, "temperature is nan"),
        ({"n_new": -1}, "n_new is -1"),
        ({"top_k": 0}, "top_k is 0"),
        ({"top_p": 0.0}, r"top_p is 0\.0"),
        ({"top_p": 1.5}, r"top_p is 1\.5"),
        ({"repetition_penalty": 0}, "repetition_penalty is 0"),
        ({"tokens": torch.zeros(1, 0, dtype=torch.int64)}, "at least one token"),
        ({"tokens": torch.zeros(3, dtype=torch.int64)}, r"not \(3,\)"),
    ],
)
def test_options_that_make_no_sense_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        generate(tiny(), **{"tokens": random_tokens(1, 3), "n_new": 2} | options)


@pytest.mark.slow
def test_the_cache_is_at_least_five_times_faster_for_500_tokens_in_a_context_of_256():
    torch.manual_seed(0)
    model, prompt = GPT(GPTConfig(vocab_size=65)), torch.zeros(1, 1, dtype=torch.int64)
    generate(model, prompt, 50)
    seconds = {True: [], False: []}
    for use_cache in [True, False] * 3:
        began = time.perf_counter()
        generate(model, prompt, 500, use_cache=use_cache, generator=seeded())
        seconds[use_cache].append(time.perf_counter() - began)
    assert min(seconds[False]) >= 5 * min(seconds[True])
