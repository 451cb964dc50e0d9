"""A run's folder that was damaged is told in words, by the name of the file."""

import json
import shutil

import pytest
from tiny_training import MODEL, TRAINING, TinyCorpus

from course_utils.gpt.presets import Preset, resume_training, start_training
from course_utils.gpt.runs import RunError, RunFolder, load_run

TINY = Preset("tiny", "any machine", MODEL, TRAINING)
ON_CPU = {"device": "cpu", "progress": False}


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs") / "whole"
    start_training(TinyCorpus(), TINY, folder=folder, **ON_CPU).train()
    return folder


@pytest.fixture
def folder(whole, tmp_path):
    return shutil.copytree(whole, tmp_path / "run")


def damage(folder, name, change):
    """Change what a file holds: JSON by a function, or all of it to these bytes."""
    path = folder / name
    if callable(change):
        change = json.dumps(change(json.loads(path.read_text()))).encode()
    path.write_bytes(change)


def without(name):
    return lambda values: {key: value for key, value in values.items() if key != name}


def with_other(part, **changes):
    return lambda values: {**values, part: {**values[part], **changes}}


BAD_FILES = [b"", b"\xff\xfe", b"[]", b"{half", b"[" * 100_000]
BAD_CONFIGS = [
    *BAD_FILES,
    without("model"),
    without("training"),
    without("corpus_sha256"),
    lambda values: {**values, "model": None},
    lambda values: {**values, "training": [1]},
    lambda values: {**values, "model": without("vocab_size")(values["model"])},
    with_other("model", wings=2),
    with_other("model", dropout="much"),
    with_other("training", wings=2),
    with_other("training", n_steps="many"),
    with_other("training", betas=7),
]


@pytest.mark.parametrize("change", BAD_CONFIGS)
def test_a_damaged_configuration_is_named(folder, change):
    damage(folder, "config.json", change)
    with pytest.raises(RunError, match=r"config\.json is damaged \(.+\)\. Train again"):
        load_run(folder)
    with pytest.raises(RunError, match=r"config\.json is damaged"):
        resume_training(TinyCorpus(), folder, **ON_CPU)


@pytest.mark.parametrize("change", [*BAD_FILES, without("val_loss"), without("entropy_floor")])
def test_a_damaged_summary_is_named(folder, change):
    damage(folder, "summary.json", change)
    with pytest.raises(RunError, match=r"summary\.json is damaged"):
        RunFolder(folder).read_summary()


@pytest.mark.parametrize("change", [b"{half", b"\xff\xfe"])
def test_damaged_metrics_are_named(folder, change):
    damage(folder, "metrics.jsonl", change)
    with pytest.raises(RunError, match=r"metrics\.jsonl is damaged"):
        load_run(folder)


def test_a_finished_run_without_checkpoints_is_told_apart_from_one_that_has_none_yet(folder):
    shutil.rmtree(folder / "checkpoints")
    with pytest.raises(RunError, match="is over, but its checkpoints are gone"):
        load_run(folder)
    (folder / "summary.json").unlink()
    with pytest.raises(RunError, match=r"holds no checkpoint yet.*--resume"):
        load_run(folder)


def test_another_text_cannot_be_put_under_a_run(folder):
    with pytest.raises(RunError, match="is another one"):
        resume_training(TinyCorpus(text_train="cat " * 100), folder, **ON_CPU)


def test_two_runs_cannot_share_a_folder(folder):
    with pytest.raises(RunError, match="already holds a run"):
        start_training(TinyCorpus(), TINY, folder=folder, **ON_CPU)
