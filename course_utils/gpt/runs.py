"""A run's folder: what was trained, how it went and what came out. Used in notebook 10.

    config.json      the model, the training, the preset and the corpus
    tokenizer.json   how text becomes tokens
    metrics.jsonl    a line for each evaluation: step, seconds, tokens, train_loss, val_loss
    checkpoints/     see checkpoints.py
    summary.json     written when the training is over
Every file is written whole or not at all.
"""

import dataclasses
import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from torch import nn

from course_utils.files import remove_partials, write_atomically
from course_utils.gpt.checkpoints import latest_checkpoint, load_weights
from course_utils.gpt.model import GPT, GPTConfig
from course_utils.gpt.tokenizers import Tokenizer, load_tokenizer
from course_utils.gpt.training_config import TrainingConfig

CONFIG_NAMES = ("preset", "corpus", "corpus_source", "corpus_sha256", "model", "training")
SUMMARY_NAMES = ("val_loss", "entropy_floor", "train_seconds", "tokens_per_second", "steps")


class RunError(ValueError):
    """A run's folder is not what was asked for. The message says what to do."""


class RunFolder:
    """Reads and writes the files of one run."""

    def __init__(self, path: str | Path):
        self.path = Path(path)

    @property
    def checkpoints(self) -> Path:
        return self.path / "checkpoints"

    @property
    def has_begun(self) -> bool:
        return (self.path / "config.json").is_file()

    @property
    def is_over(self) -> bool:
        return (self.path / "summary.json").is_file()

    def begin(self, config: dict[str, Any], tokenizer: Tokenizer) -> None:
        """Write what the run starts from. config.json comes last: with it, the run has begun."""
        with write_atomically(self.path / "tokenizer.json") as partial:
            tokenizer.save(partial)
        self.write_json("config.json", config)

    def write_metrics(self, history: list[dict[str, Any]]) -> None:
        # Written anew each time: a resumed run must not keep lines of steps that were lost.
        with write_atomically(self.path / "metrics.jsonl") as partial:
            lines = [to_json(line) + "\n" for line in history]
            partial.write_text("".join(lines), encoding="utf-8")
        remove_partials(self.path)

    def write_summary(self, summary: dict[str, Any]) -> None:
        self.write_json("summary.json", summary)

    def read_config(self) -> dict[str, Any]:
        """What the run was begun with. Raises RunError when there is no run or it is damaged."""
        config = self.read_json("config.json", CONFIG_NAMES)
        try:
            GPTConfig.from_dict(config["model"])
            TrainingConfig.from_dict(config["training"])
        except ValueError as error:
            raise self.damaged("config.json", error) from None
        return config

    def read_summary(self) -> dict[str, Any] | None:
        """What came out; None while the training is not over."""
        return self.read_json("summary.json", SUMMARY_NAMES) if self.is_over else None

    def read_metrics(self) -> list[dict[str, Any]]:
        """The evaluations so far. Raises RunError when the file is damaged."""
        try:
            text = (self.path / "metrics.jsonl").read_text(encoding="utf-8")
            return [json.loads(line) for line in text.splitlines()]
        except FileNotFoundError:
            return []
        except ValueError as error:
            raise self.damaged("metrics.jsonl", error) from None

    def write_json(self, name: str, values: dict[str, Any]) -> None:
        with write_atomically(self.path / name) as partial:
            partial.write_text(to_json(values, indent=2) + "\n", encoding="utf-8")

    def read_json(self, name: str, needed: Sequence[str]) -> dict[str, Any]:
        """A file's values by name. Raises RunError unless all that are needed are there."""
        path = self.path / name
        try:
            values = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise RunError(
                f"{self.path} holds no run: there is no {name}. "
                f"`course train --out {self.path}` makes one."
            ) from None
        except NotADirectoryError:
            raise RunError(f"{self.path} is a file, and no folder of a run.") from None
        except (ValueError, RecursionError) as error:
            raise self.damaged(name, error) from None
        if not isinstance(values, dict):
            raise self.damaged(name, "it should hold names and values")
        if missing := [value for value in needed if value not in values]:
            raise self.damaged(name, f"it does not say {', '.join(missing)}")
        return values

    def damaged(self, name: str, why: Exception | str) -> RunError:
        return RunError(f"{self.path / name} is damaged ({why}). Train again in another folder.")


@dataclasses.dataclass(frozen=True)
class Run:
    """A trained model and what is known about it."""

    model: nn.Module
    tokenizer: Tokenizer
    config: dict[str, Any]
    history: list[dict[str, Any]]
    summary: dict[str, Any] | None  # None while the training is not over


def load_run(path: str | Path) -> Run:
    """Read a run's newest weights, ready to write text with.

    Raises RunError or CheckpointError when there is nothing to read, or it is damaged.
    """
    folder = RunFolder(path)
    config = folder.read_config()
    checkpoint = latest_checkpoint(folder.checkpoints)
    if checkpoint is None and folder.is_over:
        raise RunError(
            f"The training in {path} is over, but its checkpoints are gone: there are no weights "
            f"to read. Train again in another folder."
        )
    if checkpoint is None:
        raise RunError(
            f"{path} holds no checkpoint yet: the training stopped before its first evaluation. "
            f"Go on with `course train --out {path} --resume`."
        )
    model = GPT(GPTConfig.from_dict(config["model"]))
    load_weights(checkpoint, model)
    tokenizer = load_tokenizer(folder.path / "tokenizer.json")
    return Run(model.eval(), tokenizer, config, folder.read_metrics(), folder.read_summary())


def to_json(values: dict[str, Any], indent: int | None = None) -> str:
    """JSON has no word for a loss that is not a number: it becomes null."""
    clean = {
        key: None if isinstance(value, float) and not math.isfinite(value) else value
        for key, value in values.items()
    }
    return json.dumps(clean, indent=indent, ensure_ascii=False, allow_nan=False)
