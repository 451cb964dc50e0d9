"""Trainings by what you have: a name in place of twenty numbers. Used in notebooks 00 and 10."""

import dataclasses
import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from course_utils import environment
from course_utils.gpt import parallel
from course_utils.gpt.characters import CharTokenizer
from course_utils.gpt.fast_block import FastBlock
from course_utils.gpt.model import GPT, GPTBlock, GPTConfig
from course_utils.gpt.runs import RunError, RunFolder
from course_utils.gpt.tokenizers import Tokenizer, load_tokenizer
from course_utils.gpt.training import Trainer
from course_utils.gpt.training_config import TrainingConfig

if TYPE_CHECKING:
    from course_utils.data.corpora import Corpus


@dataclasses.dataclass(frozen=True)
class Preset:
    """A model and how to train it, chosen for one kind of machine."""

    name: str
    fits: str  # the machine, and how long it takes there
    model: dict[str, Any]  # GPTConfig's fields, without vocab_size
    training: TrainingConfig


# The parts that came after GPT-2 and that made training faster, each measured in
# benchmarks/LOG.md: notebook 10 shows what each of them buys.
MODERN = {
    "norm": "rmsnorm",
    "positions": "rotary",
    "mlp": "relu2",
    "qk_norm": True,
    "bias": False,
    "tied_head": False,
}

# What a laptop learns best from in a minute or more. Long windows: each begins in the middle of
# something, and pays for it once.
LAPTOP_MODEL = {"n_layers": 4, "n_heads": 2, "d_model": 128, "context_length": 384, **MODERN}
LAPTOP_TRAINING = TrainingConfig(
    n_steps=2300,
    max_seconds=60,
    batch_size=3,
    optimizer="muon",
    learning_rate=0.02,
    matrix_learning_rate=0.02,
    n_warmup=0,
    decay="linear",
    final_fraction=0.0,
    evaluate_every=300,
    fast_block=True,
)

PRESETS = {
    preset.name: preset
    for preset in (
        Preset(
            name="first-look",
            fits="any computer, half a minute: a first model that writes (notebook 00)",
            model={"n_layers": 2, "n_heads": 2, "d_model": 128, "context_length": 64, **MODERN},
            training=dataclasses.replace(
                LAPTOP_TRAINING,
                n_steps=400,
                max_seconds=40,
                batch_size=16,
                matrix_learning_rate=0.05,
                evaluate_every=100,
            ),
        ),
        Preset(
            name="cpu-minute",
            fits="a processor with 2 cores, a minute",
            model=LAPTOP_MODEL,
            training=LAPTOP_TRAINING,
        ),
        Preset(
            name="cpu",
            fits="a processor with 2 cores, three minutes",
            model=LAPTOP_MODEL,
            training=dataclasses.replace(
                LAPTOP_TRAINING, n_steps=6300, max_seconds=180, evaluate_every=700
            ),
        ),
    )
}


def get_preset(name: str) -> Preset:
    try:
        return PRESETS[name]
    except KeyError:
        raise ValueError(
            f"There is no preset {name!r}. Choose one of {', '.join(PRESETS)}."
        ) from None


def start_training(
    corpus: "Corpus",
    preset: str | Preset,
    *,
    folder: str | Path | None = None,
    source: str | None = None,
    model: nn.Module | None = None,
    n_steps: int | None = None,
    seed: int | None = None,
    **options,
) -> Trainer:
    """A Trainer for a corpus and a preset, ready for `.train()`; a new run when it has a folder.

    `model` puts your own in place of the preset's. `n_steps` changes the length, and with it how
    often the loss is evaluated. `source` is where the corpus can be loaded from when the run is
    resumed: what `load_corpus` was given. The other options are the Trainer's.
    """
    preset = get_preset(preset) if isinstance(preset, str) else preset
    training = preset.training
    if n_steps is not None:
        training = of_length(training, n_steps)
    if seed is not None:
        training = dataclasses.replace(training, seed=seed)
    tokenizer = CharTokenizer.from_text(corpus.text_train + corpus.text_validation)
    if model is None:
        config = GPTConfig(vocab_size=tokenizer.vocab_size, **preset.model)
        model = build_model(config, training, options.get("device"))
    run = RunFolder(folder) if folder is not None else None
    if run is not None:
        if run.has_begun:
            raise RunError(f"{run.path} already holds a run: resume it, or choose another folder.")
        config = {
            "preset": preset.name,
            "corpus": corpus.name,
            "corpus_source": lasting(source or corpus.name),
            "corpus_sha256": text_sum(corpus),
            "model": model.config.to_dict(),
            "training": training.to_dict(),
        }
        if parallel.rank() == 0:
            run.begin(config, tokenizer)
    return make_trainer(model, tokenizer, corpus, training, preset.name, run, options)


def resume_training(corpus: "Corpus", folder: str | Path, **options) -> Trainer:
    """The Trainer of an earlier run, as it was at its newest checkpoint.

    Everything but the corpus is read from the folder. Raises RunError when there is no run, or
    when it was trained on another text, and CheckpointError when its checkpoint is damaged.
    """
    run = RunFolder(folder)
    config = run.read_config()
    if text_sum(corpus) != config["corpus_sha256"]:
        raise RunError(
            f"{folder} was trained on {config['corpus']}, and the text of {corpus.name} given now "
            f"is another one. Resume with the same corpus, or start a new run."
        )
    training = TrainingConfig.from_dict(config["training"])
    model = build_model(GPTConfig.from_dict(config["model"]), training, options.get("device"))
    tokenizer = load_tokenizer(run.path / "tokenizer.json")
    trainer = make_trainer(model, tokenizer, corpus, training, config["preset"], run, options)
    trainer.resume()
    return trainer


def build_model(config: GPTConfig, training: TrainingConfig, device=None) -> GPT:
    """A model with the first weights that belong to the training's seed."""
    torch.manual_seed(training.seed)
    on_cpu = torch.device(device or environment.device()).type == "cpu"
    return GPT(config, block=FastBlock if training.fast_block and on_cpu else GPTBlock)


def make_trainer(model, tokenizer, corpus, training, preset_name, run, options) -> Trainer:
    return Trainer(
        model,
        as_tokens(tokenizer, corpus.text_train),
        as_tokens(tokenizer, corpus.text_validation),
        training,
        folder=run,
        about={
            "preset": preset_name,
            "corpus": corpus.name,
            "entropy_floor": corpus.entropy_floor,
        },
        **options,
    )


def of_length(training: TrainingConfig, n_steps: int) -> TrainingConfig:
    """The same training in another number of steps, with as many evaluations.

    Whoever asks for a number of steps gets it, however long it takes: the limit in seconds goes.
    """
    factor = n_steps / training.n_steps
    return dataclasses.replace(
        training,
        n_steps=n_steps,
        max_seconds=None,
        n_warmup=round(training.n_warmup * factor),
        evaluate_every=max(1, round(training.evaluate_every * factor)),
    )


def lasting(source: str) -> str:
    """A file's whole path, so that it is found from another folder too; a name as it is."""
    return str(Path(source).resolve()) if Path(source).is_file() else source


def as_tokens(tokenizer: Tokenizer, text: str) -> Tensor:
    return torch.tensor(tokenizer.encode(text))


def text_sum(corpus: "Corpus") -> str:
    """A short name for exactly these two texts."""
    parts = (corpus.text_train, corpus.text_validation)
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
