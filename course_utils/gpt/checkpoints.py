"""The state of a training on disk: complete or not there, and never half. Used in notebook 10.

A checkpoint is a folder, `checkpoints/step-00000300`, with
    model.safetensors   the weights
    training.pt         all else that the next step depends on: optimizer, random numbers, counters
    checkpoint.json     the step, and the SHA-256 of the two other files
It is written under another name and renamed when it is whole, so a process that dies while it
writes leaves the checkpoint before it. The latest two are kept: while one is being read, the next
may be written.
"""

import hashlib
import json
import os
import pickle
import shutil
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_model, save_model
from torch import nn

from course_utils.files import PARTIAL, flush_to_disk, remove_partials

KEPT = 2
WEIGHTS, STATE, CONTENTS = "model.safetensors", "training.pt", "checkpoint.json"


class CheckpointError(ValueError):
    """A checkpoint is missing, damaged or of another model. The message says what to do."""


def save_checkpoint(folder: Path, model: nn.Module, state: dict[str, Any], step: int) -> Path:
    """Write the checkpoint of `step` into `folder`, then remove those that are no longer needed.

    `state` holds tensors, numbers, text, lists and dictionaries; nothing else can be read back.
    """
    final = folder / f"step-{step:08d}"
    partial = folder / f"{PARTIAL}{os.getpid()}-{final.name}"
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    try:
        save_model(model, str(partial / WEIGHTS))
        torch.save(state, partial / STATE)
    except (SafetensorError, RuntimeError, OSError) as error:
        shutil.rmtree(partial, ignore_errors=True)
        raise CheckpointError(
            f"The checkpoint of step {step} could not be written to {folder} "
            f"({in_short(error)}). Is the disk full? The one before it, if any, is whole."
        ) from None
    sums = {name: file_sum(partial / name) for name in (WEIGHTS, STATE)}
    (partial / CONTENTS).write_text(json.dumps({"step": step, "sha256": sums}), encoding="utf-8")
    for name in (WEIGHTS, STATE, CONTENTS, "."):
        flush_to_disk(partial / name)
    set_aside(final)
    os.replace(partial, final)
    flush_to_disk(folder)
    for old in complete_checkpoints(folder)[:-KEPT]:
        set_aside(old)
    remove_partials(folder)
    return final


def set_aside(checkpoint: Path) -> None:
    """Make a checkpoint incomplete in one go, so that none is ever half removed."""
    if checkpoint.exists():
        os.replace(
            checkpoint, checkpoint.with_name(f"{PARTIAL}{os.getpid()}-old-{checkpoint.name}")
        )


def latest_checkpoint(folder: Path) -> Path | None:
    """The newest complete checkpoint in `folder`, or None."""
    found = complete_checkpoints(folder)
    return found[-1] if found else None


def complete_checkpoints(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("step-*") if (path / CONTENTS).is_file())


def load_weights(checkpoint: Path, model: nn.Module) -> None:
    """Put the weights of a checkpoint into a model of the same shape."""
    check(checkpoint, WEIGHTS)
    try:
        load_model(model, str(checkpoint / WEIGHTS), device=device_of(model))
    except (SafetensorError, RuntimeError) as error:
        raise CheckpointError(
            f"{checkpoint / WEIGHTS} does not fit this model ({in_short(error)}). "
            f"Build the model from the config.json of the same run."
        ) from None


def load_state(checkpoint: Path) -> dict[str, Any]:
    """Read what `save_checkpoint` was given as `state`. Tensors arrive on the CPU."""
    check(checkpoint, STATE)
    # weights_only: data alone is read, never code, whoever wrote the file.
    try:
        return torch.load(checkpoint / STATE, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError:
        raise CheckpointError(
            f"{checkpoint / STATE} holds more than data, so it was not read: it may come from "
            f"someone who wants to run a program on your computer."
        ) from None
    except Exception as error:  # torch.load raises whatever it stumbles over
        raise CheckpointError(
            f"{checkpoint / STATE} is not a state that the course wrote ({in_short(error)})."
        ) from None


def check(checkpoint: Path, name: str) -> None:
    """Raise CheckpointError unless the file is, byte for byte, what was written."""
    try:
        expected = json.loads((checkpoint / CONTENTS).read_text(encoding="utf-8"))["sha256"][name]
        whole = file_sum(checkpoint / name) == expected
    except (OSError, ValueError, KeyError, TypeError):
        whole = False
    if not whole:
        earlier = [other for other in complete_checkpoints(checkpoint.parent) if other < checkpoint]
        then = f"to go on from {earlier[-1].name}" if earlier else "and train again"
        raise CheckpointError(
            f"The checkpoint {checkpoint} is damaged: {name} is not what was written. "
            f"Remove the folder {checkpoint.name} {then}."
        )


def file_sum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def in_short(error: Exception) -> str:
    """What an error says, on one line of a bearable length."""
    return f"{' '.join(str(error).split()) or type(error).__name__:.200}"


def device_of(model: nn.Module) -> str:
    return str(next(model.parameters()).device)
