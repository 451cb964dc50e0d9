"""The plain published recipe for a laptop, which other trainings are compared with.

nanoGPT's README gives it for Tiny Shakespeare by characters without a GPU: 4 layers, 4 heads, 128
wide, windows of 64, batches of 12, AdamW at 1e-3 with 100 steps of warm-up and a cosine, 2,000
steps, no dropout, 32 bits; it promises a validation loss of about 1.88. Here it is a configuration
of the course's own model and Trainer: what is compared is the recipe, not the code.
"""

from course_utils.gpt.presets import Preset
from course_utils.gpt.training_config import TrainingConfig

PLAIN = Preset(
    name="plain",
    fits="a processor, without hurry",
    model={"n_layers": 4, "n_heads": 4, "d_model": 128, "context_length": 64, "bias": False},
    training=TrainingConfig(
        n_steps=2000,
        batch_size=12,
        optimizer="adamw",
        learning_rate=1e-3,
        betas=(0.9, 0.99),
        weight_decay=0.1,
        n_warmup=100,
        decay="cosine",
        final_fraction=0.1,
        clip_norm=1.0,
        precision="float32",
        evaluate_every=50,
    ),
)
