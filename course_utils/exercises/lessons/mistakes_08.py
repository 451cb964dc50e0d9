"""The well-known mistakes of notebook 08, attention: each makes one, and only that one."""

import math

import torch

from course_utils.exercises.exercise import Misconception
from course_utils.gpt.attention import (
    CausalSelfAttention,
    causal_mask,
    merge_heads,
    scaled_dot_product_attention,
    split_heads,
)

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


CAUSAL_MASK = (
    Misconception(
        "looks into the future",
        looks_into_the_future,
        "This mask lets every token see itself and what comes after it. The row is the "
        "token that looks, the column the token that is looked at: row 0 may see column "
        "0 alone. Keep the lower triangle.",
    ),
    Misconception(
        "does not see itself",
        does_not_see_itself,
        "No token sees itself, so the first one sees nothing at all, and a softmax over "
        "nothing is nan. The diagonal belongs to what may be seen.",
    ),
    Misconception(
        "True where hidden",
        true_where_hidden,
        "This is the right mask turned over: it is True where a token must not look. In "
        "this course, and in `torch.nn.functional.scaled_dot_product_attention`, True "
        "means: may look.",
    ),
    Misconception(
        "numbers for truth values",
        numbers_for_truth_values,
        "Ones and zeros stand in the right places, but as numbers. `~mask` and "
        "`masked_fill` need truth values: give the tensor `dtype=torch.bool`.",
    ),
    Misconception(
        "a mask to be added",
        to_be_added,
        "This is the other kind of mask: 0 and minus infinity, to be added to the scores. "
        "It works as well, but here we want truth values, True where a token may look.",
    ),
    Misconception(
        "always on the CPU",
        always_on_the_cpu,
        "The mask is right, but it lies on the CPU whatever `device` says, and a model on "
        "a GPU could not use it. Hand `device` on: `torch.ones(..., device=device)`.",
    ),
)

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


SCALED_DOT_PRODUCT_ATTENTION = (
    Misconception(
        "forgets to scale",
        forgets_to_scale,
        "The scores are not divided by √hs. All else is right. With long queries and keys "
        "the softmax then puts nearly all of its weight on one key and stops learning.",
    ),
    Misconception(
        "divides by the size instead of its root",
        divides_by_the_size,
        "You divide by hs, where its square root is wanted: a sum of hs random products "
        "has the standard deviation √hs.",
    ),
    Misconception(
        "scales by the number of keys",
        scales_by_the_number_of_keys,
        "You divide by the root of the number of keys. The sum in a score runs over the "
        "features of one query, the last dimension of `q`: take the root of that size.",
    ),
    Misconception(
        "shares out over the queries",
        shares_out_over_the_queries,
        "The softmax runs over the queries, so that the columns of the weights sum to 1. "
        "Each query shares out its own attention: the rows must sum to 1, `dim=-1`.",
    ),
    Misconception(
        "shares out over dimension 1",
        shares_out_over_dimension_1,
        "Right for a single text without heads. With a batch in front, dimension 1 is no "
        "longer that of the keys: count from the end, `dim=-1`.",
    ),
    Misconception(
        "ignores the mask",
        ignores_the_mask,
        "All is right where no mask is given, and where one is given, nothing changes. "
        "Where the mask is False the score must become minus infinity before the softmax.",
    ),
    Misconception(
        "masks with zero",
        masks_with_zero,
        "Hidden scores become 0, but e⁰ is 1: a score of 0 still gets attention. The "
        "score whose exponential is 0 is minus infinity.",
    ),
    Misconception(
        "hides with a number that is not low enough",
        hides_with_ten_thousand,
        "A hidden score becomes -10,000. That is low for most scores, and not for all: "
        "where what may be seen scores lower still, the hidden key wins. Below every "
        'number is minus infinity, `float("-inf")`.',
    ),
    Misconception(
        "multiplies infinity by zero",
        infinity_times_zero,
        "You add minus infinity times 1 or 0, and infinity times 0 is not 0 but nan. Set "
        "the hidden scores instead of adding to all: `masked_fill`.",
    ),
    Misconception(
        "masks after the softmax",
        masks_after_the_softmax,
        "You hide weights after the softmax, and then the rest of each row no longer sums "
        "to 1. Hide the scores, before the softmax shares out the whole.",
    ),
    Misconception(
        "reads the mask the other way",
        reads_the_mask_the_other_way,
        "You hide the keys whose mask is True. True means: may look. Fill where the mask "
        "is False, `~mask`.",
    ),
    Misconception(
        "exponentials overflow",
        exponentials_overflow,
        "Right until the scores are large: then `exp` gives infinity, and infinity by "
        "infinity is nan. `torch.softmax` subtracts the row's maximum first, as your own "
        "`softmax` of notebook 01 did.",
    ),
)

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


