"""Tiny Tales: its numbers are exact, its stories are read in one way, its facts are facts."""

import functools
import hashlib
import itertools
import math
import random
import re
import statistics
import time
from collections import Counter

import pytest

from course_utils.data import tales
from course_utils.data.grammar import Mention
from course_utils.data.notation import compile_grammar
from course_utils.data.plots import PLOTS
from course_utils.data.words import CAST, RULES, TABLES

TEXT = tales.generate_tales(120_000, seed=1)
STORIES = tales.split_stories(TEXT)


# The bytes


def test_same_seed_same_bytes_on_every_machine():
    digest = hashlib.sha256(tales.generate_tales(50_000, seed=7).encode()).hexdigest()
    assert digest == "61f4e2629ce23b52fcf721be6f52a7153e2f34f0da0483ee79f1295c5f6ee308"


def test_a_shorter_text_is_the_beginning_of_a_longer_one():
    short, long = tales.generate_tales(5_000, seed=3), tales.generate_tales(9_000, seed=3)
    assert 5_000 <= len(short) < 6_000
    assert long.startswith(short)
    assert short.endswith(tales.STORY_END)


def test_every_seed_and_every_split_is_a_stream_of_its_own():
    texts = {
        tales.generate_tales(1_000, seed, split)
        for seed in (-1, 0, 1, 2**70)
        for split in tales.SPLITS
    }
    assert len(texts) == 4 * len(tales.SPLITS)


def test_no_story_to_validate_with_was_trained_on():
    train = set(tales.split_stories(tales.tales_corpus("train", 1_000_000)))
    held_out = tales.split_stories(tales.tales_corpus("validation", 100_000))
    assert not train & set(held_out)


def test_a_million_characters_on_demand():
    assert len(tales.tales_corpus()) >= 1_000_000


def test_an_unknown_split_is_refused():
    with pytest.raises(ValueError, match="no split 'dev'"):
        tales.tales_corpus("dev")


# The numbers


def test_reading_a_story_finds_the_one_derivation_that_wrote_it():
    grammar, rng = tales.grammar(), random.Random(20)
    for _ in range(300):
        story, written = grammar.generate(rng)
        (read,) = grammar.walks(story)
        assert read.log_probability == pytest.approx(written.log_probability, abs=1e-9)
        assert read.mentions() == written.mentions()
        assert tales.log_probability(story) == pytest.approx(written.log_probability, abs=1e-9)
        assert tales.log_probability(story.strip()) == tales.log_probability(story)


def test_the_entropy_is_the_mean_surprise_of_stories_by_monte_carlo():
    """-log p(story) and the story's length, averaged over many stories; their quotient has the
    standard error of -log p - h * length, divided by the mean length."""
    grammar, rng = tales.grammar(), random.Random(21)
    surprises, lengths = [], []
    for _ in range(12_000):
        story, walk = grammar.generate(rng)
        surprises.append(-walk.log_probability)
        lengths.append(len(story))
    n, h = len(lengths), tales.entropy_per_character()
    for sample, exact in ((surprises, grammar.entropy()), (lengths, grammar.expected_length())):
        standard_error = statistics.stdev(sample) / math.sqrt(n)
        assert abs(statistics.fmean(sample) - exact) < 4 * standard_error
    quotient = sum(surprises) / sum(lengths)
    residuals = [s - h * length for s, length in zip(surprises, lengths, strict=True)]
    standard_error = statistics.stdev(residuals) / math.sqrt(n) / statistics.fmean(lengths)
    assert standard_error < 0.001
    assert abs(quotient - h) < 4 * standard_error


def test_the_probability_of_a_text_is_that_of_its_stories():
    assert tales.text_log_probability(TEXT) == pytest.approx(
        math.fsum(tales.log_probability(story) for story in STORIES)
    )
    per_character = -tales.text_log_probability(TEXT) / len(TEXT)
    assert per_character == pytest.approx(tales.entropy_per_character(), abs=0.01)


def test_models_that_only_count_stay_above_the_floor():
    """Unigrams, bigrams and longer contexts counted on a training text come closer to the floor
    step by step, and none comes below it."""
    train, held_out = tales.tales_corpus("train", 400_000), tales.tales_corpus("validation", 50_000)
    losses = []
    for context in (0, 1, 2, 4):
        follows: dict[str, Counter] = {}
        for i in range(context, len(train)):
            follows.setdefault(train[i - context : i], Counter())[train[i]] += 1
        losses.append(
            statistics.fmean(
                -math.log((counts[held_out[i]] + 0.01) / (counts.total() + 0.01 * 60))
                for i in range(context, len(held_out))
                for counts in [follows.get(held_out[i - context : i], Counter())]
            )
        )
    assert losses == sorted(losses, reverse=True)
    assert losses[1] > 2.0
    assert losses[-1] > 2 * tales.entropy_per_character()


