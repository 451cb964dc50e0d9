"""In which numbers a device computes fastest without losing the training. Used in notebook 10.

Half-width numbers move twice as many values per second through memory, and some processors have
units that multiply matrices of them many times faster. Weights and optimizers stay in 32 bits.
"""

import functools
import platform
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import torch
from torch import nn

PrecisionName = Literal["auto", "float32", "bfloat16", "float16"]


def choose_dtype(device: torch.device, precision: PrecisionName = "auto") -> torch.dtype:
    """The numbers for the products of a forward and backward pass on `device`.

    "auto" is bfloat16 where the processor itself multiplies it, float16 on an older NVIDIA GPU
    (with a gradient scaler, see `make_scaler`), and float32 everywhere else.
    """
    if precision == "auto":
        if has_native_bfloat16(device):
            return torch.bfloat16
        return torch.float16 if device.type == "cuda" else torch.float32
    if precision not in ("float32", "bfloat16", "float16"):
        raise ValueError(
            f"precision is {precision!r}; choose one of auto, float32, bfloat16, float16."
        )
    if precision == "float16" and device.type == "cpu":
        raise ValueError("float16 is for GPUs: on a CPU, choose auto, float32 or bfloat16.")
    return getattr(torch, precision)


def has_native_bfloat16(device: torch.device) -> bool:
    """Whether the device multiplies matrices of bfloat16 by itself, instead of emulating it.

    NVIDIA since Ampere (2020). CPUs: Intel with AMX, and those with AVX-512 BF16. A processor that
    is not known to be fast at it is answered with False: emulated bfloat16 is slower than float32.
    """
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    if device.type == "cpu" and platform.machine().lower() in ("x86_64", "amd64"):
        return bool({"amx_bf16", "avx512_bf16"} & cpu_features())
    return False


@functools.cache
def cpu_features() -> frozenset[str]:
    """The instruction sets that Linux lists for this processor; empty on other systems."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return frozenset()
    flags = next((line.split() for line in lines if line.startswith("flags")), [])
    return frozenset(flags)


def in_precision(model: nn.Module, device: torch.device, dtype: torch.dtype) -> Callable:
    """The model's forward pass, computed in `dtype` where that is safe (autocast)."""
    if dtype == torch.float32:
        return model

    def forward(*inputs, **named):
        with torch.autocast(device.type, dtype):
            return model(*inputs, **named)

    return forward


def make_scaler(device: torch.device, dtype: torch.dtype) -> torch.amp.GradScaler | None:
    """Keeps small gradients from vanishing in float16; the wider exponents of others need none."""
    return torch.amp.GradScaler(device.type) if dtype == torch.float16 else None
