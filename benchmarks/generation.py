"""What a KV cache is worth: 500 tokens, beside no cache and beside transformers with its own.

    python benchmarks/generation.py [--rounds 5]

The model: the course's default, 4 layers, 128 wide, context 256, 65 characters, random weights,
on the CPU with threads as PyTorch chooses. transformers' GPT-2 has the same shape and a context of
512, for it cannot go beyond its context. The three take turns; a ratio is the median over the
rounds of two times in the same round. With and without the cache the tokens must be the same.
Exits with 1 when a claim does not hold.
"""

import argparse
import os
import platform
import statistics
import sys
import time

import torch

from course_utils.gpt.generation import generate
from course_utils.gpt.model import GPT, GPTConfig

N_TOKENS = 500
CLAIMS = {"without the cache": 5.0, "transformers": 3.0}  # times as long as with the cache


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
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds

    torch.manual_seed(0)
    model, prompt = GPT(GPTConfig(vocab_size=65)), torch.zeros(1, 1, dtype=torch.int64)

    def ours(use_cache):
        return lambda prompt: generate(
            model, prompt, N_TOKENS, use_cache=use_cache, generator=torch.Generator().manual_seed(0)
        )

    peers = {
        "with the cache": ours(True),
        "without the cache": ours(False),
        "transformers": transformers_generate(),
    }
    if not torch.equal(peers["with the cache"](prompt), peers["without the cache"](prompt)):
        print("The cache changed the tokens.")
        return 1
    seconds = {name: [] for name in peers}
    for i in range(rounds + 1):  # the first round warms up
        for name, run in peers.items():
            began = time.perf_counter()
            tokens = run(prompt)
            if i:
                seconds[name].append(time.perf_counter() - began)
            assert tokens.shape == (1, 1 + N_TOKENS), name

    print(f"{platform.machine()}, {os.cpu_count()} cores, torch {torch.__version__}, ", end="")
    print(f"{torch.get_num_threads()} threads; {rounds} rounds")
    for name, values in seconds.items():
        print(f"{name:20s} {1000 * statistics.median(values) / N_TOKENS:7.3f} ms a token")
    holds = True
    for name, least in CLAIMS.items():
        pairs = zip(seconds[name], seconds["with the cache"], strict=True)
        ratio = statistics.median(peer / own for peer, own in pairs)
        print(f"{name:20s} {ratio:7.2f} times as long as with the cache (claimed: {least})")
        holds &= ratio >= least
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
