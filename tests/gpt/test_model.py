"""The GPT: its design against independent formulations, its errors, its sanity before training."""

import dataclasses
import math

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny_models import DESIGNS, MODERN, TINY, random_tokens, tiny
from torch import nn

from course_utils.gpt.counting import count_parameters, forward_flops
from course_utils.gpt.model import GPT, Block, FeedForward, GPTConfig, SwiGLU, squared_relu


@pytest.fixture(params=DESIGNS)
def model(request):
    return tiny(**DESIGNS[request.param])


# ------------------------------------------------------------------ sanity before training


def test_logits_have_a_score_for_each_token_and_the_loss_is_their_mean_cross_entropy(model):
    x, y = random_tokens(), random_tokens(seed=1)
    logits, loss = model(x, y)
    assert logits.shape == (3, 8, 11)
    by_hand = [
        -math.log(logits[b, t].softmax(0)[y[b, t]].item()) for b in range(3) for t in range(8)
    ]
    assert loss.item() == pytest.approx(sum(by_hand) / 24, rel=1e-5)
    assert model(x)[1] is None


@pytest.mark.parametrize("design", [{}, MODERN], ids=["gpt2", "modern"])
def test_the_first_loss_is_that_of_guessing(design):
    torch.manual_seed(0)
    model = GPT(GPTConfig(vocab_size=65, **design))
    x = torch.randint(65, (8, 129))
    _, loss = model(x[:, :-1], x[:, 1:])
    assert loss.item() == pytest.approx(math.log(65), abs=0.1)


def test_no_prediction_depends_on_a_later_token(model):
    model.eval()
    x = random_tokens()
    before, _ = model(x)
    for t in range(1, 8):
        changed = x.clone()
        changed[:, t] = (changed[:, t] + 1) % 11
        after, _ = model(changed)
        torch.testing.assert_close(after[:, :t], before[:, :t], atol=1e-6, rtol=1e-5)
        assert not torch.allclose(after[:, t], before[:, t])


def test_rows_of_a_batch_do_not_mix(model):
    x = random_tokens()
    torch.testing.assert_close(model(x)[0][1:2], model(x[1:2])[0], atol=1e-6, rtol=1e-5)


