"""The BPE tokenizer: every text comes back, and other tools read the same numbers."""

import json
import unicodedata

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers

from course_utils.gpt.bpe import BYTES
from course_utils.gpt.bpe_tokenizer import BPETokenizer
from course_utils.gpt.hugging_face import to_printable

SPECIAL = ["<|end|>", "<|end|>!", "<|two words|>"]
TEXT = """The old king's daughter didn't know 1024 ways home; she'd seen 42.
    Once upon a time,\tthere was\r\n\r\n a naïve café owner: "¿Qué?"  日本語のテキスト  🙂🙃 the the
the end the king the queen they're there then -- \u00a0\u2003x\u0301 ...   \n"""

# Letters of words it knows, white space of all sorts, signs, endings, halves of special tokens.
PIECES = st.sampled_from(
    [
        *"the king'sd420 \n\t\r.,;\u00a0\u2003\u200b\x00é日🙂\u0301\x85\x1c\ufeff²Ⅷ",
        "the king's " * 8 + "daughter" * 8,
        *["  ", "'re", "'LL", "the ", *SPECIAL, "<|", "|>", "<|end", "<|two", " words|>"],
    ]
)
HOSTILE = st.one_of(
    st.text(st.characters(exclude_categories=["Cs", "Cn"])),
    st.lists(PIECES, max_size=30).map("".join),
)


@pytest.fixture(scope="module")
def tokenizer():
    return BPETokenizer.train(TEXT * 3, 380, SPECIAL)


@pytest.fixture(scope="module")
def peer(tokenizer, tmp_path_factory):
    path = tmp_path_factory.mktemp("tokenizer") / "tokenizer.json"
    tokenizer.save(path)
    return Tokenizer.from_file(str(path))


@settings(max_examples=300, deadline=None)
@given(HOSTILE)
def test_every_text_comes_back(tokenizer, text):
    assert tokenizer.decode(tokenizer.encode(text)) == text


@settings(max_examples=300, deadline=None)
@given(HOSTILE)
def test_the_library_tokenizers_reads_our_file_and_gives_the_same_numbers(tokenizer, peer, text):
    tokens = tokenizer.encode(text)
    assert peer.encode(text).ids == tokens
    assert peer.decode(tokens, skip_special_tokens=False) == text


def test_every_character_of_unicode_is_cut_as_the_library_cuts_it(tokenizer, peer):
    """Every kind and script; of the 100,000 ideographs and syllables of East Asia every 16th."""
    kinds = {chr(i): unicodedata.category(chr(i)) for i in range(0x110000)}
    few = {chr(i) for i in range(0x3400, 0x110000) if i % 16}
    known = [c for c, kind in kinds.items() if kind not in ("Cs", "Cn", "Co", "Lo" * (c in few))]
    text = "".join([f"a{c} b{c}{c}1 {c}'s" for c in known])
    assert len(known) > 10_000
    assert peer.encode(text).ids == tokenizer.encode(text)


@settings(max_examples=200, deadline=None)
@given(st.lists(HOSTILE, max_size=6), st.integers(0, 2))
def test_a_stream_of_pieces_gives_the_tokens_of_the_whole(tokenizer, texts, cut):
    if cut:  # pieces of one or two characters: every boundary falls somewhere
        whole = "".join(texts)
        texts = [whole[i : i + cut] for i in range(0, len(whole), cut)]
    assert list(tokenizer.encode_iterable(texts)) == tokenizer.encode("".join(texts))


def test_a_stream_is_read_no_further_than_needed(tokenizer):
    taken = []

    def lines():
        for i in range(1000):
            taken.append(i)
            yield f"line {i} of a long file\n"

    stream = tokenizer.encode_iterable(lines())
    for _ in range(50):
        next(stream)
    assert len(taken) < 50


@settings(max_examples=200, deadline=None)
@given(HOSTILE)
def test_text_is_decoded_piece_by_piece_in_whole_characters(tokenizer, text):
    pieces = list(tokenizer.decode_iterable(tokenizer.encode(text)))
    assert "".join(pieces) == text
    assert "\ufffd" in text or not any("\ufffd" in piece for piece in pieces)


