"""Test cases of the exercises of notebook 02, and how each answer is driven through them."""

import sys

import numpy as np

from course_utils.exercises.exercise import Case, case
from course_utils.scratch.layers import sigmoid, softmax


def _rounded(rng: np.random.Generator, *shape: int, scale: float = 2.0) -> np.ndarray:
    """Draw numbers with one decimal, so that a learner can follow them by hand."""
    return np.round(rng.normal(0, scale, shape), 1)


FUNCTIONS = {
    "sum of squares": lambda x: float(np.sum(x**2)),
    "sum of cubes": lambda x: float(np.sum(x**3)),
    "product of all": lambda x: float(np.prod(x)),
    "square of the sum": lambda x: float(np.sum(x) ** 2),
    "sum of sines": lambda x: float(np.sum(np.sin(x))),
}


def drive_numerical_gradient(answer, f, x, h=None):
    return answer(FUNCTIONS[f], x) if h is None else answer(FUNCTIONS[f], x, h)


def numerical_gradient(rng: np.random.Generator) -> list[Case]:
    return [
        case("two numbers", f="sum of cubes", x=np.array([1.0, 2.0]), h=0.1),
        case("a vector", f="product of all", x=1 + np.abs(_rounded(rng, 3)), h=0.1),
        case("a vector", f="square of the sum", x=_rounded(rng, 4), h=0.5),
        case("a vector", f="sum of sines", x=_rounded(rng, 5)),
        case("a matrix", f="sum of cubes", x=_rounded(rng, 2, 3), h=0.1),
        case("a matrix", f="product of all", x=1 + np.abs(_rounded(rng, 3, 2, scale=0.5))),
        case("a single number", f="sum of cubes", x=np.array(3.0), h=0.1),
        case("three axes", f="sum of squares", x=_rounded(rng, 2, 1, 3)),
    ]


def affine_backward(rng: np.random.Generator) -> list[Case]:
    def drawn(group: str, n: int, d_in: int, d_out: int) -> Case:
        return case(
            group,
            dy=_rounded(rng, n, d_out),
            x=_rounded(rng, n, d_in),
            weight=_rounded(rng, d_out, d_in),
        )

    return [
        case(
            "two examples, one neuron",
            dy=np.array([[1.0], [10.0]]),
            x=np.array([[1.0, 2.0], [3.0, 4.0]]),
            weight=np.array([[5.0, 7.0]]),
        ),
        drawn("a batch", 3, 2, 4),
        drawn("a batch", 5, 4, 3),
        drawn("as many neurons as inputs", 4, 3, 3),
        drawn("one example", 1, 4, 2),
        drawn("an empty batch", 0, 5, 4),
    ]


def sigmoid_backward(rng: np.random.Generator) -> list[Case]:
    def drawn(group: str, *shape: int) -> Case:
        return case(group, dy=_rounded(rng, *shape), y=np.round(rng.uniform(0.02, 0.98, shape), 2))

    return [
        case("two numbers", dy=np.array([1.0, 10.0]), y=np.array([0.5, 0.9])),
        drawn("arrays of any shape", 4),
        drawn("arrays of any shape", 3, 5),
        drawn("arrays of any shape", 2, 3, 4),
        case("saturated", dy=np.array([1.0, -5.0, 2.0]), y=np.array([0.0, 1.0, sigmoid(30.0)])),
    ]


def relu_backward(rng: np.random.Generator) -> list[Case]:
    def drawn(group: str, *shape: int) -> Case:
        return case(group, dy=_rounded(rng, *shape), z=_rounded(rng, *shape))

    return [
        case("three numbers", dy=np.array([5.0, -6.0, 7.0]), z=np.array([2.0, 3.0, -4.0])),
        drawn("arrays of any shape", 5),
        drawn("arrays of any shape", 3, 4),
        drawn("arrays of any shape", 2, 3, 5),
        case("exactly 0", dy=np.array([5.0, -6.0]), z=np.array([0.0, -0.0])),
        case(
            "large and tiny scores", dy=np.array([2.0, -3.0, 4.0]), z=np.array([1e30, -1e30, 1e-30])
        ),
    ]


