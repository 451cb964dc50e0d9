"""The well-known mistakes of notebook 11: each makes one, and only that one, on purpose."""

import torch
import torch.nn.functional as F

from course_utils.gpt.attention import causal_mask, merge_heads
from course_utils.gpt.cache import CachedAttention
from course_utils.gpt.sampling import temperature_probs, top_k_filter, top_p_filter


def _renormalised(kept):
    return kept / kept.sum(dim=-1, keepdim=True)


# ----------------------------------------------------------------------- temperature_probs


def divides_the_probabilities(logits, temperature):
    if temperature == 0:
        return temperature_probs(logits, 0)
    return logits.softmax(dim=-1) / temperature


def divides_probabilities_and_shares_out_again(logits, temperature):
    if temperature == 0:
        return temperature_probs(logits, 0)
    return _renormalised(logits.softmax(dim=-1) / temperature)


def multiplies(logits, temperature):
    if temperature == 0:
        return temperature_probs(logits, 0)
    return (logits * temperature).softmax(dim=-1)


def divides_by_zero(logits, temperature):
    return (logits / temperature).softmax(dim=-1)


def zero_means_off(logits, temperature):
    return (logits / (temperature or 1)).softmax(dim=-1)


def tiny_temperature_for_zero(logits, temperature):
    return temperature_probs(logits, max(temperature, 1e-3))


def several_ones_where_scores_tie(logits, temperature):
    if temperature == 0:
        return (logits == logits.amax(dim=-1, keepdim=True)).to(logits.dtype)
    return temperature_probs(logits, temperature)


def exponentials_overflow(logits, temperature):
    if temperature == 0:
        return temperature_probs(logits, 0)
    return _renormalised((logits / temperature).exp())


def shares_out_over_the_rows(logits, temperature):
    if temperature == 0:
        return temperature_probs(logits, 0)
    return (logits / temperature).softmax(dim=0)


# ----------------------------------------------------------------------------- top_k_filter


def _kth(probs, k):
    return probs.topk(min(k, probs.shape[-1]), dim=-1).values[:, -1:]


def drops_the_kth(probs, k):
    if k == 1:
        return top_k_filter(probs, 1)
    return _renormalised(probs.masked_fill(probs <= _kth(probs, k), 0.0))


def leaves_out_ties(probs, k):
    values, places = probs.topk(min(k, probs.shape[-1]), dim=-1)
    return _renormalised(torch.zeros_like(probs).scatter(-1, places, values))


def forgets_to_share_out_again_k(probs, k):
    return probs.masked_fill(probs < _kth(probs, k), 0.0)


def softmax_of_probabilities_k(probs, k):
    return probs.masked_fill(probs < _kth(probs, k), 0.0).softmax(dim=-1)


def masks_with_minus_infinity(probs, k):
    return _renormalised(probs.masked_fill(probs < _kth(probs, k), float("-inf")))


def keeps_the_least_likely(probs, k):
    least = probs.topk(min(k, probs.shape[-1]), dim=-1, largest=False).values[:, -1:]
    return _renormalised(probs.masked_fill(probs > least, 0.0))


def one_threshold_for_all_rows(probs, k):
    return _renormalised(probs.masked_fill(probs < _kth(probs, k).min(), 0.0))


# ----------------------------------------------------------------------------- top_p_filter


def _nucleus(probs, p, hidden):
    """Keep those of the sorted tokens that `hidden(sums so far, own share)` does not name."""
    sorted_probs, order = probs.sort(dim=-1, descending=True)
    sums = sorted_probs.cumsum(dim=-1)
    kept = sorted_probs.masked_fill(hidden(sums, sorted_probs), 0.0)
    return torch.zeros_like(probs).scatter(-1, order, kept)


def drops_the_token_that_crosses(probs, p):
    return _renormalised(_nucleus(probs, p, lambda sums, own: sums > p + 1e-9))


def keeps_one_too_many(probs, p):
    return _renormalised(
        _nucleus(probs, p, lambda sums, own: (sums - own).roll(1, dims=-1) >= p).clamp(min=0)
    )


def exactly_p_is_not_enough(probs, p):
    return _renormalised(_nucleus(probs, p, lambda sums, own: sums - own > p))


def one_number_for_all_rows(probs, p):
    before = (sums := probs.sort(dim=-1, descending=True).values)[0].cumsum(dim=-1) - sums[0]
    return top_k_filter(probs, int((before < p).sum()))


def back_by_the_same_order(probs, p):
    sorted_probs, order = probs.sort(dim=-1, descending=True)
    before = sorted_probs.cumsum(dim=-1) - sorted_probs
    return _renormalised(sorted_probs.masked_fill(before >= p, 0.0).gather(-1, order))


