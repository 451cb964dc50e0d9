"""Multiple-choice questions: one right answer, no script, and the reason with every choice."""

from html.parser import HTMLParser

import pytest

from course_utils.exercises import all_exercises, quiz
from course_utils.exercises.quiz import Choice, Question, Quiz

QUESTION = Question(
    "Which of `a < b` is it?",
    (
        Choice("The first", True, "Because `1 < 2`."),
        Choice("The second", False, "That is <b>not</b> so."),
        Choice("The third", False, "Neither."),
    ),
)


class Reader(HTMLParser):
    def __init__(self, source):
        super().__init__()
        self.tags, self.right = [], []
        self.feed(source)

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        if tag == "details":
            self.right.append(dict(attributes)["data-right"] == "true")


def test_a_question_has_exactly_one_right_choice():
    for right in ((False, False), (True, True)):
        with pytest.raises(ValueError, match="exactly one right choice"):
            Question("?", tuple(Choice("x", r, "y") for r in right))


def test_every_choice_unfolds_its_reason_and_nothing_is_a_script():
    page = Quiz("99", [QUESTION])._repr_html_()
    reader = Reader(page)
    assert reader.tags.count("details") == 3
    assert sum(reader.right) == 1
    assert "script" not in reader.tags
    assert "b" not in reader.tags, "text of a question must be escaped"
    assert "<code>a &lt; b</code>" in page
    for choice in QUESTION.choices:
        assert choice.text in page


def test_order_of_choices_is_shuffled_and_the_same_each_time():
    assert QUESTION.shuffled() == QUESTION.shuffled()
    questions = [Question(f"Question {i}?", QUESTION.choices) for i in range(60)]
    first = sum(question.shuffled()[0].right for question in questions)
    assert 8 < first < 32


def test_text_form_asks_without_answering(capsys):
    quiz("01")
    asked = capsys.readouterr().out
    assert "(a)" in asked
    assert "Right" not in asked


def test_a_notebook_without_questions_is_an_error():
    with pytest.raises(KeyError, match="No lesson belongs"):
        quiz("77")


@pytest.mark.parametrize("notebook", ["01", 1, "1", "01_forward_propagation"])
def test_a_notebook_is_known_by_its_number_however_it_is_written(notebook):
    assert {exercise.notebook for exercise in all_exercises(notebook)} == {"01"}
