"""How a GPT is trained, in one table of names. Explained in notebook 10."""

import dataclasses
from typing import Any, Literal, get_args

from course_utils.gpt.precision import PrecisionName
from course_utils.gpt.schedules import DecayName
from course_utils.gpt.settings import read_settings

OptimizerName = Literal["adamw", "muon"]


@dataclasses.dataclass(frozen=True)
class TrainingConfig:
    """How a model is trained. What the model is like stands in GPTConfig."""

    n_steps: int = 2000
    max_seconds: float | None = None  # of training; the rate then falls by the larger share used
    batch_size: int = 16  # windows in a batch, over all processes together
    n_batches: int = 1  # batches whose gradients are added up before each step
    optimizer: OptimizerName = "adamw"
    learning_rate: float = 1e-3  # AdamW's, at its highest
    matrix_learning_rate: float = 0.05  # Muon's, at its highest
    betas: tuple[float, float] = (0.9, 0.95)
    momentum: float = 0.95  # Muon's
    weight_decay: float = 0.1
    n_warmup: int = 100
    decay: DecayName = "cosine"
    final_fraction: float = 0.1  # of the highest rate, at the end
    clip_norm: float = 1.0
    evaluate_every: int = 250  # steps; a checkpoint is written as often
    precision: PrecisionName = "auto"
    fast_block: bool = False  # on a CPU, layers with the way back written by hand (fast_block.py)
    compile: bool = False  # torch.compile: a slow start, then quicker steps
    seed: int = 0

    def __post_init__(self):
        for name in ("n_steps", "batch_size", "n_batches", "evaluate_every"):
            value = getattr(self, name)
            if type(value) is not int or value < 1:
                raise ValueError(f"{name} is {value!r}; it must be a whole number, 1 or more.")
        for name, choices in (
            ("optimizer", get_args(OptimizerName)),
            ("decay", get_args(DecayName)),
            ("precision", get_args(PrecisionName)),
        ):
            if getattr(self, name) not in choices:
                raise ValueError(
                    f"{name} is {getattr(self, name)!r}; choose one of {', '.join(choices)}."
                )
        for name in ("learning_rate", "matrix_learning_rate", "weight_decay", "n_warmup"):
            if not getattr(self, name) >= 0:
                raise ValueError(f"{name} is {getattr(self, name)}; it must not be negative.")
        for name, values in (("betas", self.betas), ("momentum", (self.momentum,))):
            if not all(0 <= value < 1 for value in values):
                raise ValueError(
                    f"{name} is {getattr(self, name)}; it must be at least 0 and below 1."
                )
        if not 0 <= self.final_fraction <= 1:
            raise ValueError(f"final_fraction is {self.final_fraction}; it must lie in 0 to 1.")
        if not self.clip_norm > 0:
            raise ValueError(f"clip_norm is {self.clip_norm}; it must be above 0.")
        if self.max_seconds is not None and not self.max_seconds > 0:
            raise ValueError(f"max_seconds is {self.max_seconds}; it must be above 0, or None.")

    def to_dict(self) -> dict[str, Any]:
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "TrainingConfig":
        """Read what `to_dict` wrote. Raises ValueError when something is missing or unknown."""
        return read_settings(cls, values)
