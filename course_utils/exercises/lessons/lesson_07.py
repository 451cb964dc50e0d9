"""The exercises of notebook 07, Text and tokens."""

from course_utils.exercises.exercise import Exercise
from course_utils.exercises.lessons import cases_07 as cases
from course_utils.exercises.lessons import mistakes_07 as mistakes
from course_utils.exercises.lessons import mistakes_07_bpe as mistakes_bpe
from course_utils.exercises.quiz import Choice, Question

BPE = "course_utils.gpt.bpe"

EXERCISES = (
    Exercise(
        id="07.1",
        name="encode_chars",
        reference_path="course_utils.gpt.characters:encode_chars",
        points=1,
        difficulty=1,
        minutes=5,
        why="A network computes with numbers: every text must become some before anything else.",
        draw_cases=cases.chars_cases,
        drive=cases.drive_encode,
        misconceptions=mistakes.ENCODE_CHARS,
        hints=(
            "A dictionary looks one character up. You need the same for each character of a text.",
            "A list comprehension does something for each item: `[... for character in text]`.",
            "```\nfor each character of the text: its number in the vocabulary\n"
            "return the list of these numbers\n```",
        ),
    ),
    Exercise(
        id="07.2",
        name="count_pairs",
        reference_path=f"{BPE}:count_pairs",
        points=1,
        difficulty=2,
        minutes=10,
        why="Byte-pair encoding is counting: the most frequent pair becomes a token.",
        draw_cases=cases.count_cases,
        drive=cases.drive_count,
        misconceptions=mistakes_bpe.COUNT_PAIRS,
        hints=(
            "Two loops: over the words with their counts, and in each over its neighbours.",
            "`words.items()` gives each word with its count. `zip(word, word[1:])` walks through "
            "the neighbours of a word. A `Counter` starts every count at 0.",
            "```\ncounts = empty Counter\nfor each word, times:\n"
            "    for each pair of neighbours in the word: add times to its count\n"
            "return counts\n```",
        ),
    ),
    Exercise(
        id="07.3",
        name="merge_pair",
        reference_path=f"{BPE}:merge_pair",
        points=2,
        difficulty=2,
        minutes=15,
        why="Merging is the one step that byte-pair encoding repeats, in training and in use.",
        draw_cases=cases.merge_cases,
        drive=cases.drive_merge,
        misconceptions=mistakes_bpe.MERGE_PAIR,
        hints=(
            "Walk through the word with an index. At each place: does the pair stand here?",
            "If it does, append the joined token and step on by two; if not, append the token and "
            "step on by one. Bytes are joined by `+`.",
            "```\nmerged = [], i = 0\nwhile i is inside the word:\n"
            "    if there is a next token and (this, next) is the pair:\n"
            "        append this + next; i = i + 2\n    else: append this; i = i + 1\n"
            "return merged as a tuple\n```",
        ),
    ),
    Exercise(
        id="07.4",
        name="train_bpe",
        reference_path=f"{BPE}:train_bpe",
        points=3,
        difficulty=3,
        minutes=25,
        why="This is how the vocabulary of GPT-2, and of most models since, was made.",
        draw_cases=cases.train_cases,
        drive=cases.drive_train,
        misconceptions=mistakes_bpe.TRAIN_BPE,
        hints=(
            "You have both halves: `count_pairs` says which pair is the most frequent, "
            "`merge_pair` joins it in one word. Repeat.",
            "Keep the words cut into tokens in a dictionary, `{split_bytes(word): times}`; make "
            "it anew after each merge. `max(counts, key=lambda pair: (counts[pair], pair))` "
            "compares the counts first and the pairs themselves where these are equal.",
            "```\nspelled = each word cut into bytes -> how often it occurs\nmerges = []\n"
            "repeat n_merges times:\n    counts = count_pairs(spelled)\n"
            "    stop if there are none\n    pair = the most frequent, of several the greatest\n"
            "    append it to merges\n    spelled = the same with the pair merged in each word\n"
            "return merges\n```",
        ),
    ),
    Exercise(
        id="07.5",
        name="bpe_encode",
        reference_path=f"{BPE}:bpe_encode",
        points=2,
        difficulty=3,
        minutes=15,
        why="Whoever uses a model must cut text exactly as its training did.",
        draw_cases=cases.encode_cases,
        drive=cases.drive_bpe,
        misconceptions=mistakes_bpe.BPE_ENCODE,
        hints=(
            "Start from single bytes. Of all pairs of neighbours, which one did the training "
            "merge first?",
            "`ranks.get(pair, a large number)` gives a pair that was never merged a rank behind "
            "all others. `min(pairs, key=...)` finds the lowest. Then `merge_pair`.",
            "```\ntokens = the word's bytes\nrepeat:\n"
            "    pair = of the neighbours in tokens, the one with the lowest rank\n"
            "    stop if there is none, or it has no rank\n    tokens = merge_pair(tokens, pair)\n"
            "return tokens\n```",
        ),
    ),
    Exercise(
        id="07.6",
        name="bigram_log_probs",
        reference_path="course_utils.gpt.bigram:bigram_log_probs",
        points=2,
        difficulty=3,
        minutes=15,
        why="The smallest model that looks at what came before; counting gives the best of them.",
        draw_cases=cases.bigram_cases,
        drive=cases.drive_bigram,
        rtol=1e-4,
        atol=1e-5,
        misconceptions=mistakes.BIGRAM_LOG_PROBS,
        hints=(
            "First a table of counts, (V, V): how often each token followed each other. Then "
            "smooth, then divide each row by its sum, then the logarithm.",
            "Two tokens a, b make one number a × V + b, and `torch.bincount(..., minlength=V * "
            "V)` counts numbers; `.view(V, V)` makes the table. A loop over the neighbours does "
            "it too, more slowly.",
            "```\npairs = tokens but the last, times V, plus tokens but the first\n"
            "counts = bincount of pairs, as a (V, V) table, plus pseudo_count\n"
            "return log(counts / sum of each row)\n```",
        ),
    ),
    Exercise(
        id="07.7",
        name="get_batch",
        reference_path="course_utils.gpt.batches:get_batch",
        points=2,
        difficulty=2,
        minutes=15,
        why="Every training step of the GPT begins with this function.",
        draw_cases=cases.batch_cases,
        drive=cases.drive_batch,
        properties=cases.batch_properties,
        misconceptions=mistakes.GET_BATCH,
        hints=(
            "How many starts are there? A window of T tokens and the target of the last one need "
            "T + 1 tokens.",
            "A column of starts (B, 1) plus a row 0 ... T - 1 gives a table of places (B, T), and "
            "`data[places]` picks them all at once.",
            "```\nstarts = B random whole numbers below N - T, as a column\n"
            "places = starts + (0, 1, ..., T - 1)   (B, T)\n"
            "return data at places, data at places + 1\n```",
        ),
    ),
)