@given(st.lists(st.integers(0, 379), max_size=20))
def test_any_tokens_decode_to_what_the_library_decodes(tokenizer, peer, tokens):
    text = peer.decode(tokens, skip_special_tokens=False)
    assert tokenizer.decode(tokens) == text
    assert "".join(tokenizer.decode_iterable(tokens)) == text


def test_tokens_may_come_as_a_tensor(tokenizer):
    assert tokenizer.decode(torch.tensor(tokenizer.encode("the king"))) == "the king"


def test_numbers_go_to_bytes_then_merges_then_special_tokens(tokenizer):
    assert tokenizer.vocab_size == 380
    assert [tokenizer.token_ids[byte] for byte in BYTES] == list(range(256))
    left, right = tokenizer.merges[0]
    assert tokenizer.token_ids[left + right] == 256
    assert [tokenizer.token_ids[token] for token in SPECIAL] == [377, 378, 379]


def test_special_tokens_are_one_token_the_longest_first_and_never_merged_over():
    text = "ab<|end|>ab<|end|>!" * 50
    tokenizer = BPETokenizer.train(text, 300, SPECIAL)
    assert tokenizer.merges == [(b"a", b"b")]
    assert tokenizer.encode("ab<|end|>!ab<|end|>") == [256, 258, 256, 257]
    assert BPETokenizer.train(text, 300).encode("<|end|>") != [257]


def test_training_on_several_texts_counts_them_all_but_merges_nothing_across_them():
    together = BPETokenizer.train(["ab" * 20, "cd" * 30], 258)
    assert together.merges == BPETokenizer.train("ab" * 20 + " " + "cd" * 30, 258).merges
    assert BPETokenizer.train(["x", "y"] * 50, 300).merges == []


def test_more_words_than_the_cache_holds_change_nothing(tokenizer, monkeypatch):
    fresh = BPETokenizer(tokenizer.merges, tokenizer.special_tokens)
    monkeypatch.setattr(type(fresh._words), "max_words", 3)
    assert fresh.encode(TEXT) == tokenizer.encode(TEXT)
    assert len(fresh._words) <= 3


# ------------------------------------------------------------------------------------ files


def test_what_is_saved_is_loaded(tokenizer, tmp_path):
    tokenizer.save(tmp_path / "t.json")
    loaded = BPETokenizer.load(tmp_path / "t.json")
    assert loaded.merges == tokenizer.merges
    assert loaded.token_ids == tokenizer.token_ids
    assert loaded.special_tokens == tokenizer.special_tokens
    assert loaded.encode(TEXT) == tokenizer.encode(TEXT)


@pytest.fixture(scope="module")
def trained_peer():
    peer = Tokenizer(models.BPE())
    peer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    peer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=350,
        special_tokens=["<|end|>"],  # the library numbers it 0
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    peer.train_from_iterator([TEXT], trainer)
    peer.add_tokens([AddedToken("<|two words|>", normalized=False)])
    return peer


@settings(max_examples=200, deadline=None)
@given(text=HOSTILE)
def test_a_file_of_the_library_gives_the_librarys_numbers(trained_peer, tmp_path_factory, text):
    path = tmp_path_factory.getbasetemp() / "trained.json"
    if not path.exists():
        trained_peer.save(str(path))
    tokenizer = BPETokenizer.load(path)
    assert tokenizer.token_ids["<|end|>"] == 0
    assert tokenizer.encode(text) == trained_peer.encode(text).ids
    assert tokenizer.vocab_size == trained_peer.get_vocab_size()


