"""BPE in Python beside the same in Rust: training to 1,024 tokens, and encoding the whole text.

    python benchmarks/bpe_tokenizer.py [--rounds 7]

The peer is Hugging Face's library tokenizers, byte-level, with GPT-2's way of cutting words, given
the text in whichever way is faster for it: at once, or line by line with all its threads. The
text is Tiny Shakespeare, all of it. Encoding starts from a new tokenizer each time, whose cache of
words is empty, and both must give the same tokens. All take turns; a ratio is the median over the
rounds. Exits with 1 when a claim does not hold.
"""

import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

from measuring import Report, median_seconds, options, ratio, seconds_of, take_turns
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

from course_utils.data.corpora import load_corpus
from course_utils.gpt.bpe_tokenizer import BPETokenizer

VOCAB_SIZE = 1024
CLAIMS = {"train": 1.5, "encode": 1.0}  # our time over the faster of the library's, at most
SAYS = {"train": "BPE training to 1,024 tokens", "encode": "encoding the whole text with BPE"}


def library_train(texts) -> Tokenizer:
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


def saved(tokenizer: BPETokenizer) -> str:
    """Its tokenizer.json, which the library reads too."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "tokenizer.json"
        tokenizer.save(path)
        return path.read_text(encoding="utf-8")


def after(make: Callable, use: Callable) -> float:
    """The seconds that `use(made)` takes, without those that making it takes."""
    made = make()
    return seconds_of(lambda: use(made))


def main() -> int:
    given = options(__doc__, rounds=7).parse_args()
    report = Report(__file__, ("tokenizers", "regex"), given.save)
    corpus = load_corpus("tinyshakespeare")
    text = corpus.text_train + corpus.text_validation
    lines = text.splitlines(keepends=True)

    trained = BPETokenizer.train(text, VOCAB_SIZE)
    for_library = saved(trained)
    if Tokenizer.from_str(for_library).encode(text).ids != trained.encode(text):
        print("The two encode the text differently.")
        return 1

    ours, theirs = partial(BPETokenizer, trained.merges), partial(Tokenizer.from_str, for_library)
    peers = {
        "train: course": lambda: seconds_of(lambda: BPETokenizer.train(text, VOCAB_SIZE)),
        "train: library, at once": lambda: seconds_of(lambda: library_train([text])),
        "train: library, by lines": lambda: seconds_of(lambda: library_train(lines)),
        "encode: course": lambda: after(ours, lambda t: t.encode(text)),
        "encode: library, at once": lambda: after(theirs, lambda t: t.encode(text)),
        "encode: library, by lines": lambda: after(theirs, lambda t: t.encode_batch_fast(lines)),
    }
    seconds = take_turns(peers, given.rounds)
    report.say(f"{len(text):,} characters, {given.rounds} rounds")
    for name in peers:
        report.say(f"{name:26s} {median_seconds(seconds, name):7.3f} s")
    for task, most in CLAIMS.items():
        of_library = [name for name in peers if name.startswith(f"{task}: library")]
        fastest = min(of_library, key=lambda name: median_seconds(seconds, name))
        report.claim(
            f"{SAYS[task]}, beside tokenizers (Rust)",
            ratio(seconds, f"{task}: course", fastest), most, unit="times",
        )  # fmt: skip
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
