"""What a model remembers, beside what it really writes."""

import numpy as np
import pytest
import torch

from course_utils.data.tales import generate_tales, long_range_facts, split_stories
from course_utils.gpt.bpe_tokenizer import BPETokenizer
from course_utils.gpt.characters import CharTokenizer
from course_utils.gpt.generation import generate
from course_utils.gpt.model import GPT, GPTConfig
from course_utils.gpt.recall import Recall, encode_place, recall_probabilities, recalls
from course_utils.gpt.sampling import temperature_probs

TEXT = generate_tales(6000, seed=4)
TOKENIZER = CharTokenizer.from_text(generate_tales(60_000, seed=4))


def model_of(vocab_size=TOKENIZER.vocab_size, **options):
    torch.manual_seed(1)
    config = GPTConfig(
        vocab_size=vocab_size,
        context_length=64,
        n_layers=2,
        d_model=16,
        n_heads=2,
        init_std=0.4,
        **options,
    )
    return GPT(config)


def test_places_are_the_facts_of_the_stories_with_the_text_before_them():
    found = recalls(TEXT, min_distance=60, context_length=500)
    assert found
    for place in found:
        assert len(place.before) == 500
        assert place.before + place.completion in TEXT
        assert place.distance >= 60
        assert place.completion not in place.alternatives
    everything = recalls(TEXT, min_distance=60, context_length=1)
    facts = [fact for s in split_stories(TEXT) for fact in long_range_facts(s, 60)]
    assert [(p.completion, p.distance) for p in everything] == [
        (f.completion, f.distance) for f in facts
    ]
    assert everything[-len(found) :] == [
        Recall(p.before[-1:], p.completion, p.alternatives, p.distance) for p in found
    ]


@pytest.mark.parametrize("context_length", [1, 7, 40])
def test_greedy_recall_is_what_the_model_writes_greedily(context_length):
    """Completions that the model does write, and others that it does not."""
    model = model_of()
    places = []
    for i, start in enumerate(range(100, 900, 50)):
        before = TEXT[start - 50 : start]
        prompt = torch.tensor([TOKENIZER.encode(before[-context_length:])])
        written = generate(model, prompt, 5, temperature=0)[0, -5:].tolist()
        word = TOKENIZER.decode(written)[: 1 + i % 5]
        places.append(Recall(before, word, (), 1))
        places.append(Recall(before, word[:-1] + ("a" if word[-1] != "a" else "b"), (), 1))
    assert recall_probabilities(model, TOKENIZER, places, context_length).tolist() == [1, 0] * 16
    assert model.training


def test_a_token_that_begins_before_the_place_counts_for_the_completion():
    """Tokens of a BPE hold the space before a word; the last of them is what the model writes."""
    tokenizer = BPETokenizer.train(generate_tales(60_000, seed=4), 900)
    model = model_of(vocab_size=tokenizer.vocab_size)
    place = Recall("Once there was a girl named ", "Emma", (), 1)
    tokens, n_seen = encode_place(tokenizer, place, 22)
    assert tokenizer.decode(tokens[:n_seen]) == "here was a girl named"
    assert tokenizer.decode(tokens[n_seen:]) == " Emma"
    with torch.no_grad():
        log_probs = model(torch.tensor([tokens]))[0][0].log_softmax(-1)
    expected = sum(log_probs[i - 1, tokens[i]].item() for i in range(n_seen, len(tokens)))
    got = recall_probabilities(model, tokenizer, [place], 22, lambda logits: logits.softmax(-1))[0]
    assert got == pytest.approx(np.exp(expected), rel=1e-4)


def test_sampled_recall_is_as_frequent_as_the_model_writes_the_completion():
    model = model_of()
    before = TEXT[100:150]
    prompt = torch.tensor([TOKENIZER.encode(before[-20:])])
    likely = TOKENIZER.decode(generate(model, prompt, 2, temperature=0)[0, -2:].tolist())
    expected = recall_probabilities(
        model,
        TOKENIZER,
        [Recall(before, likely, (), 1)],
        20,
        lambda logits: temperature_probs(logits, 0.7),
    )[0]
    drawn = generate(
        model,
        prompt.repeat(5000, 1),
        2,
        temperature=0.7,
        generator=torch.Generator().manual_seed(0),
    )
    frequency = np.mean([TOKENIZER.decode(row[-2:].tolist()) == likely for row in drawn])
    assert 0.01 < expected < 0.99
    assert abs(frequency - expected) < 4 * 0.5 / 5000**0.5


def test_only_the_last_characters_are_seen():
    model, place = model_of(), Recall("abcdefghij", "e", (), 1)
    changed = Recall("Zbcdefghij", "e", (), 1)

    def probability(one, context_length):
        chosen = recall_probabilities(
            model, TOKENIZER, [one], context_length, lambda logits: logits.softmax(-1)
        )
        return chosen[0]

    assert probability(place, 9) == probability(changed, 9)
    assert probability(place, 10) != probability(changed, 10)


def test_lengths_that_do_not_fit_are_refused():
    model, place = model_of(), Recall("a" * 80, "abc", (), 1)
    assert recall_probabilities(model, TOKENIZER, [place], 62).shape == (1,)
    with pytest.raises(ValueError, match="up to 66 tokens here"):
        recall_probabilities(model, TOKENIZER, [place], 63)
    with pytest.raises(ValueError, match="has 2 characters"):
        recall_probabilities(model, TOKENIZER, [Recall("ab", "c", (), 1)], 3)
    assert recall_probabilities(model, TOKENIZER, [], 3).shape == (0,)
