"""Well-known mistakes in the first optimizers of notebook 05, up to RMSprop."""

import numpy as np

from course_utils.exercises.exercise import Misconception
from course_utils.scratch.optimizers import AdaGrad, Momentum, RMSprop

# The wrong optimizers inherit __init__ from the right ones and make their mistake in `step`.
NEW_ARRAYS = (
    "After your steps the parameters are what they were: you compute new arrays, and the ones that "
    "were handed to you never hear of it. `w = w - ...` only gives the name `w` to a new array. "
    "`w -= ...` changes the numbers inside the array, and whoever owns it sees them."
)

EPSILON_OUTSIDE = (
    "You divide by the root alone and add ε to the quotient: `a / b + c` is (a / b) + c. So every "
    "number moves by ε at each step, and where the gradient has always been 0 you divide 0 by 0. "
    "Brackets around the root and ε: g / (√s + ε)."
)

# --------------------------------------------------------------------------------- Momentum


class _MomentumOnNewArrays(Momentum):
    def step(self, gradients):
        for i, g in enumerate(gradients):
            self.velocities[i] = self.momentum * self.velocities[i] + g
            self.parameters[i] = self.parameters[i] - self.learning_rate * self.velocities[i]


class _MomentumForgets(Momentum):
    def step(self, gradients):
        for w, g in zip(self.parameters, gradients, strict=True):
            w -= self.learning_rate * g


class _MomentumAverages(Momentum):
    def step(self, gradients):
        for w, g, v in zip(self.parameters, gradients, self.velocities, strict=True):
            v[...] = self.momentum * v + (1 - self.momentum) * g
            w -= self.learning_rate * v


class _MomentumLooksAhead(Momentum):
    def step(self, gradients):
        for w, g, v in zip(self.parameters, gradients, self.velocities, strict=True):
            v[...] = self.momentum * v + g
            w -= self.learning_rate * (g + self.momentum * v)


class _MomentumStepsTooEarly(Momentum):
    def step(self, gradients):
        for w, g, v in zip(self.parameters, gradients, self.velocities, strict=True):
            w -= self.learning_rate * v
            v[...] = self.momentum * v + g


class _MomentumHoldsTheRate(Momentum):
    def step(self, gradients):
        for w, g, v in zip(self.parameters, gradients, self.velocities, strict=True):
            v[...] = self.momentum * v + self.learning_rate * g
            w -= v


class _MomentumKeepsItsFirstRate(Momentum):
    def __init__(self, parameters, learning_rate, momentum=0.9):
        super().__init__(parameters, learning_rate, momentum)
        self.first_rate = learning_rate

    def step(self, gradients):
        self.learning_rate = self.first_rate
        super().step(gradients)


class _MomentumUphill(Momentum):
    def step(self, gradients):
        for w, g, v in zip(self.parameters, gradients, self.velocities, strict=True):
            v[...] = self.momentum * v + g
            w += self.learning_rate * v


MOMENTUM = (
    Misconception(
        "makes new arrays instead of changing the parameters", _MomentumOnNewArrays, NEW_ARRAYS
    ),
    Misconception(
        "forgets the velocity",
        _MomentumForgets,
        "These are plain steps: the velocity of the step before is gone when the next one comes. "
        "If you wrote `v = self.momentum * v + g`, then `v` is a new array, and the one in your "
        "list is still 0. `v[...] = ...` puts the numbers into the array itself.",
    ),
    Misconception(
        "averages the gradients",
        _MomentumAverages,
        "You multiply the new gradient by (1 - momentum). That makes an average, as Adam's. Here "
        "the velocity is a sum, v ← μ v + g, and under a steady gradient it grows.",
    ),
    Misconception(
        "is Nesterov's method already",
        _MomentumLooksAhead,
        "You step by g + μ v. That is Nesterov's look ahead, which comes in the next section. "
        "Plain momentum steps by the velocity alone: w ← w - η v.",
    ),
    Misconception(
        "steps before it updates the velocity",
        _MomentumStepsTooEarly,
        "Your first step does not move at all: you step with the old velocity, which starts at 0, "
        "and update it afterwards. First v ← μ v + g, then w ← w - η v.",
    ),
    Misconception(
        "keeps the learning rate inside the velocity",
        _MomentumHoldsTheRate,
        "All is right while the learning rate stays the same. When a schedule changes it, your "
        "velocity still holds gradients multiplied by older rates. Collect plain gradients in v, "
        "and multiply by η when you step.",
    ),
    Misconception(
        "keeps its first learning rate",
        _MomentumKeepsItsFirstRate,
        "All is right until the learning rate is changed from outside, as a schedule does. Your "
        "steps go on with the rate that `__init__` was given: read `self.learning_rate` at every "
        "step, not a copy of it.",
    ),
    Misconception(
        "steps uphill",
        _MomentumUphill,
        "You add the step. The gradient points uphill, and so does the sum of gradients: subtract.",
    ),
)

