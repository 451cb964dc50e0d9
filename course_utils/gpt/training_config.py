"""How a GPT is trained, in one table of names. Explained in notebook 10."""

import dataclasses
from typing import Any, Literal

from course_utils.gpt.precision import PrecisionName
from course_utils.gpt.schedules import DecayName


@dataclasses.dataclass(frozen=True)
class TrainingConfig:
    """How a model is trained. What the model is like stands in GPTConfig."""

    n_steps: int = 2000
    max_seconds: float | None = None  # of training; the rate then falls by the larger share used
    batch_size: int = 16  # windows in a batch, over all processes together
    n_batches: int = 1  # batches whose gradients are added up before each step
    optimizer: Literal["adamw", "muon"] = "adamw"
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
            if getattr(self, name) < 1:
                raise ValueError(f"{name} is {getattr(self, name)}; it must be 1 or more.")
        if self.optimizer not in ("adamw", "muon"):
            raise ValueError(f"optimizer is {self.optimizer!r}; choose adamw or muon.")
        if self.max_seconds is not None and self.max_seconds <= 0:
            raise ValueError(f"max_seconds is {self.max_seconds}; it must be above 0, or None.")

    def to_dict(self) -> dict[str, Any]:
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "TrainingConfig":
        return cls(**{**values, "betas": tuple(values["betas"])})
