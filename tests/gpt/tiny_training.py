"""A model, a text and a training small enough to be done in a moment."""

import dataclasses

import torch

from course_utils.gpt.model import GPT, GPTConfig
from course_utils.gpt.training import Trainer
from course_utils.gpt.training_config import TrainingConfig

TEXT = "the cat sat on the mat and the dog sat on the log. " * 40
MODEL = {"n_layers": 1, "n_heads": 2, "d_model": 16, "context_length": 12}
TRAINING = TrainingConfig(
    n_steps=12, batch_size=4, n_warmup=2, evaluate_every=4, learning_rate=1e-2, precision="float32"
)


@dataclasses.dataclass(frozen=True)
class TinyCorpus:
    name: str = "tiny"
    text_train: str = TEXT
    text_validation: str = TEXT[:300]
    entropy_floor: float | None = 0.25


def tiny_tokens() -> torch.Tensor:
    characters = sorted(set(TEXT))
    return torch.tensor([characters.index(character) for character in TEXT])


def tiny_model(seed: int = 0, **changes) -> GPT:
    torch.manual_seed(seed)
    return GPT(GPTConfig(vocab_size=len(set(TEXT)), **{**MODEL, **changes}))


def tiny_trainer(model=None, folder=None, **changes) -> Trainer:
    """Changes are those of TrainingConfig."""
    return Trainer(
        tiny_model() if model is None else model,
        tiny_tokens(),
        tiny_tokens()[:300],
        dataclasses.replace(TRAINING, **changes),
        device="cpu",
        folder=folder,
        progress=False,
    )


def weights_of(model) -> torch.Tensor:
    """All weights in one row."""
    return torch.cat([weight.detach().flatten() for weight in model.parameters()]).clone()
