"""The exercises of notebook 04, Losses."""

from course_utils.exercises.exercise import Exercise
from course_utils.exercises.lessons import cases_04 as cases
from course_utils.exercises.lessons import mistakes_04 as mistakes
from course_utils.exercises.lessons import mistakes_04_logits as mistakes_logits
from course_utils.exercises.quiz import Choice, Question

LOSSES = "course_utils.scratch.losses"

EXERCISES = (
    Exercise(
        id="04.1",
        name="mse_loss",
        reference_path=f"{LOSSES}:mse_loss",
        points=1,
        difficulty=1,
        minutes=5,
        why="It is more than two hundred years old, and still the right one for Gaussian noise.",
        draw_cases=cases.mse_cases,
        misconceptions=mistakes.MSE_LOSS,
        hints=(
            "Three words, three operations: error, squared, mean. In which order?",
            "`predictions - targets` gives all errors at once. Square each of them; `np.mean` "
            "without an axis averages over the whole array, whatever its shape.",
            "```\nreturn the mean of (predictions - targets) squared\n```",
        ),
    ),
    Exercise(
        id="04.2",
        name="huber_loss",
        reference_path=f"{LOSSES}:huber_loss",
        points=2,
        difficulty=2,
        minutes=15,
        why="It keeps one mistyped number from pulling the whole fit to itself.",
        draw_cases=cases.huber_cases,
        misconceptions=mistakes.HUBER_LOSS,
        hints=(
            "It is two formulas. For which errors does each of them hold, and which value do both "
            "have where they meet?",
            "Work with the size of the error, |e|. Compute the parabola and the line for all of "
            "them, and choose with `np.where(size <= delta, ..., ...)`.",
            "The line has slope delta, like the parabola where it ends, and at |e| = delta the "
            "value delta² / 2: so it is delta × (|e| - delta / 2).",
            "```\nsize = |predictions - targets|\nparabola = size² / 2\n"
            "line = delta × (size - delta / 2)\n"
            "return the mean of: parabola where size <= delta, line elsewhere\n```",
        ),
    ),
    Exercise(
        id="04.3",
        name="binary_cross_entropy_with_logits",
        reference_path=f"{LOSSES}:binary_cross_entropy_with_logits",
        points=3,
        difficulty=3,
        minutes=20,
        why="Every yes-or-no classifier learns from it, and the naive form fails when it matters.",
        draw_cases=cases.binary_cases,
        misconceptions=mistakes_logits.BINARY_CROSS_ENTROPY_WITH_LOGITS,
        hints=(
            "Do not compute the probability at all: a probability that was rounded to 0 or 1 has "
            "lost what you need.",
            "The loss of one example is log(1 + e^z) - y z, as derived above. Only log(1 + e^z) is "
            "dangerous, for large z. For large z, what is it nearly equal to?",
            "Take the larger of the two terms, 1 and e^z, out of the logarithm: log(1 + e^z) = "
            "max(z, 0) + log(1 + e^-|z|). `np.log1p(x)` is log(1 + x), exact for tiny x.",
            "```\nsoftplus = max(z, 0) + log1p(exp(-|z|))\n"
            "return the mean of (softplus - labels × z)\n```",
        ),
    ),
    Exercise(
        id="04.4",
        name="cross_entropy",
        reference_path=f"{LOSSES}:cross_entropy",
        points=3,
        difficulty=3,
        minutes=20,
        why="This is the loss of every GPT: how surprised it is by the token that came.",
        draw_cases=cases.cross_entropy_cases,
        misconceptions=mistakes_logits.CROSS_ENTROPY,
        hints=(
            "Which two numbers of each row does the loss of that row need?",
            "The loss of a row is log-sum-exp of its logits minus the logit of the right class. "
            "For log-sum-exp, take the row's maximum out first; `keepdims=True` keeps it a column "
            "that can be subtracted.",
            "`log_probs[np.arange(N), labels]` picks one entry of each row: row 0 at labels[0], "
            "row 1 at labels[1], and so on.",
            "```\nlargest = maximum of each row                                  (N, 1)\n"
            "log_sum = largest + log(sum of exp(logits - largest) per row)  (N, 1)\n"
            "log_probs = logits - log_sum                                   (N, C)\n"
            "return minus the mean of log_probs at each row's label\n```",
        ),
    ),
    Exercise(
        id="04.5",
        name="cross_entropy_backward",
        reference_path=f"{LOSSES}:cross_entropy_backward",
        points=2,
        difficulty=2,
        minutes=10,
        why="Here the blame enters the network; everything that learns begins with this line.",
        draw_cases=cases.cross_entropy_backward_cases,
        misconceptions=mistakes_logits.CROSS_ENTROPY_BACKWARD,
        hints=(
            "The answer has the shape of the logits, and each row of it sums to 0. Why?",
            "It is p - onehot, averaged: softmax the logits, and take 1 away at the right class of "
            "each row. (`softmax` is imported above.)",
            "`gradient[np.arange(N), labels] -= 1` changes one entry of each row. Do it on the "
            "softmax, which is a new array, not on the logits.",
            "```\ngradient = softmax(logits)                 (N, C)\n"
            "take 1 from each row at its label\nreturn gradient / N\n```",
        ),
    ),
    Exercise(
        id="04.6",
        name="label_smoothing_targets",
        reference_path=f"{LOSSES}:label_smoothing_targets",
        points=2,
        difficulty=2,
        minutes=10,
        why="It tells a network not to be surer than its labels deserve.",
        draw_cases=cases.label_smoothing_cases,
        misconceptions=mistakes.LABEL_SMOOTHING_TARGETS,
        hints=(
            "Think of a mixture: with probability 1 - smoothing the label, otherwise any class, "
            "each equally likely.",
            "`np.eye(n_classes)[labels]` gives the one-hot rows. What do you multiply them by, and "
            "what do you add to every entry?",
            "```\nrows = one-hot rows of the labels                 (N, n_classes)\n"
            "return (1 - smoothing) × rows + smoothing / n_classes\n```",
        ),
    ),
    Exercise(
        id="04.7",
        name="perplexity",
        reference_path="course_utils.scratch.information:perplexity",
        points=1,
        difficulty=1,
        minutes=5,
        why="It is how language models are compared: a loss said as a number of choices.",
        draw_cases=cases.perplexity_cases,
        misconceptions=mistakes.PERPLEXITY,
        hints=(
            "Guessing evenly among n tokens costs ln n each. Which operation turns ln n into n?",
            "First the mean of the losses, then the power of e. The other order is another number.",
            "```\nreturn exp(mean of the losses)\n```",
        ),
    ),
)


