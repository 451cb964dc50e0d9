"""What the exercises of notebook 07 are tried on, and how answers about bytes are shown.

Tokens are byte strings in the exercises. Here they are written as text, the tokens of a word with
spaces in between ("l ow er"): that is what a card shows, and what can be sent to another process.
"""

from typing import Any

import numpy as np
import torch

from course_utils.exercises.comparing import plain
from course_utils.exercises.drives import to_tensors
from course_utils.exercises.exercise import Case, case


def _words(rng: np.random.Generator, letters: str, n: int, longest: int) -> list[str]:
    """Draw n different words of a few letters, so that pairs repeat."""
    words: dict[str, None] = {}
    while len(words) < n:
        size = int(rng.integers(2, longest + 1))
        words["".join(rng.choice(list(letters), size))] = None
    return list(words)


def _spaced(word: str) -> str:
    return " ".join(word)


# --------------------------------------------------------------------------- encode_chars


def chars_cases(rng: np.random.Generator) -> list[Case]:
    def numbered(characters: str) -> dict[str, int]:
        return {character: i for i, character in enumerate(sorted(set(characters)))}

    letters = "".join(rng.choice(list("abcdefghijklmnop"), 30))
    text = "".join(rng.choice(list(letters), 12))
    shuffled = [str(c) for c in rng.permutation(list("abcdef"))]
    return [
        case("a word", text="cab", vocabulary={"a": 0, "b": 1, "c": 2, "d": 3}),
        case("random text", text=text, vocabulary=numbered(letters)),
        case(
            "a vocabulary in another order",
            text="".join(rng.choice(shuffled, 7)),
            vocabulary={character: i for i, character in enumerate(shuffled)},
        ),
        case("spaces, new lines and 猫", text="a 猫\nb", vocabulary=numbered("ab\n 猫!")),
        case("numbers with gaps", text="cab", vocabulary={"b": 7, "c": 2, "a": 10}),
        case("capitals and small letters", text="aAaA", vocabulary=numbered("aA")),
        case("no text", text="", vocabulary={"a": 0}),
        case("an unknown character", text="ab?", vocabulary={"a": 0, "b": 1}),
    ]


def drive_encode(answer, text: str, vocabulary: dict[str, int]) -> Any:
    """Return the numbers; where the text cannot be encoded, whether an error says so."""
    if set(text) <= set(vocabulary):
        return answer(text, vocabulary)
    try:
        return {"raises an error": False, "returns": answer(text, vocabulary)}
    except (KeyError, ValueError):
        return {"raises an error": True, "returns": None}


# ---------------------------------------------------------------------------- count_pairs


def count_cases(rng: np.random.Generator) -> list[Case]:
    drawn = [
        case("two words", words={"h e n": 3, "t h e": 2}),
        case("letters that repeat", words={"a a a": 2, "b a a": 1}),
    ]
    for n in (3, 6):
        words = _words(rng, "abcd", n, 6)
        counted = {_spaced(word): int(rng.integers(1, 9)) for word in words}
        drawn.append(case("random words", words=counted))
    drawn += [
        case("tokens of several letters", words={"th e": 4, "th e n": 1, "he n": 2}),
        case("words of one token", words={"a": 5, "the": 2}),
        case("no words", words={}),
    ]
    return drawn


def drive_count(answer, words: dict[str, int]) -> Any:
    """Count the pairs of words written with spaces; pairs come back written so, too."""
    counts = answer({_tokens(word): times for word, times in words.items()})
    if not isinstance(counts, dict):
        return plain(counts)
    return {shown(pair): plain(times) for pair, times in sorted(counts.items(), key=repr)}


# ----------------------------------------------------------------------------- merge_pair


def merge_cases(rng: np.random.Generator) -> list[Case]:
    drawn = [
        case("once", word="t h e n", pair="h e"),
        case("twice", word="b a n a n a", pair="a n"),
        case("three in a row", word="a a a", pair="a a"),
        case("the pair the other way round", word="b a a b", pair="a b"),
        case("not there", word="h e n", pair="t h"),
        case("tokens of several letters", word="t he th e n", pair="th e"),
        case("tokens of several letters", word="ba n a n a", pair="a n"),
        case("a single token", word="a", pair="a a"),
    ]
    for _ in range(3):
        word = _spaced("".join(rng.choice(list("ab"), int(rng.integers(6, 12)))))
        pair = _spaced("".join(rng.choice(list("ab"), 2)))
        drawn.append(case("random words", word=word, pair=pair))
    return drawn


def drive_merge(answer, word: str, pair: str) -> Any:
    """Merge a pair in a word; the word comes back as a list of tokens."""
    return shown_tokens(answer(_tokens(word), _tokens(pair)))


