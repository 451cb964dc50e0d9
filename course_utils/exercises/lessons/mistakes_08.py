"""The well-known mistakes of notebook 08: each makes one, and only that one, on purpose."""

import math

import torch

from course_utils.gpt.attention import (
    CausalSelfAttention,
    causal_mask,
    merge_heads,
    scaled_dot_product_attention,
    split_heads,
)
from course_utils.gpt.positions import sinusoidal_positions

# ---------------------------------------------------------------------------- causal_mask


def looks_into_the_future(n_tokens, device=None):
    return torch.ones(n_tokens, n_tokens, dtype=torch.bool, device=device).triu()


def does_not_see_itself(n_tokens, device=None):
    return causal_mask(n_tokens, device).tril(-1)


def true_where_hidden(n_tokens, device=None):
    return ~causal_mask(n_tokens, device)


def numbers_for_truth_values(n_tokens, device=None):
    return torch.ones(n_tokens, n_tokens, device=device).tril()


def always_on_the_cpu(n_tokens, device=None):
    return causal_mask(n_tokens)


def to_be_added(n_tokens, device=None):
    return torch.full((n_tokens, n_tokens), float("-inf"), device=device).triu(1)


# --------------------------------------------------------- scaled_dot_product_attention


def _attend(q, k, v, mask, *, scale, axis=-1):
    scores = q @ k.transpose(-2, -1) * scale
    if mask is not None:
        scores = scores.masked_fill(~mask, float("-inf"))
    return scores.softmax(dim=axis) @ v


def forgets_to_scale(q, k, v, mask=None):
    return _attend(q, k, v, mask, scale=1.0)


def divides_by_the_size(q, k, v, mask=None):
    return _attend(q, k, v, mask, scale=1 / q.shape[-1])


def scales_by_the_number_of_keys(q, k, v, mask=None):
    return _attend(q, k, v, mask, scale=1 / math.sqrt(k.shape[-2]))


def shares_out_over_the_queries(q, k, v, mask=None):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is not None:
        scores = scores.masked_fill(~mask, -1e9)
    return scores.softmax(dim=-2) @ v


def shares_out_over_dimension_1(q, k, v, mask=None):
    return _attend(q, k, v, mask, scale=1 / math.sqrt(q.shape[-1]), axis=1)


def ignores_the_mask(q, k, v, mask=None):
    return scaled_dot_product_attention(q, k, v)


def masks_with_zero(q, k, v, mask=None):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is not None:
        scores = scores.masked_fill(~mask, 0.0)
    return scores.softmax(dim=-1) @ v


def hides_with_ten_thousand(q, k, v, mask=None):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is not None:
        scores = scores.masked_fill(~mask, -1e4)
    return scores.softmax(dim=-1) @ v


def infinity_times_zero(q, k, v, mask=None):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is not None:
        scores = scores + ~mask * float("-inf")
    return scores.softmax(dim=-1) @ v


def masks_after_the_softmax(q, k, v, mask=None):
    weights = (q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])).softmax(dim=-1)
    if mask is not None:
        weights = weights.masked_fill(~mask, 0.0)
    return weights @ v


def reads_the_mask_the_other_way(q, k, v, mask=None):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is not None:
        scores = scores.masked_fill(mask, -1e9)
    return scores.softmax(dim=-1) @ v


def exponentials_overflow(q, k, v, mask=None):
    e = (q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])).exp()
    if mask is not None:
        e = e.masked_fill(~mask, 0.0)
    return e / e.sum(dim=-1, keepdim=True) @ v


# ------------------------------------------------------------------------------ split_heads


