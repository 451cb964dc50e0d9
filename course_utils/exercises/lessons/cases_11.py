"""What the exercises of notebook 11 are tried on, and how texts that are drawn are put to the test.

A text that is drawn can come out in many right ways. So `generate` writes with a model whose every
score is known (`TableModel`), thousands of texts at once, and what is compared are properties.
"""

from types import SimpleNamespace
from typing import Any

import numpy as np
import torch

from course_utils.exercises.comparing import plain
from course_utils.exercises.drives import a_tensor, load_weights, to_tensors
from course_utils.exercises.exercise import Case, case
from course_utils.gpt.attention import GPTAttention
from course_utils.gpt.sampling import temperature_probs, top_k_filter, top_p_filter


def _scores(rng: np.random.Generator, B: int, V: int, scale: float = 2.0) -> np.ndarray:
    """Scores (B, V) of which no two in a row are equal."""
    levels = np.arange(V) + rng.uniform(-0.3, 0.3, (B, V))
    return np.round(rng.permuted(levels - V / 2, axis=1) * scale / np.sqrt(V), 2)


def _probs(rng: np.random.Generator, B: int, V: int) -> np.ndarray:
    exponentials = np.exp(_scores(rng, B, V))
    return exponentials / exponentials.sum(axis=1, keepdims=True)


# ----------------------------------------------------------------------- temperature_probs


def temperature_cases(rng: np.random.Generator) -> list[Case]:
    by_hand = np.array([[0.0, np.log(2.0), np.log(3.0)]])
    return [
        case("three tokens", logits=by_hand, temperature=0.5),
        case("three tokens", logits=by_hand, temperature=1.0),
        case("hot and cold", logits=_scores(rng, 3, 5), temperature=0.3),
        case("hot and cold", logits=_scores(rng, 2, 7), temperature=1.7),
        case("hot and cold", logits=_scores(rng, 4, 3), temperature=float(rng.uniform(2, 3))),
        case("temperature 0", logits=np.array([[1.0, 3.0, 2.0]]), temperature=0),
        case("temperature 0", logits=_scores(rng, 3, 6), temperature=0.0),
        case("temperature 0", logits=np.array([[0.5, 0.500001]]), temperature=0),
        case("temperature 0", logits=np.array([[1.0, 3.0, 3.0]]), temperature=0),
        case("huge scores", logits=np.array([[1000.0, 999.0], [-1000.0, 0.0]]), temperature=0.5),
    ]


# ----------------------------------------------------------------------------- top_k_filter


def top_k_cases(rng: np.random.Generator) -> list[Case]:
    return [
        case("four tokens", probs=np.array([[0.1, 0.4, 0.2, 0.3]]), k=2),
        case("several rows", probs=_probs(rng, 3, 5), k=3),
        case("several rows", probs=_probs(rng, 4, 9), k=int(rng.integers(3, 7))),
        case(
            "several rows",
            probs=np.array([[0.7, 0.1, 0.05, 0.15], [0.3, 0.28, 0.22, 0.2]]),
            k=2,
        ),
        case("only one is kept", probs=_probs(rng, 2, 6), k=1),
        case("k reaches all tokens", probs=_probs(rng, 2, 4), k=4),
        case("k reaches all tokens", probs=_probs(rng, 2, 3), k=5),
        case("ties", probs=np.array([[0.125, 0.25, 0.375, 0.25]]), k=2),
    ]


# ----------------------------------------------------------------------------- top_p_filter


def top_p_cases(rng: np.random.Generator) -> list[Case]:
    def drawn(group: str, B: int, V: int) -> Case:
        probs = _probs(rng, B, V)
        sums = np.cumsum(-np.sort(-probs, axis=1), axis=1)
        while True:
            # Not next to a sum at which one token more would be needed: rounding would decide.
            p = round(float(rng.uniform(0.6, 0.9)), 3)
            if np.abs(sums - p).min() > 1e-3:
                return case(group, probs=probs, p=p)

    return [
        case("four tokens", probs=np.array([[0.15, 0.05, 0.5, 0.3]]), p=0.7),
        case("four tokens", probs=np.array([[0.15, 0.05, 0.5, 0.3]]), p=0.9),
        drawn("several rows", 3, 5),
        drawn("several rows", 4, 8),
        drawn("several rows", 2, 12),
        case(
            "rows that need different numbers",
            probs=np.array([[0.05, 0.7, 0.2, 0.05], [0.3, 0.2, 0.28, 0.22]]),
            p=0.65,
        ),
        case("p is reached exactly", probs=np.array([[0.125, 0.5, 0.125, 0.25]]), p=0.75),
        case("the likeliest is enough", probs=np.array([[0.1, 0.8, 0.1], [0.6, 0.3, 0.1]]), p=0.5),
        case("p = 1 keeps all", probs=_probs(rng, 2, 4), p=1.0),
    ]


# --------------------------------------------------------------------------------- generate

