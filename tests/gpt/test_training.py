"""The Trainer: what it records, and that a training which was stopped goes on as if it was not."""

import dataclasses
import json
import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny_training import TRAINING, tiny_model, tiny_tokens, tiny_trainer, weights_of

from course_utils.gpt.runs import RunFolder
from course_utils.gpt.schedules import learning_rate_at
from course_utils.gpt.steps import estimate_loss
from course_utils.gpt.training import Trainer
from course_utils.gpt.training_config import TrainingConfig


def test_a_training_learns_the_text():
    trainer = tiny_trainer(n_steps=150, evaluate_every=50)
    summary = trainer.train()
    losses = [line["val_loss"] for line in trainer.history]
    assert losses[0] == pytest.approx(math.log(trainer.model.config.vocab_size), abs=0.1)
    assert losses == sorted(losses, reverse=True)
    assert summary["val_loss"] < 1.0


def test_the_history_tells_each_evaluation():
    trainer = tiny_trainer(n_steps=10, evaluate_every=4, n_batches=2)
    trainer.train()
    assert [line["step"] for line in trainer.history] == [0, 4, 8, 10]
    assert [line["tokens"] for line in trainer.history] == [s * 2 * 4 * 12 for s in (0, 4, 8, 10)]
    assert trainer.history[0]["train_loss"] is None
    seconds = [line["seconds"] for line in trainer.history]
    assert seconds == sorted(seconds)
    loss = estimate_loss(trainer.model.eval(), tiny_tokens()[:300], 12)
    assert trainer.history[-1]["val_loss"] == pytest.approx(loss, rel=1e-6)


def test_the_training_loss_is_the_mean_since_the_last_evaluation():
    seen = []
    trainer = tiny_trainer(n_steps=6, evaluate_every=3)
    take_step = trainer.take_step
    trainer.take_step = lambda: seen.append(take_step()) or seen[-1]
    trainer.train()
    means = [sum(map(float, seen[i : i + 3])) / 3 for i in (0, 3)]
    assert [line["train_loss"] for line in trainer.history[1:]] == pytest.approx(means, rel=1e-5)


@pytest.mark.parametrize("optimizer", ["adamw", "muon"])
def test_every_weight_is_trained(optimizer):
    model = tiny_model(positions="learned", bias=True, tied_head=False)
    before = {name: weight.detach().clone() for name, weight in model.named_parameters()}
    tiny_trainer(model, optimizer=optimizer, n_steps=2).train()
    assert [n for n, w in model.named_parameters() if torch.equal(w, before[n])] == []


def test_the_rates_follow_the_schedule():
    rates = []
    trainer = tiny_trainer(optimizer="muon", n_steps=9, n_warmup=3, decay="linear")
    trainer.on_step = lambda t: rates.append([group["lr"] for group in t.optimizer.param_groups])
    trainer.train()
    for step, row in enumerate(rates):
        assert row == [learning_rate_at(step, 9, p, 3, "linear", 0.1) for p in trainer.peaks]


@pytest.mark.parametrize("optimizer", ["adamw", "muon"])
def test_the_same_seed_gives_the_same_weights_bit_for_bit(optimizer):
    one, two = (tiny_trainer(optimizer=optimizer) for _ in range(2))
    one.train()
    two.train()
    assert torch.equal(weights_of(one.model), weights_of(two.model))
    other = tiny_trainer(optimizer=optimizer, seed=1)
    other.train()
    assert not torch.equal(weights_of(one.model), weights_of(other.model))


@settings(max_examples=12)
@given(
    stop=st.integers(1, 12),
    optimizer=st.sampled_from(["adamw", "muon"]),
    dropout=st.sampled_from([0.0, 0.3]),
    n_batches=st.integers(1, 2),
    precision=st.sampled_from(["float32", "bfloat16"]),
)
def test_a_resumed_training_ends_with_the_same_weights_bit_for_bit(
    tmp_path_factory, stop, optimizer, dropout, n_batches, precision
):
    changes = {"optimizer": optimizer, "n_batches": n_batches, "precision": precision}
    undisturbed = tiny_trainer(tiny_model(dropout=dropout), **changes)
    expected = undisturbed.train()
    folder = RunFolder(tmp_path_factory.mktemp("run"))
    stopped = tiny_trainer(tiny_model(dropout=dropout), folder, **changes)
    stopped.train(until=stop)
    # Another process, which has drawn other random numbers and built other weights.
    torch.manual_seed(99)
    again = tiny_trainer(tiny_model(seed=98, dropout=dropout), folder, **changes)
    if not again.resume():
        assert stop < TRAINING.evaluate_every  # before the first checkpoint: from the beginning
        again = tiny_trainer(tiny_model(dropout=dropout), folder, **changes)
    assert again.step == stop // TRAINING.evaluate_every * TRAINING.evaluate_every
    summary = again.train()
    assert torch.equal(weights_of(again.model), weights_of(undisturbed.model))
    assert summary["val_loss"] == expected["val_loss"]
    without_time = [{k: v for k, v in line.items() if k != "seconds"} for line in again.history]
    assert without_time == [
        {k: v for k, v in line.items() if k != "seconds"} for line in undisturbed.history
    ]


