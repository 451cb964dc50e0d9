"""The gradebook: a SQLite file, one transaction for each submission.

A grader killed at any moment leaves a whole gradebook behind, and goes on where it was. Nothing is
counted twice: an attempt is known by its student, its notebook and the hash of its bytes. Older
attempts are kept. Which one counts, and what lateness costs, are rules of the whole gradebook: they
are kept in it, can be changed later, and then hold for all.
"""

import dataclasses
import hashlib
import json
import secrets
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from course_utils.grading.late import LateRule
from course_utils.grading.scoring import ExerciseScore, Score
from course_utils.grading.submissions import Submission

RULES = ("last", "best", "first")  # which attempt counts
GRADER_FAILED = "the grader failed on it"  # begins the reason of what is graded anew on --resume
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

    code: points for code, before any penalty; None while it is ungraded. of: attainable by code.
    late: the share that is taken off. hand: question -> (points, comment) given by a person.
    written_of: question -> points that can be given for it, where they are known.
    """

    student: str
    platform_id: str
    notebook: str
    path: str
    modified: float
    code: float | None
    of: float | None
    late: float
    ungraded: str
    exercises: tuple[ExerciseScore, ...]
    written: dict[str, str]
    attempts: int
    hand: dict[str, tuple[float, str]]
    written_of: dict[str, int]

    @property
    def total(self) -> float | None:
        """All points, those given by hand too, after the late penalty; None while ungraded."""
        if self.code is None:
            return None
        points = self.code + sum(points for points, _ in self.hand.values())
        return round(points * (1 - self.late), 2)

    @property
    def total_of(self) -> float | None:
        """All points that can be had; None while ungraded."""
        return None if self.of is None else self.of + sum(self.written_of.values())

    @property
    def to_read(self) -> list[str]:
        """Written questions that were answered and wait for a person."""
        return [q for q, answer in sorted(self.written.items()) if answer and q not in self.hand]


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

    @property
    def rule(self) -> str:
        """Which attempt counts: "last", "best" or "first"."""
        return self.about("rule") or RULES[0]

    @property
    def late_rule(self) -> LateRule:
        """What lateness costs."""
        kept = self.about("late")
        return LateRule.from_text(kept) if kept else LateRule()

    def set_rules(self, rule: str | None = None, late: LateRule | None = None) -> None:
        """Change which attempt counts and what lateness costs, for all; None leaves it as it is.

        Raises ValueError for a rule that there is not.
        """
        if rule is not None and rule not in RULES:
            raise ValueError(f"the attempt that counts is one of {', '.join(RULES)}, not {rule!r}")
        if rule is not None:
            self.set_about("rule", rule)
        if late is not None:
            self.set_about("late", late.to_text())

    def has(self, submission: Submission, notebook: str) -> bool:
        """Tell whether this very file has been graded already, and not failed by our fault."""
        row = self.connection.execute(
            "SELECT 1 FROM attempts WHERE student = ? AND notebook = ? AND digest = ? "
            "AND ungraded NOT LIKE ?",
            (submission.student, notebook, digest(submission), f"{GRADER_FAILED}%"),
        )
        return row.fetchone() is not None

    def record(self, submission: Submission, notebook: str, score: Score) -> None:
        """Write one graded attempt, wholly or not at all; a second time changes nothing.

        Only where the grader itself had failed does a second time count.
        """
        exercises = [dataclasses.asdict(exercise) for exercise in score.exercises]
        ungraded = bool(score.ungraded)
        with self.connection:
            self.connection.execute(
                "DELETE FROM attempts WHERE student = ? AND notebook = ? AND digest = ? "
                "AND ungraded LIKE ?",
                (submission.student, notebook, digest(submission), f"{GRADER_FAILED}%"),
            )
            self.connection.execute(
                "INSERT INTO attempts (student, platform_id, notebook, path, digest, modified, "
                "points, of, ungraded, exercises, written) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
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

    def grades(self) -> list[Grade]:
        """Return exactly one grade for each student and notebook, by the attempt that counts.

        An ungraded attempt counts only where there is no other.
        """
        attempts: dict[tuple[str, str], list[sqlite3.Row]] = {}
        for row in self.connection.execute("SELECT * FROM attempts ORDER BY modified, id"):
            attempts.setdefault((row["student"], row["notebook"]), []).append(row)
        rule, late = self.rule, self.late_rule
        written_of = json.loads(self.about("written") or "{}")
        return [
            self._grade(rows, rule, late, written_of)
            for _, rows in sorted(attempts.items(), key=_by_name)
        ]

    def _grade(self, rows: list[sqlite3.Row], rule: str, late: LateRule, written_of) -> Grade:
        graded = [row for row in rows if row["points"] is not None] or rows
        if rule == "best" and graded[0]["points"] is not None:
            row = max(graded, key=lambda r: r["points"] * (1 - late.share(r["modified"])))
        else:
            row = graded[0] if rule == "first" else graded[-1]
        written = json.loads(row["written"])
        return Grade(
            student=row["student"],
            platform_id=row["platform_id"],
            notebook=row["notebook"],
            path=row["path"],
            modified=row["modified"],
            code=row["points"],
            of=row["of"],
            late=late.share(row["modified"]),
            ungraded=row["ungraded"],
            exercises=tuple(_exercise(entry) for entry in json.loads(row["exercises"])),
            written=written,
            attempts=len(rows),
            hand=dict(self._hand(row["student"], row["notebook"])),
            written_of={q: written_of[q] for q in written if q in written_of},
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
