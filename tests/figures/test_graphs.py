"""Graphs are drawn whole, readable and described."""

from itertools import combinations

import matplotlib.pyplot as plt
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.colors import to_rgba

from course_utils.figures.graph_layout import place_nodes
from course_utils.figures.graphs import describe_graph, draw_graph, film_backward, show_graph
from course_utils.scratch.autograd import Tensor
from course_utils.scratch.graph import topological_order


def neuron():
    w, b = Tensor(2.0, requires_grad=True), Tensor(-1.0, requires_grad=True)
    z = w * 0.5 + b
    loss = z.sigmoid() ** 2
    return loss, {"w": w, "b": b, "z": z, "loss": loss}


def texts(figure):
    found = [t.get_text() for ax in figure.axes for t in ax.texts]
    plt.close(figure)
    return found


@given(program=st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), max_size=15))
def test_boxes_stand_apart_and_right_of_all_that_they_need(program):
    pool = [Tensor(1.0, requires_grad=True) for _ in range(3)]
    for i, j in program:
        pool.append(pool[i % len(pool)] + pool[j % len(pool)])
    total = pool[0]
    for tensor in pool[1:]:
        total = total + tensor
    order = topological_order(total)
    places, routes = place_nodes(order)
    for child in order:
        for parent in child.parents:
            start, end = places[id(parent)][0], places[id(child)][0]
            way = routes[id(parent), id(child)]
            assert [column for column, _ in way] == list(range(start + 1, end))
    standing = [*places.values(), *(point for way in routes.values() for point in way)]
    for (column, height), (other_column, other_height) in combinations(standing, 2):
        assert column != other_column or abs(height - other_height) > 0.999


def test_a_graph_shows_names_values_local_derivatives_and_gradients():
    loss, names = neuron()
    before = texts(draw_graph(loss, names))
    assert {"w", "b", "z: +", "sigmoid", "loss: power"} <= set(before)
    assert {"2", "−1", "0", "0.5", "0.25"} <= set(before)
    assert {"×0.5", "×1", "×0.25"} <= set(before)  # through w * 0.5, +, sigmoid at 0
    assert not any(text.startswith("grad") for text in before)
    loss.backward(keep_graph=True)
    after = texts(draw_graph(loss, names))
    assert {"grad 1", "grad 0.25", "grad 0.125"} <= set(after)


def test_a_tensor_that_is_used_twice_has_both_derivatives_on_its_arrow():
    x = Tensor(3.0, requires_grad=True)
    assert "×3, ×3" in texts(draw_graph(x * x, {"x": x}))


def test_arrays_show_their_shape_and_the_size_of_their_gradient():
    w = Tensor(np.ones((2, 3)), requires_grad=True)
    y = (w * 2).sum()
    y.backward(keep_graph=True)
    found = texts(draw_graph(y, {"w": w}))
    assert "2×3" in found
    assert "|grad| 2" in found


def test_the_description_names_every_step():
    loss, names = neuron()
    assert describe_graph(loss, names) == (
        "Graph of a computation: w into ×; × and b into z: +; z: + into sigmoid; "
        "sigmoid into loss: power."
    )


def test_show_graph_displays_the_picture_with_its_description(monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", shown.append)
    loss, names = neuron()
    show_graph(loss, names)
    (figure,) = shown
    assert figure.alt == describe_graph(loss, names)
    assert figure.png.startswith(b"\x89PNG")


def test_the_film_shows_values_forwards_and_then_gradients_backwards():
    loss, names = neuron()
    loss.backward(keep_graph=True)
    film = film_backward(loss, names)
    (ax,) = film.figure.axes

    def seen():
        return {t.get_text() for t in ax.texts if t.get_alpha() != 0 and t.get_visible()}

    film.draw(0)
    assert "2" in seen()
    assert "0.25" not in seen()
    assert not any(text.startswith("grad") for text in seen())
    film.draw(film.captions.index("forwards: loss: power"))
    assert "0.25" in seen()
    assert not any(text.startswith(("grad", "×0")) for text in seen())
    film.draw(film.captions.index("backwards: sigmoid"))
    assert "grad 1" in seen()
    assert "grad 0.25" not in seen()
    film.draw(len(film.captions) - 1)
    assert {"grad 0.25", "grad 0.125", "×0.5"} <= seen()
    plt.close(film.figure)


def test_text_has_contrast_on_every_box():
    loss, names = neuron()
    loss.backward(keep_graph=True)
    figure = draw_graph(loss, names)
    (ax,) = figure.axes
    for box in (p for p in ax.patches if hasattr(p, "get_boxstyle")):
        for text in ax.texts:
            assert _contrast(box.get_facecolor(), to_rgba(text.get_color())) > 4.5
    plt.close(figure)


def _contrast(one, other):
    def luminance(colour):
        linear = [c / 12.92 if c <= 0.04 else ((c + 0.055) / 1.055) ** 2.4 for c in colour[:3]]
        return float(np.dot([0.2126, 0.7152, 0.0722], linear))

    dark, light = sorted([luminance(one), luminance(other)])
    return (light + 0.05) / (dark + 0.05)


def test_errors_say_what_to_do():
    loss, _ = neuron()
    with pytest.raises(ValueError, match="backward\\(keep_graph=True\\) first"):
        film_backward(loss)
    loss.backward()
    with pytest.raises(ValueError, match=r"no graph to draw.*keep_graph=True"):
        draw_graph(loss)
    long = Tensor(1.0, requires_grad=True)
    for _ in range(20):
        long = long + 1
    with pytest.raises(ValueError, match="21 tensors, 21 in a row"):
        draw_graph(long)
