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

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


def inert(value: Any) -> Any:
    """Return a cell that no spreadsheet runs."""
    if isinstance(value, str) and value.startswith(_FORMULA_STARTS):
        return "'" + value
    return value


def write_tables(grades: Sequence[Grade], folder: Path) -> list[Path]:
    """Write gradebook.csv, canvas.csv and moodle.csv; return their paths."""
    return [
        _write(folder / "gradebook.csv", *_gradebook(grades)),
        _write(folder / "canvas.csv", *_canvas(grades)),
        _write(folder / "moodle.csv", *_moodle(grades)),
    ]


def _gradebook(grades: Sequence[Grade]) -> tuple[list[str], list[list[Any]]]:
    names = list(dict.fromkeys(e.name for grade in grades for e in grade.exercises))
    questions = sorted({question for grade in grades for question in grade.hand})
    header = ["student", "notebook", "total", "of", "late penalty", "ungraded", "file", "attempts"]
    rows = []
    for grade in grades:
        points = {e.name: e.points for e in grade.exercises}
        rows.append(
            [
                grade.student,
                grade.notebook,
                "" if grade.total is None else grade.total,
                "" if grade.of is None else grade.of,
                grade.late,
                grade.ungraded,
                grade.path,
                grade.attempts,
                *(points.get(name, "") for name in names),
                *(grade.hand.get(question, ("",))[0] for question in questions),
            ]
        )
    return [*header, *names, *questions], rows


def _canvas(grades: Sequence[Grade]) -> tuple[list[str], list[list[Any]]]:
    """Canvas matches students by ID and takes one column for each assignment."""
    numbers = sorted({grade.notebook for grade in grades})
    columns = {number: f"From Neuron to GPT {number}" for number in numbers}
    header = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", *columns.values()]
    of = {grade.notebook: grade.of for grade in grades if grade.of is not None}
    possible = ["    Points Possible", "", "", "", "", *(of.get(n, "") for n in numbers)]
    by_student: dict[tuple[str, str], dict[str, Any]] = {}
    for grade in grades:
        entry = by_student.setdefault((grade.student, grade.platform_id), {})
        entry[grade.notebook] = "" if grade.total is None else grade.total
    rows = [
        [student, number, "", "", "", *(entry.get(n, "") for n in numbers)]
        for (student, number), entry in by_student.items()
    ]
    return header, [possible, *rows]


def _moodle(grades: Sequence[Grade]) -> tuple[list[str], list[list[Any]]]:
    header = [
        "Identifier",
        "Full name",
        "Assignment",
        "Grade",
        "Maximum grade",
        "Feedback comments",
    ]
    rows = [
        [
            f"Participant {grade.platform_id}" if grade.platform_id else "",
            grade.student,
            grade.notebook,
            "" if grade.total is None else grade.total,
            "" if grade.of is None else grade.of,
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


WRITTEN_HEADER = ["student", "question", "answer", "points", "comment"]


def write_written(grades: Sequence[Grade], folder: Path) -> Path:
    """Write written.csv: every answer to a written question, for a person to fill the points in.

    Points that were given before are kept in it.
    """
    rows = []
    for grade in grades:
        for question, answer in sorted(grade.written.items()):
            points, comment = grade.hand.get(question, ("", ""))
            rows.append([grade.student, question, answer, points, comment])
    return _write(folder / "written.csv", WRITTEN_HEADER, rows)


def merge_written(path: Path, gradebook: Gradebook) -> int:
    """Read points that a person filled into written.csv; return how many were given.

    All or nothing: raises ValueError, naming the line, before anything is written.
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        missing = {"student", "question", "points"} - set(reader.fieldnames or ())
        if missing:
            raise ValueError(f"{path} has no column {', '.join(sorted(missing))}")
        rows = list(reader)
    known = {(grade.student, q) for grade in gradebook.grades() for q in grade.written}
    given = []
    for line, row in enumerate(rows, start=2):
        text = (row["points"] or "").strip().replace(",", ".")
        if not text:
            continue
        student = _as_it_was(row["student"])
        if (student, row["question"]) not in known:
            raise ValueError(
                f"{path}, line {line}: no submission of {student!r} holds {row['question']!r}"
            )
        try:
            points = float(text)
        except ValueError:
            points = float("nan")
        if not 0 <= points <= 1000:
            raise ValueError(f"{path}, line {line}: {text!r} is no number of points")
        given.append((student, row["question"], points, _as_it_was(row.get("comment") or "")))
    for entry in given:
        gradebook.give(*entry)
    return len(given)


def _as_it_was(cell: str) -> str:
    """Undo `inert`."""
    defused = cell.startswith("'") and cell[1:].startswith(_FORMULA_STARTS)
    return cell[1:] if defused else cell