QUESTIONS = (
    Question(
        "A network must say which objects are in a photograph: there may be a dog, a bicycle, "
        "both or neither. Which loss fits?",
        (
            Choice(
                "Softmax and categorical cross-entropy over {dog, bicycle}.",
                False,
                "A softmax makes the two share one probability of 1. It cannot say both, nor "
                "neither.",
            ),
            Choice(
                "A sigmoid and binary cross-entropy for each object.",
                True,
                "Yes. They are two separate yes-or-no questions: exactly the case of the binary "
                "formula.",
            ),
            Choice(
                "Mean squared error on the two probabilities.",
                False,
                "It would learn something, but its gradient vanishes where the network is "
                "confidently wrong.",
            ),
        ),
    ),
    Question(
        "A language model with 50,000 tokens has just been initialised. Its mean loss is 10.8. Is "
        "that a sign of a fault?",
        (
            Choice(
                "Yes: a good initialisation starts near 0.",
                False,
                "A loss near 0 before training would mean that it already knows the text: a sure "
                "sign that the answer leaks into the input.",
            ),
            Choice(
                "Yes: it should start at ln 2 = 0.69.",
                False,
                "That is the loss of guessing between two. There are 50,000 tokens.",
            ),
            Choice(
                "No: ln 50,000 is 10.8, the loss of guessing evenly.",
                True,
                "Yes. It is the first thing to check in any training run.",
            ),
        ),
    ),
    Question(
        "Model A has a perplexity of 20 per word, model B one of 5 per character, on the same "
        "text, whose words have 5 characters on average, the space included. Which is better?",
        (
            Choice(
                "B: its perplexity is the lower of the two, and the lower one is always better.",
                False,
                "They are perplexities of different things. Per character, A pays ln 20 / 5.",
            ),
            Choice(
                "A: it pays ln 20 / 5 = 0.60 nats per character, and B pays ln 5 = 1.61.",
                True,
                "Yes. Per character, or in bits per character, they can be compared.",
            ),
            Choice(
                "They cannot be compared at all: their tokens are words here and characters there.",
                False,
                "Their perplexities cannot. The total loss on the same text can, and so can bits "
                "per character.",
            ),
        ),
    ),
    Question(
        "The logit of a sigmoid neuron is -12, the label is 1. What is the slope of the loss in "
        "this logit?",
        (
            Choice(
                "Nearly -1 with cross-entropy, nearly 0 with the squared error.",
                True,
                "Yes. p - y is about -1. The squared error multiplies it by 2 p (1 - p), about "
                "1/80,000.",
            ),
            Choice(
                "Nearly 0 with both: the sigmoid is flat so far from 0.",
                False,
                "The sigmoid is flat, but the logarithm is steep in exactly the same measure: the "
                "two cancel.",
            ),
            Choice(
                "Nearly -12 with cross-entropy, nearly -1 with the squared error.",
                False,
                "The loss is nearly 12. Its slope is p - y, never larger than 1.",
            ),
        ),
    ),
    Question(
        "Why do frameworks take logits in their losses rather than probabilities?",
        (
            Choice(
                "To save time: without the softmax, a training step has one operation less to do.",
                False,
                "The softmax is computed all the same, for the gradient.",
            ),
            Choice(
                "Because a probability that was rounded to 0 or 1 has lost its logarithm, while "
                "the logits still have it.",
                True,
                "Yes. log-sum-exp gets the logarithm from the logits without ever forming a "
                "probability.",
            ),
            Choice(
                "Because logits always sum to 1, while rounded probabilities may sum to 0.999.",
                False,
                "It is the other way round: a softmax's probabilities sum to 1, logits are any "
                "numbers.",
            ),
        ),
    ),
)
