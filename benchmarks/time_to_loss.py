"""How much sooner a preset knows what the plain recipe knows: the time to a loss of 1.88.

    python benchmarks/time_to_loss.py [--rounds 3]

The plain recipe (plain.py) and the preset `first-look`, both with this code, on Tiny Shakespeare by
characters, take turns, each in a process of its own. The time is that of training, evaluation
excluded, until an evaluation on the whole validation tenth first gives 1.88 or less. The preset's
rate falls to 0 over its time, so it is told how much it has: an eighth of what the plain recipe
took in the same round. Exits with 1 when it is not there by then.
"""

import dataclasses
import statistics
import sys

from measuring import Report, in_new_process, options
from plain import PLAIN

from course_utils.data.corpora import load_corpus
from course_utils.gpt.presets import Preset, get_preset, start_training

LOSS = 1.88
QUICK = "first-look"  # made for half a minute
GOAL = 8.0  # times sooner


def train_to(loss: float, preset: Preset, seed: int) -> tuple[float | None, dict]:
    """The seconds of training until the loss is reached, None if it never is; the summary."""
    corpus = load_corpus("tinyshakespeare", progress=False)
    trainer = start_training(corpus, preset, seed=seed, progress=False)
    summary = trainer.train(until=preset.training.evaluate_every)
    while trainer.share_used < 1 and summary["val_loss"] > loss:
        summary = trainer.train(until=trainer.step + preset.training.evaluate_every)
    return (trainer.seconds if summary["val_loss"] <= loss else None), summary


def in_time(preset: Preset, seconds: float, evaluate_every: int) -> Preset:
    training = dataclasses.replace(
        preset.training, max_seconds=seconds, evaluate_every=evaluate_every
    )
    return dataclasses.replace(preset, training=training)


def main() -> int:
    given = options(__doc__, rounds=3).parse_args()
    report = Report(__file__, ("torch",), given.save)
    ratios = []
    for seed in range(given.rounds):
        plain, summary = in_new_process(train_to, LOSS, PLAIN, seed)
        report.say(f"seed {seed}: {describe('plain recipe', plain, summary)}")
        # Where the plain recipe does not get there at all, it took longer than all its steps did.
        plain = plain or summary["train_seconds"]
        quick = in_time(get_preset(QUICK), plain / GOAL, evaluate_every=5)
        ours, summary = in_new_process(train_to, LOSS, quick, seed)
        report.say(f"seed {seed}: {describe(QUICK, ours, summary)}")
        ratios.append(plain / ours if ours else None)
    reached = [ratio for ratio in ratios if ratio is not None]
    report.claim(
        f"validation loss {LOSS}: how much sooner the preset is there than the plain recipe",
        statistics.median(reached) if len(reached) == len(ratios) else None,
        GOAL,
        at_least=True,
        unit="times",
    )
    return report.finish()


def describe(name: str, seconds: float | None, summary: dict, loss: float = LOSS) -> str:
    when = f"in {seconds:.2f} s" if seconds else f"not in {summary['train_seconds']:.2f} s"
    return f"{name}, {loss} {when}: {summary['val_loss']:.3f} at step {summary['steps']:,}"


if __name__ == "__main__":
    sys.exit(main())
