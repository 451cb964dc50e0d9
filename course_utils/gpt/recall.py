"""What a model remembers: does it complete what a story said long before? Used in notebook 11.

The grammar of Tiny Tales knows the places where a story must return to something it said
(data/facts.py). Put a model there, let it see only the last so many characters, and look how
probable it is that it writes the right completion.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from course_utils.data.tales import long_range_facts, split_stories
from course_utils.gpt.model import GPT
from course_utils.gpt.tokenizers import Tokenizer

Chooser = Callable[[Float[Tensor, "N V"]], Float[Tensor, "N V"]]
LONGEST = 16 * 1024  # tokens in one pass through the model, so that memory stays small


@dataclass(frozen=True)
class Recall:
    """A place in a text where one completion is right.

    before: the text up to there. distance: how many characters of it one must see to know.
    """

    before: str
    completion: str
    alternatives: tuple[str, ...]
    distance: int


def recalls(text: str, min_distance: int = 40, context_length: int = 1000) -> list[Recall]:
    """Every long-range fact of a text of whole stories, with up to `context_length` characters
    before it, those of earlier stories included. The first stories, with fewer, are left out."""
    places, position = [], 0
    for story in split_stories(text):
        start = text.index(story, position)
        position = start + len(story)
        for fact in long_range_facts(story, min_distance):
            here = start + fact.needed
            if here >= context_length:
                before = text[here - context_length : here]
                places.append(Recall(before, fact.completion, fact.alternatives, fact.distance))
    return places


def greedy(logits: Float[Tensor, "N V"]) -> Float[Tensor, "N V"]:
    """All the probability on the likeliest token."""
    return torch.zeros_like(logits).scatter(-1, logits.argmax(dim=-1, keepdim=True), 1.0)


@torch.inference_mode()
def recall_probabilities(
    model: GPT,
    tokenizer: Tokenizer,
    places: Sequence[Recall],
    context_length: int,
    choose: Chooser = greedy,
) -> np.ndarray:
    """How probable it is, at each place, that the model writes the right completion: (n_places,).

    The model sees the last `context_length` characters before the place. `choose` makes
    probabilities of scores; greedy gives 0 or 1. The probability of a completion is the product of
    those of its tokens, of which the first may begin with the space before it.

    Raises ValueError when a place has fewer characters before it, or when they and the completion
    are more tokens than the model can look at.
    """
    if not places:
        return np.zeros(0)
    check_context(places, context_length)
    encoded = [encode_place(tokenizer, place, context_length) for place in places]
    longest = max(len(tokens) for tokens, _ in encoded)
    longest_answer = max(len(tokens) - n_seen for tokens, n_seen in encoded)
    if longest - 1 > model.config.context_length:
        raise ValueError(
            f"{context_length} characters and a completion are up to {longest} tokens here, and "
            f"the model can look at {model.config.context_length}: take fewer characters."
        )
    rows = torch.zeros(len(places), longest, dtype=torch.int64)
    positions = torch.zeros(len(places), longest_answer, dtype=torch.int64)  # of the answer
    for i, (tokens, n_seen) in enumerate(encoded):
        rows[i, : len(tokens)] = torch.tensor(tokens)
        positions[i] = torch.arange(n_seen, n_seen + longest_answer).clamp(max=longest - 1)
    is_answer = positions < torch.tensor([[len(tokens)] for tokens, _ in encoded])
    was_training = model.training
    model.eval()
    probabilities = []
    n_rows = max(1, LONGEST // longest)
    for part, where, counts in zip(
        rows.split(n_rows), positions.split(n_rows), is_answer.split(n_rows), strict=True
    ):
        logits, _ = model(part[:, :-1].to(model.device))
        at = torch.arange(len(part))[:, None]
        probs = choose(logits[at, where - 1].flatten(0, 1).float()).cpu()  # (n * longest_answer, V)
        of_answers = probs.gather(-1, part[at, where].view(-1, 1)).view(where.shape)
        probabilities.append(of_answers.masked_fill(~counts, 1.0).prod(dim=-1))
    model.train(was_training)
    return torch.cat(probabilities).numpy()


def encode_place(tokenizer: Tokenizer, place: Recall, n: int) -> tuple[list[int], int]:
    """The last n characters and the completion as tokens, and how many come before it."""
    before = place.before[-n:]
    tokens = tokenizer.encode(before + place.completion)
    n_seen, length = 0, 0
    while length + len(tokenizer.decode(tokens[n_seen : n_seen + 1])) <= len(before):
        length += len(tokenizer.decode(tokens[n_seen : n_seen + 1]))
        n_seen += 1
    if n_seen == 0:
        raise ValueError(f"{before!r} is less than a token: take more characters.")
    return tokens, n_seen


def check_context(places: Sequence[Recall], context_length: int) -> None:
    shortest = min(len(place.before) for place in places)
    if not 1 <= context_length <= shortest:
        raise ValueError(
            f"context_length is {context_length}, and the shortest text before a place has "
            f"{shortest} characters: take recalls(text, context_length={context_length})."
        )
