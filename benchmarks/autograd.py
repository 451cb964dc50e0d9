"""How much the autograd engine costs: one training step beside NumPy by hand, PyTorch, micrograd.

    python benchmarks/autograd.py [--rounds 60]

The step: an MLP of 64-64-10 features with ReLU, batch 64, softmax with cross-entropy, gradients of
all parameters, one step of gradient descent. Everyone starts from the same weights and must arrive
at the same ones. The peers take turns; a ratio is the median over the rounds of two peers' times in
the same round. One thread: the matrices are too small to share. micrograd (Andrej Karpathy, 2020)
has one object for each number, and neither exp nor log: it is given the gradient of the loss for
nothing. Exits with 1 when the engine is slower than it claims to be.
"""

import sys
import time
from dataclasses import dataclass

import numpy as np
from measuring import Report, every, median_seconds, options, ratio, seconds_of, take_turns
from threadpoolctl import threadpool_limits

from course_utils.scratch.autograd import Tensor
from course_utils.scratch.layers import softmax
from course_utils.scratch.operations import cross_entropy, linear

LEARNING_RATE = 0.1
LIMIT = 1.35  # times the step written by hand
STEPS_A_TURN = 50
SLOW_PEER_EVERY = 20  # rounds


@dataclass(frozen=True)
class Problem:
    """A batch x (N, D), labels (N,), and where the parameters start."""

    x: np.ndarray
    labels: np.ndarray
    start: tuple[np.ndarray, ...]  # W1 (H, D), b1 (H,), W2 (C, H), b2 (C,)

    @classmethod
    def draw(cls, n=64, d=64, h=64, c=10, dtype=np.float64, seed=0) -> "Problem":
        rng = np.random.default_rng(seed)
        start = (rng.normal(0, 0.1, (h, d)), np.zeros(h), rng.normal(0, 0.1, (c, h)), np.zeros(c))
        x, labels = rng.normal(size=(n, d)), rng.integers(0, c, n)
        return cls(x.astype(dtype), labels, tuple(p.astype(dtype) for p in start))


class ByHand:
    """What you write when you derive every gradient on paper, and nothing else."""

    def __init__(self, problem: Problem):
        self.x, self.labels = problem.x, problem.labels
        self.parameters = [p.copy() for p in problem.start]

    def step(self) -> None:
        x, (W1, b1, W2, b2) = self.x, self.parameters
        n, each = len(x), np.arange(len(x))
        z1 = x @ W1.T + b1
        h = np.maximum(z1, 0)
        z2 = h @ W2.T + b2
        shifted = z2 - z2.max(axis=1, keepdims=True)
        exps = np.exp(shifted)
        sums = exps.sum(axis=1, keepdims=True)
        self.loss = (np.log(sums[:, 0]) - shifted[each, self.labels]).mean()

        dz2 = exps / sums
        dz2[each, self.labels] -= 1
        dz2 /= n
        dW2, db2 = dz2.T @ h, dz2.sum(axis=0)
        dz1 = (dz2 @ W2) * (z1 > 0)
        dW1, db1 = dz1.T @ x, dz1.sum(axis=0)
        for p, g in zip(self.parameters, (dW1, db1, dW2, db2), strict=True):
            p -= LEARNING_RATE * g


class Engine:
    """The same on the course's engine: forwards only, the rest is `backward`."""

    def __init__(self, problem: Problem, fused: bool = True):
        self.x, self.labels, self.fused = problem.x, problem.labels, fused
        self.tensors = [Tensor(p, requires_grad=True) for p in problem.start]
        self.parameters = [tensor.data for tensor in self.tensors]

    def step(self) -> None:
        W1, b1, W2, b2 = self.tensors
        if self.fused:
            scores = linear(linear(self.x, W1, b1).relu(), W2, b2)
        else:
            scores = (self.x @ W1.T + b1).relu() @ W2.T + b2
        loss = cross_entropy(scores, self.labels)
        loss.backward()
        self.loss = loss.item()
        for tensor in self.tensors:
            tensor.data -= LEARNING_RATE * tensor.grad
            tensor.grad = None


class EngineUnfused(Engine):
    """The engine with `x @ W.T + b` written out: two steps and a transpose for each layer."""

    def __init__(self, problem: Problem):
        super().__init__(problem, fused=False)


class PyTorch:
    """Eager PyTorch, the update in place and without an optimizer object, which costs more."""

    def __init__(self, problem: Problem):
        import torch
        import torch.nn.functional as F

        torch.set_num_threads(1)
        self.torch, self.F = torch, F
        self.x, self.labels = torch.tensor(problem.x), torch.tensor(problem.labels)
        self.tensors = [torch.tensor(p, requires_grad=True) for p in problem.start]
        self.parameters = [tensor.detach().numpy() for tensor in self.tensors]  # shared memory

    def step(self) -> None:
        W1, b1, W2, b2 = self.tensors
        scores = self.F.linear(self.F.relu(self.F.linear(self.x, W1, b1)), W2, b2)
        loss = self.F.cross_entropy(scores, self.labels)
        loss.backward()
        self.loss = loss.item()
        with self.torch.no_grad():
            for tensor in self.tensors:
                tensor.sub_(tensor.grad, alpha=LEARNING_RATE)
                tensor.grad = None


