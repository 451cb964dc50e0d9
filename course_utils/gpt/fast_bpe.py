"""Byte-pair encoding on large texts and long words. bpe.py has the plain version, of notebook 07.

Counting everything anew after each merge takes hours on a large text. A merge changes only words
that contain its pair, and in them only the neighbours: so the counts are mended in place, and a
queue knows the pair that comes next.
"""

import heapq
from collections import Counter, defaultdict
from collections.abc import Mapping
from itertools import pairwise
from typing import Literal

from course_utils.gpt.bpe import BYTES, Pair, count_pairs, split_bytes


def train_bpe_fast(
    words: Mapping[bytes, int], n_merges: int, ties: Literal["greatest", "oldest"] = "greatest"
) -> list[Pair]:
    """Find the very merges that `bpe.train_bpe` finds, in a small part of the time.

    Of pairs that occur equally often the greatest goes first, as there. With `ties="oldest"` it is
    the one whose tokens are oldest, bytes first and by value: the rule of Hugging Face's library
    tokenizers, for comparison with it.
    """
    spelled = [list(split_bytes(word)) for word in words]
    times = list(words.values())
    counts = count_pairs({split_bytes(word): n for word, n in words.items()})
    found_in = defaultdict(set)  # pair -> numbers of the words that contain it, or once did
    for i, word in enumerate(spelled):
        for pair in pairwise(word):
            found_in[pair].add(i)
    age = {token: i for i, token in enumerate(BYTES)}

    def queued(pair: Pair) -> tuple:
        tie = _Greatest(pair) if ties == "greatest" else (age[pair[0]], age[pair[1]])
        return -counts[pair], tie, pair

    queue = [queued(pair) for pair in counts]
    heapq.heapify(queue)

    merges = []
    while queue and len(merges) < n_merges:
        negative_count, _, pair = heapq.heappop(queue)
        if -negative_count != counts[pair]:  # it has become rarer since it was queued
            if counts[pair] > 0:
                heapq.heappush(queue, queued(pair))
            continue
        merges.append(pair)
        left, right = pair
        joined = left + right
        age.setdefault(joined, len(age))
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
            counts[new_pair] += n  # a second merge in the same word may have taken some off
            if counts[new_pair] > 0:
                heapq.heappush(queue, queued(new_pair))
    return merges


def bpe_encode_fast(word: bytes, ranks: Mapping[Pair, int]) -> tuple[bytes, ...]:
    """Cut a word into the tokens of `bpe.bpe_encode`, without a search through it for each merge.

    For a word of thousands of letters, such as an address or a picture written as text, and ranks
    in the order of a training: there no merge makes possible one that comes before it.
    """
    tokens: list[bytes | None] = list(split_bytes(word))
    end = len(tokens)
    after, before = list(range(1, end + 1)), list(range(-1, end - 1))  # a chain of the tokens left
    queue = [(ranks[pair], i) for i, pair in enumerate(pairwise(tokens)) if pair in ranks]
    heapq.heapify(queue)
    while queue:
        rank, i = heapq.heappop(queue)
        j = after[i]
        if tokens[i] is None or j == end or ranks.get((tokens[i], tokens[j])) != rank:
            continue  # the pair is no longer there
        tokens[i], tokens[j] = tokens[i] + tokens[j], None
        after[i] = after[j]
        if after[i] < end:
            before[after[i]] = i
        for left in (before[i], i):
            if left >= 0 and after[left] < end:
                pair = (tokens[left], tokens[after[left]])
                if pair in ranks:
                    heapq.heappush(queue, (ranks[pair], left))
    return tuple([token for token in tokens if token is not None])


class _Greatest:
    """A pair in reverse order, because heapq hands out the smallest first."""

    __slots__ = ("pair",)

    def __init__(self, pair: Pair):
        self.pair = pair

    def __lt__(self, other: "_Greatest") -> bool:
        return self.pair > other.pair
