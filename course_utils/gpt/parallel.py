"""One training on several processes, each with its own part of every batch. Shown in notebook 10.

`torchrun --nproc-per-node=2 -m course_utils.cli train ...` starts the processes. All hold the same
weights, draw the same batches, and take the gradient over their own rows of them;
DistributedDataParallel averages the gradients, so that all make the same step.
"""

import os
from collections.abc import Callable
from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel

from course_utils import environment


def start(device: torch.device | None = None) -> torch.device:
    """Join the other processes, when torchrun started this one; return the device to train on.

    `device` is the kind that is wished for, the best there is by default. Of several GPUs, each
    process gets its own.
    """
    device = device or environment.device()
    if "WORLD_SIZE" not in os.environ or int(os.environ["WORLD_SIZE"]) == 1:
        return device
    if device.type == "cuda":
        device = torch.device("cuda", int(os.environ["LOCAL_RANK"]))
        torch.cuda.set_device(device)
    if not dist.is_initialized():
        dist.init_process_group("nccl" if device.type == "cuda" else "gloo")
    return device


def stop() -> None:
    """Leave the other processes, so that all can end."""
    if dist.is_initialized():
        dist.destroy_process_group()


def rank() -> int:
    """The number of this process, from 0; 0 when it is alone."""
    return dist.get_rank() if dist.is_initialized() else 0


def n_processes() -> int:
    return dist.get_world_size() if dist.is_initialized() else 1


def my_rows(batch: Tensor) -> Tensor:
    """This process's equal share of the rows of a batch: (B, ...) -> (B / processes, ...)."""
    return batch.chunk(n_processes())[rank()]


def same_for_all(value: float) -> float:
    """The first process's value, in every process: clocks differ, decisions must not."""
    if not dist.is_initialized():
        return value
    shared: list[Any] = [value]
    dist.broadcast_object_list(shared, src=0)
    return shared[0]


def mean_of_all(value: Tensor) -> float:
    """The mean of a number that each process has measured on its own rows."""
    if dist.is_initialized():
        value = value.clone()
        dist.all_reduce(value)
        value /= n_processes()
    return value.item()


def averaging_gradients(model: nn.Module, n_batches: int) -> Callable:
    """The model's forward pass; its backward pass then averages gradients over the processes.

    Of each `n_batches` batches, whose gradients are added up, only the last is followed by an
    exchange: averaging the sum once is the same as averaging each part.
    """
    if not dist.is_initialized():
        return model
    shared = DistributedDataParallel(model)
    calls = 0

    def forward(*inputs, **named):
        nonlocal calls
        calls += 1
        # What DistributedDataParallel.no_sync() sets; read at the start of each forward pass.
        shared.require_backward_grad_sync = calls % n_batches == 0
        return shared(*inputs, **named)

    return forward
