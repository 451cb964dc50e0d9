"""The well-known mistakes of notebook 07: each makes one, and only that one, on purpose."""

from collections import Counter
from itertools import pairwise

import torch

from course_utils.gpt.bpe import count_pairs, merge_pair, split_bytes, train_bpe

# --------------------------------------------------------------------------- encode_chars


def makes_its_own_vocabulary(text, vocabulary):
    if unknown := set(text) - set(vocabulary):
        raise KeyError(unknown.pop())
    own = {character: i for i, character in enumerate(sorted(set(text)))}
    return [own[character] for character in text]


def unicode_numbers(text, vocabulary):
    if unknown := set(text) - set(vocabulary):
        raise KeyError(unknown.pop())
    return [ord(character) for character in text]


def drops_unknown_characters(text, vocabulary):
    return [vocabulary[character] for character in text if character in vocabulary]


def unknown_becomes_zero(text, vocabulary):
    return [vocabulary.get(character, 0) for character in text]


# ---------------------------------------------------------------------------- count_pairs


def forgets_how_often_words_occur(words):
    return Counter(pair for word in words for pair in pairwise(word))


def counts_across_words(words):
    row = [token for word, times in words.items() for _ in range(times) for token in word]
    return Counter(pairwise(row))


def once_for_each_word(words):
    counts = Counter()
    for word, times in words.items():
        for pair in set(pairwise(word)):
            counts[pair] += times
    return counts


def order_does_not_count(words):
    counts = Counter()
    for word, times in words.items():
        for pair in pairwise(word):
            counts[tuple(sorted(pair))] += times
    return counts


# ----------------------------------------------------------------------------- merge_pair


def only_the_first(word, pair):
    for i, here in enumerate(pairwise(word)):
        if here == tuple(pair):
            return (*word[:i], pair[0] + pair[1], *word[i + 2 :])
    return tuple(word)


def uses_a_token_twice(word, pair):
    merged, skip = [], False
    for i, token in enumerate(word):
        if tuple(word[i : i + 2]) == tuple(pair):
            merged.append(pair[0] + pair[1])
            skip = True
        elif skip:
            skip = False
        else:
            merged.append(token)
    return tuple(merged)


def from_right_to_left(word, pair):
    turned = merge_pair([token[::-1] for token in word][::-1], (pair[1][::-1], pair[0][::-1]))
    return tuple(token[::-1] for token in turned)[::-1]


def in_either_order(word, pair):
    merged, i = [], 0
    while i < len(word):
        if tuple(word[i : i + 2]) in (tuple(pair), tuple(pair)[::-1]):
            merged.append(word[i] + word[i + 1])
            i += 2
        else:
            merged.append(word[i])
            i += 1
    return tuple(merged)


def whatever_spells_the_same(word, pair):
    merged, i = [], 0
    while i < len(word):
        if i + 1 < len(word) and word[i] + word[i + 1] == pair[0] + pair[1]:
            merged.append(pair[0] + pair[1])
            i += 2
        else:
            merged.append(word[i])
            i += 1
    return tuple(merged)


# ------------------------------------------------------------------------------ train_bpe


def _train(words, n_merges, key):
    spelled = {split_bytes(word): times for word, times in words.items()}
    merges = []
    for _ in range(n_merges):
        counts = count_pairs(spelled)
        if not counts:
            break
        pair = min(counts, key=lambda pair: key(counts, pair))
        merges.append(pair)
        spelled = {merge_pair(word, pair): times for word, times in spelled.items()}
    return merges


def counts_only_once(words, n_merges):
    counts = count_pairs({split_bytes(word): times for word, times in words.items()})
    return sorted(counts, key=lambda pair: (counts[pair], pair), reverse=True)[:n_merges]


def takes_the_first_it_meets(words, n_merges):
    return _train(words, n_merges, lambda counts, pair: -counts[pair])


def takes_the_smallest(words, n_merges):
    return _train(words, n_merges, lambda counts, pair: (-counts[pair], pair))


def each_word_once(words, n_merges):
    return train_bpe(dict.fromkeys(words, 1), n_merges)


def rarest_first(words, n_merges):
    return _train(words, n_merges, lambda counts, pair: (counts[pair], pair))


