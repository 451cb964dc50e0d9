"""The measures of a text agree with what can be counted by hand and by brute force."""

import math
import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_utils.data import judging
from course_utils.data.judging import CopyFinder, distinct_n, grammatical_share
from course_utils.data.tales import generate_tales

FEW_LETTERS = st.text(alphabet="ab ", max_size=25)


def longest_common_by_brute_force(text, source):
    stretches = {text[i:j] for i in range(len(text)) for j in range(i, len(text) + 1)}
    return max((len(s) for s in stretches if s in source), default=0)


@given(FEW_LETTERS, FEW_LETTERS)
def test_the_longest_run_is_as_long_as_that_of_brute_force_and_stands_in_both(text, source):
    run = CopyFinder(source).longest_run(text)
    assert run in text
    assert run in source
    assert len(run) == longest_common_by_brute_force(text, source)


@given(FEW_LETTERS, FEW_LETTERS)
def test_fingerprints_that_collide_do_not_matter(text, source):
    finder = CopyFinder(source)
    poor = judging._fingerprints
    try:
        judging._fingerprints = lambda *of: poor(*of) % 3
        run = finder.longest_run(text)
    finally:
        judging._fingerprints = poor
    assert run in source
    assert len(run) == longest_common_by_brute_force(text, source)


def test_characters_of_every_kind_are_told_apart():
    assert CopyFinder("前向传播 and 😀!").longest_run("x传播 and 😀 ") == "传播 and 😀"
    assert CopyFinder("half a \ud83d pair").longest_run("a \ud83d!") == "a \ud83d"


def test_a_stretch_pasted_into_a_new_text_is_found_in_a_megabyte_within_two_seconds():
    source = generate_tales(1_000_000, seed=1)
    pasted = source[654_321:655_321]
    rng = random.Random(0)
    text = "".join(rng.choices("abcdefgh", k=3000)) + pasted + "".join(rng.choices("xyz", k=3000))
    finder = CopyFinder(source)
    start = time.process_time()
    assert finder.longest_run(text) == pasted
    assert time.process_time() - start < 2


def test_real_tales_are_grammatical_and_their_words_shuffled_are_not():
    text = generate_tales(5000, seed=2, split="test")
    assert grammatical_share(text) == 1
    words = text.split(" ")
    random.Random(0).shuffle(words)
    assert grammatical_share(" ".join(words)) < 0.2


def test_sentences_that_may_be_cut_off_do_not_count():
    story = generate_tales(400, seed=3)
    assert grammatical_share("zzz " + story.strip()[20:] + "\nOne day a bo") == 1
    assert math.isnan(grammatical_share("Only one sentence."))


@pytest.mark.parametrize(
    ("text", "n", "expected"),
    [
        ("a b c", 1, 1.0),
        ("a a a a", 1, 0.25),
        ("a b a b a", 2, 2 / 4),
        ("a b a b a", 3, 2 / 3),
        ("the cat\nthe cat", 2, 2 / 3),
    ],
)
def test_distinct_n_is_different_groups_by_all_groups(text, n, expected):
    assert distinct_n(text, n) == pytest.approx(expected)


def test_distinct_n_of_too_few_words_is_not_a_number():
    assert math.isnan(distinct_n("two words", 3))


def test_a_group_of_no_words_is_refused():
    with pytest.raises(ValueError, match="n is 0"):
        distinct_n("two words", 0)
