"""Attention equals PyTorch's own, sees no future, and every option keeps its promise."""

import functools

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from course_utils.gpt.attention import (
    CausalSelfAttention,
    GPTAttention,
    causal_mask,
    merge_heads,
    scaled_dot_product_attention,
    split_heads,
)

SIZES = st.integers(1, 6)
LAYERS = {
    "plain": CausalSelfAttention,
    "fused": GPTAttention,
    "written": functools.partial(GPTAttention, fused=False),
}


def random(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


@given(SIZES)
def test_the_causal_mask_allows_exactly_the_past_and_the_token_itself(n_tokens):
    mask = causal_mask(n_tokens)
    assert mask.dtype == torch.bool
    for i in range(n_tokens):
        for j in range(n_tokens):
            assert mask[i, j].item() == (j <= i)


@given(SIZES, SIZES, SIZES, SIZES, SIZES, st.integers(0, 1000))
def test_attention_without_a_mask_equals_pytorchs(B, H, T, S, hs, seed):
    q = random(B, H, T, hs, seed=seed)
    k, v = random(B, H, S, hs, seed=seed + 1), random(B, H, S, hs, seed=seed + 2)
    torch.testing.assert_close(
        scaled_dot_product_attention(q, k, v), F.scaled_dot_product_attention(q, k, v)
    )


@given(SIZES, SIZES, SIZES, SIZES, st.integers(0, 1000))
def test_causal_attention_equals_pytorchs(B, H, T, hs, seed):
    q, k, v = random(3, B, H, T, hs, seed=seed)
    torch.testing.assert_close(
        scaled_dot_product_attention(q, k, v, causal_mask(T)),
        F.scaled_dot_product_attention(q, k, v, is_causal=True),
    )


def test_attention_stays_finite_for_huge_scores():
    q, k, v = 1e4 * random(3, 1, 1, 5, 4)
    assert scaled_dot_product_attention(q, k, v, causal_mask(5)).isfinite().all()


@given(SIZES, SIZES, st.integers(1, 4), st.integers(1, 5))
def test_heads_are_consecutive_slices_of_the_features_and_merge_undoes_split(B, T, H, hs):
    x = random(B, T, H * hs)
    heads = split_heads(x, H)
    assert heads.shape == (B, H, T, hs)
    for h in range(H):
        torch.testing.assert_close(heads[:, h], x[:, :, h * hs : (h + 1) * hs])
    torch.testing.assert_close(merge_heads(heads), x)


@given(
    SIZES, SIZES, st.integers(1, 4), st.integers(1, 5), st.booleans(), st.sampled_from([*LAYERS])
)
def test_the_layer_equals_pytorchs_multihead_attention(B, T, H, hs, bias, kind):
    D = H * hs
    torch.manual_seed(T)
    layer = LAYERS[kind](D, H, bias=bias)
    peer = nn.MultiheadAttention(D, H, bias=bias, batch_first=True)
    with torch.no_grad():
        peer.in_proj_weight.copy_(layer.qkv.weight)
        peer.out_proj.weight.copy_(layer.project.weight)
        if bias:
            peer.in_proj_bias.copy_(layer.qkv.bias)
            peer.out_proj.bias.copy_(layer.project.bias)
    x = random(B, T, D)
    expected, _ = peer(x, x, x, attn_mask=~causal_mask(T), need_weights=False)
    torch.testing.assert_close(layer(x), expected, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("rotary_positions", [0, 16])
@pytest.mark.parametrize("qk_norm", [False, True])
def test_fused_and_written_attention_agree_forwards_and_backwards(rotary_positions, qk_norm):
    options = {"rotary_positions": rotary_positions, "qk_norm": qk_norm}
    fused = GPTAttention(16, 4, fused=True, **options)
    written = GPTAttention(16, 4, fused=False, **options)
    written.load_state_dict(fused.state_dict())
    x = random(2, 10, 16)
    torch.testing.assert_close(fused(x), written(x), atol=1e-6, rtol=1e-5)
    for layer in (fused, written):
        layer(x).square().sum().backward()
    for p, q in zip(fused.parameters(), written.parameters(), strict=True):
        torch.testing.assert_close(p.grad, q.grad, atol=1e-5, rtol=1e-4)


def test_qk_norm_makes_scores_independent_of_the_size_of_queries_and_keys():
    layer = GPTAttention(16, 2, bias=False, qk_norm=True)
    x = random(1, 6, 16)
    q, k, _ = layer.queries_keys_values(x)
    torch.testing.assert_close(q.square().mean(-1), torch.ones(1, 2, 6), atol=1e-3, rtol=1e-3)
    torch.testing.assert_close(k.square().mean(-1), torch.ones(1, 2, 6), atol=1e-3, rtol=1e-3)
    before = layer(x)
    with torch.no_grad():
        layer.qkv.weight[:32] *= 50  # queries and keys, not values
    torch.testing.assert_close(layer(x), before, atol=1e-4, rtol=1e-3)


def test_rotary_attention_knows_distances_and_not_places():
    layer = GPTAttention(16, 2, rotary_positions=64)
    x = random(1, 8, 16)
    near, far = layer.queries_keys_values(x, 0), layer.queries_keys_values(x, 40)
    torch.testing.assert_close(near[0] @ near[1].mT, far[0] @ far[1].mT, atol=1e-4, rtol=1e-4)
    assert not torch.allclose(near[0], far[0], atol=1e-2)


def test_dropout_acts_on_the_weights_in_training_only():
    layer = GPTAttention(16, 2, dropout=0.5)
    x = random(1, 32, 16)
    assert not torch.equal(layer(x), layer(x))
    layer.eval()
    assert torch.equal(layer(x), layer(x))


def test_features_must_divide_among_heads():
    with pytest.raises(ValueError, match=r"d_model \(10\) must be a multiple of n_heads \(3\)"):
        CausalSelfAttention(10, 3)
