"""Tells whose a file is, from the names that platforms and students give to files and folders."""

import re
import unicodedata
from collections.abc import Sequence
from pathlib import PurePosixPath

# alice12_LATE_30455_991_01_forward_propagation.ipynb, as Canvas names them
_CANVAS = re.compile(r"(?P<student>[^_/]+)_(?:LATE_)?(?P<id>\d+)_\d+_[^/]+$")
# Alice Adams_123456_assignsubmission_file_/01_forward_propagation.ipynb, as Moodle names them
_MOODLE = re.compile(r"(?P<student>[^/]+)_(?P<id>\d+)_assignsubmission_file_?/")
# Alice Adams - 01_forward_propagation.ipynb, as Google Classroom's Drive folders have them
_CLASSROOM = re.compile(r"(?P<student>[^/]+?) - [^/]+$")


def whose(paths: Sequence[str]) -> list[tuple[str, str]]:
    """Return (student, number that the platform gave) for each file of a class.

    paths: inside the folder or zip that was handed over, with "/" between folders. The way in which
    most of a class's files are named decides how they are all read, so that one odd name does not
    become a student.
    """
    in_one_folder = len({path.rpartition("/")[0] for path in paths}) == 1
    for pattern in (_MOODLE, _CANVAS, _CLASSROOM) if in_one_folder else (_MOODLE,):
        found = [pattern.search(path) for path in paths]
        if 2 * sum(match is not None for match in found) > len(paths):
            return _two_of_one_name_apart(
                [
                    (_tidy(match["student"]), match.groupdict().get("id", ""))
                    if match
                    else (_by_folder(path, 0), "")
                    for path, match in zip(paths, found, strict=True)
                ]
            )
    level = _level_of_students(paths)
    return [(_by_folder(path, level), "") for path in paths]


def _two_of_one_name_apart(found: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Put the platform's number behind a name that two students share."""
    numbers: dict[str, set[str]] = {}
    for student, number in found:
        numbers.setdefault(student, set()).add(number)
    return [
        (f"{student} ({number})" if number and len(numbers[student]) > 1 else student, number)
        for student, number in found
    ]


def _level_of_students(paths: Sequence[str]) -> int:
    """The depth at which folders have most different names: not `week 1/`, not `alice/mine/`."""
    folders = [PurePosixPath(path).parts[:-1] for path in paths]
    deepest = max(map(len, folders), default=0)
    different = [len({f[depth] for f in folders if len(f) > depth}) for depth in range(deepest)]
    if not different or max(different) == 1:  # one student, or one folder around everything
        return deepest - 1
    return different.index(max(different))


def _by_folder(path: str, level: int) -> str:
    *folders, name = PurePosixPath(path).parts
    if folders:
        return _tidy(folders[min(level, len(folders) - 1)])
    return _tidy(re.sub(r"\s*\(\d+\)$", "", PurePosixPath(name).stem))  # "alice (2)": once more


def _tidy(name: str) -> str:
    """One spelling for one name: macOS writes é as two characters, others as one."""
    return unicodedata.normalize("NFC", name).strip() or "(no name)"
