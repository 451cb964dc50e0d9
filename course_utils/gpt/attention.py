"""Causal self-attention: how each token gathers from those before it. Derived in notebook 08."""

import math

import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float
from torch import Tensor, nn

from course_utils.gpt.positions import apply_rope, rope_table


def causal_mask(n_tokens: int, device: torch.device | None = None) -> Bool[Tensor, "T T"]:
    """True where the token of the row may look at the token of the column: itself and the past."""
    return torch.ones(n_tokens, n_tokens, dtype=torch.bool, device=device).tril()


def scaled_dot_product_attention(
    q: Float[Tensor, "... T hs"],
    k: Float[Tensor, "... S hs"],
    v: Float[Tensor, "... S hs"],
    mask: Bool[Tensor, "T S"] | None = None,
) -> Float[Tensor, "... T hs"]:
    """Average the values, weighted by how well each key fits the query.

    softmax(q k^T / sqrt(hs)) v, where a query sees only the keys whose mask is True (Vaswani et
    al., 2017, equation 1). Leading dimensions, such as batch and head, are carried along.
    """
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])  # (..., T, S)
    if mask is not None:
        scores = scores.masked_fill(~mask, float("-inf"))
    weights = scores.softmax(dim=-1)  # each row sums to 1
    return weights @ v


def split_heads(x: Float[Tensor, "B T D"], n_heads: int) -> Float[Tensor, "B H T hs"]:
    """Cut the features of every token into heads of size hs = D / H, and bring heads forward."""
    B, T, D = x.shape
    return x.view(B, T, n_heads, D // n_heads).transpose(1, 2)  # (B, T, H, hs) -> (B, H, T, hs)


def merge_heads(x: Float[Tensor, "B H T hs"]) -> Float[Tensor, "B T D"]:
    """Undo `split_heads`: the heads' outputs of a token, side by side."""
    return x.transpose(1, 2).flatten(2)  # (B, H, T, hs) -> (B, T, H, hs) -> (B, T, D)


class CausalSelfAttention(nn.Module):
    """Many heads of causal attention over one sequence: (B, T, D) -> (B, T, D).

    `qkv` makes queries, keys and values in one matrix product; `project` mixes what the heads
    found.
    """

    def __init__(self, d_model: int, n_heads: int, *, bias: bool = True):
        super().__init__()
        if d_model % n_heads:
            raise ValueError(
                f"d_model ({d_model}) must be a multiple of n_heads ({n_heads}): "
                f"every head takes an equal share of the features."
            )
        self.n_heads = n_heads
        self.qkv = nn.Linear(d_model, 3 * d_model, bias=bias)
        self.project = nn.Linear(d_model, d_model, bias=bias)

    def forward(self, x: Float[Tensor, "B T D"]) -> Float[Tensor, "B T D"]:
        q, k, v = self.qkv(x).chunk(3, dim=-1)  # (B, T, D) each
        q, k, v = (split_heads(part, self.n_heads) for part in (q, k, v))  # (B, H, T, hs) each
        y = scaled_dot_product_attention(q, k, v, causal_mask(x.shape[1], x.device))
        return self.project(merge_heads(y))


def quicker_written(q: Float[Tensor, "B H T hs"]) -> bool:
    """Whether the attention written out above is quicker than PyTorch's for such queries.

    In bfloat16 on a CPU it is, up to some hundred tokens: the way back of PyTorch's is slow there
    (benchmarks/LOG.md).
    """
    return q.device.type == "cpu" and q.dtype == torch.bfloat16 and q.shape[-2] <= 512


class GPTAttention(CausalSelfAttention):
    """The same with all that a GPTConfig can ask for, and in fewer operations.

    The keyword arguments are GPTConfig's: `rotary_positions` is the number of positions to
    prepare rotations for (0: none), `qk_norm` divides queries and keys by their root mean square
    before they meet, `fused` calls PyTorch's own attention instead of the one written above.
    """

    def __init__(
        self,
        d_model: int,
        n_heads: int,
        *,
        bias: bool = True,
        dropout: float = 0.0,
        qk_norm: bool = False,
        rotary_positions: int = 0,
        fused: bool = True,
    ):
        super().__init__(d_model, n_heads, bias=bias)
        self.dropout = dropout
        self.qk_norm = qk_norm
        self.rotary = rotary_positions > 0
        self.fused = fused
        if self.rotary:
            cos, sin = rope_table(torch.arange(rotary_positions), d_model // n_heads)
            self.register_buffer("cos", cos, persistent=False)
            self.register_buffer("sin", sin, persistent=False)

    def forward(self, x: Float[Tensor, "B T D"]) -> Float[Tensor, "B T D"]:
        q, k, v = self.queries_keys_values(x)  # (B, H, T, hs) each
        if (self.fused and not quicker_written(q)) or self.dropout:
            p = self.dropout if self.training else 0.0
            y = F.scaled_dot_product_attention(q, k, v, is_causal=True, dropout_p=p)
        else:
            y = scaled_dot_product_attention(q, k, v, causal_mask(x.shape[1], x.device))
        return self.project(merge_heads(y))

    def queries_keys_values(
        self, x: Float[Tensor, "B T D"], start: int = 0
    ) -> tuple[Float[Tensor, "B H T hs"], Float[Tensor, "B H T hs"], Float[Tensor, "B H T hs"]]:
        """What the tokens at positions start, start + 1, ... ask, offer and carry."""
        B, T, _ = x.shape
        # One view of the product in place of three; (B, T, 3D) -> (3, B, H, T, hs).
        heads = self.qkv(x).view(B, T, 3, self.n_heads, -1).permute(2, 0, 3, 1, 4)
        if not (self.qk_norm or self.rotary):
            return heads.unbind()
        qk, v = heads[:2], heads[2]  # queries and keys are treated alike
        if self.qk_norm:
            qk = F.rms_norm(qk, qk.shape[-1:])
        if self.rotary:
            here = slice(start, start + T)
            qk = apply_rope(qk, self.cos[here].to(qk.dtype), self.sin[here].to(qk.dtype))
        q, k = qk.unbind()
        return q, k, v
