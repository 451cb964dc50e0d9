"""What the benchmarks train is what they say: from the plain recipe to the preset of the course."""

import dataclasses

import pytest

from course_utils.data.corpora import Corpus
from course_utils.gpt.model import GPT, GPTConfig
from course_utils.gpt.presets import get_preset

TEXT = "To be, or not to be, that is the question.\n" * 100


@pytest.fixture(scope="module")
def ladder(load):
    return load("ladder")


def test_the_ladder_leads_from_the_plain_recipe_to_the_preset(ladder, load):
    first, last = ladder.SETS["ladder"][0], ladder.SETS["ladder"][-1]
    preset = get_preset("cpu-minute")
    config = GPTConfig(vocab_size=65, **preset.model)
    assert GPTConfig(vocab_size=65, **last.model) == config
    assert last.keep_freed_memory
    assert GPTConfig(vocab_size=65, **first.model) == GPTConfig(
        vocab_size=65, **load("plain").PLAIN.model
    )
    differing = {
        name
        for name, value in dataclasses.asdict(preset.training).items()
        if last.training[name] != value
    }
    # The ladder sets these itself, alike for all.
    assert differing <= {"n_steps", "max_seconds", "evaluate_every"}


def test_every_variant_is_a_model_and_a_training(ladder):
    for variants in ladder.SETS.values():
        assert len({variant.name for variant in variants}) == len(variants)
        for variant in variants:
            GPTConfig(vocab_size=65, **variant.model)
            assert ladder.training_of(variant, seconds=1.0).max_seconds == 1.0


def test_training_to_a_loss_stops_at_the_first_evaluation_that_has_it(load, monkeypatch):
    time_to_loss, plain = load("time_to_loss"), load("plain")
    corpus = Corpus("to be", TEXT, TEXT)
    monkeypatch.setattr(time_to_loss, "load_corpus", lambda *_, **__: corpus)
    tiny = {**plain.PLAIN.model, "n_layers": 1, "n_heads": 1, "d_model": 16}
    training = dataclasses.replace(
        plain.PLAIN.training, n_steps=60, n_warmup=0, learning_rate=1e-2, evaluate_every=5
    )
    preset = dataclasses.replace(plain.PLAIN, model=tiny, training=training)
    seconds, summary = time_to_loss.train_to(2.5, preset, 0)
    assert seconds > 0
    assert summary["val_loss"] <= 2.5
    assert 0 < summary["steps"] < 60
    seconds, summary = time_to_loss.train_to(0.0, preset, 0)
    assert seconds is None
    assert summary["steps"] == 60


def test_operations_of_a_token_are_six_for_each_weight_and_those_of_attention(load):
    gpu = load("gpu")
    config = GPTConfig(
        vocab_size=10, n_layers=1, n_heads=1, d_model=4, context_length=8, bias=False
    )
    matrices = 4 * 12 + 4 * 4 + 2 * 4 * 16 + 10 * 4  # qkv, project, up and down, head
    gains = 3 * 4
    assert GPT(config).count_parameters() == matrices + gains + 8 * 4
    assert gpu.flops_per_token(config) == 6 * (matrices + gains) + 6 * 8 * 4


@pytest.mark.parametrize(
    ("quick", "status", "says"),
    [(20.0, 0, "0.2 times"), (30.0, 1, "0.3 times"), (None, 1, "never")],
)
def test_on_a_gpu_the_share_of_the_plain_recipes_time_decides(
    load, monkeypatch, capsys, quick, status, says
):
    gpu = load("gpu")
    summary = {"val_loss": 1.4, "steps": 100, "train_seconds": 100.0, "tokens_per_second": 1e6}
    times = iter([None, None, 100.0, quick])  # two warm-ups, the plain recipe, the preset
    monkeypatch.setattr(gpu, "in_new_process", lambda *_: (next(times), summary))
    monkeypatch.setattr(gpu.torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(gpu.torch.cuda, "get_device_name", lambda: "NVIDIA H100 80GB")
    monkeypatch.setattr("sys.argv", ["benchmarks/gpu.py"])
    assert gpu.main() == status
    printed = capsys.readouterr().out
    assert says in printed
    assert "% of peak" in printed


def test_without_a_gpu_nothing_is_measured_and_nothing_fails(load, monkeypatch, capsys):
    gpu = load("gpu")
    monkeypatch.setattr(gpu.torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr("sys.argv", ["benchmarks/gpu.py"])
    assert gpu.main() == 0
    assert "Not measured" in capsys.readouterr().out
