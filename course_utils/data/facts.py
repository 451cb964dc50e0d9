"""What a story must remember: facts said early and needed later. Measured in notebooks 07 and 11.

"... a boy named Sam ... (200 characters) ... "Thank you," said S" - who has read the beginning
knows how this goes on; who has not, guesses one name out of many.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from course_utils.data.grammar import Grammar, Mention, Said, Walk


@dataclass(frozen=True)
class Fact:
    """A place in a story where the text before decides how it goes on.

    Positions count characters from the beginning of the story. The story goes on at `needed` with
    `completion`; with one of `alternatives` it would be no story of the grammar. `introduced` is
    where the story first speaks of it, `last_seen` where the last earlier mention begins that
    settles the completion.
    """

    variable: str  # who or what: "hero", "colour", ...
    completion: str
    alternatives: tuple[str, ...]
    introduced: int
    last_seen: int
    needed: int

    @property
    def distance(self) -> int:
        """How many characters before `needed` a model must see to know."""
        return self.needed - self.last_seen


def facts_of_walk(grammar: Grammar, story: str, walk: Walk) -> Iterator[Fact]:
    """Every fact of a story, in the order in which the story needs them.

    A later mention of somebody is a fact unless the grammar could speak of another one there: after
    "asked", it may leave open who asks.
    """
    mentions = walk.mentions()
    for i, mention in enumerate(mentions):
        completion = story[mention.start : mention.end]
        evidence = [m for m in mentions[:i] if _settles(grammar, walk, m, mention)]
        others = _texts(grammar, mention) - {completion}
        if not evidence or not others:
            continue
        if others & _possible_mentions(grammar, story[: mention.start]):
            continue
        first = next(m for m in mentions if m.variable == mention.variable)
        yield Fact(
            variable=mention.variable,
            completion=completion,
            alternatives=tuple(sorted(others)),
            introduced=first.start,
            last_seen=evidence[-1].start,
            needed=mention.start,
        )


def _settles(grammar: Grammar, walk: Walk, earlier: Said, later: Said) -> bool:
    """Whether the earlier mention leaves only one text for the later one: "Mia" settles "she",
    and "she" does not settle "Mia"."""
    if earlier.variable != later.variable:
        return False
    entry = walk.cast[earlier.variable]
    said = grammar.text_of(earlier.variable, earlier.form, entry)
    left = {
        grammar.text_of(later.variable, later.form, other)
        for other in range(len(grammar.tables[grammar.cast[earlier.variable]]))
        if grammar.text_of(earlier.variable, earlier.form, other) == said
    }
    return len(left) == 1


def _texts(grammar: Grammar, mention: Said) -> set[str]:
    """Everything that a mention in this form can say."""
    entries = range(len(grammar.tables[grammar.cast[mention.variable]]))
    return {grammar.text_of(mention.variable, mention.form, entry) for entry in entries}


def _possible_mentions(grammar: Grammar, beginning: str) -> set[str]:
    """All that stories which begin like this can mention next."""
    texts = set()
    for walk in grammar.walks(beginning, partial=True):
        if walk.position > len(beginning):
            continue  # in the middle of plain text
        states = [walk.state]
        while states:
            for arc in grammar.arcs[states.pop()]:
                if arc.label == "":
                    states.append(arc.target)
                elif isinstance(arc.label, Mention):
                    variable, form = arc.label
                    free = grammar.free_entries(variable, walk.cast)
                    texts |= {grammar.text_of(variable, form, entry) for entry in free}
    return texts
