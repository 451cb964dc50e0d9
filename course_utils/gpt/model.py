"""The GPT, from configuration to loss, to be read from top to bottom. Derived in notebook 09.

What attention does inside stands in attention.py (notebook 08).
"""

import dataclasses
import math
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import torch
import torch.nn.functional as F
from jaxtyping import Float, Int
from torch import Tensor, nn

from course_utils.gpt.attention import CausalSelfAttention, GPTAttention
from course_utils.gpt.convolution import ShortConvolution
from course_utils.gpt.positions import sinusoidal_positions
from course_utils.gpt.settings import read_settings

if TYPE_CHECKING:
    from course_utils.gpt.cache import KVCache, LayerMemory


@dataclasses.dataclass(frozen=True)
class GPTConfig:
    """The shape and the parts of a GPT. The defaults are the design of GPT-2, only smaller.

    Radford et al., 2019, "Language models are unsupervised multitask learners".
    """

    vocab_size: int
    context_length: int = 256  # tokens that the model can look at
    n_layers: int = 4
    n_heads: int = 4
    d_model: int = 128  # features of each token
    dropout: float = 0.0
    bias: bool = True
    norm: Literal["layernorm", "rmsnorm"] = "layernorm"
    positions: Literal["learned", "rotary", "sinusoidal", "none"] = "learned"
    mlp: Literal["gelu", "swiglu", "relu2"] = "gelu"
    mlp_ratio: float = 4.0  # hidden features of the feed-forward net for each feature of the model
    qk_norm: bool = False
    convolution_width: int = 1  # tokens that a layer mixes before it begins; 1: only its own
    tied_head: bool = True  # the output layer shares its matrix with the token embedding
    fused_attention: bool = True  # PyTorch's attention, or the one written out in attention.py
    init_std: float = 0.02

    def __post_init__(self):
        whole = ("vocab_size", "context_length", "n_layers", "n_heads", "d_model")
        for name in (*whole, "convolution_width"):
            value = getattr(self, name)
            if type(value) is not int or value < 1:
                raise ValueError(f"{name} is {value!r}; it must be a whole number, 1 or more.")
        for name, choices in (
            ("norm", ("layernorm", "rmsnorm")),
            ("positions", ("learned", "rotary", "sinusoidal", "none")),
            ("mlp", ("gelu", "swiglu", "relu2")),
        ):
            if getattr(self, name) not in choices:
                raise ValueError(
                    f"{name} is {getattr(self, name)!r}; choose one of {', '.join(choices)}."
                )
        if self.d_model % self.n_heads:
            raise ValueError(
                f"d_model ({self.d_model}) must be a multiple of n_heads ({self.n_heads}): "
                f"every head takes an equal share of the features."
            )
        if self.positions == "rotary" and self.head_size % 2:
            raise ValueError(
                f"Rotary positions turn pairs of features, but d_model / n_heads is "
                f"{self.head_size}, which is odd. Choose an even head size."
            )
        if self.positions == "sinusoidal" and self.d_model % 2:
            raise ValueError(f"Sinusoidal positions need an even d_model, not {self.d_model}.")
        if not 0 <= self.dropout < 1:
            raise ValueError(f"dropout is {self.dropout}; it must be at least 0 and below 1.")
        for name in ("mlp_ratio", "init_std"):
            if getattr(self, name) <= 0:
                raise ValueError(f"{name} is {getattr(self, name)}; it must be above 0.")

    @property
    def head_size(self) -> int:
        return self.d_model // self.n_heads

    @property
    def d_hidden(self) -> int:
        """Hidden features of the feed-forward net.

        SwiGLU has three matrices where the others have two, so it gets two thirds of the width,
        rounded up to a multiple of 8: the number of weights stays the same.
        """
        if self.mlp == "swiglu":
            return 8 * math.ceil(self.mlp_ratio * self.d_model * 2 / 3 / 8)
        return round(self.mlp_ratio * self.d_model)

    def to_dict(self) -> dict[str, Any]:
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "GPTConfig":
        """Read what `to_dict` wrote. Raises ValueError when something is missing or unknown."""
        return read_settings(cls, values)


class FeedForward(nn.Module):
    """Think about each token by itself: widen, bend, narrow. (B, T, D) -> (B, T, D)."""

    def __init__(self, d_model: int, d_hidden: int, *, bias: bool = True):
        super().__init__()
        self.up = nn.Linear(d_model, d_hidden, bias=bias)
        self.down = nn.Linear(d_hidden, d_model, bias=bias)

    def forward(self, x: Float[Tensor, "B T D"]) -> Float[Tensor, "B T D"]:
        return self.down(gelu(self.up(x)))


