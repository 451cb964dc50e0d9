"""Presets: every one builds, those for a GPU say what they lack, and float16 trains."""

import dataclasses
import warnings

import pytest
import torch
from tiny_training import MODEL, TinyCorpus, weights_of

from course_utils.gpt import precision, presets
from course_utils.gpt.loss_bands import BANDS, UNKNOWN, is_my_loss_right
from course_utils.gpt.model import GPT, GPTConfig
from course_utils.gpt.presets import PRESETS, NoGPU, get_preset, resume_training, start_training
from course_utils.gpt.training_config import TrainingConfig

CPU, CUDA = torch.device("cpu"), torch.device("cuda")
ON_CPU = {"device": "cpu", "progress": False}
GPU_PRESETS = ["t4", "h100"]
each_gpu_preset = pytest.mark.parametrize("name", GPU_PRESETS)


def shrunken(name, **changes):
    """The preset with a model and a training small enough for a test."""
    preset = get_preset(name)
    training = dataclasses.replace(
        preset.training, **{"n_steps": 12, "batch_size": 4, "n_warmup": 2, "evaluate_every": 6}
    )
    training = dataclasses.replace(training, **changes)
    return dataclasses.replace(preset, model={**preset.model, **MODEL}, training=training)


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_describes_a_model_and_evaluates_on_the_way(name):
    preset = get_preset(name)
    with torch.device("meta"):  # its shapes without its numbers
        model = GPT(GPTConfig(vocab_size=65, **preset.model))
    assert model.count_parameters() > 100_000
    assert preset.name == name
    assert preset.fits
    assert 4 <= preset.training.n_steps / preset.training.evaluate_every <= 20
    assert TrainingConfig.from_dict(preset.training.to_dict()) == preset.training


def test_the_presets_of_the_design_are_there_with_their_numbers():
    assert set(PRESETS) >= {"cpu-minute", "cpu", "t4", "h100"}
    assert get_preset("t4").training.precision == "float16"
    assert get_preset("h100").training.precision == "bfloat16"
    with pytest.raises(ValueError, match=r"no preset 'quantum'. Choose one of .*t4, h100"):
        get_preset("quantum")


@each_gpu_preset
def test_a_preset_that_was_not_measured_says_so_and_is_not_judged(name):
    assert "neither its time nor its loss has been measured yet" in get_preset(name).fits
    assert not [corpus for preset, corpus in BANDS if preset == name]
    history = [{"step": 0, "val_loss": 4.2, "train_loss": None}, {"step": 250, "val_loss": 1.6}]
    opinion = is_my_loss_right(history, preset=name, corpus="tinyshakespeare")
    assert opinion.cause == UNKNOWN
    assert f"no band was measured for {name} on tinyshakespeare" in str(opinion)


@each_gpu_preset
def test_without_a_gpu_there_is_a_warning_and_the_training_runs(name):
    with pytest.warns(NoGPU, match=f"preset {name} is made for an NVIDIA GPU") as caught:
        trainer = start_training(TinyCorpus(), shrunken(name), **ON_CPU)
    assert caught[0].filename == __file__
    assert trainer.dtype == precision.choose_dtype(CPU)
    assert trainer.scaler is None
    summary = trainer.train()
    assert summary["steps"] == 12
    assert summary["val_loss"] < trainer.history[0]["val_loss"]


def test_a_preset_for_a_processor_warns_of_nothing():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        start_training(TinyCorpus(), shrunken("cpu-minute", max_seconds=None), **ON_CPU)


def test_a_run_begun_on_a_gpu_goes_on_without_one(tmp_path, monkeypatch):
    # As if the machine had been one with a GPU: the run says float16.
    with monkeypatch.context() as patch:
        patch.setattr(presets, "in_numbers_of", lambda device, training: training)
        patch.setattr("course_utils.gpt.training.precision.choose_dtype", lambda *_: torch.float16)
        with pytest.warns(NoGPU):
            begun = start_training(TinyCorpus(), shrunken("t4"), folder=tmp_path, **ON_CPU)
        begun.train(until=6)
        assert begun.scaler is not None
    resumed = resume_training(TinyCorpus(), tmp_path, **ON_CPU)
    assert resumed.step == 6
    assert resumed.dtype != torch.float16
    assert resumed.train()["steps"] == 12


@pytest.mark.parametrize(
    ("asked", "device", "native", "given"),
    [
        ("float16", CUDA, True, "float16"),
        ("float16", CPU, True, "auto"),
        ("bfloat16", CUDA, True, "bfloat16"),
        ("bfloat16", CUDA, False, "auto"),
        ("bfloat16", CPU, False, "auto"),
        ("float32", CPU, False, "float32"),
    ],
)
def test_a_training_is_done_in_numbers_that_the_device_has(
    monkeypatch, asked, device, native, given
):
    monkeypatch.setattr(presets, "has_native_bfloat16", lambda device: native)
    training = TrainingConfig(precision=asked)
    assert presets.in_numbers_of(device, training).precision == given


@pytest.mark.parametrize("optimizer", ["muon", "adamw"])
def test_in_float16_with_a_scaler_the_training_goes_as_in_float32(monkeypatch, optimizer):
    """What a T4 does, on this processor: autocast to float16, and a scaler around each step."""
    changes = {"n_steps": 40, "learning_rate": 1e-2, "precision": "float32"}
    preset = shrunken("t4", optimizer=optimizer, **changes)
    preset = dataclasses.replace(preset, model={**preset.model, "dropout": 0.0}, needs_gpu=False)
    plain = start_training(TinyCorpus(), preset, **ON_CPU)
    assert plain.scaler is None
    monkeypatch.setattr(precision, "choose_dtype", lambda *_: torch.float16)
    half = start_training(TinyCorpus(), preset, **ON_CPU)
    assert isinstance(half.scaler, torch.amp.GradScaler)
    assert half.scaler.is_enabled()
    summaries = [trainer.train() for trainer in (plain, half)]
    assert summaries[1]["dtype"] == "float16"
    assert summaries[1]["val_loss"] == pytest.approx(summaries[0]["val_loss"], rel=0.1)
    assert summaries[1]["val_loss"] < 0.8 * half.history[0]["val_loss"]
    assert {p.dtype for p in half.model.parameters()} == {torch.float32}
    assert weights_of(half.model).isfinite().all()


def test_a_text_shorter_than_a_window_is_refused_before_anything_is_written(tmp_path):
    corpus = TinyCorpus(text_validation="the cat sat.")  # 12 characters, a window of 12
    with pytest.raises(ValueError, match="tiny has 12 characters to validate with"):
        start_training(corpus, shrunken("cpu-minute"), folder=tmp_path / "run", **ON_CPU)
    assert not (tmp_path / "run").exists()
