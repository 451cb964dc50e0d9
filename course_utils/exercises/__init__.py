"""What an exercise is, how it is checked, and how it speaks to the learner."""

from course_utils.exercises.answers import learners_own
from course_utils.exercises.checking import check, demonstrate, hint, progress, solution
from course_utils.exercises.pieces import yours_or_ours
from course_utils.exercises.quiz import quiz
from course_utils.exercises.registry import all_exercises, get

__all__ = [
    "all_exercises",
    "check",
    "demonstrate",
    "get",
    "hint",
    "learners_own",
    "progress",
    "quiz",
    "solution",
    "yours_or_ours",
]