def test_one_batch_can_be_learned_by_heart(model):
    x, y = random_tokens(4), random_tokens(4, seed=1)
    x[:, 0] = torch.arange(4)  # rows that begin alike could not be told apart
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2)
    for _ in range(150):
        _, loss = model(x, y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert loss.item() < 0.05


def test_positions_matter_unless_there_are_none():
    for positions in ("learned", "rotary", "sinusoidal"):
        model = tiny(positions=positions, n_layers=1)
        a, b = model(torch.tensor([[1, 2, 3]]))[0], model(torch.tensor([[2, 1, 3]]))[0]
        assert not torch.allclose(a[:, -1], b[:, -1], atol=1e-6), positions
    # One layer without positions sees the past as a bag of tokens.
    model = tiny(positions="none", n_layers=1)
    a, b = model(torch.tensor([[1, 2, 3]]))[0], model(torch.tensor([[2, 1, 3]]))[0]
    torch.testing.assert_close(a[:, -1], b[:, -1])


def test_autocast_in_bfloat16_runs_forwards_and_backwards_on_a_cpu(model):
    x, y = random_tokens(), random_tokens(seed=1)
    expected_logits, expected = model(x, y)
    with torch.autocast("cpu", torch.bfloat16):
        logits, loss = model(x, y)
    loss.backward()
    assert logits.dtype == torch.bfloat16
    assert loss.dtype == torch.float32
    assert all(p.grad.dtype == torch.float32 for p in model.parameters())
    assert all(p.grad.isfinite().all() for p in model.parameters())
    torch.testing.assert_close(logits.float(), expected_logits, atol=0.03, rtol=0.05)
    assert loss.item() == pytest.approx(expected.item(), abs=0.02)


# ------------------------------------------------------------------------------- the parts


@given(st.integers(1, 6), st.integers(1, 12), st.integers(0, 1000))
def test_feed_forward_equals_its_formula(d_model, d_hidden, seed):
    torch.manual_seed(seed)
    net = FeedForward(d_model, d_hidden)
    x = torch.randn(2, 3, d_model)
    z = x @ net.up.weight.T + net.up.bias
    gelu = 0.5 * z * (1 + torch.tanh(math.sqrt(2 / math.pi) * (z + 0.044715 * z**3)))
    expected = gelu @ net.down.weight.T + net.down.bias
    torch.testing.assert_close(net(x), expected, atol=1e-5, rtol=1e-4)


@given(st.integers(1, 6), st.integers(1, 12), st.integers(0, 1000))
def test_swiglu_equals_its_formula(d_model, d_hidden, seed):
    torch.manual_seed(seed)
    net = SwiGLU(d_model, d_hidden, bias=False)
    x = torch.randn(2, 3, d_model)
    gate, up = x @ net.gate.weight.T, x @ net.up.weight.T
    expected = (gate / (1 + torch.exp(-gate)) * up) @ net.down.weight.T
    torch.testing.assert_close(net(x), expected, atol=1e-5, rtol=1e-4)


@given(st.lists(st.floats(-100, 100), min_size=1, max_size=9))
def test_squared_relu_is_zero_below_zero_and_the_square_above(values):
    x = torch.tensor(values, dtype=torch.float64)
    expected = torch.tensor([v * v if v > 0 else 0.0 for v in values], dtype=torch.float64)
    torch.testing.assert_close(squared_relu(x), expected)


def test_rmsnorm_by_configuration_divides_by_the_root_mean_square():
    norm = tiny(norm="rmsnorm").final_norm
    x = torch.randn(2, 3, 16, generator=torch.Generator().manual_seed(0))
    expected = x / (x.square().mean(-1, keepdim=True) + 1e-5).sqrt() * norm.weight
    torch.testing.assert_close(norm(x), expected)


@pytest.mark.parametrize("bias", [True, False])
def test_the_plain_block_computes_what_the_full_one_does_with_the_same_weights(bias):
    full = tiny(bias=bias).eval()
    plain = GPT(full.config, block=Block)
    plain.load_state_dict(full.state_dict())
    x = random_tokens()
    torch.testing.assert_close(plain(x)[0], full(x)[0], atol=1e-6, rtol=1e-5)


def test_the_default_model_equals_a_transformer_built_of_pytorchs_layers():
    """nn.TransformerEncoderLayer with a causal mask and norms in front is the same block."""
    model = tiny(context_length=8).eval()
    x = random_tokens()
    stream = model.token_embedding.weight[x] + model.position_embedding.weight[:8]
    for block in model.blocks:
        peer = nn.TransformerEncoderLayer(
            16, 2, 64, dropout=0.0, activation=nn.GELU("tanh"), batch_first=True, norm_first=True
        )
        pairs = {
            "self_attn.in_proj_weight": block.attention.qkv.weight,
            "self_attn.in_proj_bias": block.attention.qkv.bias,
            "self_attn.out_proj.weight": block.attention.project.weight,
            "self_attn.out_proj.bias": block.attention.project.bias,
            "linear1.weight": block.feed_forward.up.weight,
            "linear1.bias": block.feed_forward.up.bias,
            "linear2.weight": block.feed_forward.down.weight,
            "linear2.bias": block.feed_forward.down.bias,
            "norm1.weight": block.norm1.weight,
            "norm1.bias": block.norm1.bias,
            "norm2.weight": block.norm2.weight,
            "norm2.bias": block.norm2.bias,
        }
        peer.load_state_dict(pairs)
        stream = peer(stream, src_mask=nn.Transformer.generate_square_subsequent_mask(8))
    normed = F.layer_norm(stream, (16,), model.final_norm.weight, model.final_norm.bias)
    expected = normed @ model.token_embedding.weight.T
    torch.testing.assert_close(model(x)[0], expected, atol=1e-5, rtol=1e-4)


def test_a_tied_head_is_the_token_embedding_and_stays_so():
    model = tiny()
    assert model.head.weight is model.token_embedding.weight
    model.load_state_dict({k: v.clone() for k, v in model.state_dict().items()})
    assert model.head.weight is model.token_embedding.weight
    assert tiny(tied_head=False).head.weight is not tiny(tied_head=False).token_embedding.weight


def test_without_biases_there_are_none_and_norms_keep_their_gains():
    names = [name for name, _ in tiny(bias=False).named_parameters()]
    assert not [name for name in names if name.endswith("bias")]
    assert "blocks.0.norm1.weight" in names


def test_weights_start_as_gpt2s_do():
    torch.manual_seed(0)
    model = GPT(GPTConfig(vocab_size=500, n_layers=8, d_model=128, context_length=256))
    for name, parameter in model.named_parameters():
        if name.endswith("bias"):
            assert parameter.abs().max() == 0, name
        elif "norm" in name:
            assert (parameter == 1).all(), name
        else:
            last = name.endswith(("project.weight", "down.weight"))
            expected = 0.02 / math.sqrt(16) if last else 0.02
            assert parameter.std().item() == pytest.approx(expected, rel=0.05), name
            assert abs(parameter.mean().item()) < 0.05 * expected, name


def test_dropout_is_active_in_training_only():
    model = tiny(dropout=0.3)
    x = random_tokens()
    assert not torch.equal(model(x)[0], model(x)[0])
    model.eval()
    assert torch.equal(model(x)[0], model(x)[0])


def test_blocks_of_ones_own_take_the_place_of_the_courses():
    class Average(nn.Module):
        def __init__(self, config):
            super().__init__()
            self.mix = nn.Linear(config.d_model, config.d_model)

        def forward(self, x):
            past = x.cumsum(1) / torch.arange(1, x.shape[1] + 1)[:, None]
            return x + self.mix(past)

    model = GPT(GPTConfig(**TINY), block=Average)
    logits, loss = model(random_tokens(), random_tokens(seed=1))
    loss.backward()
    assert logits.shape == (3, 8, 11)
    assert model.blocks[0].mix.weight.grad.abs().sum() > 0


# ----------------------------------------------------------------------- counts by formula


@settings(max_examples=40)
@given(
    st.sampled_from(["layernorm", "rmsnorm"]),
    st.sampled_from(["learned", "rotary", "sinusoidal", "none"]),
    st.sampled_from(["gelu", "swiglu", "relu2"]),
    st.booleans(),
    st.booleans(),
    st.integers(1, 3),
    st.sampled_from([1.0, 2.5, 4.0]),
)
def test_parameters_by_formula_are_those_of_the_model(
    norm, positions, mlp, bias, tied_head, n_layers, mlp_ratio
):
    config = GPTConfig(
        vocab_size=13,
        context_length=7,
        n_layers=n_layers,
        n_heads=2,
        d_model=12,
        norm=norm,
        positions=positions,
        mlp=mlp,
        bias=bias,
        tied_head=tied_head,
        mlp_ratio=mlp_ratio,
    )
    assert count_parameters(config) == GPT(config).count_parameters()


def test_gpt2_small_has_124_439_808_parameters():
    config = GPTConfig(50257, context_length=1024, n_layers=12, n_heads=12, d_model=768)
    assert count_parameters(config) == 124_439_808


@pytest.mark.parametrize("mlp", ["gelu", "swiglu"])
@pytest.mark.parametrize("n_tokens", [1, 5, 8])
def test_operations_by_formula_are_those_that_pytorch_counts(mlp, n_tokens):
    from torch.utils.flop_counter import FlopCounterMode

    model = tiny(mlp=mlp, fused_attention=False)
    with FlopCounterMode(display=False) as counter:
        model(random_tokens(1, n_tokens))
    assert forward_flops(model.config, n_tokens) == counter.get_total_flops()


def test_swiglu_has_as_many_weights_as_the_plain_net_within_rounding():
    plain = count_parameters(GPTConfig(65, bias=False))
    gated = count_parameters(GPTConfig(65, bias=False, mlp="swiglu"))
    assert gated == pytest.approx(plain, rel=0.02)


# -------------------------------------------------------------- configuration and its errors


def test_a_configuration_survives_the_way_through_a_dictionary():
    config = GPTConfig(**TINY | MODERN)
    assert GPTConfig.from_dict(config.to_dict()) == config
    with pytest.raises(ValueError, match=r"does not know n_layer\. It knows .*n_layers"):
        GPTConfig.from_dict({"vocab_size": 3, "n_layer": 2})


def test_a_configuration_cannot_be_changed_by_accident():
    with pytest.raises(dataclasses.FrozenInstanceError):
        GPTConfig(**TINY).n_layers = 3


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"vocab_size": 0}, "vocab_size is 0; it must be a whole number, 1 or more"),
        ({"n_layers": 2.5}, "n_layers is 2.5"),
        ({"n_layers": True}, "n_layers is True"),
        ({"n_heads": 3}, r"d_model \(16\) must be a multiple of n_heads \(3\)"),
        ({"norm": "batchnorm"}, "norm is 'batchnorm'; choose one of layernorm, rmsnorm"),
        ({"positions": "rope"}, "choose one of learned, rotary, sinusoidal, none"),
        ({"mlp": "relu"}, "choose one of gelu, swiglu, relu2"),
        ({"positions": "rotary", "n_heads": 16}, "d_model / n_heads is 1, which is odd"),
        ({"positions": "sinusoidal", "d_model": 15, "n_heads": 3}, "even d_model, not 15"),
        ({"dropout": 1.0}, "dropout is 1.0"),
        ({"mlp_ratio": 0.0}, "mlp_ratio is 0.0"),
        ({"init_std": -1.0}, "init_std is -1.0"),
    ],
)
def test_a_configuration_that_cannot_work_is_refused_with_the_reason(options, message):
    with pytest.raises(ValueError, match=message):
        GPTConfig(**TINY | options)


