"""Repeating sequences: what counts can be known from the past, and from nothing else."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_utils.data.copying import LETTERS, UNKNOWABLE, repeating_sequences, spell

SEEDS = st.integers(0, 1000)


@given(SEEDS, st.integers(1, 6), st.integers(0, 6), st.integers(13, 40))
def test_every_sequence_repeats_a_word_of_different_letters(seed, shortest, more, n_tokens):
    inputs, targets, lengths = repeating_sequences(
        np.random.default_rng(seed), 5, n_tokens, (shortest, shortest + more)
    )
    assert inputs.shape == targets.shape == (5, n_tokens)
    for row, length in zip(inputs, lengths, strict=True):
        assert shortest <= length <= shortest + more
        assert len(set(row[:length].tolist())) == length
        np.testing.assert_array_equal(row[length:], row[:-length])


@given(SEEDS)
def test_a_target_is_known_exactly_when_its_letter_has_come_back(seed):
    inputs, targets, _ = repeating_sequences(np.random.default_rng(seed), 4)
    for row, wanted in zip(inputs.tolist(), targets.tolist(), strict=True):
        for t, target in enumerate(wanted):
            earlier = [j for j in range(t) if row[j] == row[t]]
            if earlier:
                assert target == row[earlier[-1] + 1]  # what followed it last time
            else:
                assert target == UNKNOWABLE
        assert wanted[:-1] == [
            row[t + 1] if w != UNKNOWABLE else w for t, w in enumerate(wanted[:-1])
        ]


def test_the_current_letter_tells_nothing_about_the_next():
    """Over many words each of the other letters follows equally often: 4 % is all one can get."""
    inputs, targets, _ = repeating_sequences(np.random.default_rng(0), 40_000)
    after_a = targets[(inputs == 0) & (targets >= 0)]
    counts = np.bincount(after_a, minlength=26)
    assert counts[0] == 0
    # Letters of one sequence are not independent; the spread allows for that.
    np.testing.assert_allclose(counts[1:] / counts.sum(), 1 / 25, atol=0.006)


def test_the_same_seed_gives_the_same_sequences():
    a = repeating_sequences(np.random.default_rng(3), 6)
    b = repeating_sequences(np.random.default_rng(3), 6)
    assert all((x == y).all() for x, y in zip(a, b, strict=True))


def test_spelling():
    assert spell(np.array([0, 1, 25])) == "abz"
    assert len(LETTERS) == 26


@pytest.mark.parametrize("word_lengths", [(0, 4), (5, 4), (4, 27)])
def test_impossible_words_are_refused(word_lengths):
    with pytest.raises(ValueError, match="word_lengths is"):
        repeating_sequences(np.random.default_rng(0), 1, 40, word_lengths)


def test_sequences_too_short_to_repeat_are_refused():
    with pytest.raises(ValueError, match="does not return within 16 tokens"):
        repeating_sequences(np.random.default_rng(0), 1, 16)
