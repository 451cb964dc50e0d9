"""From scores to text, in the plain way: choose a token, append it, again. Derived in notebook 11.

Each function is one idea. generation.py puts them together with a cache, which is faster.
"""

import torch
import torch.nn.functional as F
from jaxtyping import Float, Int
from torch import Tensor, nn


def temperature_probs(logits: Float[Tensor, "B V"], temperature: float) -> Float[Tensor, "B V"]:
    """Turn scores into probabilities: softmax(logits / temperature), row by row.

    Below 1 the likely tokens become likelier still, above 1 all become more alike. At 0 the
    likeliest token has all the probability: the limit of ever lower temperatures.
    """
    if temperature == 0:
        return F.one_hot(logits.argmax(dim=-1), logits.shape[-1]).to(logits.dtype)
    return (logits / temperature).softmax(dim=-1)


def top_k_filter(probs: Float[Tensor, "B V"], k: int) -> Float[Tensor, "B V"]:
    """Keep the k likeliest tokens of each row, and make what is left sum to 1 again.

    Tokens that are exactly as likely as the k-th are kept as well (Fan et al., 2018, section 5.4).
    """
    k = min(k, probs.shape[-1])
    kth_largest = probs.topk(k, dim=-1).values[:, -1:]  # (B, 1)
    kept = probs.masked_fill(probs < kth_largest, 0.0)
    return kept / kept.sum(dim=-1, keepdim=True)


def top_p_filter(probs: Float[Tensor, "B V"], p: float) -> Float[Tensor, "B V"]:
    """Keep the fewest of the likeliest tokens that hold at least p together, summing to 1 again.

    Nucleus sampling (Holtzman et al., 2020, section 3.1).
    """
    sorted_probs, order = probs.sort(dim=-1, descending=True, stable=True)
    before = sorted_probs.cumsum(dim=-1) - sorted_probs  # what the likelier tokens hold together
    sorted_probs = sorted_probs.masked_fill(before >= p, 0.0)  # p was reached without this token
    kept = torch.zeros_like(probs).scatter(-1, order, sorted_probs)  # back to the old order
    return kept / kept.sum(dim=-1, keepdim=True)


def generate(
    model: nn.Module,
    tokens: Int[Tensor, "B T"],
    n_new: int,
    temperature: float = 1.0,
    top_k: int | None = None,
    top_p: float | None = None,
    generator: torch.Generator | None = None,
) -> Int[Tensor, "B T+n_new"]:
    """Continue each row of `tokens` by `n_new` tokens, drawn from what the model expects next.

    The model reads the last `context_length` tokens and no more. First the temperature, then
    top-k, then top-p. All is computed anew for each token; generation.py remembers.
    """
    for _ in range(n_new):
        window = tokens[:, -model.config.context_length :]
        with torch.no_grad():
            logits, _ = model(window)  # (B, T, V): at each position, scores for what follows it
        probs = temperature_probs(logits[:, -1], temperature)  # (B, V): what follows the last
        if top_k is not None:
            probs = top_k_filter(probs, top_k)
        if top_p is not None:
            probs = top_p_filter(probs, top_p)
        token = torch.multinomial(probs, 1, generator=generator)  # (B, 1)
        tokens = torch.cat([tokens, token], dim=1)
    return tokens


def penalize_repetition(
    logits: Float[Tensor, "B V"], tokens: Int[Tensor, "B T"], penalty: float
) -> Float[Tensor, "B V"]:
    """Make every token that occurs in `tokens` less likely (Keskar et al., 2019, section 4.1).

    A positive score is divided by the penalty, a negative one multiplied.
    """
    seen = logits.gather(-1, tokens)  # (B, T)
    seen = torch.where(seen > 0, seen / penalty, seen * penalty)
    return logits.scatter(-1, tokens, seen)
