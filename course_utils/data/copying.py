"""A riddle that only a look into the past can solve: letters that repeat. Used in notebook 08.

A sequence is a word of different letters, drawn anew each time, said again and again:

    q x m d q x m d q x m d ...

How long the word is, changes from sequence to sequence. Once a letter comes back, the next one is
certain: it is the one that followed last time. Whoever sees the current letter only can but guess,
since the words are random: of the other 25 letters one is as likely as another.
"""

import string

import numpy as np

LETTERS = string.ascii_lowercase
UNKNOWABLE = -100  # marks targets that nobody can know; torch's cross_entropy leaves -100 out


def repeating_sequences(
    rng: np.random.Generator,
    n_sequences: int,
    n_tokens: int = 32,
    word_lengths: tuple[int, int] = (4, 16),
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Draw sequences, what follows each of their letters, and the lengths of their words.

    word_lengths: shortest and longest word; each length is equally likely.
    Returns inputs (N, T), targets (N, T) and lengths (N,), whole numbers. Letters are numbered as
    in LETTERS. The target of position t is the letter of position t + 1. During the first round
    nobody can know it, and it is UNKNOWABLE.

    Raises ValueError when the words do not fit the alphabet or the sequences.
    """
    shortest, longest = word_lengths
    if not 1 <= shortest <= longest <= len(LETTERS):
        raise ValueError(
            f"word_lengths is {word_lengths}; shortest and longest must be in order and lie "
            f"between 1 and {len(LETTERS)}, since all letters of a word differ."
        )
    if n_tokens <= longest:
        raise ValueError(
            f"A word of {longest} letters does not return within {n_tokens} tokens: take longer "
            f"sequences or shorter words."
        )
    lengths = rng.integers(shortest, longest + 1, size=(n_sequences, 1))  # (N, 1)
    alphabets = np.tile(np.arange(len(LETTERS)), (n_sequences, 1))  # (N, 26)
    shuffled = rng.permuted(alphabets, axis=1)
    time = np.arange(n_tokens + 1)  # (T + 1,)
    letters = np.take_along_axis(shuffled, time % lengths, axis=1)  # (N, T + 1)
    inputs, targets = letters[:, :-1], letters[:, 1:].copy()
    targets[time[:-1] < lengths] = UNKNOWABLE
    return inputs, targets, lengths[:, 0]


def spell(letters: np.ndarray) -> str:
    """Write one sequence of numbers as letters: (T,) -> text."""
    return "".join(LETTERS[letter] for letter in letters)
