"""Well-known mistakes in Adam and AdamW, notebook 05, and what to say about each."""

import numpy as np

from course_utils.exercises.exercise import Misconception
from course_utils.exercises.lessons.mistakes_05 import EPSILON_OUTSIDE, NEW_ARRAYS
from course_utils.scratch.optimizers import Adam, AdamW

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


class _AdamEpsilonOutside(_AdamMistake):
    def step(self, gradients):
        self.t += 1
        for w, g, m, v in zip(self.parameters, gradients, self.m, self.v, strict=True):
            self.average(g, m, v, *self.betas)
            m_hat, v_hat = self.correct(m, v, *self.betas)
            w -= self.learning_rate * m_hat / np.sqrt(v_hat) + self.epsilon


class _AdamCountsFromZero(_AdamMistake):
    def step(self, gradients):
        self.t -= 1  # raised again by the step itself: t is 0 at the first one
        super().step(gradients)
        self.t += 1


class _AdamStaysAtStepOne(_AdamMistake):
    def step(self, gradients):
        self.t = 0
        super().step(gradients)


class _AdamSumsInsteadOfAveraging(_AdamMistake):
    def average(self, g, m, v, beta1, beta2):
        m[...] = beta1 * m + g
        v[...] = beta2 * v + g**2


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
        "counts steps from 0",
        _AdamCountsFromZero,
        "t is 0 at your first step, so both corrections divide by 1 - β⁰ = 0, and the parameters "
        "become nan. Raise t at the beginning of `step`: it is 1 at the first.",
    ),
    Misconception(
        "stays at step 1",
        _AdamStaysAtStepOne,
        "Your first step is right, but t is 1 at every later one too, so the averages are enlarged "
        "for ever. Keep t in `self`, set it to 0 in `__init__`, and raise it in each call of "
        "`step`.",
    ),
    Misconception(
        "leaves out the factors (1 - beta)",
        _AdamSumsInsteadOfAveraging,
        "You write m ← β₁ m + g and v ← β₂ v + g². Those are sums. In an average the new number "
        "has the share 1 - β: m ← β₁ m + (1 - β₁) g, and v likewise.",
    ),
    Misconception("adds epsilon to the step", _AdamEpsilonOutside, EPSILON_OUTSIDE),
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


class _AdamWOnNewArrays(AdamW):
    def step(self, gradients):
        for i, w in enumerate(self.parameters):
            self.parameters[i] = w - self.learning_rate * self.weight_decay * w
        Adam.step(self, gradients)


class _AdamWLosesItsSettings(AdamW):
    def __init__(
        self, parameters, learning_rate, betas=(0.9, 0.999), epsilon=1e-8, weight_decay=0.01
    ):
        Adam.__init__(self, parameters, learning_rate)
        self.weight_decay = weight_decay


class _AdamWStepsForEachArray(AdamW):
    def step(self, gradients):
        for w in self.parameters:
            w -= self.learning_rate * self.weight_decay * w
            Adam.step(self, gradients)


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
        "makes new arrays instead of changing the parameters", _AdamWOnNewArrays, NEW_ARRAYS
    ),
    Misconception(
        "does not hand on its settings",
        _AdamWLosesItsSettings,
        "The decay is right, but Adam works with its default betas and epsilon. Hand on those that "
        "you were given: `super().__init__(parameters, learning_rate, betas, epsilon)`.",
    ),
    Misconception(
        "takes a step of Adam for each array",
        _AdamWStepsForEachArray,
        "With one parameter array all is right. With several, `super().step(gradients)` stands "
        "inside your loop and runs once for each of them. Let all decay first, then step once.",
    ),
    Misconception(
        "does not decay",
        _AdamWWithoutDecay,
        "This is Adam: the weights do not decay. If you wrote `w = w - ...` in a loop, that made "
        "new arrays and left the parameters as they were; `w -= ...` changes them.",
    ),
)
