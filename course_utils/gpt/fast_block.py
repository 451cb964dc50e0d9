"""A GPT's layer for processors: what `GPTBlock` computes, in a third of the operations.

On a CPU a small GPT spends most of its time not in matrix products but on the way between them:
PyTorch notes every small operation, and undoes each by itself on the way back. Here the way back
is written by hand, from the derivations of notebooks 02, 08 and 09, with as few passes over the
numbers as it takes. The weights have the names that they have in `GPTBlock`, so what was trained
with one layer can be used with the other. benchmarks/LOG.md tells what it gains.
"""

import math

import torch
from jaxtyping import Float
from torch import Tensor
from torch.autograd import Function

from course_utils.gpt.attention import GPTAttention
from course_utils.gpt.convolution import ShortConvolution
from course_utils.gpt.model import GPTBlock, GPTConfig

NEEDED = {
    "norm": "rmsnorm",
    "positions": "rotary",
    "mlp": "relu2",
    "qk_norm": True,
    "bias": False,
    "dropout": 0.0,
}


class FastBlock(GPTBlock):
    """A layer with RMSNorm, rotary positions, QK-norm and squared ReLU, and without biases.

    With a short convolution where the configuration has one.
    """

    def __init__(self, config: GPTConfig):
        for name, value in NEEDED.items():
            if getattr(config, name) != value:
                raise ValueError(
                    f"FastBlock is made for {name}={value!r}, not {getattr(config, name)!r}. "
                    f"Take GPTBlock, which knows all that a GPTConfig can say."
                )
        super().__init__(config)

    def forward(self, x, memory=None):
        if memory is not None or not torch.is_grad_enabled():
            return super().forward(x, memory)
        kind = x.device.type
        dtype = torch.get_autocast_dtype(kind) if torch.is_autocast_enabled(kind) else x.dtype
        with torch.autocast(kind, enabled=False):  # all is cast by hand
            if isinstance(self.convolution, ShortConvolution):
                x = Convolve.apply(x, self.convolution.weight)
            x = x + self.attend(Normalize.apply(x, self.norm1.eps, dtype))
            return x + self.think(Normalize.apply(x, self.norm2.eps, dtype))

    def attend(self, x: Float[Tensor, "B T D"]) -> Float[Tensor, "B T D"]:
        # The gain of a norm multiplies the columns of the matrix that follows it: that product is
        # small, the one with the features of every token is not.
        qkv = (self.attention.qkv.weight * self.norm1.weight).to(x.dtype)
        project = self.attention.project.weight.to(x.dtype)
        tables = position_tables(self.attention, x.shape[1], x.dtype)
        return Attention.apply(x @ qkv.T, *tables, self.attention.n_heads) @ project.T

    def think(self, x: Float[Tensor, "B T D"]) -> Float[Tensor, "B T D"]:
        up = (self.feed_forward.up.weight * self.norm2.weight).to(x.dtype)
        return SquaredReLUNet.apply(x, up, self.feed_forward.down.weight.to(x.dtype))


def position_tables(attention: GPTAttention, T: int, dtype: torch.dtype) -> tuple[Tensor, ...]:
    """Cosines and sines for `rotate`, (T, hs) each, and what hides the future: (T, T)."""
    needed = (T, dtype, attention.cos.device)
    made_for, tables = getattr(attention, "tables", (None, ()))
    if made_for != needed:  # they are the same in every step of a training
        cos, sin = attention.cos[:T], attention.sin[:T]  # (T, hs/2)
        cos = torch.cat([cos, cos], dim=-1).to(dtype)
        sin = torch.cat([-sin, sin], dim=-1).to(dtype)
        hidden = torch.full((T, T), -math.inf, dtype=dtype, device=cos.device).triu_(1)
        tables = (cos, sin, hidden)
        attention.tables = (needed, tables)
    return tables


class Convolve(Function):
    """`ShortConvolution`: y_t = x_t + w_1 x_(t-1) + w_2 x_(t-2) + ...

    Each w_k is (1, D). On the way back, token t hears from the tokens that heard from it.
    """

    @staticmethod
    def forward(ctx, x, weight):
        ctx.save_for_backward(x, weight)
        y = x.clone()
        for k, w in enumerate(weight, start=1):
            y[:, k:].addcmul_(x[:, :-k], w)
        return y

    @staticmethod
    def backward(ctx, g):
        x, weight = ctx.saved_tensors
        g_x, g_weight = g.clone(), torch.zeros_like(weight)
        for k, w in enumerate(weight, start=1):
            g_x[:, :-k].addcmul_(g[:, k:], w)
            g_weight[k - 1] = (g[:, k:] * x[:, :-k]).sum(dim=(0, 1))
        return g_x, g_weight


class Normalize(Function):
    """y = r x, where r = 1 / sqrt(mean(x^2) + eps), for every token by itself; y in `dtype`."""

    @staticmethod
    def forward(ctx, x, eps, dtype):
        r = inverse_root_mean_square(x, eps)
        y = (x * r).to(dtype)
        ctx.save_for_backward(y, r)
        return y

    @staticmethod
    def backward(ctx, g):
        return normalize_backward(g, *ctx.saved_tensors), None, None