# ------------------------------------------------------------------------------ train_bpe


def train_cases(rng: np.random.Generator) -> list[Case]:
    drawn = [
        case("one merge", words={"the": 2, "hen": 3}, n_merges=1),
        case("a few merges", words={"the": 6, "then": 2, "hen": 3, "ten": 1}, n_merges=4),
        case("equally frequent pairs", words={"bc": 1, "ab": 1, "cd": 1}, n_merges=3),
        case("equally frequent pairs", words={"abab": 1, "cd": 1}, n_merges=3),
        # The greatest pair is another one than the pair whose letters joined are the greatest.
        case("equally frequent pairs", words={"ab": 5, "aba": 1, "az": 1}, n_merges=2),
        case("equally frequent pairs", words={"ba": 1, "bc": 1, "bb": 1}, n_merges=2),
        case("more merges than there are pairs", words={"ab": 2}, n_merges=9),
    ]
    for n in (4, 7):
        words = {word: int(rng.integers(1, 9)) for word in _words(rng, "abcde", n, 7)}
        drawn.append(case("random words", words=words, n_merges=6))
    return drawn


def drive_train(answer, words: dict[str, int], n_merges: int) -> Any:
    """Train on words given as text; merges come back as text."""
    merges = answer({word.encode(): times for word, times in words.items()}, n_merges)
    return [shown(pair) for pair in merges] if isinstance(merges, list | tuple) else plain(merges)


# ----------------------------------------------------------------------------- bpe_encode


def encode_cases(rng: np.random.Generator) -> list[Case]:
    thens = {"h e": 0, "t he": 1, "he n": 2, "the n": 3, "e n": 4}
    drawn = [
        case("one merge", word="hen", ranks={"h e": 0}),
        case("merges on top of merges", word="then", ranks=thens),
        case("an early merge on the right", word="abc", ranks={"b c": 0, "a b": 1}),
        case(
            "the longest token is not first",
            word="abcd",
            ranks={"c d": 0, "a b": 1, "ab c": 2},
        ),
        case(
            "the longest token is out of reach", word="abc", ranks={"a b": 0, "b c": 1, "a bc": 2}
        ),
        case("twice in a word", word="banana", ranks={"a n": 0, "an an": 1, "b anan": 2}),
        case("three in a row", word="aaa", ranks={"a a": 0}),
        case("ranks in another order", word="abc", ranks={"a b": 1, "b c": 0}),
        case("nothing to merge", word="ten", ranks={"h e": 0}),
        case("a single byte", word="a", ranks={"a a": 0}),
    ]
    letters = [str(c) for c in rng.permutation(list("abc"))]
    x, y, z = letters
    ranks = {f"{x} {y}": 0, f"{y} {z}": 1, f"{x}{y} {x}{y}": 2, f"{z} {x}": 3, f"{y}{z} {x}": 4}
    for _ in range(3):
        word = "".join(rng.choice(letters, int(rng.integers(8, 14))))
        drawn.append(case("random words", word=word, ranks=ranks))
    return drawn


def drive_bpe(answer, word: str, ranks: dict[str, int]) -> Any:
    """Encode a word given as text; the tokens come back as a list of texts."""
    return shown_tokens(answer(word.encode(), {_tokens(p): rank for p, rank in ranks.items()}))


# ------------------------------------------------------------------------ bigram_log_probs


def bigram_cases(rng: np.random.Generator) -> list[Case]:
    def counted(group: str, tokens, vocab_size: int, pseudo_count: float) -> Case:
        tokens = np.array(tokens, dtype=np.int64)
        return case(group, tokens=tokens, vocab_size=vocab_size, pseudo_count=pseudo_count)

    drawn = [
        counted("two tokens", [0, 1, 0, 1, 1], 2, 1.0),
        counted("other pseudo-counts", [0, 1, 0, 1, 1], 2, 0.5),
        counted("a token that never occurs", [0, 1, 1, 0, 1], 3, 1.0),
    ]
    for V in (4, 7):
        tokens = rng.choice(V, size=40, p=rng.dirichlet(np.ones(V)))
        drawn.append(counted("random text", tokens, V, 1.0))
        little = float(np.round(rng.uniform(0.1, 0.9), 2))
        drawn.append(counted("other pseudo-counts", tokens, V, little))
    return drawn


def drive_bigram(answer, tokens: np.ndarray, vocab_size: int, pseudo_count: float) -> Any:
    """Count on a tensor of tokens."""
    log_probs = answer(to_tensors(tokens), vocab_size, pseudo_count)
    if isinstance(log_probs, np.ndarray):
        raise TypeError(
            "your function returned a NumPy array, but a tensor is wanted, as `tokens` is one: "
            "the network of section 5 will need it"
        )
    return plain(log_probs)


