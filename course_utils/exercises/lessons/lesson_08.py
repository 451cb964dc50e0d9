"""The exercises of notebook 08, Attention."""

from course_utils.exercises.drives import call_with_tensors
from course_utils.exercises.exercise import Exercise, Misconception
from course_utils.exercises.lessons import cases_08 as cases
from course_utils.exercises.lessons import mistakes_08 as mistakes
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
        misconceptions=(
            Misconception(
                "looks into the future",
                mistakes.looks_into_the_future,
                "This mask lets every token see itself and what comes after it. The row is the "
                "token that looks, the column the token that is looked at: row 0 may see column "
                "0 alone. Keep the lower triangle.",
            ),
            Misconception(
                "does not see itself",
                mistakes.does_not_see_itself,
                "No token sees itself, so the first one sees nothing at all, and a softmax over "
                "nothing is nan. The diagonal belongs to what may be seen.",
            ),
            Misconception(
                "True where hidden",
                mistakes.true_where_hidden,
                "This is the right mask turned over: it is True where a token must not look. In "
                "this course, and in `torch.nn.functional.scaled_dot_product_attention`, True "
                "means: may look.",
            ),
            Misconception(
                "numbers for truth values",
                mistakes.numbers_for_truth_values,
                "Ones and zeros stand in the right places, but as numbers. `~mask` and "
                "`masked_fill` need truth values: give the tensor `dtype=torch.bool`.",
            ),
            Misconception(
                "a mask to be added",
                mistakes.to_be_added,
                "This is the other kind of mask: 0 and minus infinity, to be added to the scores. "
                "It works as well, but here we want truth values, True where a token may look.",
            ),
            Misconception(
                "always on the CPU",
                mistakes.always_on_the_cpu,
                "The mask is right, but it lies on the CPU whatever `device` says, and a model on "
                "a GPU could not use it. Hand `device` on: `torch.ones(..., device=device)`.",
            ),
        ),
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
        misconceptions=(
            Misconception(
                "forgets to scale",
                mistakes.forgets_to_scale,
                "The scores are not divided by √hs. All else is right. With long queries and keys "
                "the softmax then puts nearly all of its weight on one key and stops learning.",
            ),
            Misconception(
                "divides by the size instead of its root",
                mistakes.divides_by_the_size,
                "You divide by hs, where its square root is wanted: a sum of hs random products "
                "has the standard deviation √hs.",
            ),
            Misconception(
                "scales by the number of keys",
                mistakes.scales_by_the_number_of_keys,
                "You divide by the root of the number of keys. The sum in a score runs over the "
                "features of one query, the last dimension of `q`: take the root of that size.",
            ),
            Misconception(
                "shares out over the queries",
                mistakes.shares_out_over_the_queries,
                "The softmax runs over the queries, so that the columns of the weights sum to 1. "
                "Each query shares out its own attention: the rows must sum to 1, `dim=-1`.",
            ),
            Misconception(
                "shares out over dimension 1",
                mistakes.shares_out_over_dimension_1,
                "Right for a single text without heads. With a batch in front, dimension 1 is no "
                "longer that of the keys: count from the end, `dim=-1`.",
            ),
            Misconception(
                "ignores the mask",
                mistakes.ignores_the_mask,
                "All is right where no mask is given, and where one is given, nothing changes. "
                "Where the mask is False the score must become minus infinity before the softmax.",
            ),
            Misconception(
                "masks with zero",
                mistakes.masks_with_zero,
                "Hidden scores become 0, but e⁰ is 1: a score of 0 still gets attention. The "
                "score whose exponential is 0 is minus infinity.",
            ),
            Misconception(
                "hides with a number that is not low enough",
                mistakes.hides_with_ten_thousand,
                "A hidden score becomes -10,000. That is low for most scores, and not for all: "
                "where what may be seen scores lower still, the hidden key wins. Below every "
                'number is minus infinity, `float("-inf")`.',
            ),
            Misconception(
                "multiplies infinity by zero",
                mistakes.infinity_times_zero,
                "You add minus infinity times 1 or 0, and infinity times 0 is not 0 but nan. Set "
                "the hidden scores instead of adding to all: `masked_fill`.",
            ),
            Misconception(
                "masks after the softmax",
                mistakes.masks_after_the_softmax,
                "You hide weights after the softmax, and then the rest of each row no longer sums "
                "to 1. Hide the scores, before the softmax shares out the whole.",
            ),
            Misconception(
                "reads the mask the other way",
                mistakes.reads_the_mask_the_other_way,
                "You hide the keys whose mask is True. True means: may look. Fill where the mask "
                "is False, `~mask`.",
            ),
            Misconception(
                "exponentials overflow",
                mistakes.exponentials_overflow,
                "Right until the scores are large: then `exp` gives infinity, and infinity by "
                "infinity is nan. `torch.softmax` subtracts the row's maximum first, as your own "
                "`softmax` of notebook 01 did.",
            ),
        ),
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
        misconceptions=(
            Misconception(
                "mixes the tokens",
                mistakes.mixes_the_tokens,
                "The shape is right, but the features of different tokens ended up in one row: a "
                "reshape only cuts the numbers anew in the order in which they lie. Cut the last "
                "dimension first, then swap two dimensions.",
            ),
            Misconception(
                "heads in front of the texts",
                mistakes.heads_before_texts,
                "This is (H, B, T, hs): the heads stand in front of the texts. They belong "
                "between texts and tokens, (B, H, T, hs).",
            ),
            Misconception(
                "leaves the heads behind the tokens",
                mistakes.leaves_heads_behind_tokens,
                "This is (B, T, H, hs). Matrix products work on the last two dimensions, and "
                "those should be T and hs of one head: swap dimensions 1 and 2.",
            ),
            Misconception(
                "deals the features out like cards",
                mistakes.deals_features_out_like_cards,
                "Head 0 gets features 0, H, 2H, ... here. Each head takes a block of neighbours: "
                "head 0 gets features 0 to hs - 1.",
            ),
            Misconception(
                "swaps the number and the size of the heads",
                mistakes.swaps_size_and_number,
                "You get hs heads of size H, when the two differ. The features are H blocks of "
                "hs = D / H: view them as (B, T, H, hs).",
            ),
        ),
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
        misconceptions=(
            Misconception(
                "one big head",
                mistakes.OneBigHead,
                "With one head it is right, with more it is not: the features are never split. "
                "Send q, k and v through `split_heads` first, and merge what comes out.",
            ),
            Misconception(
                "sees the future",
                mistakes.SeesTheFuture,
                "No mask is passed on, so the first token sees the last. Hand "
                "`causal_mask(T, x.device)` to the attention.",
            ),
            Misconception(
                "takes keys for queries",
                mistakes.KeysFirst,
                "The first third of what `qkv` gives is used as keys and the second as queries. "
                "The order is in the name: queries, keys, values.",
            ),
            Misconception(
                "cuts the heads before the thirds",
                mistakes.ThirdsInsideTheHeads,
                "You cut all 3D features into heads first, and each head into three. But `qkv` "
                "gives all queries, then all keys, then all values: thirds first, "
                "`.chunk(3, dim=-1)`, then heads.",
            ),
            Misconception(
                "mask on the CPU",
                mistakes.MaskOnTheCPU,
                "All is right on the CPU, but the mask is always made there, and a layer on a GPU "
                "would fail. Make it where x lies: `causal_mask(T, x.device)`.",
            ),
            Misconception(
                "merges the heads crosswise",
                mistakes.HeadsMergedCrosswise,
                "The heads' outputs (B, H, T, hs) are reshaped to (B, T, D) as they lie, which "
                "mixes tokens. Swap heads and tokens back first: `merge_heads` does.",
            ),
            Misconception(
                "leaves the projection out",
                mistakes.NoProjection,
                "The heads' outputs are returned side by side. `self.project` is to mix them "
                "last, so that what one head found can go to any feature.",
            ),
            Misconception(
                "adds its input",
                mistakes.AddsItsInput,
                "You add x to the result. That residual connection is right in a network, but it "
                "belongs to the block around this layer, not into it.",
            ),
        ),
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
        misconceptions=(
            Misconception(
                "sines and cosines side by side",
                mistakes.waves_side_by_side,
                "The waves are right, but all sines stand first and then all cosines. They take "
                "turns: column 2i is a sine, column 2i + 1 the cosine of the same angle.",
            ),
            Misconception(
                "every column has its own frequency",
                mistakes.every_column_its_own_wave,
                "The cosine columns have another frequency than the sine columns beside them. "
                "Columns 2i and 2i + 1 share one angle, t / 10000^(2i/D).",
            ),
            Misconception(
                "counts pairs where columns are meant",
                mistakes.counts_pairs_not_columns,
                "The exponent is i / D here; it should be 2i / D, the number of the sine column "
                "by D. As it is, the slowest wave is 100 times too fast.",
            ),
            Misconception(
                "doubles the exponent",
                mistakes.doubles_the_exponent,
                "The exponent is twice too large: the 2 of 2i is in it two times. If you count "
                "0, 2, 4, ..., those numbers are the 2i already.",
            ),
            Misconception(
                "in 64 bits",
                mistakes.in_64_bits,
                "The numbers are right, but of 64 bits (NumPy makes such). The table is added to "
                "embeddings of 32 bits: return `torch.float32`, which PyTorch's own functions "
                "make, or `.float()`.",
            ),
            Misconception(
                "begins at position 1",
                mistakes.begins_at_one,
                "The first row is that of position 1. Positions count from 0: the first row is "
                "0, 1, 0, 1, ...",
            ),
            Misconception(
                "cosine before sine",
                mistakes.cosine_first,
                "Sine and cosine have changed places: column 0 should be a sine, 0 at position 0.",
            ),
            Misconception(
                "multiplies by the base",
                mistakes.multiplies_by_the_base,
                "The angles are t × 10000^(2i/D): later columns turn ever faster. Divide: the "
                "first pair is the fastest and the last the slowest.",
            ),
        ),
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
        misconceptions=(
            Misconception(
                "turns the other way",
                mistakes.turns_the_other_way,
                "Every point turns by the right angle, but clockwise. The minus sign belongs in "
                "the first coordinate: x cos - y sin.",
            ),
            Misconception(
                "loses the minus sign",
                mistakes.loses_the_minus,
                "Both coordinates are sums. A rotation is x cos - y sin and x sin + y cos; "
                "without the minus the points change their length.",
            ),
            Misconception(
                "pairs neighbouring features",
                mistakes.pairs_neighbours,
                "You turn features 0 and 1, 2 and 3, and so on. That is a rotation as well, and "
                "some models do it. Here feature i of the first half is paired with feature i of "
                "the second half.",
            ),
            Misconception(
                "swaps the halves",
                mistakes.swaps_the_halves,
                "Both coordinates are right and stand in the wrong half: the first half of the "
                "result is x cos - y sin.",
            ),
            Misconception(
                "lays the results in turn",
                mistakes.lays_the_results_in_turn,
                "The points turn as they should, but their new coordinates stand in turn: first, "
                "second, first, second. Lay them as they came: all first coordinates, then all "
                "second ones, `torch.cat`.",
            ),
            Misconception(
                "writes into its input",
                mistakes.writes_into_its_input,
                "You write the new first half over the old one in `x` itself. Then the second "
                "coordinate is computed from the new value, and whoever called you has lost x. "
                "Keep both halves, and join the results in a new tensor.",
            ),
            Misconception(
                "overwrites the first half before its last use",
                mistakes.overwrites_before_use,
                "The second coordinate is computed from the first one's new value. Both need the "
                "old values: give the results new names.",
            ),
        ),
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
        "You forget to divide by √hs, in a network with heads of size 64. What happens first?",
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