def test_inputs_that_cannot_work_are_refused_with_the_reason():
    model = tiny()
    with pytest.raises(ValueError, match=r"look at 8 tokens \(context_length\) but was given 9"):
        model(random_tokens(1, 9))
    with pytest.raises(ValueError, match=r"between 0 and 10 .* from 3 to 11"):
        model(torch.tensor([[3, 11]]))
    with pytest.raises(ValueError, match=r"between 0 and 10 .* from -1 to 3"):
        model(torch.tensor([[3, -1]]))
    with pytest.raises(ValueError, match=r"shape \(8,\).*torch.tensor\(\[ids\]\)"):
        model(random_tokens()[0])
    with pytest.raises(ValueError, match=r"torch\.float32"):
        model(random_tokens().float())
    with pytest.raises(ValueError, match=r"at least one in time"):
        model(random_tokens()[:, :0])
    with pytest.raises(TypeError, match=r"of type list\. .*torch.tensor\(\[ids\]\)"):
        model([[1, 2]])


def test_the_choices_in_the_tests_cover_every_value_of_the_configuration():
    """A new kind of norm, position or net must appear among the designs tested above."""
    from typing import get_args, get_type_hints

    hints = get_type_hints(GPTConfig)
    for name in ("norm", "positions", "mlp"):
        tested = {getattr(GPTConfig(**TINY | d), name) for d in DESIGNS.values()}
        assert tested == set(get_args(hints[name]))