# ------------------------------------------------------------------------------ get_batch

DRAWS_FOR_EACH = 40  # windows drawn for each place where one can begin
BATCH_PROPERTIES = (
    "shape of the inputs",
    "shape of the targets",
    "the tokens are whole numbers",
    "inputs are windows of neighbours",
    "places from each input to its target",
    "one window fills the whole batch",
    "windows begin at",
    "all windows are about equally frequent",
    "the same generator gives the same batch",
    "another generator gives another batch",
)


def batch_cases(rng: np.random.Generator) -> list[Case]:
    def row(n: int) -> np.ndarray:
        # All different, so that a window tells where it was cut out.
        return rng.permutation(100 + n)[:n].astype(np.int64)

    def windows(group: str, n: int, context_length: int) -> Case:
        return case(
            group,
            data=row(n),
            batch_size=DRAWS_FOR_EACH * (n - context_length),
            context_length=context_length,
        )

    return [
        windows("a row of 7 tokens", 7, 3),
        windows("longer rows", 12, 4),
        windows("longer rows", int(rng.integers(15, 25)), 5),
        windows("room for one window only", 5, 4),
    ]


def drive_batch(answer, data: np.ndarray, batch_size: int, context_length: int) -> Any:
    """Draw three batches: two with equal generators and one with another."""

    def draw(seed: int) -> Any:
        generator = torch.Generator().manual_seed(seed)
        return plain(answer(torch.from_numpy(data), batch_size, context_length, generator))

    first = draw(0)
    return None if first is None else {"first": first, "again": draw(0), "other": draw(1)}


def batch_properties(drawn, data: np.ndarray, batch_size: int, context_length: int) -> dict:
    """Name what must hold of batches, whichever windows are drawn."""
    x, y = drawn["first"]
    found: dict[str, Any] = dict.fromkeys(BATCH_PROPERTIES, "not looked at")
    found["shape of the inputs"], found["shape of the targets"] = x.shape, y.shape
    if x.shape != (batch_size, context_length) or y.shape != x.shape:
        return found
    found["the tokens are whole numbers"] = x.dtype.kind == y.dtype.kind == "i"
    place = {int(token): i for i, token in enumerate(data)}
    at, at_targets = (
        np.array([[place.get(token, -len(data)) for token in row] for row in tokens.tolist()])
        for tokens in (x, y)
    )  # (B, T): where in the data each token stands
    ahead = set((at_targets - at).ravel().tolist())
    starts = set(at[:, 0].tolist())
    n_starts = len(data) - context_length
    found["inputs are windows of neighbours"] = bool((np.diff(at, axis=1) == 1).all())
    found["places from each input to its target"] = (
        str(ahead.pop()) if len(ahead) == 1 else "now this, now that"
    )
    found["one window fills the whole batch"] = n_starts > 1 and len(starts) == 1
    if found["one window fills the whole batch"]:
        return found
    changed = bool((drawn["other"][0] != x).any())
    often = np.array([np.sum(at[:, 0] == start) for start in range(n_starts)]) / DRAWS_FOR_EACH
    return found | {
        "windows begin at": f"{min(starts)} to {max(starts)}",
        # Fair draws leave this range less than once in a million times.
        "all windows are about equally frequent": bool((often > 0.25).all() and often.max() < 2.2),
        "the same generator gives the same batch": bool((drawn["again"][0] == x).all()),
        "another generator gives another batch": n_starts == 1 or changed,
    }


# ---------------------------------------------------------------------------- as text


def _tokens(word: str) -> tuple[bytes, ...]:
    """Read "l ow" as (b"l", b"ow")."""
    return tuple(token.encode() for token in word.split())


def shown(tokens: Any) -> Any:
    """Write (b"l", b"ow") as "l ow"; what is no such tuple is written as Python shows it."""
    if isinstance(tokens, tuple) and all(isinstance(token, bytes) for token in tokens):
        return " ".join(token.decode("utf-8", errors="replace") for token in tokens)
    return repr(tokens)


def shown_tokens(tokens: Any) -> Any:
    """Write a tuple of byte strings as a list of texts.

    Raises TypeError for a list, which could not be the key of a dictionary of words.
    """
    if isinstance(tokens, list):
        raise TypeError(
            "your function returned a list, but a word is a tuple of tokens: only a tuple can be "
            "the key of a dictionary, and words are counted in one. End with `return tuple(...)`"
        )
    if not isinstance(tokens, tuple):
        return plain(tokens)
    return [shown((token,)) for token in tokens]
