"""The exercises of notebook 05, Optimizers."""

from course_utils.exercises.exercise import Exercise
from course_utils.exercises.lessons import cases_05 as cases
from course_utils.exercises.lessons import mistakes_05 as mistakes
from course_utils.exercises.lessons import mistakes_05_adam as mistakes_adam
from course_utils.exercises.lessons import mistakes_05_around as mistakes_around
from course_utils.exercises.quiz import Choice, Question

MOMENTUM = Exercise(
    id="05.1",
    name="Momentum",
    reference_path="course_utils.scratch.optimizers:Momentum",
    points=2,
    difficulty=2,
    minutes=15,
    why="Every optimizer that trains large models has a momentum inside.",
    draw_cases=cases.momentum_cases,
    drive=cases.drive_optimizer,
    misconceptions=mistakes.MOMENTUM,
    hints=(
        "What does the optimizer have to remember from one step to the next, and how many of them "
        "are there? Make them in `__init__`.",
        "Each parameter array has a velocity of its own shape that starts at 0: "
        "`np.zeros_like(w)` makes one. Keep them in a list beside the parameters.",
        "In `step`, go through parameters, gradients and velocities together with `zip`. Beware of "
        "`v = ...` in the loop: it makes a new array and forgets it. `v[...] = ...` or `v *= ...` "
        "changes the array that is in your list.",
        "```\nin __init__:\n    velocities = one array of zeros for each parameter\nin step:\n"
        "    for each parameter w with its gradient g and velocity v:\n"
        "        put  momentum * v + g  into v\n        subtract  learning_rate * v  from w\n```",
    ),
)

ADAGRAD = Exercise(
    id="05.2",
    name="AdaGrad",
    reference_path="course_utils.scratch.optimizers:AdaGrad",
    points=2,
    difficulty=2,
    minutes=10,
    why="It gives every weight a learning rate of its own, as all that come after it do.",
    draw_cases=cases.adagrad_cases,
    drive=cases.drive_optimizer,
    misconceptions=mistakes.ADAGRAD,
    hints=(
        "It has the same form as `Momentum`: something is remembered for each parameter array, "
        "and `step` updates it first and uses it then.",
        "What is remembered is s, the sum of squared gradients, an array of the parameter's shape. "
        "`g**2`, `np.sqrt(s)` and `/` all work number by number.",
        "ε stands outside the root: `np.sqrt(s) + self.epsilon`. And `s += g**2` changes the array "
        "in your list, while `s = s + g**2` makes a new one.",
        "```\nin __init__:\n    sums = one array of zeros for each parameter\nin step:\n"
        "    for each parameter w with its gradient g and sum s:\n        add  g²  to s\n"
        "        subtract  learning_rate * g / (root of s + epsilon)  from w\n```",
    ),
)

RMSPROP = Exercise(
    id="05.3",
    name="RMSprop",
    reference_path="course_utils.scratch.optimizers:RMSprop",
    points=1,
    difficulty=1,
    minutes=5,
    why="A moving average in place of a sum: the idea is everywhere in training.",
    draw_cases=cases.rmsprop_cases,
    drive=cases.drive_optimizer,
    misconceptions=mistakes.RMSPROP,
    hints=(
        "Take your `AdaGrad`. One line changes.",
        "A moving average keeps the share ρ of what it was and takes the share 1 - ρ of what is "
        "new.",
        "```\nfor each parameter w with its gradient g and average s:\n"
        "    put  rho * s + (1 - rho) * g²  into s\n"
        "    subtract  learning_rate * g / (root of s + epsilon)  from w\n```",
    ),
)

ADAM = Exercise(
    id="05.4",
    name="Adam",
    reference_path="course_utils.scratch.optimizers:Adam",
    points=3,
    difficulty=3,
    minutes=20,
    why="It is the most used optimizer there is, and its AdamW form trained the GPTs.",
    draw_cases=cases.adam_cases,
    drive=cases.drive_optimizer,
    misconceptions=mistakes_adam.ADAM,
    hints=(
        "What must be remembered now? Two arrays for each parameter, and one number for all.",
        "The number is t, how many steps have been taken. Raise it once in each call of `step`, "
        "before the loop over the arrays, so that it is 1 at the first step.",
        "m̂ and v̂ are new arrays, used in this step and then dropped. If you write them back into "
        "m and v, the next step corrects them twice.",
        "```\nin __init__:\n    t = 0;  m, v = lists of arrays of zeros\nin step:\n    t = t + 1\n"
        "    for each parameter w with its gradient g and its m and v:\n"
        "        put  beta1 * m + (1 - beta1) * g   into m\n"
        "        put  beta2 * v + (1 - beta2) * g²  into v\n"
        "        m_hat = m / (1 - beta1 to the power t)\n"
        "        v_hat = v / (1 - beta2 to the power t)\n"
        "        subtract  learning_rate * m_hat / (root of v_hat + epsilon)  from w\n```",
    ),
)

