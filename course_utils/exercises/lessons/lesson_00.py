"""The exercises of notebook 00, Start here."""

from collections.abc import Callable

import numpy as np

from course_utils.exercises.exercise import Case, Exercise, Misconception, case
from course_utils.exercises.quiz import Choice, Question


def _cases(rng: np.random.Generator) -> list[Case]:
    drawn = [case("three numbers", x=np.array([1.0, 2.0, 6.0]))]
    for size in (4, 7):
        x = np.round(rng.normal(rng.uniform(-5, 5), rng.uniform(0.5, 4), size), 1)
        drawn.append(case("random numbers", x=x))
    drawn.append(case("large numbers", x=1e6 + np.round(rng.normal(0, 3, 5), 1)))
    drawn.append(case("all the same", x=np.full(4, float(np.round(rng.uniform(1, 9), 1)))))
    return drawn


def _forgets_the_mean(x):
    return x / np.std(x)


def _divides_by_the_variance(x):
    return (x - np.mean(x)) / np.var(x)


def _sample_deviation(x):
    return (x - np.mean(x)) / np.std(x, ddof=1)


def _turned_round(x):
    return (np.mean(x) - x) / np.std(x)


def _divides_only_the_mean(x):
    return x - np.mean(x) / np.std(x)


def _between_0_and_1(x):
    return (x - np.min(x)) / (np.max(x) - np.min(x))


def _nan_when_all_the_same(x):
    return (x - np.mean(x)) / np.std(x)


def _both_ways(name: str, wrong: Callable, says: str) -> tuple[Misconception, Misconception]:
    """The same mistake by those who thought of equal numbers, and by those who did not yet."""

    def guarded(x):
        return wrong(x) if np.max(x) > np.min(x) else np.zeros_like(x)

    return (
        Misconception(name, guarded, says),
        Misconception(
            f"{name}, and divides by 0 when all numbers are the same",
            wrong,
            f"{says}\n\nThen think of numbers that are all the same: they have the score 0.",
        ),
    )


EXERCISES = (
    Exercise(
        id="00.1",
        name="standard_score",
        reference_path="course_utils.scratch.layers:standard_score",
        points=1,
        difficulty=1,
        minutes=5,
        why="Networks learn faster from inputs of one common scale.",
        draw_cases=_cases,
        misconceptions=(
            *_both_ways(
                "forgets to subtract the mean",
                _forgets_the_mean,
                "These are the numbers divided by their standard deviation, but not centred. "
                "Subtract the mean first: a standard score says how far a number lies from it.",
            ),
            *_both_ways(
                "divides by the variance",
                _divides_by_the_variance,
                "You divide by the variance. The standard deviation is its square root, and it "
                "has the same unit as `x`, so that the score has none.",
            ),
            *_both_ways(
                "divides by the sample standard deviation",
                _sample_deviation,
                "You divide by the deviation with N - 1 in it (`ddof=1`), which estimates that of "
                "a larger population. Here the numbers are all there is: divide by N.",
            ),
            *_both_ways(
                "turns the sign round",
                _turned_round,
                "All signs are turned round: you subtract the numbers from the mean. A number "
                "above the mean has a positive score.",
            ),
            *_both_ways(
                "forgets the brackets",
                _divides_only_the_mean,
                "Only the mean is divided here, because a division comes before a subtraction. "
                "Put brackets round `x - mean`.",
            ),
            *_both_ways(
                "scales to between 0 and 1",
                _between_0_and_1,
                "Your numbers run from 0 to 1: you measure from the smallest number, in units of "
                "the whole range. A standard score is measured from the mean, in units of the "
                "standard deviation.",
            ),
            Misconception(
                "gives nan when all numbers are the same",
                _nan_when_all_the_same,
                "All is right until the numbers are all the same: then the deviation is 0 and "
                "0 / 0 is nan. Numbers that do not differ all have the score 0.",
            ),
        ),
        hints=(
            "You need two numbers about `x`: where its middle is and how far it spreads.",
            "`np.mean(x)` and `np.std(x)` give them. What is `np.std` of numbers that are all "
            "the same, and what happens when you divide by it?",
            "```\nif all numbers of x are the same: return zeros like x\n"
            "return (x - mean of x) / standard deviation of x\n```",
        ),
    ),
)

QUESTIONS = (
    Question(
        "What does a GPT compute when it has read the beginning of a text?",
        (
            Choice(
                "A probability for every possible next token",
                True,
                "Writing is a loop around it: draw one token, append it, read again.",
            ),
            Choice(
                "The most similar passage of its training text",
                False,
                "It keeps no text, only parameters. What it writes may still resemble what it saw.",
            ),
            Choice(
                "The whole answer at once",
                False,
                "It makes one token at a time, and each becomes part of what it reads next.",
            ),
            Choice(
                "The hidden words, from both sides",
                False,
                "That is how BERT, an encoder, is trained. A GPT sees only what came before.",
            ),
        ),
    ),
    Question(
        "Why could no model bring the loss on Tiny Tales down to 0?",
        (
            Choice(
                "Some of what comes next is decided by chance",
                True,
                "The next hero's name, for example. That surprise is the floor.",
            ),
            Choice(
                "A training of any length stops too early",
                False,
                "That explains the gap down to the floor, not the floor itself.",
            ),
            Choice(
                "A model of any size has too few parameters",
                False,
                "A larger model comes closer to the floor, but not below it.",
            ),
            Choice(
                "The loss of a language model cannot come near 0 on any text",
                False,
                "It comes as near as you like where the next one is certain: a text of one letter.",
            ),
        ),
    ),
    Question(
        "How does DALL-E (2021) draw an image for a caption?",
        (
            Choice(
                "It goes on writing after the caption: its next tokens are the image",
                True,
                "It is a GPT over rows of caption tokens and image tokens.",
            ),
            Choice(
                "It looks in a collection for the image that fits the caption best",
                False,
                "It makes images that are in no collection.",
            ),
            Choice(
                "It begins with pure noise and takes it away, step by step",
                False,
                "That is diffusion, which later models use.",
            ),
            Choice(
                "It guesses hidden patches of an image from the patches around them",
                False,
                "So one would train an encoder, as BERT is trained on words.",
            ),
        ),
    ),
    Question(
        "A check says that your function is not right yet. What holds the name afterwards, in "
        "`softmax = check(softmax)`?",
        (
            Choice(
                "The course's version, so that the notebook goes on",
                True,
                "Run the cell with your definition again before you check again.",
            ),
            Choice(
                "Your version, so that you can see where it goes wrong",
                False,
                "Then the cells below would compute with a mistake. It is yours once it is right.",
            ),
            Choice(
                "Nothing: the check stops the notebook there",
                False,
                "A check never stops a notebook, whatever your code does.",
            ),
        ),
    ),
)
