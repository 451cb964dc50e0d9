"""Compares what an answer gave with what was expected, and says where they part.

Values are numbers, strings, booleans, None, arrays, tensors, and lists, tuples and dicts of these.
"""

import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Difference:
    """How a value departs from what was expected.

    what: "kind" (not the sort of thing that was wanted), "shape", "dtype", "nan" or "value".
    says: one sentence for the learner.
    where: path into a nested value, such as "[0]" or "['loss']"; empty at the top.
    expected, got: the two parts that differ.
    largest: largest absolute difference, for numbers that differ.
    """

    what: str
    says: str
    where: str
    expected: Any
    got: Any
    largest: float | None = None


def plain(value: Any) -> Any:
    """Turn a value into plain data: tensors become arrays, 0-d arrays and NumPy numbers scalars."""
    torch = sys.modules.get("torch")
    if torch is not None and isinstance(value, torch.Tensor):
        value = value.detach().cpu()
        value = value.float().numpy() if value.dtype == torch.bfloat16 else value.numpy()
    if isinstance(value, np.generic) or (isinstance(value, np.ndarray) and value.ndim == 0):
        return value.item()
    if isinstance(value, np.ndarray):
        return np.array(value)
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(plain(item) for item in value) if type(value) in (list, tuple) else value
    return value


def difference(expected: Any, got: Any, rtol: float, atol: float) -> Difference | None:
    """Return the first difference between two plain values, or None when they agree.

    Numbers agree when |got - expected| <= atol + rtol * |expected|; NaN agrees with NaN, and
    infinities with infinities of the same sign.
    """
    return _difference(expected, got, rtol, atol, "")


def _difference(expected, got, rtol, atol, where) -> Difference | None:
    if isinstance(expected, np.ndarray):
        return _array_difference(expected, got, rtol, atol, where)
    if isinstance(expected, bool | str | bytes) or expected is None:
        return _exact_difference(expected, got, where)
    if isinstance(expected, int | float | complex):
        return _number_difference(expected, got, rtol, atol, where)
    if isinstance(expected, Mapping):
        return _mapping_difference(expected, got, rtol, atol, where)
    if isinstance(expected, list | tuple):
        return _sequence_difference(expected, got, rtol, atol, where)
    return _exact_difference(expected, got, where)


def _wrong_kind(expected, got, where) -> Difference:
    says = f"{_the(where)} is {describe(got)}, but should be {describe(expected)}"
    return Difference("kind", says, where, expected, got)


def _exact_difference(expected, got, where) -> Difference | None:
    if type(got) is not type(expected):
        return _wrong_kind(expected, got, where)
    if got == expected:
        return None
    says = f"{_the(where)} is {got!r}, but should be {expected!r}"
    return Difference("value", says, where, expected, got)


def _number_difference(expected, got, rtol, atol, where) -> Difference | None:
    if isinstance(got, np.ndarray):
        says = f"{_the(where)} has shape {got.shape}, but should be a single number"
        return Difference("shape", says, where, expected, got)
    if isinstance(got, bool) or not isinstance(got, int | float | complex):
        return _wrong_kind(expected, got, where)
    return _values_difference(
        np.asarray(_as_float(expected)), np.asarray(_as_float(got)), rtol, atol, where
    )


def _as_float(number: int | float | complex) -> float | complex:
    """The same number; a whole number that no float can hold becomes infinite."""
    try:
        return number if isinstance(number, complex) else float(number)
    except OverflowError:
        return np.copysign(np.inf, number > 0 or -1)


def _array_difference(expected, got, rtol, atol, where) -> Difference | None:
    if isinstance(got, int | float | complex) and not isinstance(got, bool):
        says = f"{_the(where)} is a single number, but should have shape {expected.shape}"
        return Difference("shape", says, where, expected, got)
    if not isinstance(got, np.ndarray) or got.dtype.kind not in "biufc":
        return _wrong_kind(expected, got, where)
    if got.shape != expected.shape:
        says = f"{_the(where)} has shape {got.shape}, but should have shape {expected.shape}"
        return Difference("shape", says, where, expected, got)
    if _sort(got) != _sort(expected):
        says = f"{_the(where)} has dtype {got.dtype}, but should have dtype {expected.dtype}"
        return Difference("dtype", says, where, expected, got)
    return _values_difference(expected, got, rtol, atol, where)


def _values_difference(expected, got, rtol, atol, where) -> Difference | None:
    if np.iscomplexobj(got) and not np.iscomplexobj(expected):
        says = f"{_the(where)} is a complex number, but should be real"
        return Difference("dtype", says, where, expected, got)
    exact = np.result_type(expected, np.float64)
    expected_exact, got_exact = expected.astype(exact), got.astype(exact)
    if np.isclose(got_exact, expected_exact, rtol=rtol, atol=atol, equal_nan=True).all():
        return None
    if np.isnan(got_exact).any() and not np.isnan(expected_exact).any():
        says = f"{_the(where)} holds nan (not a number)"
        return Difference("nan", says, where, expected, got)
    with np.errstate(invalid="ignore", over="ignore"):
        gap = np.abs(got_exact - expected_exact)
    largest = float(np.nanmax(gap)) if not np.isnan(gap).all() else float("nan")
    says = f"{_the(where)} differs from the expected one by up to {largest:.3g}"
    return Difference("value", says, where, expected, got, largest)


def _sequence_difference(expected, got, rtol, atol, where) -> Difference | None:
    if not isinstance(got, list | tuple):
        return _wrong_kind(expected, got, where)
    if len(got) != len(expected):
        says = f"{_the(where)} has {len(got)} items, but should have {len(expected)}"
        return Difference("shape", says, where, expected, got)
    for i, (wanted, given) in enumerate(zip(expected, got, strict=True)):
        if found := _difference(wanted, given, rtol, atol, f"{where}[{i}]"):
            return found
    return None


def _mapping_difference(expected, got, rtol, atol, where) -> Difference | None:
    if not isinstance(got, Mapping):
        return _wrong_kind(expected, got, where)
    if set(got) != set(expected):
        says = f"{_the(where)} has the keys {list(got)}, but should have {list(expected)}"
        return Difference("shape", says, where, expected, got)
    for key, wanted in expected.items():
        if found := _difference(wanted, got[key], rtol, atol, f"{where}[{key!r}]"):
            return found
    return None


def _sort(array: np.ndarray) -> str:
    """Truth values, whole numbers and real numbers are different sorts of answer."""
    return {"b": "truth", "i": "whole", "u": "whole", "f": "real", "c": "complex"}[array.dtype.kind]


def _the(where: str) -> str:
    if named := named_property(where):
        return f'"{named}"'
    return f"the returned value at {where}" if where else "the returned value"


def named_property(where: str) -> str:
    """Return the property that a place names, such as "every row sums to 1"; "" if none.

    Where many answers are right, `drive` returns properties in words. The learner did not return
    them, so a card must not say so.
    """
    found = re.fullmatch(r"\['([^']* [^']*)'\]", where)
    return found[1] if found else ""


def describe(value: Any) -> str:
    """Name the kind of a value in words, such as "a list of 3 items"."""
    if value is None or isinstance(value, bool):
        return repr(value)
    if isinstance(value, np.ndarray):
        return f"a NumPy array of shape {value.shape} and dtype {value.dtype}"
    if isinstance(value, int | float):
        return "a number"
    if isinstance(value, list | tuple | Mapping):
        return f"a {type(value).__name__} of {len(value)} items"
    if isinstance(value, str):
        return "a string"
    name = type(value).__name__
    return f"{'an' if name[0].lower() in 'aeiou' else 'a'} {name}"