def does_not_sort(probs, p):
    before = probs.cumsum(dim=-1) - probs
    return _renormalised(probs.masked_fill(before >= p, 0.0))


def stays_sorted(probs, p):
    sorted_probs = probs.sort(dim=-1, descending=True).values
    before = sorted_probs.cumsum(dim=-1) - sorted_probs
    return _renormalised(sorted_probs.masked_fill(before >= p, 0.0))


def begins_with_the_least_likely(probs, p):
    sorted_probs, order = probs.sort(dim=-1)
    before = sorted_probs.cumsum(dim=-1) - sorted_probs
    kept = sorted_probs.masked_fill(before >= p, 0.0)
    return _renormalised(torch.zeros_like(probs).scatter(-1, order, kept))


def forgets_to_share_out_again_p(probs, p):
    return _nucleus(probs, p, lambda sums, own: sums - own >= p)


def takes_p_for_a_threshold(probs, p):
    kept = probs.masked_fill(probs < p * probs.amax(dim=-1, keepdim=True), 0.0)
    return _renormalised(kept)


# --------------------------------------------------------------------------------- generate


def _generate(
    model,
    tokens,
    n_new,
    temperature,
    top_k,
    top_p,
    generator,
    *,
    crop=lambda tokens, length: tokens[:, -length:],
    scores=lambda logits: logits[:, -1],
    choose=None,
    append=True,
):
    """The loop, with a place for each mistake."""
    text = tokens
    for _ in range(n_new):
        window = crop(text if append else tokens, model.config.context_length)
        logits, _ = model(window)
        probs = (choose or _probs)(scores(logits), temperature, top_k, top_p)
        token = torch.multinomial(probs, 1, generator=generator)
        text = torch.cat([text, token], dim=1)
    return text


def _probs(scores, temperature, top_k, top_p):
    return _filtered(temperature_probs(scores, temperature), top_k, top_p)


def _filtered(probs, top_k, top_p):
    if top_k is not None:
        probs = top_k_filter(probs, top_k)
    if top_p is not None:
        probs = top_p_filter(probs, top_p)
    return probs


def _variant(name, **mistake):
    def wrong(model, tokens, n_new, temperature=1.0, top_k=None, top_p=None, generator=None):
        return _generate(model, tokens, n_new, temperature, top_k, top_p, generator, **mistake)

    wrong.__name__ = wrong.__qualname__ = name
    return wrong


reads_the_first_position = _variant("reads_the_first_position", scores=lambda logits: logits[:, 0])
forgets_to_append = _variant("forgets_to_append", append=False)
does_not_crop = _variant("does_not_crop", crop=lambda tokens, length: tokens)
keeps_the_beginning = _variant(
    "keeps_the_beginning", crop=lambda tokens, length: tokens[:, :length]
)
feeds_only_the_last_token = _variant(
    "feeds_only_the_last_token", crop=lambda tokens, length: tokens[:, -1:]
)
always_takes_the_likeliest = _variant(
    "always_takes_the_likeliest",
    choose=lambda scores, temperature, top_k, top_p: temperature_probs(scores, 0),
)
forgets_the_temperature = _variant(
    "forgets_the_temperature",
    choose=lambda scores, temperature, top_k, top_p: _probs(scores, 1.0, top_k, top_p),
)
forgets_the_filters = _variant(
    "forgets_the_filters",
    choose=lambda scores, temperature, top_k, top_p: temperature_probs(scores, temperature),
)
filters_before_the_temperature = _variant(
    "filters_before_the_temperature",
    choose=lambda scores, temperature, top_k, top_p: temperature_probs(
        _filtered(scores.softmax(dim=-1), top_k, top_p).log(), temperature
    ),
)


filters_the_other_way_round = _variant(
    "filters_the_other_way_round",
    choose=lambda scores, temperature, top_k, top_p: _filtered(
        _filtered(temperature_probs(scores, temperature), None, top_p), top_k, None
    ),
)
takes_probabilities_for_scores = _variant(
    "takes_probabilities_for_scores",
    choose=lambda scores, temperature, top_k, top_p: _probs(
        scores.softmax(dim=-1), temperature, top_k, top_p
    ),
)


def crops_the_text(model, tokens, n_new, temperature=1.0, top_k=None, top_p=None, generator=None):
    for _ in range(n_new):
        tokens = tokens[:, -model.config.context_length :]
        tokens = _generate(model, tokens, 1, temperature, top_k, top_p, generator)
    return tokens


