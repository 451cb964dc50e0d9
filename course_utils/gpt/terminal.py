"""What `course train`, `course sample` and `course presets` do and print."""

import contextlib
import warnings
from collections.abc import Iterator
from pathlib import Path

import click
import torch
from jaxtyping import Int
from torch import Tensor
from tqdm.auto import tqdm

from course_utils import environment
from course_utils.data.corpora import CorpusUnavailable, load_corpus
from course_utils.gpt import parallel
from course_utils.gpt.generation import stream
from course_utils.gpt.presets import (
    PRESETS,
    NoGPU,
    get_preset,
    lacks_gpu,
    resume_training,
    start_training,
)
from course_utils.gpt.runs import Run, RunError, RunFolder, load_run
from course_utils.gpt.training import Trainer

DEFAULT_PRESET = "cpu-minute"


def train(
    folder: Path,
    *,
    corpus: str | None,
    preset: str | None,
    resume: bool,
    n_steps: int | None,
    seed: int | None,
    device: str | None,
    progress: bool,
) -> None:
    """Begin a run, or go on with one, and train it to its end."""
    run = RunFolder(folder)
    going_on = resume and run.has_begun
    if going_on:
        config = run.read_config()
        check_unchanged(folder, config, preset=preset, steps=n_steps, seed=seed)
        corpus = config["corpus_source"] if corpus is None else corpus
    else:
        check_free(folder, resume)
        chosen = get_preset(DEFAULT_PRESET if preset is None else preset)
        corpus = "tales" if corpus is None else corpus
    # From here on several processes may be at work, and the first may write.
    options = {
        "device": parallel.start(None if device is None else choose_device(device)),
        "progress": progress,
        "on_evaluation": print_evaluation,
    }
    if going_on and run.is_over:
        say(f"The run in {folder} is over.")
        return finish(run)
    try:
        text = load_corpus(corpus, progress=progress)
    except CorpusUnavailable as problem:
        raise RunError(str(problem)) from None
    if going_on:
        trainer = resume_training(text, folder, **options)
    else:
        if problem := lacks_gpu(chosen, options["device"]):
            say(f"Warning: {problem}")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", NoGPU)  # said above, in the words of a terminal
            trainer = start_training(
                text, chosen, folder=folder, source=corpus, n_steps=n_steps, seed=seed, **options
            )
    announce(trainer)
    try:
        trainer.train()
    except KeyboardInterrupt:
        say(f"Stopped at step {trainer.step:,}. To go on: course train --out {folder} --resume")
        raise
    return finish(run)


def finish(run: RunFolder) -> None:
    """The last words are the first process's: it alone has written the summary."""
    is_first = parallel.rank() == 0
    parallel.stop()
    if is_first:
        report(run)


def check_unchanged(folder: Path, config: dict, **given) -> None:
    """A run that goes on keeps what it was begun with."""
    begun = {
        "preset": config["preset"],
        "steps": config["training"]["n_steps"],
        "seed": config["training"]["seed"],
    }
    for name, value in given.items():
        if value is not None and value != begun[name]:
            raise RunError(
                f"The run in {folder} was begun with --{name} {begun[name]}, not {value}: leave "
                f"--{name} out to go on with it, or choose another --out."
            )


def check_free(folder: Path, resume: bool) -> None:
    """Refuse to write a new run where something else lies."""
    if RunFolder(folder).has_begun:
        raise RunError(
            f"{folder} already holds a run: add --resume to go on with it, or choose another --out."
        )
    if folder.exists() and not folder.is_dir():
        raise RunError(f"{folder} is a file: choose another --out.")
    # A run that was killed before it had begun leaves a folder with little in it.
    if not resume and folder.exists() and any(folder.iterdir()):
        raise RunError(f"{folder} is not empty: choose another --out.")


def choose_device(name: str) -> torch.device:
    available = {"cpu", environment.device().type}
    with contextlib.suppress(RuntimeError):  # torch knows no such name
        device = torch.device(name)
        if device.type in available and (device.index or 0) < n_devices(device.type):
            return device
    raise RunError(f"There is no device {name!r} here. There is: {', '.join(sorted(available))}.")


