"""Shows what a check found: a card in HTML for notebooks, the same in plain text for terminals.

A card never relies on colour alone: every state has its own sign and its own words. Colours are
taken from the Okabe-Ito palette, which colour-blind readers can tell apart; text takes the colour
of the theme, so that a card is legible on light and on dark.
"""

import html
import re
import textwrap
from typing import Any

import numpy as np

from course_utils.exercises.comparing import describe, named_property
from course_utils.exercises.exercise import Exercise
from course_utils.exercises.judging import Failure, State, Verdict

SIGNS = {
    State.CORRECT: ("✓", "#009E73", "is correct"),
    State.INCORRECT: ("✗", "#D55E00", "is not right yet"),
    State.NOT_ATTEMPTED: ("○", "#0072B2", "is not attempted yet"),
    State.COULD_NOT_CHECK: ("!", "#E69F00", "could not be checked"),
}
WIDTH = 88
PRINTED_LINES_SHOWN = 8


class Card:
    """What the learner sees of a verdict."""

    def __init__(self, verdict: Verdict, note: str = "") -> None:
        self.verdict = verdict
        self.note = note

    def __repr__(self) -> str:
        return _text(self.verdict, self.note)

    def _repr_html_(self) -> str:
        return _html(self.verdict, self.note)


class HintCard:
    """The first hints of an exercise, for `hint(name)`."""

    def __init__(self, exercise: Exercise, shown: int) -> None:
        self.exercise = exercise
        self.shown = shown

    def __repr__(self) -> str:
        return "\n".join(
            _wrap(f"Hint {i}: ", hint)
            for i, hint in enumerate(self.exercise.hints[: self.shown], start=1)
        )

    def _repr_html_(self) -> str:
        return _hint_ladder(self.exercise, shown=self.shown)


# ------------------------------------------------------------------------------- shared parts


def title(verdict: Verdict) -> str:
    """The first line of a card."""
    sign, _, words = SIGNS[verdict.state]
    return f"{sign} {verdict.exercise.name} {words}"


def worth(verdict: Verdict) -> str:
    """Exercise number and points, earned or to be earned."""
    exercise = verdict.exercise
    earned = exercise.points if verdict.state is State.CORRECT else 0
    return f"Exercise {exercise.id} · {earned} of {exercise.points} points"


def tried(verdict: Verdict) -> str:
    """What was tried, and how much of it passed."""
    parts = [f"{group} ({good}/{total})" for group, (good, total) in verdict.groups.items()]
    return ", ".join(parts)


def show_value(value: Any) -> str:
    """Write a value the way a learner would print it, rounded and cut to fit a card."""
    try:
        return _written(value)
    except Exception:  # a learner's object may have a `__repr__` that fails
        return f"{describe(value)}, which cannot be printed"