def test_the_folder_tells_what_happened(tmp_path):
    folder = RunFolder(tmp_path / "run")
    trainer = tiny_trainer(folder=folder)
    trainer.train(until=8)
    assert not folder.is_over
    lines = [json.loads(line) for line in (tmp_path / "run" / "metrics.jsonl").open()]
    assert [line["step"] for line in lines] == [0, 4, 8]
    assert set(lines[0]) == {"step", "seconds", "tokens", "train_loss", "val_loss"}
    trainer.train()
    summary = json.loads((tmp_path / "run" / "summary.json").read_text())
    assert summary["steps"] == 12
    assert set(summary) >= {
        "val_loss",
        "train_seconds",
        "tokens_per_second",
        "parameters",
        "device",
        "dtype",
        "preset",
        "corpus",
        "entropy_floor",
    }
    assert summary["parameters"] == trainer.model.count_parameters()


def test_resuming_forgets_the_lines_of_steps_that_were_lost(tmp_path):
    folder = RunFolder(tmp_path)
    tiny_trainer(folder=folder).train(until=8)
    with (tmp_path / "metrics.jsonl").open("a") as file:
        file.write('{"step": 12, "val_loss": 0.1}\n')
    again = tiny_trainer(folder=folder)
    again.resume()
    assert [line["step"] for line in folder.read_metrics()] == [0, 4, 8]


def test_a_limit_of_seconds_ends_the_training_with_the_rate_all_but_gone(monkeypatch):
    clock = iter(range(10_000))
    monkeypatch.setattr("course_utils.gpt.training.time.perf_counter", lambda: next(clock))
    trainer = tiny_trainer(n_steps=1000, max_seconds=40.0, decay="linear", final_fraction=0.0)
    rates = []
    trainer.on_step = lambda t: rates.append(t.optimizer.param_groups[0]["lr"])
    trainer.train()
    assert trainer.step < 50
    assert trainer.seconds >= 40
    assert trainer.history[-1]["step"] == trainer.step
    assert rates == sorted(rates, reverse=True) or rates[2:] == sorted(rates[2:], reverse=True)
    assert rates[-1] < 0.1 * max(rates)


def test_enough_time_leaves_the_training_as_it_is():
    free, limited = tiny_trainer(), tiny_trainer(max_seconds=1e6)
    free.train()
    limited.train()
    assert torch.allclose(weights_of(free.model), weights_of(limited.model), atol=1e-6)


def test_time_for_evaluation_and_plots_is_not_training(monkeypatch):
    now = 0.0
    monkeypatch.setattr("course_utils.gpt.training.time.perf_counter", lambda: now)

    def look(trainer):
        nonlocal now
        now += 1000.0

    trainer = tiny_trainer()
    take_step = trainer.take_step

    def one_second_step():
        nonlocal now
        now += 1.0
        return take_step()

    trainer.take_step = one_second_step
    trainer.on_evaluation = look
    assert trainer.train()["train_seconds"] == 12


def test_a_loss_that_is_no_number_ends_the_training(tmp_path):
    folder = RunFolder(tmp_path)
    trainer = tiny_trainer(folder=folder, learning_rate=1e6, clip_norm=1e9, n_warmup=0)
    with torch.no_grad():
        trainer.model.token_embedding.weight.fill_(float("nan"))
    trainer.train()
    assert trainer.diverged
    assert trainer.step == 1
    assert folder.read_metrics()[0]["val_loss"] is None


def test_gradients_are_clipped():
    # With plain steps of rate 1, weights move no further than the clip norm allows.
    trainer = tiny_trainer(clip_norm=1e-3, n_steps=1)
    trainer.optimizer = torch.optim.SGD(trainer.model.parameters(), lr=1.0)
    trainer.peaks = [1.0]
    trainer.config = dataclasses.replace(trainer.config, n_warmup=0)
    before = weights_of(trainer.model)
    trainer.train()
    moved = (weights_of(trainer.model) - before).norm().item()
    assert moved == pytest.approx(1e-3, rel=0.02)


def test_any_module_that_returns_scores_and_a_loss_can_be_trained():
    class Bigram(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.table = torch.nn.Embedding(16, 16)

        def forward(self, tokens, targets):
            logits = self.table(tokens)
            return logits, torch.nn.functional.cross_entropy(logits.transpose(1, 2), targets)

    config = TrainingConfig(n_steps=30, learning_rate=0.1, precision="float32")
    trainer = Trainer(
        Bigram(),
        tiny_tokens(),
        tiny_tokens()[:300],
        config,
        context_length=8,
        device="cpu",
        progress=False,
    )
    trainer.train()
    assert trainer.history[-1]["val_loss"] < trainer.history[0]["val_loss"] - 0.5


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"n_steps": 0}, "n_steps is 0"),
        ({"batch_size": 1.5}, "batch_size is 1.5; it must be a whole number"),
        ({"optimizer": "sgd"}, "choose one of adamw, muon"),
        ({"max_seconds": 0}, "max_seconds is 0"),
        ({"learning_rate": -1e-3}, "learning_rate is -0.001; it must not be negative"),
        ({"learning_rate": math.nan}, "learning_rate is nan"),
        ({"weight_decay": -0.1}, "weight_decay is -0.1"),
        ({"betas": (0.9, 1.0)}, r"betas is \(0.9, 1.0\); it must be at least 0 and below 1"),
        ({"momentum": 1}, "momentum is 1"),
        ({"final_fraction": 2}, "final_fraction is 2"),
        ({"clip_norm": 0}, "clip_norm is 0"),
        ({"precision": "int8"}, "choose one of auto"),
        ({"precision": "float16"}, "float16 is for GPUs"),
        ({"decay": "square"}, "choose one of cosine"),
    ],
)
def test_settings_that_cannot_be_are_named(changes, message):
    with pytest.raises(ValueError, match=message):
        tiny_trainer(**changes).train()
