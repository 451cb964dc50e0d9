"""Collects what a class handed in: a folder of notebooks, folders by student, or a platform's zip.

Nothing is unpacked to disk: members of a zip are read in memory, each and all of them within
limits, so that neither a path that climbs out of its folder nor a zip bomb can do harm.
"""

import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from course_utils.grading.reading import LARGEST

MOST_FILES = 20_000
MOST_BYTES = 4 * 2**30  # of all the notebooks of a class together

# alice12_LATE_30455_991_01_forward_propagation.ipynb, as Canvas names them
_CANVAS = re.compile(r"(?P<student>[^_/]+)_(?:LATE_)?(?P<id>\d+)_\d+_(?P<file>[^/]+)$")
# Alice Adams_123456_assignsubmission_file_/01_forward_propagation.ipynb, as Moodle names them
_MOODLE = re.compile(r"(?P<student>[^/]+)_(?P<id>\d+)_assignsubmission_file_?/(?P<file>[^/]+)$")
# Alice Adams - 01_forward_propagation.ipynb, as Google Classroom's Drive folders have them
_CLASSROOM = re.compile(r"(?P<student>[^/]+?) - (?P<file>[^/]+)$")


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

    Raises FileNotFoundError when `source` is missing or holds no notebook, ValueError when it is
    a zip that cannot be read.
    """
    if source.is_dir():
        found = list(_from_folder(source))
    elif source.suffix.lower() == ".zip" and source.is_file():
        found = list(_from_zip(source))
    elif source.suffix.lower() == ".ipynb" and source.is_file():
        found = list(_from_folder(source.parent, only=source))
    else:
        raise FileNotFoundError(f"{source} is neither a folder nor a zip nor a notebook")
    if not found:
        raise FileNotFoundError(f"{source} holds no notebook (a file whose name ends in .ipynb)")
    return sorted(found, key=lambda s: (s.student.casefold(), s.modified, s.path))


def who(path: str) -> tuple[str, str]:
    """Return (student, platform id) of a file, from its path inside the folder or zip."""
    for pattern in (_MOODLE, _CANVAS, _CLASSROOM):
        if found := pattern.search(path):
            return found["student"].strip(), found.groupdict().get("id", "")
    parts = path.split("/")
    if len(parts) > 1:
        return parts[-2].strip(), ""
    name = re.sub(r"\s*\(\d+\)$", "", Path(parts[-1]).stem)  # "alice (2)": a second download
    return name.strip(), ""


def _is_notebook(path: str) -> bool:
    parts = path.replace("\\", "/").split("/")
    clutter = any(part in (".ipynb_checkpoints", "__MACOSX") for part in parts)
    return parts[-1].lower().endswith(".ipynb") and not parts[-1].startswith("._") and not clutter


def _from_folder(folder: Path, only: Path | None = None) -> Iterator[Submission]:
    paths = [only] if only else sorted(folder.rglob("*"))
    for path in paths[:MOST_FILES]:
        inside = path.relative_to(folder).as_posix()
        if not _is_notebook(inside) or not (path.is_file() or path.is_symlink()):
            continue
        student, number = who(inside)
        if path.is_symlink():
            yield Submission(student, number, inside, 0.0, None, "it is a link, not a file")
            continue
        status = path.stat()
        if status.st_size > LARGEST:
            problem = f"the file has {status.st_size:,} bytes; at most {LARGEST:,} are read"
            yield Submission(student, number, inside, status.st_mtime, None, problem)
            continue
        try:
            yield Submission(student, number, inside, status.st_mtime, path.read_bytes())
        except OSError as error:
            yield Submission(student, number, inside, status.st_mtime, None, str(error))


def _from_zip(path: Path) -> Iterator[Submission]:
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError) as error:
        raise ValueError(f"{path} is not a zip that can be read: {error}") from error
    left = MOST_BYTES
    with archive:
        for member in archive.infolist()[:MOST_FILES]:
            name = member.filename.replace("\\", "/")
            if member.is_dir() or not _is_notebook(name):
                continue
            student, number = who(name)
            when = _seconds(member.date_time)
            raw, problem = _member(archive, member, min(left, LARGEST))
            left -= len(raw or b"")
            yield Submission(student, number, name, when, raw, problem)


def _member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, most: int):
    """Read a member, never more than `most` bytes, whatever its header promises."""
    try:
        with archive.open(member) as stream:
            raw = stream.read(most + 1)
    except (zipfile.BadZipFile, zlib.error, OSError, RuntimeError, NotImplementedError) as error:
        return None, f"it cannot be unpacked: {error}"
    if len(raw) > most:
        return None, f"unpacked it has more than {most:,} bytes"
    return raw, ""


def _seconds(date_time: tuple[int, ...]) -> float:
    import datetime

    try:
        return datetime.datetime(*date_time, tzinfo=datetime.UTC).timestamp()
    except ValueError:
        return 0.0
