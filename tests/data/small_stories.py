"""A grammar small enough to be told in full, twice: in the notation, and by plain loops.

The loops know nothing of graphs and walks: they are what the engine is tested against.
"""

from fractions import Fraction

from course_utils.data.notation import compile_grammar

TABLES = {
    "names": [
        {"name": "Ann", "she": "she"},
        {"name": "Bob", "she": "he"},
        {"name": "Eve", "she": "she"},
    ],
    "things": [{"name": "hat"}, {"name": "drum"}],
}
CAST = {"hero": "names", "friend": "names", "thing": "things"}
RULES = {"did": "2 ran|sat[ down]"}
PLOTS = (
    """
    {hero} had a {thing}.
    ? {hero.She} <did>.

    | "Give me the {thing}," said {friend}.
    | {hero} lost the (3 {thing}|drum and the hat).
    """,
    """
    It rained, and {friend} <did>.
    """,
)

# The third sentence of the first plot may end in "the drum and the hat" though the hero had a hat:
# a mention and plain text beside each other. No two derivations give the same story.

GRAMMAR = compile_grammar(PLOTS, RULES, TABLES, CAST)


def all_stories() -> dict[str, Fraction]:
    """Every story with its probability."""
    stories: dict[str, Fraction] = {}
    half, third = Fraction(1, 2), Fraction(1, 3)
    people = {"Ann": "She", "Bob": "He", "Eve": "She"}
    done = {"ran": 2 * third, "sat": third / 2, "sat down": third / 2}
    for friend in people:
        for did, p in done.items():
            stories[f"It rained, and {friend} {did}.\n\n"] = half * third * p
    for hero, pronoun in people.items():
        for thing in ("hat", "drum"):
            begin = f"{hero} had a {thing}."
            middles = {"": half} | {f" {pronoun} {did}.": half * p for did, p in done.items()}
            for middle, p in middles.items():
                p = half * third * half * p
                for friend in people:
                    if friend != hero:
                        end = f'\n"Give me the {thing}," said {friend}.\n\n'
                        stories[begin + middle + end] = p * half * half
                for lost, q in ((thing, Fraction(3, 4)), ("drum and the hat", Fraction(1, 4))):
                    stories[f"{begin}{middle}\n{hero} lost the {lost}.\n\n"] = p * half * q
    return stories