def mixes_the_tokens(x, n_heads):
    B, T, D = x.shape
    return x.reshape(B, n_heads, T, D // n_heads)


def heads_before_texts(x, n_heads):
    return torch.stack(x.chunk(n_heads, dim=-1))


def leaves_heads_behind_tokens(x, n_heads):
    B, T, D = x.shape
    return x.reshape(B, T, n_heads, D // n_heads)


def deals_features_out_like_cards(x, n_heads):
    B, T, D = x.shape
    return x.reshape(B, T, D // n_heads, n_heads).permute(0, 3, 1, 2)


def swaps_size_and_number(x, n_heads):
    B, T, D = x.shape
    return x.reshape(B, T, D // n_heads, n_heads).transpose(1, 2)


# -------------------------------------------------------------------- CausalSelfAttention


class OneBigHead(CausalSelfAttention):
    def forward(self, x):
        q, k, v = self.qkv(x).chunk(3, dim=-1)
        return self.project(
            scaled_dot_product_attention(q, k, v, causal_mask(x.shape[1], x.device))
        )


class SeesTheFuture(CausalSelfAttention):
    def forward(self, x):
        q, k, v = (split_heads(part, self.n_heads) for part in self.qkv(x).chunk(3, dim=-1))
        return self.project(merge_heads(scaled_dot_product_attention(q, k, v)))


class KeysFirst(CausalSelfAttention):
    def forward(self, x):
        k, q, v = (split_heads(part, self.n_heads) for part in self.qkv(x).chunk(3, dim=-1))
        y = scaled_dot_product_attention(q, k, v, causal_mask(x.shape[1], x.device))
        return self.project(merge_heads(y))


class ThirdsInsideTheHeads(CausalSelfAttention):
    def forward(self, x):
        q, k, v = split_heads(self.qkv(x), self.n_heads).chunk(3, dim=-1)
        y = scaled_dot_product_attention(q, k, v, causal_mask(x.shape[1], x.device))
        return self.project(merge_heads(y))


class MaskOnTheCPU(CausalSelfAttention):
    def forward(self, x):
        q, k, v = (split_heads(part, self.n_heads) for part in self.qkv(x).chunk(3, dim=-1))
        y = scaled_dot_product_attention(q, k, v, causal_mask(x.shape[1]))
        return self.project(merge_heads(y))


class HeadsMergedCrosswise(CausalSelfAttention):
    def forward(self, x):
        q, k, v = (split_heads(part, self.n_heads) for part in self.qkv(x).chunk(3, dim=-1))
        y = scaled_dot_product_attention(
            q, k, v, causal_mask(x.shape[1], x.device)
        )  # (B, H, T, hs)
        return self.project(y.reshape(x.shape))


class NoProjection(CausalSelfAttention):
    def forward(self, x):
        q, k, v = (split_heads(part, self.n_heads) for part in self.qkv(x).chunk(3, dim=-1))
        return merge_heads(scaled_dot_product_attention(q, k, v, causal_mask(x.shape[1], x.device)))


class AddsItsInput(CausalSelfAttention):
    def forward(self, x):
        return x + super().forward(x)


# ------------------------------------------------------------------- sinusoidal_positions


def _table(n_positions, d_model, exponents, *, first=0.0, fast_to_slow=True):
    positions = torch.arange(n_positions) + first
    rates = 10000.0**-exponents if fast_to_slow else 10000.0**exponents
    return torch.outer(positions, rates)  # (T, D/2) angles


def _interleaved(even, odd):
    return torch.stack([even, odd], dim=-1).flatten(1)


def _exponents(d_model):
    return torch.arange(0, d_model, 2) / d_model


def waves_side_by_side(n_positions, d_model):
    angles = _table(n_positions, d_model, _exponents(d_model))
    return torch.cat([angles.sin(), angles.cos()], dim=1)


def every_column_its_own_wave(n_positions, d_model):
    columns = torch.arange(d_model) / d_model
    angles = _table(n_positions, d_model, columns)  # (T, D)
    return _interleaved(angles[:, 0::2].sin(), angles[:, 1::2].cos())


def counts_pairs_not_columns(n_positions, d_model):
    angles = _table(n_positions, d_model, _exponents(d_model) / 2)
    return _interleaved(angles.sin(), angles.cos())


def doubles_the_exponent(n_positions, d_model):
    angles = _table(n_positions, d_model, 2 * _exponents(d_model))
    return _interleaved(angles.sin(), angles.cos())


def in_64_bits(n_positions, d_model):
    return sinusoidal_positions(n_positions, d_model).double()


def begins_at_one(n_positions, d_model):
    angles = _table(n_positions, d_model, _exponents(d_model), first=1.0)
    return _interleaved(angles.sin(), angles.cos())


def cosine_first(n_positions, d_model):
    angles = _table(n_positions, d_model, _exponents(d_model))
    return _interleaved(angles.cos(), angles.sin())


def multiplies_by_the_base(n_positions, d_model):
    angles = _table(n_positions, d_model, _exponents(d_model), fast_to_slow=False)
    return _interleaved(angles.sin(), angles.cos())


# ------------------------------------------------------------------------------ apply_rope


def turns_the_other_way(x, cos, sin):
    first, second = x.chunk(2, dim=-1)
    return torch.cat([first * cos + second * sin, second * cos - first * sin], dim=-1)


def loses_the_minus(x, cos, sin):
    first, second = x.chunk(2, dim=-1)
    return torch.cat([first * cos + second * sin, first * sin + second * cos], dim=-1)


def pairs_neighbours(x, cos, sin):
    even, odd = x[..., 0::2], x[..., 1::2]
    return torch.stack([even * cos - odd * sin, even * sin + odd * cos], dim=-1).flatten(-2)


def lays_the_results_in_turn(x, cos, sin):
    first, second = x.chunk(2, dim=-1)
    return torch.stack([first * cos - second * sin, first * sin + second * cos], dim=-1).flatten(-2)


def writes_into_its_input(x, cos, sin):
    half = x.shape[-1] // 2
    x[..., :half] = x[..., :half] * cos - x[..., half:] * sin
    x[..., half:] = x[..., :half] * sin + x[..., half:] * cos
    return x


def swaps_the_halves(x, cos, sin):
    first, second = x.chunk(2, dim=-1)
    return torch.cat([first * sin + second * cos, first * cos - second * sin], dim=-1)


def overwrites_before_use(x, cos, sin):
    first, second = x.chunk(2, dim=-1)
    first = first * cos - second * sin
    second = first * sin + second * cos
    return torch.cat([first, second], dim=-1)
