"""Collects what a class handed in: a folder of notebooks, folders by student, or a platform's zip.

Nothing is unpacked to disk: members of a zip are read in memory, each and all of them within
limits, so that neither a path that climbs out of its folder nor a zip bomb can do harm.
"""

import contextlib
import datetime
import functools
import os
import stat
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from course_utils.grading.reading import LARGEST
from course_utils.grading.students import whose

MOST_FILES = 20_000
MOST_BYTES = 4 * 2**30  # of all the notebooks of a class together
MOST_BYTES_EACH = 64 * 2**20  # of one student's
MOST_EACH = 20  # notebooks of one student: each can cost a minute
# What is handed in in place of a notebook. Other files, a list of names for example, are nobody's.
INSTEAD = (".py", ".html", ".pdf", ".zip", ".rar", ".7z", ".docx", ".ipynb.txt", ".ipynb.json")


@dataclass(frozen=True)
class Submission:
    """One file of one student.

    student: the name that the file or its folder gives. platform_id: the platform's number for the
    student, empty where there is none. path: where it lies, for people. modified: seconds since
    1970, of the file. raw: its bytes, or None with `problem` saying why they were not read.
    """

    student: str
    platform_id: str
    path: str
    modified: float
    raw: bytes | None
    problem: str = ""


def collect(source: Path) -> list[Submission]:
    """Return all notebooks of a class, in the order of students and file names.

    Who handed in something else and no notebook is listed too, with the reason.
    Raises FileNotFoundError when `source` is missing or holds no notebook, ValueError when it is
    a zip that cannot be read.
    """
    if source.is_dir():
        files = _in_folder(source, sorted(source.rglob("*")))
    elif source.suffix.lower() == ".zip" and source.is_file():
        files = _in_zip(source)
    elif source.suffix.lower() == ".ipynb" and source.is_file():
        files = _in_folder(source.parent, [source])
    else:
        raise FileNotFoundError(f"{source} is neither a folder nor a zip nor a notebook")
    files = [file for file in files if _counts(file.path)]
    if not any(_is_notebook(file.path) for file in files):
        raise FileNotFoundError(f"{source} holds no notebook (a file whose name ends in .ipynb)")
    return sorted(_read_all(files), key=lambda s: (s.student.casefold(), s.modified, s.path))


@dataclass(frozen=True)
class _File:
    """A file that was found: read(most) gives at most so many bytes, or a reason."""

    path: str
    modified: float
    size: int
    read: Callable[[int], tuple[bytes | None, str]]


def _is_notebook(path: str) -> bool:
    return path.lower().endswith(".ipynb")


def _counts(path: str) -> bool:
    """Tell a student's file from what systems leave behind."""
    *folders, name = path.split("/")
    clutter = any(folder in (".ipynb_checkpoints", "__MACOSX") for folder in folders)
    return path.lower().endswith((".ipynb", *INSTEAD)) and not name.startswith("._") and not clutter


def _read_all(files: list[_File]) -> Iterator[Submission]:
    """Read what each student handed in, the newest first, within the limits."""
    owners = whose([file.path for file in files])
    by_student: dict[str, list[tuple[_File, str]]] = {}
    for file, (student, number) in zip(files, owners, strict=True):
        by_student.setdefault(student, []).append((file, number))
    left = MOST_BYTES
    for student, own in by_student.items():
        notebooks = [(file, number) for file, number in own if _is_notebook(file.path)]
        newest_first = sorted(notebooks or own[:1], key=lambda f: (-f[0].modified, f[0].path))
        left_of_own = MOST_BYTES_EACH
        for place, (file, number) in enumerate(newest_first):
            if not notebooks:
                raw, problem = None, "it is not a notebook: hand in the file that ends in .ipynb"
            elif place >= MOST_EACH:
                raw, problem = None, f"only the {MOST_EACH} newest files of a student are graded"
            elif file.size > min(left, left_of_own, LARGEST):
                most = min(left, left_of_own, LARGEST)
                raw, problem = None, f"the file has {file.size:,} bytes; at most {most:,} are read"
            else:
                raw, problem = file.read(min(left, left_of_own, LARGEST))
            left -= len(raw or b"")
            left_of_own -= len(raw or b"")
            yield Submission(student, number, file.path, file.modified, raw, problem)


def _in_folder(folder: Path, paths: list[Path]) -> list[_File]:
    found = []
    for path in paths[:MOST_FILES]:
        if path.is_symlink():
            found.append(_File(_named(path, folder), 0.0, 0, _no_file))
        elif path.is_file():
            status = path.stat()
            reader = functools.partial(_read_file, path)
            found.append(_File(_named(path, folder), status.st_mtime, status.st_size, reader))
    return found


def _named(path: Path, folder: Path) -> str:
    """A path for people: names that are no Unicode are guessed, never refused."""
    raw = os.fsencode(path.relative_to(folder).as_posix())
    return _decoded(raw)


def _decoded(raw: bytes) -> str:
    """Read a name of unknown encoding: UTF-8, or as Chinese Windows writes it, or byte by byte."""
    for encoding in ("utf-8", "gb2312"):
        with contextlib.suppress(UnicodeDecodeError):
            return raw.decode(encoding)
    return raw.decode("cp437")


def _no_file(most: int) -> tuple[bytes | None, str]:
    return None, "it is a link, not a file"


def _read_file(path: Path, most: int) -> tuple[bytes | None, str]:
    try:
        with path.open("rb") as file:
            raw = file.read(most + 1)
    except OSError as error:
        return None, f"it cannot be read: {error.strerror}"
    return (raw, "") if len(raw) <= most else (None, f"it has more than {most:,} bytes")


def _in_zip(path: Path) -> list[_File]:
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError) as error:
        raise ValueError(f"{path} is not a zip that can be read: {error}") from error
    return [
        _File(
            _name_in_zip(member),
            _seconds(member.date_time),
            0,  # its header may lie
            functools.partial(_read_member, archive, member),
        )
        for member in archive.infolist()[:MOST_FILES]
        if not member.is_dir()
    ]


def _name_in_zip(member: zipfile.ZipInfo) -> str:
    name = member.filename
    if not member.flag_bits & 0x800:  # the zip does not say that its names are UTF-8
        name = _decoded(name.encode("cp437"))
    return name.replace("\\", "/").lstrip("/")


def _read_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, most: int):
    """Read a member, never more than `most` bytes, whatever its header promises."""
    if stat.S_ISLNK(member.external_attr >> 16):
        return _no_file(most)
    try:
        with archive.open(member) as stream:
            raw = stream.read(most + 1)
    except Exception as error:  # what a damaged member raises depends on how it is packed
        return None, f"it cannot be unpacked: {error}"
    if len(raw) > most:
        return None, f"unpacked it has more than {most:,} bytes"
    return raw, ""


def _seconds(date_time: tuple[int, ...]) -> float:
    """A zip has no time zone: its times are taken for those of this machine."""
    try:
        return datetime.datetime(*date_time).astimezone().timestamp()
    except (ValueError, OverflowError, OSError):
        return 0.0
