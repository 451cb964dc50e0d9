"""The laws of topological order and of the adjoint of broadcasting."""

from dataclasses import dataclass, field

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import mutually_broadcastable_shapes

from course_utils.scratch.graph import topological_order, unbroadcast


@dataclass(eq=False)
class Dot:
    """The least that a node can be."""

    number: int
    parents: list = field(default_factory=list)


@st.composite
def graphs(draw):
    """Dots whose parents have smaller numbers; the same parent may be named twice."""
    dots = []
    for number in range(draw(st.integers(1, 15))):
        chosen = draw(st.lists(st.sampled_from(dots), max_size=4)) if dots else []
        dots.append(Dot(number, chosen))
    return dots


@given(dots=graphs())
def test_order_has_each_ancestor_once_and_every_parent_before_its_children(dots):
    output = dots[-1]
    ancestors, to_do = set(), [output]
    while to_do:
        dot = to_do.pop()
        ancestors.add(dot.number)
        to_do.extend(parent for parent in dot.parents if parent.number not in ancestors)
    order = topological_order(output)
    assert sorted(dot.number for dot in order) == sorted(ancestors)
    place = {dot.number: i for i, dot in enumerate(order)}
    for dot in order:
        assert all(place[parent.number] < place[dot.number] for parent in dot.parents)
    assert order[-1] is output


def test_order_of_a_deep_graph_needs_no_recursion():
    dot = Dot(0)
    for number in range(1, 100_001):
        dot = Dot(number, [dot])
    assert [d.number for d in topological_order(dot)] == list(range(100_001))
    while dot.parents:  # a dot, unlike a Tensor, would be freed by recursion
        (dot,), dot.parents = dot.parents, []


@given(
    shapes=mutually_broadcastable_shapes(num_shapes=1, base_shape=(2, 3, 1, 4), min_side=0),
    seed=st.integers(0, 2**32 - 1),
)
def test_unbroadcast_is_the_adjoint_of_broadcasting(shapes, seed):
    """<broadcast(x), g> = <x, unbroadcast(g)> for all x and g."""
    (shape,), full = shapes.input_shapes, shapes.result_shape
    rng = np.random.default_rng(seed)
    x, g = rng.normal(size=shape), rng.normal(size=full)
    back = unbroadcast(g, shape)
    assert back.shape == shape
    np.testing.assert_allclose(
        np.sum(np.broadcast_to(x, full) * g), np.sum(x * back), rtol=1e-9, atol=1e-9
    )


def test_unbroadcast_of_the_same_shape_changes_nothing():
    g = np.arange(6.0).reshape(2, 3)
    assert (unbroadcast(g, (2, 3)) == g).all()
