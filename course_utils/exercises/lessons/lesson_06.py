"""The exercises of notebook 06, From NumPy to PyTorch."""

from course_utils.exercises.exercise import Exercise
from course_utils.exercises.lessons import cases_06 as cases
from course_utils.exercises.lessons import mistakes_06 as mistakes
from course_utils.exercises.lessons import mistakes_06_judging as mistakes_judging
from course_utils.exercises.quiz import Choice, Question

CLASSIFIER = "course_utils.gpt.classifier"

EXERCISES = (
    Exercise(
        id="06.1",
        name="TwoLayerMLP",
        reference_path=f"{CLASSIFIER}:TwoLayerMLP",
        points=3,
        difficulty=2,
        minutes=15,
        why="Every model of the second part, the GPT too, is a class of this form.",
        draw_cases=cases.mlp_cases,
        drive=cases.drive_mlp,
        misconceptions=mistakes.MLP,
        hints=(
            "`__init__` makes the parts and gives them names, `forward` says in which order they "
            "are used. `super().__init__()` comes first, so that the parts are registered.",
            "The parts are `self.hidden = nn.Linear(d_in, d_hidden)`, `self.output` and "
            "`self.dropout = nn.Dropout(dropout)`.",
            "```\nforward(x):\n    h = relu of hidden(x)          (N, d_hidden)\n"
            "    return output(dropout(h))      (N, d_out)\n```",
        ),
    ),
    Exercise(
        id="06.2",
        name="train_epoch",
        reference_path=f"{CLASSIFIER}:train_epoch",
        points=3,
        difficulty=3,
        minutes=20,
        why="These five lines train every network there is, from this one to the largest GPT.",
        draw_cases=cases.epoch_cases,
        drive=cases.drive_epoch,
        time_limit=30.0,  # the first optimizer of a process makes torch import much
        misconceptions=mistakes.TRAIN_EPOCH,
        hints=(
            "Say first that training begins: `model.train()`. Then for each batch: forwards, loss, "
            "clear the old gradients, backwards, step.",
            "`F.cross_entropy(logits, labels)` is the mean over the batch; `.item()` makes a plain "
            "number of it. The last batch may be smaller.",
            "```\nmodel.train()\nfor each (x, labels) in batches:\n"
            "    loss = cross-entropy of model(x)\n    clear the gradients\n"
            "    go backwards from the loss\n    let the optimizer step\n"
            "    total += loss as a number × number of examples\n"
            "return total / number of all examples\n```",
        ),
    ),
    Exercise(
        id="06.3",
        name="evaluate",
        reference_path=f"{CLASSIFIER}:evaluate",
        points=3,
        difficulty=3,
        minutes=15,
        why="What it returns decides which model is kept, and what you may claim of it.",
        draw_cases=cases.evaluation_cases,
        drive=cases.drive_evaluation,
        misconceptions=mistakes.EVALUATE,
        hints=(
            "Two things must be switched off: what the model does only while training, and the "
            "recording of the graph.",
            "`model.eval()` does the first, `@torch.no_grad()` above the function (or "
            "`with torch.no_grad():` in it) the second. The answer is `logits.argmax(dim=-1)`.",
            "```\nmodel.eval()\nwithout recording, for each (x, labels) in batches:\n"
            "    logits = model(x)\n    total += cross-entropy × number of examples\n"
            "    right += how often the largest logit is at the label\n"
            "return total / n, right / n\n```",
        ),
    ),
    Exercise(
        id="06.4",
        name="confusion_matrix",
        reference_path=f"{CLASSIFIER}:confusion_matrix",
        points=2,
        difficulty=2,
        minutes=10,
        why="One number says how often a model is wrong; this table says how.",
        draw_cases=cases.confusion_cases,
        misconceptions=mistakes_judging.CONFUSION_MATRIX,
        hints=(
            "Begin with a table of zeros. Each example adds 1 at one place: which row, which "
            "column?",
            "A loop over the pairs `zip(labels, predictions)` is good enough. Without a loop: "
            "`np.add.at(matrix, (rows, columns), 1)`.",
            "```\nmatrix = zeros, n_classes × n_classes, whole numbers\n"
            "for each label and prediction:\n    matrix[label, prediction] += 1\n"
            "return matrix\n```",
        ),
    ),
    Exercise(
        id="06.5",
        name="EarlyStopping",
        reference_path=f"{CLASSIFIER}:EarlyStopping",
        points=4,
        difficulty=3,
        minutes=20,
        why="It ends a training at its best moment, which you only recognise afterwards.",
        draw_cases=cases.stopping_cases,
        drive=cases.drive_stopping,
        misconceptions=mistakes_judging.EARLY_STOPPING,
        hints=(
            "Three things are to be remembered between calls: the best loss, the weights that had "
            "it, and how many losses have come since.",
            "`copy.deepcopy(model.state_dict())` is a copy of all weights, and "
            "`model.load_state_dict(weights)` puts them back.",
            "```\nupdate(loss, model):\n    if loss < best_loss - min_delta:\n"
            "        remember the loss and a copy of the weights; n_worse = 0\n"
            "    else:\n        n_worse += 1\n    return n_worse >= patience\n```",
        ),
    ),
)

QUESTIONS = (
    Question(
        "A training loop calls backward() and step(), but never zero_grad(). What happens?",
        (
            Choice("Each step repeats all earlier gradients", True, "backward() adds to .grad."),
            Choice("PyTorch raises an error at the second step", False, "Adding up may be meant."),
            Choice("Nothing: backward() overwrites what is there", False, "It adds to it."),
            Choice(
                "The gradients shrink until they vanish", False, "They are added up: they grow."
            ),
        ),
    ),
    Question(
        "A model reaches 100 % on its training set and 91 % on the validation set. You try ten "
        "widths and keep the one with the best validation accuracy, 94 %. What do you report?",
        (
            Choice("Its accuracy on a test set used once", True, "That set has chosen nothing."),
            Choice("94 %: the validation set was not learned from", False, "But it has chosen."),
            Choice("100 %, with a note on the data", False, "It has seen these examples."),
            Choice("The mean of all ten accuracies", False, "That is not the model you keep."),
        ),
    ),
    Question(
        "After model.eval() the loss of the same batch is still different at each call. Why?",
        (
            Choice(
                "F.dropout was called and not told the mode",
                True,
                "The function does not know it without training=self.training; nn.Dropout does.",
            ),
            Choice("torch.no_grad() was forgotten", False, "That costs memory, no accuracy."),
            Choice("The learning rate is still too high", False, "Nothing is learned here."),
            Choice("The examples come in another order", False, "The mean is the same for each."),
        ),
    ),
    Question(
        "Why do large models train in bfloat16 rather than in float16, both of 16 bits?",
        (
            Choice("It has the range of float32", True, "8 bits of exponent: gradients fit."),
            Choice("It has more digits", False, "It has fewer: 8 bits of them instead of 11."),
            Choice("It needs less memory", False, "Both need two bytes."),
            Choice("It is rounded at random", False, "Both are rounded to the nearest number."),
        ),
    ),
)
