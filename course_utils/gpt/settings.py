"""Reading a table of settings back from a file: GPTConfig and TrainingConfig."""

import dataclasses
from collections.abc import Mapping
from typing import Any, TypeVar

Settings = TypeVar("Settings")


def read_settings(kind: type[Settings], values: Any) -> Settings:
    """Build a frozen dataclass from what JSON made of one: lists become tuples again.

    Raises ValueError when `values` is no mapping, when it holds a name that `kind` does not know,
    and when one is missing or of a kind that cannot be.
    """
    name = kind.__name__
    if not isinstance(values, Mapping):
        raise ValueError(f"{name} is read from names and values, not from {values!r:.60}.")
    known = {field.name for field in dataclasses.fields(kind)}
    if unknown := sorted(set(values) - known):
        raise ValueError(
            f"{name} does not know {', '.join(unknown)}. It knows {', '.join(sorted(known))}."
        )
    tuples = {key: tuple(v) if isinstance(v, list) else v for key, v in values.items()}
    try:
        return kind(**tuples)
    except TypeError as error:  # a name is missing, or a word stands in the place of a number
        raise ValueError(f"{name} cannot be made of these values: {error}.") from None
