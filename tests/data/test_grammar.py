"""The engine of Tiny Tales, against a grammar told in full and against itself."""

import itertools
import math
import random
from collections import Counter

import pytest
from small_stories import CAST, GRAMMAR, RULES, TABLES, all_stories

from course_utils.data.grammar import Mention, Walk, log_sum_exp
from course_utils.data.notation import compile_grammar

STORIES = all_stories()


def compile_line(line, rules=None, **options):
    return compile_grammar([line], rules or {}, TABLES, CAST, **options)


# The closed sum over all stories


def test_the_stories_told_by_hand_have_probabilities_that_sum_to_one():
    assert sum(STORIES.values()) == 1


def test_every_story_has_the_probability_that_the_full_count_gives():
    for story, probability in STORIES.items():
        assert GRAMMAR.log_probability(story) == pytest.approx(math.log(probability), abs=1e-12)


def test_nothing_but_those_stories_has_a_probability():
    for story in STORIES:
        for changed in (story[1:], story[:-1], story + "\n", story.replace("a", "A"), story * 2):
            if changed not in STORIES:
                assert GRAMMAR.log_probability(changed) == -math.inf


def test_the_entropy_is_that_of_the_full_count():
    counted = -sum(float(p) * math.log(p) for p in STORIES.values())
    assert GRAMMAR.entropy() == pytest.approx(counted, rel=1e-12)


def test_the_expected_length_is_that_of_the_full_count():
    counted = sum(p * len(story) for story, p in STORIES.items())
    assert GRAMMAR.expected_length() == pytest.approx(float(counted), rel=1e-12)


def test_the_generator_draws_the_stories_as_often_as_their_probability_says():
    rng, n_draws = random.Random(11), 40_000
    drawn = Counter(GRAMMAR.generate(rng)[0] for _ in range(n_draws))
    assert set(drawn) <= set(STORIES)
    expected = {story: float(p) * n_draws for story, p in STORIES.items()}
    chi_squared = sum((drawn[s] - e) ** 2 / e for s, e in expected.items())
    freedom = len(STORIES) - 1
    assert abs(chi_squared - freedom) < 4 * math.sqrt(2 * freedom)


def test_the_generator_knows_the_probability_of_what_it_wrote():
    rng = random.Random(5)
    for _ in range(300):
        story, walk = GRAMMAR.generate(rng)
        assert walk.log_probability == pytest.approx(math.log(STORIES[story]), abs=1e-12)


def test_reading_finds_the_cast_and_the_mentions_that_writing_had():
    rng = random.Random(6)
    for _ in range(300):
        story, written = GRAMMAR.generate(rng)
        (read,) = GRAMMAR.walks(story)
        assert read.cast == written.cast
        assert read.mentions() == written.mentions()
        for variable, form, start, end in read.mentions():
            assert story[start:end] == GRAMMAR.text_of(variable, form, read.cast[variable])


# Beginnings


def test_the_probability_of_a_beginning_is_the_sum_over_its_stories():
    beginnings = {story[:length] for story in STORIES for length in range(len(story))}
    for beginning in sorted(beginnings):
        counted = sum(p for story, p in STORIES.items() if story.startswith(beginning))
        walks = GRAMMAR.walks(beginning, partial=True)
        found = log_sum_exp([walk.log_probability for walk in walks])
        assert found == pytest.approx(math.log(counted), abs=1e-12), beginning


# Sentences


def test_a_sentence_is_one_if_some_story_has_it():
    sentences = set()
    for story in STORIES:
        for paragraph in story.split("\n"):
            whole = paragraph.replace(". ", ".|")
            sentences |= {sentence for sentence in whole.split("|") if sentence}
    assert len(sentences) > 20
    assert all(GRAMMAR.is_sentence(sentence) for sentence in sentences)
    assert GRAMMAR.is_sentence("Bob lost the hat.")
    for wrong in (
        "",
        "Bob lost the hat",
        "Bob lost the hat. ",
        "Bob had a hat. He ran.",
        "She ran, and Bob sat.",
        "lost the hat.",
        "Carl lost the hat.",
    ):
        assert not GRAMMAR.is_sentence(wrong), wrong


# Where stories have two derivations


def test_an_ambiguous_story_has_the_sum_of_its_derivations():
    grammar = compile_line("(Old|O)(ld|) Ann <did>.", {"did": "ran|2 sat"})
    ways = [walk.log_probability for walk in grammar.walks("Old Ann ran.\n\n")]
    assert sorted(ways) == pytest.approx([math.log(1 / 12)] * 2)
    assert grammar.log_probability("Old Ann ran.\n\n") == pytest.approx(math.log(1 / 6))