# No story can be read in two ways


def two_ways_to_read(grammar):
    """The beginning of a story that has two derivations, or None: a proof that it has none.

    Two derivations are followed at once, character by character, from where they part. When they
    come to the same place again, they have said the same in two ways. A mention may say any entry
    here, whatever was said before: that allows more derivations than the grammar does, so where no
    two of these agree, no two of the grammar's do. (Two entries that read alike, as "she" does for
    all girls, are two ways only where the mention may be the first one.)
    """

    def labels(state, arc):
        texts = grammar.labels(arc)
        drawn_before = isinstance(arc.label, Mention) and all(
            arc.label.variable in drawn for drawn in grammar.visits[state]
        )
        return set(texts) if drawn_before else texts

    @functools.cache
    def steps(place):
        """Every way on, by its character. A place is a state and what a label has yet to say."""
        ways, pending = {}, [place]
        while pending:
            state, unsaid = pending.pop()
            if unsaid:
                ways.setdefault(unsaid[0], []).append((state, unsaid[1:]))
            else:
                for arc in grammar.arcs[state]:
                    pending += [(arc.target, label) for label in labels(state, arc)]
        return ways

    pairs, told = {}, {(0, ""): ""}  # each with a text that leads there
    pending = [(0, "")]
    while pending:
        place = pending.pop()
        for character, ways in steps(place).items():
            text = told[place] + character
            for one, other in itertools.combinations(ways, 2):
                if one == other:
                    return text
                pairs.setdefault((one, other), text)
            for way in ways:
                if way not in told:
                    told[way] = text
                    pending.append(way)
    pending = list(pairs)
    while pending:
        one, other = pending.pop()
        left, right = steps(one), steps(other)
        for character in left.keys() & right.keys():
            text = pairs[one, other] + character
            for pair in itertools.product(left[character], right[character]):
                if pair[0] == pair[1]:
                    return text
                if pair not in pairs:
                    pairs[pair] = text
                    pending.append(pair)
    return None


@pytest.mark.parametrize(
    ("plot", "found"),
    [
        ("A (b|c|cc).", None),
        ("A (b|c)[c]c.", None),
        ("A (b|b).", "A b"),
        ("A[ b][ b].", "A b."),
        ("A b.\n? A b.\nA b.\n? A b.", "A b."),
        ("(Old|O)(ld|).", "Old."),
        ("{hero} met {friend}.", None),
        ("A (red|{colour}).", "A red"),
        ("{hero} said {hero.she} ran.", None),
        ("Said {hero.she}.", "Said "),
    ],
)
def test_a_story_with_two_derivations_is_found(plot, found):
    text = two_ways_to_read(compile_grammar([plot], {}, TABLES, CAST))
    assert (text is None) if found is None else text.startswith(found)


def test_no_tiny_tale_can_be_read_in_two_ways():
    assert two_ways_to_read(tales.grammar()) is None


# The stories


def test_the_stories_are_as_the_datasheet_says():
    lengths = [len(story) + len(tales.STORY_END) for story in STORIES]
    assert statistics.fmean(lengths) == pytest.approx(tales.grammar().expected_length(), rel=0.05)
    assert sum(200 <= length <= 600 for length in lengths) > 0.99 * len(lengths)
    assert len(set(TEXT)) < 60
    assert re.fullmatch(r"[A-Za-z \n.,?!\"']+", TEXT)
    assert len(set(re.findall(r"[a-z]+", TEXT.lower()))) > 300
    assert len(PLOTS) == 10


def test_what_must_be_remembered_is_never_said_by_chance():
    """The words of the tables stand in no plot and no rule: where one appears, it was drawn, so a
    model that gives it a high probability has found it in the story."""
    tables = {
        word
        for entries in TABLES.values()
        for entry in entries
        for form, text in entry.items()
        if form in ("name", "sound", "one") and " " not in text
        for word in [text.lower()]
    }
    free = " ".join([*PLOTS, *RULES.values()])
    free = re.sub(r"<\w+>|\{[\w.]+\}", " ", free)
    assert not tables & set(re.findall(r"[a-z]+", free.lower()))


def test_every_variable_and_rule_is_used():
    used = " ".join([*PLOTS, *RULES.values()])
    assert set(re.findall(r"\{(\w+)", used)) == set(CAST)
    assert set(re.findall(r"<(\w+)>", used)) == set(RULES)
    assert set(CAST.values()) == set(TABLES)


# Sentences


def test_a_text_is_cut_into_exactly_the_sentences_of_the_grammar():
    for story in STORIES:
        sentences = tales.split_sentences(story)
        assert " ".join(sentences) == story.replace("\n", " ")
        assert all(tales.is_grammatical(sentence) for sentence in sentences)


