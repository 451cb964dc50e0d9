"""The well-known mistakes of notebook 11, writing: each makes one, and only that one."""

import torch
import torch.nn.functional as F

from course_utils.exercises.exercise import Misconception
from course_utils.gpt.attention import causal_mask, merge_heads
from course_utils.gpt.cache import CachedAttention
from course_utils.gpt.sampling import temperature_probs, top_k_filter, top_p_filter

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


GENERATE = (
    Misconception(
        "reads the first position",
        reads_the_first_position,
        "The scores at the first position say what follows the first token, which is "
        "known. You need what follows the last: `logits[:, -1]`.",
    ),
    Misconception(
        "forgets to append",
        forgets_to_append,
        "The model is shown the same beginning each time and never sees what was drawn. "
        "Append each token to the text before you ask again.",
    ),
    Misconception(
        "does not crop",
        does_not_crop,
        "Right, as long as the text fits into the model's context. A GPT cannot read "
        "more than `model.config.context_length` tokens: show it the last so many.",
    ),
    Misconception(
        "keeps the beginning",
        keeps_the_beginning,
        "When the text is too long, you keep its beginning, and the model no longer sees "
        "what it wrote last. Keep the end: `tokens[:, -context_length:]`.",
    ),
    Misconception(
        "feeds only the last token",
        feeds_only_the_last_token,
        "Only the newest token is shown to the model, and it has no memory of its own: "
        "show it the whole window each time. (With a cache it works; that comes later.)",
    ),
    Misconception(
        "always takes the likeliest",
        always_takes_the_likeliest,
        "At temperature 0 this is right, at others you take the likeliest token as well. "
        "Draw from the probabilities: `torch.multinomial(probs, 1, generator=generator)`.",
    ),
    Misconception(
        "forgets the temperature",
        forgets_the_temperature,
        "Tokens are drawn at temperature 1, whatever is asked for. Hand `temperature` on "
        "to `temperature_probs`.",
    ),
    Misconception(
        "forgets the filters",
        forgets_the_filters,
        "Tokens are drawn that `top_k` and `top_p` rule out. Apply each filter that is not None.",
    ),
    Misconception(
        "filters before the temperature",
        filters_before_the_temperature,
        "You filter the distribution at temperature 1 and apply the temperature to what "
        "is left. For top-k that makes no difference; top-p then keeps another number of "
        "tokens. Temperature first.",
    ),
    Misconception(
        "top-p before top-k",
        filters_the_other_way_round,
        "Each filter is right, but top-p comes first. What is left of the k likeliest "
        "sums to 1 again, and p is a share of that: top-k first.",
    ),
    Misconception(
        "takes probabilities for scores",
        takes_probabilities_for_scores,
        "A softmax comes before `temperature_probs`, which makes one itself. The softmax "
        "of probabilities is nearly even: hand it the scores, `logits[:, -1]`.",
    ),
    Misconception(
        "cuts the text itself",
        crops_the_text,
        "The text itself is cut to the model's context, so its beginning is lost. Only "
        "the window that the model reads is cut: give it another name.",
    ),
    Misconception(
        "seeds a generator of its own",
        seeds_its_own_generator,
        "The tokens come from a generator that you make and seed, so every call draws "
        "the same. Use the `generator` that you are given.",
    ),
    Misconception(
        "returns only the new tokens",
        returns_only_the_new,
        "Only what was drawn comes back. Return the whole text, the tokens given "
        "included: (B, T + n_new).",
    ),
    Misconception(
        "ignores the generator",
        ignores_the_generator,
        "The same generator gives another text each time. Hand it on: "
        "`torch.multinomial(probs, 1, generator=generator)`.",
    ),
)

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


CACHED_ATTENTION = (
    Misconception(
        "forgets the past",
        ForgetsThePast,
        "The new tokens look at each other and at nothing before them. Put the "
        "remembered keys and values in front of the new ones.",
    ),
    Misconception(
        "keeps the last piece only",
        KeepsTheLastPieceOnly,
        "Right for two pieces and wrong from the third on: what you keep is replaced by "
        "the newest keys and values. Keep all of them, old and new together.",
    ),
    Misconception(
        "puts the new in front",
        PutsTheNewInFront,
        "Fed one by one it is right, since a sum knows no order. But the mask does: its "
        "last columns belong to the newest tokens. Old keys first, new ones behind.",
    ),
    Misconception(
        "looks at empty places",
        LooksAtEmptyPlaces,
        "You reserve room for `capacity` tokens and let the queries look at all of it, "
        "the empty places too: their score is 0, and e⁰ is 1. Hand on what is filled, "
        "`[:, :, :end]`.",
    ),
    Misconception(
        "remembers tokens in place of keys and values",
        RemembersTokensNotKeys,
        "The outputs are right, but you keep the tokens and compute all keys and values "
        "anew in each call, which is what the cache is to save. Send only the new `x` "
        "through `queries_keys_values`.",
    ),
    Misconception(
        "positions begin anew",
        PositionsBeginAnew,
        "Right without positions; with rotary ones, every new piece is told that it "
        "begins at 0. It stands behind all that is remembered: pass `self.length` as "
        "`start`.",
    ),
    Misconception(
        "sees what comes later",
        SeesWhatComesLater,
        "Fed one by one it is right. Of several new tokens at once the first sees the "
        "last: they need a causal mask among themselves.",
    ),
    Misconception(
        "mask in the wrong corner",
        MaskInTheWrongCorner,
        "The mask counts from the first key, as if the new tokens stood at the "
        "beginning, so the only new token sees the first key alone. (`is_causal=True` "
        "does this.) Take the last rows of the mask for all tokens: "
        "`causal_mask(end)[start:]`.",
    ),
    Misconception(
        "leaves the projection out",
        LeavesTheProjectionOut,
        "The heads' outputs are returned side by side. `self.attention.project` is to "
        "mix them last.",
    ),
    Misconception(
        "returns every token again",
        ReturnsEveryTokenAgain,
        "You keep the queries too, and so compute every token's output anew. A query is "
        "asked once: return the outputs of the new tokens only, (B, T_new, D).",
    ),
    Misconception(
        "counts calls instead of tokens",
        CountsCallsInsteadOfTokens,
        "`self.length` grows by 1 with each call. A call can bring several tokens: let "
        "it grow by `x.shape[1]`.",
    ),
)