ADAMW = Exercise(
    id="05.5",
    name="AdamW",
    reference_path="course_utils.scratch.optimizers:AdamW",
    points=2,
    difficulty=2,
    minutes=10,
    why="Nearly every large language model was trained with these few lines.",
    draw_cases=cases.adamw_cases,
    drive=cases.drive_optimizer,
    misconceptions=mistakes_adam.ADAMW,
    hints=(
        "How much of Adam has to change? The gradients that Adam sees are the same as before.",
        "A class that says `class AdamW(Adam)` has all that `Adam` has. "
        "`super().__init__(parameters, learning_rate, betas, epsilon)` sets it up, and "
        "`super().step(gradients)` takes a step of Adam.",
        "Before that step, shrink every parameter in place by the share η λ of itself.",
        "```\nclass AdamW(Adam):\n    in __init__:\n        let Adam set itself up\n"
        "        keep weight_decay\n    in step:\n        for each parameter w:\n"
        "            subtract  learning_rate * weight_decay * w  from w\n"
        "        take a step of Adam\n```",
    ),
)

NEWTON_SCHULZ = Exercise(
    id="05.6",
    name="newton_schulz",
    reference_path="course_utils.scratch.optimizers:newton_schulz",
    points=3,
    difficulty=4,
    minutes=20,
    why="It is what makes Muon possible: all directions made equal with nothing but products.",
    draw_cases=cases.newton_schulz_cases,
    drive=cases.drive_newton_schulz,
    rtol=1e-5,
    atol=1e-6,
    misconceptions=mistakes_around.NEWTON_SCHULZ,
    hints=(
        "Two stages: scale the matrix so that no singular value is above 1, then repeat one line "
        "`steps` times.",
        "The Frobenius norm, `np.sqrt((G**2).sum())`, is at least as large as every singular "
        "value. For a matrix of zeros it is 0: divide by 1e-7 at the least.",
        "With A = X Xᵀ, the line is `a * X + (b * A + c * A @ A) @ X`.",
        "```\nX = G / the larger of its Frobenius norm and 1e-7\nrepeat steps times:\n"
        "    A = X times X transposed\n    X = a X + (b A + c A A) X\nreturn X\n```",
    ),
)

WARMUP_COSINE = Exercise(
    id="05.7",
    name="warmup_cosine",
    reference_path="course_utils.scratch.schedules:warmup_cosine",
    points=2,
    difficulty=2,
    minutes=15,
    why="This schedule, or one much like it, trained most large language models.",
    draw_cases=cases.warmup_cosine_cases,
    misconceptions=mistakes_around.WARMUP_COSINE,
    hints=(
        "Three cases: on the way up, on the way down, and after the end.",
        "Steps are counted from 0, so the warm-up is over when step = warmup_steps. Which share "
        "of the way down lies behind you then, and which at step = total_steps?",
        "(1 + cos(π · share)) / 2 runs from 1 to 0 as the share runs from 0 to 1. Stretch it so "
        "that it runs from peak to final.",
        "```\nif step < warmup_steps:  return peak * (step + 1) / warmup_steps\n"
        "if step >= total_steps:  return final\n"
        "share = (step - warmup_steps) / (total_steps - warmup_steps)\n"
        "return final + (peak - final) * (1 + cos(π * share)) / 2\n```",
    ),
)

CLIP_GRAD_NORM = Exercise(
    id="05.8",
    name="clip_grad_norm",
    reference_path="course_utils.scratch.optimizers:clip_grad_norm",
    points=2,
    difficulty=2,
    minutes=10,
    why="One broken batch can undo an hour of training; these few lines prevent it.",
    draw_cases=cases.clip_grad_norm_cases,
    drive=cases.drive_clip_grad_norm,
    rtol=1e-5,
    may_change=("gradients",),
    misconceptions=mistakes_around.CLIP_GRAD_NORM,
    hints=(
        "Think of all arrays as one long vector. How long is it?",
        "The sum of squares of the long vector is the sum, over the arrays, of `(g**2).sum()`.",
        "When the norm is above the bound, by which one number must everything be multiplied so "
        "that it becomes the bound? Change the arrays themselves: `g *= ...`.",
        "```\nnorm = root of (the sum over all arrays of the sum of squares)\n"
        "if norm > max_norm:\n    for each array g:  multiply g in place by max_norm / norm\n"
        "return norm\n```",
    ),
)

