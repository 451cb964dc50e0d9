"""A GPT on the engine of notebook 02, with NumPy alone. Notebook 09 trains it beside PyTorch's.

The same network as `course_utils.gpt.model.GPT` with its defaults, and the same parameter names, so
that weights travel by `load`. Derived in notebooks 08 and 09.
"""

import math

import numpy as np

from course_utils.scratch.autograd import Tensor
from course_utils.scratch.modules import Embedding, LayerNorm, Linear, Module
from course_utils.scratch.operations import linear, masked_fill


class GPT(Module):
    """Scores for the next token at every position: tokens (B, T) -> logits (B, T, V).

    rng: a numpy Generator that draws the weights. dtype: float64 or float32.
    """

    def __init__(
        self,
        vocab_size: int,
        context_length: int,
        n_layers: int,
        n_heads: int,
        d_model: int,
        rng,
        dtype=np.float64,
    ):
        self.token_embedding = Embedding(vocab_size, d_model, rng, dtype)
        self.position_embedding = Embedding(context_length, d_model, rng, dtype)
        self.blocks = [Block(d_model, n_heads, rng, dtype) for _ in range(n_layers)]
        self.final_norm = LayerNorm(d_model, dtype=dtype)
        self._initialize(rng, n_layers)

    def forward(self, tokens) -> Tensor:
        places = np.arange(np.shape(tokens)[1])
        x = self.token_embedding(tokens) + self.position_embedding(places)  # (B, T, D) + (T, D)
        for block in self.blocks:
            x = block(x)
        # The output layer is the token embedding once more: (B, T, D) @ (D, V).
        return linear(self.final_norm(x), self.token_embedding.weight)

    def _initialize(self, rng, n_layers: int) -> None:
        """Matrices from N(0, 0.02^2); those that write to the residual stream smaller by the root
        of their number, 2 n_layers (Radford et al., 2019, section 2.3)."""
        for name, p in self.named_parameters().items():
            if p.ndim == 2:
                writes = name.endswith(("attention.project.weight", "feed_forward.down.weight"))
                deviation = 0.02 / math.sqrt(2 * n_layers) if writes else 0.02
                p.data[...] = rng.normal(0, deviation, p.shape)


class Block(Module):
    """One layer: gather from earlier tokens, then think. Both add to the stream (B, T, D)."""

    def __init__(self, d_model: int, n_heads: int, rng, dtype=np.float64):
        self.norm1 = LayerNorm(d_model, dtype=dtype)
        self.attention = CausalSelfAttention(d_model, n_heads, rng, dtype)
        self.norm2 = LayerNorm(d_model, dtype=dtype)
        self.feed_forward = FeedForward(d_model, 4 * d_model, rng, dtype)

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.attention(self.norm1(x))
        return x + self.feed_forward(self.norm2(x))


class CausalSelfAttention(Module):
    """Each token looks at itself and those before it: (B, T, D) -> (B, T, D)."""

    def __init__(self, d_model: int, n_heads: int, rng, dtype=np.float64):
        if d_model % n_heads:
            raise ValueError(f"d_model ({d_model}) must be a multiple of n_heads ({n_heads})")
        self.qkv = Linear(d_model, 3 * d_model, rng, dtype=dtype)
        self.project = Linear(d_model, d_model, rng, dtype=dtype)
        self.n_heads = n_heads

    def forward(self, x: Tensor) -> Tensor:
        B, T, D = x.shape
        H, hs = self.n_heads, D // self.n_heads
        qkv = self.qkv(x).reshape(B, T, 3, H, hs).transpose(2, 0, 3, 1, 4)  # (3, B, H, T, hs)
        q, k, v = qkv[0], qkv[1], qkv[2]
        scores = q @ k.transpose(0, 1, 3, 2) / math.sqrt(hs)  # (B, H, T, T)
        future = np.triu(np.ones((T, T), bool), 1)
        weights = masked_fill(scores, future, -np.inf).softmax()  # each row sums to 1
        heads = weights @ v  # (B, H, T, hs)
        return self.project(heads.transpose(0, 2, 1, 3).reshape(B, T, D))


class FeedForward(Module):
    """Think about each token by itself: widen, bend, narrow. (B, T, D) -> (B, T, D)."""

    def __init__(self, d_model: int, d_hidden: int, rng, dtype=np.float64):
        self.up = Linear(d_model, d_hidden, rng, dtype=dtype)
        self.down = Linear(d_hidden, d_model, rng, dtype=dtype)

    def forward(self, x: Tensor) -> Tensor:
        return self.down(self.up(x).gelu())
