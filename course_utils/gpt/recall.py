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
    those of its tokens. One token must be one character, as those of a CharTokenizer are.

    Raises ValueError when a place has fewer characters before it, or when they and the completion
    do not fit into the model's context.
    """
    if not places:
        return np.zeros(0)
    answers = [tokenizer.encode(place.completion) for place in places]
    longest = max(map(len, answers))
    check_lengths(model, places, context_length, longest)
    rows = torch.zeros(len(places), context_length + longest, dtype=torch.int64)
    mask = torch.zeros(len(places), longest, dtype=torch.bool)  # True where the completion is
    for row, is_answer, place, answer in zip(rows, mask, places, answers, strict=True):
        seen = tokenizer.encode(place.before[-context_length:])
        row[: len(seen) + len(answer)] = torch.tensor(seen + answer)
        is_answer[: len(answer)] = True
    was_training = model.training
    model.eval()
    probabilities = []
    n_rows = max(1, LONGEST // rows.shape[1])
    for part, is_answer in zip(rows.split(n_rows), mask.split(n_rows), strict=True):
        part = part.to(model.device)
        logits, _ = model(part[:, :-1])
        targets = part[:, context_length:]  # (n, longest)
        logits = logits[:, context_length - 1 :]  # what is expected at each of them
        probs = choose(logits.flatten(0, 1).float()).view_as(logits)
        of_targets = probs.gather(-1, targets[..., None])[..., 0].cpu()  # (n, longest)
        probabilities.append(of_targets.masked_fill(~is_answer, 1.0).prod(dim=-1))
    model.train(was_training)
    return torch.cat(probabilities).numpy()


def check_lengths(model: GPT, places: Sequence[Recall], context_length: int, longest: int) -> None:
    if context_length < 1 or context_length + longest - 1 > model.config.context_length:
        raise ValueError(
            f"context_length is {context_length}; with completions of up to {longest} characters "
            f"it must lie between 1 and {model.config.context_length - longest + 1} for this model."
        )
    shortest = min(len(place.before) for place in places)
    if shortest < context_length:
        raise ValueError(
            f"A place has only {shortest} characters before it, not {context_length}: take "
            f"recalls(text, context_length={context_length})."
        )
