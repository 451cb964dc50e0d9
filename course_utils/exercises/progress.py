"""The list of what is done and what is to do, shown at the end of a notebook."""

import html
from collections.abc import Mapping, Sequence

from course_utils.exercises.cards import SIGNS
from course_utils.exercises.exercise import Exercise
from course_utils.exercises.judging import State, Verdict


class ProgressTable:
    """Exercises with the latest verdict on each; one that was never checked is not attempted."""

    def __init__(self, exercises: Sequence[Exercise], verdicts: Mapping[str, Verdict]) -> None:
        self.rows = [(exercise, _state(verdicts.get(exercise.name))) for exercise in exercises]

    @property
    def to_do(self) -> list[Exercise]:
        """The exercises that are not correct yet."""
        return [exercise for exercise, state in self.rows if state is not State.CORRECT]

    def headline(self) -> str:
        """One line: exercises and points, done and in all."""
        done = [exercise for exercise, state in self.rows if state is State.CORRECT]
        points = sum(exercise.points for exercise, _ in self.rows)
        return (
            f"{len(done)} of {len(self.rows)} exercises done, "
            f"{sum(exercise.points for exercise in done)} of {points} points"
        )

    def __repr__(self) -> str:
        width = max(len(exercise.name) for exercise, _ in self.rows)
        lines = [self.headline()]
        lines += [
            f"  {SIGNS[state][0]} {exercise.id}  {exercise.name:<{width}}  {state}"
            for exercise, state in self.rows
        ]
        if self.to_do:
            lines.append("To do: " + ", ".join(exercise.name for exercise in self.to_do))
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        rows = "".join(
            "<tr>"
            f'<td style="text-align: left"><strong>{SIGNS[state][0]}</strong></td>'
            f'<td style="text-align: left">{exercise.id}</td>'
            f'<td style="text-align: left"><code>{html.escape(exercise.name)}</code></td>'
            f'<td style="text-align: left">{state}</td>'
            f'<td style="text-align: right">{exercise.points}</td></tr>'
            for exercise, state in self.rows
        )
        to_do = ", ".join(f"<code>{html.escape(e.name)}</code>" for e in self.to_do)
        last = f"<p><strong>To do:</strong> {to_do}</p>" if to_do else "<p>Nothing left to do.</p>"
        return (
            f'<div class="course-progress"><p><strong>{self.headline()}</strong></p>'
            '<table style="margin: 4px 0"><thead><tr><th></th><th>No.</th>'
            '<th style="text-align: left">Exercise</th><th style="text-align: left">State</th>'
            f"<th>Points</th></tr></thead><tbody>{rows}</tbody></table>{last}</div>"
        )


def _state(verdict: Verdict | None) -> State:
    return State.NOT_ATTEMPTED if verdict is None else verdict.state
