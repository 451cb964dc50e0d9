"""Trainings by what you have: a name in place of twenty numbers. Used in notebooks 00 and 10."""

import dataclasses
import hashlib
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from course_utils import environment
from course_utils.gpt import parallel
from course_utils.gpt.characters import CharTokenizer
from course_utils.gpt.fast_block import FastBlock
from course_utils.gpt.model import GPT, GPTBlock, GPTConfig
from course_utils.gpt.precision import has_native_bfloat16
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
    needs_gpu: bool = False  # elsewhere it runs too, but for many hours


class NoGPU(UserWarning):
    """A preset for a GPU was asked for where there is none."""


# The parts that came after GPT-2 and that made training faster. benchmarks/LOG.md measures what
# they buy together, and notebook 10 shows it.
MODERN = {
    "norm": "rmsnorm",
    "positions": "rotary",
    "mlp": "relu2",
    "qk_norm": True,
    "convolution_width": 3,
    "bias": False,
    "tied_head": False,
}

# What a laptop learns best from: few layers, so that there is time for many steps, and few but long
# windows, for each begins in the middle of something and pays for it once.
MINUTE_MODEL = {"n_layers": 2, "n_heads": 2, "d_model": 128, "context_length": 384, **MODERN}
MINUTE_TRAINING = TrainingConfig(
    n_steps=4000,
    max_seconds=60,
    batch_size=3,
    optimizer="muon",
    learning_rate=0.02,
    matrix_learning_rate=0.02,
    momentum=0.9,
    n_warmup=0,
    decay="linear",
    final_fraction=0.0,
    evaluate_every=500,
    fast_block=True,
)

# The size that nanoGPT trains on Tiny Shakespeare, with the modern parts. A text of a million
# characters is read more than forty times, hence the dropout and the decay.
GPU_MODEL = {
    "n_layers": 6,
    "n_heads": 6,
    "d_model": 384,
    "context_length": 256,
    "dropout": 0.2,
    **MODERN,
}
GPU_TRAINING = TrainingConfig(
    n_steps=3000,
    batch_size=64,
    optimizer="muon",
    learning_rate=0.003,
    matrix_learning_rate=0.02,
    n_warmup=100,
    decay="linear",
    final_fraction=0.0,
    evaluate_every=250,
)
NOT_MEASURED = "neither its time nor its loss has been measured yet, so it has no loss band"

PRESETS = {
    preset.name: preset
    for preset in (
        Preset(
            name="first-look",
            fits="any computer, half a minute: a first model that writes (notebook 00)",
            model={**MINUTE_MODEL, "context_length": 64},
            training=dataclasses.replace(
                MINUTE_TRAINING,
                n_steps=400,
                max_seconds=40,
                batch_size=16,
                matrix_learning_rate=0.05,
                momentum=0.95,
                evaluate_every=100,
            ),
        ),
        Preset(
            name="cpu-minute",
            fits="a processor with 2 cores, a minute",
            model=MINUTE_MODEL,
            training=MINUTE_TRAINING,
        ),
        Preset(
            name="cpu",
            fits="a processor with 2 cores, three minutes",
            model={**MINUTE_MODEL, "context_length": 512},
            training=dataclasses.replace(
                MINUTE_TRAINING, n_steps=6300, max_seconds=180, evaluate_every=630
            ),
        ),
        Preset(
            name="t4",
            fits=f"a small NVIDIA GPU such as Colab's T4, in float16; {NOT_MEASURED}",
            model=GPU_MODEL,
            training=dataclasses.replace(GPU_TRAINING, precision="float16"),
            needs_gpu=True,
        ),
        Preset(
            name="h100",
            fits=f"a large NVIDIA GPU such as an H100, in bfloat16; {NOT_MEASURED}",
            model=GPU_MODEL,
            training=dataclasses.replace(GPU_TRAINING, precision="bfloat16"),
            needs_gpu=True,
        ),
    )
}


def get_preset(name: str) -> Preset:
    """The preset of this name. Raises ValueError, with the names there are, for another."""
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

    Warns with NoGPU when the preset is made for a GPU and runs on something else. Raises ValueError
    when the corpus is too short, and RunError when the folder holds a run already.
    """
    preset = get_preset(preset) if isinstance(preset, str) else preset
    device = torch.device(options.get("device") or environment.device())
    if problem := lacks_gpu(preset, device):
        warnings.warn(problem, NoGPU, stacklevel=2)
    training = in_numbers_of(device, preset.training)
    if n_steps is not None:
        training = of_length(training, n_steps)
    if seed is not None:
        training = dataclasses.replace(training, seed=seed)
    tokenizer = CharTokenizer.from_text(corpus.text_train + corpus.text_validation)
    if model is None:
        config = GPTConfig(vocab_size=tokenizer.vocab_size, **preset.model)
        model = build_model(config, training, device)
    check_length(corpus, options.get("context_length") or model.config.context_length)
    run = RunFolder(folder) if folder is not None else None
    if run is not None and parallel.rank() == 0:  # of several processes, one writes
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
    device = torch.device(options.get("device") or environment.device())
    training = in_numbers_of(device, TrainingConfig.from_dict(config["training"]))
    model = build_model(GPTConfig.from_dict(config["model"]), training, device)
    tokenizer = load_tokenizer(run.path / "tokenizer.json")
    trainer = make_trainer(model, tokenizer, corpus, training, config["preset"], run, options)
    trainer.resume()
    return trainer


def lacks_gpu(preset: Preset, device: torch.device) -> str:
    """What to tell who asked for a GPU's preset on another device; "" where all is well."""
    if not preset.needs_gpu or device.type == "cuda":
        return ""
    return (
        f"The preset {preset.name} is made for an NVIDIA GPU, and this training runs on "
        f"{environment.machine()}: it will take many hours. Take cpu-minute or cpu here, or "
        f"choose a GPU first (on Colab: Runtime, Change runtime type)."
    )


def in_numbers_of(device: torch.device, training: TrainingConfig) -> TrainingConfig:
    """The same training, in numbers that the device has: a run may go on on another machine."""
    missing = (training.precision == "float16" and device.type != "cuda") or (
        training.precision == "bfloat16" and not has_native_bfloat16(device)
    )
    return dataclasses.replace(training, precision="auto") if missing else training


def check_length(corpus: "Corpus", context_length: int) -> None:
    """Raise ValueError unless each part of a corpus fills a window, the token after it included."""
    for part, text in (("train on", corpus.text_train), ("validate with", corpus.text_validation)):
        if len(text) <= context_length:
            raise ValueError(
                f"{corpus.name} has {len(text)} characters to {part}, and this model reads windows "
                f"of {context_length} and the character after it. Take a longer text, or a preset "
                f"with a shorter context_length, such as first-look."
            )


def build_model(config: GPTConfig, training: TrainingConfig, device: torch.device) -> GPT:
    """A model with the first weights that belong to the training's seed."""
    torch.manual_seed(training.seed)
    on_cpu = device.type == "cpu"
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
