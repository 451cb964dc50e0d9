"""Writes grades as tables: gradebook.csv, the layouts that Canvas and Moodle import, written.csv.

A name or an answer that a spreadsheet would take for a formula is defused with a leading
apostrophe: a cell that begins with =, +, -, @, a tab or a line end is code to a spreadsheet.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from course_utils.files import write_atomically
from course_utils.grading.gradebook import Grade, Gradebook

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # wide ones too


def inert(value: Any) -> Any:
    """Return a cell that no spreadsheet runs."""
    if isinstance(value, str) and value.startswith(_FORMULA_STARTS):
        return "'" + value
    return value


def write_tables(grades: Sequence[Grade], folder: Path) -> list[Path]:
    """Write gradebook.csv, canvas.csv and a moodle.csv for each notebook; return their paths."""
    return [
        _write(folder / "gradebook.csv", *_gradebook(grades)),
        _write(folder / "canvas.csv", *_canvas(grades)),
        *(_write(folder / name, *_moodle(own)) for name, own in _assignments(grades).items()),
    ]


def _assignments(grades: Sequence[Grade]) -> dict[str, list[Grade]]:
    """Moodle imports one assignment at a time: file name -> the grades in it."""
    numbers = sorted({grade.notebook for grade in grades})
    if len(numbers) == 1:
        return {"moodle.csv": list(grades)}
    return {f"moodle-{n}.csv": [g for g in grades if g.notebook == n] for n in numbers}


def _gradebook(grades: Sequence[Grade]) -> tuple[list[str], list[list[Any]]]:
    names = list(dict.fromkeys(e.name for grade in grades for e in grade.exercises))
    questions = sorted({question for grade in grades for question in grade.hand})
    header = ["student", "notebook", "total", "of", "code", "late penalty", "ungraded"]
    header += ["written answers to read", "file", "attempts"]
    rows = []
    for grade in grades:
        points = {e.name: e.points for e in grade.exercises}
        rows.append(
            [
                grade.student,
                grade.notebook,
                as_text(grade.total),
                as_text(grade.total_of),
                as_text(grade.code),
                as_text(grade.late),
                grade.ungraded,
                len(grade.to_read),
                grade.path,
                grade.attempts,
                *(as_text(points.get(name)) for name in names),
                *(grade.hand.get(question, ("",))[0] for question in questions),
            ]
        )
    return [*header, *names, *questions], rows


def as_text(number: float | None) -> str:
    """A number as people write it; empty where there is none."""
    return "" if number is None else f"{number:g}"


def _canvas(grades: Sequence[Grade]) -> tuple[list[str], list[list[Any]]]:
    """Canvas matches students by ID and takes one column for each assignment."""
    numbers = sorted({grade.notebook for grade in grades})
    columns = {number: f"From Neuron to GPT {number}" for number in numbers}
    header = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", *columns.values()]
    of = {grade.notebook: as_text(grade.total_of) for grade in grades if grade.of is not None}
    possible = ["    Points Possible", "", "", "", "", *(of.get(n, "") for n in numbers)]
    by_student: dict[tuple[str, str], dict[str, Any]] = {}
    for grade in grades:
        entry = by_student.setdefault((grade.student, grade.platform_id), {})
        entry[grade.notebook] = as_text(grade.total)
    rows = [
        [student, number, "", "", "", *(entry.get(n, "") for n in numbers)]
        for (student, number), entry in by_student.items()
    ]
    return header, [possible, *rows]


def _moodle(grades: Sequence[Grade]) -> tuple[list[str], list[list[Any]]]:
    """A grading worksheet: Moodle wants these columns by these names, and skips other ones."""
    header = [
        "Identifier",
        "Full name",
        "Assignment",
        "Grade",
        "Maximum grade",
        "Last modified (grade)",
        "Feedback comments",
    ]
    rows = [
        [
            f"Participant {grade.platform_id}" if grade.platform_id else "",
            grade.student,
            grade.notebook,
            as_text(grade.total),
            as_text(grade.total_of),
            "",  # when: Moodle asks for the column only
            grade.ungraded,
        ]
        for grade in grades
    ]
    return header, rows


def _write(path: Path, header: Iterable[str], rows: Iterable[Sequence[Any]]) -> Path:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([inert(cell) for cell in row] for row in rows)
    with write_atomically(path) as partial:
        partial.write_text(text.getvalue(), encoding="utf-8-sig")  # so that Excel reads the accents
    return path


WRITTEN_HEADER = ["student", "question", "answer", "points", "of", "comment"]


def write_written(grades: Sequence[Grade], folder: Path) -> Path:
    """Write written.csv: every written answer, for a person to fill the points in.

    Questions that were left open are not in it; points that were given before are kept.
    """
    rows = []
    for grade in grades:
        for question, answer in sorted(grade.written.items()):
            if not answer and question not in grade.hand:
                continue
            points, comment = grade.hand.get(question, ("", ""))
            of = grade.written_of.get(question, "")
            rows.append([grade.student, question, answer, points, of, comment])
    return _write(folder / "written.csv", WRITTEN_HEADER, rows)


def merge_written(path: Path, gradebook: Gradebook) -> int:
    """Read points that a person filled into written.csv; return how many were given.

    All or nothing: raises ValueError, naming the line, before anything is written.
    """
    reader = csv.DictReader(io.StringIO(_text(path), newline=""), delimiter=_delimiter(path))
    missing = {"student", "question", "points"} - set(reader.fieldnames or ())
    if missing:
        raise ValueError(f"{path} has no column {', '.join(sorted(missing))}")
    most = {
        (grade.student, question): grade.written_of.get(question, 1000)
        for grade in gradebook.grades()
        for question in grade.written
    }
    given = []
    for line, row in enumerate(reader, start=2):
        text = (row["points"] or "").strip().replace(",", ".")
        if not text:
            continue
        student, question = _as_it_was(row["student"] or ""), row["question"]
        if (student, question) not in most:
            raise ValueError(f"{path}, row {line}: no submission of {student!r} holds {question!r}")
        try:
            points = float(text)
        except ValueError:
            points = float("nan")
        if not 0 <= points <= most[student, question]:
            raise ValueError(
                f"{path}, row {line}: {text!r} is no number of points from 0 to "
                f"{most[student, question]}"
            )
        given.append((student, question, points, _as_it_was(row.get("comment") or "")))
    for entry in given:
        gradebook.give(*entry)
    return len(given)


def _text(path: Path) -> str:
    """Read what a spreadsheet saved: UTF-8, or as Excel does on a Chinese Windows."""
    raw = path.read_bytes()
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("gb18030", errors="replace")


def _delimiter(path: Path) -> str:
    """A comma, or the semicolon that Excel writes where the comma stands in numbers."""
    header = _text(path).partition("\n")[0]
    return ";" if header.count(";") > header.count(",") else ","


def _as_it_was(cell: str) -> str:
    """Undo `inert`."""
    defused = cell.startswith("'") and cell[1:].startswith(_FORMULA_STARTS)
    return cell[1:] if defused else cell