def _written(value: Any) -> str:
    if isinstance(value, np.ndarray) and value.ndim == 0:
        return show_value(value.item())
    if isinstance(value, np.ndarray):
        if value.size == 0:
            return f"empty array of shape {value.shape}"
        small = np.array2string(value, precision=4, threshold=24, edgeitems=2, max_line_width=72)
        return small if value.size <= 6 else f"{small}   shape {value.shape}"
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k!r}: {show_value(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list | tuple):
        inside = ", ".join(show_value(item) for item in value)
        return f"[{inside}]" if isinstance(value, list) else f"({inside})"
    if callable(value):
        return getattr(value, "__name__", "a function")
    return _cut(repr(value), 300)


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[:longest] + " ..."


def _evidence(failure: Failure) -> list[tuple[str, str]]:
    """The rows (name, value) that show the failing case."""
    rows = [row for name, value in failure.case.inputs.items() for row in _rows(name, value)]
    gap = failure.difference
    if gap is not None:
        at = f" at {gap.where}" if gap.where and not named_property(gap.where) else ""
        rows.append((f"expected{at}", show_value(gap.expected)))
        rows.append((f"yours{at}", show_value(gap.got)))
        if gap.largest is not None:
            rows.append(("largest difference", f"{gap.largest:.4g}"))
    elif failure.outcome.line is not None:
        number, text = failure.outcome.line
        rows.append((f"your line {number}", text))
    return [(name, _cut(value, 700)) for name, value in rows]


def _rows(name: str, value: Any) -> list[tuple[str, str]]:
    """An input as rows: each array of a short list or of a dict, such as the weights of a layer,
    gets its own, so that its columns line up."""
    items = []
    if isinstance(value, dict):
        items = list(value.items())
    elif isinstance(value, list) and len(value) <= 4:
        items = list(enumerate(value))
    if items and all(isinstance(item, np.ndarray) for _, item in items):
        return [(f"{name}[{key!r}]", show_value(item)) for key, item in items]
    return [(name, show_value(value))]


def _printed(failure: Failure | None) -> str:
    if failure is None or not failure.outcome.printed.strip():
        return ""
    lines = failure.outcome.printed.rstrip().splitlines()
    more = ["..."] if len(lines) > PRINTED_LINES_SHOWN else []
    return "\n".join(lines[:PRINTED_LINES_SHOWN] + more)


# -------------------------------------------------------------------------------------- text


def _text(verdict: Verdict, note: str) -> str:
    lines = [f"{title(verdict)}   [{worth(verdict)}]"]
    if verdict.says:
        lines.append(_wrap("", verdict.says))
    if verdict.diagnosis is not None:
        lines.append(_wrap("Diagnosis: ", verdict.diagnosis.says))
    if verdict.failure is not None:
        lines.append(_wrap("", f"{verdict.failure.says} Case: {verdict.failure.case.group}."))
        lines += [_row(name, value) for name, value in _evidence(verdict.failure)]
    if printed := _printed(verdict.failure):
        lines.append(_row("printed", printed))
    if verdict.state in (State.CORRECT, State.INCORRECT):
        lines.append(_wrap("Tried: ", tried(verdict)))
    if verdict.state is not State.CORRECT:
        name = verdict.exercise.name
        lines.append(f'Help: hint("{name}"), then solution("{name}")')
    if note:
        lines.append(_wrap("", note))
    return "\n".join(lines)


def _row(name: str, value: str) -> str:
    indent = " " * (len(name) + 5)
    return f"  {name} = " + value.replace("\n", "\n" + indent)


def _wrap(start: str, text: str) -> str:
    if "```" in text:
        return start + text.replace("```", "")
    indent = " " * len(start)
    first, *others = (start + text).split("\n\n")
    lines = [textwrap.fill(first, WIDTH, subsequent_indent=indent)]
    lines += [
        textwrap.fill(p, WIDTH, initial_indent=indent, subsequent_indent=indent) for p in others
    ]
    return "\n".join(lines)


# -------------------------------------------------------------------------------------- HTML


def _html(verdict: Verdict, note: str) -> str:
    _, colour, _ = SIGNS[verdict.state]
    parts = [
        f'<div style="display: flex; justify-content: space-between; flex-wrap: wrap; gap: 12px">'
        f'<strong style="font-size: 110%">{html.escape(title(verdict))}</strong>'
        f'<span style="opacity: 0.8">{html.escape(worth(verdict))}</span></div>'
    ]
    if verdict.says:
        parts.append(to_html(verdict.says))
    if verdict.diagnosis is not None:
        parts.append(
            f'<div style="margin: 8px 0; padding: 2px 12px; border-left: 3px solid {colour}">'
            f"<strong>Diagnosis</strong>{to_html(verdict.diagnosis.says)}</div>"
        )
    if verdict.failure is not None:
        parts.append(_failure_html(verdict.failure))
    if verdict.state in (State.CORRECT, State.INCORRECT):
        parts.append(
            f'<p style="margin: 6px 0; opacity: 0.85">Tried: {html.escape(tried(verdict))}</p>'
        )
    if verdict.state is not State.CORRECT:
        parts.append(_hint_ladder(verdict.exercise))
    if note:
        parts.append(to_html(note))
    return (
        f'<div class="course-card" role="status" data-state="{verdict.state}" '
        f'data-exercise="{html.escape(verdict.exercise.name)}" '
        f'style="border: 1px solid {colour}; border-left: 8px solid {colour}; '
        'border-radius: 4px; padding: 10px 14px; margin: 6px 0; max-width: 860px">'
        + "".join(parts)
        + "</div>"
    )


def _failure_html(failure: Failure) -> str:
    rows = "".join(
        '<tr style="background: none">'
        f'<th style="text-align: left; vertical-align: top; white-space: nowrap; '
        f'padding: 2px 12px 2px 0">{html.escape(name)}</th>'
        f'<td style="text-align: left; padding: 2px 0">{_pre(value)}</td></tr>'
        for name, value in _evidence(failure)
    )
    printed = _printed(failure)
    shown = f"<p>Your code printed:</p>{_pre(printed)}" if printed else ""
    return (
        f"{to_html(failure.says)}"
        f'<p style="margin: 6px 0">The smallest case that shows it '
        f"({html.escape(failure.case.group)}):</p>"
        f'<table style="margin: 4px 0; border: none">{rows}</table>{shown}'
    )


def _hint_ladder(exercise: Exercise, shown: int = 0) -> str:
    steps = "".join(
        f'<details{" open" if i <= shown else ""} style="margin: 4px 0">'
        f'<summary style="cursor: pointer">Hint {i} of {len(exercise.hints)}</summary>'
        f'<div style="padding-left: 16px">{to_html(hint)}</div></details>'
        for i, hint in enumerate(exercise.hints, start=1)
    )
    last = (
        '<details style="margin: 4px 0"><summary style="cursor: pointer">Still stuck?</summary>'
        '<div style="padding-left: 16px">'
        + to_html(
            f'Run `solution("{exercise.name}")` in a new cell to read the course\'s own version. '
            "Then close it and write yours from memory: that is when it becomes yours."
        )
        + "</div></details>"
    )
    return f'<div class="course-hints" style="margin-top: 8px">{steps}{last}</div>'


def to_html(text: str) -> str:
    """Turn plain text with `code`, blank-line paragraphs and ``` blocks into HTML, escaped."""
    parts = []
    for i, block in enumerate(text.split("```")):
        if i % 2:
            parts.append(_pre(block.strip("\n")))
            continue
        for paragraph in filter(None, (p.strip() for p in block.split("\n\n"))):
            safe = re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(paragraph, quote=False))
            parts.append(f'<p style="margin: 6px 0">{safe}</p>')
    return "".join(parts)


def _pre(text: str) -> str:
    return (
        '<pre style="margin: 2px 0; padding: 0; background: none; color: inherit; '
        f'white-space: pre-wrap">{html.escape(text, quote=False)}</pre>'
    )