def softmax_backward(rng: np.random.Generator) -> list[Case]:
    def drawn(group: str, n: int, c: int) -> Case:
        p = np.round(softmax(_rounded(rng, n, c, scale=1.0)), 2)
        p[:, 0] += 1 - p.sum(axis=1)  # so that the rounded rows sum to 1
        return case(group, dp=_rounded(rng, n, c), p=np.round(p, 2))

    return [
        case("one row", dp=np.array([[1.0, 0.0]]), p=np.array([[0.25, 0.75]])),
        drawn("one row", 1, 4),
        drawn("several rows", 3, 2),
        drawn("several rows", 4, 5),
        case("a certain answer", dp=_rounded(rng, 2, 3), p=np.array([[1.0, 0, 0], [0, 0.5, 0.5]])),
        drawn("one class", 3, 1),
    ]


def mlp_backward(rng: np.random.Generator) -> list[Case]:
    def drawn(group: str, n: int, d: int, h: int, c: int, labels=None, last_bias=None) -> Case:
        return case(
            group,
            x=_rounded(rng, n, d, scale=1.0),
            labels=rng.integers(0, c, n) if labels is None else np.array(labels),
            weights=[_rounded(rng, h, d, scale=1.0), _rounded(rng, c, h, scale=0.5)],
            biases=[
                _rounded(rng, h, scale=0.5),
                _rounded(rng, c, scale=0.5) if last_bias is None else np.array(last_bias),
            ],
        )

    return [
        case(
            "by hand",
            x=np.array([[1.0, 2.0], [1.0, -1.0]]),
            labels=np.array([0, 1]),
            weights=[np.array([[1.0, 1.0], [1.0, -1.0]]), np.array([[1.0, 0.0], [0.0, 1.0]])],
            biases=[np.array([0.0, 0.0]), np.array([0.0, 0.0])],
        ),
        drawn("a batch", 4, 3, 5, 2),
        drawn("a batch", 6, 2, 4, 3),
        drawn("one example", 1, 3, 4, 3, labels=[0]),
        drawn("one hidden neuron", 5, 4, 1, 3),
        drawn("a class that no label names", 3, 2, 4, 3, labels=[1, 0, 1]),
        drawn("sure and wrong", 2, 2, 3, 3, labels=[1, 2], last_bias=[20.0, 0.0, 0.0]),
    ]


def unbroadcast(rng: np.random.Generator) -> list[Case]:
    def drawn(group: str, full: tuple[int, ...], shape: tuple[int, ...]) -> Case:
        return case(group, gradient=_rounded(rng, *full), shape=shape)

    return [
        case("a bias", gradient=np.array([[1.0, 2.0], [10.0, 20.0]]), shape=(2,)),
        drawn("a bias", (4, 3), (3,)),
        drawn("new axes in front", (2, 3, 4), (4,)),
        drawn("stretched axes", (3, 4), (3, 1)),
        drawn("stretched axes", (2, 3, 4), (2, 1, 4)),
        drawn("both", (5, 3, 4), (3, 1)),
        drawn("both", (2, 5, 3, 4), (1, 3, 1)),
        drawn("both", (4, 3), (1,)),
        drawn("a single number", (2, 3), ()),
        drawn("nothing to undo", (2, 3), (2, 3)),
        drawn("nothing to undo", (1, 3), (1, 3)),
    ]


CHAIN_LENGTH = 2000
LONG_CHAIN = f"a chain of {CHAIN_LENGTH} nodes"
MOST_CALLS = 1000  # within each other: more of them is recursion, whatever limit was set


class _Node:
    """The least that a node of a graph can be. It notes how often and from how deep it is read."""

    def __init__(self, name: str, parents: list["_Node"]) -> None:
        self.name, self._parents = name, parents
        self.times_read, self.deepest = 0, 0

    @property
    def parents(self) -> list["_Node"]:
        self.times_read += 1
        if not self._parents:  # the end of every path: count the calls that led here
            frame, depth = sys._getframe(), 0
            while frame := frame.f_back:
                depth += 1
            self.deepest = max(self.deepest, depth)
        return self._parents


