"""Well-known mistakes of notebook 07 in byte-pair encoding."""

from collections import Counter
from itertools import pairwise

from course_utils.exercises.exercise import Misconception
from course_utils.gpt.bpe import count_pairs, merge_pair, split_bytes, train_bpe

# ---------------------------------------------------------------------------- count_pairs


def _forgets_how_often_words_occur(words):
    return Counter(pair for word in words for pair in pairwise(word))


def _counts_across_words(words):
    row = [token for word, times in words.items() for _ in range(times) for token in word]
    return Counter(pairwise(row))


def _once_for_each_word(words):
    counts = Counter()
    for word, times in words.items():
        for pair in set(pairwise(word)):
            counts[pair] += times
    return counts


def _joins_the_two(words):
    counts = Counter()
    for word, times in words.items():
        for left, right in pairwise(word):
            counts[left + right] += times
    return counts


def _misses_the_last_pair(words):
    counts = Counter()
    for word, times in words.items():
        for i in range(len(word) - 2):
            counts[word[i], word[i + 1]] += times
    return counts


def _last_word_wins(words):
    counts = Counter()
    for word, times in words.items():
        for pair in pairwise(word):
            counts[pair] = times
    return counts


def _order_does_not_count(words):
    counts = Counter()
    for word, times in words.items():
        for pair in pairwise(word):
            counts[tuple(sorted(pair))] += times
    return counts


COUNT_PAIRS = (
    Misconception(
        "forgets how often a word occurs",
        _forgets_how_often_words_occur,
        "Each word counts once here. A word that occurs 3 times in the text brings each "
        "of its pairs 3 times: add the word's count.",
    ),
    Misconception(
        "counts across the ends of words",
        _counts_across_words,
        "Pairs of the last token of one word and the first of the next are counted too. "
        "The words come from all over the text and are not neighbours.",
    ),
    Misconception(
        "counts a pair once for each word",
        _once_for_each_word,
        "A pair that stands in a word twice is counted once. In `b a n a n a` the pair "
        "`a n` stands twice.",
    ),
    Misconception(
        "joins the two tokens of a pair",
        _joins_the_two,
        "Your keys are joined tokens, `he` in the place of the pair (h, e). Then `t he` "
        "and `th e` would be one pair. A key is a tuple of two tokens.",
    ),
    Misconception(
        "misses the last pair",
        _misses_the_last_pair,
        "The last pair of each word is missing. A word of n tokens has n - 1 pairs, at the "
        "places 0 to n - 2: `range(len(word) - 1)`.",
    ),
    Misconception(
        "lets the last word win",
        _last_word_wins,
        "Each word writes its count over what the words before it have counted. Add: "
        "`counts[pair] += times`.",
    ),
    Misconception(
        "forgets the order of the two",
        _order_does_not_count,
        "`a b` and `b a` are thrown together. They are different pairs and will be "
        "different tokens.",
    ),
)

# ----------------------------------------------------------------------------- merge_pair


def _only_the_first(word, pair):
    for i, here in enumerate(pairwise(word)):
        if here == tuple(pair):
            return (*word[:i], pair[0] + pair[1], *word[i + 2 :])
    return tuple(word)


def _uses_a_token_twice(word, pair):
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


def _loses_the_last_token(word, pair):
    merged, i = [], 0
    while i < len(word) - 1:
        if (word[i], word[i + 1]) == tuple(pair):
            merged.append(word[i] + word[i + 1])
            i += 2
        else:
            merged.append(word[i])
            i += 1
    return tuple(merged)


def _puts_the_pair_in(word, pair):
    left, right = pair
    return tuple(
        part
        for token in merge_pair(word, pair)
        for part in ((pair,) if token == left + right and token not in word else (token,))
    )


def _looks_at_the_spelling(word, pair):
    left, right = (token.decode() for token in pair)
    spelled = " ".join(token.decode() for token in word).replace(f"{left} {right}", left + right)
    return tuple(token.encode() for token in spelled.split())


def _from_right_to_left(word, pair):
    turned = merge_pair([token[::-1] for token in word][::-1], (pair[1][::-1], pair[0][::-1]))
    return tuple(token[::-1] for token in turned)[::-1]


def _in_either_order(word, pair):
    merged, i = [], 0
    while i < len(word):
        if tuple(word[i : i + 2]) in (tuple(pair), tuple(pair)[::-1]):
            merged.append(word[i] + word[i + 1])
            i += 2
        else:
            merged.append(word[i])
            i += 1
    return tuple(merged)


