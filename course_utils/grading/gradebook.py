"""The gradebook: a SQLite file, one transaction for each submission.

A grader killed at any moment leaves a whole gradebook behind, and goes on where it was. Nothing is
counted twice: an attempt is known by its student, its notebook and the hash of its bytes. Older
attempts are kept; a rule says which one counts.
"""

import dataclasses
import hashlib
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from course_utils.grading.scoring import ExerciseScore, Score
from course_utils.grading.submissions import Submission

RULES = ("last", "best", "first")  # which attempt counts
_TABLES = """
CREATE TABLE IF NOT EXISTS about (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS attempts (
    id INTEGER PRIMARY KEY,
    student TEXT NOT NULL,
    platform_id TEXT NOT NULL,
    notebook TEXT NOT NULL,
    path TEXT NOT NULL,
    digest TEXT NOT NULL,
    modified REAL NOT NULL,
    points REAL,
    of REAL,
    late REAL NOT NULL DEFAULT 0,
    ungraded TEXT NOT NULL DEFAULT '',
    exercises TEXT NOT NULL,
    written TEXT NOT NULL,
    UNIQUE (student, notebook, digest)
);
CREATE TABLE IF NOT EXISTS hand (
    student TEXT NOT NULL,
    question TEXT NOT NULL,
    points REAL NOT NULL,
    comment TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (student, question)
);
"""


@dataclasses.dataclass(frozen=True)
class Grade:
    """A student's current attempt at a notebook, as it counts.

    points: after the late penalty. late: the share that was taken off. hand: question -> (points,
    comment) given by a person.
    """

    student: str
    platform_id: str
    notebook: str
    path: str
    modified: float
    points: float | None
    of: float | None
    late: float
    ungraded: str
    exercises: tuple[ExerciseScore, ...]
    written: dict[str, str]
    attempts: int
    hand: dict[str, tuple[float, str]]

    @property
    def total(self) -> float | None:
        """Points with those given by hand; None while it is ungraded."""
        if self.points is None:
            return None
        return round(self.points + sum(points for points, _ in self.hand.values()), 2)


