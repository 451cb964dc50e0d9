"""A checkpoint is whole or not there, and says so when it is damaged."""

import hashlib
import json
import os
from functools import partial

import pytest
import torch
from tiny_training import tiny_model, tiny_trainer, weights_of

from course_utils.gpt import checkpoints
from course_utils.gpt.checkpoints import (
    CheckpointError,
    complete_checkpoints,
    latest_checkpoint,
    load_state,
    load_weights,
    save_checkpoint,
)
from course_utils.gpt.runs import RunFolder

STATE = {"step": 3, "numbers": torch.arange(4), "nested": {"list": [1.5, None, "text"]}}


def test_what_was_saved_comes_back(tmp_path):
    model = tiny_model(seed=1)
    saved = save_checkpoint(tmp_path, model, STATE, step=3)
    assert latest_checkpoint(tmp_path) == saved
    other = tiny_model(seed=2)
    load_weights(saved, other)
    assert torch.equal(weights_of(other), weights_of(model))
    state = load_state(saved)
    assert torch.equal(state["numbers"], STATE["numbers"])
    assert {key: state[key] for key in ("step", "nested")} == {
        key: STATE[key] for key in ("step", "nested")
    }


def test_a_tied_head_stays_tied(tmp_path):
    model = tiny_model(tied_head=True)
    load_weights(save_checkpoint(tmp_path, model, STATE, step=1), model)
    assert model.head.weight is model.token_embedding.weight


def test_the_latest_is_the_one_of_the_greatest_step_and_two_are_kept(tmp_path):
    for step in (5, 90, 1000):
        save_checkpoint(tmp_path, tiny_model(), STATE, step)
    assert [path.name for path in complete_checkpoints(tmp_path)] == [
        "step-00000090",
        "step-00001000",
    ]
    assert sorted(os.listdir(tmp_path)) == ["step-00000090", "step-00001000"]


def test_an_empty_or_missing_folder_has_no_checkpoint(tmp_path):
    assert latest_checkpoint(tmp_path) is None
    assert latest_checkpoint(tmp_path / "missing") is None


@pytest.mark.parametrize("moment", ["save_model", "torch.save", "file_sum", "os.replace"])
def test_whenever_writing_breaks_off_the_checkpoint_before_it_stays(tmp_path, monkeypatch, moment):
    first = save_checkpoint(tmp_path, tiny_model(seed=1), STATE, step=1)
    owner = torch if moment == "torch.save" else os if moment == "os.replace" else checkpoints

    class PowerCut(BaseException):
        pass

    def fail(*arguments, **options):
        raise PowerCut

    with monkeypatch.context() as patch:
        patch.setattr(owner, moment.split(".")[-1], fail)
        with pytest.raises(PowerCut):
            save_checkpoint(tmp_path, tiny_model(seed=2), STATE, step=2)
    assert latest_checkpoint(tmp_path) == first
    model = tiny_model(seed=3)
    load_weights(first, model)
    assert torch.equal(weights_of(model), weights_of(tiny_model(seed=1)))
    # And the next one is written as if nothing had happened, the half one removed.
    second = save_checkpoint(tmp_path, tiny_model(seed=2), STATE, step=2)
    assert sorted(os.listdir(tmp_path)) == [first.name, second.name]


def test_the_same_step_may_be_written_again(tmp_path):
    save_checkpoint(tmp_path, tiny_model(seed=1), STATE, step=2)
    saved = save_checkpoint(tmp_path, tiny_model(seed=2), STATE, step=2)
    model = tiny_model(seed=3)
    load_weights(saved, model)
    assert torch.equal(weights_of(model), weights_of(tiny_model(seed=2)))


@pytest.mark.parametrize("name", ["model.safetensors", "training.pt"])
@pytest.mark.parametrize("damage", ["cut", "flipped", "removed"])
def test_damage_is_noticed_and_the_message_says_what_to_remove(tmp_path, name, damage):
    save_checkpoint(tmp_path, tiny_model(), STATE, step=1)
    saved = save_checkpoint(tmp_path, tiny_model(), STATE, step=2)
    path = saved / name
    content = bytearray(path.read_bytes())
    if damage == "cut":
        path.write_bytes(content[:-10])
    elif damage == "flipped":
        content[len(content) // 2] ^= 1
        path.write_bytes(content)
    else:
        path.unlink()
    load = load_state if name == "training.pt" else partial(load_weights, model=tiny_model())
    with pytest.raises(CheckpointError, match=r"damaged.*go on from step-00000001"):
        load(saved)


@pytest.mark.parametrize("content", [b"", b"hello " * 100, b"\x80\x02}."])
def test_a_state_that_is_none_is_refused_though_its_sum_is_right(tmp_path, content):
    saved = save_checkpoint(tmp_path, tiny_model(), STATE, step=1)
    (saved / "training.pt").write_bytes(content)
    contents = json.loads((saved / "checkpoint.json").read_text())
    contents["sha256"]["training.pt"] = hashlib.sha256(content).hexdigest()
    (saved / "checkpoint.json").write_text(json.dumps(contents))
    with pytest.raises(
        CheckpointError, match=r"training\.pt (is not a state|holds more than data)"
    ):
        load_state(saved)


def test_a_state_of_another_kind_of_training_is_refused(tmp_path):
    folder = RunFolder(tmp_path)
    trainer = tiny_trainer(folder=folder)
    save_checkpoint(folder.checkpoints, trainer.model, {"step": 3}, step=3)
    with pytest.raises(CheckpointError, match="is not that of such a training: KeyError"):
        trainer.resume()


def test_a_full_disk_is_told_and_leaves_the_checkpoint_before(tmp_path, monkeypatch):
    first = save_checkpoint(tmp_path, tiny_model(), STATE, step=1)

    def no_room(state, path):
        path.write_bytes(b"half")
        raise RuntimeError("unexpected pos 64 vs 0\nmore lines")

    monkeypatch.setattr(torch, "save", no_room)
    with pytest.raises(CheckpointError, match=r"step 2 could not be written .* disk full\?"):
        save_checkpoint(tmp_path, tiny_model(), STATE, step=2)
    assert os.listdir(tmp_path) == [first.name]


def test_another_models_weights_are_refused(tmp_path):
    saved = save_checkpoint(tmp_path, tiny_model(), STATE, step=1)
    with pytest.raises(CheckpointError, match=r"does not fit this model.*config\.json"):
        load_weights(saved, tiny_model(d_model=32))


def test_a_checkpoint_that_would_run_code_is_refused(tmp_path):
    class Malicious:
        def __reduce__(self):
            return os.system, ("true",)

    saved = save_checkpoint(tmp_path, tiny_model(), {"step": Malicious()}, step=1)
    with pytest.raises(CheckpointError, match="holds more than data"):
        load_state(saved)
