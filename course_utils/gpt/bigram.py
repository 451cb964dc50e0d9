"""The smallest language model: the next token from the last one alone. Derived in notebook 07."""

import torch
from jaxtyping import Float, Int
from torch import Tensor


def bigram_log_probs(
    tokens: Int[Tensor, "N"], vocab_size: int, pseudo_count: float = 1.0
) -> Float[Tensor, "V V"]:
    """log p(next | last), counted: row = last token, column = next, each row a distribution.

    `pseudo_count` is added to every pair, so that one that was never seen is unlikely and not
    impossible. With 0 the counts speak alone: unseen pairs get -inf, and a token that nothing ever
    followed a uniform row. The mean loss of a text is minus the mean of the entries it visits.
    """
    if pseudo_count < 0:
        raise ValueError(f"pseudo_count is {pseudo_count}; it must be 0 or more.")
    if len(tokens) and not 0 <= tokens.min() <= tokens.max() < vocab_size:
        raise ValueError(
            f"Tokens must lie between 0 and {vocab_size - 1} (vocab_size - 1), but these reach "
            f"from {tokens.min()} to {tokens.max()}."
        )
    pairs = tokens[:-1] * vocab_size + tokens[1:]  # one number for each pair
    counts = torch.bincount(pairs, minlength=vocab_size**2).view(vocab_size, vocab_size)  # (V, V)
    counts = counts.double() + pseudo_count
    counts[counts.sum(dim=1) == 0] = 1
    return (counts.log() - counts.sum(dim=1, keepdim=True).log()).float()
