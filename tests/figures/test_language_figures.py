"""Figures of notebooks 07 and 08 show the numbers that they are given."""

import itertools

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.patches import Rectangle

from course_utils.figures.attention import (
    plot_attention_maps,
    plot_looks,
    plot_scaling,
    plot_soft_lookup,
)
from course_utils.figures.bigrams import plot_bigram_table, plot_meeting
from course_utils.figures.induction import film_heads, plot_copying
from course_utils.figures.ladder import plot_ladder
from course_utils.figures.positions import plot_products, plot_sinusoids, plot_turned_arrows
from course_utils.figures.tokens import SIGNS, plot_tokens, plot_trade, plot_windows


@pytest.fixture(autouse=True)
def closed_figures():
    yield
    plt.close("all")


def texts(ax):
    return [text.get_text() for text in ax.texts]


def boxes(figure, texts):
    figure.canvas.draw()
    return [text.get_window_extent() for text in texts]


def test_every_character_of_every_token_is_drawn_and_each_token_has_one_tint():
    tokens = ["One", " rainy", " day", "\n", "A", " fox", "."] * 6
    figure = plot_tokens({"heading": tokens})
    ax = figure.axes[0]
    assert "".join(texts(ax)[1:]) == "".join(tokens).translate(SIGNS)
    assert texts(ax)[0] == "heading"
    assert len(ax.patches) == len(tokens)
    colours = [patch.get_facecolor() for patch in ax.patches]
    assert all(a != b for a, b in itertools.pairwise(colours))


def test_tokens_stay_within_the_lines():
    figure = plot_tokens({"long": ["word "] * 60, "longer": ["a"] * 300})
    ax = figure.axes[0]
    left, right = ax.get_xlim()
    assert all(left <= p.get_x() and p.get_x() + p.get_width() <= right for p in ax.patches)


def test_targets_lie_one_character_ahead_of_their_inputs():
    text, T = "Once there was a fox.", 5
    figure = plot_windows(text, starts=(0, 9), context_length=T)
    cells = [t for t in figure.axes[0].texts if len(t.get_text()) == 1]
    rows = {}
    for cell in cells:
        x, y = cell.get_position()
        rows.setdefault(round(y, 2), []).append((x, cell.get_text()))
    drawn = ["".join(sign for _, sign in sorted(row)) for _, row in sorted(rows.items())]
    expected = [text, text[0:5], text[1:6], text[9:14], text[10:15]]
    assert drawn == [part.translate(SIGNS) for part in expected]


def test_the_trade_shows_both_series():
    figure = plot_trade([256, 300, 400], [1000, 700, 500], [16_000, 19_000, 25_000], "all")
    left, right = figure.axes
    assert left.lines[0].get_ydata().tolist() == [1000, 700, 500]
    np.testing.assert_allclose(right.lines[0].get_ydata(), [16, 19, 25])


def test_the_ladder_draws_each_loss_the_floor_and_a_line_of_text():
    losses = {"uniform": 4.0, "bigram": 2.3, "GPT": 0.4}
    samples = {name: f"what {name} writes\nand more " * 9 for name in losses}
    figure = plot_ladder(losses, 0.2, samples, title="t", highlight="GPT")
    bars, lines = figure.axes
    drawn = [p for p in bars.patches if isinstance(p, Rectangle)]
    assert [p.get_width() for p in drawn] == list(losses.values())
    assert bars.lines[0].get_xdata()[0] == 0.2
    assert [t.get_text() for t in bars.get_yticklabels()] == list(losses)
    assert drawn[2].get_facecolor() != drawn[0].get_facecolor() == drawn[1].get_facecolor()
    shown = [text for text in texts(lines) if text.startswith("what ") and "↵" in text]
    assert len(shown) == 3
    assert all("\n" not in text for text in shown)
    figure.canvas.draw()
    for text in lines.texts:
        assert text.get_window_extent().x1 <= figure.bbox.x1 + 8


def test_a_bigram_table_shows_the_roots_of_its_probabilities():
    table = np.array([[0.25, 0.75], [1.0, 0.0]])
    figure = plot_bigram_table(table, ["a", " "], "t")
    np.testing.assert_allclose(figure.axes[0].images[0].get_array(), np.sqrt(table))
    assert [t.get_text() for t in figure.axes[0].get_yticklabels()] == ["a", "·"]


def test_the_meeting_shows_the_loss_and_every_pair():
    figure = plot_meeting([4.0, 3.0, 2.0], 1.9, np.array([0.1, 0.2]), np.array([0.11, 0.19]))
    left, right = figure.axes
    assert left.lines[0].get_ydata().tolist() == [4.0, 3.0, 2.0]
    np.testing.assert_allclose(right.collections[0].get_offsets(), [[0.11, 0.1], [0.19, 0.2]])