# ----------------------------------------------------------------------------- bpe_encode


def takes_the_longest_token(word, ranks):
    known = {left + right for left, right in ranks}
    tokens, i = [], 0
    while i < len(word):
        size = next((n for n in range(len(word) - i, 1, -1) if word[i : i + n] in known), 1)
        tokens.append(word[i : i + size])
        i += size
    return tuple(tokens)


def from_left_to_right(word, ranks):
    tokens = split_bytes(word)
    while pair := next((pair for pair in pairwise(tokens) if pair in ranks), None):
        tokens = merge_pair(tokens, pair)
    return tokens


def one_merge_only(word, ranks):
    tokens = split_bytes(word)
    known = [pair for pair in pairwise(tokens) if pair in ranks]
    return merge_pair(tokens, min(known, key=ranks.get)) if known else tokens


def last_merge_first(word, ranks):
    tokens = split_bytes(word)
    while known := [pair for pair in pairwise(tokens) if pair in ranks]:
        tokens = merge_pair(tokens, max(known, key=ranks.get))
    return tokens


def as_they_are_listed(word, ranks):
    tokens = split_bytes(word)
    for pair in ranks:
        tokens = merge_pair(tokens, pair)
    return tokens


# ------------------------------------------------------------------------ bigram_log_probs


def _counts(tokens, vocab_size):
    pairs = tokens[:-1] * vocab_size + tokens[1:]
    counts = torch.bincount(pairs, minlength=vocab_size**2).view(vocab_size, vocab_size)
    return counts.double()


def columns_sum_to_one(tokens, vocab_size, pseudo_count=1.0):
    counts = _counts(tokens, vocab_size) + pseudo_count
    return (counts / counts.sum(dim=0, keepdim=True)).log().float()


def rows_are_the_next_token(tokens, vocab_size, pseudo_count=1.0):
    counts = _counts(tokens, vocab_size) + pseudo_count
    return (counts / counts.sum(dim=1, keepdim=True)).log().float().T


def shares_of_all_pairs(tokens, vocab_size, pseudo_count=1.0):
    counts = _counts(tokens, vocab_size) + pseudo_count
    return (counts / counts.sum()).log().float()


def forgets_the_logarithm(tokens, vocab_size, pseudo_count=1.0):
    counts = _counts(tokens, vocab_size) + pseudo_count
    return (counts / counts.sum(dim=1, keepdim=True)).float()


def divides_by_the_bare_counts(tokens, vocab_size, pseudo_count=1.0):
    counts = _counts(tokens, vocab_size)
    seen = counts.sum(dim=1, keepdim=True).clamp(min=1)
    return ((counts + pseudo_count) / seen).log().float()


def ignores_the_pseudo_count(tokens, vocab_size, pseudo_count=1.0):
    counts = _counts(tokens, vocab_size) + 1
    return (counts / counts.sum(dim=1, keepdim=True)).log().float()


# ------------------------------------------------------------------------------ get_batch


def _windows(data, batch_size, T, generator, n_starts=None):
    starts = torch.randint(n_starts or len(data) - T, (batch_size, 1), generator=generator)
    return starts + torch.arange(T)


def targets_are_the_inputs(data, batch_size, context_length, generator=None):
    places = _windows(data, batch_size, context_length, generator)
    return data[places], data[places]


def only_the_last_target(data, batch_size, context_length, generator=None):
    places = _windows(data, batch_size, context_length, generator)
    return data[places], data[places[:, -1] + 1]


def never_the_last_window(data, batch_size, context_length, generator=None):
    n_starts = max(1, len(data) - context_length - 1)
    places = _windows(data, batch_size, context_length, generator, n_starts)
    return data[places], data[places + 1]


def one_window_many_times(data, batch_size, context_length, generator=None):
    places = _windows(data, 1, context_length, generator).expand(batch_size, context_length)
    return data[places], data[places + 1]


def ignores_the_generator(data, batch_size, context_length, generator=None):
    places = _windows(data, batch_size, context_length, None)
    return data[places], data[places + 1]


def always_the_same_windows(data, batch_size, context_length, generator=None):
    starts = torch.arange(batch_size)[:, None] % (len(data) - context_length)
    places = starts + torch.arange(context_length)
    return data[places], data[places + 1]
