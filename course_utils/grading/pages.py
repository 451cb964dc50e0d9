"""Writes the pages: feedback for each student, a summary for the instructor, written answers.

Every text that came out of a submission is escaped, and the pages hold no script and load nothing:
what a student wrote cannot become code in somebody's browser.
"""

import html
import re
from collections.abc import Sequence
from pathlib import Path

from course_utils.exercises.cards import SIGNS, to_html
from course_utils.exercises.judging import State
from course_utils.exercises.registry import get
from course_utils.files import write_atomically
from course_utils.grading.gradebook import Grade
from course_utils.grading.scoring import ExerciseScore
from course_utils.grading.summary import summarise
from course_utils.grading.tables import as_text

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; }}
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 900px; margin: 2rem auto;
 padding: 0 1rem; overflow-wrap: anywhere; }}
h1 {{ font-size: 1.5rem; }} h2 {{ font-size: 1.15rem; margin-top: 2rem; }}
table {{ border-collapse: collapse; width: 100%; }}
th, td {{ text-align: left; padding: 4px 12px 4px 0; border-bottom: 1px solid #8884;
 vertical-align: top; }}
th {{ white-space: nowrap; }}
td.number, th.number {{ text-align: right; }}
.card {{ border: 1px solid #8886; border-left-width: 8px; border-radius: 4px;
 padding: 8px 14px; margin: 10px 0; }}
.answer {{ white-space: pre-wrap; border-left: 3px solid #8886;
 padding-left: 12px; }}
img {{ max-width: 100%; height: auto; background: white; }}
</style></head><body>
{body}
</body></html>
"""


def write_pages(grades: Sequence[Grade], folder: Path) -> Path:
    """Write summary.html, written.html and feedback/NAME.html; return the path of the summary."""
    names = file_names([grade.student for grade in grades])
    by_student: dict[str, list[Grade]] = {}
    for grade in grades:
        by_student.setdefault(grade.student, []).append(grade)
    for student, own in by_student.items():
        _write(folder / "feedback" / names[student], f"Feedback: {student}", _feedback(own))
    _write(folder / "written.html", "Written answers", _written(grades))
    _write(folder / "summary.html", "Summary of the class", summarise(grades, names))
    return folder / "summary.html"


_NO_FILE_NAMES = {"CON", "PRN", "AUX", "NUL"}  # on Windows
_NO_FILE_NAMES |= {f"{port}{i}" for port in ("COM", "LPT") for i in range(10)}


def file_names(students: Sequence[str]) -> dict[str, str]:
    """Return student -> file name: safe on every system, readable, and no two alike."""
    names: dict[str, str] = {}
    taken: set[str] = set()
    for student in dict.fromkeys(students):
        base = re.sub(r"[^\w.-]+", "_", student).strip("._")
        base = base.encode()[:120].decode(errors="ignore") or "student"  # 255 bytes are the limit
        if base.partition(".")[0].upper() in _NO_FILE_NAMES:
            base += "_"
        name, number = base, 2
        while name.casefold() in taken:
            name, number = f"{base}-{number}", number + 1
        taken.add(name.casefold())
        names[student] = f"{name}.html"
    return names


def _write(path: Path, title: str, body: str) -> None:
    with write_atomically(path) as partial:
        partial.write_text(_PAGE.format(title=html.escape(title), body=body), encoding="utf-8")


# ---------------------------------------------------------------------------------- feedback


def _feedback(grades: Sequence[Grade]) -> str:
    parts = [f"<h1>{html.escape(grades[0].student)}</h1>"]
    for grade in grades:
        parts.append(f"<h2>Notebook {html.escape(grade.notebook)}: {_result(grade)}</h2>")
        parts.append(f"<p>File: {html.escape(grade.path)}</p>")
        if grade.ungraded:
            parts.append(
                f"<p><strong>Ungraded:</strong> {html.escape(grade.ungraded)}. This is not a "
                "score of 0: hand in the right file, or ask your instructor.</p>"
            )
        if grade.late:
            parts.append(f"<p>Handed in late: {grade.late:.0%} of the points are taken off.</p>")
        if grade.to_read:
            parts.append(
                f"<p>Not counted yet: written answers, which your instructor reads "
                f"({', '.join(grade.to_read)}).</p>"
            )
        parts += [_card(exercise) for exercise in grade.exercises]
        parts += [_hand_card(grade, question) for question in sorted(grade.written)]
    return "\n".join(parts)


def _result(grade: Grade) -> str:
    if grade.total is None:
        return "ungraded"
    return f"{as_text(grade.total)} of {as_text(grade.total_of)} points"


def _card(exercise: ExerciseScore) -> str:
    sign, colour, words = SIGNS[State(exercise.state)]
    parts = [
        f'<div class="card" style="border-left-color: {colour}"><strong>{sign} '
        f"<code>{html.escape(exercise.name)}</code> {words}</strong>: "
        f"{as_text(exercise.points)} of {exercise.of}"
    ]
    if exercise.reason:
        parts.append(f"<p>{_inline(exercise.reason)}</p>")
    if exercise.advice:
        parts.append(f"<p><strong>Diagnosis.</strong></p>{to_html(exercise.advice)}")
    if exercise.state != State.CORRECT:
        hints = get(exercise.name).hints
        parts.append(f"<p><strong>A hint.</strong></p>{to_html(hints[0])}")
    if exercise.groups:
        groups = ", ".join(
            f"{html.escape(group)} {good}/{total}"
            for group, (good, total) in exercise.groups.items()
        )
        parts.append(f"<p>Tried: {groups}</p>")
    return "".join(parts) + "</div>"


def _inline(text: str) -> str:
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(text))


def _hand_card(grade: Grade, question: str) -> str:
    answer = grade.written[question]
    given = grade.hand.get(question)
    of = f" of {grade.written_of[question]}" if question in grade.written_of else ""
    if given:
        state = f"{as_text(given[0])}{of} points"
    else:
        state = "not graded yet" if answer else "not answered"
    comment = f"<p>{html.escape(given[1])}</p>" if given and given[1] else ""
    shown = f'<p class="answer">{html.escape(answer)}</p>' if answer else ""
    return (
        f'<div class="card"><strong>Written question {html.escape(question)}</strong>: {state}'
        f"{comment}{shown}</div>"
    )


# ----------------------------------------------------------------------------------- written


def _written(grades: Sequence[Grade]) -> str:
    parts = [
        "<h1>Written answers</h1><p>Fill the points into <code>written.csv</code>, then: "
        "<code>course grade --merge written.csv --out FOLDER</code></p>"
    ]
    questions = sorted({question for grade in grades for question in grade.written})
    for question in questions:
        asked = [grade for grade in grades if question in grade.written]
        of = asked[0].written_of.get(question)
        points = f" ({of} points)" if of else ""
        parts.append(f"<h2>{html.escape(question)}{points}</h2>")
        for grade in asked:
            if answer := grade.written[question]:
                parts.append(
                    f"<p><strong>{html.escape(grade.student)}</strong></p>"
                    f'<p class="answer">{html.escape(answer)}</p>'
                )
        silent = [grade.student for grade in asked if not grade.written[question]]
        if silent:
            parts.append(f"<p>Not answered by {html.escape(', '.join(silent))}.</p>")
    return "\n".join(parts)
