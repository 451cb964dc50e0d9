"""The exercises of notebook 00, Start here."""

import numpy as np

from course_utils.exercises.exercise import Case, Exercise, Misconception, case


def _cases(rng: np.random.Generator) -> list[Case]:
    drawn = [case("three numbers", x=np.array([1.0, 2.0, 6.0]))]
    for size in (4, 7):
        x = np.round(rng.normal(rng.uniform(-5, 5), rng.uniform(0.5, 4), size), 1)
        drawn.append(case("random numbers", x=x))
    drawn.append(case("large numbers", x=1e6 + np.round(rng.normal(0, 3, 5), 1)))
    drawn.append(case("all the same", x=np.full(4, float(np.round(rng.uniform(1, 9), 1)))))
    return drawn


def _forgets_the_mean(x):
    spread = np.std(x)
    return x / spread if spread > 0 else np.zeros_like(x)


def _divides_by_the_variance(x):
    variance = np.var(x)
    return (x - np.mean(x)) / variance if variance > 0 else np.zeros_like(x)


def _sample_deviation(x):
    spread = np.std(x, ddof=1)
    return (x - np.mean(x)) / spread if spread > 0 else np.zeros_like(x)


def _nan_when_all_the_same(x):
    with np.errstate(invalid="ignore", divide="ignore"):
        return (x - np.mean(x)) / np.std(x)


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
            Misconception(
                "forgets to subtract the mean",
                _forgets_the_mean,
                "These are the numbers divided by their standard deviation, but not centred. "
                "Subtract the mean first: a standard score says how far a number lies from it.",
            ),
            Misconception(
                "divides by the variance",
                _divides_by_the_variance,
                "You divide by the variance. The standard deviation is its square root, and it "
                "has the same unit as `x`, so that the score has none.",
            ),
            Misconception(
                "divides by the sample standard deviation",
                _sample_deviation,
                "You divide by the deviation with N - 1 in it (`ddof=1`), which estimates that of "
                "a larger population. Here the numbers are all there is: divide by N.",
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
