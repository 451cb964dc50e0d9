"""The well-known mistakes of notebook 08, positions: each makes one, and only that one."""

import torch

from course_utils.exercises.exercise import Misconception
from course_utils.gpt.positions import sinusoidal_positions

# ------------------------------------------------------------------- sinusoidal_positions


def _table(n_positions, d_model, exponents, *, first=0.0, fast_to_slow=True):
    positions = torch.arange(n_positions) + first
    rates = 10000.0**-exponents if fast_to_slow else 10000.0**exponents
    return torch.outer(positions, rates)  # (T, D/2) angles


def _interleaved(even, odd):
    return torch.stack([even, odd], dim=-1).flatten(1)


def _exponents(d_model):
    return torch.arange(0, d_model, 2) / d_model


def waves_side_by_side(n_positions, d_model):
    angles = _table(n_positions, d_model, _exponents(d_model))
    return torch.cat([angles.sin(), angles.cos()], dim=1)


def every_column_its_own_wave(n_positions, d_model):
    columns = torch.arange(d_model) / d_model
    angles = _table(n_positions, d_model, columns)  # (T, D)
    return _interleaved(angles[:, 0::2].sin(), angles[:, 1::2].cos())


def counts_pairs_not_columns(n_positions, d_model):
    angles = _table(n_positions, d_model, _exponents(d_model) / 2)
    return _interleaved(angles.sin(), angles.cos())


def doubles_the_exponent(n_positions, d_model):
    angles = _table(n_positions, d_model, 2 * _exponents(d_model))
    return _interleaved(angles.sin(), angles.cos())


def in_64_bits(n_positions, d_model):
    return sinusoidal_positions(n_positions, d_model).double()


def begins_at_one(n_positions, d_model):
    angles = _table(n_positions, d_model, _exponents(d_model), first=1.0)
    return _interleaved(angles.sin(), angles.cos())


def cosine_first(n_positions, d_model):
    angles = _table(n_positions, d_model, _exponents(d_model))
    return _interleaved(angles.cos(), angles.sin())


def multiplies_by_the_base(n_positions, d_model):
    angles = _table(n_positions, d_model, _exponents(d_model), fast_to_slow=False)
    return _interleaved(angles.sin(), angles.cos())


SINUSOIDAL_POSITIONS = (
    Misconception(
        "sines and cosines side by side",
        waves_side_by_side,
        "The waves are right, but all sines stand first and then all cosines. They take "
        "turns: column 2i is a sine, column 2i + 1 the cosine of the same angle.",
    ),
    Misconception(
        "every column has its own frequency",
        every_column_its_own_wave,
        "The cosine columns have another frequency than the sine columns beside them. "
        "Columns 2i and 2i + 1 share one angle, t / 10000^(2i/D).",
    ),
    Misconception(
        "counts pairs where columns are meant",
        counts_pairs_not_columns,
        "The exponent is i / D here; it should be 2i / D, the number of the sine column "
        "by D. As it is, all waves but the first are too fast, the slowest the most.",
    ),
    Misconception(
        "doubles the exponent",
        doubles_the_exponent,
        "The exponent is twice too large: the 2 of 2i is in it two times. If you count "
        "0, 2, 4, ..., those numbers are the 2i already.",
    ),
    Misconception(
        "in 64 bits",
        in_64_bits,
        "The numbers are right, but of 64 bits (NumPy makes such). The table is added to "
        "embeddings of 32 bits: return `torch.float32`, which PyTorch's own functions "
        "make, or `.float()`.",
    ),
    Misconception(
        "begins at position 1",
        begins_at_one,
        "The first row is that of position 1. Positions count from 0: the first row is "
        "0, 1, 0, 1, ...",
    ),
    Misconception(
        "cosine before sine",
        cosine_first,
        "Sine and cosine have changed places: column 0 should be a sine, 0 at position 0.",
    ),
    Misconception(
        "multiplies by the base",
        multiplies_by_the_base,
        "The angles are t × 10000^(2i/D): later columns turn ever faster. Divide: the "
        "first pair is the fastest and the last the slowest.",
    ),
)

# ------------------------------------------------------------------------------ apply_rope


def turns_the_other_way(x, cos, sin):
    first, second = x.chunk(2, dim=-1)
    return torch.cat([first * cos + second * sin, second * cos - first * sin], dim=-1)


def loses_the_minus(x, cos, sin):
    first, second = x.chunk(2, dim=-1)
    return torch.cat([first * cos + second * sin, first * sin + second * cos], dim=-1)


def pairs_neighbours(x, cos, sin):
    even, odd = x[..., 0::2], x[..., 1::2]
    return torch.stack([even * cos - odd * sin, even * sin + odd * cos], dim=-1).flatten(-2)


def lays_the_results_in_turn(x, cos, sin):
    first, second = x.chunk(2, dim=-1)
    return torch.stack([first * cos - second * sin, first * sin + second * cos], dim=-1).flatten(-2)


def writes_into_its_input(x, cos, sin):
    half = x.shape[-1] // 2
    x[..., :half] = x[..., :half] * cos - x[..., half:] * sin
    x[..., half:] = x[..., :half] * sin + x[..., half:] * cos
    return x


def swaps_the_halves(x, cos, sin):
    first, second = x.chunk(2, dim=-1)
    return torch.cat([first * sin + second * cos, first * cos - second * sin], dim=-1)


def overwrites_before_use(x, cos, sin):
    first, second = x.chunk(2, dim=-1)
    first = first * cos - second * sin
    second = first * sin + second * cos
    return torch.cat([first, second], dim=-1)


APPLY_ROPE = (
    Misconception(
        "turns the other way",
        turns_the_other_way,
        "Every point turns by the right angle, but clockwise. The minus sign belongs in "
        "the first coordinate: x cos - y sin.",
    ),
    Misconception(
        "loses the minus sign",
        loses_the_minus,
        "Both coordinates are sums. A rotation is x cos - y sin and x sin + y cos; "
        "without the minus the points change their length.",
    ),
    Misconception(
        "pairs neighbouring features",
        pairs_neighbours,
        "You turn features 0 and 1, 2 and 3, and so on. That is a rotation as well, and "
        "some models do it. Here feature i of the first half is paired with feature i of "
        "the second half.",
    ),
    Misconception(
        "swaps the halves",
        swaps_the_halves,
        "Both coordinates are right and stand in the wrong half: the first half of the "
        "result is x cos - y sin.",
    ),
    Misconception(
        "lays the results in turn",
        lays_the_results_in_turn,
        "The points turn as they should, but their new coordinates stand in turn: first, "
        "second, first, second. Lay them as they came: all first coordinates, then all "
        "second ones, `torch.cat`.",
    ),
    Misconception(
        "writes into its input",
        writes_into_its_input,
        "You write the new first half over the old one in `x` itself. Then the second "
        "coordinate is computed from the new value, and whoever called you has lost x. "
        "Keep both halves, and join the results in a new tensor.",
    ),
    Misconception(
        "overwrites the first half before its last use",
        overwrites_before_use,
        "The second coordinate is computed from the first one's new value. Both need the "
        "old values: give the results new names.",
    ),
)