# ---------------------------------------------------------------------------------- AdaGrad


class _AdaGradOnNewArrays(AdaGrad):
    def step(self, gradients):
        for i, g in enumerate(gradients):
            self.sums[i] = self.sums[i] + g**2
            self.parameters[i] = self.parameters[i] - self.learning_rate * g / (
                np.sqrt(self.sums[i]) + self.epsilon
            )


class _AdaGradForgets(AdaGrad):
    def step(self, gradients):
        for w, g in zip(self.parameters, gradients, strict=True):
            w -= self.learning_rate * g / (np.sqrt(g**2) + self.epsilon)


class _AdaGradWithoutRoot(AdaGrad):
    def step(self, gradients):
        for w, g, s in zip(self.parameters, gradients, self.sums, strict=True):
            s += g**2
            w -= self.learning_rate * g / (s + self.epsilon)


class _AdaGradRootOfEpsilon(AdaGrad):
    def step(self, gradients):
        for w, g, s in zip(self.parameters, gradients, self.sums, strict=True):
            s += g**2
            w -= self.learning_rate * g / np.sqrt(s + self.epsilon)


class _AdaGradOneRate(AdaGrad):
    def step(self, gradients):
        for w, g, s in zip(self.parameters, gradients, self.sums, strict=True):
            s += (g**2).sum()
            w -= self.learning_rate * g / (np.sqrt(s) + self.epsilon)


class _AdaGradEpsilonOutside(AdaGrad):
    def step(self, gradients):
        for w, g, s in zip(self.parameters, gradients, self.sums, strict=True):
            s += g**2
            w -= self.learning_rate * g / np.sqrt(s) + self.epsilon


class _AdaGradWithoutSquare(AdaGrad):
    def step(self, gradients):
        for w, g, s in zip(self.parameters, gradients, self.sums, strict=True):
            s += np.abs(g)
            w -= self.learning_rate * g / (s + self.epsilon)


class _AdaGradTooEarly(AdaGrad):
    def step(self, gradients):
        for w, g, s in zip(self.parameters, gradients, self.sums, strict=True):
            w -= self.learning_rate * g / (np.sqrt(s) + self.epsilon)
            s += g**2


ADAGRAD = (
    Misconception(
        "makes new arrays instead of changing the parameters", _AdaGradOnNewArrays, NEW_ARRAYS
    ),
    Misconception(
        "forgets earlier gradients",
        _AdaGradForgets,
        "You divide by the size of the latest gradient alone, so every step has the length of the "
        "learning rate. s is a sum over all steps. If you wrote `s = s + g**2`, the sum in your "
        "list is still 0: `s += g**2` changes it.",
    ),
    Misconception(
        "divides by the sum without its root",
        _AdaGradWithoutRoot,
        "You divide by s, the sum of squares. Its root is what has the size of a gradient, so that "
        "g / √s no longer depends on the scale.",
    ),
    Misconception(
        "puts epsilon under the root",
        _AdaGradRootOfEpsilon,
        "You take the root of s + ε. Here, as in PyTorch, ε is added to the root: √s + ε.",
    ),
    Misconception(
        "adds epsilon to the step",
        _AdaGradEpsilonOutside,
        EPSILON_OUTSIDE,
    ),
    Misconception(
        "adds sizes instead of squares",
        _AdaGradWithoutSquare,
        "You add up |g|. s is the sum of g², and its root is what you divide by: after n gradients "
        "of one size that is √n times the size, not n times.",
    ),
    Misconception(
        "has one rate for a whole array",
        _AdaGradOneRate,
        "You add the squares of all numbers of an array together, so all of them share one rate. "
        "The point of AdaGrad is a rate for each number: keep g² as an array.",
    ),
    Misconception(
        "steps before it adds the square",
        _AdaGradTooEarly,
        "You divide by the sum as it was before this step. At the first step that is 0, and the "
        "step is η g / ε, far too long. First s ← s + g², then the step.",
    ),
)

# ---------------------------------------------------------------------------------- RMSprop


class _RMSpropNeverForgets(RMSprop):
    def step(self, gradients):
        for w, g, s in zip(self.parameters, gradients, self.averages, strict=True):
            s += g**2
            w -= self.learning_rate * g / (np.sqrt(s) + self.epsilon)


class _RMSpropSwapped(RMSprop):
    def step(self, gradients):
        for w, g, s in zip(self.parameters, gradients, self.averages, strict=True):
            s[...] = (1 - self.rho) * s + self.rho * g**2
            w -= self.learning_rate * g / (np.sqrt(s) + self.epsilon)


