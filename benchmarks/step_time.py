"""What one training step costs: the course's Trainer beside a bare loop around transformers' GPT-2.

    python benchmarks/step_time.py [--rounds 20]

Both take the same batches of the plain recipe (plain.py): 12 windows of 64 characters, 4 layers, 4
heads, 128 wide, with biases and a tied output layer as GPT-2 has them, no dropout, AdamW, gradients
clipped at 1. Each is as it comes: the Trainer chooses its numbers (bfloat16 for the products where
the processor has it), the bare loop is what a tutorial writes, in 32 bits: forward, cross-entropy,
backward, clip, step, with torch.optim.AdamW. Measured too, and no part of the claim: the Trainer in
32 bits, the loop with fused AdamW, and the loop in bfloat16. All take turns; a ratio is the median
over the rounds. Exits with 1 when the claim does not hold.
"""

import dataclasses
import sys

import torch
import torch.nn.functional as F
from measuring import Report, median_seconds, options, ratio, seconds_of, take_turns
from plain import PLAIN

from course_utils.data.corpora import load_corpus
from course_utils.gpt.batches import get_batch
from course_utils.gpt.presets import start_training

GOAL = 0.8  # times a step of the bare loop, at most
STEPS_A_TURN = 20
N_STEPS = 1_000_000  # more than will be taken
BARE = "transformers, bare loop"


def course_trainer(corpus, precision: str):
    """The Trainer of the plain model, in the numbers of this name."""
    training = dataclasses.replace(
        PLAIN.training, n_steps=N_STEPS, evaluate_every=N_STEPS, precision=precision
    )
    preset = dataclasses.replace(PLAIN, model={**PLAIN.model, "bias": True}, training=training)
    trainer = start_training(corpus, preset, device="cpu", progress=False)
    trainer.model.train()
    return trainer


def transformers_loop(trainer, fused: bool | None = None, dtype: torch.dtype = torch.float32):
    """A function that takes one step of an equal model on batches from the trainer's text."""
    from transformers import GPT2Config, GPT2LMHeadModel

    config, training = trainer.model.config, trainer.config
    model = GPT2LMHeadModel(
        GPT2Config(
            vocab_size=config.vocab_size,
            n_positions=config.context_length,
            n_embd=config.d_model,
            n_layer=config.n_layers,
            n_head=config.n_heads,
            embd_pdrop=0.0,
            attn_pdrop=0.0,
            resid_pdrop=0.0,
            use_cache=False,
        )
    ).train()
    assert sum(p.numel() for p in model.parameters()) == trainer.model.count_parameters()
    optimizer = torch.optim.AdamW(
        model.parameters(),
        lr=training.learning_rate,
        betas=training.betas,
        weight_decay=training.weight_decay,
        fused=fused,
    )
    generator = torch.Generator().manual_seed(0)

    def step():
        tokens, targets = get_batch(
            trainer.train_tokens, training.batch_size, config.context_length, generator
        )
        with torch.autocast("cpu", dtype, enabled=dtype != torch.float32):
            logits = model(tokens).logits
        loss = F.cross_entropy(logits.flatten(0, 1).float(), targets.flatten())
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), training.clip_norm)
        optimizer.step()
        return loss

    return step


def main() -> int:
    given = options(__doc__, rounds=20).parse_args()
    report = Report(__file__, ("torch", "transformers"), given.save)
    corpus = load_corpus("tinyshakespeare", progress=False)
    trainer = course_trainer(corpus, "auto")
    steps = {
        "course": trainer.take_step,
        "course, 32 bits": course_trainer(corpus, "float32").take_step,
        BARE: transformers_loop(trainer),
        "transformers, fused AdamW": transformers_loop(trainer, fused=True),
        "transformers, bfloat16": transformers_loop(trainer, dtype=torch.bfloat16),
    }
    peers = {name: lambda step=step: seconds_of(step, STEPS_A_TURN) for name, step in steps.items()}
    seconds = take_turns(peers, given.rounds, warm_up=2)
    report.say(
        f"{torch.get_num_threads()} threads, {given.rounds} rounds of {STEPS_A_TURN} steps; the "
        f"Trainer chose {trainer.dtype}"
    )
    for name in peers:
        report.say(
            f"{name:26s} {1000 * median_seconds(seconds, name):7.2f} ms a step; the course takes "
            f"{ratio(seconds, 'course', name):5.2f} times as long"
        )
    report.claim(
        "a training step of the plain model, beside a bare loop around transformers' GPT-2",
        ratio(seconds, "course", BARE), GOAL, unit="times",
    )  # fmt: skip
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
