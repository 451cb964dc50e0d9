"""The exercises of notebook 11, Generating text."""

from course_utils.exercises.drives import call_with_tensors
from course_utils.exercises.exercise import Exercise, Misconception
from course_utils.exercises.lessons import cases_11 as cases
from course_utils.exercises.lessons import mistakes_11 as mistakes
from course_utils.exercises.quiz import Choice, Question

SAMPLING = "course_utils.gpt.sampling"

EXERCISES = (
    Exercise(
        id="11.1",
        name="temperature_probs",
        reference_path=f"{SAMPLING}:temperature_probs",
        points=2,
        difficulty=2,
        minutes=10,
        why="One number decides whether the same model is a bore or a babbler.",
        draw_cases=cases.temperature_cases,
        drive=call_with_tensors,
        misconceptions=(
            Misconception(
                "divides the probabilities",
                mistakes.divides_the_probabilities,
                "The softmax comes first here, and then the probabilities are divided: they no "
                "longer sum to 1. The temperature divides the scores, before the softmax.",
            ),
            Misconception(
                "divides the probabilities and shares out again",
                mistakes.divides_probabilities_and_shares_out_again,
                "Probabilities that are all divided by one number and then made to sum to 1 are "
                "what they were: this temperature changes nothing. Divide the scores, before the "
                "softmax, where a factor becomes a power.",
            ),
            Misconception(
                "multiplies",
                mistakes.multiplies,
                "The scores are multiplied by the temperature, so hot and cold have changed "
                "places: a high temperature makes this bolder, not flatter. Divide.",
            ),
            Misconception(
                "divides by zero",
                mistakes.divides_by_zero,
                "All is right but temperature 0, where you divide by 0 and get nan. The limit of "
                "ever lower temperatures is all the probability on the likeliest token: treat it "
                "by itself.",
            ),
            Misconception(
                "takes temperature 0 for no temperature",
                mistakes.zero_means_off,
                "At temperature 0 this gives what temperature 1 gives. `temperature or 1` and "
                "`if temperature:` take 0 for nothing; here it means: always the likeliest.",
            ),
            Misconception(
                "a tiny temperature in the place of 0",
                mistakes.tiny_temperature_for_zero,
                "At 0 you take a small temperature instead. Where two scores are close the "
                "second then keeps a share. Treat 0 by itself: 1 at the largest score, 0 "
                "elsewhere.",
            ),
            Misconception(
                "several ones where scores tie",
                mistakes.several_ones_where_scores_tie,
                "At 0, where two scores are equally large, both get 1, and the row sums to 2. "
                "Only the first is to have it: `argmax` gives its place.",
            ),
            Misconception(
                "exponentials overflow",
                mistakes.exponentials_overflow,
                "Right until the scores are large: then `exp` gives infinity, and infinity by "
                "infinity is nan. `.softmax(dim=-1)` subtracts the row's maximum first.",
            ),
            Misconception(
                "shares out over the rows",
                mistakes.shares_out_over_the_rows,
                "The softmax runs over the batch, so that the columns sum to 1. Each row is a "
                "text of its own: its tokens share out the whole, `dim=-1`.",
            ),
        ),
        hints=(
            "Two cases: temperature 0, and all others. Write the others first; it is one line.",
            "Scores are divided by the temperature, then comes `.softmax(dim=-1)`. At 0 you want "
            "a row of zeros with a single 1 where `logits.argmax(dim=-1)` points: "
            "`torch.nn.functional.one_hot(places, V)` makes such rows, of whole numbers.",
            "```\nif the temperature is 0:\n"
            "    return one_hot(argmax of each row, V), as numbers like the logits\n"
            "return softmax of logits / temperature over the last dimension\n```",
        ),
    ),
    Exercise(
        id="11.2",
        name="top_k_filter",
        reference_path=f"{SAMPLING}:top_k_filter",
        points=2,
        difficulty=2,
        minutes=10,
        why="A thousand unlikely tokens are likely together, and any one of them spoils a story.",
        draw_cases=cases.top_k_cases,
        drive=call_with_tensors,
        misconceptions=(
            Misconception(
                "drops the k-th",
                mistakes.drops_the_kth,
                "The k-th likeliest token is dropped as well, so only k - 1 are left. Drop what "
                "is less likely than it, not what is as likely: `<`, not `<=`.",
            ),
            Misconception(
                "leaves out ties",
                mistakes.leaves_out_ties,
                "Right, except where several tokens are exactly as likely as the k-th: you keep "
                "the first of them, and which one comes first is chance. Keep all that are as "
                "likely as the k-th: compare with its probability.",
            ),
            Misconception(
                "forgets to share out again",
                mistakes.forgets_to_share_out_again_k,
                "The right tokens are kept, but what is left sums to less than 1. Divide each "
                "row by its sum.",
            ),
            Misconception(
                "takes another softmax",
                mistakes.softmax_of_probabilities_k,
                "A softmax of probabilities makes new ones, and e⁰ is 1: the dropped tokens come "
                "back. To make a row sum to 1, divide it by its sum.",
            ),
            Misconception(
                "masks with minus infinity",
                mistakes.masks_with_minus_infinity,
                "Minus infinity is for scores, before a softmax. These are probabilities: one "
                "that is ruled out is 0.",
            ),
            Misconception(
                "keeps the least likely",
                mistakes.keeps_the_least_likely,
                "These are the k least likely tokens. `topk` gives the largest first; the last "
                "of them is your threshold.",
            ),
            Misconception(
                "one threshold for all rows",
                mistakes.one_threshold_for_all_rows,
                "One threshold for the whole batch lets some rows keep too many. Each row has "
                "its own k-th probability: keep a column of them, shape (B, 1).",
            ),
        ),
        hints=(
            "Find the probability of the k-th likeliest token of each row. Everything below it "
            "goes.",
            "`probs.topk(k, dim=-1).values` is (B, k), the largest first, so its last column is "
            "the threshold; `[:, -1:]` keeps it a column. k may not be larger than V. "
            "`masked_fill(where, 0.0)` sets to 0.",
            "```\nk = the smaller of k and V\nthreshold = last column of the k largest   (B, 1)\n"
            "kept = probs, 0 where below the threshold\nreturn kept / its row sums\n```",
        ),
    ),
    Exercise(
        id="11.3",
        name="top_p_filter",
        reference_path=f"{SAMPLING}:top_p_filter",
        points=3,
        difficulty=3,
        minutes=20,
        why="How many tokens make sense differs from place to place; top-p lets the model say.",
        draw_cases=cases.top_p_cases,
        drive=call_with_tensors,
        misconceptions=(
            Misconception(
                "drops the token that crosses",
                mistakes.drops_the_token_that_crosses,
                "The token with which the sum reaches p is dropped, so what you keep holds less "
                "than p. Ask for each token what the likelier ones before it hold: it stays "
                "while that is less than p.",
            ),
            Misconception(
                "keeps one too many",
                mistakes.keeps_one_too_many,
                "You keep one token more than is needed: p was reached without it. A token stays "
                "only while the likelier ones hold less than p.",
            ),
            Misconception(
                "exactly p is not enough",
                mistakes.exactly_p_is_not_enough,
                "Right, but where the sum is p to the digit you take one more. At least p is "
                "wanted, so p itself will do: a token goes where the likelier ones hold p or "
                "more, `>=`.",
            ),
            Misconception(
                "one number for all rows",
                mistakes.one_number_for_all_rows,
                "You find how many tokens the first row needs and keep as many in every row. "
                "Each row has its own number; work on the whole table of sums at once.",
            ),
            Misconception(
                "back by the same order",
                mistakes.back_by_the_same_order,
                "The right numbers at the wrong tokens. `order` says where each came from; "
                "reading by it once more (`gather`) sorts a second time. Write by it: `scatter`.",
            ),
            Misconception(
                "does not sort",
                mistakes.does_not_sort,
                "The sums run through the tokens in the order of the vocabulary. They must run "
                "from the likeliest down: sort first.",
            ),
            Misconception(
                "stays sorted",
                mistakes.stays_sorted,
                "The right probabilities, at the wrong tokens: they are still sorted. Put each "
                "back to where it came from; `sort` returns the places too.",
            ),
            Misconception(
                "begins with the least likely",
                mistakes.begins_with_the_least_likely,
                "The sums begin with the least likely token, so it is kept and the likeliest may "
                "go. Sort with `descending=True`.",
            ),
            Misconception(
                "forgets to share out again",
                mistakes.forgets_to_share_out_again_p,
                "The right tokens are kept, but what is left sums to less than 1. Divide each "
                "row by its sum.",
            ),
            Misconception(
                "takes p for a threshold",
                mistakes.takes_p_for_a_threshold,
                "You keep every token that is at least p times as likely as the likeliest. That "
                "is a filter too (min-p), but here p is what the kept tokens hold together.",
            ),
        ),
        hints=(
            "Line the tokens up from the likeliest down and add up. Which is the last one you "
            "need?",
            "`sorted_probs, order = probs.sort(dim=-1, descending=True)`. `cumsum` includes the "
            "token itself; subtract it to see what stands before. To undo the sorting: "
            "`torch.zeros_like(probs).scatter(-1, order, kept)` puts each value back to its place.",
            "```\nsorted probabilities and order, likeliest first\n"
            "before = running sum - own probability\n"
            "set to 0 where before >= p\nput back into the old order\n"
            "return it / its row sums\n```",
        ),
    ),
    Exercise(
        id="11.4",
        name="generate",
        reference_path=f"{SAMPLING}:generate",
        points=3,
        difficulty=3,
        minutes=20,
        why="This loop is how every chat model writes: one token, then the next.",
        draw_cases=cases.generate_cases,
        drive=cases.drive_generate,
        properties=cases.generate_properties,
        time_limit=30.0,  # a loop over rows is slow, and right
        misconceptions=(
            Misconception(
                "reads the first position",
                mistakes.reads_the_first_position,
                "The scores at the first position say what follows the first token, which is "
                "known. You need what follows the last: `logits[:, -1]`.",
            ),
            Misconception(
                "forgets to append",
                mistakes.forgets_to_append,
                "The model is shown the same beginning each time and never sees what was drawn. "
                "Append each token to the text before you ask again.",
            ),
            Misconception(
                "does not crop",
                mistakes.does_not_crop,
                "Right, as long as the text fits into the model's context. A GPT cannot read "
                "more than `model.config.context_length` tokens: show it the last so many.",
            ),
            Misconception(
                "keeps the beginning",
                mistakes.keeps_the_beginning,
                "When the text is too long, you keep its beginning, and the model no longer sees "
                "what it wrote last. Keep the end: `tokens[:, -context_length:]`.",
            ),
            Misconception(
                "feeds only the last token",
                mistakes.feeds_only_the_last_token,
                "Only the newest token is shown to the model, and it has no memory of its own: "
                "show it the whole window each time. (With a cache it works; that comes later.)",
            ),
            Misconception(
                "always takes the likeliest",
                mistakes.always_takes_the_likeliest,
                "At temperature 0 this is right, at others you take the likeliest token as well. "
                "Draw from the probabilities: `torch.multinomial(probs, 1, generator=generator)`.",
            ),
            Misconception(
                "forgets the temperature",
                mistakes.forgets_the_temperature,
                "Tokens are drawn at temperature 1, whatever is asked for. Hand `temperature` on "
                "to `temperature_probs`.",
            ),
            Misconception(
                "forgets the filters",
                mistakes.forgets_the_filters,
                "Tokens are drawn that `top_k` and `top_p` rule out. Apply each filter that is "
                "not None.",
            ),
            Misconception(
                "filters before the temperature",
                mistakes.filters_before_the_temperature,
                "You filter the distribution at temperature 1 and apply the temperature to what "
                "is left. For top-k that makes no difference; top-p then keeps another number of "
                "tokens. Temperature first.",
            ),
            Misconception(
                "top-p before top-k",
                mistakes.filters_the_other_way_round,
                "Each filter is right, but top-p comes first. What is left of the k likeliest "
                "sums to 1 again, and p is a share of that: top-k first.",
            ),
            Misconception(
                "takes probabilities for scores",
                mistakes.takes_probabilities_for_scores,
                "A softmax comes before `temperature_probs`, which makes one itself. The softmax "
                "of probabilities is nearly even: hand it the scores, `logits[:, -1]`.",
            ),
            Misconception(
                "cuts the text itself",
                mistakes.crops_the_text,
                "The text itself is cut to the model's context, so its beginning is lost. Only "
                "the window that the model reads is cut: give it another name.",
            ),
            Misconception(
                "seeds a generator of its own",
                mistakes.seeds_its_own_generator,
                "The tokens come from a generator that you make and seed, so every call draws "
                "the same. Use the `generator` that you are given.",
            ),
            Misconception(
                "returns only the new tokens",
                mistakes.returns_only_the_new,
                "Only what was drawn comes back. Return the whole text, the tokens given "
                "included: (B, T + n_new).",
            ),
            Misconception(
                "ignores the generator",
                mistakes.ignores_the_generator,
                "The same generator gives another text each time. Hand it on: "
                "`torch.multinomial(probs, 1, generator=generator)`.",
            ),
        ),
        hints=(
            "Write the body of the loop for a single new token: show the model the text, choose, "
            "append. Then put it under `for _ in range(n_new):`.",
            "`logits, _ = model(window)` is (B, T, V); `logits[:, -1]` is what is expected after "
            "the last token. The window is `tokens[:, -model.config.context_length:]`. "
            "`torch.multinomial(probs, 1, generator=generator)` draws one token for each row, and "
            "`torch.cat([tokens, token], dim=1)` appends.",
            "```\nn_new times:\n    window = the last context_length tokens\n"
            "    logits = what the model says of it (no gradients needed)\n"
            "    probs = temperature_probs of the last position\n"
            "    if top_k is given: filter;  if top_p is given: filter\n"
            "    token = one draw from probs   (B, 1)\n    tokens = tokens with token appended\n"
            "return tokens\n```",
        ),
    ),
    Exercise(
        id="11.5",
        name="CachedAttention",
        reference_path="course_utils.gpt.cache:CachedAttention",
        points=3,
        difficulty=4,
        minutes=25,
        why="Without this every new word would cost as much as reading the whole text again.",
        draw_cases=cases.cached_cases,
        drive=cases.drive_cached,
        rtol=1e-6,
        atol=1e-8,
        misconceptions=(
            Misconception(
                "forgets the past",
                mistakes.ForgetsThePast,
                "The new tokens look at each other and at nothing before them. Put the "
                "remembered keys and values in front of the new ones.",
            ),
            Misconception(
                "keeps the last piece only",
                mistakes.KeepsTheLastPieceOnly,
                "Right for two pieces and wrong from the third on: what you keep is replaced by "
                "the newest keys and values. Keep all of them, old and new together.",
            ),
            Misconception(
                "puts the new in front",
                mistakes.PutsTheNewInFront,
                "Fed one by one it is right, since a sum knows no order. But the mask does: its "
                "last columns belong to the newest tokens. Old keys first, new ones behind.",
            ),
            Misconception(
                "looks at empty places",
                mistakes.LooksAtEmptyPlaces,
                "You reserve room for `capacity` tokens and let the queries look at all of it, "
                "the empty places too: their score is 0, and e⁰ is 1. Hand on what is filled, "
                "`[:, :, :end]`.",
            ),
            Misconception(
                "remembers tokens in place of keys and values",
                mistakes.RemembersTokensNotKeys,
                "The outputs are right, but you keep the tokens and compute all keys and values "
                "anew in each call, which is what the cache is to save. Send only the new `x` "
                "through `queries_keys_values`.",
            ),
            Misconception(
                "positions begin anew",
                mistakes.PositionsBeginAnew,
                "Right without positions; with rotary ones, every new token is told that it "
                "stands at 0. It stands behind all that is remembered: pass `self.length` as "
                "`start`.",
            ),
            Misconception(
                "sees what comes later",
                mistakes.SeesWhatComesLater,
                "Fed one by one it is right. Of several new tokens at once the first sees the "
                "last: they need a causal mask among themselves.",
            ),
            Misconception(
                "mask in the wrong corner",
                mistakes.MaskInTheWrongCorner,
                "The mask counts from the first key, as if the new tokens stood at the "
                "beginning, so the only new token sees the first key alone. (`is_causal=True` "
                "does this.) Take the last rows of the mask for all tokens: "
                "`causal_mask(end)[start:]`.",
            ),
            Misconception(
                "leaves the projection out",
                mistakes.LeavesTheProjectionOut,
                "The heads' outputs are returned side by side. `self.attention.project` is to "
                "mix them last.",
            ),
            Misconception(
                "returns every token again",
                mistakes.ReturnsEveryTokenAgain,
                "You keep the queries too, and so compute every token's output anew. A query is "
                "asked once: return the outputs of the new tokens only, (B, T_new, D).",
            ),
            Misconception(
                "counts calls instead of tokens",
                mistakes.CountsCallsInsteadOfTokens,
                "`self.length` grows by 1 with each call. A call can bring several tokens: let "
                "it grow by `x.shape[1]`.",
            ),
        ),
        hints=(
            "First make it work for one token at a time. What of the past does a new token need: "
            "the queries, the keys, the values?",
            "`q, k, v = self.attention.queries_keys_values(x, self.length)` are (B, H, T_new, "
            "hs). `torch.cat([self.keys, k], dim=2)` puts old and new keys in a row. Row i of "
            "`causal_mask(T)` says what token i may see; you need its rows from `start` on.",
            "```\nstart = self.length;  end = start + T_new\n"
            "q, k, v of the new tokens, at positions from start on\n"
            "if something is remembered: put it in front of k and of v\n"
            "remember k, v and end\nmask = rows from start on of the causal mask of end tokens\n"
            "y = attention of q, k, v under the mask\nreturn project(y with its heads merged)\n```",
        ),
    ),
)

