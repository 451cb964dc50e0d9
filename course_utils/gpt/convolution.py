"""A short convolution: what stood just before, at hand without looking for it. Notebook 10."""

import torch
from jaxtyping import Float
from torch import Tensor, nn


class ShortConvolution(nn.Module):
    """Add to each token a learned share of the few before it, feature by feature.

    (B, T, D) -> (B, T, D): y_t = x_t + w_1 * x_(t-1) + ... + w_(width-1) * x_(t-width+1).

    Attention needs a layer to find "the token before me" (notebook 08, induction); this is it for
    a few weights, which start at zero. A causal depthwise convolution, as in Primer (So et al.,
    2021, https://arxiv.org/abs/2109.08668) and, with width 2, in RWKV (Peng et al., 2023).
    """

    def __init__(self, d_model: int, width: int):
        super().__init__()
        self.width = width
        self.weight = nn.Parameter(torch.zeros(width - 1, 1, d_model))  # w_1, w_2, ...

    def forward(
        self, x: Float[Tensor, "B T D"], earlier: Float[Tensor, "B S D"] | None = None
    ) -> Float[Tensor, "B T D"]:
        """`earlier`: the width - 1 inputs before x; at the beginning of a text they are zero."""
        n, T = self.width - 1, x.shape[1]
        row = self.after(earlier, x)  # (B, n + T, D)
        y = x
        for k, w in enumerate(self.weight, start=1):
            y = y + w * row[:, n - k : n - k + T]
        return y

    def after(
        self, earlier: Float[Tensor, "B S D"] | None, x: Float[Tensor, "B T D"]
    ) -> Float[Tensor, "B S+T D"]:
        """x, and before it the width - 1 inputs that it follows."""
        if earlier is None:
            earlier = x.new_zeros(x.shape[0], self.width - 1, x.shape[2])
        return torch.cat([earlier, x], dim=1)


class CachedConvolution:
    """The same, fed piece by piece: it remembers the last few inputs (notebook 11)."""

    def __init__(self, convolution: ShortConvolution):
        self.convolution = convolution
        self.earlier: Tensor | None = None

    def __call__(self, x: Float[Tensor, "B T_new D"]) -> Float[Tensor, "B T_new D"]:
        y = self.convolution(x, self.earlier)
        self.earlier = self.convolution.after(self.earlier, x)[:, 1 - self.convolution.width :]
        return y
