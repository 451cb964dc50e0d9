"""Curves: every one is drawn and named, and names do not lie on one another."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from course_utils.figures.curves import draw_curves

X = np.linspace(1, 10, 30)


@pytest.fixture(autouse=True)
def closed_figures():
    yield
    plt.close("all")


def drawn(curves, **options):
    return draw_curves(curves, title="t", xlabel="x", ylabel="y", **options)


def names_on(figure):
    figure.canvas.draw()
    return {text.get_text(): text for text in figure.axes[0].texts}


def test_every_curve_is_drawn_and_named_in_its_own_colour():
    figure = drawn({"low": (X, X), "high": (X, X**2)}, dots={"high": (X[::5], X[::5] ** 2)})
    lines = figure.axes[0].lines
    np.testing.assert_array_equal(lines[0].get_ydata(), X)
    np.testing.assert_array_equal(lines[1].get_ydata(), X**2)
    np.testing.assert_array_equal(lines[2].get_ydata(), X[::5] ** 2)
    names = names_on(figure)
    assert names["low"].get_color() == lines[0].get_color()
    assert names["high"].get_color() == lines[1].get_color() == lines[2].get_color()


@pytest.mark.parametrize("log", ["", "x", "y", "xy"])
def test_names_of_curves_that_end_together_do_not_overlap(log):
    figure = drawn({f"curve {i}": (X, X + i / 1000) for i in range(4)}, log=log)
    boxes = [text.get_window_extent() for text in names_on(figure).values()]
    for i, a in enumerate(boxes):
        assert not any(a.overlaps(b) for b in boxes[i + 1 :])


def test_a_curve_that_leaves_the_window_is_named_where_it_leaves():
    figure = drawn({"wild": (X, np.exp(X)), "nan": (X, np.full(30, np.nan))}, ylim=(0, 100))
    names = names_on(figure)
    assert set(names) == {"wild"}
    x, y = names["wild"].xy
    assert y <= 100
    assert y == pytest.approx(np.exp(x))


def test_short_logarithmic_axes_have_plain_numbers_and_long_ones_powers():
    short = drawn({"a": (X, X / 20)}, log="y").axes[0]
    long = drawn({"a": (X, 10.0**X)}, log="y").axes[0]
    short.figure.canvas.draw()
    long.figure.canvas.draw()
    assert "0.2" in [tick.get_text() for tick in short.get_yticklabels()]
    assert any("10^" in tick.get_text() for tick in long.get_yticklabels())
