"""The questions at the end of the notebooks do not give their answers away."""

from course_utils.exercises import all_exercises
from course_utils.exercises.registry import lesson

NOTEBOOKS = sorted({exercise.notebook for exercise in all_exercises()})
QUESTIONS = [question for number in NOTEBOOKS for question in lesson(number).QUESTIONS]


def test_the_longest_choice_is_right_no_more_often_than_by_chance():
    """With three or four choices, chance is 3 in 10: who always takes the longest earns nothing."""
    longest = [max(question.choices, key=lambda choice: len(choice.text)) for question in QUESTIONS]
    assert sum(choice.right for choice in longest) < 0.4 * len(longest)


def test_the_right_choice_stands_in_every_place():
    places = [
        [choice.right for choice in question.shuffled()].index(True) for question in QUESTIONS
    ]
    assert set(places) >= {0, 1, 2}
    assert max(places.count(place) for place in set(places)) < len(places) / 2


def test_every_choice_says_why():
    for question in QUESTIONS:
        assert len(question.choices) >= 3, question.text
        assert len({choice.text for choice in question.choices}) == len(question.choices)
        assert all(len(choice.because) > 10 for choice in question.choices), question.text
