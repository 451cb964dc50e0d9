"""Whatever an answer's process sends, the grader can judge it: it never fails on a reply."""

import dataclasses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_frames import VALUES, back

from course_utils.exercises import get
from course_utils.exercises.judging import State, judge
from course_utils.grading import box, frames

NAMES = ("softmax", "he_init", "topological_order", "minibatches", "count_pairs", "get_batch")
KEYS = ("status", "value", "inputs", "error", "kind", "line", "printed")
STATUSES = st.sampled_from(["returned", "raised", "unwritten", "odd", "defined", "correct"])
# What properties are asked of has keys of its own: values of every kind behind them too.
OWN_KEYS = ("weight", "again", "other", "order", "needs recursion", "inputs", "labels", "first")
OWN = st.dictionaries(st.sampled_from(OWN_KEYS), VALUES, max_size=6)
REPLIES = VALUES | st.fixed_dictionaries(
    {"status": STATUSES | VALUES}, optional=dict.fromkeys(KEYS[1:], VALUES | OWN)
)


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=40)
@given(reply=REPLIES)
def test_any_reply_is_an_outcome_that_can_be_judged(name, reply):
    try:
        received = back(frames.encode(reply))
    except frames.FrameError:
        return  # such a reply is refused before it gets here
    exercise = dataclasses.replace(get(name), misconceptions=())
    one = exercise.cases(3)[0]
    verdict = judge(exercise, [one], [box._outcome(received, one, exercise)])
    assert verdict.state is not State.CORRECT