def _whatever_spells_the_same(word, pair):
    merged, i = [], 0
    while i < len(word):
        if i + 1 < len(word) and word[i] + word[i + 1] == pair[0] + pair[1]:
            merged.append(pair[0] + pair[1])
            i += 2
        else:
            merged.append(word[i])
            i += 1
    return tuple(merged)


MERGE_PAIR = (
    Misconception(
        "merges only the first",
        _only_the_first,
        "Only the first meeting of the pair is joined. Go on to the end of the word.",
    ),
    Misconception(
        "uses a token twice",
        _uses_a_token_twice,
        "In `a a a` the middle token is used in two merges, and the word has grown. After "
        "a merge, go on behind both of its tokens.",
    ),
    Misconception(
        "loses the last token",
        _loses_the_last_token,
        "Where the last token of the word takes no part in a merge, it is missing. It has no "
        "right neighbour, and must be kept all the same: go to the end of the word, and "
        "ask whether there is a next token before you look at it.",
    ),
    Misconception(
        "puts the pair in",
        _puts_the_pair_in,
        "You put the pair into the word, a tuple of two tokens. The two are to become one "
        "token: `left + right`.",
    ),
    Misconception(
        "looks at the spelling",
        _looks_at_the_spelling,
        "You search the word as a text, and find the pair `a n` inside the tokens `ba n` "
        "too. Compare token with token.",
    ),
    Misconception(
        "goes from right to left",
        _from_right_to_left,
        "In `a a a` you join the last two. Go from left to right: `aa a`.",
    ),
    Misconception(
        "merges in either order",
        _in_either_order,
        "Where the two tokens stand the other way round they are joined as well. The pair "
        "`a b` is an a followed by a b.",
    ),
    Misconception(
        "merges whatever spells the same",
        _whatever_spells_the_same,
        "You join two tokens when their letters together spell the pair's: `t he` for the "
        "pair `th e`. Compare token with token, not the joined letters.",
    ),
)

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


def _counts_only_once(words, n_merges):
    counts = count_pairs({split_bytes(word): times for word, times in words.items()})
    return sorted(counts, key=lambda pair: (counts[pair], pair), reverse=True)[:n_merges]


def _takes_the_first_it_meets(words, n_merges):
    return _train(words, n_merges, lambda counts, pair: -counts[pair])


def _takes_the_smallest(words, n_merges):
    return _train(words, n_merges, lambda counts, pair: (-counts[pair], pair))


def _greatest_when_joined(words, n_merges):
    return _train(
        words, n_merges, lambda counts, pair: (-counts[pair], _turned(pair[0] + pair[1], 64))
    )


def _greatest_first_token(words, n_merges):
    return _train(words, n_merges, lambda counts, pair: (-counts[pair], _turned(pair[0], 64)))


def _turned(token, length):
    """Turn the order of byte strings round: the greatest has the smallest of these."""
    return tuple(255 - byte for byte in token) + (256,) * (length - len(token))


def _joined_tokens(words, n_merges):
    return [left + right for left, right in train_bpe(words, n_merges)]


def _stops_at_single_pairs(words, n_merges):
    spelled = {split_bytes(word): times for word, times in words.items()}
    merges = []
    for _ in range(n_merges):
        counts = count_pairs(spelled)
        if not counts or max(counts.values()) < 2:
            break
        merges.append(max(counts, key=lambda pair: (counts[pair], pair)))
        spelled = {merge_pair(word, merges[-1]): times for word, times in spelled.items()}
    return merges


def _each_word_once(words, n_merges):
    return train_bpe(dict.fromkeys(words, 1), n_merges)


def _rarest_first(words, n_merges):
    return _train(words, n_merges, lambda counts, pair: (counts[pair], pair))


