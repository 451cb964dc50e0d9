"""Writes down what a learner has done, one small file for each exercise, in the learner's folder.

One file each, so that two notebooks open side by side never overwrite each other's news.
"""

import datetime
import json
from typing import Any

from course_utils.environment import learner_folder
from course_utils.exercises import answers
from course_utils.exercises.judging import State, Verdict
from course_utils.files import write_atomically


def record(verdict: Verdict, answer: Any) -> str:
    """Write down a verdict; return a note for the learner, empty when all went well.

    An exercise that is not attempted leaves no trace, so that running an untouched notebook
    changes nothing.
    """
    if verdict.state is State.NOT_ATTEMPTED:
        return ""
    try:
        _write(verdict)
        if verdict.state is State.CORRECT:
            answers.remember(verdict.exercise.name, answer)
    except ValueError as error:
        return f"(Right, but not kept for later notebooks: {error}. Write it as a plain `def`.)"
    except OSError as error:
        return (
            f"(Your result stands, but could not be written down: {error}. "
            "Set COURSE_HOME to a folder that can be written.)"
        )
    return ""


def read() -> dict[str, dict[str, Any]]:
    """Return what is written down: exercise name -> state, solved, checks, updated."""
    found = {}
    for path in sorted((learner_folder() / "progress").glob("*.json")):
        entry = _read(path)
        if entry:
            found[path.stem] = entry
    return found


def report() -> str:
    """Return the exercises of the whole course with what is written down about each, as text."""
    from course_utils.exercises.registry import all_exercises

    exercises, known = all_exercises(), read()
    lines = []
    for number in dict.fromkeys(exercise.notebook for exercise in exercises):
        lines.append(f"Notebook {number}")
        for exercise in (e for e in exercises if e.notebook == number):
            entry = known.get(exercise.name, {})
            sign = "✓" if entry.get("solved") else "○"
            state = "solved" if entry.get("solved") else entry.get("state", "to do")
            lines.append(f"  {sign} {exercise.id}  {exercise.name}: {state}")
    solved = [e for e in exercises if known.get(e.name, {}).get("solved")]
    lines.append(
        f"{len(solved)} of {len(exercises)} exercises solved, {sum(e.points for e in solved)} of "
        f"{sum(e.points for e in exercises)} points (kept in {learner_folder()})"
    )
    return "\n".join(lines)


def _write(verdict: Verdict) -> None:
    path = learner_folder() / "progress" / f"{verdict.exercise.name}.json"
    before = _read(path)
    entry = {
        "id": verdict.exercise.id,
        "state": str(verdict.state),
        "solved": before.get("solved", False) or verdict.state is State.CORRECT,
        "checks": before.get("checks", 0) + 1,
        "updated": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
    }
    with write_atomically(path) as partial:
        partial.write_text(json.dumps(entry, indent=1) + "\n", encoding="utf-8")


def _read(path) -> dict[str, Any]:
    try:
        entry = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):  # none yet, or not ours
        return {}
    ours = isinstance(entry, dict) and isinstance(entry.get("checks", 0), int)
    return entry if ours else {}
