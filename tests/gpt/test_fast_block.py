"""The layer written by hand gives what the plain layer gives, forwards and backwards."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.gpt.fast_block import Convolve, FastBlock, Normalize, SquaredReLUNet
from course_utils.gpt.model import GPT, GPTConfig
from course_utils.gpt.presets import MODERN


def two_models(seed=0, **changes):
    """A plain and a fast model with the same weights, gains included, drawn at random."""
    options = {"vocab_size": 11, "context_length": 16, "n_layers": 2, "n_heads": 2, "d_model": 16}
    config = GPTConfig(**{**options, "fused_attention": False, **MODERN, **changes})
    torch.manual_seed(seed)
    plain, fast = GPT(config).double(), GPT(config, block=FastBlock).double()
    with torch.no_grad():
        for parameter in plain.parameters():
            parameter.add_(0.3 * torch.randn_like(parameter))
    fast.load_state_dict(plain.state_dict())
    return plain, fast


@settings(max_examples=30)
@given(
    n_heads=st.sampled_from([1, 2, 4]),
    head_size=st.sampled_from([2, 4, 8]),
    batch=st.integers(1, 4),
    time=st.integers(1, 16),
    width=st.integers(1, 4),
    seed=st.integers(0, 2**31),
)
def test_loss_and_every_gradient_equal_the_plain_layers(
    n_heads, head_size, batch, time, width, seed
):
    shape = {"n_heads": n_heads, "d_model": n_heads * head_size, "convolution_width": width}
    plain, fast = two_models(seed, **shape)
    x, y = torch.randint(11, (2, batch, time))
    losses = []
    for model in (plain, fast):
        _, loss = model(x, y)
        loss.backward()
        losses.append(loss.item())
    assert losses[1] == pytest.approx(losses[0], rel=1e-9)
    for p, q in zip(plain.parameters(), fast.parameters(), strict=True):
        assert torch.allclose(p.grad, q.grad, rtol=1e-7, atol=1e-9)


@given(seed=st.integers(0, 2**31))
def test_the_backward_passes_agree_with_finite_differences(seed):
    generator = torch.Generator().manual_seed(seed)
    draw = lambda *shape: torch.randn(  # noqa: E731
        *shape, dtype=torch.float64, generator=generator, requires_grad=True
    )
    x = draw(2, 3, 4)
    assert torch.autograd.gradcheck(lambda x: Normalize.apply(x, 1e-5, x.dtype), (x,))
    assert torch.autograd.gradcheck(Convolve.apply, (x, draw(2, 1, 4)))
    assert torch.autograd.gradcheck(SquaredReLUNet.apply, (x, draw(6, 4), draw(4, 6)))


def test_in_bfloat16_the_gradients_point_the_same_way():
    plain, fast = (model.float() for model in two_models(n_heads=2, d_model=64))
    x, y = torch.randint(11, (2, 8, 16))
    plain(x, y)[1].backward()
    with torch.autocast("cpu", torch.bfloat16):
        loss = fast(x, y)[1]
    loss.backward()
    for (name, p), q in zip(plain.named_parameters(), fast.parameters(), strict=True):
        alike = torch.cosine_similarity(p.grad.flatten(), q.grad.flatten(), dim=0)
        assert alike > 0.99, name


def test_the_weights_have_the_same_names_and_generate_the_same():
    plain, fast = two_models()
    assert list(plain.state_dict()) == list(fast.state_dict())
    tokens = torch.randint(11, (1, 9))
    with torch.no_grad():
        assert torch.equal(plain(tokens)[0], fast(tokens)[0])


@pytest.mark.parametrize(
    "changes", [{"norm": "layernorm"}, {"mlp": "gelu"}, {"dropout": 0.1}, {"bias": True}]
)
def test_what_it_is_not_made_for_is_refused_by_name(changes):
    name = next(iter(changes))
    with pytest.raises(ValueError, match=f"made for {name}=.*Take GPTBlock"):
        two_models(**changes)