TRAIN_BPE = (
    Misconception(
        "counts only once",
        _counts_only_once,
        "These are the most frequent pairs at the start. After a merge the counts change, "
        "and new pairs appear, with the new token in them: count again each time.",
    ),
    Misconception(
        "takes the first of equally frequent pairs that it meets",
        _takes_the_first_it_meets,
        "Where pairs are equally frequent you take the one that is met first, which "
        "depends on the order of the words. Take the greatest: let `max` compare "
        "`(counts[pair], pair)`.",
    ),
    Misconception(
        "takes the smallest of equally frequent pairs",
        _takes_the_smallest,
        "Of equally frequent pairs you take the first in the alphabet. The rule here is "
        "the greatest, the last in the alphabet.",
    ),
    Misconception(
        "compares the joined letters of equally frequent pairs",
        _greatest_when_joined,
        "Of equally frequent pairs you take the one whose letters, joined, are the "
        "greatest. The rule compares the pairs as tuples: first tokens first, then the "
        "second ones. (ab, a) is greater than (a, z), though aba is less than az.",
    ),
    Misconception(
        "compares only the first tokens of equally frequent pairs",
        _greatest_first_token,
        "Of equally frequent pairs you compare the first tokens alone. Where these are "
        "equal too, the second ones decide: compare the whole tuples.",
    ),
    Misconception(
        "returns the new tokens",
        _joined_tokens,
        "You return the new tokens, joined. To cut a text one must know of which two each "
        "was made: return the pairs, as tuples.",
    ),
    Misconception(
        "stops at pairs that occur once",
        _stops_at_single_pairs,
        "You stop when every pair occurs only once. The task goes on until there is no "
        "pair left, or `n_merges` are done.",
    ),
    Misconception(
        "takes the rarest pair",
        _rarest_first,
        "You merge the rarest pair. The most frequent one saves the most tokens.",
    ),
    Misconception(
        "counts every word once",
        _each_word_once,
        "Rare and frequent words weigh the same here. Keep how often each word occurs "
        "when you cut it into bytes, and when you merge.",
    ),
)

# ----------------------------------------------------------------------------- bpe_encode


def _takes_the_longest_token(word, ranks):
    known = {left + right for left, right in ranks}
    tokens, i = [], 0
    while i < len(word):
        size = next((n for n in range(len(word) - i, 1, -1) if word[i : i + n] in known), 1)
        tokens.append(word[i : i + size])
        i += size
    return tuple(tokens)


def _from_left_to_right(word, ranks):
    tokens = split_bytes(word)
    while pair := next((pair for pair in pairwise(tokens) if pair in ranks), None):
        tokens = merge_pair(tokens, pair)
    return tokens


def _one_merge_only(word, ranks):
    tokens = split_bytes(word)
    known = [pair for pair in pairwise(tokens) if pair in ranks]
    return merge_pair(tokens, min(known, key=ranks.get)) if known else tokens


def _last_merge_first(word, ranks):
    tokens = split_bytes(word)
    while known := [pair for pair in pairwise(tokens) if pair in ranks]:
        tokens = merge_pair(tokens, max(known, key=ranks.get))
    return tokens


def _stops_at_the_first_that_is_missing(word, ranks):
    tokens = split_bytes(word)
    for pair in sorted(ranks, key=ranks.get):
        if pair not in pairwise(tokens):
            break
        tokens = merge_pair(tokens, pair)
    return tokens


def _from_the_right(word, ranks):
    tokens = list(split_bytes(word))
    while known := [(ranks[pair], -i) for i, pair in enumerate(pairwise(tokens)) if pair in ranks]:
        i = -min(known)[1]
        tokens[i : i + 2] = [tokens[i] + tokens[i + 1]]
    return tuple(tokens)


def _as_they_are_listed(word, ranks):
    tokens = split_bytes(word)
    for pair in ranks:
        tokens = merge_pair(tokens, pair)
    return tokens


BPE_ENCODE = (
    Misconception(
        "takes the longest token that fits",
        _takes_the_longest_token,
        "From left to right, you take the longest token that the vocabulary has. It is a "
        "tokenizer too, but not this one: the merges must be done in their order.",
    ),
    Misconception(
        "goes from left to right",
        _from_left_to_right,
        "You merge the leftmost pair that can be merged. Merge the one that was learned "
        "first, wherever it stands: the lowest rank.",
    ),
    Misconception(
        "merges one pair only",
        _one_merge_only,
        "One pair is merged, and then you stop. Go on with the next lowest rank until no "
        "pair of neighbours has a rank.",
    ),
    Misconception(
        "last merge first",
        _last_merge_first,
        "You take the highest rank. The merges of the training are done again in their "
        "order, from rank 0 up.",
    ),
    Misconception(
        "stops at the first merge that is not there",
        _stops_at_the_first_that_is_missing,
        "You go through the ranks in order, which is right, and stop at the first pair "
        "that the word does not have. Most merges do not concern a word: pass over those.",
    ),
    Misconception(
        "goes from right to left",
        _from_the_right,
        "In `a a a` you join the last two. Where one pair meets several times, join from "
        "left to right, as `merge_pair` does.",
    ),
    Misconception(
        "goes by the order of the dictionary",
        _as_they_are_listed,
        "You do the merges in the order in which `ranks` lists them. Go by the numbers: "
        "the lowest rank first.",
    ),
)
