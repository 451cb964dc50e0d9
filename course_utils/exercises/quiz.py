"""Multiple-choice questions: "Check your understanding", at the end of a notebook.

Questions are declared in `exercises/lessons/`, as QUESTIONS, so that a notebook does not show the
answers in its code. Each choice unfolds to say whether it is right, and why. It is plain HTML:
it needs no script, and it works wherever a saved notebook is shown.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from course_utils.exercises.cards import to_html
from course_utils.exercises.registry import lesson

RIGHT = ("✓ Right.", "#009E73")
WRONG = ("✗ Not this one.", "#D55E00")


@dataclass(frozen=True)
class Choice:
    """One answer to choose.

    text: the answer. right: whether it is right. because: the reason, shown when it is chosen.
    """

    text: str
    right: bool
    because: str


@dataclass(frozen=True)
class Question:
    """A multiple-choice question with exactly one right choice."""

    text: str
    choices: tuple[Choice, ...]

    def __post_init__(self) -> None:
        right = sum(choice.right for choice in self.choices)
        if right != 1:
            raise ValueError(
                f"a question needs exactly one right choice, but {self.text!r} has {right}"
            )

    def shuffled(self) -> list[Choice]:
        """Return the choices in an order that tells nothing and is the same each time."""
        choices = list(self.choices)
        random.Random(self.text).shuffle(choices)
        return choices


def quiz(notebook: str) -> None:
    """Show the questions of a notebook ("01").

    Raises KeyError when the notebook has no questions.
    """
    questions: Sequence[Question] = getattr(lesson(notebook), "QUESTIONS", ())
    if not questions:
        raise KeyError(f"The notebook {notebook!r} asks no multiple-choice questions.")
    from IPython import get_ipython
    from IPython.display import display

    shown = Quiz(str(notebook).zfill(2)[:2], questions)
    print(shown) if get_ipython() is None else display(shown)


class Quiz:
    """The questions of a notebook, as they are shown."""

    def __init__(self, notebook: str, questions: Sequence[Question]) -> None:
        self.notebook, self.questions = notebook, questions

    def __repr__(self) -> str:
        lines = []
        for number, question in enumerate(self.questions, start=1):
            lines.append(f"{number}. {question.text}")
            lines += [f"   ({'abcdefgh'[i]}) {c.text}" for i, c in enumerate(question.shuffled())]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        parts = [
            '<p style="margin: 6px 0; opacity: 0.85">Choose an answer to unfold what it is worth.'
            "</p>"
        ]
        for number, question in enumerate(self.questions, start=1):
            group = f"quiz-{self.notebook}-{number}"
            choices = "".join(_choice_html(c, group) for c in question.shuffled())
            parts.append(
                f'<div style="margin: 18px 0"><div style="display: flex; gap: 8px; '
                f'font-weight: bold"><span>{number}.</span><div>{_inline(question.text)}</div>'
                f"</div>{choices}</div>"
            )
        return f'<div class="course-quiz" style="max-width: 860px">{"".join(parts)}</div>'


def _choice_html(choice: Choice, group: str) -> str:
    words, colour = RIGHT if choice.right else WRONG
    # Choices of one name close each other, so that one answer is given at a time.
    return (
        f'<details name="{group}" data-right="{str(choice.right).lower()}" '
        'style="margin: 6px 0 6px 22px; border: 1px solid #8888; border-radius: 4px; '
        'padding: 6px 12px"><summary style="cursor: pointer">'
        f"{_inline(choice.text)}</summary>"
        f'<div style="margin: 6px 0 2px 0; padding-left: 10px; border-left: 3px solid {colour}">'
        f"<strong>{words}</strong> {_inline(choice.because)}</div></details>"
    )


def _inline(text: str) -> str:
    """Light text as `to_html` takes it, without the paragraph around a single one."""
    made = to_html(text)
    start = '<p style="margin: 6px 0">'
    single = made.startswith(start) and made.count("<p ") == 1 and made.endswith("</p>")
    return made.removeprefix(start).removesuffix("</p>") if single else made
