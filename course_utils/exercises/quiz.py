"""Multiple-choice questions: "Check your understanding", at the end of a notebook.

Questions are declared in `exercises/lessons/`, as QUESTIONS, so that a notebook does not show the
answers in its code. jupyterquiz draws them and answers each choice with its reason.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from course_utils.exercises.registry import lesson

COLOURS = {
    "--jq-multiple-choice-bg": "#1f4e79",
    "--jq-many-choice-bg": "#1f4e79",
    "--jq-mc-button-bg": "#fafafa",
    "--jq-incorrect-color": "#a63d00",
    "--jq-correct-color": "#00664b",
}


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


def quiz(notebook: str) -> None:
    """Show the questions of a notebook ("01").

    Raises KeyError when the notebook has no questions.
    """
    questions: Sequence[Question] = getattr(lesson(notebook), "QUESTIONS", ())
    if not questions:
        raise KeyError(f"The notebook {notebook!r} asks no multiple-choice questions.")
    from IPython import get_ipython

    if get_ipython() is None:
        print(as_text(questions))
        return
    from jupyterquiz import display_quiz

    display_quiz([_for_jupyterquiz(q) for q in questions], colors=COLOURS, max_width=860)


def as_text(questions: Sequence[Question]) -> str:
    """Write the questions for a terminal, without the answers."""
    lines = []
    for number, question in enumerate(questions, start=1):
        lines.append(f"{number}. {question.text}")
        lines += [f"   ({'abcdefgh'[i]}) {c.text}" for i, c in enumerate(question.choices)]
    return "\n".join(lines)


def _for_jupyterquiz(question: Question) -> dict:
    return {
        "question": question.text,
        "type": "multiple_choice",
        "answers": [
            {"answer": choice.text, "correct": choice.right, "feedback": choice.because}
            for choice in question.choices
        ],
    }
