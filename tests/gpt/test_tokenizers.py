"""Characters as tokens, and reading back whichever tokenizer a folder holds."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from course_utils.gpt.bpe_tokenizer import BPETokenizer
from course_utils.gpt.characters import CharTokenizer, encode_chars
from course_utils.gpt.tokenizers import Tokenizer, load_tokenizer


@given(st.text(min_size=1))
def test_characters_come_back_and_their_numbers_follow_unicode(text):
    tokenizer = CharTokenizer.from_text(text)
    tokens = tokenizer.encode(text)
    assert tokenizer.decode(tokens) == text
    assert tokenizer.vocab_size == len(set(text))
    assert sorted(tokenizer.encode(text)) == tokenizer.encode("".join(sorted(text)))


@given(st.lists(st.text("abc"), max_size=5))
def test_streams_of_characters_are_their_texts(texts):
    tokenizer = CharTokenizer("abc")
    tokens = list(tokenizer.encode_iterable(texts))
    assert tokens == tokenizer.encode("".join(texts))
    assert list(tokenizer.decode_iterable(tokens)) == list("".join(texts))


def test_an_unknown_character_is_named_with_those_that_are_known():
    with pytest.raises(ValueError, match=r"no token for 'z'\. It knows: 'ab'"):
        encode_chars("az", {"a": 0, "b": 1})


def test_numbers_that_are_no_characters_are_refused():
    tokenizer = CharTokenizer("ab")
    for number in (-1, 2):
        with pytest.raises(ValueError, match=f"There is no token {number}: .* between 0 and 1"):
            tokenizer.decode([0, number])
    assert tokenizer.decode(torch.tensor([1, 0])) == "ba"


@pytest.mark.parametrize("kind", ["characters", "bpe"])
def test_a_folder_gives_back_the_tokenizer_that_was_saved_in_it(tmp_path, kind):
    text = "a line\nof text, naïve 🙂 \x00\u2028"
    made = CharTokenizer.from_text(text) if kind == "characters" else BPETokenizer.train(text, 260)
    made.save(tmp_path / "tokenizer.json")
    loaded = load_tokenizer(tmp_path / "tokenizer.json")
    assert type(loaded) is type(made)
    assert isinstance(loaded, Tokenizer)
    assert loaded.vocab_size == made.vocab_size
    assert loaded.encode(text) == made.encode(text)


def test_what_is_no_tokenizer_is_refused(tmp_path):
    path = tmp_path / "tokenizer.json"
    with pytest.raises(ValueError, match="There is no tokenizer at"):
        load_tokenizer(path)
    path.write_text("{")
    with pytest.raises(ValueError, match="is not valid JSON"):
        load_tokenizer(path)
    for content in ("[]", "{}", '{"type": "words"}'):
        path.write_text(content)
        with pytest.raises(ValueError, match="not a tokenizer that the course can read"):
            load_tokenizer(path)
        with pytest.raises(ValueError, match="holds no character tokenizer"):
            CharTokenizer.load(path)
    path.write_text("[" * 100_000)
    with pytest.raises(ValueError, match="is not valid JSON"):
        load_tokenizer(path)


@pytest.mark.parametrize("characters", ["null", "[1, 2]", '["ab"]', '"ab"'])
def test_a_damaged_list_of_characters_is_refused(tmp_path, characters):
    path = tmp_path / "tokenizer.json"
    path.write_text(f'{{"type": "characters", "characters": {characters}}}')
    with pytest.raises(ValueError, match="should be a list of single characters"):
        load_tokenizer(path)
