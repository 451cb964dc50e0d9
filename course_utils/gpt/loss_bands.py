"""Is my loss right? Measured losses of healthy trainings, and what an odd one points to.

    print(is_my_loss_right(trainer))

Used in notebook 10. A band holds the validation loss that a preset reaches on a corpus, by the
step; healthy runs differ a little by seed and by machine, and spoilt ones by a lot.
"""

import bisect
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

History = Sequence[Mapping[str, Any]]  # the lines of metrics.jsonl


@dataclass(frozen=True)
class Band:
    """What a healthy run of one preset on one corpus looks like.

    points: (share of the preset's steps, validation loss in nats per token), from share 0 on.
    n_steps: the preset's. n_vocab: tokens, whose logarithm is the loss before training.
    measured: where and how. worse, better: how far a healthy run may be above and below, as
    factors. Another seed moves the loss by a few hundredths. A run that ends early on a slow
    machine has let its rate fall sooner and is better than this one was at that step; on Tiny
    Tales, whose losses are small, such gains are large factors.
    """

    points: tuple[tuple[float, float], ...]
    n_steps: int
    n_vocab: int
    measured: str
    worse: float = 1.5
    better: float = 2.0

    def expected(self, step: int) -> float:
        """The measured loss at a step, on straight lines in the logarithm between the points."""
        share = min(step / self.n_steps, self.points[-1][0])
        i = max(1, bisect.bisect_left([s for s, _ in self.points], share))
        (s0, low), (s1, high) = self.points[i - 1 : i + 1]
        part = (share - s0) / (s1 - s0)
        return math.exp((1 - part) * math.log(low) + part * math.log(high))

    def at(self, step: int) -> tuple[float, float]:
        """The least and the greatest loss of a healthy run at this step."""
        return self.expected(step) / self.better, self.expected(step) * self.worse


# The losses of the first steps fall too steeply to compare: a few steps more make half a nat.
FIRST_STEPS = 40

