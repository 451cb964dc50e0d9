"""One GPU, a GPT of 6 layers, 384 wide, context 256: the loss 1.47, beside the plain recipe.

    python benchmarks/gpu.py [--rounds 1]

The plain recipe is nanoGPT's for Tiny Shakespeare by characters on one GPU: 6 heads, dropout 0.2,
batches of 64 windows, AdamW at 1e-3 with warm-up and a cosine over 5,000 steps. The other is the
preset `h100`, of the same size, told that it has a quarter of the plain recipe's time. Both are
compiled and in bfloat16, take turns on the same card, and are timed until an evaluation on the
whole validation tenth first gives 1.47 or less; a few steps before, not counted, let the compiler
fill its cache. The share of peak counts 6 operations for each weight and token, and those of
attention. Without CUDA it says so and measures nothing: exit status 0. Else 1 when the claim does
not hold.
"""

import dataclasses
import statistics
import sys

import torch
from measuring import Report, in_new_process, options
from plain import PLAIN
from time_to_loss import describe, in_time, train_to

from course_utils.gpt.model import GPT, GPTConfig
from course_utils.gpt.presets import Preset, get_preset

LOSS = 1.47
GOAL = 0.25  # of the plain recipe's time, at most
SHAPE = {"n_layers": 6, "d_model": 384, "context_length": 256, "dropout": 0.2}
# Operations per second of the matrix units in 16 bits, without sparsity, by the maker's data sheet.
PEAKS = {"H200": 989e12, "H100": 989e12, "A100": 312e12, "L4": 121e12, "T4": 65e12}

PLAIN_GPU = Preset(
    name="plain-gpu",
    fits="one GPU",
    model={**SHAPE, "n_heads": 6, "bias": False},
    training=dataclasses.replace(
        PLAIN.training, n_steps=5000, batch_size=64, precision="auto", compile=True
    ),
)


def flops_per_token(config: GPTConfig) -> float:
    """Operations of a step, forward and backward: 6 for each weight that multiplies, and attention.

    An embedding is looked up, not multiplied with. A token meets context_length / 2 others on the
    average, twice (scores and average), with a multiplication and an addition, thrice in all.
    """
    model = GPT(config)
    weights = model.count_parameters() - model.token_embedding.weight.numel()
    if config.positions == "learned":
        weights -= model.position_embedding.weight.numel()
    if config.tied_head:
        weights += model.head.weight.numel()
    attention = 6 * config.n_layers * config.context_length * config.d_model
    return 6 * weights + attention


def share_of_peak(preset: Preset, tokens_per_second: float, card: str) -> str:
    peak = next((peak for name, peak in PEAKS.items() if name in card), None)
    if peak is None:
        return f"share of peak unknown: no peak of {card} is listed"
    reached = flops_per_token(GPTConfig(vocab_size=65, **preset.model)) * tokens_per_second
    return f"{reached / 1e12:.1f} TFLOP/s, {reached / peak:.1%} of peak"


def compiled(preset: Preset) -> Preset:
    training = dataclasses.replace(preset.training, compile=True)
    return dataclasses.replace(preset, training=training)


def shortened(preset: Preset) -> Preset:
    training = dataclasses.replace(preset.training, n_steps=5, evaluate_every=5)
    return dataclasses.replace(preset, training=training)


def main() -> int:
    given = options(__doc__, rounds=1).parse_args()
    if not torch.cuda.is_available():
        print("Not measured: this needs a GPU with CUDA, and there is none here.")
        return 0
    card = torch.cuda.get_device_name()
    report = Report(__file__, ("torch",), given.save)
    report.say(card)
    quick_gpu = compiled(get_preset("h100"))
    for preset in (PLAIN_GPU, quick_gpu):
        in_new_process(train_to, LOSS, shortened(preset), 0)
    shares = []
    for seed in range(given.rounds):
        plain, summary = in_new_process(train_to, LOSS, PLAIN_GPU, seed)
        peak = share_of_peak(PLAIN_GPU, summary["tokens_per_second"], card)
        report.say(f"seed {seed}: {describe('plain recipe', plain, summary, LOSS)}; {peak}")
        plain = plain or summary["train_seconds"]  # or more: it never got there
        quick = in_time(quick_gpu, plain * GOAL, evaluate_every=25)
        ours, summary = in_new_process(train_to, LOSS, quick, seed)
        peak = share_of_peak(quick_gpu, summary["tokens_per_second"], card)
        report.say(f"seed {seed}: {describe('preset h100', ours, summary, LOSS)}; {peak}")
        shares.append(ours / plain if ours else None)
    report.claim(
        f"one GPU ({card}), validation loss {LOSS}, beside the plain recipe's time",
        None if None in shares else statistics.median(shares), GOAL, unit="times",
    )  # fmt: skip
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