QUESTIONS = (
    Question(
        "The scores of two tokens are 2 and 1. At temperature 1 the first is e times as likely as "
        "the second. At temperature 1/2 it is ...",
        (
            Choice("2e times as likely", False, "Scores are divided before the exponential."),
            Choice(
                "e² times as likely",
                True,
                "Divided by 1/2 the scores are 4 and 2, and e⁴ / e² = e²: the ratio is raised to "
                "the power 1/T.",
            ),
            Choice("√e times as likely", False, "That is temperature 2."),
        ),
    ),
    Question(
        "After 'Once there was a girl named' eight names are about equally likely. In the middle "
        "of a word one letter is certain. Which setting suits both places?",
        (
            Choice("top-k with k = 1", False, "Then every girl has the same name."),
            Choice(
                "top-k with k = 8",
                False,
                "Right for the name; in the middle of the word seven wrong letters are let in.",
            ),
            Choice(
                "top-p with p = 0.95",
                True,
                "It keeps all eight names, and one letter where one letter holds 95 %.",
            ),
        ),
    ),
    Question(
        "Why does a KV cache keep keys and values, but no queries?",
        (
            Choice(
                "Queries are far larger than keys: they would take too much memory",
                False,
                "They are as large as the keys. They are just not needed again.",
            ),
            Choice(
                "A token asks once, when it is new; later tokens ask with their own queries",
                True,
                "They look at its key and take its value. Nobody looks at a query.",
            ),
            Choice(
                "Queries change with every token that is appended, keys and values do not",
                False,
                "Nothing at an earlier place changes when a token is appended.",
            ),
        ),
    ),
    Question(
        "A text has one run of 90 characters that stands word for word in the training text. "
        "Has the model learned it by heart?",
        (
            Choice(
                "Yes: so many characters in a row cannot be the same by chance",
                False,
                "In Tiny Tales they can.",
            ),
            Choice(
                "One cannot say without knowing how long such runs are in new real tales",
                True,
                "Where a language has stock phrases, honest new texts share long runs with old "
                "ones. Only what goes beyond that is memory.",
            ),
            Choice(
                "No: a model holds weights and no text, so it cannot repeat any",
                False,
                "They can, above all text that they saw many times.",
            ),
        ),
    ),
    Question(
        "At temperature 0.2 nearly every sentence is grammatical, at 1 fewer are. Is 0.2 better?",
        (
            Choice(
                "Yes: more sentences are right, and a sentence that is wrong is no use",
                False,
                "Look at what else falls with the temperature.",
            ),
            Choice(
                "It depends: what is written at 0.2 is less varied than real tales are",
                True,
                "Quality and variety pull in two directions; a real tale has both.",
            ),
            Choice(
                "No: a low temperature needs more passes through the model",
                False,
                "The cost is the same.",
            ),
        ),
    ),
)