def seeds_its_own_generator(
    model, tokens, n_new, temperature=1.0, top_k=None, top_p=None, generator=None
):
    own = torch.Generator().manual_seed(0)
    return _generate(model, tokens, n_new, temperature, top_k, top_p, own)


def returns_only_the_new(
    model, tokens, n_new, temperature=1.0, top_k=None, top_p=None, generator=None
):
    text = _generate(model, tokens, n_new, temperature, top_k, top_p, generator)
    return text[:, tokens.shape[1] :]


def ignores_the_generator(
    model, tokens, n_new, temperature=1.0, top_k=None, top_p=None, generator=None
):
    return _generate(model, tokens, n_new, temperature, top_k, top_p, None)


# -------------------------------------------------------------------------- CachedAttention


class _Cached(CachedAttention):
    """The layer with concatenation, with a place for each mistake."""

    position_counts = True

    def __call__(self, x):
        start = self.length if self.position_counts else 0
        q, k, v = self.attention.queries_keys_values(x, start)
        first = self.length == 0
        self.length += x.shape[1]
        keys = k if first else self.joined(self.keys, k)
        values = v if first else self.joined(self.values, v)
        self.keys, self.values = self.kept(keys, k), self.kept(values, v)
        return self.finished(self.attend(q, keys, values))

    def joined(self, old, new):
        return torch.cat([old, new], dim=2)

    def kept(self, all_of_them, new):
        return all_of_them

    def mask(self, n_new, n_all):
        return causal_mask(n_all)[n_all - n_new :]

    def attend(self, q, keys, values):
        mask = self.mask(q.shape[2], keys.shape[2])
        return F.scaled_dot_product_attention(q, keys, values, attn_mask=mask)

    def finished(self, y):
        return self.attention.project(merge_heads(y))


class ForgetsThePast(_Cached):
    def joined(self, old, new):
        return new


class KeepsTheLastPieceOnly(_Cached):
    def kept(self, all_of_them, new):
        return new


class PositionsBeginAnew(_Cached):
    position_counts = False


class SeesWhatComesLater(_Cached):
    def mask(self, n_new, n_all):
        return torch.ones(n_new, n_all, dtype=torch.bool)


class MaskInTheWrongCorner(_Cached):
    def mask(self, n_new, n_all):
        return torch.ones(n_new, n_all, dtype=torch.bool).tril()


class LeavesTheProjectionOut(_Cached):
    def finished(self, y):
        return merge_heads(y)


class ReturnsEveryTokenAgain(_Cached):
    """Keeps the queries too, and so computes every output anew."""

    def __call__(self, x):
        q, k, v = self.attention.queries_keys_values(x, self.length)
        if self.length:
            q, k, v = (
                torch.cat([old, new], dim=2)
                for old, new in zip(self.kept_parts, (q, k, v), strict=True)
            )
        self.kept_parts = q, k, v
        self.length += x.shape[1]
        return self.finished(F.scaled_dot_product_attention(q, k, v, is_causal=True))


class PutsTheNewInFront(_Cached):
    def joined(self, old, new):
        return torch.cat([new, old], dim=2)


class LooksAtEmptyPlaces(_Cached):
    def joined(self, old, new):
        return torch.cat([old[:, :, : self.length - new.shape[2]], new], dim=2)

    def kept(self, all_of_them, new):
        B, H, n, hs = all_of_them.shape
        return torch.cat([all_of_them, new.new_zeros(B, H, self.capacity - n, hs)], dim=2)

    def attend(self, q, keys, values):
        return F.scaled_dot_product_attention(q, self.keys, self.values)


class RemembersTokensNotKeys(_Cached):
    def __call__(self, x):
        self.all = x if self.length == 0 else torch.cat([self.all, x], dim=1)
        self.length += x.shape[1]
        q, k, v = self.attention.queries_keys_values(self.all, 0)
        return self.finished(self.attend(q, k, v))[:, -x.shape[1] :]


class CountsCallsInsteadOfTokens(CachedAttention):
    def __call__(self, x):
        start = self.length
        q, k, v = self.attention.queries_keys_values(x, start)
        self.keys = k if start == 0 else torch.cat([self.keys, k], dim=2)
        self.values = v if start == 0 else torch.cat([self.values, v], dim=2)
        self.length += 1
        n_new, n_all = q.shape[2], self.keys.shape[2]
        mask = causal_mask(n_all)[n_all - n_new :]
        y = F.scaled_dot_product_attention(q, self.keys, self.values, attn_mask=mask)
        return self.attention.project(merge_heads(y))
