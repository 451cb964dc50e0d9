"""Well-known mistakes in notebook 05 around the optimizers: orthogonalising, schedule, clipping."""

import math

import numpy as np

from course_utils.exercises.exercise import Misconception

# ---------------------------------------------------------------------------- newton_schulz

COEFFICIENTS = (3.4445, -4.775, 2.0315)


def _iterate(X, steps, coefficients):
    a, b, c = coefficients
    for _ in range(steps):
        G = X @ X.T
        X = a * X + (b * G + c * G @ G) @ X
    return X


def _length(G):
    return max(np.sqrt((G**2).sum()), 1e-7)


def _without_scaling(G, steps=5, coefficients=COEFFICIENTS):
    return _iterate(G, steps, coefficients)


def _scales_by_the_largest_entry(G, steps=5, coefficients=COEFFICIENTS):
    return _iterate(G / max(np.abs(G).max(), 1e-7), steps, coefficients)


def _scales_by_the_largest_singular_value(G, steps=5, coefficients=COEFFICIENTS):
    return _iterate(G / max(np.linalg.norm(G, 2), 1e-7), steps, coefficients)


def _powers_of_the_entries(G, steps=5, coefficients=COEFFICIENTS):
    a, b, c = coefficients
    X = G / _length(G)
    for _ in range(steps):
        X = a * X + b * X**3 + c * X**5
    return X


def _leaves_out_the_fifth_power(G, steps=5, coefficients=COEFFICIENTS):
    a, b, _ = coefficients
    return _iterate(G / _length(G), steps, (a, b, 0.0))


def _squares_the_entries_of_the_product(G, steps=5, coefficients=COEFFICIENTS):
    a, b, c = coefficients
    X = G / _length(G)
    for _ in range(steps):
        A = X @ X.T
        X = a * X + (b * A + c * A**2) @ X
    return X


def _multiplies_with_its_transpose_once(G, steps=5, coefficients=COEFFICIENTS):
    a, b, c = coefficients
    X = G / _length(G)
    A = X @ X.T
    for _ in range(steps):
        X = a * X + (b * A + c * A @ A) @ X
    return X


def _scales_at_every_step(G, steps=5, coefficients=COEFFICIENTS):
    X = G
    for _ in range(steps):
        X = _iterate(X / _length(X), 1, coefficients)
    return X


def _turns_tall_matrices_for_good(G, steps=5, coefficients=COEFFICIENTS):
    X = G / _length(G)
    return _iterate(X.T if G.shape[0] > G.shape[1] else X, steps, coefficients)


def _ignores_the_coefficients(G, steps=5, coefficients=COEFFICIENTS):
    return _iterate(G / _length(G), steps, COEFFICIENTS)


def _divides_by_zero(G, steps=5, coefficients=COEFFICIENTS):
    with np.errstate(invalid="ignore"):
        return _iterate(G / np.sqrt((G**2).sum()), steps, coefficients)


NEWTON_SCHULZ = (
    Misconception(
        "does not scale the matrix first",
        _without_scaling,
        "The polynomial lifts singular values between 0 and 1. Yours start wherever the matrix has "
        "them, and those far above 1 grow without end. Divide by the Frobenius norm first.",
    ),
    Misconception(
        "scales by the largest entry",
        _scales_by_the_largest_entry,
        "You divide by the largest entry. A singular value can be larger than every entry. The "
        "root of the sum of all squares, the Frobenius norm, is never smaller than any of them.",
    ),
    Misconception(
        "scales by the largest singular value",
        _scales_by_the_largest_singular_value,
        "`np.linalg.norm(G, 2)` is the largest singular value. That would do too, but it needs the "
        "decomposition that all this is to avoid. The task asks for the Frobenius norm, "
        "`np.linalg.norm(G)` or `np.sqrt((G**2).sum())`.",
    ),
    Misconception(
        "takes powers of the entries",
        _powers_of_the_entries,
        "`X**3` raises every entry to the third power by itself. The third power that acts on "
        "singular values is X Xᵀ X, a product of matrices: use `@`.",
    ),
    Misconception(
        "leaves out the fifth power",
        _leaves_out_the_fifth_power,
        "The term c (X Xᵀ)² X is missing. Without it the polynomial leaves the interval, and the "
        "singular values do not settle.",
    ),
    Misconception(
        "squares the entries of the product",
        _squares_the_entries_of_the_product,
        "`A**2` squares every entry of X Xᵀ. The square that acts on singular values is a product "
        "of matrices, `A @ A`.",
    ),
    Misconception(
        "computes X times its transpose only once",
        _multiplies_with_its_transpose_once,
        "You compute X Xᵀ before the loop. X is another matrix after every step, and so is X Xᵀ: "
        "compute it inside the loop.",
    ),
    Misconception(
        "ignores the coefficients",
        _ignores_the_coefficients,
        "All is right for the usual coefficients. Given others, you still take the usual ones: use "
        "a, b and c.",
    ),
    Misconception(
        "scales anew at every step",
        _scales_at_every_step,
        "You divide by the norm before every step. Only the first time: after that all singular "
        "values are below about 1.2, and scaling pushes them down again.",
    ),
    Misconception(
        "turns tall matrices and does not turn them back",
        _turns_tall_matrices_for_good,
        "For a matrix with more rows than columns you return the transpose. Working with the "
        "transpose is a good idea, as X Xᵀ is smaller then. Turn the result back at the end.",
    ),
    Misconception(
        "divides by zero",
        _divides_by_zero,
        "A matrix of zeros comes back as nan: its norm is 0. Parameters that took no part in a "
        "batch have such gradients. Divide by the norm or by 1e-7, whichever is larger.",
    ),
)

