"""Language models that count: what follows the last few tokens. Derived in notebook 07.

An n-gram model predicts a token from the n - 1 before it. n = 1 looks at nothing (unigram), n = 2
at the last token (bigram). They are the rungs between knowing nothing and the networks to come.
"""

import numpy as np


class NgramModel:
    """An n-gram model with Witten-Bell smoothing, counted from a text.

    Most long contexts occur once or never, so their counts alone are no good. Each estimate is
    mixed with that of the context that is one token shorter (Witten and Bell, 1991):

        p(c | h) = (count(h c) + T(h) p(c | shorter h)) / (N(h) + T(h))

    N(h) is how often the context h occurred and T(h) how many different tokens followed it: the
    more often h was followed by something new, the more is left to the shorter context. A context
    that never occurred leaves everything to it. Below the empty context all tokens are as likely.
    """

    def __init__(self, tokens: np.ndarray, vocab_size: int, n: int):
        """Count. tokens: (N,) whole numbers below vocab_size.

        Raises ValueError when n is below 1, when n tokens in a row make too many combinations to
        be numbered, or when a token lies outside the vocabulary.
        """
        tokens = np.asarray(tokens, dtype=np.int64)
        if n < 1 or vocab_size**n >= 2**63:
            raise ValueError(
                f"n is {n}; with {vocab_size} tokens it must lie between 1 and "
                f"{int(63 / np.log2(max(vocab_size, 2)))}."
            )
        if len(tokens) and not 0 <= tokens.min() <= tokens.max() < vocab_size:
            raise ValueError(
                f"Tokens must lie between 0 and {vocab_size - 1} (vocab_size - 1), but these "
                f"reach from {tokens.min()} to {tokens.max()}."
            )
        self.n, self.vocab_size = n, vocab_size
        self._levels = [_Level(tokens, vocab_size, k) for k in range(n)]

    def probabilities(self, context: np.ndarray) -> np.ndarray:
        """The distribution of what follows a context: (k,) tokens, any k -> (V,), sums to 1."""
        choices = np.arange(self.vocab_size)
        probabilities = np.full(self.vocab_size, 1 / self.vocab_size)
        for k, level in enumerate(self._levels[: len(context) + 1]):
            key = _number(context[len(context) - k :], self.vocab_size)
            probabilities = level.refine(np.full_like(choices, key), choices, probabilities)
        return probabilities

    def log_probs(self, tokens: np.ndarray) -> np.ndarray:
        """log p(token | the n - 1 before it) for every token of a text but the first: (N - 1,).

        The first few are predicted from the shorter contexts that they have.
        """
        tokens = np.asarray(tokens, dtype=np.int64)
        probabilities = np.full(len(tokens) - 1, 1 / self.vocab_size)
        for k, level in enumerate(self._levels):
            first = max(k, 1)  # the first token that has a context of k tokens
            keys = _context_numbers(tokens, self.vocab_size, k)[first - k :]
            here = slice(first - 1, None)
            probabilities[here] = level.refine(keys, tokens[first:], probabilities[here])
        return np.log(probabilities)

    def loss(self, tokens: np.ndarray) -> float:
        """The mean loss on a text, in nats per token."""
        return -float(self.log_probs(tokens).mean())

    def write(self, rng: np.random.Generator, start: np.ndarray, n_new: int) -> np.ndarray:
        """Continue `start` by n_new tokens, each drawn from what the model expects: all of them."""
        tokens = [int(token) for token in start]
        for _ in range(n_new):
            context = np.array(tokens[max(0, len(tokens) - self.n + 1) :], dtype=np.int64)
            tokens.append(int(rng.choice(self.vocab_size, p=self.probabilities(context))))
        return np.array(tokens)


class _Level:
    """The counts of one length of context, as sorted arrays: a hundred times quicker than dicts."""

    def __init__(self, tokens: np.ndarray, vocab_size: int, k: int):
        self.vocab_size = vocab_size
        contexts = _context_numbers(tokens, vocab_size, k)  # (N - k,)
        self.grams, self.gram_counts = np.unique(
            contexts * vocab_size + tokens[k:], return_counts=True
        )
        # Grams are sorted, so those of one context stand together: T(h) is how many they are.
        self.contexts, self.first, self.n_types = np.unique(
            self.grams // vocab_size, return_index=True, return_counts=True
        )
        ends = np.concatenate([[0], self.gram_counts.cumsum()])
        self.n_seen = ends[self.first + self.n_types] - ends[self.first]  # N(h)

    def refine(self, contexts, tokens, shorter) -> np.ndarray:
        """Mix in what this length of context knows. All three: (M,). shorter: its probabilities."""
        n_seen = _look_up(self.contexts, self.n_seen, contexts)
        n_types = _look_up(self.contexts, self.n_types, contexts)
        counts = _look_up(self.grams, self.gram_counts, contexts * self.vocab_size + tokens)
        never = n_seen == 0
        mixed = (counts + n_types * shorter) / np.where(never, 1, n_seen + n_types)
        return np.where(never, shorter, mixed)


def _look_up(keys: np.ndarray, values: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """The value of each wanted key, 0 for a key that is missing. keys: sorted."""
    if not len(keys):
        return np.zeros(len(wanted), dtype=np.int64)
    places = np.searchsorted(keys, wanted).clip(max=len(keys) - 1)
    return np.where(keys[places] == wanted, values[places], 0)


def _number(context: np.ndarray, vocab_size: int) -> int:
    """Write a context as one whole number, its tokens being the digits."""
    number = 0
    for token in context:
        number = number * vocab_size + int(token)
    return number


def _context_numbers(tokens: np.ndarray, vocab_size: int, k: int) -> np.ndarray:
    """The number of the k tokens before each token from the k-th on: (N - k,)."""
    n = max(len(tokens) - k, 0)
    numbers = np.zeros(n, dtype=np.int64)
    for i in range(k):
        numbers = numbers * vocab_size + tokens[i : i + n]
    return numbers
