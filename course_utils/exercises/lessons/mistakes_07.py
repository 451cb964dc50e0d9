"""Well-known mistakes of notebook 07 with characters, the bigram table and batches."""

import torch

from course_utils.exercises.exercise import Misconception

# --------------------------------------------------------------------------- encode_chars


def _makes_its_own_vocabulary(text, vocabulary):
    if unknown := set(text) - set(vocabulary):
        raise KeyError(unknown.pop())
    own = {character: i for i, character in enumerate(sorted(set(text)))}
    return [own[character] for character in text]


def _place_in_the_vocabulary(text, vocabulary):
    return [list(vocabulary).index(character) for character in text]


def _unicode_numbers(text, vocabulary):
    if unknown := set(text) - set(vocabulary):
        raise KeyError(unknown.pop())
    return [ord(character) for character in text]


def _drops_unknown_characters(text, vocabulary):
    return [vocabulary[character] for character in text if character in vocabulary]


def _unknown_becomes_zero(text, vocabulary):
    return [vocabulary.get(character, 0) for character in text]


def _unknown_becomes_none(text, vocabulary):
    return [vocabulary.get(character) for character in text]


def _unknown_becomes_one_more(text, vocabulary):
    return [vocabulary.get(character, len(vocabulary)) for character in text]


ENCODE_CHARS = (
    Misconception(
        "makes a vocabulary of its own",
        _makes_its_own_vocabulary,
        "You number the characters of this very text anew. Then the same letter gets "
        "another number in each text, and a model could learn nothing about it. Use the "
        "numbers of the `vocabulary` that is handed in.",
    ),
    Misconception(
        "takes the place for the number",
        _place_in_the_vocabulary,
        "You take the place at which a character stands in the vocabulary. That is its "
        "number only where the numbers run 0, 1, 2, ... in this order. The dictionary "
        "tells the number itself: `vocabulary[character]`.",
    ),
    Misconception(
        "uses the numbers of Unicode",
        _unicode_numbers,
        "These are the numbers that `ord` gives, of all of Unicode. The model has one row "
        "of its table for each number of the `vocabulary`: look them up there.",
    ),
    Misconception(
        "drops what it does not know",
        _drops_unknown_characters,
        "A character that the vocabulary lacks disappears, and with it a piece of the "
        "text, unnoticed. Raise an error: `vocabulary[character]` does so by itself.",
    ),
    Misconception(
        "turns what it does not know into 0",
        _unknown_becomes_zero,
        "A character that the vocabulary lacks becomes 0, which is another character's "
        "number. Raise an error: `vocabulary[character]` does so by itself.",
    ),
    Misconception(
        "turns what it does not know into None",
        _unknown_becomes_none,
        "`vocabulary.get(character)` gives None for a character that the vocabulary lacks, "
        "and the error comes much later, where nobody will look for it here. "
        "`vocabulary[character]` raises it at once.",
    ),
    Misconception(
        "gives what it does not know a number of its own",
        _unknown_becomes_one_more,
        "A character that the vocabulary lacks gets the number behind the last one. Some "
        "tokenizers have such a number, but then the vocabulary knows it. Here the task is "
        "to raise an error: `vocabulary[character]` does so by itself.",
    ),
)

# ------------------------------------------------------------------------ bigram_log_probs


def _counts(tokens, vocab_size):
    pairs = tokens[:-1] * vocab_size + tokens[1:]
    counts = torch.bincount(pairs, minlength=vocab_size**2).view(vocab_size, vocab_size)
    return counts.double()


def _columns_sum_to_one(tokens, vocab_size, pseudo_count=1.0):
    counts = _counts(tokens, vocab_size) + pseudo_count
    return (counts / counts.sum(dim=0, keepdim=True)).log().float()


def _rows_are_the_next_token(tokens, vocab_size, pseudo_count=1.0):
    counts = _counts(tokens, vocab_size) + pseudo_count
    return (counts / counts.sum(dim=1, keepdim=True)).log().float().T


def _shares_of_all_pairs(tokens, vocab_size, pseudo_count=1.0):
    counts = _counts(tokens, vocab_size) + pseudo_count
    return (counts / counts.sum()).log().float()


