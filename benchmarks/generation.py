"""What a KV cache is worth: 500 tokens, beside no cache and beside transformers with its own.

    python benchmarks/generation.py [--rounds 5]

The model: the course's default, 4 layers, 128 wide, context 256, 65 characters, random weights,
on the CPU with threads as PyTorch chooses. transformers' GPT-2 has the same shape and a context of
512, for it cannot go beyond its context. All take turns; a ratio is the median over the rounds of
two times in the same round. Without the cache the same `generate` must draw the same tokens; the
plain one of notebook 11, whose window slides by one token at a time, is measured as well. Exits
with 1 when a claim does not hold.
"""

import sys

import torch
from measuring import Report, median_seconds, options, ratio, seconds_of, take_turns

from course_utils.gpt import sampling
from course_utils.gpt.generation import generate
from course_utils.gpt.model import GPT, GPTConfig

N_TOKENS = 500
CACHED = "with the cache"
CLAIMS = {"without the cache": 8.0, "transformers": 3.0}  # times as long as with the cache


def transformers_generate():
    from transformers import GPT2Config, GPT2LMHeadModel
    from transformers.utils import logging

    logging.set_verbosity_error()
    config = GPT2Config(
        vocab_size=65,
        n_positions=512,
        n_embd=128,
        n_layer=4,
        n_head=4,
        bos_token_id=0,
        eos_token_id=0,
    )
    model = GPT2LMHeadModel(config).eval()

    def run(prompt):
        torch.manual_seed(0)
        return model.generate(
            prompt,
            max_new_tokens=N_TOKENS,
            do_sample=True,
            top_k=0,
            eos_token_id=None,
            pad_token_id=0,
        )

    return run


def main() -> int:
    given = options(__doc__, rounds=5).parse_args()
    report = Report(__file__, ("torch", "transformers"), given.save)
    torch.manual_seed(0)
    model, prompt = GPT(GPTConfig(vocab_size=65)).eval(), torch.zeros(1, 1, dtype=torch.int64)

    def ours(how, **options):
        return lambda prompt: how(
            model, prompt, N_TOKENS, generator=torch.Generator().manual_seed(0), **options
        )

    writers = {
        CACHED: ours(generate),
        "without the cache": ours(generate, use_cache=False),
        "plain, of notebook 11": ours(sampling.generate),
        "transformers": transformers_generate(),
    }
    if not torch.equal(writers[CACHED](prompt), writers["without the cache"](prompt)):
        print("The cache changed the tokens.")
        return 1
    for name, write in writers.items():
        assert write(prompt).shape == (1, 1 + N_TOKENS), name

    peers = {
        name: lambda write=write: seconds_of(lambda: write(prompt))
        for name, write in writers.items()
    }
    seconds = take_turns(peers, given.rounds)
    report.say(f"{torch.get_num_threads()} threads, {given.rounds} rounds")
    for name in peers:
        report.say(
            f"{name:22s} {1000 * median_seconds(seconds, name) / N_TOKENS:7.3f} ms a token, "
            f"{ratio(seconds, name, CACHED):6.2f} times as long as with the cache"
        )
    for name, least in CLAIMS.items():
        report.claim(
            f"500 tokens, {name} beside with it" if name != "transformers" else
            "500 tokens, transformers' generate with its cache beside the course's",
            ratio(seconds, name, CACHED), least, at_least=True, unit="times",
        )  # fmt: skip
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
