"""A grammar of stories that knows the probability of everything it can say.

Tiny Tales (tales.py) is one such grammar; notebook 07 uses what it knows. A story is a walk
through a graph. From each state the walk chooses one arc, with a probability that the arc's weight
gives, and each arc adds its label to the text. A label is plain text, or the mention of somebody
or something from the story's cast: the first mention draws it, every later one must keep to it.

    the choices of the walk never depend on who was drawn, only the text does

From that one rule follows what is hard for any model that is not a grammar: the probability of a
text, its entropy and its mean length are short sums. How a graph is written down is in notation.py.
"""

import functools
import math
import random
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

STORY_END = "\n\n"  # what every story ends with, and nothing else in it holds


class Mention(NamedTuple):
    """The label of an arc that says `variable` in one of its forms: `hero` as "Mia" or "she"."""

    variable: str
    form: str


class Arc(NamedTuple):
    """One way on from a state; of all ways on it is taken in proportion to its weight."""

    weight: int
    label: str | Mention
    target: int


class Said(NamedTuple):
    """A mention as it stands in a story: the characters from `start` up to `end`."""

    variable: str
    form: str
    start: int
    end: int


class Walk(NamedTuple):
    """A walk so far: where it is, what it has drawn, and how likely it was to come here."""

    state: int
    position: int
    cast: dict[str, int]
    log_probability: float
    # The mentions so far, last one first: (Said, (Said, ... None)).
    said: tuple | None = None

    def mentions(self) -> list[Said]:
        """What was said of the cast, in the order of the text."""
        mentions, rest = [], self.said
        while rest is not None:
            mention, rest = rest
            mentions.append(mention)
        return mentions[::-1]


