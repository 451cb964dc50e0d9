"""Writes the pages: feedback for each student, a summary for the instructor, written answers.

Every text that came out of a submission is escaped, and the pages hold no script and load nothing:
what a student wrote cannot become code in somebody's browser.
"""

import base64
import html
import io
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from course_utils.exercises.cards import SIGNS, to_html
from course_utils.exercises.judging import State
from course_utils.exercises.registry import get
from course_utils.files import write_atomically
from course_utils.grading.gradebook import Grade
from course_utils.grading.scoring import ExerciseScore

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; }}
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 900px; margin: 2rem auto;
 padding: 0 1rem; }}
h1 {{ font-size: 1.5rem; }} h2 {{ font-size: 1.15rem; margin-top: 2rem; }}
table {{ border-collapse: collapse; width: 100%; }}
th, td {{ text-align: left; padding: 4px 12px 4px 0; border-bottom: 1px solid #8884;
 vertical-align: top; }}
td.number, th.number {{ text-align: right; }}
.card {{ border: 1px solid #8886; border-left-width: 8px; border-radius: 4px;
 padding: 8px 14px; margin: 10px 0; }}
.answer {{ white-space: pre-wrap; overflow-wrap: anywhere; border-left: 3px solid #8886;
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
    _write(folder / "summary.html", "Summary of the class", _summary(grades, names))
    return folder / "summary.html"


def file_names(students: Sequence[str]) -> dict[str, str]:
    """Return student -> file name: safe on every system, readable, and no two alike."""
    names: dict[str, str] = {}
    taken: set[str] = set()
    for student in dict.fromkeys(students):
        base = re.sub(r"[^\w.-]+", "_", student, flags=re.ASCII).strip("._")[:80] or "student"
        name, number = base, 2
        while name.casefold() in taken:
            name, number = f"{base}-{number}", number + 1
        taken.add(name.casefold())
        names[student] = f"{name}.html"
    return names


def _write(path: Path, title: str, body: str) -> None:
    with write_atomically(path) as partial:
        partial.write_text(_PAGE.format(title=html.escape(title), body=body), encoding="utf-8")


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:g}"


# ---------------------------------------------------------------------------------- feedback


def _feedback(grades: Sequence[Grade]) -> str:
    parts = [f"<h1>{html.escape(grades[0].student)}</h1>"]
    for grade in grades:
        parts.append(f"<h2>Notebook {html.escape(grade.notebook)}: {_result(grade)}</h2>")
        parts.append(f"<p>File: {html.escape(grade.path)}</p>")
        if grade.ungraded:
            parts.append(
                f"<p><strong>Ungraded:</strong> {html.escape(grade.ungraded)}. This is not a "
                "score of 0: please hand in a file that can be read, or ask your instructor.</p>"
            )
        if grade.late:
            parts.append(f"<p>Handed in late: {grade.late:.0%} of the points were taken off.</p>")
        parts += [_card(exercise) for exercise in grade.exercises]
        parts += [_hand_card(grade, question) for question in sorted(grade.written)]
    return "\n".join(parts)


def _result(grade: Grade) -> str:
    return "ungraded" if grade.total is None else f"{_number(grade.total)} points"


def _card(exercise: ExerciseScore) -> str:
    sign, colour, words = SIGNS[State(exercise.state)]
    parts = [
        f'<div class="card" style="border-left-color: {colour}"><strong>{sign} '
        f"<code>{html.escape(exercise.name)}</code> {words}</strong>: "
        f"{_number(exercise.points)} of {exercise.of}"
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
    points = f"{_number(given[0])} points" if given else "to be graded by your instructor"
    comment = f"<p>{html.escape(given[1])}</p>" if given and given[1] else ""
    shown = f'<p class="answer">{html.escape(answer)}</p>' if answer else "<p>Not answered.</p>"
    return (
        f'<div class="card"><strong>Written question {html.escape(question)}</strong>: {points}'
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
        parts.append(f"<h2>{html.escape(question)}</h2>")
        for grade in grades:
            if question in grade.written:
                answer = grade.written[question]
                shown = html.escape(answer) if answer else "(not answered)"
                parts.append(
                    f"<p><strong>{html.escape(grade.student)}</strong></p>"
                    f'<p class="answer">{shown}</p>'
                )
    return "\n".join(parts)


# ----------------------------------------------------------------------------------- summary


def _summary(grades: Sequence[Grade], names: dict[str, str]) -> str:
    graded = [grade for grade in grades if grade.total is not None]
    parts = [f"<h1>Summary of the class</h1><p>{_counts(grades, graded)}</p>"]
    for number in sorted({grade.notebook for grade in graded}):
        own = [grade for grade in graded if grade.notebook == number]
        parts.append(f"<h2>Notebook {html.escape(number)}</h2>")
        parts.append(_picture(_draw_scores(own), "Distribution of the scores of the class."))
        parts.append(
            _picture(_draw_states(own), "Share of students in each state, for each exercise.")
        )
    parts.append("<h2>Known mistakes, by how often they were made</h2>")
    parts.append(_table(("exercise", "mistake", "students"), _mistakes(graded)))
    parts.append("<h2>To look at: remarks on single answers (never a score)</h2>")
    parts.append(_table(("student", "exercise", "remark"), _flags(graded)))
    parts.append("<h2>Ungraded</h2>")
    ungraded = [(g.student, g.path, g.ungraded) for g in grades if g.total is None]
    parts.append(_table(("student", "file", "why"), ungraded))
    parts.append("<h2>Students</h2>")
    parts.append(_students(grades, names))
    return "\n".join(parts)


def _counts(grades: Sequence[Grade], graded: Sequence[Grade]) -> str:
    students = len({grade.student for grade in grades})
    return (
        f"{students} students, {len(grades)} notebooks, {len(graded)} graded, "
        f"{len(grades) - len(graded)} ungraded."
    )


def _mistakes(grades: Sequence[Grade]) -> list[tuple[Any, ...]]:
    found = Counter(
        (exercise.name, exercise.diagnosis)
        for grade in grades
        for exercise in grade.exercises
        if exercise.diagnosis
    )
    return [(name, mistake, times) for (name, mistake), times in found.most_common()]


def _flags(grades: Sequence[Grade]) -> list[tuple[str, str, str]]:
    rows = [
        (grade.student, exercise.name, flag)
        for grade in grades
        for exercise in grade.exercises
        for flag in exercise.flags
    ]
    same: dict[tuple[str, str], list[str]] = {}
    for grade in grades:
        for exercise in grade.exercises:
            if exercise.fingerprint:
                same.setdefault((exercise.name, exercise.fingerprint), []).append(grade.student)
    for (name, _), students in same.items():
        if len(students) > 1:
            rows.append((", ".join(students), name, "the same code as each other"))
    return sorted(rows)


def _students(grades: Sequence[Grade], names: dict[str, str]) -> str:
    rows = "".join(
        f'<tr><td><a href="feedback/{names[g.student]}">{html.escape(g.student)}</a></td>'
        f"<td>{html.escape(g.notebook)}</td>"
        f'<td class="number">{_number(g.total) if g.total is not None else "ungraded"}</td>'
        f'<td class="number">{_number(g.of)}</td></tr>'
        for g in grades
    )
    return (
        "<table><thead><tr><th>student</th><th>notebook</th><th class='number'>points</th>"
        f"<th class='number'>of</th></tr></thead><tbody>{rows}</tbody></table>"
    )


def _table(header: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    if not rows:
        return "<p>None.</p>"
    head = "".join(f"<th>{html.escape(cell)}</th>" for cell in header)
    body = "".join(
        "<tr>" + "".join(f"<td>{html.escape(str(cell))}</td>" for cell in row) + "</tr>"
        for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _picture(figure, alt: str) -> str:
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=120, bbox_inches="tight")
    image = base64.b64encode(buffer.getvalue()).decode("ascii")
    return f'<p><img src="data:image/png;base64,{image}" alt="{html.escape(alt)}"></p>'


def _draw_scores(grades: Sequence[Grade]):
    from matplotlib.figure import Figure

    from course_utils.figures.style import COLOURS

    figure = Figure(figsize=(7.5, 2.6))
    axes = figure.subplots()
    shares = [100 * grade.total / grade.of for grade in grades if grade.of]
    axes.hist(shares, bins=range(0, 111, 10), color=COLOURS["blue"], edgecolor="white")
    axes.set_xlabel("points, in percent of what can be earned by code")
    axes.set_ylabel("students")
    axes.yaxis.get_major_locator().set_params(integer=True)
    return figure


def _draw_states(grades: Sequence[Grade]):
    from matplotlib.figure import Figure

    names = list(dict.fromkeys(e.name for grade in grades for e in grade.exercises))
    figure = Figure(figsize=(7.5, 0.8 + 0.4 * len(names)))
    axes = figure.subplots()
    left = [0.0] * len(names)
    for state, (sign, colour, _) in SIGNS.items():
        shares = [
            sum(e.state == state for grade in grades for e in grade.exercises if e.name == name)
            / len(grades)
            * 100
            for name in names
        ]
        axes.barh(
            names, shares, left=left, color=colour, edgecolor="white", label=f"{sign} {state}"
        )
        left = [a + b for a, b in zip(left, shares, strict=True)]
    axes.invert_yaxis()
    axes.set_xlabel("share of students in percent")
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=4, frameon=False)
    return figure
