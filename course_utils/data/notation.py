"""How a grammar of stories is written down: plots that read like stories, turned into a graph.

plots.py holds Tiny Tales in this notation, grammar.py says what the graph is for.

A plot has one sentence on a line; an empty line begins a new paragraph. Within a line:

    (old|new)       one of these, each as likely as the others
    (3 old|new)     the same, with "old" three times as likely as "new"
    [very ]         this or nothing, evenly
    <weather>       the rule `weather`: one of the alternatives it lists
    {hero}          the hero, by name; {hero.she} is another form of the same entry

At the beginning of a line:

    ? She sang.     the sentence stands there or not, evenly
    | It rained.    lines that follow each other so are alternatives; one of them stands there

A sentence ends with a space, a paragraph with a new line, a story with an empty line.
"""

import re
from collections.abc import Mapping, Sequence
from itertools import groupby
from textwrap import dedent

from course_utils.data.grammar import STORY_END, Arc, Grammar, Mention

_TOKEN = re.compile(r"[(|)\[\]]|<\w+>|\{\w+(?:\.\w+)?\}|[^(|)\[\]<>{}]+")
_WEIGHT = re.compile(r"(\d+) ")


def compile_grammar(
    plots: Sequence[str],
    rules: Mapping[str, str],
    tables: Mapping[str, Sequence[Mapping[str, str]]],
    cast: Mapping[str, str],
) -> Grammar:
    """The grammar that tells one of the plots, each as likely as the others.

    rules: for each rule its alternatives, "old|new", as in a bracket. Line breaks do not count; a
    rule must not come back to itself.
    tables, cast: as in Grammar; the form {hero} without a point is the entry's form "name".

    Raises ValueError, with the plot's line, where the notation is not kept.
    """
    compiler = _Compiler(rules, cast, tables)
    ends = [compiler.plot(plot, compiler.branch(0)) for plot in plots]
    final = compiler.new_state()
    for end in ends:
        compiler.arc(end, STORY_END, final)
    return Grammar(
        compiler.arcs, tables, cast, frozenset(compiler.starts), frozenset(compiler.ends)
    )


class _Compiler:
    """Builds the graph from left to right; each method takes the state before and returns the one
    after what it has built, so that the numbers of the states rise along every walk."""

    def __init__(self, rules, cast, tables):
        self.rules, self.cast, self.tables = rules, cast, tables
        self.arcs: list[list[Arc]] = [[]]
        self.starts: set[int] = set()
        self.ends: set[int] = set()

    def new_state(self) -> int:
        self.arcs.append([])
        return len(self.arcs) - 1

    def arc(self, state: int, label: str | Mention, target: int, weight: int = 1) -> int:
        self.arcs[state].append(Arc(weight, label, target))
        return target

    def branch(self, state: int, weight: int = 1) -> int:
        """A new way on from `state` that has said nothing yet."""
        return self.arc(state, "", self.new_state(), weight)

    def join(self, states: list[int]) -> int:
        """One state where all these ways meet."""
        meeting = self.new_state()
        for state in states:
            self.arc(state, "", meeting)
        return meeting

    # Lines

    def plot(self, text: str, state: int) -> int:
        lines = [line.strip() for line in dedent(text).strip().split("\n")]
        between = ""
        for is_alternative, group in groupby(lines, key=lambda line: line.startswith("|")):
            if is_alternative:
                options = [line.removeprefix("|").strip() for line in group]
                state = self.join(
                    [self.sentence(between, line, self.branch(state)) for line in options]
                )
                between = " "
                continue
            for line in group:
                if not line:
                    between = "\n"
                elif line.startswith("?"):
                    if between != " ":
                        raise ValueError(
                            f"a paragraph begins with a sentence that may be missing: {line!r}; "
                            "put one before it that always stands there"
                        )
                    silent = self.branch(state)
                    told = self.sentence(
                        between, line.removeprefix("?").strip(), self.branch(state)
                    )
                    state = self.join([silent, told])
                else:
                    state = self.sentence(between, line, state)
                    between = " "
        return state

    def sentence(self, between: str, line: str, state: int) -> int:
        try:
            if between:
                state = self.arc(state, between, self.new_state())
            self.starts.add(state)
            state = self.template(line, state)
            self.ends.add(state)
        except ValueError as error:
            raise ValueError(f"{error}, in the line {line!r}") from None
        return state

    # Within a line

    def template(self, text: str, state: int) -> int:
        tokens = _TOKEN.findall(text)
        if "".join(tokens) != text:
            raise ValueError(f"a bracket of {text!r} is not closed")
        state, rest = self.sequence(tokens, state)
        if rest:
            raise ValueError(f"there is a {rest[0]!r} too many in {text!r}")
        return state

    def sequence(self, tokens: list[str], state: int) -> tuple[int, list[str]]:
        """Build tokens up to the end of the enclosing bracket; return the tokens left."""
        while tokens and tokens[0] not in ("|", ")", "]"):
            token, *tokens = tokens
            if token in ("(", "["):
                state, tokens = self.bracket(token, tokens, state)
            elif token.startswith("<"):
                state = self.rule(token[1:-1], state)
            elif token.startswith("{"):
                state = self.mention(token[1:-1], state)
            else:
                state = self.arc(state, token, self.new_state())
        return state, tokens

    def bracket(self, opening: str, tokens: list[str], state: int) -> tuple[int, list[str]]:
        closing = {"(": ")", "[": "]"}[opening]
        ends = [self.branch(state)] if opening == "[" else []
        token = "|"
        while token == "|":
            weight, tokens = _weight(tokens)
            end, tokens = self.sequence(tokens, self.branch(state, weight))
            ends.append(end)
            token, *tokens = tokens or [""]
        if token != closing:
            raise ValueError(f"a {opening!r} is not closed by a {closing!r}")
        return self.join(ends), tokens

    def rule(self, name: str, state: int) -> int:
        if name not in self.rules:
            raise ValueError(f"there is no rule <{name}>")
        alternatives = "".join(line.strip() for line in self.rules[name].splitlines())
        return self.template(f"({alternatives})", state)

    def mention(self, reference: str, state: int) -> int:
        variable, _, form = reference.partition(".")
        form = form or "name"
        if variable not in self.cast:
            raise ValueError(f"nobody in the cast is called {{{variable}}}")
        for entry in self.tables[self.cast[variable]]:
            if form not in entry and form[0].lower() + form[1:] not in entry:
                raise ValueError(f"{entry['name']!r} has no form {form!r}")
        return self.arc(state, Mention(variable, form), self.new_state())


def _weight(tokens: list[str]) -> tuple[int, list[str]]:
    """Take the weight off the front of an alternative; it is 1 where none is written."""
    match = _WEIGHT.match(tokens[0]) if tokens else None
    if not match:
        return 1, tokens
    return int(match[1]), [tokens[0][match.end() :], *tokens[1:]]