def _build(graph) -> list[_Node]:
    """Build nodes from name -> names of parents. A chain is given by its length alone."""
    if graph == LONG_CHAIN:
        graph = {str(i): [str(i - 1)] if i else [] for i in range(CHAIN_LENGTH)}
    nodes: dict[str, _Node] = {}
    for name, parents in graph.items():
        nodes[name] = _Node(name, [nodes[parent] for parent in parents])
    return list(nodes.values())


def drive_topological_order(answer, graph):
    """Ask twice for the order of one graph; return the names, and what else was to be seen."""
    nodes = _build(graph)

    def names() -> list[str] | None:
        order = answer(nodes[-1])
        if order is None:
            return None
        if not isinstance(order, list | tuple) or not all(isinstance(n, _Node) for n in order):
            raise TypeError(f"a list of nodes is wanted, but this is {_in_words(order)}")
        return [node.name for node in order]

    found = {"needs recursion": False}
    try:
        found["order"] = names()
        found["times read"] = max(node.times_read for node in nodes)
        found["again"] = names()
    except RecursionError:  # all else may be right
        order = [node.name for node in nodes]
        found = {"order": order, "times read": 1, "again": order, "needs recursion": True}
    found["depth"] = max(node.deepest for node in nodes)
    found["parents"] = {node.name: [parent.name for parent in node._parents] for node in nodes}
    return None if found["order"] is None else found


def _in_words(order) -> str:
    if isinstance(order, list | tuple):
        kinds = sorted({type(item).__name__ for item in order} - {"_Node"})
        return f"a {type(order).__name__} with {' and '.join(kinds)} in it"
    return f"a {type(order).__name__}"


def order_properties(found, graph):
    """Say which of the things that make an order topological hold: many orders are right."""
    parents_of = {node.name: [p.name for p in node.parents] for node in _build(graph)}
    order, output = found["order"], list(parents_of)[-1]
    place = {name: i for i, name in enumerate(order)}
    return {
        "needs no recursion": not found["needs recursion"] and found["depth"] < MOST_CALLS,
        "nothing is missing": _ancestors(output, parents_of) <= set(order),
        "every node once": len(place) == len(order),
        "parents before children": all(
            place.get(parent, -1) < place[name] for name in order for parent in parents_of[name]
        ),
        "the output last": bool(order) and order[-1] == output,
        "the graph is left as it was": found["parents"] == parents_of,
        "a second call finds the same nodes": sorted(found["again"]) == sorted(order),
        "no path is walked for itself": found["times read"] <= 4 * len(parents_of) + 10,
    }


def _ancestors(output: str, parents_of) -> set[str]:
    found, to_do = set(), [output]
    while to_do:
        name = to_do.pop()
        if name not in found:
            found.add(name)
            to_do.extend(parents_of[name])
    return found


def topological_order(rng: np.random.Generator) -> list[Case]:
    def drawn(size: int) -> dict[str, list[str]]:
        names = [f"n{i}" for i in range(size)]
        graph: dict[str, list[str]] = {names[0]: []}
        for i in range(1, size):
            count = int(rng.integers(0, 3)) if i < size - 1 else 2
            chosen = rng.choice(i, size=min(count, i), replace=False)
            graph[names[i]] = [names[int(j)] for j in chosen]
        return graph

    ladder = {"n0": []} | {f"n{i}": [f"n{i - 1}", f"n{i - 1}"] for i in range(1, 9)}
    return [
        case("a product", graph={"a": [], "b": [], "a*b": ["a", "b"]}),
        case("used twice", graph={"a": [], "a*a": ["a", "a"]}),
        case("used near and far", graph={"a": [], "b": ["a"], "c": ["b"], "d": ["a", "c"]}),
        case("used near and far", graph={"a": [], "b": ["a"], "c": ["b"], "d": ["c", "a"]}),
        case(
            "used near and far",
            graph={"a": [], "b": ["a"], "c": ["b", "a"], "d": ["b"], "e": ["c", "d"]},
        ),
        case("many paths", graph=ladder),
        case("random graphs", graph=drawn(7)),
        case("random graphs", graph=drawn(9)),
        case("a node alone", graph={"a": []}),
        case("a long chain", graph=LONG_CHAIN),
    ]
