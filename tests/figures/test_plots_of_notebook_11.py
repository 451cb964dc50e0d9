"""What the figures of notebook 11 say is what they were given."""

import numpy as np
import pytest

from course_utils.figures import kv_cache, quality, sampling
from course_utils.figures.prompt_box import PromptBox, as_html

TOKENS = [" a", " b", "\n", " d"]
PROBS = np.array([0.5, 0.3, 0.15, 0.05])


@pytest.fixture(autouse=True)
def closed_figures():
    yield
    from matplotlib import pyplot as plt

    plt.close("all")


def texts(figure):
    return [t.get_text() for ax in figure.axes for t in ax.texts]


def test_a_token_that_is_ruled_out_is_crossed_out_and_the_kept_are_counted():
    kept = np.array([0.625, 0.375, 0.0, 0.0])
    figure = sampling.plot_distributions(TOKENS, PROBS, {"top-k": kept}, title="t")
    assert texts(figure).count("×") == 2
    assert figure.axes[1].get_xlabel() == "2 of 4 tokens"
    assert figure.axes[0].get_xlabel() == "probability"
    assert {"50 %", "62 %", "5.0 %"} <= set(texts(figure))


def test_one_bar_far_longer_than_the_others_is_cut_and_says_so():
    certain = np.array([1.0, 0.0, 0.0, 0.0])
    figure = sampling.plot_distributions(TOKENS, PROBS, {"greedy": certain}, title="t")
    assert figure.axes[1].get_xlim()[1] > PROBS.max()
    assert "100 %" in texts(figure)
    even = np.full(4, 0.25)
    figure = sampling.plot_distributions(TOKENS, even, {"greedy": certain}, title="t")
    assert figure.axes[1].get_xlim()[1] < 1
    assert "100 % →" in texts(figure)


def test_spaces_and_new_lines_in_tokens_can_be_seen():
    figure = sampling.plot_distributions(TOKENS, PROBS, {}, title="t")
    assert [t.get_text() for t in figure.axes[0].get_yticklabels()] == ["␣a", "␣b", "↵", "␣d"]


@pytest.mark.parametrize(("p", "n_kept"), [(0.5, 1), (0.51, 2), (0.8, 2), (0.96, 4)])
def test_the_nucleus_is_the_fewest_tokens_that_reach_p(p, n_kept):
    figure = sampling.plot_nucleus(TOKENS, PROBS, p)
    assert figure.axes[0].get_title().startswith(f"{n_kept} token")


def test_the_cache_spares_every_token_that_was_read_before():
    figure = kv_cache.draw_cache(["a", "b", "c", "d"], n_prompt=2)
    assert figure.get_suptitle() == "Tokens read in all: 9 without a cache, 4 with one"


def test_one_slow_token_does_not_show_in_a_running_median():
    values = [1.0] * 10 + [50.0] + [1.0] * 10
    assert np.array_equal(kv_cache.running_median(values, 5), np.ones(21))


def test_running_median_is_that_of_the_neighbours():
    assert list(kv_cache.running_median([1, 5, 2, 8, 3], 3)) == [1, 2, 5, 3, 3]


def test_labels_at_equal_heights_are_moved_apart_in_their_order():
    placed = quality.spread([0.5, 0.1, 0.5, 0.9], 0.1)
    assert placed == pytest.approx([0.5, 0.1, 0.6, 0.9])


def test_what_can_be_known_counts_a_lucky_guess():
    figure = quality.plot_recall([10, 20], {"m": [0.2, 0.8]}, [0.0, 0.5], guess=0.25, title="t")
    best = figure.axes[0].lines[0].get_ydata()
    assert list(best) == [0.25, 0.5 + 0.5 * 0.25]


def test_quality_draws_a_line_for_each_model_and_a_level_for_real_texts():
    measures = {"right": {"a": [1.0, 0.5], "b": [0.9, 0.8]}, "varied": {"a": [0, 1], "b": [0, 1]}}
    figure = quality.plot_quality([0.5, 1.0], measures, {"right": 1.0, "varied": 0.7})
    assert [len(ax.lines) for ax in figure.axes if ax.get_title()] == [3, 3]


def box(write, **controls):
    return PromptBox(write, "Once", **controls)


def test_the_box_writes_with_the_settings_of_its_sliders():
    seen = []

    def write(prompt, temperature, tokens):
        seen.append((prompt, temperature, tokens))
        yield from [" upon", " a time"]

    one = box(write, temperature=(0.0, 2.0, 0.1, 0.8), tokens=(1, 9, 1, 3))
    one.sliders["tokens"].value = 5
    one.button.click()
    assert seen == [("Once", 0.8, 5)]
    assert one.output.value == as_html("Once", " upon a time")
    assert not one.button.disabled


def test_the_box_shows_a_problem_and_can_be_used_again():
    def write(prompt):
        yield " upon"
        raise ValueError("no <room>")

    one = box(write)
    one.run()
    assert "no &lt;room&gt;" in one.output.value
    assert "Once</b> upon" in one.output.value
    assert not one.button.disabled


def test_what_a_model_writes_is_shown_as_text_not_as_html():
    assert "<script>" not in as_html("<script>", "<script>alert(1)</script>")
