"""Byte-pair encoding: the textbook's rules, however quickly they are followed."""

import json
import random
import time
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer, models, pre_tokenizers, trainers

from course_utils.gpt.bpe import bpe_encode, count_pairs, merge_pair, split_bytes, train_bpe
from course_utils.gpt.fast_bpe import bpe_encode_fast, train_bpe_fast
from course_utils.gpt.hugging_face import from_printable, to_printable

# Few letters, so that pairs repeat, run on ("aaaa") and tie.
WORD = st.text("abc ", min_size=1, max_size=12).map(str.encode)
WORDS = st.dictionaries(WORD, st.integers(1, 6), min_size=1, max_size=12)
MERGES = st.lists(st.tuples(WORD, WORD), max_size=6)


def train_by_the_book(words, n_merges):
    """Recount every pair of the whole text before each merge; nothing shared with the course."""
    texts = [([word[i : i + 1] for i in range(len(word))], n) for word, n in words.items()]
    merges = []
    while len(merges) < n_merges:
        counts = {}
        for tokens, n in texts:
            for i in range(len(tokens) - 1):
                pair = (tokens[i], tokens[i + 1])
                counts[pair] = counts.get(pair, 0) + n
        if not counts:
            break
        most = max(counts.values())
        pair = sorted(pair for pair, n in counts.items() if n == most)[-1]
        merges.append(pair)
        for tokens, _ in texts:
            i = 0
            while i < len(tokens) - 1:
                if (tokens[i], tokens[i + 1]) == pair:
                    tokens[i : i + 2] = [pair[0] + pair[1]]
                i += 1
    return merges


def test_the_textbook_example():
    """The words of Sennrich et al., 2016, section 3.2; of equal pairs, the greater goes first."""
    words = {b"low": 5, b"lower": 2, b"newest": 6, b"widest": 3}
    assert count_pairs({split_bytes(word): n for word, n in words.items()}).most_common(2) == [
        ((b"e", b"s"), 9),
        ((b"s", b"t"), 9),
    ]
    merges = train_bpe(words, 6)
    assert [left + right for left, right in merges] == [
        b"st",
        b"est",
        b"ow",
        b"low",
        b"west",
        b"ne",
    ]
    ranks = {pair: rank for rank, pair in enumerate(merges)}
    assert bpe_encode(b"newest", ranks) == (b"ne", b"west")
    assert bpe_encode(b"lowest", ranks) == (b"low", b"est")


@pytest.mark.parametrize("train", [train_bpe, train_bpe_fast])
def test_of_equally_frequent_pairs_the_lexicographically_greatest_goes_first(train):
    words = {b"ab": 3, b"ba": 3, b"AZ": 3, b"z\xff": 2, b"BA": 3}
    assert train(words, 4) == [(b"b", b"a"), (b"a", b"b"), (b"B", b"A"), (b"A", b"Z")]
    # As byte strings "ab" is greater than its beginning "a"; and the first token decides.
    assert train({b"ab": 9, b"abd": 4, b"acd": 4}, 2)[1] == (b"c", b"d")


@given(WORDS)
def test_pairs_are_counted_within_words_as_often_as_the_word_occurs(words):
    expected = Counter()
    for word, n in words.items():
        for i in range(len(word) - 1):
            expected[word[i : i + 1], word[i + 1 : i + 2]] += n
    assert count_pairs({split_bytes(word): n for word, n in words.items()}) == expected


@given(st.lists(st.sampled_from([b"a", b"b", b"ab"]), max_size=12), st.sampled_from("ab"))
def test_merging_joins_from_left_to_right_and_changes_no_byte(word, right):
    pair = (b"a", right.encode())
    merged = merge_pair(word, pair)
    assert b"".join(merged) == b"".join(word)
    # The same by text: each token written between bars, the pair replaced from left to right.
    text = "".join(f"|{token.decode()}|" for token in word)
    expected = text.replace(f"|a||{right}|", f"|a{right}|")
    assert "".join(f"|{token.decode()}|" for token in merged) == expected


def test_runs_merge_from_the_left():
    assert merge_pair([b"a"] * 5, (b"a", b"a")) == (b"aa", b"aa", b"a")


@settings(max_examples=300)
@given(WORDS, st.integers(0, 25))
def test_both_trainers_find_the_merges_of_the_book(words, n_merges):
    expected = train_by_the_book(words, n_merges)
    assert train_bpe(words, n_merges) == expected
    assert train_bpe_fast(words, n_merges) == expected


@given(WORDS)
def test_training_to_the_end_makes_each_word_one_token(words):
    merges = train_bpe(words, 10_000)
    ranks = {pair: rank for rank, pair in enumerate(merges)}
    for word in words:
        assert bpe_encode(word, ranks) == (word,)
    assert len({left + right for left, right in merges}) == len(merges)


@given(WORDS, st.integers(0, 25))
def test_encoding_a_word_of_the_training_text_gives_the_tokens_that_training_left(words, n_merges):
    merges = train_bpe(words, n_merges)
    ranks = {pair: rank for rank, pair in enumerate(merges)}
    for word in words:
        tokens = split_bytes(word)
        for pair in merges:
            tokens = merge_pair(tokens, pair)
        assert bpe_encode(word, ranks) == tokens


@given(WORDS, st.integers(0, 25), st.text("abc ", max_size=80).map(str.encode))
def test_long_words_are_cut_as_short_ones_are(words, n_merges, word):
    ranks = {pair: rank for rank, pair in enumerate(train_bpe(words, n_merges))}
    assert bpe_encode_fast(word, ranks) == bpe_encode(word, ranks)


def test_a_word_of_a_hundred_thousand_letters_is_cut_within_seconds():
    letters = random.Random(0).choices(b"etaoinshrdlu", k=100_000)
    words = {bytes(letters[i : i + 8]): 1 for i in range(0, 4000, 8)}
    ranks = {pair: rank for rank, pair in enumerate(train_bpe_fast(words, 500))}
    began = time.process_time()
    tokens = bpe_encode_fast(bytes(letters), ranks)
    assert time.process_time() - began < 5
    assert b"".join(tokens) == bytes(letters)
    assert len(tokens) < 60_000


@settings(max_examples=100, deadline=None)
@given(WORDS, st.integers(1, 25))
def test_with_the_librarys_rule_for_ties_the_merges_are_the_librarys(words, n_merges):
    peer = Tokenizer(models.BPE())
    trainer = trainers.BpeTrainer(
        vocab_size=256 + n_merges,
        initial_alphabet=[chr(i) for i in range(256)],
        show_progress=False,
    )
    texts = [word.decode() for word, n in words.items() for _ in range(n)]
    peer.train_from_iterator(texts, trainer)
    expected = [tuple(pair) for pair in json.loads(peer.to_str())["model"]["merges"]]
    merges = train_bpe_fast(words, n_merges, ties="oldest")
    assert [(left.decode(), right.decode()) for left, right in merges] == expected


@given(st.binary(max_size=50))
def test_the_printable_form_of_bytes_is_that_of_the_library_and_comes_back(data):
    assert from_printable(to_printable(data)) == data
    assert set(to_printable(data)) <= set(pre_tokenizers.ByteLevel.alphabet())


@pytest.mark.parametrize("text", ["héllo wörld", "日本語", "🙂", "\x00\x7f\xa0\xad"])
def test_the_printable_form_is_that_of_the_library(text):
    peer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    [(printed, _)] = peer.pre_tokenize_str(text)
    assert to_printable(text.encode()) == printed
