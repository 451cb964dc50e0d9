"""A byte-level BPE tokenizer like GPT-2's: text to numbers and back. Derived in notebook 07.

bpe.py finds the merges; hugging_face.py reads and writes the files.
"""

import codecs
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path

import regex

from course_utils.gpt.bpe import BYTES, Pair, bpe_encode
from course_utils.gpt.fast_bpe import bpe_encode_fast, train_bpe_fast

# How GPT-2 cuts text into words before any merge: English endings such as 's; letters, digits or
# other signs, each with one space in front; white space, of which the last goes with what follows.
WORD_PATTERN = regex.compile(
    r"'(?:s|t|re|ve|m|ll|d)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
)
LONG_WORD = 40  # characters; on shorter ones the plain way is as fast
WORD_END = regex.compile(r"(?r)(?<=\S)\s")  # searched from the right


class BPETokenizer:
    """Byte-pair encoding on the bytes of UTF-8: every text has tokens, and comes back unchanged.

    `merges` are pairs of byte strings in the order in which they were learned. A special token is
    a text, such as "<|endoftext|>", that is one token wherever it stands. `token_ids` gives each
    token its number, keyed by bytes for ordinary and by str for special ones; without it, bytes
    are 0 to 255, then come the merges, then the special tokens.
    """

    def __init__(
        self,
        merges: Sequence[Pair],
        special_tokens: Sequence[str] = (),
        token_ids: Mapping[bytes | str, int] | None = None,
    ):
        self.merges = list(merges)
        self.special_tokens = list(special_tokens)
        if token_ids is None:
            ordinary = [*BYTES, *(left + right for left, right in self.merges)]
            token_ids = {t: i for i, t in enumerate(dict.fromkeys([*ordinary, *special_tokens]))}
        self.token_ids = dict(token_ids)
        self._check()
        self._ranks = {pair: rank for rank, pair in reversed(list(enumerate(self.merges)))}
        self._bytes = {
            number: token.encode() if isinstance(token, str) else token
            for token, number in self.token_ids.items()
        }
        # The longest first: of two special tokens that begin alike, the longer one is meant.
        longest_first = sorted(self.special_tokens, key=len, reverse=True)
        self._special_pattern = regex.compile("|".join(map(regex.escape, longest_first)))
        self._words = _WordCache(self._encode_word)

    @classmethod
    def train(
        cls, texts: str | Iterable[str], vocab_size: int, special_tokens: Sequence[str] = ()
    ) -> "BPETokenizer":
        """Learn merges from a text, or from several, until there are `vocab_size` tokens.

        The 256 bytes and the special tokens count too: ValueError when there is no room for them.
        A small text may run out of pairs first.
        """
        n_merges = vocab_size - len(BYTES) - len(special_tokens)
        if n_merges < 0:
            raise ValueError(
                f"vocab_size is {vocab_size}, but the 256 bytes and {len(special_tokens)} special "
                f"tokens already make {vocab_size - n_merges}. Ask for at least that many."
            )
        tokenizer = cls([], special_tokens)
        words = Counter()
        for text in [texts] if isinstance(texts, str) else texts:
            for piece, is_special in tokenizer._split_special(text):
                if not is_special:
                    words.update(WORD_PATTERN.findall(piece))
        merges = train_bpe_fast({_to_bytes(word): n for word, n in words.items()}, n_merges)
        return cls(merges, special_tokens)

    @property
    def vocab_size(self) -> int:
        """One more than the greatest number in use: what an embedding needs."""
        return max(self._bytes) + 1

    def encode(self, text: str) -> list[int]:
        """The numbers of the tokens of a text; special tokens in it are recognised.

        Raises ValueError for half a surrogate pair, which has no bytes.
        """
        tokens: list[int] = []
        for piece, is_special in self._split_special(text):
            if is_special:
                tokens.append(self.token_ids[piece])
            else:
                words = WORD_PATTERN.findall(piece)
                tokens.extend(chain.from_iterable(map(self._words.__getitem__, words)))
        return tokens

    def decode(self, tokens: Sequence[int]) -> str:
        """The text of the tokens. Bytes that are not valid UTF-8 become U+FFFD.

        Raises ValueError for a number that is none of its own.
        """
        return self._join(tokens).decode("utf-8", errors="replace")

    def encode_iterable(self, texts: Iterable[str]) -> Iterator[int]:
        """Yield the tokens of the texts joined together, such as the lines of an open file.

        Holds in memory only what may still change: the last word or so.
        """
        held = ""
        for text in texts:
            searched = len(held)
            held += text
            cut = self._last_safe_cut(held, searched)
            yield from self.encode(held[:cut])
            held = held[cut:]
        yield from self.encode(held)

    def decode_iterable(self, tokens: Iterable[int]) -> Iterator[str]:
        """Yield text as soon as the tokens so far make whole characters."""
        decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        for token in tokens:
            if text := decoder.decode(self._join([token])):
                yield text
        if text := decoder.decode(b"", final=True):
            yield text

    def save(self, path: str | Path) -> None:
        """Write Hugging Face's tokenizer.json."""
        from course_utils.gpt.hugging_face import write_tokenizer_json

        write_tokenizer_json(self, path)

    @classmethod
    def load(cls, path: str | Path) -> "BPETokenizer":
        """Read Hugging Face's tokenizer.json. Raises ValueError for another kind of tokenizer."""
        from course_utils.gpt.hugging_face import read_tokenizer_json

        return read_tokenizer_json(path)

    @classmethod
    def from_gpt2(cls, folder: str | Path) -> "BPETokenizer":
        """Read vocab.json and merges.txt, in which GPT-2's own tokenizer is published."""
        from course_utils.gpt.hugging_face import read_gpt2_tokenizer

        return read_gpt2_tokenizer(folder)

    def _check(self) -> None:
        if "" in self.special_tokens or len(set(self.special_tokens)) < len(self.special_tokens):
            raise ValueError(
                f"Special tokens must be different from each other and not empty; these are "
                f"{self.special_tokens}."
            )
        needed = [*BYTES, *(left + right for left, right in self.merges), *self.special_tokens]
        if missing := [token for token in needed if token not in self.token_ids]:
            raise ValueError(
                f"{len(missing)} tokens have no number, {missing[0]!r} among them. A byte-level "
                f"tokenizer needs one for each of the 256 bytes, each merge and special token."
            )
        if len(set(self.token_ids.values())) < len(self.token_ids):
            raise ValueError("Two tokens have the same number; decoding could not tell them apart.")

    def _encode_word(self, word: str) -> list[int]:
        encode = bpe_encode if len(word) < LONG_WORD else bpe_encode_fast
        return [self.token_ids[token] for token in encode(_to_bytes(word), self._ranks)]

    def _join(self, tokens: Iterable[int]) -> bytes:
        try:
            return b"".join([self._bytes[int(token)] for token in tokens])
        except KeyError as error:
            raise ValueError(
                f"There is no token {error.args[0]}: this tokenizer's numbers lie between 0 and "
                f"{self.vocab_size - 1}. Were they made by another tokenizer?"
            ) from None

    def _split_special(self, text: str) -> Iterator[tuple[str, bool]]:
        """Cut the text at special tokens: pieces, each with whether it is one."""
        if not self.special_tokens:
            yield text, False
            return
        start = 0
        for match in self._special_pattern.finditer(text):
            yield text[start : match.start()], False
            yield match.group(), True
            start = match.end()
        yield text[start:], False

    def _last_safe_cut(self, text: str, start: int) -> int:
        """The last place, from `start` on, where tokens to the left depend on nothing to the right.

        A word always ends where white space begins, unless a special token reaches across.
        """
        cut = len(text)
        while match := WORD_END.search(text, start, cut):
            cut = match.start()
            if not any(_reaches_across(text, cut, special) for special in self.special_tokens):
                return cut
        return 0


class _WordCache(dict):
    """The tokens of each word met so far. Words repeat: most are looked up, not encoded."""

    max_words = 200_000

    def __init__(self, encode_word):
        super().__init__()
        self.encode_word = encode_word

    def __missing__(self, word: str) -> list[int]:
        tokens = self.encode_word(word)
        if len(self) >= self.max_words:
            self.clear()
        self[word] = tokens
        return tokens


def _to_bytes(word: str) -> bytes:
    try:
        return word.encode("utf-8")
    except UnicodeEncodeError as error:
        raise ValueError(
            f"The text contains {word[error.start]!r}, half of a surrogate pair, which is not a "
            f"character and has no bytes. Read the file with encoding='utf-8', errors='replace'."
        ) from None


def _reaches_across(text: str, cut: int, special: str) -> bool:
    """Whether the special token, or as much of it as the text holds, lies over the cut."""
    starts = range(max(0, cut - len(special) + 1), cut)
    return any(special.startswith(text[at : at + len(special)]) for at in starts)