# The one place of measured bands. The points are of whole runs: those before the last are still
# at a high rate.
BANDS: dict[tuple[str, str], Band] = {
    ("first-look", "tales"): Band(
        points=(
            (0.0, 3.92), (0.125, 1.246), (0.25, 0.905), (0.375, 0.753), (0.5, 0.65),
            (0.625, 0.581), (0.75, 0.513), (0.875, 0.463), (1.0, 0.427),
        ),
        n_steps=400,
        n_vocab=52,
        measured="2 cores, no time limit, seed 0, the first 30,000 characters of validation",
    ),
    ("first-look", "tinyshakespeare"): Band(
        points=(
            (0.0, 4.181), (0.125, 2.176), (0.25, 2.072), (0.375, 1.974), (0.5, 1.955),
            (0.625, 1.888), (0.75, 1.846), (0.875, 1.764), (1.0, 1.73),
        ),
        n_steps=400,
        n_vocab=65,
        measured="2 cores, no time limit, seed 0, the first 30,000 characters of validation",
        worse=1.2,
        better=1.3,
    ),
    ("cpu-minute", "tales"): Band(
        points=(
            (0.0, 3.918), (50 / 4000, 1.065), (100 / 4000, 0.684), (150 / 4000, 0.522),
            (200 / 4000, 0.465), (300 / 4000, 0.398), (500 / 4000, 0.329),
            (1000 / 4000, 0.257), (1500 / 4000, 0.225), (1647 / 4000, 0.219),
        ),
        n_steps=4000,
        n_vocab=52,
        measured="2 cores, idle, 60 s (1,647 steps), seed 0, the whole validation text",
    ),
    ("cpu-minute", "tinyshakespeare"): Band(
        points=(
            (0.0, 4.18), (50 / 4000, 2.11), (100 / 4000, 2.034), (150 / 4000, 1.918),
            (200 / 4000, 1.879), (300 / 4000, 1.811), (500 / 4000, 1.743),
            (1000 / 4000, 1.633), (1500 / 4000, 1.539), (1514 / 4000, 1.538),
        ),
        n_steps=4000,
        n_vocab=65,
        measured="2 cores, idle, 60 s (1,514 steps), seed 0, the whole validation text",
        worse=1.2,
        better=1.3,
    ),
    ("cpu", "tales"): Band(
        points=(
            (0.0, 3.918), (50 / 6300, 0.989), (100 / 6300, 0.587), (150 / 6300, 0.476),
            (200 / 6300, 0.416), (300 / 6300, 0.352), (500 / 6300, 0.308), (700 / 6300, 0.285),
            (1400 / 6300, 0.258), (2100 / 6300, 0.235), (2800 / 6300, 0.221),
            (3500 / 6300, 0.207), (3742 / 6300, 0.203),
        ),
        n_steps=6300,
        n_vocab=52,
        measured="2 cores, idle, 180 s (3,742 steps), seed 0, the whole validation text",
    ),
    ("cpu", "tinyshakespeare"): Band(
        points=(
            (0.0, 4.18), (50 / 6300, 2.1), (100 / 6300, 1.975), (150 / 6300, 1.93),
            (200 / 6300, 1.868), (300 / 6300, 1.842), (500 / 6300, 1.756), (700 / 6300, 1.671),
            (1400 / 6300, 1.646), (2100 / 6300, 1.61), (2800 / 6300, 1.556),
            (3500 / 6300, 1.501), (3895 / 6300, 1.485),
        ),
        n_steps=6300,
        n_vocab=65,
        measured="2 cores, idle, 180 s (3,895 steps), seed 0, the whole validation text",
        worse=1.2,
        better=1.3,
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Opinion:
    """What the losses say. `cause` is one of CAUSES; print the opinion to read it in full."""

    cause: str
    says: str
    look_at: str = ""

    @property
    def right(self) -> bool:
        return self.cause == HEALTHY

    def __str__(self) -> str:
        return f"{self.cause}: {self.says}" + (f"\n{self.look_at}" if self.look_at else "")


HEALTHY = "as it should be"
TOO_HIGH = "the learning rate is too high"
TOO_LOW = "the learning rate is too low"
LEAK = "the answers leak into the training inputs"
NO_MASK = "the model sees the future"
OVERFITTED = "overfitting"
UNKNOWN = "cannot say"
CAUSES = (HEALTHY, TOO_HIGH, TOO_LOW, LEAK, NO_MASK, OVERFITTED, UNKNOWN)


def is_my_loss_right(
    run_or_history: Any,
    *,
    preset: str | None = None,
    corpus: str | None = None,
    entropy_floor: float | None = None,
) -> Opinion:
    """Compare a training with the measured band, and name the likeliest cause when it is off.

    run_or_history: a Trainer, a Run (`load_run`), or the lines of a metrics.jsonl; for bare lines
    say which `preset` and `corpus` they are of. The exact floor is used where it is known.
    """
    history, about = read(run_or_history)
    preset = preset or about.get("preset")
    corpus = corpus or about.get("corpus")
    floor = entropy_floor if entropy_floor is not None else about.get("entropy_floor")
    band = BANDS.get((preset, corpus))
    if band is None:
        measured = ", ".join(f"{p} on {c}" for p, c in BANDS)
        return Opinion(
            UNKNOWN, f"no band was measured for {preset} on {corpus}. There is one for {measured}."
        )
    if not history or history[-1]["step"] == 0:
        return Opinion(UNKNOWN, "the training has taken no step yet.")
    return judge(history, band, floor)


def judge(history: History, band: Band, floor: float | None = None) -> Opinion:
    """Weigh a history against a band. What cannot be honest comes first, then what is slow."""
    last = history[-1]
    step, val, train = last["step"], number(last["val_loss"]), number(last.get("train_loss"))
    low, high = band.at(step)
    start = 1.05 * math.log(band.n_vocab)  # a little above a model that knows nothing
    where = f"validation loss {val:.3f} at step {step}; healthy runs lie in {low:.2f} to {high:.2f}"

    if floor is not None and val < 0.98 * floor:
        return Opinion(
            NO_MASK,
            f"{where}, and no honest model can be below the exact entropy, {floor:.3f}.",
            "Look at the causal mask, and whether changing a later token changes an earlier guess.",
        )
    if train < 0.25 * low and val > high:
        return Opinion(
            LEAK,
            f"training loss {train:.3f}, but {where}.",
            "Look at how inputs and targets are cut: the target is the token after the input.",
        )
    if val < low and step >= FIRST_STEPS:
        return Opinion(
            NO_MASK,
            f"{where}: better than a model of this size can be.",
            "Look at the causal mask, and for validation text that was trained on.",
        )
    if not math.isfinite(val) or rose(history, start):
        return Opinion(
            TOO_HIGH,
            f"{where}, and the loss has been above {start:.2f}, that of knowing nothing.",
            "Divide the rates by ten and try again.",
        )
    if step < FIRST_STEPS:
        return Opinion(UNKNOWN, f"{where}: too early to tell.")
    if low <= val <= high:
        return Opinion(HEALTHY, f"{where}.")
    if train < 0.8 * val:
        return Opinion(
            OVERFITTED,
            f"{where}, and the training loss is {train:.3f}, far lower.",
            "Take more text, fewer steps or a smaller model.",
        )
    return Opinion(
        TOO_LOW,
        f"{where}. Training and validation agree, and nothing burst: it is on its way, only slow.",
        "Multiply the rates by ten and try again.",
    )


def rose(history: History, start: float) -> bool:
    """Whether a loss was, after the first steps, above that of a model that knows nothing."""
    later = [line for line in history if line["step"] > 0]
    losses = [number(line.get(name)) for line in later for name in ("train_loss", "val_loss")]
    return any(loss > start for loss in losses)


def number(loss: float | None) -> float:
    """metrics.jsonl writes null for a loss that is no number."""
    return math.inf if loss is None or math.isnan(loss) else loss


def read(run_or_history: Any) -> tuple[History, dict[str, Any]]:
    """The lines of a training, and what is known about it."""
    if not hasattr(run_or_history, "history"):
        return run_or_history, {}
    run = run_or_history
    about = getattr(run, "about", None) or {**(run.config or {}), **(run.summary or {})}
    return run.history, about
