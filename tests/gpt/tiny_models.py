"""Small models of every design, for the tests of this folder."""

import torch

from course_utils.gpt.model import GPT, GPTConfig

TINY = {"vocab_size": 11, "context_length": 8, "n_layers": 2, "n_heads": 2, "d_model": 16}
MODERN = {
    "norm": "rmsnorm",
    "positions": "rotary",
    "mlp": "swiglu",
    "qk_norm": True,
    "bias": False,
    "tied_head": False,
}
DESIGNS = {
    "gpt2": {},
    "modern": MODERN,
    "relu2": MODERN | {"mlp": "relu2"},
    "convolution": MODERN | {"convolution_width": 3},
    "sinusoidal": {"positions": "sinusoidal"},
    "no positions": {"positions": "none"},
    "written attention": {"fused_attention": False},
}


def tiny(**options) -> GPT:
    torch.manual_seed(0)
    model = GPT(GPTConfig(**TINY | options))
    for name, parameter in model.named_parameters():
        if "convolution" in name:  # it begins at zero, where it does nothing
            torch.nn.init.normal_(parameter, std=0.5)
    return model


def random_tokens(B=3, T=8, V=11, seed=0):
    return torch.randint(V, (B, T), generator=torch.Generator().manual_seed(seed))