def gelu(x: Tensor) -> Tensor:
    """GELU in the tanh form that GPT-2 uses (Hendrycks and Gimpel, 2016)."""
    return F.gelu(x, approximate="tanh")


def squared_relu(x: Tensor) -> Tensor:
    """ReLU, then the square: the activation of Primer (So et al., 2021)."""
    return F.relu(x).square()


class SquaredReLUNet(FeedForward):
    """The same with another bend. (B, T, D) -> (B, T, D)."""

    def forward(self, x: Float[Tensor, "B T D"]) -> Float[Tensor, "B T D"]:
        return self.down(squared_relu(self.up(x)))


class SwiGLU(nn.Module):
    """A feed-forward net with a gate: silu(gate(x)) * up(x), then down (Shazeer, 2020)."""

    def __init__(self, d_model: int, d_hidden: int, *, bias: bool = True):
        super().__init__()
        self.gate = nn.Linear(d_model, d_hidden, bias=bias)
        self.up = nn.Linear(d_model, d_hidden, bias=bias)
        self.down = nn.Linear(d_hidden, d_model, bias=bias)

    def forward(self, x: Float[Tensor, "B T D"]) -> Float[Tensor, "B T D"]:
        return self.down(F.silu(self.gate(x)) * self.up(x))


class Block(nn.Module):
    """One layer of GPT-2: gather from other tokens, then think. Both add to the stream.

    (B, T, D) -> (B, T, D).
    """

    def __init__(self, config: GPTConfig):
        super().__init__()
        D, bias = config.d_model, config.bias
        self.norm1 = nn.LayerNorm(D, bias=bias)
        self.attention = CausalSelfAttention(D, config.n_heads, bias=bias)
        self.norm2 = nn.LayerNorm(D, bias=bias)
        self.feed_forward = FeedForward(D, config.d_hidden, bias=bias)

    def forward(self, x: Float[Tensor, "B T D"]) -> Float[Tensor, "B T D"]:
        x = x + self.attention(self.norm1(x))
        x = x + self.feed_forward(self.norm2(x))
        return x


class GPTBlock(nn.Module):
    """The same with all that a GPTConfig can ask for, and with a place for a cache."""

    def __init__(self, config: GPTConfig):
        super().__init__()
        self.convolution = make_convolution(config)
        self.norm1 = make_norm(config)
        self.attention = GPTAttention(
            config.d_model,
            config.n_heads,
            bias=config.bias,
            dropout=config.dropout,
            qk_norm=config.qk_norm,
            rotary_positions=config.context_length if config.positions == "rotary" else 0,
            fused=config.fused_attention,
        )
        self.norm2 = make_norm(config)
        self.feed_forward = make_feed_forward(config)
        self.dropout = nn.Dropout(config.dropout)

    def forward(
        self, x: Float[Tensor, "B T D"], memory: "LayerMemory | None" = None
    ) -> Float[Tensor, "B T D"]:
        # While generating, parts that remember earlier tokens take the place of these two.
        parts = self if memory is None else memory
        x = parts.convolution(x)
        x = x + self.dropout(parts.attention(self.norm1(x)))
        x = x + self.dropout(self.feed_forward(self.norm2(x)))
        return x


def make_convolution(config: GPTConfig) -> nn.Module:
    if config.convolution_width == 1:
        return nn.Identity()
    return ShortConvolution(config.d_model, config.convolution_width)


def make_norm(config: GPTConfig) -> nn.Module:
    if config.norm == "rmsnorm":
        return nn.RMSNorm(config.d_model, eps=1e-5)
    return nn.LayerNorm(config.d_model, eps=1e-5, bias=config.bias)


def make_feed_forward(config: GPTConfig) -> nn.Module:
    if config.mlp == "swiglu":
        return SwiGLU(config.d_model, config.d_hidden, bias=config.bias)
    net = SquaredReLUNet if config.mlp == "relu2" else FeedForward
    return net(config.d_model, config.d_hidden, bias=config.bias)


