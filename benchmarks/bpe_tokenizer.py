"""BPE in Python beside the same in Rust: training to 1,024 tokens, and encoding the whole text.

    python benchmarks/bpe_tokenizer.py TEXT_FILE [--rounds 7]

The peer is Hugging Face's library tokenizers, byte-level, with GPT-2's way of cutting words, given
the text in whichever way is faster for it: at once, or line by line with all its threads. The
claims are made for Tiny Shakespeare. Encoding starts from a new tokenizer each time, whose cache of
words is empty, and both must give the same tokens. The two take turns; a ratio is the median over
the rounds. Exits with 1 when a claim does not hold.
"""

import argparse
import os
import platform
import statistics
import sys
import tempfile
import time
from pathlib import Path

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from tokenizers import __version__ as version

from course_utils.gpt.bpe_tokenizer import BPETokenizer

VOCAB_SIZE = 1024
CLAIMS = {"train": 1.5, "encode": 1.0}  # our time over the faster of the library's, at most


def library_train(texts):
    peer = Tokenizer(models.BPE())
    peer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    peer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCAB_SIZE,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    peer.train_from_iterator(texts, trainer)
    return peer


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("text_file", type=Path)
    parser.add_argument("--rounds", type=int, default=7)
    arguments = parser.parse_args()
    text = arguments.text_file.read_text(encoding="utf-8")
    lines = text.splitlines(keepends=True)

    trained = BPETokenizer.train(text, VOCAB_SIZE)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "tokenizer.json"
        trained.save(path)
        saved = path.read_text(encoding="utf-8")
    if Tokenizer.from_str(saved).encode(text).ids != trained.encode(text):
        print("The two encode the text differently.")
        return 1

    def encode_anew():
        return BPETokenizer(trained.merges), lambda tokenizer: tokenizer.encode(text)

    def peer_anew(method):
        return Tokenizer.from_str(saved), lambda tokenizer: method(tokenizer)

    tasks = {
        ("train", "course"): lambda: (None, lambda _: BPETokenizer.train(text, VOCAB_SIZE)),
        ("train", "library, at once"): lambda: (None, lambda _: library_train([text])),
        ("train", "library, by lines"): lambda: (None, lambda _: library_train(lines)),
        ("encode", "course"): encode_anew,
        ("encode", "library, at once"): lambda: peer_anew(lambda t: t.encode(text)),
        ("encode", "library, by lines"): lambda: peer_anew(lambda t: t.encode_batch_fast(lines)),
    }
    seconds = {key: [] for key in tasks}
    for i in range(arguments.rounds + 1):  # the first round warms up
        for key, prepare in tasks.items():
            tokenizer, run = prepare()
            began = time.perf_counter()
            run(tokenizer)
            if i:
                seconds[key].append(time.perf_counter() - began)

    print(
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, ",
        end="",
    )
    print(f"tokenizers {version}; {arguments.rounds} rounds")
    for (task, who), values in seconds.items():
        print(f"{task:7s} {who:18s} {statistics.median(values):7.3f} s")
    holds = True
    for task, most in CLAIMS.items():
        peers = [values for key, values in seconds.items() if key[0] == task and key[1] != "course"]
        fastest = min(peers, key=statistics.median)
        pairs = zip(seconds[task, "course"], fastest, strict=True)
        ratio = statistics.median(own / peer for own, peer in pairs)
        print(f"{task:7s} {ratio:.2f} times the library's time (claimed: at most {most})")
        holds &= ratio <= most
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