QUESTIONS = (
    Question(
        "Byte-pair encoding has merged `h e`, then `t he`. Into which tokens does it cut `heth`?",
        (
            Choice("he, t, h", True, "Only the pair `h e` occurs; `t h` was never merged."),
            Choice("he, th", False, "`t h` is no merge: `he` was made first, and then `t he`."),
            Choice("h, e, t, h", False, "The pair `h e` stands there and is merged."),
        ),
    ),
    Question(
        "Why can a tokenizer that starts from bytes never meet an unknown character?",
        (
            Choice(
                "It was trained on a text in which every character of Unicode occurs",
                False,
                "It was trained on whatever text there was.",
            ),
            Choice(
                "Every text is a row of bytes, and all 256 bytes are tokens",
                True,
                "What was never merged is written byte by byte.",
            ),
            Choice(
                "It drops what it does not know, before the model can see it",
                False,
                "Nothing is lost: the text comes back whole.",
            ),
        ),
    ),
    Question(
        "A model gives each next token of a text the probability 1/4. Its loss in nats per token?",
        (
            Choice("ln 4 = 1.386", True, "The mean of -ln(1/4), and the perplexity is 4."),
            Choice("0.25", False, "That is the probability; the loss is its negative logarithm."),
            Choice("4", False, "That is the perplexity, e to the loss."),
        ),
    ),
    Question(
        "Training the table of logits W by gradient descent ends with probabilities equal to ...",
        (
            Choice("1/V everywhere", False, "That is where it starts, with W = 0."),
            Choice(
                "the frequencies in the training text",
                True,
                "There the gradient, (n_a / N)(P - f), is zero.",
            ),
            Choice(
                "the frequencies in the validation text",
                False,
                "It never sees the validation text.",
            ),
        ),
    ),
    Question(
        "Say the entropy of a corpus is 0.20 nats per character, and a model reports 0.15 on a "
        "long new text of it. What is the most likely reason?",
        (
            Choice(
                "It is a very good model, with a memory as long as the stories",
                False,
                "No model can pass the floor.",
            ),
            Choice(
                "It can see what it predicts, or the text was in its training set",
                True,
                "Below the floor there is always a leak. Notebook 10 spoils a run in this way.",
            ),
            Choice(
                "Its vocabulary is larger, so that it has fewer tokens to predict",
                False,
                "Per character, the floor is the same for every vocabulary.",
            ),
        ),
    ),
)
