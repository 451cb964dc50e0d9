"""Well-known mistakes in the optimizers of notebook 05, and what to say about each."""

import numpy as np

from course_utils.exercises.exercise import Misconception
from course_utils.scratch.optimizers import AdaGrad, Adam, AdamW, Momentum, RMSprop

# The wrong optimizers inherit __init__ from the right ones and make their mistake in `step`.
NEW_ARRAYS = (
    "After your steps the parameters are what they were: you compute new arrays, and the ones that "
    "were handed to you never hear of it. `w = w - ...` only gives the name `w` to a new array. "
    "`w -= ...` changes the numbers inside the array, and whoever owns it sees them."
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
        "has one rate for a whole array",
        _AdaGradOneRate,
        "You add the squares of all numbers of an array together, so all of them share one rate. "
        "The point of AdaGrad is a rate for each number: keep g² as an array.",
    ),
    Misconception(
        "steps before it adds the square",
        _AdaGradTooEarly,
        "You divide by the sum as it was before this step. At the first step that is 0, and the "
        "step is g / ε, far too long. First s ← s + g², then the step.",
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
    Misconception(
        "averages sizes instead of squares",
        _RMSpropWithoutSquare,
        "You average |g| and then take a root of that. What is averaged is g², so that its root is "
        "again of the size of a gradient.",
    ),
)

# ------------------------------------------------------------------------------------- Adam


class _AdamMistake(Adam):
    """Adam, whose parts can be written wrongly one at a time."""

    def average(self, g, m, v, beta1, beta2):
        m[...] = beta1 * m + (1 - beta1) * g
        v[...] = beta2 * v + (1 - beta2) * g**2

    def correct(self, m, v, beta1, beta2):
        return m / (1 - beta1**self.t), v / (1 - beta2**self.t)

    def divide(self, m_hat, v_hat):
        return m_hat / (np.sqrt(v_hat) + self.epsilon)

    def step(self, gradients):
        self.t += 1
        for w, g, m, v in zip(self.parameters, gradients, self.m, self.v, strict=True):
            self.average(g, m, v, *self.betas)
            w -= self.learning_rate * self.divide(*self.correct(m, v, *self.betas))


class _AdamUncorrected(_AdamMistake):
    def correct(self, m, v, beta1, beta2):
        return m, v


class _AdamCorrectsTheMeanAlone(_AdamMistake):
    def correct(self, m, v, beta1, beta2):
        return m / (1 - beta1**self.t), v


class _AdamCorrectsForGood(_AdamMistake):
    def correct(self, m, v, beta1, beta2):
        m /= 1 - beta1**self.t
        v /= 1 - beta2**self.t
        return m, v


class _AdamCountsArrays(_AdamMistake):
    def step(self, gradients):
        for w, g, m, v in zip(self.parameters, gradients, self.m, self.v, strict=True):
            self.t += 1
            self.average(g, m, v, *self.betas)
            w -= self.learning_rate * self.divide(*self.correct(m, v, *self.betas))


class _AdamSwapsBetas(_AdamMistake):
    def average(self, g, m, v, beta1, beta2):
        super().average(g, m, v, beta2, beta1)

    def correct(self, m, v, beta1, beta2):
        return super().correct(m, v, beta2, beta1)


class _AdamSquaresTheMean(_AdamMistake):
    def average(self, g, m, v, beta1, beta2):
        m[...] = beta1 * m + (1 - beta1) * g
        v[...] = beta2 * v + (1 - beta2) * m**2


class _AdamWithoutRoot(_AdamMistake):
    def divide(self, m_hat, v_hat):
        return m_hat / (v_hat + self.epsilon)


class _AdamRootOfEpsilon(_AdamMistake):
    def divide(self, m_hat, v_hat):
        return m_hat / np.sqrt(v_hat + self.epsilon)


ADAM = (
    Misconception(
        "leaves out the bias correction",
        _AdamUncorrected,
        "Both averages start at 0 and are too small in the first steps; you use them as they are. "
        "Divide m by 1 - β₁ᵗ and v by 1 - β₂ᵗ.",
    ),
    Misconception(
        "corrects the first average alone",
        _AdamCorrectsTheMeanAlone,
        "m is corrected and v is not. v starts at 0 as well, and its β is closer to 1, so it is "
        "too small for longer: divide it by 1 - β₂ᵗ.",
    ),
    Misconception(
        "writes the corrected averages back",
        _AdamCorrectsForGood,
        "You put the corrected m and v in the place of the averages, so the next step corrects "
        "them a second time. m̂ and v̂ are for this step only: give them names of their own.",
    ),
    Misconception(
        "counts arrays instead of steps",
        _AdamCountsArrays,
        "With one parameter array all is right; with several, t grows too fast. t counts calls of "
        "`step`: raise it once, before the loop over the arrays.",
    ),
    Misconception(
        "swaps the two betas",
        _AdamSwapsBetas,
        "betas is (β₁, β₂): the first is for m, the average of g, the second for v, that of g².",
    ),
    Misconception(
        "averages m² instead of g²",
        _AdamSquaresTheMean,
        "v averages the square of the averaged gradient m. It should average g², the square of the "
        "gradient itself: where gradients only flip their sign, m is near 0 but g² is not.",
    ),
    Misconception(
        "divides without the root",
        _AdamWithoutRoot,
        "You divide by v̂ + ε. v̂ has the size of a gradient squared; its root is what makes the "
        "step free of the gradient's scale.",
    ),
    Misconception(
        "puts epsilon under the root",
        _AdamRootOfEpsilon,
        "You take the root of v̂ + ε. As in the paper and in PyTorch, ε is added to the root.",
    ),
)

# ------------------------------------------------------------------------------------ AdamW


class _AdamWWithL2(AdamW):
    def step(self, gradients):
        decaying = [
            g + self.weight_decay * w for g, w in zip(gradients, self.parameters, strict=True)
        ]
        Adam.step(self, decaying)


class _AdamWWithoutRate(AdamW):
    def step(self, gradients):
        for w in self.parameters:
            w -= self.weight_decay * w
        Adam.step(self, gradients)


class _AdamWDecaysLast(AdamW):
    def step(self, gradients):
        Adam.step(self, gradients)
        for w in self.parameters:
            w -= self.learning_rate * self.weight_decay * w


class _AdamWWithoutDecay(AdamW):
    def step(self, gradients):
        Adam.step(self, gradients)


ADAMW = (
    Misconception(
        "adds the decay to the gradient",
        _AdamWWithL2,
        "This is L2 in Adam: λw goes into the averages with the gradient, and is then divided by "
        "√v̂, so weights with large gradients hardly decay. In AdamW the decay does not pass "
        "through the averages.",
    ),
    Misconception(
        "decays without the learning rate",
        _AdamWWithoutRate,
        "You shrink the weights by λ at each step. It is η λ: when a schedule lowers the learning "
        "rate, the decay goes down with it.",
    ),
    Misconception(
        "decays after the step",
        _AdamWDecaysLast,
        "You shrink the weights that Adam has already moved, so its step is shrunk too. The "
        "formula takes both from the same w: decay first, then Adam's step.",
    ),
    Misconception(
        "does not decay",
        _AdamWWithoutDecay,
        "This is Adam: the weights do not decay. If you wrote `w = w - ...` in a loop, that made "
        "new arrays and left the parameters as they were; `w -= ...` changes them.",
    ),
)
