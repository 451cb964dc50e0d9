"""Judging what a model wrote: is it right, is it varied, is it copied? Used in notebook 11.

Three measures of a text, none of which needs a reader: the share of sentences that the grammar of
Tiny Tales knows, the share of word groups that are different, and the longest stretch that stands
word for word in the text that the model learned from. What a model remembers is in gpt/recall.py.
"""

import numpy as np

from course_utils.data.tales import is_grammatical, split_sentences

BASE = 0x9E3779B97F4A7C15  # any large odd number
WORD = 1 << 64  # the sums below are taken modulo 2^64, as NumPy's whole numbers do by themselves


def grammatical_share(text: str) -> float:
    """The share of sentences, from 0 to 1, that occur in some story of Tiny Tales.

    The first and the last sentence do not count: they may be cut off. nan if there are no others.
    """
    sentences = split_sentences(text)[1:-1]
    if not sentences:
        return float("nan")
    return sum(map(is_grammatical, sentences)) / len(sentences)


def distinct_n(text: str, n: int) -> float:
    """Of all groups of n words in a row, the share that are different (Li et al., 2016).

    1: nothing is said twice. Longer texts repeat more, so compare texts of one length. nan when
    there are fewer than n words. Raises ValueError when n is below 1.
    """
    if n < 1:
        raise ValueError(f"n is {n}; a group has one word or more.")
    words = text.split()
    groups = [tuple(words[i : i + n]) for i in range(len(words) - n + 1)]
    return len(set(groups)) / len(groups) if groups else float("nan")


class CopyFinder:
    """Finds what a text has in common, character for character, with a long source.

    If a stretch of n characters is copied, so is the one without its last character: hence the
    greatest n can be found by halving, and each n takes one pass over the source. A pass compares
    fingerprints: of the stretch c_0 ... c_(n-1) it is

        c_0 + c_1 BASE + ... + c_(n-1) BASE^(n-1)   modulo 2^64

    the difference of two running sums, divided by a power of BASE (Karp and Rabin, 1987). Stretches
    with equal fingerprints are then compared themselves.
    """

    def __init__(self, source: str):
        self.source = source
        self._sums, self._powers = _running_sums(source)

    def longest_run(self, text: str) -> str:
        """The longest stretch of `text` that also stands in the source; the first of several."""
        shortest, longest, found = 0, min(len(text), len(self.source)), ""
        sums = _running_sums(text)
        while shortest < longest:
            n = (shortest + longest + 1) // 2
            run = self._first_copied(text, sums, n)
            if run is None:
                longest = n - 1
            else:
                shortest, found = n, run
        return found

    def _first_copied(self, text: str, sums: tuple, n: int) -> str | None:
        """The first stretch of n characters that is copied, if there is one."""
        of_text = _fingerprints(*sums, n)
        of_source = _fingerprints(self._sums, self._powers, n)
        # Most of the source is ruled out by 20 bits alone.
        seen = np.zeros(1 << 20, dtype=bool)
        seen[_upper_bits(of_text)] = True
        of_source = of_source[seen[_upper_bits(of_source)]]
        for i in np.flatnonzero(np.isin(of_text, of_source)):
            if text[i : i + n] in self.source:
                return text[i : i + n]
        return None


def _running_sums(text: str) -> tuple[np.ndarray, np.ndarray]:
    """Sums of code BASE^i over the first 0, 1, ..., N characters (N+1,), and BASE^-i (N+1,)."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(
        np.uint64
    )
    powers = _powers(BASE, len(codes) + 1)
    sums = np.zeros(len(codes) + 1, dtype=np.uint64)
    np.cumsum(codes * powers[:-1], out=sums[1:])
    return sums, _powers(pow(BASE, -1, WORD), len(codes) + 1)


def _powers(base: int, n: int) -> np.ndarray:
    """base^0, ..., base^(n-1) modulo 2^64: (n,)."""
    factors = np.full(n, base, dtype=np.uint64)
    factors[0] = 1
    return np.multiply.accumulate(factors)


def _fingerprints(sums: np.ndarray, inverse_powers: np.ndarray, n: int) -> np.ndarray:
    """The fingerprints of all stretches of n characters of a text of N: (N - n + 1,)."""
    return (sums[n:] - sums[: len(sums) - n]) * inverse_powers[: len(sums) - n]


def _upper_bits(fingerprints: np.ndarray) -> np.ndarray:
    """20 bits of each, the upper ones: the lower bits of such sums are not well mixed."""
    return (fingerprints >> np.uint64(44)).astype(np.intp)