EXERCISES = (
    MOMENTUM,
    ADAGRAD,
    RMSPROP,
    ADAM,
    ADAMW,
    NEWTON_SCHULZ,
    WARMUP_COSINE,
    CLIP_GRAD_NORM,
)

QUESTIONS = (
    Question(
        "With momentum 0.9, the gradient has been the same number g for a long time. How long are "
        "the steps by now?",
        (
            Choice(
                "ten times η g",
                True,
                "The velocity is g + 0.9 g + 0.81 g + ..., and 1 + 0.9 + 0.81 + ... = 10.",
            ),
            Choice(
                "0.9 times η g",
                False,
                "0.9 is how much of the old velocity is kept. The new gradient comes on top of it, "
                "at every step.",
            ),
            Choice(
                "η g, as without momentum",
                False,
                "That would be so if the velocity were an average. It is a sum that grows until "
                "what is lost, a tenth of it, equals what is added.",
            ),
            Choice(
                "ever longer, without end",
                False,
                "At each step a tenth of the velocity is lost. When that tenth is as much as g, it "
                "no longer grows.",
            ),
        ),
    ),
    Question(
        "You multiply the loss by 1000 (say, you report it in other units) and change nothing "
        "else. Which optimizer takes (nearly) the same steps as before?",
        (
            Choice(
                "Adam",
                True,
                "m̂ and √v̂ both become 1000 times larger, and their quotient stays. Only ε is now "
                "smaller beside √v̂.",
            ),
            Choice(
                "SGD",
                False,
                "Its step is η g: 1000 times longer, and very likely too long.",
            ),
            Choice(
                "Momentum",
                False,
                "The velocity is a sum of gradients, so it becomes 1000 times longer as well.",
            ),
            Choice(
                "Nesterov",
                False,
                "It looks ahead, but its steps are sums of gradients all the same.",
            ),
        ),
    ),
    Question(
        "The learning rate of AdaGrad is 0.1. After 10,000 steps with noisy gradients of about "
        "the same size, how long are its steps?",
        (
            Choice(
                "about 0.001",
                True,
                "s has grown to about 10,000 g², so the step is about 0.1 g / (100 g).",
            ),
            Choice(
                "about 0.1", False, "That is RMSprop: an average of g² does not grow, a sum does."
            ),
            Choice(
                "about 0.00001",
                False,
                "s is 10,000 times g², but the step is divided by the root of s.",
            ),
            Choice(
                "that depends on the size of the gradients",
                False,
                "AdaGrad divides by a sum of the same gradients: their size cancels.",
            ),
        ),
    ),
    Question(
        "Two weights have the same value, but one has gradients 100 times larger than the other. "
        "Which optimizer shrinks both by the same share for weight decay's sake?",
        (
            Choice(
                "AdamW",
                True,
                "Its decay, w ← w - η λ w, never passes through the averages.",
            ),
            Choice(
                "Adam, with λw added to the gradients",
                False,
                "λw is divided by √v̂ along with the gradient: the weight with large gradients "
                "decays about 100 times less.",
            ),
            Choice(
                "both",
                False,
                "For SGD both ways are the same. For Adam they are not, because it divides what it "
                "is given by √v̂.",
            ),
            Choice(
                "neither",
                False,
                "AdamW does: it subtracts the share η λ of every weight, whatever its gradient.",
            ),
        ),
    ),
    Question(
        "The norm of all gradients together is 20, and you clip to 5. What happens to a bias whose "
        "gradient is 0.4?",
        (
            Choice(
                "its gradient becomes 0.1",
                True,
                "One factor for all, 5 / 20: the step is four times shorter and points the same "
                "way.",
            ),
            Choice(
                "nothing: 0.4 is below 5",
                False,
                "That would be clipping number by number, which turns the step into another "
                "direction.",
            ),
            Choice(
                "its gradient becomes 5",
                False,
                "Clipping never makes a gradient larger.",
            ),
            Choice(
                "its gradient becomes 0",
                False,
                "Clipping shortens the step; it removes nothing.",
            ),
        ),
    ),
)
