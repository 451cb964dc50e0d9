"""Tiny Tales: short stories whose every probability is known. The corpus of notebooks 00 and 07-11.

A seeded grammar writes them, so there is nothing to download, and no end to the text. The grammar
is unambiguous: no story can be read in two ways. Hence the exact probability of a story is known,
and with it the loss that no model can beat.

Read it in this order: plots.py and words.py (what can be told), notation.py (how it is written
down), grammar.py (how a story is drawn, read and measured), facts.py (what a story must remember),
windows.py (what a short memory costs).

Datasheet
---------
- What: made-up stories in simple English, ten plots, three paragraphs or fewer, one empty line
  after each story. About 400 characters a story, 365 different words, 52 different characters:
  letters, space, new line and . , ? ! " '
- Made for: watching a small language model learn on a small computer. Who and what a story names
  comes back later in it (a name, a colour, a magic word, how many geese there were), so there is
  something for attention to find.
- Not made for: learning English, or anything about the world. No real person is meant. The names
  are common in English-speaking countries; every hero is a girl or a boy, evenly.
- Splits: "train", "validation" and "test" draw from seeds that are far apart. Same split, seed and
  length: same bytes, on every machine and every Python from 3.11 on.
- Licence: the stories are the course's own, under its licence.

The floor
---------
`entropy_per_character()` is E[-log p(story)] / E[characters of a story], in nats, the empty line
included. Why no model of a long stream of stories can do better: the stories are independent and
the empty line says where each one ends, so n stories have probability p(story 1) ... p(story n),
and a model with probabilities q pays, on average over the stream, -log q = -log p + log(p/q). The
mean of the last term is a Kullback-Leibler divergence, which is never negative. By the law of
large numbers, -log p per character tends to the quotient above (of two sums, hence of two means).

Two things stand between the floor and a model's measured loss, besides what it has not learned:

- Memory. A model that sees windows of T characters begins most windows in the middle of a story,
  where it cannot know the hero's name. It can at best reach the entropy of windows of T
  characters, which windows.py computes; that falls to the floor as T grows.
- Luck. A text of finite length is a sample: `text_log_probability` gives what its own stories
  cost, which is what to compare with when a few percent matter.
"""

import functools
import hashlib
import random
import re

from course_utils.data.facts import Fact, facts_of_walk
from course_utils.data.grammar import STORY_END, Grammar
from course_utils.data.notation import compile_grammar
from course_utils.data.plots import PLOTS
from course_utils.data.windows import Estimate, Windows
from course_utils.data.words import CAST, RULES, TABLES

SPLITS = ("train", "validation", "test")


def tales_corpus(split: str = "train", n_characters: int = 1_000_000) -> str:
    """The stories of a split, one after the other: at least `n_characters` characters, the last
    story being told to its end. A shorter text is the beginning of a longer one."""
    return generate_tales(n_characters, seed=0, split=split)


def generate_tales(n_characters: int, seed: int = 0, split: str = "train") -> str:
    """Whole stories, until they have at least `n_characters` characters together.

    Every (split, seed) is a stream of its own. Raises ValueError for a split that is not known.
    """
    if split not in SPLITS:
        raise ValueError(f"there is no split {split!r} of Tiny Tales: take one of {SPLITS}")
    digest = hashlib.sha256(f"Tiny Tales, {split}, {seed}".encode()).digest()
    rng = random.Random(int.from_bytes(digest, "big"))
    stories, length = [], 0
    while length < n_characters:
        story, _ = grammar().generate(rng)
        stories.append(story)
        length += len(story)
    return "".join(stories)


@functools.cache
def entropy_per_character() -> float:
    """The mean loss, in nats per character, that no model of the stream of stories can beat."""
    return grammar().entropy() / grammar().expected_length()


def entropy_with_context(context_length: int, n_windows: int = 200, seed: int = 0) -> Estimate:
    """The mean loss that no model can beat that sees windows of `context_length` characters, cut
    anywhere from the stream, and nothing before them. Falls to `entropy_per_character()`.

    The windows are a sample, so the mean comes with its standard error. Takes about 30 ms each.
    """
    cost, standard_error = _windows().excess(context_length, n_windows, seed)
    return Estimate(entropy_per_character() + cost, standard_error)


def log_probability(story: str) -> float:
    """The exact logarithm (natural) of the probability of a story; -inf if the grammar does not
    tell it. The empty line after the story may be left out: every story has it."""
    return grammar().log_probability(story.rstrip("\n") + STORY_END)


def text_log_probability(text: str) -> float:
    """The exact log-probability of a text of whole stories: that of the stories, summed."""
    return sum(log_probability(story) for story in split_stories(text))


def is_grammatical(sentence: str) -> bool:
    """Whether some story has exactly this sentence. Takes less than a millisecond."""
    return grammar().is_sentence(sentence.strip())


def is_grammatical_story(story: str) -> bool:
    """Whether the grammar tells exactly this story. The empty line after it may be left out."""
    return next(grammar().walks(story.rstrip("\n") + STORY_END), None) is not None


def long_range_facts(story: str, min_distance: int = 40) -> list[Fact]:
    """What the story says and later needs again, at least `min_distance` characters on.

    Each `Fact` says where the last word of it was and where it is needed, the right completion
    there, and the alternatives, which the grammar rules out. Give a model the last c characters
    before `needed`: it can know the fact only if c >= distance.

    Raises ValueError when the grammar does not tell this story.
    """
    text = story.rstrip("\n") + STORY_END
    walk = next(grammar().walks(text), None)
    if walk is None:
        raise ValueError(
            f"Tiny Tales has no story {story[:60]!r}...: give one story as `split_stories` cuts it"
        )
    facts = facts_of_walk(grammar(), text, walk)
    return [fact for fact in facts if fact.distance >= min_distance]


def split_stories(text: str) -> list[str]:
    """Cut a text into stories, without the empty lines. What follows the last empty line comes
    last; it may be half a story if the text was cut off."""
    return [story for story in text.split(STORY_END) if story.strip()]


def split_sentences(text: str) -> list[str]:
    """Cut a text into sentences. A sentence ends with . ! or ? (and a quotation mark) before a
    capital letter, a quotation mark or the end of the line: "Why?" asked Mia. is one sentence."""
    parts = re.split(r"(?:(?<=[.!?])|(?<=[.!?]\"))[ ]+(?=[A-Z\"])|\n+", text)
    return [part.strip() for part in parts if part.strip()]


@functools.cache
def grammar() -> Grammar:
    """The grammar of Tiny Tales, put together from plots.py and words.py on first use."""
    return compile_grammar(PLOTS, RULES, TABLES, CAST)


@functools.cache
def _windows() -> Windows:
    return Windows(grammar())
