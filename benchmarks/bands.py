"""The losses of a healthy training, for the table of bands in course_utils/gpt/loss_bands.py.

    python benchmarks/bands.py cpu tales

Trains a preset on a corpus on an idle machine, measures the loss on the whole validation text often
at first and then as often as the preset does, and prints the points of a Band.
"""

import sys
import time

from measuring import Report, options

from course_utils.data.corpora import load_corpus
from course_utils.gpt.presets import get_preset, start_training

EARLY = (50, 100, 150, 200, 300, 500)  # steps


def evaluate_early(trainer) -> None:
    if trainer.step in EARLY and trainer.history[-1]["step"] < trainer.step:
        trainer.evaluate()
        trainer.clock = time.perf_counter()  # an evaluation is no training


def main() -> int:
    parser = options(__doc__, rounds=1)
    parser.add_argument("preset")
    parser.add_argument("corpus")
    given = parser.parse_args()
    report = Report(__file__, ("torch",))
    preset, corpus = get_preset(given.preset), load_corpus(given.corpus, progress=False)
    for seed in range(given.rounds):
        trainer = start_training(corpus, preset, seed=seed, progress=False, on_step=evaluate_early)
        summary = trainer.train()
        report.say(f"seed {seed}: {summary['train_seconds']:.1f} s, {summary['dtype']}")
        for line in trainer.history:
            share = f"{line['step']} / {preset.training.n_steps}"
            report.say(f"  ({share}, {line['val_loss']:.3f})  train {line['train_loss']}")
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
