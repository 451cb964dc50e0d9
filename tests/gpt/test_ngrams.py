"""n-gram models are distributions, follow Witten and Bell's formula, and agree with the bigram."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from course_utils.gpt.bigram import bigram_log_probs
from course_utils.gpt.ngrams import NgramModel

V = 4
TEXT = st.lists(st.integers(0, V - 1), min_size=1, max_size=40).map(np.array)
CONTEXT = st.lists(st.integers(0, V - 1), max_size=6).map(lambda c: np.array(c, dtype=np.int64))


def by_the_book(text, context, token, n):
    """Count by walking through the text, one context after the other; nothing shared."""
    text, context = list(text), list(context)[-(n - 1) :] if n > 1 else []
    probability = 1 / V
    for k in range(len(context) + 1):
        h = context[len(context) - k :]
        following = [text[i + k] for i in range(len(text) - k) if text[i : i + k] == h]
        if following:
            types = len(set(following))
            probability = (following.count(token) + types * probability) / (len(following) + types)
    return probability


@given(TEXT, CONTEXT, st.integers(1, 5))
def test_probabilities_are_those_of_the_formula_and_sum_to_one(text, context, n):
    probabilities = NgramModel(text, V, n).probabilities(context)
    assert probabilities.sum() == pytest.approx(1)
    for token in range(V):
        assert probabilities[token] == pytest.approx(by_the_book(text, context, token, n))


@given(TEXT, TEXT, st.integers(1, 5))
def test_log_probs_of_a_text_are_those_of_its_contexts(text, other, n):
    model = NgramModel(text, V, n)
    expected = [math.log(model.probabilities(other[:t])[other[t]]) for t in range(1, len(other))]
    np.testing.assert_allclose(model.log_probs(other), expected, atol=1e-12)


def test_the_unigram_model_knows_how_frequent_each_token_is():
    text = np.array([0] * 60 + [1] * 30 + [2] * 10)
    probabilities = NgramModel(text, 3, 1).probabilities(np.array([2, 2]))
    np.testing.assert_allclose(probabilities, [0.6, 0.3, 0.1], atol=0.02)


def test_with_plenty_of_text_the_bigram_is_the_counted_table():
    text = np.random.default_rng(0).choice(V, size=50_000, p=[0.5, 0.3, 0.15, 0.05])
    table = bigram_log_probs(torch.tensor(text), V, pseudo_count=0.5)
    model = NgramModel(text, V, 2)
    for token in range(V):
        np.testing.assert_allclose(
            np.log(model.probabilities(np.array([token]))), table[token], atol=0.01
        )


def test_a_longer_memory_learns_what_a_shorter_one_cannot():
    """0 1 0 2 0 1 0 2 ...: what follows a 0 depends on the token before it."""
    text = np.array([0, 1, 0, 2] * 500)
    assert NgramModel(text, 3, 2).loss(text) > 0.3
    assert NgramModel(text, 3, 3).loss(text) < 0.02


def test_writing_draws_from_the_model_and_repeats_with_its_seed():
    text = np.array([0, 1, 2, 3] * 200)
    model = NgramModel(text, V, 3)
    written = model.write(np.random.default_rng(0), np.array([0, 1]), 60)
    assert written[:2].tolist() == [0, 1]
    assert len(written) == 62
    assert np.mean((written[1:] - written[:-1]) % 4 == 1) > 0.9
    again = model.write(np.random.default_rng(0), np.array([0, 1]), 60)
    np.testing.assert_array_equal(written, again)


@pytest.mark.parametrize("n", [0, 11])
def test_a_memory_that_cannot_be_numbered_is_refused(n):
    with pytest.raises(ValueError, match=f"n is {n}; with 58 tokens it must lie between 1 and 10"):
        NgramModel(np.array([0, 1]), 58, n)


def test_tokens_outside_the_vocabulary_are_refused():
    with pytest.raises(ValueError, match="from 0 to 4"):
        NgramModel(np.array([0, 4]), 4, 2)
