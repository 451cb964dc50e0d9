"""Texts to learn from: built in, downloaded and verified, or your own. Used from notebook 07 on.

    load_corpus("tales")            Tiny Tales, written on the spot (tales.py)
    load_corpus("tinyshakespeare")  downloaded once, checked, kept in your cache folder
    load_corpus("names")            the same
    load_corpus("diary.txt")        any text file in UTF-8

A download is looked for in the folder that COURSE_DATA_DIR names, then in the cache, then at its
addresses (downloads.py). What cannot be had is told in one message, without a stack trace in a
notebook.
"""

import os
from dataclasses import dataclass
from pathlib import Path

from course_utils.data.downloads import SOURCES, CorpusUnavailable, fetch

TALES = "tales"
CORPUS_NAMES = (TALES, *SOURCES)


@dataclass(frozen=True)
class Corpus:
    """A text to train on and a text to validate with, which share no line.

    entropy_floor: the loss in nats per character that no model can beat, where it is known.
    """

    name: str
    text_train: str
    text_validation: str
    entropy_floor: float | None = None
    about: str = ""

    def __repr__(self) -> str:
        return (
            f"Corpus({self.name!r}, {len(self.text_train):,} characters to train on, "
            f"{len(self.text_validation):,} to validate with)"
        )


def load_corpus(
    name_or_path: str | Path = TALES, *, n_characters: int = 1_000_000, progress: bool = True
) -> Corpus:
    """The corpus of this name, or the text file of this path.

    n_characters: how much of Tiny Tales to train on; a tenth as much is for validation. The other
    corpora are as long as they are. progress: whether a download shows a progress bar.

    Raises CorpusUnavailable, whose message says what to do.
    """
    if name_or_path == TALES:
        return _tiny_tales(n_characters)
    if name_or_path in SOURCES:
        source = SOURCES[name_or_path]
        text = _read_text(fetch(source, progress=progress))
        train, validation = (_split_lines if source.is_list else _split_end)(text)
        return Corpus(source.name, train, validation, about=source.about)
    path = Path(os.path.expanduser(name_or_path))
    if not os.path.isfile(path):  # unlike Path's, also False for what can be no path
        raise CorpusUnavailable(
            f"There is no corpus and no file named {str(name_or_path)!r:.200}.\n"
            f"Take one of {', '.join(CORPUS_NAMES)}, or the path of a text file."
        )
    text = _read_text(path)
    if len(text) < 1000:
        raise CorpusUnavailable(
            f"{path} has {len(text)} characters: too few to learn from.\n"
            "Take a text of 1,000 characters or more; 100,000 are better."
        )
    train, validation = _split_end(text)
    return Corpus(path.name, train, validation, about=f"your file {path.name}")


def load_corpus_or_tales(name_or_path: str | Path = TALES, **options) -> Corpus:
    """The corpus of this name; where it cannot be had, say so and take Tiny Tales. Never raises
    CorpusUnavailable, so a notebook goes on."""
    try:
        return load_corpus(name_or_path, **options)
    except CorpusUnavailable as problem:
        print(f"{problem}\nGoing on with Tiny Tales.")
        return load_corpus(TALES, **options)


def _tiny_tales(n_characters: int) -> Corpus:
    from course_utils.data import tales

    if n_characters < 10:
        raise ValueError(
            f"n_characters is {n_characters}; a text to learn from has some thousands at least."
        )
    return Corpus(
        TALES,
        tales.tales_corpus("train", n_characters),
        tales.tales_corpus("validation", n_characters // 10),
        entropy_floor=tales.entropy_per_character(),
        about="Tiny Tales, short stories from a grammar whose every probability is known",
    )


def _read_text(path: Path) -> str:
    """A text file in UTF-8, with the line ends of whatever system as new lines."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise CorpusUnavailable(
            f"{path} is not a text in UTF-8 (byte {error.start} is not).\n"
            "Save it as UTF-8 in your editor, then try again."
        ) from None
    except OSError as error:
        raise CorpusUnavailable(f"{path} cannot be read: {error.strerror}.") from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _split_end(text: str) -> tuple[str, str]:
    """Train on the first nine tenths, validate with the last: what comes later in a text is new,
    which a tenth drawn from the middle of its scenes would not be."""
    cut = len(text) * 9 // 10
    return text[:cut], text[cut:]


def _split_lines(text: str) -> tuple[str, str]:
    """Validate with every tenth line of a sorted list, whose end is not like its beginning."""
    lines = text.splitlines(keepends=True)
    held_out = lines[9::10]
    train = [line for number, line in enumerate(lines, start=1) if number % 10]
    return "".join(train), "".join(held_out)
