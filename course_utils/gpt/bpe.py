"""Byte-pair encoding: learning which bytes belong together. Derived in notebook 07.

Start from single bytes and, again and again, join the two neighbours that occur most often
(Sennrich et al., 2016, https://arxiv.org/abs/1508.07909; on bytes: Radford et al., 2019). A token
is a byte string throughout this file; bpe_tokenizer.py gives the tokens their numbers, and
fast_bpe.py trains on large texts.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise

Pair = tuple[bytes, bytes]

BYTES = tuple(bytes([i]) for i in range(256))  # the tokens that everything starts from


def count_pairs(words: Mapping[Sequence[bytes], int]) -> Counter[Pair]:
    """How often each two tokens stand side by side in a text.

    The text comes as its distinct words, each a tuple of tokens, with how often the word occurs.
    The end of one word and the start of the next are not neighbours.
    """
    counts = Counter()
    for word, times in words.items():
        for pair in pairwise(word):
            counts[pair] += times
    return counts


def merge_pair(word: Sequence[bytes], pair: Pair) -> tuple[bytes, ...]:
    """Join the two tokens of the pair wherever they meet, from left to right."""
    left, right = pair
    merged = []
    for token in word:
        if token == right and merged and merged[-1] == left:
            merged[-1] = left + right
        else:
            merged.append(token)
    return tuple(merged)


def train_bpe(words: Mapping[bytes, int], n_merges: int) -> list[Pair]:
    """Find the pairs to merge, in order, in a text given as its distinct words with their counts.

    Each step takes the pair that occurs most often; of several, the greatest as two byte strings
    (without a rule for ties, two people would get two tokenizers from one text). Fewer pairs than
    asked for come back when every word has become one token.

    Everything is counted anew after each merge; on a large text take `fast_bpe.train_bpe_fast`.
    """
    spelled = {split_bytes(word): times for word, times in words.items()}
    merges = []
    for _ in range(n_merges):
        counts = count_pairs(spelled)
        if not counts:
            break
        pair = max(counts, key=lambda pair: (counts[pair], pair))
        merges.append(pair)
        spelled = {merge_pair(word, pair): times for word, times in spelled.items()}
    return merges


def bpe_encode(word: bytes, ranks: Mapping[Pair, int]) -> tuple[bytes, ...]:
    """Cut one word into tokens by doing the merges of the training again, in their order.

    `ranks` says as the how-many-th each pair was merged; the lowest rank goes first.
    """
    tokens = split_bytes(word)
    while len(tokens) > 1:
        pair = min(pairwise(tokens), key=lambda pair: ranks.get(pair, len(ranks)))
        if pair not in ranks:
            break
        tokens = merge_pair(tokens, pair)
    return tokens


def split_bytes(word: bytes) -> tuple[bytes, ...]:
    """The word as single bytes, each a token."""
    return tuple([BYTES[byte] for byte in word])
