"""Runs answers without a box: `--no-sandbox`, for an instructor's own files and nothing else.

Here the answer runs in the grader's own process, and can do whatever the instructor can.
"""

import contextlib
import dataclasses
import linecache
from collections.abc import Sequence
from typing import Any

from course_utils.exercises.exercise import Case, Exercise
from course_utils.exercises.registry import get
from course_utils.exercises.running import Outcome, run
from course_utils.grading.box import Limits
from course_utils.grading.finding import Answer

WARNING = (
    "--no-sandbox: submissions run unprotected, with all that you may read and write. "
    "Use it for files of your own only."
)


class OpenProcess:
    """Puts cases to an answer in this very process."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits

    def run(self, exercise: Exercise, answer: Answer, cases: Sequence[Case]) -> list[Outcome]:
        """Run an answer on each case, as a learner's own check does."""
        name = f"<answer to {exercise.name}>"
        lines = answer.source.splitlines(keepends=True)
        linecache.cache[name] = (len(answer.source), None, lines, name)
        space: dict[str, Any] = {"__name__": "__main__"}
        space |= {other: get(other).reference for other in answer.provided}
        try:
            with contextlib.redirect_stdout(None), contextlib.redirect_stderr(None):
                exec(compile(answer.source, name, "exec"), space)
        except (Exception, SystemExit) as error:
            problem = Outcome("raised", error=f"{type(error).__name__}: {error}")
            return [problem] * len(cases)
        within = dataclasses.replace(exercise, time_limit=self.limits.seconds)
        return run(within, space.get(exercise.name), cases)
