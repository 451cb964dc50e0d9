"""What a learner's laptop reaches: Tiny Shakespeare in one minute and in three.

    python benchmarks/training_minutes.py [--rounds 3]

The presets `cpu-minute` and `cpu` as `start_training` gives them, one after the other, with another
seed in each round; the number is the median of the validation losses. The loss is the mean over
the whole validation tenth in side-by-side windows, in 32 bits, dropout off, weights as trained. The
seconds are wall time of training, evaluation excluded, each training in a process of its own. The
machine must be idle. Exits with 1 when a loss is above its goal.
"""

import statistics
import sys

from measuring import Report, in_new_process, options

from course_utils.data.corpora import load_corpus
from course_utils.gpt.presets import start_training

GOALS = {"cpu-minute": 1.58, "cpu": 1.50}  # nats per character, at most


def train(preset: str, seed: int) -> dict:
    """The summary of one training."""
    corpus = load_corpus("tinyshakespeare", progress=False)
    return start_training(corpus, preset, seed=seed, progress=False).train()


def main() -> int:
    parser = options(__doc__, rounds=3)
    parser.add_argument("--presets", nargs="+", choices=list(GOALS), default=list(GOALS))
    given = parser.parse_args()
    report = Report(__file__, ("torch",), given.save)
    summaries: dict[str, list[dict]] = {preset: [] for preset in given.presets}
    for seed in range(given.rounds):
        for preset in given.presets:
            summary = in_new_process(train, preset, seed)
            summaries[preset].append(summary)
            report.say(
                f"{preset}, seed {seed}: {summary['val_loss']:.4f} after "
                f"{summary['train_seconds']:.1f} s, {summary['steps']:,} steps, "
                f"{summary['tokens_per_second']:,} tokens/s, {summary['dtype']}"
            )
    for preset, of_preset in summaries.items():
        seconds = round(of_preset[0]["train_seconds"])
        report.claim(
            f"Tiny Shakespeare, preset `{preset}`, {seconds} s of training: validation loss",
            statistics.median(summary["val_loss"] for summary in of_preset),
            GOALS[preset],
        )
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
