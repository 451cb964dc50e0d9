"""A counted bigram model is a distribution, and no other bigram model fits its text better."""

import math

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st

from course_utils.gpt.bigram import bigram_log_probs

TOKENS = st.lists(st.integers(0, 5), min_size=2, max_size=60).map(torch.tensor)


@given(TOKENS, st.floats(0.01, 5))
def test_rows_are_distributions_and_entries_are_smoothed_counts(tokens, pseudo_count):
    table = bigram_log_probs(tokens, 6, pseudo_count)
    torch.testing.assert_close(table.exp().sum(dim=1), torch.ones(6))
    pairs = list(zip(tokens.tolist(), tokens.tolist()[1:], strict=False))
    for a in range(6):
        row = sum(p[0] == a for p in pairs)
        for b in range(6):
            expected = (pairs.count((a, b)) + pseudo_count) / (row + 6 * pseudo_count)
            assert table[a, b].item() == pytest.approx(math.log(expected), abs=1e-5)


def test_gradient_descent_on_logits_ends_where_counting_began():
    tokens = torch.randint(4, (400,), generator=torch.Generator().manual_seed(0))
    logits = torch.zeros(4, 4, requires_grad=True)
    optimizer = torch.optim.LBFGS([logits], max_iter=200, tolerance_grad=1e-9)

    def loss():
        optimizer.zero_grad()
        value = F.cross_entropy(logits[tokens[:-1]], tokens[1:])
        value.backward()
        return value

    optimizer.step(loss)
    counted = bigram_log_probs(tokens, 4, pseudo_count=0)
    torch.testing.assert_close(logits.log_softmax(dim=1).detach(), counted, atol=1e-3, rtol=1e-3)


def test_without_pseudo_counts_unseen_pairs_are_impossible_and_unseen_tokens_uniform():
    table = bigram_log_probs(torch.tensor([0, 1, 0, 1]), 3, pseudo_count=0)
    assert table[0].tolist() == [-math.inf, 0, -math.inf]
    torch.testing.assert_close(table[2].exp(), torch.full((3,), 1 / 3))


def test_tokens_outside_the_vocabulary_are_refused():
    with pytest.raises(ValueError, match=r"between 0 and 3 .* from 0 to 4"):
        bigram_log_probs(torch.tensor([0, 4]), 4)
    with pytest.raises(ValueError, match="pseudo_count is -1"):
        bigram_log_probs(torch.tensor([0, 1]), 4, pseudo_count=-1)
