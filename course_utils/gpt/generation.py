"""Text as fast as a CPU can write it: `generate` with a cache. Measured in notebook 11.

sampling.py has the plain version, which notebook 11 derives; within the model's context both draw
the same tokens.
"""

import contextlib
from collections.abc import Iterator

import torch
from jaxtyping import Float, Int
from torch import Tensor

from course_utils.gpt.cache import KVCache
from course_utils.gpt.model import GPT
from course_utils.gpt.sampling import (
    penalize_repetition,
    temperature_probs,
    top_k_filter,
    top_p_filter,
)


def generate(
    model: GPT,
    tokens: Int[Tensor, "B T"],
    n_new: int,
    *,
    temperature: float = 1.0,
    top_k: int | None = None,
    top_p: float | None = None,
    repetition_penalty: float = 1.0,
    generator: torch.Generator | None = None,
    use_cache: bool = True,
    stop_token: int | None = None,
    cache: KVCache | None = None,
) -> Int[Tensor, "B T+n_new"]:
    """Continue each row of `tokens` by `n_new` tokens, drawn from what the model expects next.

    Temperature 0 takes the likeliest token each time. `top_k` and `top_p` draw from the likeliest
    tokens alone; a `repetition_penalty` above 1 makes tokens that occurred before less likely.
    A row that draws `stop_token` is filled up with it, and when all have, generation ends early.
    The cache changes the speed, not the tokens. To go on from an earlier call, pass its `cache`.
    """
    check_options(tokens, n_new, temperature, top_k, top_p, repetition_penalty)
    if use_cache and cache is None:
        cache = KVCache(model)
    finished = torch.zeros(len(tokens), 1, dtype=torch.bool, device=tokens.device)  # (B, 1)
    with torch.inference_mode(), evaluating(model if cache is None else cache.model):
        for _ in range(n_new):
            start = window_start(tokens.shape[1], model.config.context_length)
            if cache is None:
                logits, _ = model(tokens[:, start:])
            else:
                logits, _ = cache.model(cache.unseen(tokens, start), cache=cache)
            scores = logits[:, -1].float()  # (B, T, V) -> (B, V): only what follows the last token
            if repetition_penalty != 1:
                scores = penalize_repetition(scores, tokens, repetition_penalty)
            if temperature == 0:  # nothing to draw
                token = scores.argmax(dim=-1, keepdim=True)  # (B, 1)
            else:
                probs = temperature_probs(scores, temperature)  # (B, V)
                if top_k is not None:
                    probs = top_k_filter(probs, top_k)
                if top_p is not None:
                    probs = top_p_filter(probs, top_p)
                token = draw(probs, generator)  # (B, 1)
            if stop_token is not None:
                token = token.masked_fill(finished, stop_token)
                finished = token == stop_token
            tokens = torch.cat([tokens, token], dim=1)
            if stop_token is not None and finished.all():
                break
    return tokens.clone()  # outside of inference mode, so that it may be trained on


def stream(
    model: GPT,
    tokens: Int[Tensor, "B T"],
    n_new: int,
    *,
    use_cache: bool = True,
    stop_token: int | None = None,
    **options,
) -> Iterator[Int[Tensor, "B"]]:
    """Yield the tokens that `generate` would return, each as soon as it is drawn.

    The options are those of `generate`.
    """
    cache = KVCache(model) if use_cache else None
    finished = torch.zeros(len(tokens), dtype=torch.bool, device=tokens.device)  # (B,)
    for _ in range(n_new):
        tokens = generate(model, tokens, 1, use_cache=use_cache, cache=cache, **options)
        if stop_token is not None:
            tokens[:, -1].masked_fill_(finished, stop_token)
            finished = tokens[:, -1] == stop_token
        yield tokens[:, -1]
        if finished.all():
            return


def window_start(n_tokens: int, context_length: int) -> int:
    """Where the model starts to read when it predicts the token that follows `n_tokens`.

    While all of them fit, at 0. After that the window does not slide by one token each time: it
    jumps ahead by half of its length, and then fills up again. In a slid window every token has a
    new place and a shorter past, so all keys and values would have to be computed anew for each
    token. With jumps this happens once for every half window, and the cost per token stays flat.
    """
    jump = (context_length + 1) // 2
    excess = max(0, n_tokens - context_length)
    return jump * -(-excess // jump)  # the smallest multiple of `jump` that is enough


def draw(probs: Float[Tensor, "B V"], generator: torch.Generator | None) -> Int[Tensor, "B 1"]:
    """Draw one token for each row, on the device of the generator if there is one.

    A race: of waiting times that are exponential with rate p, token i's is the shortest with
    probability p_i. As torch.multinomial does it, without its checks.
    """
    device = probs.device if generator is None else generator.device
    waiting = torch.empty_like(probs, device=device).exponential_(generator=generator)
    return (probs / waiting.to(probs.device)).argmax(dim=-1, keepdim=True)


@contextlib.contextmanager
def evaluating(model: GPT) -> Iterator[None]:
    """Switch dropout off for a while; a lean twin has none anyway."""
    was_training = model.training
    if was_training:
        model.eval()
    try:
        yield
    finally:
        if was_training:
            model.train()


def check_options(tokens, n_new, temperature, top_k, top_p, repetition_penalty) -> None:
    if not isinstance(tokens, Tensor):
        raise TypeError(
            f"tokens must be a tensor of shape (batch, time), but are of type "
            f"{type(tokens).__name__}. For one sequence, write torch.tensor([ids])."
        )
    if n_new < 0:
        raise ValueError(f"n_new is {n_new}; it must not be negative.")
    if tokens.ndim != 2 or tokens.shape[1] == 0:
        raise ValueError(
            f"tokens must have shape (batch, time) with at least one token to continue, not "
            f"{tuple(tokens.shape)}. Start an empty text with a newline or an end-of-text token."
        )
    if not temperature >= 0:  # nan is neither above 0 nor below
        raise ValueError(f"temperature is {temperature}; it must be 0 (greedy) or more.")
    if top_k is not None and top_k < 1:
        raise ValueError(f"top_k is {top_k}; it must be 1 or more, or None for all tokens.")
    if top_p is not None and not 0 < top_p <= 1:
        raise ValueError(f"top_p is {top_p}; it must lie above 0 and be at most 1.")
    if not repetition_penalty > 0:
        raise ValueError(f"repetition_penalty is {repetition_penalty}; it must be above 0.")
