"""The exercises of notebook 08, Attention."""

from course_utils.exercises.drives import call_with_tensors
from course_utils.exercises.exercise import Exercise
from course_utils.exercises.lessons import cases_08 as cases
from course_utils.exercises.lessons import mistakes_08 as mistakes
from course_utils.exercises.lessons import mistakes_08_positions as mistakes_in_positions
from course_utils.exercises.quiz import Choice, Question

ATTENTION = "course_utils.gpt.attention"
POSITIONS = "course_utils.gpt.positions"

EXERCISES = (
    Exercise(
        id="08.1",
        name="causal_mask",
        reference_path=f"{ATTENTION}:causal_mask",
        points=1,
        difficulty=1,
        minutes=5,
        why="A model that may look ahead copies the answer and learns nothing.",
        draw_cases=cases.mask_cases,
        drive=cases.drive_mask,
        misconceptions=mistakes.CAUSAL_MASK,
        hints=(
            "Draw the 3 × 3 table by hand: rows look, columns are looked at. Where is True?",
            "It is a triangle. A tensor has the methods `.tril()` (lower) and `.triu()` (upper).",
            "```\nones = a (T, T) tensor of True, on the device\nreturn its lower triangle, with "
            "the diagonal\n```",
        ),
    ),
    Exercise(
        id="08.2",
        name="scaled_dot_product_attention",
        reference_path=f"{ATTENTION}:scaled_dot_product_attention",
        points=3,
        difficulty=3,
        minutes=20,
        why="These four lines are the one place in a GPT where tokens exchange information.",
        draw_cases=cases.attention_cases,
        drive=call_with_tensors,
        rtol=1e-6,
        atol=1e-8,
        misconceptions=mistakes.SCALED_DOT_PRODUCT_ATTENTION,
        hints=(
            "Go from left to right through the formula: scores, scale, hide, softmax, average. "
            "Write the shape of each beside it.",
            "`k.transpose(-2, -1)` turns keys (..., S, hs) into (..., hs, S); `@` multiplies the "
            "last two dimensions and carries the others along. `scores.masked_fill(where, value)` "
            "sets a score where `where` is True.",
            "```\nscores = q times k transposed, divided by the root of hs   (..., T, S)\n"
            "if there is a mask: scores = minus infinity where the mask is False\n"
            "weights = softmax of scores over the last dimension\n"
            "return weights times v\n```",
        ),
    ),
    Exercise(
        id="08.3",
        name="split_heads",
        reference_path=f"{ATTENTION}:split_heads",
        points=1,
        difficulty=2,
        minutes=10,
        why="Many heads cost no more than one: they are a way to read the same numbers.",
        draw_cases=cases.split_cases,
        drive=call_with_tensors,
        misconceptions=mistakes.SPLIT_HEADS,
        hints=(
            "Two steps: cut the last dimension into two, then bring the new one forward.",
            "`x.view(B, T, n_heads, D // n_heads)` cuts. Which two dimensions must change places "
            "to come from (B, T, H, hs) to (B, H, T, hs)?",
            "```\nB, T, D = shape of x\nx seen as (B, T, H, D / H)\n"
            "return it with dimensions 1 and 2 swapped\n```",
        ),
    ),
    Exercise(
        id="08.4",
        name="CausalSelfAttention",
        reference_path=f"{ATTENTION}:CausalSelfAttention",
        points=3,
        difficulty=3,
        minutes=20,
        why="This layer is half of every block of the GPT that you assemble in notebook 09.",
        draw_cases=cases.layer_cases,
        drive=cases.drive_layer,
        rtol=1e-6,
        atol=1e-8,
        misconceptions=mistakes.CAUSAL_SELF_ATTENTION,
        hints=(
            "Everything is there: `self.qkv`, `split_heads`, `causal_mask`, "
            "`scaled_dot_product_attention`, `merge_heads`, `self.project`. Put them in order.",
            "`self.qkv(x)` is (B, T, 3D): queries, keys and values side by side. "
            "`.chunk(3, dim=-1)` cuts it into three of (B, T, D); each goes through `split_heads`.",
            "```\nq, k, v = the three parts of qkv(x), each split into heads   (B, H, T, hs)\n"
            "y = attention of q, k, v under the causal mask of T tokens\n"
            "return project(y with its heads merged)\n```",
        ),
    ),
    Exercise(
        id="08.5",
        name="sinusoidal_positions",
        reference_path=f"{POSITIONS}:sinusoidal_positions",
        points=2,
        difficulty=3,
        minutes=15,
        why="Attention cannot tell the order of its tokens; this table can.",
        draw_cases=cases.sinusoid_cases,
        drive=cases.drive_sinusoids,
        rtol=1e-4,
        atol=1e-4,
        misconceptions=mistakes_in_positions.SINUSOIDAL_POSITIONS,
        hints=(
            "First a table of angles, one row for each position and one column for each pair of "
            "features: (T, D/2). Then its sine and its cosine.",
            "`torch.arange(0, d_model, 2)` is 0, 2, 4, ...: the 2i of the formula. "
            "`torch.outer(a, b)` multiplies every entry of a by every entry of b. "
            "`table[:, 0::2]` are the even columns.",
            "```\nt = 0, 1, ..., T - 1;  two_i = 0, 2, ..., D - 2\n"
            "angles = t / 10000^(two_i / D)   (T, D/2)\n"
            "table = empty (T, D)\neven columns = sin(angles);  odd columns = cos(angles)\n```",
        ),
    ),
    Exercise(
        id="08.6",
        name="apply_rope",
        reference_path=f"{POSITIONS}:apply_rope",
        points=2,
        difficulty=3,
        minutes=15,
        why="Most large language models of today tell positions so: turn queries and keys.",
        draw_cases=cases.rope_cases,
        drive=call_with_tensors,
        misconceptions=mistakes_in_positions.APPLY_ROPE,
        hints=(
            "A pair of features is a point (x, y) in the plane. How do its coordinates change "
            "when it turns by an angle?",
            "`first, second = x.chunk(2, dim=-1)` gives all the x and all the y at once. `cos` "
            "and `sin` are (T, hs/2): they fit the last two dimensions of each half.",
            "```\nx, y = the two halves of the features\nnew x = x cos - y sin\n"
            "new y = x sin + y cos\nreturn new x and new y side by side\n```",
        ),
    ),
)

