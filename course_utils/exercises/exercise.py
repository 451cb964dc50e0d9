"""What an exercise is: a name to define, a reference, test cases, known mistakes and hints.

Every exercise of the course is one `Exercise`, declared in `exercises/lessons/`, one module for
each notebook. Nothing here runs a learner's code; `running` does, and `judging` weighs the result.
"""

import importlib
import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Case:
    """One question put to an answer.

    group: what kind of input this is, in the learner's words ("rows of size 1000"); the groups are
        what a card lists as tried, and what partial credit is given for.
    inputs: argument name -> value, in the order in which they are passed.
    rtol, atol: tolerances of this case, where they differ from the exercise's.
    """

    group: str
    inputs: Mapping[str, Any]
    rtol: float | None = None
    atol: float | None = None


def case(group: str, /, *, rtol: float | None = None, atol: float | None = None, **inputs) -> Case:
    """Write a `Case`, its inputs as keyword arguments: `case("one row", z=np.zeros((1, 3)))`."""
    return Case(group, MappingProxyType(dict(inputs)), rtol, atol)


@dataclass(frozen=True)
class Misconception:
    """A well-known mistake: an implementation that makes it, and what to say to its author.

    name: the mistake in a few words ("forgets to subtract the row maximum").
    wrong: a function or class with the interface of the exercise that makes this mistake only.
    says: what the card tells a learner whose answers agree with `wrong` on every case.
    """

    name: str
    wrong: Callable
    says: str


def call(answer: Callable, **inputs):
    """Drive a function: pass the inputs by position, so that its parameters may have any name."""
    return answer(*inputs.values())


@dataclass(frozen=True, kw_only=True)
class Exercise:
    """One exercise of the course.

    id: notebook and place in it, "01.3".
    name: the name that the learner defines; unique in the whole course.
    reference: where the solution lives, "package.module:name". It is imported when it is needed,
        so that looking an exercise up imports nothing heavy.
    draw_cases: `rng -> cases`. Drawn anew from each seed: varied shapes, edge cases, hostile
        values.
    misconceptions: at least three.
    hints: from a nudge to pseudocode.
    why: one sentence: why the exercise matters.
    drive: `drive(answer, **inputs) -> value` runs the answer on one case. The default calls it. For
        a class it builds one, runs it and returns plain arrays.
    properties: `properties(value, **inputs) -> named properties` says what is compared where many
        answers are right (any valid order, any random draw of the right spread). Unlike `drive`,
        it never runs in the learner's process when a class is graded: nobody can forge it.
    rtol, atol: |got - expected| <= atol + rtol * |expected|.
    may_change: names of the inputs that the answer is meant to change in place.
    deterministic: the same inputs must give the same answer twice.
    time_limit: seconds for all the cases of one check.
    """

    id: str
    name: str
    reference_path: str
    points: int
    difficulty: int
    minutes: int
    why: str
    draw_cases: Callable[[np.random.Generator], Iterable[Case]]
    misconceptions: tuple[Misconception, ...]
    hints: tuple[str, ...]
    drive: Callable[..., Any] = call
    properties: Callable[..., Any] | None = None
    rtol: float = 1e-6
    atol: float = 1e-9
    may_change: tuple[str, ...] = ()
    deterministic: bool = True
    time_limit: float = 10.0

    @property
    def reference(self) -> Callable:
        """The course's own solution: the public function or class that later notebooks import."""
        module, _, name = self.reference_path.partition(":")
        return getattr(importlib.import_module(module), name)

    @property
    def notebook(self) -> str:
        """The number of the exercise's notebook, "01"."""
        return self.id.partition(".")[0]

    def cases(self, seed: int) -> list[Case]:
        """Draw the test cases of one seed; the same seed gives the same cases."""
        return list(self.draw_cases(np.random.default_rng(seed)))

    def solution_source(self) -> str:
        """The reference as it is written in the package."""
        return inspect.getsource(self.reference)

    def header(self) -> str:
        """The line that opens the exercise in its notebook."""
        dots = "●" * self.difficulty + "○" * (5 - self.difficulty)
        points = "1 point" if self.points == 1 else f"{self.points} points"
        return (
            f"### Exercise {self.id}: `{self.name}`\n\n"
            f"Difficulty {dots} · {self.minutes} minutes · {points}"
        )