@dataclass
class Grammar:
    """States, arcs and cast. States are numbered so that every arc leads to a higher number.

    arcs: for each state the ways on; the last state has none, and there the story ends.
    tables: for each table its entries; an entry maps the name of a form to its text.
    cast: for each variable the table it is drawn from. Variables of one table never share an entry.
    sentence_starts, sentence_ends: the states where a sentence begins and where one is complete.
    """

    arcs: list[list[Arc]]
    tables: Mapping[str, Sequence[Mapping[str, str]]]
    cast: Mapping[str, str]
    sentence_starts: Collection[int] = ()
    sentence_ends: Collection[int] = ()
    _totals: list[int] = field(init=False, repr=False)

    def __post_init__(self):
        self._totals = [sum(arc.weight for arc in arcs) for arcs in self.arcs]

    @property
    def end(self) -> int:
        """The state where a story is complete."""
        return len(self.arcs) - 1

    # Writing

    def generate(self, rng: random.Random) -> tuple[str, Walk]:
        """Walk once through the graph; return the story and the walk that wrote it.

        Only `rng.random()` is used: Python promises that its sequence stays the same for a seed,
        and promises it of no other method.
        """
        pieces, position, state = [], 0, 0
        cast, log_probability, said = {}, 0.0, None
        while state != self.end:
            ticket = int(rng.random() * self._totals[state])
            for arc in self.arcs[state]:
                ticket -= arc.weight
                if ticket < 0:
                    break
            log_probability += math.log(self.chance(state, arc))
            text = arc.label
            if isinstance(text, Mention):
                variable, form = text
                if variable not in cast:
                    free = self.free_entries(variable, cast)
                    cast[variable] = free[int(rng.random() * len(free))]
                    log_probability -= math.log(len(free))
                text = self.text_of(variable, form, cast[variable])
                said = Said(variable, form, position, position + len(text)), said
            pieces.append(text)
            position += len(text)
            state = arc.target
        return "".join(pieces), Walk(state, position, cast, log_probability, said)

    def free_entries(self, variable: str, cast: Mapping[str, int]) -> list[int]:
        """What `variable` can be: its entry if it is drawn, else all that no other variable of its
        table holds."""
        if variable in cast:
            return [cast[variable]]
        table = self.cast[variable]
        taken = {entry for other, entry in cast.items() if self.cast[other] == table}
        return [entry for entry in range(len(self.tables[table])) if entry not in taken]

    def text_of(self, variable: str, form: str, entry: int) -> str:
        """What the form of an entry says. The form "She" is the form "she" with a capital."""
        forms = self.tables[self.cast[variable]][entry]
        if form in forms:
            return forms[form]
        text = forms[form[0].lower() + form[1:]]
        return text[0].upper() + text[1:]

    def chance(self, state: int, arc: Arc) -> float:
        """The probability that a walk in `state` takes this arc."""
        return arc.weight / self._totals[state]

    # Reading

    def walks(
        self,
        text: str,
        *,
        start: Walk | None = None,
        ends: Collection[int] | None = None,
        partial: bool = False,
    ) -> Iterator[Walk]:
        """Every walk that says `text`, from `start` on (the beginning of a story if None).

        A walk stops when it reaches one of `ends` (the end of the story if None) and counts when
        the text is used up there. With `partial`, it counts as soon as the text is used up,
        wherever it is by then: such walks begin all the stories that go on from `text`.
        """
        ends = {self.end} if ends is None else ends
        pending = [start or Walk(0, 0, {}, 0.0)]
        while pending:
            walk = pending.pop()
            state, position, cast, log_probability, said = walk
            used_up = position >= len(text)
            if used_up and (partial or state in ends):
                yield walk
                continue
            if state in ends:
                continue
            for arc in self.arcs[state]:
                log_p = log_probability + math.log(self.chance(state, arc))
                if not isinstance(arc.label, Mention):
                    if _agree(text, position, arc.label, partial):
                        there = position + len(arc.label)
                        pending.append(Walk(arc.target, there, cast, log_p, said))
                    continue
                free = self.free_entries(arc.label.variable, cast)
                log_p -= math.log(len(free))
                for entry in free:
                    label = self.text_of(*arc.label, entry)
                    if _agree(text, position, label, partial):
                        there = position + len(label)
                        new_cast = {**cast, arc.label.variable: entry}
                        new_said = Said(*arc.label, position, there), said
                        pending.append(Walk(arc.target, there, new_cast, log_p, new_said))

    def log_probability(self, story: str) -> float:
        """The logarithm of the probability that `generate` writes this story; -inf if it cannot."""
        return log_sum_exp([walk.log_probability for walk in self.walks(story)])

    def is_sentence(self, text: str) -> bool:
        """Whether some story has a sentence that reads `text`."""
        return any(
            True
            for state in self.sentence_starts
            for _ in self.walks(text, start=Walk(state, 0, {}, 0.0), ends=self.sentence_ends)
        )

    # Measuring

    @functools.cached_property
    def visits(self) -> list[Counter]:
        """For each state, how likely a story comes by with which variables drawn by then."""
        visits = [Counter() for _ in self.arcs]
        visits[0][frozenset()] = 1.0
        for state, arcs in enumerate(self.arcs):
            for drawn, probability in visits[state].items():
                for arc in arcs:
                    new = {arc.label.variable} if isinstance(arc.label, Mention) else set()
                    share = probability * self.chance(state, arc)
                    visits[arc.target][drawn | new] += share
        return visits

    def entropy(self) -> float:
        """E[-log p(derivation)] in nats: the sum of the entropies of all choices, each times the
        probability that a story comes to it. It is the entropy of the stories where the grammar
        is unambiguous, that is, where no story has two derivations."""
        terms = []
        for state, by_drawn in enumerate(self.visits):
            for drawn, probability in by_drawn.items():
                for arc in self.arcs[state]:
                    surprise = -math.log(self.chance(state, arc))
                    if isinstance(arc.label, Mention) and arc.label.variable not in drawn:
                        # Entries are drawn evenly, so only how many are left matters.
                        surprise += math.log(self._n_free(arc.label.variable, drawn))
                    terms.append(probability * self.chance(state, arc) * surprise)
        return math.fsum(terms)

    def expected_length(self) -> float:
        """E[number of characters of a story], summed over the arcs like the entropy.

        Which entry a variable holds is as likely one as another on every walk, so a mention is
        as long as the form is on average over the table.
        """
        terms = []
        for state, by_drawn in enumerate(self.visits):
            for arc in self.arcs[state]:
                share = sum(by_drawn.values()) * self.chance(state, arc)
                labels = self.labels(arc)
                terms.append(share * sum(map(len, labels)) / len(labels))
        return math.fsum(terms)

    def labels(self, arc: Arc) -> list[str]:
        """Everything that an arc can say: one text, or the form of every entry of the table."""
        if not isinstance(arc.label, Mention):
            return [arc.label]
        entries = range(len(self.tables[self.cast[arc.label.variable]]))
        return [self.text_of(*arc.label, entry) for entry in entries]

    def _n_free(self, variable: str, drawn: Collection[str]) -> int:
        """How many entries are left for `variable` once the variables in `drawn` hold theirs."""
        table = self.cast[variable]
        return len(self.tables[table]) - sum(self.cast[other] == table for other in drawn)


def log_sum_exp(log_probabilities: Sequence[float]) -> float:
    """log(sum(exp(x))), without underflow; -inf for an empty list."""
    largest = max(log_probabilities, default=-math.inf)
    if largest == -math.inf:
        return -math.inf
    return largest + math.log(math.fsum(math.exp(x - largest) for x in log_probabilities))


def _agree(text: str, position: int, label: str, partial: bool) -> bool:
    """Whether `text` goes on with `label`; with `partial`, it may also end within the label."""
    if text.startswith(label, position):
        return True
    return partial and label.startswith(text[position:])
