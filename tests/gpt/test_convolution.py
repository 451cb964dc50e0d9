"""The short convolution is PyTorch's depthwise one, sees no future, and can be fed in pieces."""

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st

from course_utils.gpt.convolution import CachedConvolution, ShortConvolution
from course_utils.gpt.counting import count_parameters
from course_utils.gpt.model import GPT, GPTConfig
from course_utils.gpt.optimizers import muon_with_adamw


def drawn(width, D=6):
    """A convolution with weights that are not zero."""
    torch.manual_seed(width)
    convolution = ShortConvolution(D, width)
    torch.nn.init.normal_(convolution.weight)
    return convolution


@given(st.integers(2, 5), st.integers(1, 3), st.integers(1, 9), st.integers(1, 6))
def test_it_equals_a_depthwise_conv1d_with_a_one_in_front(width, B, T, D):
    convolution = drawn(width, D)
    x = torch.randn(B, T, D)
    ones = torch.ones(D, 1, 1)
    kernel = torch.cat([convolution.weight.permute(2, 1, 0).flip(-1), ones], dim=-1)  # (D, 1, W)
    padded = F.pad(x.mT, (width - 1, 0))
    expected = F.conv1d(padded, kernel, groups=D).mT
    torch.testing.assert_close(convolution(x), expected, atol=1e-5, rtol=1e-5)


@given(st.integers(2, 4), st.lists(st.integers(1, 3), min_size=1, max_size=5))
def test_fed_in_pieces_it_gives_what_it_gives_on_the_whole(width, pieces):
    convolution = drawn(width)
    x = torch.randn(2, sum(pieces), 6)
    cached = CachedConvolution(convolution)
    outputs = [cached(piece) for piece in x.split(pieces, dim=1)]
    torch.testing.assert_close(torch.cat(outputs, dim=1), convolution(x))


def test_it_begins_as_nothing_and_sees_the_few_before_and_no_later_token():
    x = torch.randn(1, 8, 6, requires_grad=True)
    assert torch.equal(ShortConvolution(6, 3)(x), x)
    drawn(3)(x)[0, 4].sum().backward()
    seen = x.grad[0].abs().sum(dim=-1) > 0
    assert seen.tolist() == [False, False, True, True, True, False, False, False]


def test_its_weights_are_counted_and_belong_to_adamw():
    options = {"vocab_size": 11, "context_length": 8, "n_layers": 2, "n_heads": 2, "d_model": 16}
    config = GPTConfig(**options, convolution_width=4)
    model = GPT(config)
    assert count_parameters(config) == model.count_parameters()
    assert model.count_parameters() - GPT(GPTConfig(**options)).count_parameters() == 2 * 3 * 16
    _, others = muon_with_adamw(model, 0.02, 0.02)
    of_adamw = {id(p) for group in others.param_groups for p in group["params"]}
    assert {id(block.convolution.weight) for block in model.blocks} <= of_adamw


def test_a_width_below_one_is_refused():
    with pytest.raises(ValueError, match="convolution_width is 0; it must be a whole number"):
        GPTConfig(vocab_size=11, convolution_width=0)