# ---------------------------------------------------------------------------- warmup_cosine


def _down(step, peak, start, total_steps, final):
    share = (step - start) / (total_steps - start)
    return final + (peak - final) * (1 + math.cos(math.pi * share)) / 2


def _starts_at_zero(step, peak, warmup_steps, total_steps, final=0.0):
    if step < warmup_steps:
        return peak * step / warmup_steps
    return _down(min(step, total_steps), peak, warmup_steps, total_steps, final)


def _counts_from_the_very_start(step, peak, warmup_steps, total_steps, final=0.0):
    if step < warmup_steps:
        return peak * (step + 1) / warmup_steps
    return _down(min(step, total_steps), peak, 0, total_steps, final)


def _rises_again(step, peak, warmup_steps, total_steps, final=0.0):
    if step < warmup_steps:
        return peak * (step + 1) / warmup_steps
    return _down(step, peak, warmup_steps, total_steps, final)


def _adds_the_final_rate(step, peak, warmup_steps, total_steps, final=0.0):
    if step < warmup_steps:
        return peak * (step + 1) / warmup_steps
    return final + _down(min(step, total_steps), peak, warmup_steps, total_steps, 0.0)


def _straight_down(step, peak, warmup_steps, total_steps, final=0.0):
    if step < warmup_steps:
        return peak * (step + 1) / warmup_steps
    share = (min(step, total_steps) - warmup_steps) / (total_steps - warmup_steps)
    return final + (peak - final) * (1 - share)


def _warms_up_too_long(step, peak, warmup_steps, total_steps, final=0.0):
    if step <= warmup_steps:
        return peak * (step + 1) / max(warmup_steps, 1)
    return _down(min(step, total_steps), peak, warmup_steps, total_steps, final)


def _warms_up_from_the_final_rate(step, peak, warmup_steps, total_steps, final=0.0):
    if step < warmup_steps:
        return final + (peak - final) * (step + 1) / warmup_steps
    return _down(min(step, total_steps), peak, warmup_steps, total_steps, final)


def _ends_a_step_early(step, peak, warmup_steps, total_steps, final=0.0):
    if step < warmup_steps:
        return peak * (step + 1) / warmup_steps
    return _down(min(step, total_steps - 1), peak, warmup_steps, total_steps - 1, final)


def _ends_at_zero(step, peak, warmup_steps, total_steps, final=0.0):
    if step < warmup_steps:
        return peak * (step + 1) / warmup_steps
    return 0.0 if step >= total_steps else _down(step, peak, warmup_steps, total_steps, final)


def _quarter_of_a_wave(step, peak, warmup_steps, total_steps, final=0.0):
    if step < warmup_steps:
        return peak * (step + 1) / warmup_steps
    share = (min(step, total_steps) - warmup_steps) / (total_steps - warmup_steps)
    return final + (peak - final) * math.cos(math.pi / 2 * share)


WARMUP_COSINE = (
    Misconception(
        "starts the warm-up at 0",
        _starts_at_zero,
        "Your first step has the rate 0, so it is wasted. Steps are counted from 0: step 0 takes "
        "peak / warmup_steps, and the last step of the warm-up the whole peak.",
    ),
    Misconception(
        "begins the wave at step 0",
        _counts_from_the_very_start,
        "The wave should begin where the warm-up ends. You measure its way from step 0, so the "
        "rate jumps when the warm-up is over. Subtract `warmup_steps` above and below.",
    ),
    Misconception(
        "rises again after the end",
        _rises_again,
        "A cosine goes up again after half a wave. From `total_steps` on, the rate stays `final`.",
    ),
    Misconception(
        "adds the final rate on top",
        _adds_the_final_rate,
        "You add `final` to a wave of height `peak`, so it starts above the peak. The wave has the "
        "height peak - final.",
    ),
    Misconception(
        "falls in a straight line",
        _straight_down,
        "The way down is a straight line. Half a cosine wave, (1 + cos(π · share)) / 2, is flat at "
        "both ends and steep in the middle.",
    ),
    Misconception(
        "warms up one step too long",
        _warms_up_too_long,
        "At step = warmup_steps you are still on the way up, and above the peak. Steps are counted "
        "from 0: the warm-up is the steps below `warmup_steps` (`<`, not `<=`).",
    ),
    Misconception(
        "warms up from the final rate",
        _warms_up_from_the_final_rate,
        "Your warm-up rises from `final`. It rises from 0: peak × (step + 1) / warmup_steps. "
        "`final` is where the way down ends.",
    ),
    Misconception(
        "arrives one step early",
        _ends_a_step_early,
        "You divide by total_steps - warmup_steps - 1, so the wave ends one step early. The share "
        "of the way is (step - warmup_steps) / (total_steps - warmup_steps).",
    ),
    Misconception(
        "drops to 0 at the end",
        _ends_at_zero,
        "From `total_steps` on you return 0. The rate stays `final` there.",
    ),
    Misconception(
        "falls along a quarter of a wave",
        _quarter_of_a_wave,
        "cos from 0 to π/2 is a quarter of a wave: flat at the start, steep at the end. Use half a "
        "wave, from 0 to π, lifted and halved so that it runs from 1 to 0.",
    ),
)