DRAWS = 1000  # texts drawn at once: a loop over the rows, right but slow, is to be done in time
FEW_DRAWS = 50  # enough to tell two draws apart
LUCK = 20.0  # a right answer may be so unlucky as happens with probability 2 exp(-LUCK)
AS_LIKELY = "as often as it is likely"
GENERATE_PROPERTIES = (
    "the shape of the result",
    "it begins with the tokens given",
    "the tokens, where nothing is left to chance",
    "the first new token is drawn",
    "the second new token follows from the first",
    "the same generator gives the same tokens",
    "another generator gives others",
)


class TableModel(torch.nn.Module):
    """A language model that can be followed by hand. table: (V, V).

    It adds up all the tokens of the window that it has read so far, modulo V, and finds the scores
    of the next token in that row of the table. So what it expects depends on every token it sees.
    """

    def __init__(self, table: torch.Tensor, context_length: int):
        super().__init__()
        self.table = table
        self.config = SimpleNamespace(context_length=context_length, vocab_size=len(table))

    def forward(self, tokens, targets=None):
        return self.table[tokens.cumsum(dim=1) % len(self.table)], None  # (B, T, V)


def generate_cases(rng: np.random.Generator) -> list[Case]:
    def greedy(group: str, V: int, B: int, T: int, n_new: int, context_length: int) -> Case:
        return case(
            group,
            table=_scores(rng, V, V),
            context_length=context_length,
            tokens=rng.integers(1, V, (B, T)),
            n_new=n_new,
            temperature=0,
            top_k=None,
            top_p=None,
        )

    def drawn(group: str, temperature: float, top_k=None, top_p=None) -> Case:
        levels = np.array([1.4, 0.7, 0.0, -0.7, -1.4])
        return case(
            group,
            table=np.stack([rng.permutation(levels) for _ in levels]),
            context_length=4,
            tokens=np.full((DRAWS, 2), rng.integers(1, 5, 2)),
            n_new=2,
            temperature=temperature,
            top_k=top_k,
            top_p=top_p,
        )

    by_hand = np.array([[0.0, 2.0, 1.0], [1.0, 0.0, 2.0], [2.0, 1.0, 0.0]])
    return [
        case(
            "greedy, by hand",
            table=by_hand,
            context_length=4,
            tokens=np.array([[0, 1]]),
            n_new=2,
            temperature=0,
            top_k=None,
            top_p=None,
        ),
        greedy("greedy, several texts", 7, 3, 2, 4, 8),
        greedy("greedy, several texts", 5, 4, 3, 1, 9),
        greedy("longer than the context", 7, 2, 2, 9, 4),
        greedy("longer than the context", 11, 3, 6, 5, 3),
        greedy("nothing to add", 5, 2, 3, 0, 8),
        drawn("drawn at temperature 1", 1.0),
        drawn("drawn at other temperatures", 0.5),
        drawn("drawn at other temperatures", 2.0),
        drawn("drawn with filters", 1.0, top_k=3),
        drawn("drawn with filters", 2.0, top_p=0.7),
        drawn("drawn with filters", 0.5, top_k=4, top_p=0.8),
        drawn("drawn with filters", 2.0, top_k=3, top_p=0.75),  # the order of the two matters
    ]


def drive_generate(
    answer, table, context_length: int, tokens, n_new: int, temperature, top_k, top_p
) -> Any:
    """Continue the tokens, and a few of them twice with equal generators and once with another."""
    model = TableModel(torch.from_numpy(table), context_length)

    def draw(tokens, seed: int) -> Any:
        luck = torch.Generator().manual_seed(seed)
        given = torch.from_numpy(tokens)
        return plain(a_tensor(answer(model, given, n_new, temperature, top_k, top_p, luck)))

    drawn = draw(tokens, 1)
    if drawn is None:
        return None
    few = tokens[:FEW_DRAWS]
    return {"tokens": drawn, "few": draw(few, 1), "again": draw(few, 1), "other": draw(few, 2)}


def generate_properties(
    drawn, table, context_length: int, tokens, n_new: int, temperature, top_k, top_p
) -> dict:
    """Name what must hold of texts, whichever tokens are drawn."""
    got = drawn["tokens"]
    if got.ndim != 2 or got.dtype.kind not in "iu":
        raise ValueError("tokens should be whole numbers of shape (B, T)")
    found: dict[str, Any] = dict.fromkeys(GENERATE_PROPERTIES, "not looked at")
    found["the shape of the result"] = str(got.shape)
    if got.shape != (len(tokens), tokens.shape[1] + n_new):
        return found
    found["it begins with the tokens given"] = bool((got[:, : tokens.shape[1]] == tokens).all())
    same = np.array_equal(drawn["few"], drawn["again"])
    found["the same generator gives the same tokens"] = same
    new = got[:, tokens.shape[1] :]
    if temperature == 0:
        found["the tokens, where nothing is left to chance"] = new
        return found
    other = not np.array_equal(drawn["few"], drawn["other"])
    found["another generator gives others"] = other
    if new.min() < 0 or new.max() >= len(table):
        return found
    probs = _expected(table, temperature, top_k, top_p)
    state = tokens[0].sum() % len(table)
    found["the first new token is drawn"] = _how(new[:, 0], probs[state])
    found["the second new token follows from the first"] = all(
        _how(new[new[:, 0] == first, 1], probs[(state + first) % len(table)]) == AS_LIKELY
        for first in np.flatnonzero(probs[state])
    )
    return found


