"""The simplest tokenizer: one token for each character. Derived in notebook 07."""

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path


def encode_chars(text: str, vocabulary: dict[str, int]) -> list[int]:
    """Look up the number of each character.

    Raises ValueError for a character that the vocabulary does not have.
    """
    try:
        return [vocabulary[character] for character in text]
    except KeyError as error:
        raise ValueError(
            f"The vocabulary has no token for {error.args[0]!r}. It knows: "
            f"{''.join(vocabulary)!r}. Build the tokenizer from a text that contains it."
        ) from None


class CharTokenizer:
    """One token for each character that a text contains, numbered in the order of Unicode."""

    def __init__(self, characters: Iterable[str]):
        self.characters = sorted(set(characters))
        self.vocabulary = {character: i for i, character in enumerate(self.characters)}
        self._characters = dict(enumerate(self.characters))

    @classmethod
    def from_text(cls, text: str) -> "CharTokenizer":
        """A tokenizer for every text of the characters of this one."""
        return cls(text)

    @property
    def vocab_size(self) -> int:
        """How many characters it knows."""
        return len(self.characters)

    def encode(self, text: str) -> list[int]:
        """The number of each character. Raises ValueError for one that it does not know."""
        return encode_chars(text, self.vocabulary)

    def decode(self, tokens: Sequence[int]) -> str:
        """The text of the tokens. Raises ValueError for a number that is none of its own."""
        try:
            return "".join([self._characters[int(token)] for token in tokens])
        except KeyError as error:
            raise ValueError(
                f"There is no token {error.args[0]}: this tokenizer's numbers lie between 0 and "
                f"{self.vocab_size - 1}. Were they made by another tokenizer?"
            ) from None

    def encode_iterable(self, texts: Iterable[str]) -> Iterator[int]:
        """Yield the tokens of the texts joined together, such as the lines of an open file."""
        for text in texts:
            yield from self.encode(text)

    def decode_iterable(self, tokens: Iterable[int]) -> Iterator[str]:
        """Yield the text of each token."""
        for token in tokens:
            yield self.decode([token])

    def save(self, path: str | Path) -> None:
        """Write the characters as JSON; `CharTokenizer.load` or `load_tokenizer` reads them."""
        content = {"type": "characters", "characters": self.characters}
        Path(path).write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, path: str | Path) -> "CharTokenizer":
        """Read what `save` wrote. Raises ValueError when the file holds something else."""
        content = json.loads(Path(path).read_text(encoding="utf-8"))
        if not isinstance(content, dict) or content.get("type") != "characters":
            raise ValueError(
                f"{path} holds no character tokenizer. Read it with "
                f"course_utils.gpt.tokenizers.load_tokenizer, which tells the kinds apart."
            )
        characters = content.get("characters")
        if not isinstance(characters, list) or not all(
            isinstance(character, str) and len(character) == 1 for character in characters
        ):
            raise ValueError(
                f"{path} is damaged: its characters should be a list of single characters."
            )
        return cls(characters)