@pytest.mark.parametrize("T", [3, 20])
def test_maps_show_their_weights_and_name_their_tokens(T):
    weights = np.tril(np.ones((T, T))) / np.arange(1, T + 1)[:, None]
    tokens = [f"t{i}" for i in range(T)]
    figure = plot_attention_maps({"a": weights, "b": weights.T}, tokens, title="t", mark=[(2, 1)])
    first, second = figure.axes
    np.testing.assert_allclose(first.images[0].get_array(), weights)
    np.testing.assert_allclose(second.images[0].get_array(), weights.T)
    assert [t.get_text() for t in first.get_xticklabels()] == tokens
    frame = first.patches[-1]
    assert (frame.get_x(), frame.get_y()) == (0.5, 1.5)
    if T == 3:
        assert texts(first) == ["1.00", "0.50", "0.50", "0.33", "0.33", "0.33"]


def test_a_token_has_an_arc_to_each_token_of_its_past_as_bold_as_the_weight():
    weights = np.tril(np.ones((5, 5))) / np.arange(1, 6)[:, None]
    weights[3] = [0.7, 0.1, 0.2, 0.0, 0.0]
    figure = plot_looks({"layer 1": weights}, "abcde", position=3)
    ax = figure.axes[0]
    assert [line.get_alpha() for line in ax.lines] == pytest.approx([0.7, 0.1, 0.2, 0.0])
    for j, line in enumerate(ax.lines[:3]):
        assert min(line.get_xdata()) == pytest.approx(j)
        assert max(line.get_xdata()) == pytest.approx(3)
    assert texts(ax) == list("abcde")
    colours = [text.get_color() for text in ax.texts]
    assert len(set(colours[:3] + colours[4:])) == 1 != len(set(colours))


def test_what_comes_out_of_a_look_up_is_the_mixture():
    keys = {"a": np.array([1.0, 0.0]), "b": np.array([0.0, 1.0])}
    values = {"a": (1.0, 0.0, 0.0), "b": (0.0, 0.0, 1.0)}
    for length in (0.0, 1.0, 12.0):
        figure = plot_soft_lookup(keys, values, length * keys["a"], [0.75, 0.25])
        out = figure.axes[2].images[0].get_array()
        np.testing.assert_allclose(out.ravel(), [0.75, 0, 0.25])
        assert [p.get_height() for p in figure.axes[1].patches] == [0.75, 0.25]


def test_scaling_draws_both_kinds_in_three_panels():
    series = {"raw": [1, 2, 4], "scaled": [1, 1, 1]}
    figure = plot_scaling([1, 4, 16], series, series, series)
    for ax in figure.axes:
        assert [line.get_ydata().tolist() for line in ax.lines[:2]] == [[1, 2, 4], [1, 1, 1]]


def test_positions_are_drawn_as_they_are():
    table = np.random.default_rng(0).normal(size=(12, 30))
    figure = plot_sinusoids(table, shown=(0, 5))
    np.testing.assert_allclose(figure.axes[0].images[0].get_array(), table)
    np.testing.assert_allclose(figure.axes[1].lines[1].get_ydata(), table[:, 5])
    products = table @ table.T
    figure = plot_products(products, marked=(3,))
    np.testing.assert_allclose(figure.axes[1].lines[0].get_ydata(), products[3])
    assert figure.axes[1].lines[0].get_xdata()[3] == 0


def test_turned_arrows_report_a_product_that_follows_the_distance_only():
    q, k = np.array([1.0, 0.0]), np.array([0.6, 0.8])

    def reported(m, n):
        return [ax.get_xlabel() for ax in plot_turned_arrows(q, k, m, n, angle=0.3).axes]

    assert reported(7, 5) == reported(20, 18)
    assert reported(7, 5)[1] != reported(8, 5)[1]
    assert reported(0, 0)[0] == reported(0, 0)[1] == "query · key = +0.60"


def test_names_of_learning_curves_do_not_overlap():
    histories = {name: [(0, 0.04), (100, 0.99 + i / 1000)] for i, name in enumerate("abcd")}
    figure = plot_copying(histories, {"chance": 0.04}, "t")
    ax = figure.axes[0]
    np.testing.assert_allclose(ax.lines[0].get_ydata(), [4, 99])
    names = [text for text in ax.texts if text.get_text() in "abcd"]
    extents = boxes(figure, names)
    for i, a in enumerate(extents):
        assert not any(a.overlaps(b) for b in extents[i + 1 :])


def test_the_film_of_the_heads_shows_each_snapshot():
    rng = np.random.default_rng(0)
    snapshots = [(step, step / 100, [rng.random((4, 4)), rng.random((4, 4))]) for step in (0, 50)]
    film = film_heads(snapshots, "abca")
    assert film.captions == ("step 0: 0 %", "step 50: 50 %")
    film.draw(1)
    for ax, weights in zip(film.figure.axes, snapshots[1][2], strict=True):
        np.testing.assert_allclose(ax.images[0].get_array(), weights)
