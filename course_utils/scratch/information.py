"""What a loss value means: entropy, divergence, perplexity, bits per character.

Derived in notebook 04. All in nats (natural logarithms) unless the name says bits. A distribution
is a row of probabilities along the last axis; 0 log 0 counts as 0, its limit.
"""

import numpy as np


def entropy(p):
    """The average surprise of one who knows the true distribution p: -sum p log p.

    p: (..., C), rows that sum to 1 -> (...). No model of p can have a lower loss.
    """
    return cross_entropy_of(p, p)


def cross_entropy_of(p, q):
    """The average surprise of one who believes q, while the truth is p: -sum p log q.

    p, q: (..., C), rows that sum to 1 -> (...). Infinite when q calls impossible what happens.
    """
    p, q = np.broadcast_arrays(p, q)
    happens = p > 0
    with np.errstate(divide="ignore"):
        log_q = np.log(q, where=happens, out=np.zeros(q.shape))
    return -np.sum(np.where(happens, p * log_q, 0.0), axis=-1)


def kl_divergence(p, q):
    """What believing q costs beyond the entropy of the truth p: sum p log(p / q), never negative.

    p, q: (..., C), rows that sum to 1 -> (...). Not symmetric
    (Kullback and Leibler, 1951, https://doi.org/10.1214/aoms/1177729694).
    """
    return cross_entropy_of(p, q) - entropy(p)


def perplexity(token_losses):
    """Among how many equally likely tokens a model with these losses might as well be guessing.

    token_losses: (T,), the negative log-likelihood of each token in nats; or their mean, a number.
    -> a number, at least 1: e to the power of the mean.
    """
    return np.exp(np.mean(token_losses))


def bits_per_character(token_losses, n_characters):
    """How many bits a model needs for each character of a text: comparable between tokenizers.

    token_losses: (T,), the negative log-likelihood of each token in nats.
    n_characters: the number of characters that these T tokens spell. -> a number.
    """
    return np.sum(token_losses) / np.log(2) / n_characters