def _forgets_the_logarithm(tokens, vocab_size, pseudo_count=1.0):
    counts = _counts(tokens, vocab_size) + pseudo_count
    return (counts / counts.sum(dim=1, keepdim=True)).float()


def _divides_by_the_bare_counts(tokens, vocab_size, pseudo_count=1.0):
    counts = _counts(tokens, vocab_size)
    seen = counts.sum(dim=1, keepdim=True).clamp(min=1)
    return ((counts + pseudo_count) / seen).log().float()


def _counts_each_pair_once(tokens, vocab_size, pseudo_count=1.0):
    counts = torch.full((vocab_size, vocab_size), float(pseudo_count), dtype=torch.float64)
    counts[tokens[:-1], tokens[1:]] += 1
    return (counts / counts.sum(dim=1, keepdim=True)).log().float()


def _sums_lie_along_the_wrong_axis(tokens, vocab_size, pseudo_count=1.0):
    counts = _counts(tokens, vocab_size) + pseudo_count
    return (counts / counts.sum(dim=1)).log().float()


def _counts_in_bits(tokens, vocab_size, pseudo_count=1.0):
    counts = _counts(tokens, vocab_size) + pseudo_count
    return (counts / counts.sum(dim=1, keepdim=True)).log2().float()


def _turns_the_sign(tokens, vocab_size, pseudo_count=1.0):
    counts = _counts(tokens, vocab_size) + pseudo_count
    return -(counts / counts.sum(dim=1, keepdim=True)).log().float()


def _ignores_the_pseudo_count(tokens, vocab_size, pseudo_count=1.0):
    counts = _counts(tokens, vocab_size) + 1
    return (counts / counts.sum(dim=1, keepdim=True)).log().float()


BIGRAM_LOG_PROBS = (
    Misconception(
        "makes the columns sum to 1",
        _columns_sum_to_one,
        "Each column is a distribution here: what came before, given what follows. A "
        "model predicts what follows: each row must sum to 1 (`dim=1`).",
    ),
    Misconception(
        "rows and columns have changed places",
        _rows_are_the_next_token,
        "The table is turned over: the row should be the last token and the column the next one.",
    ),
    Misconception(
        "counts each pair once",
        _counts_each_pair_once,
        "`counts[last, following] += 1` reads each place, adds 1 and writes it back: a "
        "pair that occurs five times is still counted once. `torch.bincount` counts all, "
        "and so does a loop.",
    ),
    Misconception(
        "divides each column by the sum of a row",
        _sums_lie_along_the_wrong_axis,
        "`counts.sum(dim=1)` has the shape (V,), and broadcasting lays it along the "
        "columns: column j is divided by the sum of row j. `keepdim=True` keeps it a "
        "column, (V, 1).",
    ),
    Misconception(
        "takes logarithms to base 2",
        _counts_in_bits,
        "Your logarithm has base 2. The course counts in nats: `torch.log`.",
    ),
    Misconception(
        "turns the sign round",
        _turns_the_sign,
        "These are the surprises, -ln P. Wanted is ln P itself, which is never positive.",
    ),
    Misconception(
        "shares of all pairs",
        _shares_of_all_pairs,
        "You divide by the number of all pairs, which gives how likely a pair is. Given "
        "the last token, its own row must sum to 1: divide each row by its own sum.",
    ),
    Misconception(
        "forgets the logarithm",
        _forgets_the_logarithm,
        "These are the probabilities. Their logarithms are wanted: they can be added "
        "along a text without underflow.",
    ),
    Misconception(
        "adds pseudo-counts above the line only",
        _divides_by_the_bare_counts,
        "The pseudo-count is added to each pair but missing in the sum that you divide "
        "by, so the rows sum to more than 1. Add it first and sum then.",
    ),
    Misconception(
        "always adds 1",
        _ignores_the_pseudo_count,
        "With a pseudo-count of 1 this is right, and with another one it is the same: "
        "add `pseudo_count`, not 1.",
    ),
)

# ------------------------------------------------------------------------------ get_batch


