"""The KV cache: attention that remembers, so that each new token costs the same. Notebook 11."""

import dataclasses
from collections.abc import Callable

import torch.nn.functional as F
from jaxtyping import Float, Int
from torch import Tensor

from course_utils.gpt.attention import GPTAttention, causal_mask, merge_heads
from course_utils.gpt.convolution import CachedConvolution, ShortConvolution
from course_utils.gpt.lean import lean
from course_utils.gpt.model import GPT


class CachedAttention:
    """Causal self-attention that is fed only the new tokens and remembers the earlier ones.

    Calling it on the pieces of a sequence, one after the other, returns what `attention` returns
    on the whole sequence. A token's key and value never change once it stands in its place, since
    it sees nothing that comes after it; so they are computed once and kept. There is room for
    `capacity` tokens.
    """

    def __init__(self, attention: GPTAttention, capacity: int):
        self.attention = attention
        self.capacity = capacity
        self.length = 0  # tokens remembered

    def __call__(self, x: Float[Tensor, "B T_new D"]) -> Float[Tensor, "B T_new D"]:
        start, end = self.length, self.length + x.shape[1]
        if end > self.capacity:
            raise ValueError(f"There is room for {self.capacity} tokens, not for {end}.")
        q, k, v = self.attention.queries_keys_values(x, start)  # (B, H, T_new, hs) each
        if start == 0:  # room for the whole sequence, taken once
            B, H, _, hs = k.shape
            self.keys = k.new_empty(B, H, self.capacity, hs)
            self.values = v.new_empty(B, H, self.capacity, hs)
        self.keys[:, :, start:end] = k
        self.values[:, :, start:end] = v
        self.length = end
        # One new token may look at everything; several may not look at each other's future.
        mask = causal_mask(end, x.device)[start:] if x.shape[1] > 1 else None  # (T_new, T)
        y = F.scaled_dot_product_attention(
            q, self.keys[:, :, :end], self.values[:, :, :end], attn_mask=mask
        )
        return self.attention.project(merge_heads(y))


@dataclasses.dataclass
class LayerMemory:
    """The parts of one layer that look at earlier tokens, in the forms that remember them."""

    attention: CachedAttention
    convolution: Callable[[Tensor], Tensor]  # (B, T_new, D) -> (B, T_new, D)


class KVCache:
    """What each layer of a model remembers: `model(new_tokens, cache=cache)`.

    `attention` builds one from a layer's attention and the capacity; notebook 11 passes the
    learner's own.
    """

    def __init__(
        self,
        model: GPT,
        attention: Callable[[GPTAttention, int], "CachedAttention"] = CachedAttention,
    ):
        attentions = [getattr(block, "attention", None) for block in model.blocks]
        if not all(hasattr(attention, "queries_keys_values") for attention in attentions):
            raise ValueError(
                "A KV cache needs blocks with an `attention` that has `queries_keys_values`, as "
                "the course's have. For a model of your own blocks pass use_cache=False."
            )
        self.model = lean(model)
        self.make_attention = attention
        self.reset()

    @property
    def length(self) -> int:
        """How many tokens the cache remembers."""
        return self.layers[0].attention.length

    def reset(self) -> None:
        """Forget every token."""
        capacity = self.model.config.context_length
        self.layers = [
            LayerMemory(self.make_attention(block.attention, capacity), remembering(block))
            for block in self.model.blocks
        ]
        self.start = 0  # the place in the text of the first token remembered

    def unseen(self, tokens: Int[Tensor, "B N"], start: int) -> Int[Tensor, "B T_new"]:
        """Of the window that begins at `start`, the tokens that the cache has not seen yet.

        When the window has moved, every token in it stands in a new place and sees a different
        past: what is remembered is of no use, and the whole window is new. So it is when the tokens
        are no longer than what was seen, for then they are another text.
        """
        if start != self.start or tokens.shape[1] - start <= self.length:
            self.reset()
            self.start = start
        return tokens[:, start + self.length :]


def remembering(block) -> Callable[[Tensor], Tensor]:
    """The convolution of a block with a memory, or the block's nothing where it has none."""
    part = block.convolution
    return CachedConvolution(part) if isinstance(part, ShortConvolution) else part