class _RMSpropSums(RMSprop):
    def step(self, gradients):
        for w, g, s in zip(self.parameters, gradients, self.averages, strict=True):
            s[...] = self.rho * s + g**2
            w -= self.learning_rate * g / (np.sqrt(s) + self.epsilon)


class _RMSpropForgetsAtOnce(RMSprop):
    def step(self, gradients):
        for w, g in zip(self.parameters, gradients, strict=True):
            s = (1 - self.rho) * g**2
            w -= self.learning_rate * g / (np.sqrt(s) + self.epsilon)


class _RMSpropRootOfEpsilon(RMSprop):
    def step(self, gradients):
        for w, g, s in zip(self.parameters, gradients, self.averages, strict=True):
            s[...] = self.rho * s + (1 - self.rho) * g**2
            w -= self.learning_rate * g / np.sqrt(s + self.epsilon)


class _RMSpropEpsilonOutside(RMSprop):
    def step(self, gradients):
        for w, g, s in zip(self.parameters, gradients, self.averages, strict=True):
            s[...] = self.rho * s + (1 - self.rho) * g**2
            w -= self.learning_rate * g / np.sqrt(s) + self.epsilon


class _RMSpropWithoutRoot(RMSprop):
    def step(self, gradients):
        for w, g, s in zip(self.parameters, gradients, self.averages, strict=True):
            s[...] = self.rho * s + (1 - self.rho) * g**2
            w -= self.learning_rate * g / (s + self.epsilon)


class _RMSpropTooEarly(RMSprop):
    def step(self, gradients):
        for w, g, s in zip(self.parameters, gradients, self.averages, strict=True):
            w -= self.learning_rate * g / (np.sqrt(s) + self.epsilon)
            s[...] = self.rho * s + (1 - self.rho) * g**2


class _RMSpropSquaresTheShare(RMSprop):
    def step(self, gradients):
        for w, g, s in zip(self.parameters, gradients, self.averages, strict=True):
            s[...] = self.rho * s + ((1 - self.rho) * g) ** 2
            w -= self.learning_rate * g / (np.sqrt(s) + self.epsilon)


class _RMSpropWithoutSquare(RMSprop):
    def step(self, gradients):
        for w, g, s in zip(self.parameters, gradients, self.averages, strict=True):
            s[...] = self.rho * s + (1 - self.rho) * np.abs(g)
            w -= self.learning_rate * g / (np.sqrt(s) + self.epsilon)


RMSPROP = (
    Misconception(
        "never forgets",
        _RMSpropNeverForgets,
        "This is AdaGrad: you add up all squares. RMSprop averages them, s ← ρ s + (1 - ρ) g², so "
        "that old gradients fade.",
    ),
    Misconception(
        "swaps the weights of old and new",
        _RMSpropSwapped,
        "You keep 1 - ρ of the old average and take ρ of the new square. It is the other way "
        "round: ρ is how much is remembered.",
    ),
    Misconception(
        "leaves out the factor (1 - rho)",
        _RMSpropSums,
        "You write s ← ρ s + g². The weights ρ and 1 - ρ must sum to 1, or s is no average but "
        "1 / (1 - ρ) times too large, and your steps are too short.",
    ),
    Misconception(
        "forgets at once",
        _RMSpropForgetsAtOnce,
        "Your average starts from 0 at every step. If you wrote `s = ...`, that is a new array, "
        "and the one in your list is still 0. `s[...] = ...` puts the numbers into the array.",
    ),
    Misconception(
        "puts epsilon under the root",
        _RMSpropRootOfEpsilon,
        "You take the root of s + ε. Here, as in PyTorch, ε is added to the root: √s + ε.",
    ),
    Misconception("adds epsilon to the step", _RMSpropEpsilonOutside, EPSILON_OUTSIDE),
    Misconception(
        "divides by the average without its root",
        _RMSpropWithoutRoot,
        "You divide by s, the average of squares. Its root is what has the size of a gradient, so "
        "that g / √s no longer depends on the scale.",
    ),
    Misconception(
        "steps before it averages",
        _RMSpropTooEarly,
        "You divide by the average as it was before this step. At the first step that is 0, and "
        "the step is η g / ε, far too long. First s ← ρ s + (1 - ρ) g², then the step.",
    ),
    Misconception(
        "squares the share as well",
        _RMSpropSquaresTheShare,
        "You square (1 - ρ) g. Only the gradient is squared: (1 - ρ) times g².",
    ),
    Misconception(
        "averages sizes instead of squares",
        _RMSpropWithoutSquare,
        "You average |g| and then take a root of that. What is averaged is g², so that its root is "
        "again of the size of a gradient.",
    ),
)
