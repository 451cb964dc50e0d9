"""How a model knows where a token stands: sinusoids and rotations. Derived in notebook 08."""

import torch
from jaxtyping import Float, Int
from torch import Tensor


def sinusoidal_positions(n_positions: int, d_model: int) -> Float[Tensor, "T D"]:
    """Give every position its own pattern of waves, from fast to slow.

    Column 2i holds sin(t / 10000^(2i/D)) and column 2i + 1 the cosine of the same angle, where t
    is the position and D is `d_model`, an even number (Vaswani et al., 2017, section 3.5,
    https://arxiv.org/abs/1706.03762).
    """
    if d_model % 2:
        raise ValueError(f"d_model is {d_model}; it must be even: each wave takes two columns.")
    angles = position_angles(torch.arange(n_positions), d_model)  # (T, D/2)
    table = torch.empty(n_positions, d_model)
    table[:, 0::2] = angles.sin()
    table[:, 1::2] = angles.cos()
    return table


def apply_rope(
    x: Float[Tensor, "B H T hs"], cos: Float[Tensor, "T hs/2"], sin: Float[Tensor, "T hs/2"]
) -> Float[Tensor, "B H T hs"]:
    """Rotate each query or key by angles that grow with its position (Su et al., 2021).

    Feature i of the first half and feature i of the second half are the two coordinates of a
    point in a plane; position t turns that point by the angle whose cosine is cos[t, i]. The
    product of a rotated query and a rotated key depends only on how far apart they stand
    (RoFormer, equation 34, https://arxiv.org/abs/2104.09864; the pairing by halves is GPT-NeoX's).
    `cos` and `sin` come from `rope_table`.
    """
    first, second = x.chunk(2, dim=-1)  # (B, H, T, hs/2) each
    return torch.cat([first * cos - second * sin, first * sin + second * cos], dim=-1)


def rope_table(
    positions: Int[Tensor, "T"], head_size: int, base: float = 10000.0
) -> tuple[Float[Tensor, "T hs/2"], Float[Tensor, "T hs/2"]]:
    """The cosines and sines that `apply_rope` needs for these positions."""
    if head_size % 2:
        raise ValueError(
            f"Rotary positions turn pairs of features, but the head size is {head_size}. "
            f"Choose d_model and n_heads so that d_model / n_heads is even."
        )
    angles = position_angles(positions, head_size, base)  # (T, hs/2)
    return angles.cos(), angles.sin()


def position_angles(
    positions: Int[Tensor, "T"], n_features: int, base: float = 10000.0
) -> Float[Tensor, "T n_features/2"]:
    """The angle t / base^(2i / n_features) for each position t and pair of features i."""
    exponents = torch.arange(0, n_features, 2, device=positions.device) / n_features
    return torch.outer(positions.float(), base**-exponents)
