"""Windows of a stream, against sums over every story and every place in it."""

import itertools
import math
from functools import cache

import pytest
from small_stories import GRAMMAR, all_stories

from course_utils.data import tales
from course_utils.data.windows import Windows

STORIES = {story: float(p) for story, p in all_stories().items()}
MEAN_LENGTH = sum(p * len(story) for story, p in STORIES.items())
WINDOWS = Windows(GRAMMAR)


@cache
def probability_of_beginning(text):
    """P(a stream of stories begins with `text`), one whole story at a time."""
    total = 0.0
    for story, p in STORIES.items():
        if story.startswith(text):
            total += p
        elif text.startswith(story):
            total += p * probability_of_beginning(text[len(story) :])
    return total


def probability_of_window(text):
    """P(`text` stands at a place of the stream, all places being equally likely)."""
    total = 0.0
    for story, p in STORIES.items():
        for start in range(len(story)):
            rest = story[start:]
            if rest.startswith(text):
                total += p
            elif text.startswith(rest):
                total += p * probability_of_beginning(text[len(rest) :])
    return total / MEAN_LENGTH


def windows_of(length):
    """Every window of a length that begins in one story and ends in it or in the next."""
    pairs = itertools.product(STORIES, STORIES)
    return {(a + b)[i : i + length] for a, b in pairs for i in range(len(a))}


@pytest.mark.parametrize("length", [1, 2, 3, 8])
def test_every_window_has_the_probability_that_the_full_count_gives(length):
    total = 0.0
    for window in sorted(windows_of(length)):
        counted = probability_of_window(window)
        assert math.exp(WINDOWS.log_probability(window)) == pytest.approx(counted, rel=1e-9)
        total += counted
    assert total == pytest.approx(1.0)


def test_a_window_over_several_stories_has_the_probability_that_the_full_count_gives():
    stories = sorted(STORIES)
    stream = stories[3] + stories[40] + stories[0] + stories[7] + stories[20]
    for start in range(0, 60, 7):
        for length in (30, 90, 150):
            window = stream[start : start + length]
            counted = probability_of_window(window)
            assert math.exp(WINDOWS.log_probability(window)) == pytest.approx(counted, rel=1e-9)


def test_a_window_that_no_stream_has_is_impossible():
    assert WINDOWS.log_probability("hat hat") == -math.inf
    assert WINDOWS.log_probability("\n\n\n") == -math.inf


def test_the_excess_is_that_of_the_full_count():
    """On windows of two characters: one prediction from one character. Its best loss is
    H(2) - H(1), the entropies of windows; the floor is the entropy per character."""

    def entropy(length):
        probabilities = [probability_of_window(window) for window in windows_of(length)]
        return -sum(p * math.log(p) for p in probabilities)

    floor = GRAMMAR.entropy() / GRAMMAR.expected_length()
    for context_length in (1, 4):
        counted = (entropy(context_length + 1) - entropy(1)) / context_length - floor
        estimate = WINDOWS.excess(context_length, n_windows=3000)
        assert estimate.standard_error < 0.03
        assert abs(estimate.mean - counted) < 4 * estimate.standard_error


def test_a_longer_memory_comes_closer_to_the_floor_of_tiny_tales():
    short, middle, long = (
        tales.entropy_with_context(length, n_windows=25) for length in (16, 64, 256)
    )
    assert short.mean > middle.mean > long.mean > tales.entropy_per_character()
    assert long.mean < tales.entropy_per_character() + 0.08
