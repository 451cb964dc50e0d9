"""The well-known mistakes of notebook 11, choosing: each makes one, and only that one."""

import torch

from course_utils.exercises.exercise import Misconception
from course_utils.gpt.sampling import temperature_probs, top_k_filter


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


TEMPERATURE_PROBS = (
    Misconception(
        "divides the probabilities",
        divides_the_probabilities,
        "The softmax comes first here, and then the probabilities are divided: they no "
        "longer sum to 1. The temperature divides the scores, before the softmax.",
    ),
    Misconception(
        "divides the probabilities and shares out again",
        divides_probabilities_and_shares_out_again,
        "Probabilities that are all divided by one number and then made to sum to 1 are "
        "what they were: this temperature changes nothing. Divide the scores, before the "
        "softmax, where a factor becomes a power.",
    ),
    Misconception(
        "multiplies",
        multiplies,
        "The scores are multiplied by the temperature, so hot and cold have changed "
        "places: a high temperature makes this bolder, not flatter. Divide.",
    ),
    Misconception(
        "divides by zero",
        divides_by_zero,
        "All is right but temperature 0, where you divide by 0 and get nan. The limit of "
        "ever lower temperatures is all the probability on the likeliest token: treat it "
        "by itself.",
    ),
    Misconception(
        "takes temperature 0 for no temperature",
        zero_means_off,
        "At temperature 0 this gives what temperature 1 gives. `temperature or 1` and "
        "`if temperature:` take 0 for nothing; here it means: always the likeliest.",
    ),
    Misconception(
        "a tiny temperature in the place of 0",
        tiny_temperature_for_zero,
        "At 0 you take a small temperature instead. Where two scores are close the "
        "second then keeps a share. Treat 0 by itself: 1 at the largest score, 0 "
        "elsewhere.",
    ),
    Misconception(
        "several ones where scores tie",
        several_ones_where_scores_tie,
        "At 0, where two scores are equally large, both get 1, and the row sums to 2. "
        "Only the first is to have it: `argmax` gives its place.",
    ),
    Misconception(
        "exponentials overflow",
        exponentials_overflow,
        "Right until the scores are large: then `exp` gives infinity, and infinity by "
        "infinity is nan. `.softmax(dim=-1)` subtracts the row's maximum first.",
    ),
    Misconception(
        "shares out over the rows",
        shares_out_over_the_rows,
        "The softmax runs over the batch, so that the columns sum to 1. Each row is a "
        "text of its own: its tokens share out the whole, `dim=-1`.",
    ),
)

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


TOP_K_FILTER = (
    Misconception(
        "drops the k-th",
        drops_the_kth,
        "The k-th likeliest token is dropped as well, so only k - 1 are left. Drop what "
        "is less likely than it, not what is as likely: `<`, not `<=`.",
    ),
    Misconception(
        "leaves out ties",
        leaves_out_ties,
        "Right, except where several tokens are exactly as likely as the k-th: you keep "
        "the first of them, and which one comes first is chance. Keep all that are as "
        "likely as the k-th: compare with its probability.",
    ),
    Misconception(
        "forgets to share out again",
        forgets_to_share_out_again_k,
        "The right tokens are kept, but what is left sums to less than 1. Divide each "
        "row by its sum.",
    ),
    Misconception(
        "takes another softmax",
        softmax_of_probabilities_k,
        "A softmax of probabilities makes new ones, and e⁰ is 1: the dropped tokens come "
        "back. To make a row sum to 1, divide it by its sum.",
    ),
    Misconception(
        "masks with minus infinity",
        masks_with_minus_infinity,
        "Minus infinity is for scores, before a softmax. These are probabilities: one "
        "that is ruled out is 0.",
    ),
    Misconception(
        "keeps the least likely",
        keeps_the_least_likely,
        "These are the k least likely tokens. `topk` gives the largest first; the last "
        "of them is your threshold.",
    ),
    Misconception(
        "one threshold for all rows",
        one_threshold_for_all_rows,
        "One threshold for the whole batch lets some rows keep too many. Each row has "
        "its own k-th probability: keep a column of them, shape (B, 1).",
    ),
)

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
    def hidden(sums, own):
        gone = (sums - own >= p).roll(1, dims=-1)
        gone[..., 0] = False  # roll goes round, and nothing stands before the likeliest
        return gone

    return _renormalised(_nucleus(probs, p, hidden))


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


TOP_P_FILTER = (
    Misconception(
        "drops the token that crosses",
        drops_the_token_that_crosses,
        "The token with which the sum reaches p is dropped, so what you keep holds less "
        "than p. Ask for each token what the likelier ones before it hold: it stays "
        "while that is less than p.",
    ),
    Misconception(
        "keeps one too many",
        keeps_one_too_many,
        "You keep one token more than is needed: p was reached without it. A token stays "
        "only while the likelier ones hold less than p.",
    ),
    Misconception(
        "exactly p is not enough",
        exactly_p_is_not_enough,
        "Right, but where the sum is p to the digit you take one more. At least p is "
        "wanted, so p itself will do: a token goes where the likelier ones hold p or "
        "more, `>=`.",
    ),
    Misconception(
        "one number for all rows",
        one_number_for_all_rows,
        "You find how many tokens the first row needs and keep as many in every row. "
        "Each row has its own number; work on the whole table of sums at once.",
    ),
    Misconception(
        "back by the same order",
        back_by_the_same_order,
        "The right numbers at the wrong tokens. `order` says where each came from; "
        "reading by it once more (`gather`) sorts a second time. Write by it: `scatter`.",
    ),
    Misconception(
        "does not sort",
        does_not_sort,
        "The sums run through the tokens in the order of the vocabulary. They must run "
        "from the likeliest down: sort first.",
    ),
    Misconception(
        "stays sorted",
        stays_sorted,
        "The right probabilities, at the wrong tokens: they are still sorted. Put each "
        "back to where it came from; `sort` returns the places too.",
    ),
    Misconception(
        "begins with the least likely",
        begins_with_the_least_likely,
        "The sums begin with the least likely token, so it is kept and the likeliest may "
        "go. Sort with `descending=True`.",
    ),
    Misconception(
        "forgets to share out again",
        forgets_to_share_out_again_p,
        "The right tokens are kept, but what is left sums to less than 1. Divide each "
        "row by its sum.",
    ),
    Misconception(
        "takes p for a threshold",
        takes_p_for_a_threshold,
        "You keep every token that is at least p times as likely as the likeliest. That "
        "is a filter too (min-p), but here p is what the kept tokens hold together.",
    ),
)
