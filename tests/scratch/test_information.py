"""Entropy, divergence, perplexity and bits against scipy and against closed forms."""

import numpy as np
import pytest
import scipy.stats
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from course_utils.scratch import information
from course_utils.scratch.losses import cross_entropy

WEIGHT = st.one_of(st.just(0.0), st.floats(0.01, 10))


@st.composite
def distributions(draw, count=1):
    """`count` distributions over the same outcomes, (N, C) each, zeros included."""
    shape = (draw(st.integers(1, 4)), draw(st.integers(1, 6)))
    drawn = [draw(arrays(np.float64, shape, elements=WEIGHT)) for _ in range(count)]
    assume(all((weights.sum(axis=1) > 0).all() for weights in drawn))
    return tuple(weights / weights.sum(axis=1, keepdims=True) for weights in drawn)


@given(ps=distributions())
def test_entropy_is_scipys_zeros_included(ps):
    (p,) = ps
    np.testing.assert_allclose(
        information.entropy(p), scipy.stats.entropy(p, axis=1), rtol=1e-9, atol=1e-12
    )


@given(pq=distributions(2))
def test_divergence_is_scipys_infinities_included(pq):
    p, q = pq
    np.testing.assert_allclose(
        information.kl_divergence(p, q), scipy.stats.entropy(p, q, axis=1), rtol=1e-9, atol=1e-12
    )


@given(pq=distributions(2))
def test_divergence_is_never_negative_and_zero_for_equals(pq):
    p, q = pq
    assert (information.kl_divergence(p, q) >= -1e-12).all()
    np.testing.assert_allclose(information.kl_divergence(p, p), 0.0, atol=1e-12)


def test_one_distribution_may_be_compared_with_a_row_of_others():
    p = np.array([0.5, 0.5])
    q = np.array([[0.5, 0.5], [0.25, 0.75], [1.0, 0.0]])
    found = information.cross_entropy_of(p, q)
    np.testing.assert_allclose(found[:2], [np.log(2), -(np.log(0.25) + np.log(0.75)) / 2])
    assert found[2] == np.inf


@given(n=st.integers(1, 500))
def test_perplexity_of_guessing_evenly_is_the_number_of_choices(n):
    losses = np.full(7, np.log(n))
    assert information.perplexity(losses) == pytest.approx(n)
    assert information.perplexity(cross_entropy(np.zeros((3, n)), np.zeros(3, int))) == (
        pytest.approx(n)
    )


@given(p=arrays(np.float64, st.integers(1, 9), elements=st.floats(0.01, 1)))
def test_perplexity_is_one_over_the_geometric_mean_of_the_probabilities(p):
    assert information.perplexity(-np.log(p)) == pytest.approx(1 / scipy.stats.gmean(p))


@given(
    losses=arrays(np.float64, st.integers(1, 9), elements=st.floats(0, 20)),
    n_characters=st.integers(1, 100),
)
def test_bits_per_character_times_characters_is_the_length_of_the_best_code(losses, n_characters):
    bits = information.bits_per_character(losses, n_characters) * n_characters
    np.testing.assert_allclose(bits, np.sum(-np.log2(np.exp(-losses))), atol=1e-9)


def test_splitting_a_text_into_other_tokens_of_the_same_total_loss_keeps_bits_per_character():
    whole_words = np.array([6.0, 4.0])
    letters = np.array([1.0, 2.0, 3.0, 0.5, 0.5, 3.0])
    assert information.bits_per_character(whole_words, 6) == pytest.approx(
        information.bits_per_character(letters, 6)
    )
    assert information.perplexity(whole_words) > 10 * information.perplexity(letters)