class Micrograd:
    """One object for each number. It is handed p - onehot, since it cannot compute it."""

    def __init__(self, problem: Problem):
        from micrograd.engine import Value

        # Its backward recurses as deep as its longest sum.
        sys.setrecursionlimit(max(sys.getrecursionlimit(), 20_000))
        self.x, self.labels = problem.x.tolist(), problem.labels
        W1, b1, W2, b2 = (p.tolist() for p in problem.start)
        self.layers = [
            ([[Value(w) for w in row] for row in W], [Value(b) for b in bias])
            for W, bias in ((W1, b1), (W2, b2))
        ]

    def step(self) -> None:
        (W1, b1), (W2, b2) = self.layers
        scores = []
        for x in self.x:
            h = [_weighted_sum(row, x, b).relu() for row, b in zip(W1, b1, strict=True)]
            scores.append([_weighted_sum(row, h, b) for row, b in zip(W2, b2, strict=True)])
        p = softmax(np.array([[value.data for value in row] for row in scores]))
        n = len(p)
        self.loss = -np.mean(np.log(p[np.arange(n), self.labels]))
        p[np.arange(n), self.labels] -= 1
        gradient = (p / n).tolist()
        # A sum whose gradient with respect to each score is the given one.
        rows = [_weighted_sum(g, row, 0.0) for g, row in zip(gradient, scores, strict=True)]
        sum(rows).backward()
        for W, bias in self.layers:
            for value in [value for row in (*W, bias) for value in row]:
                value.data -= LEARNING_RATE * value.grad
                value.grad = 0

    @property
    def parameters(self) -> list[np.ndarray]:
        arrays = []
        for W, bias in self.layers:
            arrays.append(np.array([[value.data for value in row] for row in W]))
            arrays.append(np.array([value.data for value in bias]))
        return arrays


def _weighted_sum(weights, values, start):
    return sum((w * v for w, v in zip(weights, values, strict=True)), start)


def assert_equal_steps(peers: dict, rtol: float) -> None:
    """Make one step with each; raise AssertionError unless losses and parameters agree."""
    for peer in peers.values():
        peer.step()
    first = next(iter(peers.values()))
    for name, peer in peers.items():
        np.testing.assert_allclose(peer.loss, first.loss, rtol=rtol, err_msg=name)
        for got, expected in zip(peer.parameters, first.parameters, strict=True):
            np.testing.assert_allclose(got, expected, rtol=rtol, atol=rtol, err_msg=name)


def turns(peers: dict, clock=time.perf_counter) -> dict:
    """For `take_turns`: a turn is some steps, or now and then one for a peer that is slow."""
    return {
        name: every(SLOW_PEER_EVERY, lambda peer=peer: seconds_of(peer.step, 1, clock))
        if isinstance(peer, Micrograd)
        else lambda peer=peer: seconds_of(peer.step, STEPS_A_TURN, clock)
        for name, peer in peers.items()
    }


def run(dtype, report: Report, rounds: int, kinds: tuple) -> None:
    """Measure one dtype, say what came out, and claim that the engine is fast."""
    peers = {kind.__name__: kind(Problem.draw(dtype=dtype)) for kind in kinds}
    assert_equal_steps(peers, rtol=1e-9 if dtype == np.float64 else 1e-3)
    quick = {name: peer for name, peer in peers.items() if not isinstance(peer, Micrograd)}
    take_turns(turns(quick), 5)  # warm up
    seconds = take_turns(turns(peers), rounds, warm_up=0)
    kind = np.dtype(dtype).name
    report.say(f"{kind}: medians of {rounds} rounds of {STEPS_A_TURN} steps")
    for name in peers:
        report.say(
            f"  {name:<14}{1e6 * median_seconds(seconds, name):12,.1f} µs a step"
            f"{ratio(seconds, name, 'ByHand'):12,.2f} x by hand"
            f"{ratio(seconds, name, 'Engine'):12,.2f} x the engine"
        )
    report.claim(
        f"a step of the engine, {kind}, beside NumPy by hand",
        ratio(seconds, "Engine", "ByHand"), LIMIT, unit="times",
    )  # fmt: skip
    report.claim(
        f"a step of PyTorch, {kind}, beside the engine's",
        ratio(seconds, "PyTorch", "Engine"), 1.0, at_least=True, unit="times",
    )  # fmt: skip


def main() -> int:
    given = options(__doc__, rounds=60).parse_args()
    report = Report(__file__, ("numpy", "torch", "micrograd"), given.save)
    quick = (ByHand, Engine, EngineUnfused, PyTorch)
    with threadpool_limits(1):
        run(np.float64, report, given.rounds, (*quick, Micrograd))
        run(np.float32, report, given.rounds, quick)
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