class Gradebook:
    """A gradebook file. Use it in a `with` block.

    Raises ValueError when the file is something else.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self.connection = sqlite3.connect(path, timeout=30)
        self.connection.row_factory = sqlite3.Row
        try:
            self.connection.execute("PRAGMA schema_version")
            with self.connection:
                self.connection.executescript(_TABLES)
        except sqlite3.DatabaseError as error:
            raise ValueError(
                f"{path} is not a gradebook: {error}. Choose another folder"
            ) from error

    def __enter__(self) -> "Gradebook":
        return self

    def __exit__(self, *error) -> None:
        self.connection.close()

    def seed(self, wanted: int | None) -> int:
        """Return the secret seed of this gradebook; the first call fixes it.

        Raises ValueError when another one is wanted: grades of one class must be comparable.
        """
        known = self.about("seed")
        if known is None:
            import secrets

            value = secrets.randbits(62) if wanted is None else wanted
            self.set_about("seed", str(value))
            return value
        if wanted is not None and wanted != int(known):
            raise ValueError(
                f"this gradebook was begun with --seed {known}; a class is graded with one seed. "
                "Leave --seed out, or grade into a new folder"
            )
        return int(known)

    def about(self, key: str) -> str | None:
        """Return a remark about the gradebook, None when there is none."""
        row = self.connection.execute("SELECT value FROM about WHERE key = ?", (key,)).fetchone()
        return row["value"] if row else None

    def set_about(self, key: str, value: str) -> None:
        """Write a remark about the gradebook."""
        with self.connection:
            self.connection.execute(
                "INSERT INTO about VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = ?",
                (key, value, value),
            )

    def has(self, submission: Submission, notebook: str) -> bool:
        """Tell whether this very file has been graded already."""
        row = self.connection.execute(
            "SELECT 1 FROM attempts WHERE student = ? AND notebook = ? AND digest = ?",
            (submission.student, notebook, digest(submission)),
        )
        return row.fetchone() is not None

    def record(self, submission: Submission, notebook: str, score: Score, late: float) -> None:
        """Write one graded attempt, wholly or not at all; a second time changes nothing."""
        exercises = [dataclasses.asdict(exercise) for exercise in score.exercises]
        ungraded = bool(score.ungraded)
        with self.connection:
            self.connection.execute(
                "INSERT INTO attempts (student, platform_id, notebook, path, digest, modified, "
                "points, of, late, ungraded, exercises, written) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
                "ON CONFLICT (student, notebook, digest) DO NOTHING",
                (
                    submission.student,
                    submission.platform_id,
                    notebook,
                    submission.path,
                    digest(submission),
                    submission.modified,
                    None if ungraded else score.points,
                    None if ungraded else score.of,
                    late,
                    score.ungraded,
                    json.dumps(exercises),
                    json.dumps(score.written or {}),
                ),
            )

    def give(self, student: str, question: str, points: float, comment: str = "") -> None:
        """Write points that a person gave for a written question; a second time replaces them."""
        with self.connection:
            self.connection.execute(
                "INSERT INTO hand VALUES (?, ?, ?, ?) "
                "ON CONFLICT (student, question) DO UPDATE SET points = ?, comment = ?",
                (student, question, points, comment, points, comment),
            )

    def grades(self, rule: str = "last") -> list[Grade]:
        """Return exactly one grade for each student and notebook, by the attempt that counts.

        rule: "last", "best" or "first". An ungraded attempt counts only where there is no other.
        Raises ValueError for another rule.
        """
        if rule not in RULES:
            raise ValueError(f"the attempt that counts is one of {', '.join(RULES)}, not {rule!r}")
        attempts: dict[tuple[str, str], list[sqlite3.Row]] = {}
        for row in self.connection.execute("SELECT * FROM attempts ORDER BY modified, id"):
            attempts.setdefault((row["student"], row["notebook"]), []).append(row)
        return [self._grade(rows, rule) for _, rows in sorted(attempts.items(), key=_by_name)]

    def _grade(self, rows: list[sqlite3.Row], rule: str) -> Grade:
        graded = [row for row in rows if row["points"] is not None] or rows
        if rule == "best" and graded[0]["points"] is not None:
            row = max(graded, key=lambda r: r["points"] * (1 - r["late"]))
        else:
            row = graded[0] if rule == "first" else graded[-1]
        points = row["points"]
        return Grade(
            student=row["student"],
            platform_id=row["platform_id"],
            notebook=row["notebook"],
            path=row["path"],
            modified=row["modified"],
            points=None if points is None else round(points * (1 - row["late"]), 2),
            of=row["of"],
            late=row["late"],
            ungraded=row["ungraded"],
            exercises=tuple(_exercise(entry) for entry in json.loads(row["exercises"])),
            written=json.loads(row["written"]),
            attempts=len(rows),
            hand=dict(self._hand(row["student"], row["notebook"])),
        )

    def _hand(self, student: str, notebook: str) -> Iterator[tuple[str, tuple[float, str]]]:
        for row in self.connection.execute(
            "SELECT question, points, comment FROM hand WHERE student = ? AND question LIKE ?",
            (student, f"{notebook}.%"),
        ):
            yield row["question"], (row["points"], row["comment"])


def digest(submission: Submission) -> str:
    """Return a name for exactly these bytes, or for the reason why there are none."""
    raw = submission.problem.encode() if submission.raw is None else submission.raw
    return hashlib.sha256(raw).hexdigest()


def _by_name(item: Any) -> tuple[str, str]:
    (student, notebook), _ = item
    return student.casefold(), notebook


def _exercise(entry: dict[str, Any]) -> ExerciseScore:
    entry["flags"] = tuple(entry["flags"])
    entry["groups"] = {k: tuple(v) for k, v in (entry["groups"] or {}).items()}
    return ExerciseScore(**entry)
