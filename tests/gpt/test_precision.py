"""Which numbers each device computes with, on machines that this one is not."""

import pytest
import torch
from tiny_training import tiny_model, tiny_tokens, tiny_trainer

from course_utils.gpt import precision
from course_utils.gpt.cpu_memory import keep_freed_memory
from course_utils.gpt.precision import choose_dtype, has_native_bfloat16, in_precision, make_scaler

CPU, CUDA, MPS = (torch.device(name) for name in ("cpu", "cuda", "mps"))


def on_a_cpu_with(monkeypatch, *features, machine="x86_64"):
    monkeypatch.setattr(precision.platform, "machine", lambda: machine)
    monkeypatch.setattr(precision, "cpu_features", lambda: frozenset(features))


@pytest.mark.parametrize(
    ("features", "dtype"),
    [
        (("avx2", "avx512f", "avx512_bf16", "amx_bf16"), torch.bfloat16),
        (("avx2", "avx512f", "avx512_bf16"), torch.bfloat16),
        (("avx2", "avx512f"), torch.float32),
        ((), torch.float32),
    ],
)
def test_a_cpu_gets_bfloat16_only_where_it_multiplies_it_itself(monkeypatch, features, dtype):
    on_a_cpu_with(monkeypatch, *features)
    assert choose_dtype(CPU) == dtype


def test_an_arm_cpu_and_apples_gpu_stay_with_float32(monkeypatch):
    on_a_cpu_with(monkeypatch, "amx_bf16", machine="arm64")
    assert choose_dtype(CPU) == torch.float32
    assert choose_dtype(MPS) == torch.float32


@pytest.mark.parametrize(("native", "dtype"), [(True, torch.bfloat16), (False, torch.float16)])
def test_an_nvidia_gpu_gets_bfloat16_or_float16_with_a_scaler(monkeypatch, native, dtype):
    asked = []
    monkeypatch.setattr(
        torch.cuda,
        "is_bf16_supported",
        lambda including_emulation=True: asked.append(including_emulation) or native,
    )
    assert choose_dtype(CUDA) == dtype
    assert asked == [False], "emulated bfloat16 is slower than float16"
    assert has_native_bfloat16(CUDA) is native


def test_a_scaler_is_made_for_float16_alone():
    assert make_scaler(CPU, torch.float16) is not None
    assert make_scaler(CPU, torch.bfloat16) is None
    assert make_scaler(CPU, torch.float32) is None


def test_what_was_asked_for_is_taken():
    assert choose_dtype(CPU, "float32") == torch.float32
    assert choose_dtype(CPU, "bfloat16") == torch.bfloat16


def test_products_are_computed_in_the_chosen_numbers_and_weights_stay_in_32_bits():
    model = tiny_model()
    tokens = tiny_tokens()[:12].view(1, 12)
    logits, loss = in_precision(model, CPU, torch.bfloat16)(tokens, tokens)
    assert logits.dtype == torch.bfloat16
    assert loss.dtype == torch.float32
    loss.backward()
    assert {p.grad.dtype for p in model.parameters()} == {torch.float32}
    assert in_precision(model, CPU, torch.float32) is model


def test_a_scaled_training_ends_where_an_unscaled_one_does():
    # What a GPU with float16 does, in the numbers of this CPU: the scaler multiplies the loss and
    # divides the gradients by powers of 2, which changes no digit.
    plain, scaled = tiny_trainer(), tiny_trainer()
    scaled.scaler = torch.amp.GradScaler("cpu", init_scale=2.0**10)
    plain.train()
    scaled.train()
    for p, q in zip(plain.model.parameters(), scaled.model.parameters(), strict=True):
        assert torch.allclose(p, q, atol=1e-6)


def test_a_gradient_that_overflows_takes_no_step_and_lowers_the_scale():
    trainer = tiny_trainer(n_steps=1)
    trainer.scaler = torch.amp.GradScaler("cpu", init_scale=3e38)
    before = [p.detach().clone() for p in trainer.model.parameters()]
    trainer.train()
    assert all(torch.equal(p, b) for p, b in zip(trainer.model.parameters(), before, strict=True))
    assert trainer.scaler.get_scale() < 3e38


def test_the_state_of_the_scaler_is_saved(tmp_path):
    trainer = tiny_trainer()
    trainer.scaler = torch.amp.GradScaler("cpu", init_scale=128.0)
    twin = tiny_trainer()
    twin.scaler = torch.amp.GradScaler("cpu")
    trainer.train(until=1)
    twin.load_state_dict(trainer.state_dict())
    assert twin.scaler.get_scale() == 128.0


def test_elsewhere_than_on_glibc_memory_is_left_as_it_is(monkeypatch):
    monkeypatch.setattr("course_utils.gpt.cpu_memory.platform.libc_ver", lambda: ("", ""))
    assert keep_freed_memory() is False