def test_a_spoilt_sentence_is_not_grammatical():
    """Every sentence, with two neighbouring characters of a word exchanged, a word left out or a
    word said twice: hardly any is still one of the grammar's."""
    rng, still_fine, n_tried = random.Random(8), 0, 0
    for story in STORIES[:60]:
        for sentence in tales.split_sentences(story):
            words = sentence.split(" ")
            i = rng.randrange(len(words))
            twice = " ".join([*words[: i + 1], *words[i:]])
            without = " ".join(words[:i] + words[i + 1 :])
            j = rng.randrange(len(sentence) - 1)
            exchanged = sentence[:j] + sentence[j + 1] + sentence[j] + sentence[j + 2 :]
            for spoilt in {twice, without, exchanged} - {sentence}:
                n_tried += 1
                still_fine += tales.is_grammatical(spoilt)
    assert n_tried > 1000
    assert still_fine < 0.03 * n_tried  # "the old hill" without "old" is still a place


def test_a_sentence_is_judged_in_milliseconds():
    sentences = [s for story in STORIES[:40] for s in tales.split_sentences(story)]
    tales.is_grammatical(sentences[0])
    start = time.perf_counter()
    for sentence in sentences:
        tales.is_grammatical(sentence)
        tales.is_grammatical(sentence[: len(sentence) // 2])
    assert (time.perf_counter() - start) / (2 * len(sentences)) < 0.01


def test_a_story_is_one_only_as_a_whole():
    first, second = STORIES[:2]
    assert tales.is_grammatical_story(first)
    assert tales.is_grammatical_story(first + "\n\n")
    assert not tales.is_grammatical_story(first[:-1])
    assert not tales.is_grammatical_story(first + "\n\n" + second)
    assert not tales.is_grammatical_story("")
    assert tales.log_probability("Once upon a time.") == -math.inf


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("Mia ran. She sat.", ["Mia ran.", "She sat."]),
        ('"Why?" asked Mia. She sat.', ['"Why?" asked Mia.', "She sat."]),
        ('"No!" She sat.\n"Oh," she said.', ['"No!"', "She sat.", '"Oh," she said.']),
        ("Mia ran.\nShe\n\nTom sat", ["Mia ran.", "She", "Tom sat"]),
        ("", []),
    ],
)
def test_sentences_end_where_a_reader_says_so(text, sentences):
    assert tales.split_sentences(text) == sentences


# Facts


def test_a_fact_has_one_right_completion():
    """The story with the completion replaced by any alternative is a story no more; nor does any
    other story begin so."""
    grammar, n_facts = tales.grammar(), 0
    for story in STORIES[:40]:
        for fact in tales.long_range_facts(story):
            assert story.startswith(fact.completion, fact.needed)
            before = story[: fact.needed]
            assert next(grammar.walks(before + fact.completion, partial=True), None)
            for alternative in fact.alternatives:
                assert alternative != fact.completion
                assert next(grammar.walks(before + alternative, partial=True), None) is None
                n_facts += 1
    assert n_facts > 1000


def test_a_fact_is_where_the_story_said_it():
    for story in STORIES:
        for fact in tales.long_range_facts(story, min_distance=0):
            assert 0 <= fact.introduced <= fact.last_seen < fact.needed < len(story)
            assert fact.distance == fact.needed - fact.last_seen
            if fact.variable in ("colour", "secret", "food", "spot"):
                said = story[fact.last_seen : fact.needed].lower()
                assert said.startswith(fact.completion.lower())


def test_without_its_evidence_a_fact_could_be_otherwise():
    """Facts about who: exchange the name wherever it stood before, and the alternative fits."""
    n_tried = 0
    for story in STORIES[:60]:
        for fact in tales.long_range_facts(story):
            if fact.variable in ("colour", "food", "secret", "place", "spot"):
                other = fact.alternatives[0]
                changed = story
                for form in (str, str.title, str.lower):  # whole words: not the red in "shared"
                    word = rf"\b{re.escape(form(fact.completion))}\b"
                    changed = re.sub(word, form(other), changed)
                assert tales.is_grammatical_story(changed), changed
                n_tried += 1
    assert n_tried > 20


def test_every_story_has_facts_and_most_are_within_reach():
    facts = [tales.long_range_facts(story) for story in STORIES]
    assert min(map(len, facts)) >= 1
    distances = [fact.distance for story in facts for fact in story]
    assert len(distances) / len(STORIES) > 4
    assert sum(distance <= 200 for distance in distances) > 0.7 * len(distances)
    assert max(distances) > 200


def test_facts_are_only_found_in_stories():
    with pytest.raises(ValueError, match="no story 'It rained"):
        tales.long_range_facts("It rained.")
