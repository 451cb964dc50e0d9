"""What bought how much: from the plain recipe to the preset `cpu-minute`, one change at a time.

    python benchmarks/ladder.py [ladder without parts shapes rates compiled] [--seconds 60]

Every variant gets the same seconds of training on Tiny Shakespeare, in a process of its own, with
its rate falling over that time; the loss is that on the whole validation tenth. The sets:

    ladder    from plain.py to the preset, each rung with all changes of those before it
    without   the preset without one of its changes
    parts     the preset with PyTorch's layer (GPTBlock), and with one part of the model as in GPT-2
    shapes    the preset with other windows, batches, heads, layers and widths
    rates     the preset with other rates
    compiled  torch.compile in place of the layer written by hand, its start included

No claims: the numbers are for LOG.md. With `--rounds 3` each variant is trained with three seeds,
and the number is their median.
"""

import dataclasses
import statistics
import sys

from measuring import Report, in_new_process, options
from plain import PLAIN

from course_utils.data.corpora import load_corpus
from course_utils.gpt import training as training_module
from course_utils.gpt.presets import MINUTE_MODEL, MINUTE_TRAINING, MODERN, Preset, start_training
from course_utils.gpt.training_config import TrainingConfig

NEVER = 1_000_000  # steps: more than the time allows, so that the time alone counts


@dataclasses.dataclass(frozen=True)
class Variant:
    """A model and its training, as changes to what it is compared with."""

    name: str
    model: dict
    training: dict
    keep_freed_memory: bool = True