def test_the_entropy_of_derivations_is_above_that_of_ambiguous_stories():
    grammar = compile_line("(Old|Old) Ann.")
    assert grammar.entropy() == pytest.approx(math.log(2))
    assert grammar.log_probability("Old Ann.\n\n") == pytest.approx(0.0)


# The notation


def told(grammar):
    """Everything a grammar tells, with probabilities, by taking every arc."""
    stories, pending = Counter(), [(0, "", {}, 1.0)]
    while pending:
        state, text, cast, p = pending.pop()
        if state == grammar.end:
            stories[text.removesuffix("\n\n")] += p
        total = sum(arc.weight for arc in grammar.arcs[state])
        for weight, label, target in grammar.arcs[state]:
            q = p * weight / total
            if not isinstance(label, Mention):
                pending.append((target, text + label, cast, q))
                continue
            free = grammar.free_entries(label.variable, cast)
            for entry in free:
                said = grammar.text_of(*label, entry)
                drawn = cast | {label.variable: entry}
                pending.append((target, text + said, drawn, q / len(free)))
    return dict(stories)


@pytest.mark.parametrize(
    ("plot", "stories"),
    [
        ("A (3 b|c).", {"A b.": 0.75, "A c.": 0.25}),
        ("A[ very] b.", {"A very b.": 0.5, "A b.": 0.5}),
        ("A ((b|c)|d[e]).", {"A b.": 0.25, "A c.": 0.25, "A d.": 0.25, "A de.": 0.25}),
        ("A.\n? B.\nC.", {"A. B. C.": 0.5, "A. C.": 0.5}),
        ("| A.\n| B.\n\nC.", {"A.\nC.": 0.5, "B.\nC.": 0.5}),
        ("A.\n\n| B.\n| C.\n| D.", {"A.\nB.": 1 / 3, "A.\nC.": 1 / 3, "A.\nD.": 1 / 3}),
        ("A <word>.", {"A x.": 0.5, "A y.": 0.25, "A z.": 0.25}),
        ("A {thing}.", {"A hat.": 0.5, "A drum.": 0.5}),
        ("{thing.Name}, {thing}.", {"Hat, hat.": 0.5, "Drum, drum.": 0.5}),
    ],
)
def test_the_notation_means_what_it_says(plot, stories):
    assert told(compile_line(plot, {"word": "2 x|\n  y|\n  z"})) == pytest.approx(stories)


def test_two_of_one_table_are_never_the_same():
    stories = told(compile_line("{hero} met {friend}."))
    pairs = itertools.permutations(("Ann", "Bob", "Eve"), 2)
    assert stories == pytest.approx({f"{one} met {other}.": 1 / 6 for one, other in pairs})


def test_a_pronoun_before_the_name_settles_who_it_can_be():
    grammar = compile_line("{hero.She} was {hero}.")
    third = pytest.approx(1 / 3)
    assert told(grammar) == {"She was Ann.": third, "He was Bob.": third, "She was Eve.": third}
    assert grammar.log_probability("She was Eve.\n\n") == pytest.approx(math.log(1 / 3))
    assert grammar.log_probability("He was Eve.\n\n") == -math.inf
    assert grammar.entropy() == pytest.approx(math.log(3))


def test_every_arc_leads_to_a_higher_state():
    for grammar in (GRAMMAR, compile_grammar(["A <did>."], RULES, TABLES, CAST)):
        for state, arcs in enumerate(grammar.arcs):
            assert all(arc.target > state for arc in arcs)
            assert bool(arcs) == (state != grammar.end)


@pytest.mark.parametrize(
    ("plot", "message"),
    [
        ("A (b|c.", "not closed"),
        ("A b|c).", "too many"),
        ("A [b).", "not closed"),
        ("A {hero.", "not closed"),
        ("A <nothing>.", "no rule <nothing>"),
        ("A {villain}.", "nobody in the cast"),
        ("A {hero.him}.", "has no form 'him'"),
        ("A.\n\n? B.\nC.", "begins with a sentence that may be missing"),
    ],
)
def test_a_slip_in_the_notation_is_told_with_its_line(plot, message):
    with pytest.raises(ValueError, match=message):
        compile_line(plot)


def test_a_walk_can_go_on_from_anywhere():
    state = next(
        s for s, arcs in enumerate(GRAMMAR.arcs) if any(a.label == " lost the " for a in arcs)
    )
    start = Walk(state, 0, {"hero": 1, "thing": 0}, 0.0)
    assert next(GRAMMAR.walks(" lost the hat.\n\n", start=start), None)
    assert next(GRAMMAR.walks(" lost the drum.\n\n", start=start), None) is None