# --------------------------------------------------------------------------- clip_grad_norm


def _norm(gradients):
    return float(np.sqrt(sum((g**2).sum() for g in gradients)))


def _clips_each_array(gradients, max_norm):
    whole = _norm(gradients)
    for g in gradients:
        norm = _norm([g])
        if norm > max_norm:
            g *= max_norm / norm
    return whole


def _clips_each_number(gradients, max_norm):
    whole = _norm(gradients)
    for g in gradients:
        np.clip(g, -max_norm, max_norm, out=g)
    return whole


def _stretches_small_gradients(gradients, max_norm):
    norm = _norm(gradients)
    if norm > 0:
        for g in gradients:
            g *= max_norm / norm
    return norm


def _forgets_the_root(gradients, max_norm):
    norm = float(sum((g**2).sum() for g in gradients))
    if norm > max_norm:
        for g in gradients:
            g *= max_norm / norm
    return norm


def _shrink_all(gradients, norm, max_norm):
    if norm > max_norm:
        for g in gradients:
            g *= max_norm / norm
    return float(norm)


def _adds_the_norms(gradients, max_norm):
    return _shrink_all(gradients, sum(_norm([g]) for g in gradients), max_norm)


def _takes_the_largest_norm(gradients, max_norm):
    return _shrink_all(gradients, max(_norm([g]) for g in gradients), max_norm)


def _adds_sizes(gradients, max_norm):
    return _shrink_all(gradients, sum(np.abs(g).sum() for g in gradients), max_norm)


def _clips_copies(gradients, max_norm):
    norm = _norm(gradients)
    if norm > max_norm:
        gradients = [g * max_norm / norm for g in gradients]
    return norm


def _returns_the_norm_afterwards(gradients, max_norm):
    norm = _norm(gradients)
    if norm > max_norm:
        for g in gradients:
            g *= max_norm / norm
    return _norm(gradients)


CLIP_GRAD_NORM = (
    Misconception(
        "clips each array by itself",
        _clips_each_array,
        "You compare each array's own norm with the bound. Arrays are then shrunk by different "
        "factors, and the step points elsewhere. One norm over all arrays, one factor for all.",
    ),
    Misconception(
        "clips each number by itself",
        _clips_each_number,
        "You cut every number to ±max_norm. That changes the direction of the step, as large "
        "entries are cut and small ones stay. Multiply everything by one factor instead.",
    ),
    Misconception(
        "stretches gradients that are small enough",
        _stretches_small_gradients,
        "You scale to max_norm always, also upwards. Then steps never get small, not even at the "
        "minimum. Only a norm above the bound is brought down to it.",
    ),
    Misconception(
        "forgets the root",
        _forgets_the_root,
        "The norm is the root of the sum of squares. For [3, 4] it is 5, not 25.",
    ),
    Misconception(
        "adds up the norms of the arrays",
        _adds_the_norms,
        "You add the norms of the single arrays. Norms do not add; squares do: sum the squares of "
        "all arrays, and take one root at the end.",
    ),
    Misconception(
        "takes the largest norm of an array",
        _takes_the_largest_norm,
        "You take the largest of the arrays' own norms. The common norm is that of all numbers "
        "together: the root of the sum of all squares in all arrays.",
    ),
    Misconception(
        "adds sizes instead of squares",
        _adds_sizes,
        "You add up |g|. The norm is the root of the sum of squares: for [3, 4] it is 5, not 7.",
    ),
    Misconception(
        "shrinks copies",
        _clips_copies,
        "The norm is right, but the arrays that were handed in are as large as before. "
        "`g * factor` makes a new array, also when you put it into the list, and whoever holds the "
        "old one never hears of it; `g *= factor` changes the array itself.",
    ),
    Misconception(
        "returns the norm after clipping",
        _returns_the_norm_afterwards,
        "The gradients are right. Return the norm as it was before: it is what you plot to see "
        "trouble coming; afterwards it is never above the bound.",
    ),
)