MUON = {
    "optimizer": "muon",
    "learning_rate": MINUTE_TRAINING.learning_rate,
    "matrix_learning_rate": MINUTE_TRAINING.matrix_learning_rate,
    "betas": MINUTE_TRAINING.betas,
    "momentum": MINUTE_TRAINING.momentum,
}
LINEAR = {"decay": "linear", "final_fraction": 0.0, "n_warmup": 0}
COSINE = {"decay": "cosine", "final_fraction": 0.1, "n_warmup": NEVER // 20}  # as plain.py's 5%
ADAMW = {"optimizer": "adamw", "learning_rate": 3e-3, "n_warmup": NEVER // 20}
OWN = {"fast_block": False}  # GPTBlock

CHANGES = (
    Variant("plain recipe", {}, {}, keep_freed_memory=False),
    Variant("+ modern parts", MODERN | {"convolution_width": 1}, {}, keep_freed_memory=False),
    Variant("+ Muon, and its rates", {}, MUON, keep_freed_memory=False),
    Variant("+ short convolution", {"convolution_width": 3}, {}, keep_freed_memory=False),
    Variant("+ linear decay to 0, no warm-up", {}, LINEAR, keep_freed_memory=False),
    Variant(
        "+ 3 windows of 384, 2 layers, 2 heads",
        {"context_length": 384, "n_layers": 2, "n_heads": 2},
        {"batch_size": 3},
        keep_freed_memory=False,
    ),
    Variant("+ FastBlock", {}, {"fast_block": True}, keep_freed_memory=False),
    Variant("+ bfloat16", {}, {"precision": "auto"}, keep_freed_memory=False),
    Variant("+ freed memory kept = cpu-minute", {}, {}),
)


def climbed() -> list[Variant]:
    """The rungs: each with the changes of all before it."""
    model, training = PLAIN.model, dataclasses.asdict(PLAIN.training) | COSINE
    rungs = []
    for change in CHANGES:
        model, training = model | change.model, training | change.training
        rungs.append(dataclasses.replace(change, model=model, training=training))
    return rungs


def changed(name: str, model: dict | None = None, training: dict | None = None, **more) -> Variant:
    """The preset with something else."""
    minute = dataclasses.asdict(MINUTE_TRAINING)
    return Variant(name, MINUTE_MODEL | (model or {}), minute | (training or {}), **more)


def windows(length: int, n: int) -> Variant:
    return changed(f"{n} windows of {length}", {"context_length": length}, {"batch_size": n})


SETS = {
    "ladder": climbed(),
    "without": [
        changed("the preset"),
        changed("without FastBlock", training=OWN),
        changed("without bfloat16", training={"precision": "float32"}),
        changed("without FastBlock and bfloat16", training=OWN | {"precision": "float32"}),
        changed("without freed memory kept", keep_freed_memory=False),
        changed("cosine to a tenth, warm-up", training=COSINE),
        changed("AdamW at 3e-3, warm-up", training=ADAMW),
        changed("AdamW at 1e-2, warm-up", training=ADAMW | {"learning_rate": 1e-2}),
    ],
    "parts": [
        changed("the preset with GPTBlock", training=OWN),
        changed("LayerNorm", {"norm": "layernorm"}, OWN),
        changed("learned positions", {"positions": "learned"}, OWN),
        changed("GELU", {"mlp": "gelu"}, OWN),
        changed("SwiGLU", {"mlp": "swiglu"}, OWN),
        changed("no short convolution", {"convolution_width": 1}, OWN),
        changed("no QK-norm", {"qk_norm": False}, OWN),
        changed("biases", {"bias": True}, OWN),
        changed("tied output layer", {"tied_head": True}, OWN),
    ],
    "shapes": [
        changed("the preset"),
        windows(64, 18),
        windows(128, 9),
        windows(256, 4),
        windows(384, 2),
        windows(384, 6),
        windows(512, 3),
        changed("1 head", {"n_heads": 1}),
        changed("4 heads", {"n_heads": 4}),
        changed("1 layer", {"n_layers": 1}),
        changed("3 layers", {"n_layers": 3}),
        changed("4 layers", {"n_layers": 4}),
        changed("96 wide", {"d_model": 96}),
        changed("160 wide", {"d_model": 160}),
        changed("convolutions of 2", {"convolution_width": 2}),
        changed("convolutions of 4", {"convolution_width": 4}),
    ],
    "rates": [
        changed("the preset"),
        changed("matrices at 0.01", training={"matrix_learning_rate": 0.01}),
        changed("matrices at 0.03", training={"matrix_learning_rate": 0.03}),
        changed("matrices at 0.05", training={"matrix_learning_rate": 0.05}),
        changed("the rest at 0.01", training={"learning_rate": 0.01}),
        changed("the rest at 0.04", training={"learning_rate": 0.04}),
        changed("momentum 0.95", training={"momentum": 0.95}),
        changed("no weight decay", training={"weight_decay": 0.0}),
    ],
    "compiled": [
        changed("GPTBlock, float32", training=OWN | {"precision": "float32"}),
        changed(
            "GPTBlock, float32, compiled",
            training=OWN | {"precision": "float32", "compile": True},
        ),
        changed("GPTBlock, bfloat16", training=OWN),
        changed("GPTBlock, bfloat16, compiled", training=OWN | {"compile": True}),
        changed("FastBlock, bfloat16, compiled", training={"compile": True}),
    ],
}


def training_of(variant: Variant, seconds: float) -> TrainingConfig:
    """Its training, ended by the clock alone."""
    ending = {"n_steps": NEVER, "max_seconds": seconds, "evaluate_every": NEVER}
    return dataclasses.replace(PLAIN.training, **variant.training | ending)


def train(variant: Variant, seconds: float, seed: int) -> dict:
    """The summary of one training."""
    if not variant.keep_freed_memory:
        training_module.keep_freed_memory = lambda: False
    preset = Preset(variant.name, "", variant.model, training_of(variant, seconds))
    corpus = load_corpus("tinyshakespeare", progress=False)
    return start_training(corpus, preset, seed=seed, progress=False).train()


def main() -> int:
    parser = options(__doc__, rounds=1)
    parser.add_argument("sets", nargs="*", help="; ".join(SETS))
    parser.add_argument("--seconds", type=float, default=60, help="of each training, 60 if not set")
    given = parser.parse_args()
    report = Report(__file__, ("torch",), given.save)
    for name in given.sets or SETS:
        report.say(f"{name}: {given.seconds:g} s each, {given.rounds} seeds")
        before = None
        for variant in SETS[name]:
            runs = [
                in_new_process(train, variant, given.seconds, seed) for seed in range(given.rounds)
            ]
            loss = statistics.median(run["val_loss"] for run in runs)
            speed = statistics.median(run["tokens_per_second"] for run in runs)
            steps = statistics.median(run["steps"] for run in runs)
            report.say(
                f"  {variant.name:34s} {loss:.4f} {loss - (before or loss):+.4f}"
                f"{steps:8,.0f} steps {speed:8,.0f} tokens/s"
            )
            # A rung is compared with the one below it, all else with the first of its set.
            before = loss if name == "ladder" or before is None else before
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