def test_gpt2s_own_files_are_read(tokenizer, tmp_path):
    """vocab.json numbers bytes by GPT-2's printable order and holds <|endoftext|> last."""
    merges = [tuple(map(to_printable, pair)) for pair in tokenizer.merges]
    tokens = [*sorted(map(to_printable, BYTES)), *("".join(pair) for pair in merges)]
    vocabulary = {token: i for i, token in enumerate([*tokens, "<|endoftext|>"])}
    (tmp_path / "vocab.json").write_text(json.dumps(vocabulary), encoding="utf-8")
    lines = ["#version: 0.2", *(" ".join(pair) for pair in merges), ""]
    (tmp_path / "merges.txt").write_text("\n".join(lines), encoding="utf-8")

    loaded = BPETokenizer.from_gpt2(tmp_path)
    peer = Tokenizer(
        models.BPE.from_file(str(tmp_path / "vocab.json"), str(tmp_path / "merges.txt"))
    )
    peer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    peer.add_special_tokens(["<|endoftext|>"])
    text = TEXT + "<|endoftext|>" + TEXT
    assert loaded.encode(text) == peer.encode(text).ids
    assert loaded.special_tokens == ["<|endoftext|>"]
    assert loaded.decode(loaded.encode(text)) == text


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"normalizer": {"type": "NFC"}}, "changes the text first .normalizer NFC"),
        ({"pre_tokenizer": {"type": "Whitespace"}}, "cuts words its own way"),
        ({"pre_tokenizer": None}, "cuts words its own way"),
        (
            {"pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": True}},
            "puts a space before the text",
        ),
        ({"model": {"type": "WordPiece", "vocab": {}}}, "its model is 'WordPiece'"),
        ({"post_processor": {"type": "BertProcessing"}}, "adds tokens afterwards"),
        (
            {"added_tokens": [{"id": 9, "content": "<m>", "lstrip": True}]},
            "'<m>' has the option lstrip",
        ),
    ],
)
def test_tokenizers_of_another_kind_are_refused_with_the_reason(
    tokenizer, tmp_path, change, message
):
    tokenizer.save(tmp_path / "t.json")
    content = json.loads((tmp_path / "t.json").read_text(encoding="utf-8"))
    (tmp_path / "t.json").write_text(json.dumps(content | change), encoding="utf-8")
    with pytest.raises(ValueError, match=message):
        BPETokenizer.load(tmp_path / "t.json")


def test_a_vocabulary_without_some_byte_is_refused(tokenizer, tmp_path):
    tokenizer.save(tmp_path / "t.json")
    content = json.loads((tmp_path / "t.json").read_text(encoding="utf-8"))
    del content["model"]["vocab"]["A"]
    (tmp_path / "t.json").write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(ValueError, match="no token for 1 of the 256 bytes"):
        BPETokenizer.load(tmp_path / "t.json")


def test_missing_and_damaged_files_are_named(tmp_path):
    with pytest.raises(ValueError, match=r"There is no file .*vocab\.json"):
        BPETokenizer.from_gpt2(tmp_path)
    (tmp_path / "t.json").write_text("[1, 2", encoding="utf-8")
    with pytest.raises(ValueError, match=r"t\.json is not valid JSON"):
        BPETokenizer.load(tmp_path / "t.json")


@pytest.mark.parametrize(
    "changes",
    [{"merges": None}, {"merges": [1]}, {"vocab": []}, {"vocab": {"a": None}}],
)
def test_a_file_that_is_laid_out_in_another_way_is_refused(tokenizer, tmp_path, changes):
    path = tmp_path / "tokenizer.json"
    tokenizer.save(path)
    content = json.loads(path.read_text(encoding="utf-8"))
    content["model"].update(changes)
    path.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(ValueError, match=r"tokenizer\.json"):
        BPETokenizer.load(path)


# ----------------------------------------------------------------------------------- errors


def test_a_vocabulary_too_small_for_the_bytes_is_refused():
    with pytest.raises(
        ValueError, match=r"vocab_size is 258, .* 3 special tokens already make 259"
    ):
        BPETokenizer.train(TEXT, 258, SPECIAL)


def test_special_tokens_must_be_distinct_and_not_empty():
    for special in (["<a>", "<a>"], [""]):
        with pytest.raises(ValueError, match="different from each other and not empty"):
            BPETokenizer([], special)


def test_numbers_must_be_complete_and_distinct():
    numbers = {byte: i for i, byte in enumerate(BYTES)}
    with pytest.raises(ValueError, match="1 tokens have no number, b'ab' among them"):
        BPETokenizer([(b"a", b"b")], [], numbers)
    with pytest.raises(ValueError, match="Two tokens have the same number"):
        BPETokenizer([], [], numbers | {b"a": 5})


def test_half_a_surrogate_pair_is_no_text(tokenizer):
    with pytest.raises(ValueError, match="half of a surrogate pair"):
        tokenizer.encode("the \ud83d king")


def test_numbers_that_are_no_tokens_are_refused(tokenizer):
    for number in (-1, 380):
        with pytest.raises(ValueError, match=f"There is no token {number}: .* 0 and 379"):
            tokenizer.decode([1, number])