def _windows(data, batch_size, T, generator, n_starts=None):
    starts = torch.randint(n_starts or len(data) - T, (batch_size, 1), generator=generator)
    return starts + torch.arange(T)


def _targets_are_the_inputs(data, batch_size, context_length, generator=None):
    places = _windows(data, batch_size, context_length, generator)
    return data[places], data[places]


def _only_the_last_target(data, batch_size, context_length, generator=None):
    places = _windows(data, batch_size, context_length, generator)
    return data[places], data[places[:, -1] + 1]


def _never_the_last_window(data, batch_size, context_length, generator=None):
    n_starts = max(1, len(data) - context_length - 1)
    places = _windows(data, batch_size, context_length, generator, n_starts)
    return data[places], data[places + 1]


def _the_last_window_too_often(data, batch_size, context_length, generator=None):
    starts = torch.randint(len(data), (batch_size, 1), generator=generator)
    places = starts.clamp(max=len(data) - context_length - 1) + torch.arange(context_length)
    return data[places], data[places + 1]


def _windows_side_by_side(data, batch_size, context_length, generator=None):
    n = (len(data) - 1) // context_length
    starts = torch.randint(n, (batch_size, 1), generator=generator) * context_length
    places = starts + torch.arange(context_length)
    return data[places], data[places + 1]


def _targets_come_first(data, batch_size, context_length, generator=None):
    places = _windows(data, batch_size, context_length, generator)
    return data[places + 1], data[places]


def _targets_go_round(data, batch_size, context_length, generator=None):
    x = data[_windows(data, batch_size, context_length, generator)]
    return x, x.roll(-1, dims=1)


def _one_window_many_times(data, batch_size, context_length, generator=None):
    places = _windows(data, 1, context_length, generator).expand(batch_size, context_length)
    return data[places], data[places + 1]


def _ignores_the_generator(data, batch_size, context_length, generator=None):
    places = _windows(data, batch_size, context_length, None)
    return data[places], data[places + 1]


def _always_the_same_windows(data, batch_size, context_length, generator=None):
    starts = torch.arange(batch_size)[:, None] % (len(data) - context_length)
    places = starts + torch.arange(context_length)
    return data[places], data[places + 1]


GET_BATCH = (
    Misconception(
        "targets are the inputs",
        _targets_are_the_inputs,
        "The targets equal the inputs, so a model would learn to repeat what it sees. The "
        "target of each token is the one after it: shift by one.",
    ),
    Misconception(
        "only the last target",
        _only_the_last_target,
        "One target for each window: what follows its last token. Every place of the "
        "window has a target: T of them, (B, T).",
    ),
    Misconception(
        "never draws the last window",
        _never_the_last_window,
        "The last window that fits is never drawn. Count: a row of N tokens has room for "
        "N - T windows with all their targets, and `randint(n)` draws from 0 to n - 1.",
    ),
    Misconception(
        "draws the last window too often",
        _the_last_window_too_often,
        "Starts that lie too far to the right are moved back to the last window, so that "
        "it is drawn far more often than the others. Draw only among the N - T starts that "
        "there are.",
    ),
    Misconception(
        "cuts the text into windows side by side",
        _windows_side_by_side,
        "Your windows begin at multiples of T only. A window may begin anywhere, so that a "
        "token is met at every place of a window: draw the start itself.",
    ),
    Misconception(
        "inputs and targets have changed places",
        _targets_come_first,
        "Your targets are the tokens before the inputs. They are the tokens after them.",
    ),
    Misconception(
        "goes round to the front for the last target",
        _targets_go_round,
        "The last target of each window is its own first token. `roll` goes round; the "
        "target is the token that follows in the text: take it from `data`, one place on.",
    ),
    Misconception(
        "one window many times",
        _one_window_many_times,
        "All rows of the batch are the same window. Draw a start for each row.",
    ),
    Misconception(
        "ignores the generator",
        _ignores_the_generator,
        "The same generator gives different batches, so a run could not be repeated. Hand "
        "it on: `torch.randint(..., generator=generator)`.",
    ),
    Misconception(
        "always the same windows",
        _always_the_same_windows,
        "The windows do not depend on chance. Draw their starts with `torch.randint`.",
    ),
)