SPLIT_HEADS = (
    Misconception(
        "mixes the tokens",
        mixes_the_tokens,
        "The shape is right, but the rows belong to the wrong tokens: the first head gets all "
        "features of the first tokens, and nothing of the last ones. A reshape only cuts the "
        "numbers anew in the order in which they lie. Cut the last dimension first, then swap "
        "two dimensions.",
    ),
    Misconception(
        "heads in front of the texts",
        heads_before_texts,
        "This is (H, B, T, hs): the heads stand in front of the texts. They belong "
        "between texts and tokens, (B, H, T, hs).",
    ),
    Misconception(
        "leaves the heads behind the tokens",
        leaves_heads_behind_tokens,
        "This is (B, T, H, hs). Matrix products work on the last two dimensions, and "
        "those should be T and hs of one head: swap dimensions 1 and 2.",
    ),
    Misconception(
        "deals the features out like cards",
        deals_features_out_like_cards,
        "Head 0 gets features 0, H, 2H, ... here. Each head takes a block of neighbours: "
        "head 0 gets features 0 to hs - 1.",
    ),
    Misconception(
        "swaps the number and the size of the heads",
        swaps_size_and_number,
        "You get hs heads of size H, when the two differ. The features are H blocks of "
        "hs = D / H: view them as (B, T, H, hs).",
    ),
)

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


CAUSAL_SELF_ATTENTION = (
    Misconception(
        "one big head",
        OneBigHead,
        "With one head it is right, with more it is not: the features are never split. "
        "Send q, k and v through `split_heads` first, and merge what comes out.",
    ),
    Misconception(
        "sees the future",
        SeesTheFuture,
        "No mask is passed on, so the first token sees the last. Hand "
        "`causal_mask(T, x.device)` to the attention.",
    ),
    Misconception(
        "takes keys for queries",
        KeysFirst,
        "The first third of what `qkv` gives is used as keys and the second as queries. "
        "The order is in the name: queries, keys, values.",
    ),
    Misconception(
        "cuts the heads before the thirds",
        ThirdsInsideTheHeads,
        "You cut all 3D features into heads first, and each head into three. But `qkv` "
        "gives all queries, then all keys, then all values: thirds first, "
        "`.chunk(3, dim=-1)`, then heads.",
    ),
    Misconception(
        "mask on the CPU",
        MaskOnTheCPU,
        "All is right on the CPU, but the mask is always made there, and a layer on a GPU "
        "would fail. Make it where x lies: `causal_mask(T, x.device)`.",
    ),
    Misconception(
        "merges the heads crosswise",
        HeadsMergedCrosswise,
        "The heads' outputs (B, H, T, hs) are reshaped to (B, T, D) as they lie, which "
        "mixes tokens. Swap heads and tokens back first: `merge_heads` does.",
    ),
    Misconception(
        "leaves the projection out",
        NoProjection,
        "The heads' outputs are returned side by side. `self.project` is to mix them "
        "last, so that what one head found can go to any feature.",
    ),
    Misconception(
        "adds its input",
        AddsItsInput,
        "You add x to the result. That residual connection is right in a network, but it "
        "belongs to the block around this layer, not into it.",
    ),
)
