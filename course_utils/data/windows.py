"""What a short memory costs: the best loss that windows of a stream of stories allow.

A model is trained and measured on windows cut anywhere from the stream. It sees no further back
than its window's beginning, so it pays for what the story said before. How much is a property of
the text, not of the model: the entropy of such a window. Notebook 07 sets it beside the floor.

The probability of a window is a sum over every place where it can begin: in which plot, at which
character, with whom in the cast. The grammar allows about 200,000 places; all but a few are ruled
out by the window's first characters. So each probability is exact, and only the choice of windows
is a sample.
"""

import functools
import math
import random
from collections import defaultdict
from typing import NamedTuple

from course_utils.data.grammar import STORY_END, Grammar, Mention, Walk, log_sum_exp


class Estimate(NamedTuple):
    """A mean over a sample, and by how much it would typically differ in another sample."""

    mean: float
    standard_error: float


class Windows:
    """The windows of a grammar's stream of stories, its beginning being long past."""

    def __init__(self, grammar: Grammar):
        self.grammar = grammar

    def log_probability(self, window: str) -> float:
        """log P(the next characters of the stream are `window`), for who comes to it anywhere.

        Every character of the stream is as likely a beginning as any other, so a place counts by
        how often stories come by it, per character.
        """
        cut = window.find(STORY_END)
        end = len(window) if cut < 0 else cut + len(STORY_END)
        first, rest = window[:end], window[end:]
        terms = []
        for label, arc_end, cast, log_weight in self._places[window[:1]]:
            agreed = min(len(label), len(first))
            if not first.startswith(label[:agreed]):
                continue
            start = Walk(arc_end, agreed, cast, log_weight)
            if agreed == len(first):
                # The window ends inside this label; the label of the story's end is never cut so.
                terms.append(log_weight)
            else:
                walks = self.grammar.walks(first, start=start, partial=cut < 0)
                terms += [walk.log_probability for walk in walks]
        total = log_sum_exp(terms) + self.log_probability_of_beginning(rest)
        if window[:1] == STORY_END[1]:
            # The window may begin between the two new lines that end a story.
            second = -self._log_length + self.log_probability_of_beginning(window[1:])
            total = log_sum_exp([total, second])
        return total

    def log_probability_of_beginning(self, text: str) -> float:
        """log P(a stream that starts with a new story begins with `text`)."""
        *stories, unfinished = text.split(STORY_END)
        total = sum(self.grammar.log_probability(story + STORY_END) for story in stories)
        walks = self.grammar.walks(unfinished, partial=True)
        return total + log_sum_exp([walk.log_probability for walk in walks])

    def excess(self, context_length: int, n_windows: int, seed: int = 0) -> Estimate:
        """By how much the best loss with this context is above the floor, in nats per character.

        A window gives `context_length` predictions, each from the characters of the window before
        it; the first character is given. The excess is what it costs to have forgotten what stood
        before the window: log p(window | everything before) - log p(window | its first character).
        """
        rng = random.Random(seed)
        length = context_length + 1
        costs = []
        for _ in range(n_windows):
            stream, start = self._sample(rng, length)
            window = stream[start : start + length]
            seen = self.log_probability_of_beginning(stream[: start + 1])
            informed = self.log_probability_of_beginning(stream[: start + length]) - seen
            forgetful = self.log_probability(window) - self.log_probability(window[0])
            costs.append((informed - forgetful) / context_length)
        mean = math.fsum(costs) / n_windows
        variance = math.fsum((cost - mean) ** 2 for cost in costs) / max(1, n_windows - 1)
        return Estimate(mean, math.sqrt(variance / n_windows))

    def _sample(self, rng: random.Random, length: int) -> tuple[str, int]:
        """A stream that begins with a story, and a place in that story, all characters of all
        stories being equally likely: a story is taken as often as it is long."""
        longest = self._longest
        while True:
            story, _ = self.grammar.generate(rng)
            start = int(rng.random() * longest)
            if start < len(story):
                break
        while len(story) < start + length:
            story += self.grammar.generate(rng)[0]
        return story, start

    @functools.cached_property
    def _log_length(self) -> float:
        return math.log(self.grammar.expected_length())

    @functools.cached_property
    def _longest(self) -> int:
        """How many characters the longest story can have, or a little more."""
        longest = [0] * len(self.grammar.arcs)
        for state, arcs in enumerate(self.grammar.arcs):
            for arc in arcs:
                reach = longest[state] + max(map(len, self.grammar.labels(arc)))
                longest[arc.target] = max(longest[arc.target], reach)
        return longest[-1]

    @functools.cached_property
    def _places(self) -> dict[str, list[tuple]]:
        """By its first character, every rest of a label where a window can begin: the rest, the
        state after it, the cast as far as the label tells, and the log-probability."""
        grammar, places = self.grammar, defaultdict(list)
        for state, by_drawn in enumerate(grammar.visits):
            visited = math.log(sum(by_drawn.values()))
            for arc in grammar.arcs[state]:
                labels = grammar.labels(arc)
                log_weight = visited + math.log(grammar.chance(state, arc))
                log_weight -= math.log(len(labels)) + self._log_length
                for entry, label in enumerate(labels):
                    cast = {arc.label.variable: entry} if isinstance(arc.label, Mention) else {}
                    # Of a story's end, a window can hold both new lines or begin after the first.
                    offsets = range(len(label)) if arc.target != grammar.end else [0]
                    for offset in offsets:
                        rest = label[offset:]
                        places[rest[0]].append((rest, arc.target, cast, log_weight))
                        places[""].append(places[rest[0]][-1])
        return places