def _expected(table: np.ndarray, temperature, top_k, top_p) -> np.ndarray:
    """For each row of the table the probabilities from which a token is to be drawn: (V, V)."""
    probs = temperature_probs(torch.from_numpy(table), temperature)
    if top_k is not None:
        probs = top_k_filter(probs, top_k)
    if top_p is not None:
        probs = top_p_filter(probs, top_p)
    return probs.numpy()


def _how(drawn: np.ndarray, probs: np.ndarray) -> str:
    """Say how tokens are drawn: as often as they are likely, or how not.

    Bernstein's inequality bounds how far a count may be off, few draws included: by chance a right
    answer fails less than once in a million times.
    """
    counts = np.bincount(drawn, minlength=len(probs))
    expected = len(drawn) * probs
    allowed = np.sqrt(2 * LUCK * expected * (1 - probs)) + LUCK * (1 - probs) * 2 / 3
    if (np.abs(counts - expected) <= np.where(probs > 0, allowed, 0)).all():
        return AS_LIKELY
    if counts.max() == len(drawn):
        return "always the same"
    if counts[probs == 0].any():
        return "also where it is ruled out"
    likeliest = probs.argmax()
    return "too evenly" if counts[likeliest] < expected[likeliest] else "too seldom unlikely"


# -------------------------------------------------------------------------- CachedAttention


def cached_cases(rng: np.random.Generator) -> list[Case]:
    def layer(group: str, B: int, pieces: list[int], d_model: int, n_heads: int, rotary: bool):
        scale = d_model**-0.5
        weights = {
            "qkv.weight": rng.normal(0, 2 * scale, (3 * d_model, d_model)),
            "qkv.bias": rng.normal(0, 0.3, 3 * d_model),
            "project.weight": rng.normal(0, scale, (d_model, d_model)),
            "project.bias": rng.normal(0, 0.3, d_model),
        }
        return case(
            group,
            d_model=d_model,
            n_heads=n_heads,
            rotary=rotary,
            pieces=pieces,
            x=np.round(rng.normal(0, 1, (B, sum(pieces), d_model)), 2),
            weights={name: np.round(values, 2) for name, values in weights.items()},
        )

    by_hand = {
        # A query (a, b) is the token itself, a key is (0, 2a), and a value is (10a, 10b).
        "qkv.weight": np.array([[1.0, 0], [0, 1], [0, 0], [2, 0], [10, 0], [0, 10]]),
        "qkv.bias": np.zeros(6),
        "project.weight": np.array([[0.0, 1.0], [1.0, 0.0]]),  # swaps the two features
        "project.bias": np.zeros(2),
    }
    return [
        case(
            "three tokens, one by one",
            d_model=2,
            n_heads=1,
            rotary=False,
            pieces=[1, 1, 1],
            x=np.array([[[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]]),
            weights=by_hand,
        ),
        layer("one by one", 2, [1] * 5, 12, 3, rotary=False),
        layer("a beginning, then one by one", 2, [4, 1, 1, 1], 8, 2, rotary=False),
        layer("rotary positions", 1, [3, 1, 1, 1], 8, 2, rotary=True),
        layer("rotary positions", 3, [1, 1, 1, 1], 16, 4, rotary=True),
        layer("several new tokens at once", 2, [2, 3], 8, 2, rotary=False),
        layer("several new tokens at once", 1, [3, 1, 4, 2], 20, 5, rotary=True),
    ]


def drive_cached(answer: type, d_model: int, n_heads: int, rotary: bool, pieces, x, weights):
    """Build a cached layer around an attention with these weights and feed it x in pieces."""
    n_tokens = sum(pieces)
    attention = GPTAttention(d_model, n_heads, rotary_positions=n_tokens if rotary else 0)
    compute, asked = attention.queries_keys_values, []

    def counted(x, start=0):
        asked.append(x.shape[1])
        return compute(x, start)

    attention.queries_keys_values = counted
    layer = answer(load_weights(attention, weights), n_tokens)
    with torch.no_grad():
        outputs = [a_tensor(layer(piece)) for piece in to_tensors(x).split(pieces, dim=1)]
    if outputs[0] is None:
        return None
    found = {f"the output of call {i}": y for i, y in enumerate(outputs, start=1)}
    return plain(
        found
        | {
            "tokens remembered in the end": layer.length,
            "tokens of which q, k and v were computed": sum(asked),
        }
    )