class GPT(nn.Module):
    """A decoder-only transformer that predicts the next token at every position.

    `block` builds one layer from the configuration; notebook 09 passes the learner's own.
    """

    def __init__(self, config: GPTConfig, block: Callable[[GPTConfig], nn.Module] = GPTBlock):
        super().__init__()
        self.config = config
        self.token_embedding = nn.Embedding(config.vocab_size, config.d_model)
        if config.positions == "learned":
            self.position_embedding = nn.Embedding(config.context_length, config.d_model)
        elif config.positions == "sinusoidal":
            waves = sinusoidal_positions(config.context_length, config.d_model)
            self.register_buffer("waves", waves, persistent=False)
        self.dropout = nn.Dropout(config.dropout)
        self.blocks = nn.ModuleList(block(config) for _ in range(config.n_layers))
        self.final_norm = make_norm(config)
        self.head = nn.Linear(config.d_model, config.vocab_size, bias=False)
        if config.tied_head:
            self.head.weight = self.token_embedding.weight
        self.initialize()

    def forward(
        self,
        tokens: Int[Tensor, "B T"],
        targets: Int[Tensor, "B T"] | None = None,
        cache: "KVCache | None" = None,
    ) -> tuple[Float[Tensor, "B T V"], Float[Tensor, ""] | None]:
        """Scores for the token after each given one and, with `targets`, their mean loss in nats.

        With a `cache` (gpt/cache.py) the tokens continue those that it has already seen.
        """
        start = 0 if cache is None else cache.length
        x = self.dropout(self.embed(tokens, start))  # (B, T, D)
        for i, block in enumerate(self.blocks):
            x = block(x) if cache is None else block(x, cache.layers[i])
        logits = self.head(self.final_norm(x))  # (B, T, V)
        if targets is None:
            return logits, None
        # The loss is computed in 32 bits even where autocast made the logits narrower.
        loss = F.cross_entropy(logits.flatten(0, 1).float(), targets.flatten())
        return logits, loss

    def embed(self, tokens: Int[Tensor, "B T"], start: int = 0) -> Float[Tensor, "B T D"]:
        """Turn tokens at positions start, start + 1, ... into features, places included."""
        if not isinstance(tokens, Tensor):
            raise TypeError(
                f"tokens must be a tensor, but are of type {type(tokens).__name__}. For one "
                f"sequence, write torch.tensor([ids])."
            )
        whole = tokens.dtype in (torch.int64, torch.int32)
        if tokens.ndim != 2 or tokens.shape[1] == 0 or not whole:
            raise ValueError(
                f"tokens must be whole numbers (torch.int64) of shape (batch, time), at least one "
                f"in time, but are {tokens.dtype} of shape {tuple(tokens.shape)}. For one "
                f"sequence, write torch.tensor([ids])."
            )
        end = start + tokens.shape[1]
        if end > self.config.context_length:
            raise ValueError(
                f"The model can look at {self.config.context_length} tokens (context_length) but "
                f"was given {end}. Pass the last {self.config.context_length}, as generate() does."
            )
        try:
            x = self.token_embedding(tokens)  # (B, T, D)
        except IndexError:
            raise ValueError(
                f"Tokens must lie between 0 and {self.config.vocab_size - 1} (vocab_size - 1), but "
                f"these reach from {tokens.min()} to {tokens.max()}. Was the text encoded with "
                f"this model's tokenizer?"
            ) from None
        if self.config.positions == "learned":
            x = x + self.position_embedding.weight[start:end]  # (B, T, D) + (T, D)
        elif self.config.positions == "sinusoidal":
            # The embedding starts out small; the factor is that of Vaswani et al., section 3.4.
            x = x * math.sqrt(self.config.d_model) + self.waves[start:end]
        return x

    @torch.no_grad()
    def initialize(self) -> None:
        """Draw the weights anew, as GPT-2 does.

        All matrices from N(0, init_std^2), biases zero. The two layers of a block that write to
        the residual stream are 2 * n_layers in all, so theirs are smaller by the root of that:
        the stream's variance then does not grow with depth.
        """
        for name, module in self.named_modules():
            if isinstance(module, nn.Linear | nn.Embedding):
                std = self.config.init_std
                if name.endswith(("attention.project", "feed_forward.down")):
                    std /= math.sqrt(2 * self.config.n_layers)
                nn.init.normal_(module.weight, std=std)
            if isinstance(module, nn.Linear) and module.bias is not None:
                nn.init.zeros_(module.bias)

    def count_parameters(self) -> int:
        """How many numbers are learned; a matrix that is used twice counts once."""
        return sum(parameter.numel() for parameter in self.parameters())

    @property
    def device(self) -> torch.device:
        return self.token_embedding.weight.device

    @classmethod
    def from_gpt2(
        cls, folder: str | Path, block: Callable[[GPTConfig], nn.Module] = GPTBlock
    ) -> "GPT":
        """Load a checkpoint in GPT-2's layout: a folder with config.json and model.safetensors."""
        from course_utils.gpt.gpt2 import load_gpt2

        return load_gpt2(folder, block)
