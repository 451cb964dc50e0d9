"""The exercises of notebook 07, Text and tokens."""

from course_utils.exercises.exercise import Exercise, Misconception
from course_utils.exercises.lessons import cases_07 as cases
from course_utils.exercises.lessons import mistakes_07 as mistakes
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
        misconceptions=(
            Misconception(
                "makes a vocabulary of its own",
                mistakes.makes_its_own_vocabulary,
                "You number the characters of this very text anew. Then the same letter gets "
                "another number in each text, and a model could learn nothing about it. Use the "
                "numbers of the `vocabulary` that is handed in.",
            ),
            Misconception(
                "uses the numbers of Unicode",
                mistakes.unicode_numbers,
                "These are the numbers that `ord` gives, of all of Unicode. The model has one row "
                "of its table for each number of the `vocabulary`: look them up there.",
            ),
            Misconception(
                "drops what it does not know",
                mistakes.drops_unknown_characters,
                "A character that the vocabulary lacks disappears, and with it a piece of the "
                "text, unnoticed. Raise an error: `vocabulary[character]` does so by itself.",
            ),
            Misconception(
                "turns what it does not know into 0",
                mistakes.unknown_becomes_zero,
                "A character that the vocabulary lacks becomes 0, which is another character's "
                "number. Raise an error: `vocabulary[character]` does so by itself.",
            ),
        ),
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
        misconceptions=(
            Misconception(
                "forgets how often a word occurs",
                mistakes.forgets_how_often_words_occur,
                "Each word counts once here. A word that occurs 3 times in the text brings each "
                "of its pairs 3 times: add the word's count.",
            ),
            Misconception(
                "counts across the ends of words",
                mistakes.counts_across_words,
                "Pairs of the last token of one word and the first of the next are counted too. "
                "The words come from all over the text and are not neighbours.",
            ),
            Misconception(
                "counts a pair once for each word",
                mistakes.once_for_each_word,
                "A pair that stands in a word twice is counted once. In `b a n a n a` the pair "
                "`a n` stands twice.",
            ),
            Misconception(
                "forgets the order of the two",
                mistakes.order_does_not_count,
                "`a b` and `b a` are thrown together. They are different pairs and will be "
                "different tokens.",
            ),
        ),
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
        misconceptions=(
            Misconception(
                "merges only the first",
                mistakes.only_the_first,
                "Only the first meeting of the pair is joined. Go on to the end of the word.",
            ),
            Misconception(
                "uses a token twice",
                mistakes.uses_a_token_twice,
                "In `a a a` the middle token is used in two merges, and the word has grown. After "
                "a merge, go on behind both of its tokens.",
            ),
            Misconception(
                "goes from right to left",
                mistakes.from_right_to_left,
                "In `a a a` you join the last two. Go from left to right: `aa a`.",
            ),
            Misconception(
                "merges in either order",
                mistakes.in_either_order,
                "Where the two tokens stand the other way round they are joined as well. The pair "
                "`a b` is an a followed by a b.",
            ),
            Misconception(
                "merges whatever spells the same",
                mistakes.whatever_spells_the_same,
                "You join two tokens when their letters together spell the pair's: `t he` for the "
                "pair `th e`. Compare token with token, not the joined letters.",
            ),
        ),
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
        misconceptions=(
            Misconception(
                "counts only once",
                mistakes.counts_only_once,
                "These are the most frequent pairs at the start. After a merge the counts change, "
                "and new pairs appear, with the new token in them: count again each time.",
            ),
            Misconception(
                "takes the first of equally frequent pairs that it meets",
                mistakes.takes_the_first_it_meets,
                "Where pairs are equally frequent you take the one that is met first, which "
                "depends on the order of the words. Take the greatest: let `max` compare "
                "`(counts[pair], pair)`.",
            ),
            Misconception(
                "takes the smallest of equally frequent pairs",
                mistakes.takes_the_smallest,
                "Of equally frequent pairs you take the first in the alphabet. The rule here is "
                "the greatest, the last in the alphabet.",
            ),
            Misconception(
                "takes the rarest pair",
                mistakes.rarest_first,
                "You merge the rarest pair. The most frequent one saves the most tokens.",
            ),
            Misconception(
                "counts every word once",
                mistakes.each_word_once,
                "Rare and frequent words weigh the same here. Keep how often each word occurs "
                "when you cut it into bytes, and when you merge.",
            ),
        ),
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
        misconceptions=(
            Misconception(
                "takes the longest token that fits",
                mistakes.takes_the_longest_token,
                "From left to right, you take the longest token that the vocabulary has. It is a "
                "tokenizer too, but not this one: the merges must be done in their order.",
            ),
            Misconception(
                "goes from left to right",
                mistakes.from_left_to_right,
                "You merge the leftmost pair that can be merged. Merge the one that was learned "
                "first, wherever it stands: the lowest rank.",
            ),
            Misconception(
                "merges one pair only",
                mistakes.one_merge_only,
                "One pair is merged, and then you stop. Go on with the next lowest rank until no "
                "pair of neighbours has a rank.",
            ),
            Misconception(
                "last merge first",
                mistakes.last_merge_first,
                "You take the highest rank. The merges of the training are done again in their "
                "order, from rank 0 up.",
            ),
            Misconception(
                "goes by the order of the dictionary",
                mistakes.as_they_are_listed,
                "You do the merges in the order in which `ranks` lists them. Go by the numbers: "
                "the lowest rank first.",
            ),
        ),
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
        why="The smallest language model there is, and the best of its kind, made by counting.",
        draw_cases=cases.bigram_cases,
        drive=cases.drive_bigram,
        rtol=1e-4,
        atol=1e-5,
        misconceptions=(
            Misconception(
                "makes the columns sum to 1",
                mistakes.columns_sum_to_one,
                "Each column is a distribution here: what came before, given what follows. A "
                "model predicts what follows: each row must sum to 1 (`dim=1`).",
            ),
            Misconception(
                "rows and columns have changed places",
                mistakes.rows_are_the_next_token,
                "The table is turned over: the row should be the last token and the column the "
                "next one.",
            ),
            Misconception(
                "shares of all pairs",
                mistakes.shares_of_all_pairs,
                "You divide by the number of all pairs, which gives how likely a pair is. Given "
                "the last token, its own row must sum to 1: divide each row by its own sum.",
            ),
            Misconception(
                "forgets the logarithm",
                mistakes.forgets_the_logarithm,
                "These are the probabilities. Their logarithms are wanted: they can be added "
                "along a text without underflow.",
            ),
            Misconception(
                "adds pseudo-counts above the line only",
                mistakes.divides_by_the_bare_counts,
                "The pseudo-count is added to each pair but missing in the sum that you divide "
                "by, so the rows sum to more than 1. Add it first and sum then.",
            ),
            Misconception(
                "always adds 1",
                mistakes.ignores_the_pseudo_count,
                "With a pseudo-count of 1 this is right, and with another one it is the same: "
                "add `pseudo_count`, not 1.",
            ),
        ),
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
        misconceptions=(
            Misconception(
                "targets are the inputs",
                mistakes.targets_are_the_inputs,
                "The targets equal the inputs, so a model would learn to repeat what it sees. The "
                "target of each token is the one after it: shift by one.",
            ),
            Misconception(
                "only the last target",
                mistakes.only_the_last_target,
                "One target for each window: what follows its last token. Every place of the "
                "window has a target: T of them, (B, T).",
            ),
            Misconception(
                "never draws the last window",
                mistakes.never_the_last_window,
                "The last window that fits is never drawn. Count: a row of N tokens has room for "
                "N - T windows with all their targets, and `randint(n)` draws from 0 to n - 1.",
            ),
            Misconception(
                "one window many times",
                mistakes.one_window_many_times,
                "All rows of the batch are the same window. Draw a start for each row.",
            ),
            Misconception(
                "ignores the generator",
                mistakes.ignores_the_generator,
                "The same generator gives different batches, so a run could not be repeated. Hand "
                "it on: `torch.randint(..., generator=generator)`.",
            ),
            Misconception(
                "always the same windows",
                mistakes.always_the_same_windows,
                "The windows do not depend on chance. Draw their starts with `torch.randint`.",
            ),
        ),
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
                "It was trained on all of Unicode",
                False,
                "It was trained on whatever text there was.",
            ),
            Choice(
                "Every text is a row of bytes, and all 256 bytes are tokens",
                True,
                "What was never merged is written byte by byte.",
            ),
            Choice(
                "It drops what it does not know", False, "Nothing is lost: it comes back whole."
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
            Choice("It is a very good model", False, "No model can pass the floor."),
            Choice(
                "It can see the characters that it predicts, or the text was in its training set",
                True,
                "Below the floor there is always a leak. Notebook 10 spoils a run in this way.",
            ),
            Choice(
                "Its vocabulary is larger",
                False,
                "Per character, the floor is the same for every vocabulary.",
            ),
        ),
    ),
)
