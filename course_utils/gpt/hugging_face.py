"""Tokenizers in the files that other tools read: tokenizer.json, and GPT-2's two files.

The format is that of Hugging Face's tokenizers library. Only byte-level BPE that cuts words as
GPT-2 does is read; a file that asks for anything else is refused with the reason.
"""

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from course_utils.gpt.bpe import BYTES, Pair
from course_utils.gpt.bpe_tokenizer import BPETokenizer


def write_tokenizer_json(tokenizer: BPETokenizer, path: str | Path) -> None:
    """Write a tokenizer so that the library tokenizers gives the same numbers."""
    byte_level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True}
    content = {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [
            {
                "id": tokenizer.token_ids[token],
                "content": token,
                "single_word": False,
                "lstrip": False,
                "rstrip": False,
                "normalized": False,
                "special": True,
            }
            for token in sorted(tokenizer.special_tokens, key=tokenizer.token_ids.__getitem__)
        ],
        "normalizer": None,
        "pre_tokenizer": byte_level | {"use_regex": True},
        "post_processor": None,
        "decoder": byte_level | {"use_regex": True},
        "model": {
            "type": "BPE",
            "dropout": None,
            "unk_token": None,
            "continuing_subword_prefix": None,
            "end_of_word_suffix": None,
            "fuse_unk": False,
            "byte_fallback": False,
            "ignore_merges": False,
            "vocab": {
                to_printable(token): number
                for token, number in sorted(tokenizer.token_ids.items(), key=lambda item: item[1])
                if isinstance(token, bytes)
            },
            "merges": [[to_printable(a), to_printable(b)] for a, b in tokenizer.merges],
        },
    }
    text = json.dumps(content, ensure_ascii=False, indent=1)
    Path(path).write_text(text + "\n", encoding="utf-8")


def read_tokenizer_json(path: str | Path) -> BPETokenizer:
    """Read a tokenizer.json. Raises ValueError, with the reason, when it cannot be reproduced."""
    content = read_json(path)
    with _laid_out_as_expected(path):
        if problem := _unsupported(content):
            raise ValueError(
                f"{path} describes a tokenizer that the course cannot reproduce: {problem}. It "
                f"reads byte-level BPE with GPT-2's way of cutting words; for others use the "
                f"library tokenizers."
            )
        special = {token["content"]: token["id"] for token in content.get("added_tokens", [])}
        model = content["model"]
        merges = [m.split(" ") if isinstance(m, str) else m for m in model["merges"]]
        vocabulary = {token: i for token, i in model["vocab"].items() if token not in special}
        return _build(path, vocabulary, merges, special)


def read_gpt2_tokenizer(folder: str | Path) -> BPETokenizer:
    """Read vocab.json and merges.txt. Raises ValueError when one is missing or damaged."""
    folder = Path(folder)
    vocabulary = read_json(folder / "vocab.json")
    lines = read_text(folder / "merges.txt").split("\n")
    merges = [line.split(" ") for line in lines if line and not line.startswith("#version")]
    # What neither is a byte nor comes out of a merge can only be a special token.
    ordinary = {PRINTABLE[byte] for byte in range(256)} | {"".join(pair) for pair in merges}
    special = {token: i for token, i in vocabulary.items() if token not in ordinary}
    with _laid_out_as_expected(folder):
        known = {token: vocabulary[token] for token in vocabulary.keys() & ordinary}
        return _build(folder, known, merges, special)


def to_printable(token: bytes) -> str:
    """A character for each byte, so that a token can stand in a text file."""
    return "".join([PRINTABLE[byte] for byte in token])


def from_printable(text: str) -> bytes:
    return bytes([BYTE_OF[character] for character in text])


def printable_bytes() -> dict[int, str]:
    """GPT-2's character for each byte.

    Visible signs of Latin-1 stand for themselves. The others, such as the space and control
    characters, get the characters from U+0100 on, in order: the space becomes U+0120.
    """
    visible = [*range(ord("!"), ord("~") + 1), *range(0xA1, 0xAC + 1), *range(0xAE, 0xFF + 1)]
    hidden = [byte for byte in range(256) if byte not in visible]
    return {byte: chr(byte) for byte in visible} | {b: chr(256 + i) for i, b in enumerate(hidden)}


PRINTABLE = printable_bytes()
BYTE_OF = {character: byte for byte, character in PRINTABLE.items()}


def read_text(path: str | Path) -> str:
    try:
        return Path(path).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ValueError(f"There is no file {path}, which a tokenizer needs.") from None


def read_json(path: str | Path) -> dict[str, Any]:
    try:
        content = json.loads(read_text(path))
    except (json.JSONDecodeError, RecursionError) as error:
        raise ValueError(f"{path} is not valid JSON ({error}): it holds no tokenizer.") from None
    if not isinstance(content, dict):
        raise ValueError(f"{path} holds no tokenizer: its JSON is no object.")
    return content


@contextlib.contextmanager
def _laid_out_as_expected(source: str | Path) -> Iterator[None]:
    try:
        yield
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(
            f"{source} is damaged: it is not laid out as a tokenizer's file is ({error!r})."
        ) from None


def _build(
    source: str | Path, vocabulary: dict[str, int], merges: list[list[str]], special: dict[str, int]
) -> BPETokenizer:
    try:
        pairs: list[Pair] = [(from_printable(a), from_printable(b)) for a, b in merges]
        ordinary = {from_printable(token): i for token, i in vocabulary.items()}
    except (KeyError, ValueError) as error:
        raise ValueError(
            f"{source} holds tokens that are not written byte by byte as GPT-2 does ({error})."
        ) from None
    missing = [token for token in BYTES if token not in ordinary]
    if missing:
        raise ValueError(
            f"{source} has no token for {len(missing)} of the 256 bytes, so not every text can be "
            f"encoded. Train the tokenizer with the whole byte alphabet."
        )
    return BPETokenizer(pairs, list(special), ordinary | special)


def _unsupported(content: dict[str, Any]) -> str | None:
    """The first thing in a tokenizer.json that BPETokenizer does not do, in words."""
    model = content.get("model") or {}
    if model.get("type", "BPE" if "merges" in model else None) != "BPE":
        return f"its model is {model.get('type')!r}, not 'BPE'"
    for option in ("dropout", "continuing_subword_prefix", "end_of_word_suffix", "ignore_merges"):
        if model.get(option):
            return f"the option {option} is set"
    if content.get("normalizer"):
        return f"it changes the text first (normalizer {content['normalizer'].get('type')})"
    before = content.get("pre_tokenizer") or {}
    if before.get("type") != "ByteLevel" or not before.get("use_regex", True):
        return f"it cuts words its own way (pre_tokenizer {before.get('type')})"
    if before.get("add_prefix_space"):
        return "it puts a space before the text (add_prefix_space)"
    if (content.get("post_processor") or {}).get("type", "ByteLevel") != "ByteLevel":
        return f"it adds tokens afterwards (post_processor {content['post_processor'].get('type')})"
    for token in content.get("added_tokens", []):
        for option in ("single_word", "lstrip", "rstrip"):
            if token.get(option):
                return f"the token {token['content']!r} has the option {option}"
    return None
