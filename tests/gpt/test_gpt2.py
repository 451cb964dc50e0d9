"""GPT-2's checkpoints: the same logits as transformers has, and clear words when one is broken."""

import json

import pytest
import torch
import transformers
from safetensors.torch import load_file, save_file
from tiny_models import MODERN, random_tokens, tiny
from torch import nn

from course_utils.gpt.attention import GPTAttention
from course_utils.gpt.generation import generate
from course_utils.gpt.gpt2 import save_gpt2
from course_utils.gpt.model import GPT, FeedForward


def peer(**options):
    """A small GPT-2 of transformers' own, every weight random, biases and norms too."""
    config = transformers.GPT2Config(
        vocab_size=31,
        n_positions=16,
        n_embd=24,
        n_layer=3,
        n_head=4,
        bos_token_id=0,
        eos_token_id=0,
        **options,
    )
    model = transformers.GPT2LMHeadModel(config).eval()
    torch.manual_seed(0)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.normal_(std=0.3)
    return model


@pytest.fixture
def folder(tmp_path):
    peer().save_pretrained(tmp_path)
    return tmp_path


def rewrite(folder, change):
    weights = load_file(folder / "model.safetensors")
    save_file(change(weights), folder / "model.safetensors")


def reconfigure(folder, **options):
    path = folder / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | options))


@pytest.mark.parametrize("options", [{}, {"n_inner": 40}, {"tie_word_embeddings": False}], ids=str)
def test_logits_equal_those_of_transformers(tmp_path, options):
    theirs = peer(**options)
    theirs.save_pretrained(tmp_path)
    model = GPT.from_gpt2(tmp_path)
    tokens = random_tokens(2, 16, 31)
    with torch.no_grad():
        expected = theirs(tokens).logits
        torch.testing.assert_close(model(tokens)[0], expected, atol=1e-5, rtol=0)
    assert not model.training
    assert expected.std() > 0.5  # the comparison is not one of zeros


def test_greedy_text_equals_that_of_transformers(folder):
    prompt = random_tokens(1, 4, 31)
    ours = GPT.from_gpt2(folder)
    expected = peer().generate(
        prompt, max_new_tokens=12, do_sample=False, eos_token_id=None, pad_token_id=0
    )
    assert torch.equal(generate(ours, prompt, 12, temperature=0), expected)


def test_names_with_and_without_prefix_and_old_mask_buffers_are_understood(folder):
    expected = GPT.from_gpt2(folder)(random_tokens(1, 5, 31))[0]
    assert any(key.startswith("transformer.") for key in load_file(folder / "model.safetensors"))
    rewrite(
        folder,
        lambda weights: {
            **{name.removeprefix("transformer."): w for name, w in weights.items()},
            "h.0.attn.bias": torch.ones(1, 1, 16, 16),
            "h.2.attn.masked_bias": torch.tensor(-1e4),
        },
    )
    assert torch.equal(GPT.from_gpt2(folder)(random_tokens(1, 5, 31))[0], expected)


def test_half_precision_files_are_read_into_32_bits(folder):
    expected = GPT.from_gpt2(folder)(random_tokens(1, 5, 31))[0]
    rewrite(folder, lambda weights: {name: w.half() for name, w in weights.items()})
    model = GPT.from_gpt2(folder)
    assert all(p.dtype == torch.float32 for p in model.parameters())
    torch.testing.assert_close(model(random_tokens(1, 5, 31))[0], expected, atol=0.05, rtol=0.05)


def test_blocks_of_ones_own_hold_gpt2s_weights_too(folder):
    class OwnBlock(nn.Module):
        def __init__(self, config):
            super().__init__()
            self.norm1 = nn.LayerNorm(config.d_model)
            self.attention = GPTAttention(config.d_model, config.n_heads)
            self.norm2 = nn.LayerNorm(config.d_model)
            self.feed_forward = FeedForward(config.d_model, config.d_hidden)

        def forward(self, x):
            x = x + self.attention(self.norm1(x))
            return x + self.feed_forward(self.norm2(x))

    tokens = random_tokens(1, 9, 31)
    with torch.no_grad():
        torch.testing.assert_close(
            GPT.from_gpt2(folder, block=OwnBlock)(tokens)[0],
            peer()(tokens).logits,
            atol=1e-5,
            rtol=0,
        )

    class OtherNames(OwnBlock):
        def __init__(self, config):
            super().__init__(config)
            self.mlp = self.feed_forward
            del self.feed_forward

    with pytest.raises(ValueError, match=r"'blocks\.0\.mlp\.up\.weight', for which"):
        GPT.from_gpt2(folder, block=OtherNames)


@pytest.mark.parametrize("tied_head", [True, False])
def test_transformers_reads_what_the_course_writes(tmp_path, tied_head):
    model = tiny(tied_head=tied_head, mlp_ratio=3.0, init_std=0.3).eval()
    save_gpt2(model, tmp_path)
    theirs = transformers.GPT2LMHeadModel.from_pretrained(tmp_path).eval()
    tokens = random_tokens()
    with torch.no_grad():
        torch.testing.assert_close(model(tokens)[0], theirs(tokens).logits, atol=1e-5, rtol=0)
        assert torch.equal(GPT.from_gpt2(tmp_path)(tokens)[0], model(tokens)[0])


def test_a_model_of_another_design_is_not_written_as_gpt2(tmp_path):
    with pytest.raises(ValueError, match="holds only GPT-2's design"):
        save_gpt2(tiny(**MODERN), tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_missing_files_are_named(folder, tmp_path):
    with pytest.raises(ValueError, match=r"There is no .*config\.json"):
        GPT.from_gpt2(tmp_path / "nowhere")
    (folder / "model.safetensors").unlink()
    with pytest.raises(ValueError, match=r"There is no .*model\.safetensors"):
        GPT.from_gpt2(folder)


def test_damaged_files_are_named(folder):
    path = folder / "model.safetensors"
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(ValueError, match=r"model\.safetensors is not a whole safetensors file"):
        GPT.from_gpt2(folder)
    (folder / "config.json").write_text("{")
    with pytest.raises(ValueError, match=r"config\.json is not valid JSON"):
        GPT.from_gpt2(folder)


def test_missing_weights_are_named(folder):
    rewrite(folder, lambda w: {k: v for k, v in w.items() if "h.1.mlp.c_fc" not in k})
    with pytest.raises(ValueError, match=r"lacks h\.1\.mlp\.c_fc\.bias, h\.1\.mlp\.c_fc\.weight\."):
        GPT.from_gpt2(folder)


def test_weights_of_another_shape_are_named_with_both_shapes(folder):
    reconfigure(folder, n_inner=50)
    message = r"h\.0\.mlp\.c_fc\.weight in .* has shape \(24, 96\), .* asks for \(24, 50\)"
    with pytest.raises(ValueError, match=message):
        GPT.from_gpt2(folder)


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("model_type", "llama"),
        ("activation_function", "relu"),
        ("layer_norm_epsilon", 1e-6),
        ("scale_attn_by_inverse_layer_idx", True),
    ],
)
def test_what_the_courses_gpt_cannot_do_is_refused(folder, option, value):
    reconfigure(folder, **{option: value})
    with pytest.raises(ValueError, match=f"has {option} = {value!r}"):
        GPT.from_gpt2(folder)


def test_a_config_without_sizes_is_refused(folder):
    (folder / "config.json").write_text('{"model_type": "gpt2", "n_embd": 24}')
    with pytest.raises(ValueError, match="does not say"):
        GPT.from_gpt2(folder)
