"""The exercises of notebook 11, Generating text."""

from course_utils.exercises.drives import call_with_tensors
from course_utils.exercises.exercise import Exercise
from course_utils.exercises.lessons import cases_11 as cases
from course_utils.exercises.lessons import mistakes_11 as mistakes
from course_utils.exercises.lessons import mistakes_11_writing as mistakes_in_writing
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
        misconceptions=mistakes.TEMPERATURE_PROBS,
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
        misconceptions=mistakes.TOP_K_FILTER,
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
        misconceptions=mistakes.TOP_P_FILTER,
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
        misconceptions=mistakes_in_writing.GENERATE,
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
        misconceptions=mistakes_in_writing.CACHED_ATTENTION,
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
                "It can, above all text that it saw many times.",
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