def inverse_root_mean_square(x, eps):
    squares = torch.linalg.vector_norm(x, dim=-1, keepdim=True).square_()  # (..., 1)
    return squares.div_(x.shape[-1]).add_(eps).rsqrt_()


def normalize_backward(g, y, r):
    """dL/dx = r (g - y mean(g y)): what would only change the length of x has no effect."""
    along = (g * y).mean(dim=-1, keepdim=True)  # (..., 1)
    return torch.addcmul(g, y, along, value=-1) * r


def rotate(x, cos, sin):
    """`apply_rope` in three passes: every feature has a partner, half a head away.

    x is (B, H, T, hs), and `sin` has the minus sign of the first half in it; -sin turns back.
    """
    partners = x.roll(x.shape[-1] // 2, dims=-1)
    return torch.addcmul(x * cos, partners, sin)


class Attention(Function):
    """From queries, keys and values side by side to what each token has gathered.

    (B, T, 3D) -> (B, T, D): QK-norm, rotation, softmax of the scores, average of the values.

    QK-norm keeps every score between -sqrt(hs) and sqrt(hs), so exp cannot overflow, and the
    largest score need not be found first. With E = exp(scores) and n the sums of its rows, the
    average is y = (E v) / n: so the few features of y are divided, not the many weights.
    """

    @staticmethod
    def forward(ctx, qkv, cos, sin, hidden, n_heads):
        B, T, D = qkv.shape[0], qkv.shape[1], qkv.shape[2] // 3
        H, hs = n_heads, D // n_heads
        heads = qkv.view(B, T, 3 * H, hs).transpose(1, 2)  # (B, 3H, T, hs)
        qk = heads[:, : 2 * H].clone(memory_format=torch.contiguous_format)
        v = heads[:, 2 * H :].reshape(B * H, T, hs)
        r = inverse_root_mean_square(qk, torch.finfo(qkv.dtype).eps)
        unit = qk.mul_(r)  # (B, 2H, T, hs)
        q, k = (part.reshape(B * H, T, hs) for part in rotate(unit, cos, sin).chunk(2, dim=1))
        E = torch.baddbmm(hidden, q, k.mT, alpha=hs**-0.5).exp_()  # (BH, T, T)
        n = E.sum(dim=-1, keepdim=True)  # (BH, T, 1)
        y = (E @ v).div_(n)  # (BH, T, hs)
        ctx.save_for_backward(unit, r, q, k, v, E, n, y, cos, sin)
        gathered = qkv.new_empty(B, T, H, hs)
        gathered[:] = y.view(B, H, T, hs).transpose(1, 2)
        return gathered.view(B, T, D)

    @staticmethod
    def backward(ctx, g):
        unit, r, q, k, v, E, n, y, cos, sin = ctx.saved_tensors
        B, H, T, hs = unit.shape[0], unit.shape[1] // 2, unit.shape[2], unit.shape[3]
        g = g.view(B, T, H, hs).transpose(1, 2).reshape(B * H, T, hs) / n  # dL/d(E v)
        # The sums n depend on the scores too: that takes the mean of each row away (notebook 08).
        mean = (g * y).sum(dim=-1, keepdim=True)  # (BH, T, 1)
        g_scores = torch.baddbmm(mean, g, v.mT, beta=-1).mul_(E)  # (BH, T, T)
        g_qk = torch.empty_like(unit)  # (B, 2H, T, hs)
        g_qk[:, :H] = torch.bmm(g_scores, k).view(B, H, T, hs)
        g_qk[:, H:] = torch.bmm(g_scores.mT, q).view(B, H, T, hs)
        g_unit = rotate(g_qk, cos, -sin)
        g_heads = torch.empty(B, T, 3 * H, hs, dtype=g.dtype).transpose(1, 2)  # (B, 3H, T, hs)
        g_heads[:, : 2 * H] = normalize_backward(g_unit, unit, r * hs**-0.5)
        g_heads[:, 2 * H :] = torch.bmm(E.mT, g).view(B, H, T, hs)
        return g_heads.transpose(1, 2).view(B, T, 3 * H * hs), None, None, None, None


class SquaredReLUNet(Function):
    """y = relu(x U^T)^2 V^T, the two matrix products and what lies between."""

    @staticmethod
    def forward(ctx, x, up, down):
        rows = x.flatten(0, -2)  # (N, D)
        h = torch.mm(rows, up.T).relu_()  # (N, hidden)
        a = h * h
        ctx.save_for_backward(rows, up, down, h, a)
        return torch.mm(a, down.T).view(x.shape)

    @staticmethod
    def backward(ctx, g):
        rows, up, down, h, a = ctx.saved_tensors
        g_rows = g.reshape(rows.shape)
        g_down = torch.mm(g_rows.T, a)
        g_h = torch.mm(g_rows, down * 2).mul_(h)  # dL/da 2 h
        return torch.mm(g_h, up).view(g.shape), torch.mm(g_h.T, rows), g_down
