"""The whole training of a GPT: `Trainer`, for notebooks, the command line and any device.

Derived in notebook 10. The functions that it repeats stand in steps.py and schedules.py.
"""

import math
import time
from collections.abc import Callable
from typing import Any

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from tqdm.auto import tqdm

from course_utils import environment
from course_utils.gpt import parallel, precision
from course_utils.gpt.batches import get_batch
from course_utils.gpt.checkpoints import (
    CheckpointError,
    latest_checkpoint,
    load_state,
    load_weights,
    save_checkpoint,
)
from course_utils.gpt.cpu_memory import keep_freed_memory
from course_utils.gpt.optimizers import adamw, muon_with_adamw
from course_utils.gpt.runs import RunFolder
from course_utils.gpt.schedules import learning_rate_at
from course_utils.gpt.steps import Batch, estimate_loss, train_step
from course_utils.gpt.training_config import TrainingConfig


class Trainer:
    """Trains a model on a row of tokens and watches its loss on another.

        trainer = Trainer(model, train_tokens, validation_tokens, TrainingConfig(n_steps=300))
        summary = trainer.train()

    `model(tokens, targets)` returns logits and the mean loss; any such module will do. With a
    `folder`, each evaluation is written to its metrics.jsonl, followed by a checkpoint; `resume`
    goes on from the newest one, and the weights come out the same, bit for bit on a CPU, as if
    nothing had happened. `on_step` and `on_evaluation` are called with the trainer: for plots,
    samples, experiments. The time that evaluation, checkpoints and `on_evaluation` take is not
    counted as training.
    """

    def __init__(
        self,
        model: nn.Module,
        train_tokens: Int[Tensor, "N"],
        validation_tokens: Int[Tensor, "M"],
        config: TrainingConfig,
        *,
        context_length: int | None = None,
        device: torch.device | str | None = None,
        folder: RunFolder | None = None,
        about: dict[str, Any] | None = None,
        on_step: Callable[["Trainer"], None] | None = None,
        on_evaluation: Callable[["Trainer"], None] | None = None,
        progress: bool = True,
    ):
        if config.batch_size % parallel.n_processes():
            raise ValueError(
                f"batch_size is {config.batch_size}; it must be a multiple of the "
                f"{parallel.n_processes()} processes, so that each has an equal share."
            )
        self.config = config
        self.device = torch.device(device) if device is not None else environment.device()
        self.dtype = precision.choose_dtype(self.device, config.precision)
        if self.device.type == "cpu":
            keep_freed_memory()
        self.model = model.to(self.device)
        self.context_length = context_length or model.config.context_length
        self.train_tokens = train_tokens
        self.validation_tokens = validation_tokens.to(self.device)
        self.folder = folder
        self.about = about or {}
        self.on_step = on_step
        self.on_evaluation = on_evaluation
        self.progress = progress and parallel.rank() == 0

        self.optimizer = self.make_optimizer()
        self.peaks = [group["lr"] for group in self.optimizer.param_groups]
        self.scaler = precision.make_scaler(self.device, self.dtype)
        forward = torch.compile(model) if config.compile else model
        forward = parallel.averaging_gradients(forward, config.n_batches)
        self.forward = precision.in_precision(forward, self.device, self.dtype)

        # All that changes from here on; `state_dict` holds it.
        self.step = 0
        self.tokens = 0
        self.seconds = 0.0
        self.history: list[dict[str, Any]] = []  # the lines of metrics.jsonl
        self.losses = torch.zeros((), device=self.device)  # sum since the last evaluation
        self.n_losses = 0
        self.batch_generator = torch.Generator().manual_seed(config.seed)
        self.share_used = 0.0  # of the budget: of the steps, or of the seconds if that is more
        self.clock = time.perf_counter()

    def make_optimizer(self):
        c = self.config
        if c.optimizer == "adamw":
            return adamw(self.model, c.learning_rate, betas=c.betas, weight_decay=c.weight_decay)
        return muon_with_adamw(
            self.model,
            c.matrix_learning_rate,
            c.learning_rate,
            momentum=c.momentum,
            betas=c.betas,
            weight_decay=c.weight_decay,
        )

    def train(self, until: int | None = None) -> dict[str, Any]:
        """Train to the end of the budget, or of step `until`; return the summary so far."""
        self.model.train()
        if not self.history:
            self.evaluate()  # the untrained model's loss, about ln(vocabulary)
        with tqdm(
            total=self.config.n_steps, initial=self.step, unit="step", disable=not self.progress
        ) as bar:
            self.clock = shown = time.perf_counter()
            while self.share_used < 1 and (until is None or self.step < until):
                loss = self.take_step()
                self.tick()
                if self.share_used >= 1 or self.step % self.config.evaluate_every == 0:
                    synchronize(self.device)
                    self.tick()
                    self.evaluate()
                    self.clock = time.perf_counter()
                bar.update()
                if self.progress and time.perf_counter() - shown > 0.25:
                    self.show(bar, loss)
                    shown = time.perf_counter()
                if self.on_step:
                    self.on_step(self)
                if self.diverged:
                    break
        return self.summary()

    def take_step(self) -> Float[Tensor, ""]:
        """Draw batches, set the rates, change the weights once; return the loss before it."""
        self.set_learning_rates()
        batches = [self.draw_batch() for _ in range(self.config.n_batches)]
        loss, _ = train_step(
            self.forward, self.optimizer, batches, self.config.clip_norm, self.scaler
        )
        self.step += 1
        self.tokens += len(batches) * self.config.batch_size * self.context_length
        self.losses += loss
        self.n_losses += 1
        return loss

    def set_learning_rates(self) -> None:
        """Give every group of weights the rate of this step: its peak, warmed up and decayed."""
        c = self.config
        # The step that this share of the budget stands for; a whole number without a time limit.
        step = self.step if c.max_seconds is None else self.share_used * c.n_steps
        for group, peak in zip(self.optimizer.param_groups, self.peaks, strict=True):
            group["lr"] = learning_rate_at(
                step, c.n_steps, peak, c.n_warmup, c.decay, c.final_fraction
            )

    def draw_batch(self) -> Batch:
        """This process's rows of the next random batch, on its device: (B, T) twice."""
        # Every process draws the whole batch, so that all stay in step, and keeps its own rows.
        x, y = get_batch(
            self.train_tokens, self.config.batch_size, self.context_length, self.batch_generator
        )
        return tuple(parallel.my_rows(part).to(self.device, non_blocking=True) for part in (x, y))

    def tick(self) -> None:
        """Count the seconds since the last tick as training, and see how much budget is left."""
        now = time.perf_counter()
        self.seconds += now - self.clock
        self.clock = now
        self.share_used = self.step / self.config.n_steps
        if self.config.max_seconds is not None:
            of_time = parallel.same_for_all(self.seconds / self.config.max_seconds)
            self.share_used = max(self.share_used, of_time)

    def evaluate(self) -> None:
        """Measure the loss on the whole validation text in 32 bits, record it, save, call back."""
        self.model.eval()
        windows = max(1, 8192 // self.context_length)
        val_loss = estimate_loss(
            self.model, self.validation_tokens, self.context_length, batch_size=windows
        )
        self.model.train()
        line = {
            "step": self.step,
            "seconds": round(self.seconds, 3),
            "tokens": self.tokens,
            "train_loss": self.mean_train_loss(),
            "val_loss": val_loss,
        }
        self.history.append(line)
        self.losses.zero_()
        self.n_losses = 0
        if self.folder and parallel.rank() == 0:
            if self.step > 0:
                save_checkpoint(self.folder.checkpoints, self.model, self.state_dict(), self.step)
            self.folder.write_metrics(self.history)
        if self.on_evaluation:
            self.on_evaluation(self)

    def mean_train_loss(self) -> float | None:
        """The mean over the steps since the last evaluation; None before the first."""
        return parallel.mean_of_all(self.losses / self.n_losses) if self.n_losses else None

    @property
    def diverged(self) -> bool:
        """Whether the loss is no longer a number; more steps cannot mend that."""
        return bool(self.history) and not math.isfinite(self.history[-1]["val_loss"])

    def summary(self) -> dict[str, Any]:
        """What is worth keeping of a run; written as summary.json when the budget is used up."""
        summary = {
            "val_loss": self.history[-1]["val_loss"] if self.history else None,
            "entropy_floor": self.about.get("entropy_floor"),
            "train_seconds": round(self.seconds, 2),
            "tokens_per_second": round(self.tokens / self.seconds) if self.seconds else None,
            "steps": self.step,
            "tokens": self.tokens,
            "parameters": sum(p.numel() for p in self.model.parameters()),
            "device": self.device.type,
            "machine": environment.machine(),
            "dtype": str(self.dtype).removeprefix("torch."),
            "preset": self.about.get("preset"),
            "corpus": self.about.get("corpus"),
        }
        if self.folder and parallel.rank() == 0 and (self.share_used >= 1 or self.diverged):
            self.folder.write_summary(summary)
        return summary

    def state_dict(self) -> dict[str, Any]:
        """All but the weights that the next step depends on."""
        on_gpu = self.device.type == "cuda"
        return {
            "step": self.step,
            "tokens": self.tokens,
            "seconds": self.seconds,
            "history": self.history,
            "losses": self.losses.cpu(),
            "n_losses": self.n_losses,
            "optimizer": self.optimizer.state_dict(),
            "scaler": self.scaler.state_dict() if self.scaler else None,
            "batch_generator": self.batch_generator.get_state(),
            "generator": torch.get_rng_state(),  # dropout draws from these two
            "gpu_generator": torch.cuda.get_rng_state(self.device) if on_gpu else None,
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Become what `state_dict` was taken from, but for the weights."""
        for name in ("step", "tokens", "seconds", "n_losses"):
            setattr(self, name, state[name])
        self.history = list(state["history"])
        self.losses = state["losses"].to(self.device)
        self.optimizer.load_state_dict(state["optimizer"])
        if self.scaler and state["scaler"]:
            self.scaler.load_state_dict(state["scaler"])
        self.batch_generator.set_state(state["batch_generator"])
        torch.set_rng_state(state["generator"])
        if self.device.type == "cuda" and state["gpu_generator"] is not None:
            torch.cuda.set_rng_state(state["gpu_generator"], self.device)
        self.clock = time.perf_counter()
        self.tick()

    def resume(self) -> bool:
        """Go back to the newest checkpoint of the folder; False when there is none yet.

        Raises CheckpointError when it is damaged.
        """
        checkpoint = latest_checkpoint(self.folder.checkpoints) if self.folder else None
        if checkpoint is None:
            return False
        load_weights(checkpoint, self.model)
        state = load_state(checkpoint)
        try:
            self.load_state_dict(state)
        except (KeyError, TypeError, AttributeError) as error:
            raise CheckpointError(
                f"The state in {checkpoint} is not that of such a training: {error!r}."
            ) from None
        if parallel.rank() == 0:
            self.folder.write_metrics(self.history)
        return True

    def show(self, bar: tqdm, loss: Tensor) -> None:
        per_second = self.tokens / self.seconds
        bar.set_postfix_str(f"loss {loss.item():.3f}, {per_second:,.0f} tokens/s", refresh=False)


def synchronize(device: torch.device) -> None:
    """Wait until a GPU has done all that it was asked to; a clock read earlier would flatter it."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    elif device.type == "mps":
        torch.mps.synchronize()
