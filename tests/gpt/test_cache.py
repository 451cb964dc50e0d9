"""A cache gives, piece by piece, what the whole sequence gives at once."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny_models import DESIGNS, random_tokens, tiny

from course_utils.gpt.attention import CausalSelfAttention, GPTAttention
from course_utils.gpt.cache import CachedAttention, KVCache
from course_utils.gpt.generation import generate


@settings(max_examples=30)
@given(st.lists(st.integers(1, 4), min_size=1, max_size=5), st.booleans(), st.booleans())
def test_attention_fed_in_pieces_equals_attention_on_the_whole(pieces, rotary, qk_norm):
    T = sum(pieces)
    torch.manual_seed(T)
    attention = GPTAttention(16, 2, rotary_positions=32 if rotary else 0, qk_norm=qk_norm)
    x = torch.randn(2, T, 16)
    cached = CachedAttention(attention, capacity=T)
    with torch.no_grad():
        outputs = torch.cat([cached(piece) for piece in x.split(pieces, dim=1)], dim=1)
        torch.testing.assert_close(outputs, attention(x), atol=1e-5, rtol=1e-4)
    assert cached.length == T


@pytest.mark.parametrize("design", DESIGNS)
@pytest.mark.parametrize("pieces", [[8], [1] * 8, [3, 1, 4]])
def test_a_model_fed_in_pieces_equals_the_model_on_the_whole(design, pieces):
    model = tiny(**DESIGNS[design]).eval()
    cache, x = KVCache(model), random_tokens()
    with torch.no_grad():
        logits = [model(piece, cache=cache)[0] for piece in x.split(pieces, dim=1)]
        torch.testing.assert_close(torch.cat(logits, dim=1), model(x)[0], atol=1e-5, rtol=1e-4)
    assert cache.length == 8


def test_more_than_there_is_room_for_is_refused():
    model = tiny().eval()
    cache = KVCache(model)
    with torch.no_grad():
        model(random_tokens(T=7), cache=cache)
        with pytest.raises(ValueError, match=r"look at 8 tokens .* was given 9"):
            model(random_tokens(T=2), cache=cache)
    attention = CachedAttention(GPTAttention(16, 2), capacity=3)
    with pytest.raises(ValueError, match="room for 3 tokens, not for 4"):
        attention(torch.randn(1, 4, 16))


def test_only_unseen_tokens_are_handed_out_until_the_window_moves():
    model = tiny().eval()
    cache, x = KVCache(model), random_tokens(1, 12)
    assert torch.equal(cache.unseen(x[:, :5], 0), x[:, :5])
    with torch.no_grad():
        model(x[:, :5], cache=cache)
    assert torch.equal(cache.unseen(x[:, :7], 0), x[:, 5:7])
    assert torch.equal(cache.unseen(x[:, :9], 4), x[:, 4:9])
    assert cache.length == 0


def test_a_cache_carries_over_to_the_next_call_and_forgets_what_is_another_text():
    model, x = tiny(init_std=0.5).eval(), random_tokens(1, 4)
    expected = generate(model, x, 40, temperature=0)
    cache, tokens = KVCache(model), x
    for n in (5, 1, 20, 14):
        tokens = generate(model, tokens, n, temperature=0, cache=cache)
    assert torch.equal(tokens, expected)
    assert torch.equal(generate(model, x, 40, temperature=0, cache=cache), expected)


def test_blocks_that_cannot_be_cached_are_refused_with_the_way_out():
    for unknown in (torch.nn.Identity(), tiny().blocks[0]):
        model = tiny()
        unknown.attention = CausalSelfAttention(16, 2)
        model.blocks[1] = unknown
        with pytest.raises(ValueError, match="pass use_cache=False"):
            generate(model, random_tokens(), 3)
        assert generate(model, random_tokens(), 3, use_cache=False).shape == (3, 11)
