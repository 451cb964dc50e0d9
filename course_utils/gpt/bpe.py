"""Byte-pair encoding: learning which bytes belong together. Derived in notebook 07.

Start from single bytes and, again and again, join the two neighbours that occur most often
(Sennrich et al., 2016, https://arxiv.org/abs/1508.07909; on bytes: Radford et al., 2019). A token
is a byte string throughout this file; bpe_tokenizer.py gives the tokens their numbers.
"""

import heapq
from collections import Counter, defaultdict
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


def train_bpe(words: Mapping[bytes, int], n_merges: int) -> list[Pair]:
    """Find the pairs to merge, in order, in a text given as its distinct words with their counts.

    Each step takes the pair that occurs most often; of several, the greatest as two byte strings.
    Fewer pairs than asked for come back when every word has become one token.

    Recounting everything after each merge would take hours on a large text. A merge changes only
    words that contain its pair, and there only the neighbours: so the counts are mended in place.
    """
    spelled = [list(split_bytes(word)) for word in words]
    times = list(words.values())
    counts = count_pairs({split_bytes(word): n for word, n in words.items()})
    found_in = defaultdict(set)  # pair -> numbers of the words that contain it, or once did
    for i, word in enumerate(spelled):
        for pair in pairwise(word):
            found_in[pair].add(i)
    queue = [_queued(pair, n) for pair, n in counts.items()]
    heapq.heapify(queue)

    merges = []
    while queue and len(merges) < n_merges:
        negative_count, _, pair = heapq.heappop(queue)
        if -negative_count != counts[pair]:  # it has become rarer since it was queued
            if counts[pair] > 0:
                heapq.heappush(queue, _queued(pair, counts[pair]))
            continue
        merges.append(pair)
        left, right = pair
        joined = left + right
        new_counts = Counter()  # of the pairs that the new token is part of
        for i in found_in.pop(pair):
            word, n = spelled[i], times[i]
            at = 0
            while at < len(word) - 1:
                if word[at] == left and word[at + 1] == right:
                    word[at : at + 2] = [joined]
                    if at > 0:
                        before = word[at - 1]
                        counts[before, left] -= n
                        new_counts[before, joined] += n
                        found_in[before, joined].add(i)
                    if at + 1 < len(word):
                        after = word[at + 1]
                        counts[right, after] -= n
                        new_counts[joined, after] += n
                        found_in[joined, after].add(i)
                at += 1
        del counts[pair]
        for new_pair, n in new_counts.items():
            counts[new_pair] += n  # what a second merge in the same word took off is in `counts`
            heapq.heappush(queue, _queued(new_pair, counts[new_pair]))
    return merges


def split_bytes(word: bytes) -> tuple[bytes, ...]:
    """The word as single bytes, each a token."""
    return tuple([BYTES[byte] for byte in word])


class _Greatest:
    """Turns the order of pairs round, because heapq hands out the smallest first."""

    __slots__ = ("pair",)

    def __init__(self, pair: Pair):
        self.pair = pair

    def __lt__(self, other: "_Greatest") -> bool:
        return self.pair > other.pair


def _queued(pair: Pair, count: int) -> tuple[int, _Greatest, Pair]:
    return -count, _Greatest(pair), pair
