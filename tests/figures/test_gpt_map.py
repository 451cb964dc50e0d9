"""The pictures of notebook 09: all parts are named, and what must not be is marked."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from course_utils.figures.gpt_map import (
    plot_gpt_map,
    plot_influence,
    plot_norm_of_rows,
    plot_parameter_shares,
)
from course_utils.gpt.model import GPTConfig

COUNTS = {"tokens": 960, "positions": 512, "norm": 64, "attention": 4224, "net": 8352}


@pytest.fixture(autouse=True)
def closed_figures():
    yield
    plt.close("all")


def words(ax):
    return [text.get_text() for text in ax.texts]


@pytest.mark.parametrize(("tied", "head"), [(True, "the embedding again"), (False, "960")])
def test_the_map_names_every_part_with_its_parameters(tied, head):
    figure = plot_gpt_map(GPTConfig(30, 16, 3, 2, 32, tied_head=tied), COUNTS)
    shown = words(figure.axes[0])
    for part in ("tokens", "norm 1", "attention", "norm 2", "feed-forward net", "final norm"):
        assert part in shown
    for text in ("1,472", "3 × 4,288", "3 × 8,416", "64", head, "a block, 3 times"):
        assert text in shown


def test_no_words_of_the_map_lie_on_others():
    figure = plot_gpt_map(GPTConfig(30, 16, 3, 2, 32), COUNTS)
    figure.canvas.draw()
    boxes = [text.get_window_extent() for text in figure.axes[0].texts]
    for i, box in enumerate(boxes):
        assert not any(box.overlaps(other) for other in boxes[:i])


def test_influence_marks_exactly_what_changes_before_its_cause():
    honest = np.tril(np.ones((4, 4)))
    leaky = honest + np.eye(4, k=2)
    figure = plot_influence({"honest": honest, "leaky": leaky}, list("abcd"))
    one, other = figure.axes
    assert len(one.lines) == 0
    np.testing.assert_array_equal(other.lines[0].get_xydata(), [[2, 0], [3, 1]])


def test_rows_are_drawn_with_all_their_features_and_their_means():
    before = np.arange(12.0).reshape(3, 4)
    figure = plot_norm_of_rows(before, before - before.mean(axis=1, keepdims=True))
    left = figure.axes[0].lines
    np.testing.assert_array_equal(left[2].get_xdata(), before[1])
    assert left[3].get_xdata()[0] == 5.5
    assert plot_norm_of_rows(before, before, limits=(-3, 20)).axes[0].get_xlim() == (-3, 20)


def test_shares_of_each_model_fill_its_bar():
    models = {"small": {"a": 3_000_000, "b": 1_000_000}, "large": {"a": 1_000_000, "b": 9_000_000}}
    ax = plot_parameter_shares(models).axes[0]
    assert [bar.get_width() for bar in ax.patches] == [75, 25, 10, 90]
    assert {"75 %", "90 %", "4 million", "10 million"} <= set(words(ax))
