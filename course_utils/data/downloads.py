"""Where the downloaded corpora come from, and how they are fetched, checked and kept.

Behind corpora.py. A file counts only when its SHA-256 is the known one: half a file, a changed file
or the page of a hotel's Wi-Fi is never trained on.
"""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

DATA_DIR_VARIABLE = "COURSE_DATA_DIR"
TIMEOUT_SECONDS = 15


@dataclass(frozen=True)
class Source:
    """A corpus to download: one row of the table below.

    file_names: what the file may be called in COURSE_DATA_DIR; the first is its name in the cache.
    addresses: tried in turn; the first is where the text is published, the others are mirrors.
    is_list: whether it is a sorted list of lines rather than a running text.
    instead: what to do when it cannot be had.
    """

    name: str
    about: str
    file_names: tuple[str, ...]
    addresses: tuple[str, ...]
    sha256: str
    is_list: bool = False
    instead: str = 'take Tiny Tales, which is built in: load_corpus("tales"), or --corpus tales'


SOURCES = {
    source.name: source
    for source in (
        Source(
            name="tinyshakespeare",
            about="Tiny Shakespeare, 40,000 lines of the plays (public domain)",
            file_names=("tinyshakespeare.txt", "input.txt"),
            addresses=(
                "https://raw.githubusercontent.com/karpathy/char-rnn/master/data/tinyshakespeare/"
                "input.txt",
                "https://cdn.jsdelivr.net/gh/karpathy/char-rnn@master/data/tinyshakespeare/"
                "input.txt",
            ),
            sha256="86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed",
        ),
        Source(
            name="names",
            about="32,033 first names, the most frequent first (US Social Security data)",
            file_names=("names.txt",),
            addresses=(
                "https://raw.githubusercontent.com/karpathy/makemore/master/names.txt",
                "https://cdn.jsdelivr.net/gh/karpathy/makemore@master/names.txt",
            ),
            sha256="0a30b5557f192f32ab962680889aac5f6fda0f4cecf40a6d0b5694f58ea8cc4d",
            is_list=True,
        ),
    )
}


class CorpusUnavailable(Exception):
    """A corpus cannot be had. The message is for the learner: what is missing, what to do."""

    def _render_traceback_(self) -> list[str]:
        """What IPython shows instead of a stack trace."""
        return str(self).splitlines()


def fetch(source: Source, progress: bool = True) -> Path:
    """The verified file of a corpus: from COURSE_DATA_DIR, the cache, or its addresses, in turn.

    Raises CorpusUnavailable when it is nowhere to be had, or when the file in COURSE_DATA_DIR is
    not the file that the course knows.
    """
    if found := at_hand(source):
        return found
    cached = cache_folder() / source.file_names[0]
    problems = []
    for address in source.addresses:
        try:
            _download(address, cached, source, progress)
            return cached
        except (OSError, ValueError) as error:  # the network, the disk; a wrong hash
            problems.append(f"  {address}\n    {_reason(error, cached)}")
    raise CorpusUnavailable(_offer(source, problems))


def at_hand(source: Source) -> Path | None:
    """The verified file of a corpus in COURSE_DATA_DIR or in the cache; None if it is in neither.

    Raises CorpusUnavailable when the file in COURSE_DATA_DIR is not the one that the course knows.
    """
    if found := _in_data_dir(source):
        return found
    cached = cache_folder() / source.file_names[0]
    return cached if cached.is_file() and _sha256(cached) == source.sha256 else None


def cache_folder() -> Path:
    """The folder where downloads are kept, by the custom of the operating system."""
    import pooch

    return Path(pooch.os_cache("neuron-to-gpt"))


def _in_data_dir(source: Source) -> Path | None:
    folder = os.environ.get(DATA_DIR_VARIABLE)
    if not folder:
        return None
    for name in source.file_names:
        path = Path(os.path.expanduser(folder)) / name
        if not path.is_file():
            continue
        found = _sha256(path)
        if found == source.sha256:
            return path
        raise CorpusUnavailable(
            f"{path} is not the {source.name} that the course knows.\n"
            f"Its SHA-256 is {found}, it should be {source.sha256}.\n"
            f"Remove or replace it (it lies in the folder that {DATA_DIR_VARIABLE} names), or give "
            "its path in place of the name to train on it as a text of your own."
        )
    return None


def _download(address: str, target: Path, source: Source, progress: bool) -> None:
    """Fetch one address. pooch writes to a temporary file beside the target, checks the hash, and
    only then gives it the target's name."""
    # Inside, because it takes long to import and most notebooks download nothing.
    import pooch

    pooch.get_logger().setLevel("WARNING")
    pooch.retrieve(
        address,
        known_hash=f"sha256:{source.sha256}",
        fname=target.name,
        path=target.parent,
        downloader=pooch.HTTPDownloader(progressbar=progress, timeout=TIMEOUT_SECONDS),
    )


def _reason(error: Exception, cached: Path) -> str:
    """One line for the learner, in place of an exception with a stack of causes."""
    import requests

    if isinstance(error, requests.Timeout):
        return f"no answer within {TIMEOUT_SECONDS} seconds"
    if isinstance(error, requests.HTTPError):
        return f"the server answered {error.response.status_code} {error.response.reason}"
    if isinstance(error, requests.exceptions.ChunkedEncodingError):
        return "the connection broke off in the middle of the file"
    if isinstance(error, requests.RequestException):
        return "no connection"
    if isinstance(error, OSError):
        return f"the file could not be kept in {cached.parent}: {error.strerror or error}"
    return "what came is not the file that the course knows (its SHA-256 differs)"


def _offer(source: Source, problems: list[str]) -> str:
    folder = os.environ.get(DATA_DIR_VARIABLE)
    looked = f", not in {folder} ({DATA_DIR_VARIABLE})" if folder else ""
    return "\n".join(
        [
            f"{source.name} is not on this computer{looked}, and it could not be downloaded:",
            *problems,
            "What you can do, one of:",
            "  - connect to the internet and run this again;",
            f"  - put the file, as {source.file_names[0]}, into a folder and let the environment "
            f"variable {DATA_DIR_VARIABLE} name that folder;",
            f"  - {source.instead}.",
        ]
    )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
