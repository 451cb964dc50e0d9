"""What every tokenizer of the course can do, and reading one back from its file.

The kinds are chapters of their own: characters.py and bpe_tokenizer.py.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Protocol, runtime_checkable

from course_utils.gpt.bpe_tokenizer import BPETokenizer
from course_utils.gpt.characters import CharTokenizer


@runtime_checkable
class Tokenizer(Protocol):
    """Text to whole numbers below `vocab_size`, and back."""

    @property
    def vocab_size(self) -> int: ...

    def encode(self, text: str) -> list[int]: ...

    def decode(self, tokens: Sequence[int]) -> str: ...

    def encode_iterable(self, texts: Iterable[str]) -> Iterator[int]: ...

    def decode_iterable(self, tokens: Iterable[int]) -> Iterator[str]: ...

    def save(self, path: str | Path) -> None: ...


def load_tokenizer(path: str | Path) -> Tokenizer:
    """Read the tokenizer that was saved at `path`, of whichever kind it is.

    Raises ValueError when the file is missing or holds no tokenizer.
    """
    try:
        content = json.loads(Path(path).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ValueError(
            f"There is no tokenizer at {path}. A run's folder holds one as tokenizer.json."
        ) from None
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{path} is not valid JSON ({error}): it holds no tokenizer.") from None
    if isinstance(content, dict) and content.get("type") == "characters":
        return CharTokenizer.load(path)
    if isinstance(content, dict) and "model" in content:
        return BPETokenizer.load(path)
    raise ValueError(f"{path} is JSON, but not a tokenizer that the course can read.")
