"""Writes the page that shows an instructor the class at a glance.

What needs a person stands first: the files that could not be graded.
"""

import base64
import html
import io
from collections import Counter
from collections.abc import Sequence
from typing import Any

from course_utils.exercises.cards import SIGNS
from course_utils.grading.gradebook import Grade
from course_utils.grading.tables import as_text


def summarise(grades: Sequence[Grade], names: dict[str, str]) -> str:
    """Return the body of the page. names: student -> file name of the feedback page."""
    graded = [grade for grade in grades if grade.total is not None]
    parts = [f"<h1>Summary of the class</h1><p>{_counts(grades, graded)}</p>"]
    if ungraded := [(g.student, g.path, g.ungraded) for g in grades if g.total is None]:
        parts.append("<h2>Ungraded: please look at these files</h2>")
        parts.append(_table(("student", "file", "why"), ungraded))
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
    parts.append(_table(("student", "remark", "exercises"), _remarks(graded)))
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


def _remarks(grades: Sequence[Grade]) -> list[tuple[str, str, str]]:
    """One row for each student, or group of students with equal code, and kind of remark."""
    rows: dict[tuple[str, str], list[str]] = {}
    same: dict[tuple[str, str], list[str]] = {}
    for grade in grades:
        for exercise in grade.exercises:
            for remark in exercise.flags:
                rows.setdefault((grade.student, remark), []).append(exercise.name)
            if exercise.fingerprint:
                same.setdefault((exercise.name, exercise.fingerprint), []).append(grade.student)
    for (name, _), students in same.items():
        if len(students) > 1:
            who = ", ".join(students)
            rows.setdefault((who, "the same code as each other"), []).append(name)
    return [(who, remark, ", ".join(names)) for (who, remark), names in sorted(rows.items())]


def _students(grades: Sequence[Grade], names: dict[str, str]) -> str:
    rows = "".join(
        f'<tr><td><a href="feedback/{names[g.student]}">{html.escape(g.student)}</a></td>'
        f"<td>{html.escape(g.notebook)}</td>"
        f'<td class="number">{as_text(g.total) if g.total is not None else "ungraded"}</td>'
        f'<td class="number">{as_text(g.total_of)}</td></tr>'
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
    shares = [100 * grade.code / grade.of for grade in grades if grade.of]
    axes.hist(shares, bins=range(0, 101, 10), color=COLOURS["blue"], edgecolor="white")
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
