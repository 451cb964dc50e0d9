"""The exercises of notebook 10, Training a GPT."""

from course_utils.exercises.exercise import Exercise
from course_utils.exercises.lessons import cases_10 as cases
from course_utils.exercises.lessons import mistakes_10 as mistakes
from course_utils.exercises.lessons import mistakes_10_steps as mistakes_in_steps
from course_utils.exercises.quiz import Choice, Question

STEPS = "course_utils.gpt.steps"

EXERCISES = (
    Exercise(
        id="10.1",
        name="estimate_loss",
        reference_path=f"{STEPS}:estimate_loss",
        points=2,
        difficulty=2,
        minutes=15,
        why="A loss that is measured differently each time cannot be compared with anything.",
        draw_cases=cases.loss_cases,
        drive=cases.drive_loss,
        misconceptions=mistakes.ESTIMATE_LOSS,
        hints=(
            "How many windows of `context_length` tokens fit, when the last one needs one more "
            "token for its last target? Lay them side by side as the rows of a table.",
            "The first n T tokens, seen as (n, T), are the inputs; the same cut one token later "
            "are the targets. `model(x, y)` returns the mean over the windows it is given: to "
            "average over batches of different sizes, weigh it by `len(x)`.",
            "```\nn = number of windows = (len(tokens) - 1) // context_length\n"
            "inputs  = tokens 0 to n T - 1, as (n, T)\ntargets = tokens 1 to n T, as (n, T)\n"
            "total = 0\nfor each batch x, y of up to batch_size windows (no gradients):\n"
            "    total += loss of (x, y) as a number * len(x)\nreturn total / n\n```",
        ),
    ),
    Exercise(
        id="10.2",
        name="learning_rate_at",
        reference_path="course_utils.gpt.schedules:learning_rate_at",
        points=2,
        difficulty=2,
        minutes=15,
        why="Long steps to get far, short steps to settle: most of the last gain is made here.",
        draw_cases=cases.rate_cases,
        misconceptions=mistakes.LEARNING_RATE_AT,
        hints=(
            "Two parts: while step < n_warmup the rate rises, afterwards it falls. Do the rise "
            "first, and check it on step 0.",
            "For the fall, compute the share of it that is over, from 0 right after the warm-up to "
            "1 at the end and beyond. Half a wave falls from 1 to 0: (1 + cos(π share)) / 2.",
            "```\nif step < n_warmup: return peak * (step + 1) / n_warmup\n"
            "share = (step - n_warmup) / (n_steps - n_warmup), at most 1\n"
            "height = (1 + cos(π share)) / 2, or 1 - share, or 1\n"
            "return peak * (final_fraction + (1 - final_fraction) * height)\n```",
        ),
    ),
    Exercise(
        id="10.3",
        name="accumulate_gradients",
        reference_path=f"{STEPS}:accumulate_gradients",
        points=2,
        difficulty=2,
        minutes=10,
        why="It trains with batches that are far larger than the memory of your machine.",
        draw_cases=cases.gradient_cases,
        drive=cases.drive_gradients,
        misconceptions=mistakes_in_steps.ACCUMULATE_GRADIENTS,
        hints=(
            "`backward()` adds to `.grad`. What must each loss be multiplied with, so that the "
            "sum of the gradients is the gradient of the mean?",
            "Divide each loss by `len(batches)` before its backward pass. Add up the losses "
            "without their graphs: `loss.detach()`.",
            "```\nmean_loss = 0\nfor tokens, targets in batches:\n"
            "    loss = model's loss / number of batches\n"
            "    go back from the loss (from scaler.scale(loss) when there is a scaler)\n"
            "    mean_loss = mean_loss + loss without its graph\nreturn mean_loss\n```",
        ),
    ),
    Exercise(
        id="10.4",
        name="train_step",
        reference_path=f"{STEPS}:train_step",
        points=3,
        difficulty=3,
        minutes=15,
        why="These few lines, repeated, are the whole training of every large language model.",
        draw_cases=cases.step_cases,
        drive=cases.drive_step,
        rtol=1e-5,
        time_limit=30.0,  # the first step of an optimizer loads much of PyTorch
        misconceptions=mistakes_in_steps.TRAIN_STEP,
        hints=(
            "Four things in this order: gather the gradients, shorten them, step, clear.",
            "`torch.nn.utils.clip_grad_norm_(weights, clip_norm)` shortens and returns the length "
            "before. All weights of an optimizer are in `group['params']` of its "
            "`param_groups`. With a scaler, `scaler.unscale_(optimizer)` comes before it, "
            "`scaler.step(optimizer)` and `scaler.update()` replace the step.",
            "```\nloss = accumulate_gradients(model, batches, scaler)\n"
            "if there is a scaler: unscale\nnorm = clip all weights' gradients\n"
            "step (through the scaler when there is one, then update it)\n"
            "clear the gradients\nreturn loss, norm\n```",
        ),
    ),
)

QUESTIONS = (
    Question(
        "A training loss near 0 and a validation loss of 20. What happened?",
        (
            Choice(
                "The inputs held the answers",
                True,
                "With the answer in its input the model learned to copy it. In validation, where "
                "the answer is missing, it is sure of the wrong thing.",
            ),
            Choice(
                "The learning rate was too low",
                False,
                "Then both losses would be high, and close to each other.",
            ),
            Choice(
                "The model is too small",
                False,
                "A model that is too small cannot bring its training loss near 0.",
            ),
        ),
    ),
    Question(
        "The validation loss is below the exact entropy of the text. What do you do?",
        (
            Choice(
                "Publish it: the model has found rules that the grammar does not have",
                False,
                "No model can know more than there is to know.",
            ),
            Choice(
                "Look for a way in which the model sees the token it is to predict",
                True,
                "The exact entropy is the least loss of any honest predictor. Something is read "
                "that should be hidden: look at the mask first.",
            ),
            Choice(
                "Train longer, until the loss settles at the exact entropy",
                False,
                "A longer training makes a leak worse, not better.",
            ),
        ),
    ),
    Question(
        "You replace one batch of 64 windows by four of 16 whose gradients are added up, each loss "
        "divided by 4. The gradient ...",
        (
            Choice("is four times as long", False, "It would be, without the division by 4."),
            Choice(
                "is the same",
                True,
                "The gradient of a mean is the mean of the gradients, as all four have one size.",
            ),
            Choice("is noisier", False, "The same 64 windows are in it."),
        ),
    ),
    Question(
        "Why is the whole gradient shortened, and not each weight's by itself?",
        (
            Choice(
                "So that the step keeps its direction",
                True,
                "One factor for all entries changes the length alone.",
            ),
            Choice(
                "So that it needs one division only",
                False,
                "Both divide every entry once.",
            ),
            Choice(
                "So that small gradients grow",
                False,
                "Clipping only shortens, and only what is longer than the limit.",
            ),
        ),
    ),
)
