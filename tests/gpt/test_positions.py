"""Positions hold what their formulas say, and rotations depend on distances alone."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from course_utils.gpt.positions import apply_rope, rope_table, sinusoidal_positions


@given(st.integers(1, 20), st.integers(1, 8))
def test_sinusoids_are_the_papers_formula_entry_by_entry(n_positions, half):
    table = sinusoidal_positions(n_positions, 2 * half)
    for t in range(n_positions):
        for i in range(half):
            angle = t / 10000 ** (2 * i / (2 * half))
            assert table[t, 2 * i].item() == pytest.approx(math.sin(angle), abs=1e-5)
            assert table[t, 2 * i + 1].item() == pytest.approx(math.cos(angle), abs=1e-5)


def test_sinusoids_need_an_even_number_of_features():
    with pytest.raises(ValueError, match="d_model is 5; it must be even"):
        sinusoidal_positions(3, 5)


def test_rotations_need_an_even_head_size():
    with pytest.raises(ValueError, match="head size is 3"):
        rope_table(torch.arange(2), 3)


@given(st.integers(1, 12), st.integers(1, 6), st.integers(0, 10_000))
def test_rope_is_multiplication_by_a_complex_number(n_tokens, half, seed):
    """Each pair of features is one complex number; position t multiplies it by exp(i t theta)."""
    x = torch.randn(2, 3, n_tokens, 2 * half, generator=torch.Generator().manual_seed(seed))
    theta = torch.tensor([10000.0 ** (-i / half) for i in range(half)], dtype=torch.float64)
    turn = torch.exp(1j * torch.arange(n_tokens, dtype=torch.float64)[:, None] * theta)
    turned = torch.complex(x[..., :half].double(), x[..., half:].double()) * turn
    expected = torch.cat([turned.real, turned.imag], dim=-1).float()
    rotated = apply_rope(x, *rope_table(torch.arange(n_tokens), 2 * half))
    torch.testing.assert_close(rotated, expected, atol=1e-5, rtol=1e-5)


@given(st.integers(0, 50), st.integers(0, 50), st.integers(0, 100))
def test_products_of_rotated_vectors_depend_only_on_their_distance(first, second, shift):
    g = torch.Generator().manual_seed(first * 1000 + second)
    q, k = torch.randn(2, 1, 1, 1, 16, generator=g)

    def product(at_q, at_k):
        rotated_q = apply_rope(q, *rope_table(torch.tensor([at_q]), 16))
        rotated_k = apply_rope(k, *rope_table(torch.tensor([at_k]), 16))
        return (rotated_q * rotated_k).sum().item()

    assert product(first, second) == pytest.approx(product(first + shift, second + shift), abs=1e-4)


def test_rotation_keeps_lengths_and_leaves_position_zero_alone():
    x = torch.randn(1, 2, 5, 8, generator=torch.Generator().manual_seed(0))
    rotated = apply_rope(x, *rope_table(torch.arange(5), 8))
    torch.testing.assert_close(rotated.norm(dim=-1), x.norm(dim=-1))
    torch.testing.assert_close(rotated[:, :, 0], x[:, :, 0])
