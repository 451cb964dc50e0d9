"""Windows lie inside the text, targets are one further, and every window is drawn."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from course_utils.gpt.batches import get_batch


@given(st.integers(2, 50), st.integers(1, 8), st.data())
def test_targets_are_the_tokens_that_follow(n_tokens, batch_size, data):
    context_length = data.draw(st.integers(1, n_tokens - 1))
    row = torch.arange(n_tokens) * 7
    x, y = get_batch(row, batch_size, context_length)
    assert x.shape == y.shape == (batch_size, context_length)
    torch.testing.assert_close(y, x + 7)
    torch.testing.assert_close(x, x[:, :1] + 7 * torch.arange(context_length))


def test_every_start_that_fits_is_drawn_equally_often():
    generator = torch.Generator().manual_seed(0)
    x, y = get_batch(torch.arange(11), 70_000, 4, generator)
    counts = x[:, 0].bincount()
    assert len(counts) == 7  # starts 0 to 6: the last target is token 10
    assert y.max() == 10
    assert (counts.double() / 10_000 - 1).abs().max() < 0.05


def test_a_seed_repeats_the_draw_and_leaves_the_global_generator_alone():
    row = torch.arange(100)
    before = torch.get_rng_state()
    first = get_batch(row, 5, 8, torch.Generator().manual_seed(3))
    second = get_batch(row, 5, 8, torch.Generator().manual_seed(3))
    assert torch.equal(first[0], second[0])
    assert torch.equal(before, torch.get_rng_state())


def test_a_text_without_room_for_one_window_is_refused():
    with pytest.raises(ValueError, match=r"has 8 tokens; a window of 8 .* need 9"):
        get_batch(torch.arange(8), 1, 8)
    x, _ = get_batch(torch.arange(9), 1, 8)
    assert x.shape == (1, 8)
