"""On a megabyte of real text the merges and numbers are those of the library tokenizers.

The library breaks ties by age, the course by the alphabet of the bytes; the course's trainer can
follow either rule.
"""

import json
import os
from collections import Counter
from pathlib import Path

import pytest
from tokenizers import Regex, Tokenizer, models, pre_tokenizers, trainers

from course_utils.gpt.bpe import train_bpe
from course_utils.gpt.bpe_tokenizer import WORD_PATTERN, BPETokenizer
from course_utils.gpt.fast_bpe import train_bpe_fast

N_MERGES = 2000


@pytest.fixture(scope="module")
def shakespeare():
    folder = os.environ.get("COURSE_DATA_DIR", "")
    path = Path(folder) / "tinyshakespeare.txt"
    if not folder or not path.is_file():
        pytest.skip("needs tinyshakespeare.txt in the folder that COURSE_DATA_DIR names")
    return path.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def words(shakespeare):
    return {word.encode(): n for word, n in Counter(WORD_PATTERN.findall(shakespeare)).items()}


@pytest.fixture(scope="module")
def peer(shakespeare):
    """Train the library on the same words: the text is ASCII, so a character is a byte."""
    assert shakespeare.isascii()
    peer = Tokenizer(models.BPE())
    peer.pre_tokenizer = pre_tokenizers.Split(Regex(WORD_PATTERN.pattern), "isolated")
    trainer = trainers.BpeTrainer(
        vocab_size=256 + N_MERGES,
        initial_alphabet=[chr(i) for i in range(256)],
        show_progress=False,
    )
    peer.train_from_iterator([shakespeare], trainer)
    return peer


def test_every_merge_is_the_librarys_in_order(words, peer):
    expected = [tuple(pair) for pair in json.loads(peer.to_str())["model"]["merges"]]
    merges = train_bpe_fast(words, N_MERGES, ties="oldest")
    assert [(left.decode(), right.decode()) for left, right in merges] == expected


def test_the_numbers_of_the_whole_text_are_the_librarys(shakespeare, words, peer):
    tokenizer = BPETokenizer(train_bpe_fast(words, N_MERGES, ties="oldest"))
    assert tokenizer.vocab_size == peer.get_vocab_size()
    assert tokenizer.encode(shakespeare) == peer.encode(shakespeare).ids


def test_the_plain_trainer_finds_what_the_fast_one_finds(words):
    common = dict(Counter(words).most_common(2500))
    assert train_bpe(common, 120) == train_bpe_fast(common, 120)