QUESTIONS = (
    Question(
        "A softmax over 4 scores that are all 0, with no mask, gives the weights ...",
        (
            Choice("0, 0, 0, 0", False, "Weights always sum to 1."),
            Choice(
                "1/4, 1/4, 1/4, 1/4",
                True,
                "Equal scores share out evenly: attention without a preference is the average.",
            ),
            Choice("1, 0, 0, 0", False, "Nothing sets the first one apart."),
        ),
    ),
    Question(
        "You forget to divide by √hs, with heads of size 64 whose queries and keys have "
        "variance 1 at the start. What happens first?",
        (
            Choice(
                "The weights of a row no longer sum to 1, so the outputs grow",
                False,
                "The softmax makes them sum to 1 whatever the scores are.",
            ),
            Choice(
                "Large scores get past the mask, so the future leaks in",
                False,
                "Minus infinity stays minus infinity: the mask works with any scale.",
            ),
            Choice(
                "At the start one key has most of the weight, the gradient is small",
                True,
                "The scores spread 8 times as far, the softmax saturates, and its Jacobian is "
                "nearly 0 before anything was learned.",
            ),
        ),
    ),
    Question(
        "Why is the mask applied before the softmax and not after it?",
        (
            Choice(
                "So that the weights of what may be seen still sum to 1",
                True,
                "e to the minus infinity is 0, and the softmax shares out the whole among the "
                "rest. Zeros put in later leave rows that sum to less.",
            ),
            Choice(
                "Because a softmax over a table with gaps is faster",
                False,
                "It goes through the whole table either way.",
            ),
            Choice(
                "By custom: after it, the result would be the same",
                False,
                "Afterwards the hidden tokens have already taken their share of the sum.",
            ),
        ),
    ),
    Question(
        "You shuffle the tokens before the last one, in one layer of causal attention without "
        "positions. The output at the last token ...",
        (
            Choice(
                "stays the same",
                True,
                "The same keys and values in another order: a sum does not care.",
            ),
            Choice("changes a little", False, "Compute it: it changes by nothing but rounding."),
            Choice(
                "depends on the number of heads",
                False,
                "Each head sums over the same set of tokens.",
            ),
        ),
    ),
    Question(
        "With rotary positions, the query stands at 40 and the key at 37. You insert 10 tokens "
        "before both. Their score ...",
        (
            Choice("is halved", False, "Rotations change no lengths, and the distance is still 3."),
            Choice(
                "stays the same",
                True,
                "Both turn by 10 more steps, so the angle between them is what it was.",
            ),
            Choice(
                "changes, since the positions are now 50 and 47",
                False,
                "The score depends on 50 - 47 only.",
            ),
        ),
    ),
)