def n_devices(kind: str) -> int:
    return torch.cuda.device_count() if kind == "cuda" else 1


def announce(trainer: Trainer) -> None:
    summary = trainer.summary()
    config = trainer.config
    limit = f", at most {config.max_seconds:g} s" if config.max_seconds else ""
    say(
        f"Preset {summary['preset']} on {summary['corpus']}: {summary['parameters']:,} parameters, "
        f"{config.n_steps:,} steps{limit}, {summary['dtype']} on {summary['machine']}."
    )
    if trainer.step:
        say(f"Going on from step {trainer.step:,}.")


def print_evaluation(trainer: Trainer) -> None:
    line = trainer.history[-1]
    loss = "" if line["train_loss"] is None else f"training loss {line['train_loss']:.3f}, "
    say(
        f"step {line['step']:6,}  {line['seconds']:7.1f} s  {loss}"
        f"validation loss {line['val_loss']:.4f}"
    )


def report(run: RunFolder) -> None:
    """What came out, and how far it is from the best that is possible, where that is known."""
    summary = run.read_summary()
    if summary["val_loss"] is None:
        raise RunError(
            f"The loss was no longer a number at step {summary['steps']}: the learning rate of "
            f"this training is too high for this text."
        )
    say(
        f"Validation loss {summary['val_loss']:.4f} nats per token after "
        f"{summary['train_seconds']:.1f} s of training, {summary['tokens_per_second']:,} tokens/s."
    )
    if (floor := summary["entropy_floor"]) is not None:
        say(
            f"The exact entropy of the text is {floor:.4f} nats per character, the loss that no "
            f"model can beat: the gap is {summary['val_loss'] - floor:.4f}."
        )
    say(f"Let it write: course sample {run.path}")


def say(text: str) -> None:
    """Print a line once, however many processes train, and leave the progress bar whole."""
    if parallel.rank() == 0:
        tqdm.write(text)


def sample(
    folder: Path, prompt: str | None, n_characters: int, *, seed: int | None = None, **options
) -> None:
    """Write what a model makes of a prompt, each character as soon as it is there.

    Without a prompt it goes on from a new line, or from its first token if it knows no new line.
    """
    run = load_run(folder)
    if run.summary is not None and run.summary["val_loss"] is None:
        raise RunError(f"The model in {folder} cannot write: its loss was no longer a number.")
    device = environment.device()
    if device.type == "mps":  # tokens come one by one: too little work at a time for it
        device = torch.device("cpu")
    run.model.to(device)
    generator = torch.Generator()
    if seed is None:
        generator.seed()
    else:
        generator.manual_seed(seed)
    if prompt is None:
        prompt = first_character(run)
    if not prompt:
        raise RunError("The prompt is empty: give the model at least one character to go on from.")
    tokens = torch.tensor([run.tokenizer.encode(prompt)], device=device)  # (1, T)
    click.echo(prompt, nl=False)
    written = 0
    for piece in pieces(run, tokens, generator=generator, **options):
        piece = piece[: n_characters - written]
        click.echo(piece, nl=False)
        written += len(piece)
        if written == n_characters:
            break
    click.echo()


def first_character(run: Run) -> str:
    with contextlib.suppress(ValueError):
        run.tokenizer.encode("\n")
        return "\n"
    return run.tokenizer.decode([0])


def pieces(run: Run, tokens: Int[Tensor, "1 T"], **options) -> Iterator[str]:
    """Yield text without end. A character whose bytes are several tokens waits for the last."""
    waiting: list[int] = []
    while True:
        for token in stream(run.model, tokens, 1000, **options):
            tokens = torch.cat([tokens, token.view(1, 1)], dim=1)
            waiting.append(int(token))
            text = run.tokenizer.decode(waiting)
            if not text.endswith("\N{REPLACEMENT CHARACTER}") or len(waiting) > 8:
                yield text
                waiting = []


def list_presets() -> None:
    width = max(map(len, PRESETS))
    for preset in PRESETS.values():
        click.echo(f"{preset.name:{width}}  {preset.fits}")
