"""The pictures of notebook 00 agree with each other, with the notebooks and with what they code."""

import re

import matplotlib.pyplot as plt
import numpy as np

from course_utils.data.digits import load_all_digits
from course_utils.figures.course_map import ROWS, draw_course_map
from course_utils.figures.large_models import (
    KIND_COLOURS,
    LARGE_MODELS,
    draw_everything_is_tokens,
    draw_scale,
    draw_what_tokens_see,
)
from course_utils.notebooks import find_root, notebook_paths


def texts(fig):
    return [text.get_text() for ax in fig.axes for text in ax.texts]


def test_every_model_has_a_source_of_its_year():
    for model in LARGE_MODELS:
        assert model.kind in KIND_COLOURS
        assert int(model.source[-4:]) == int(model.year), model.name


def test_the_scale_shows_every_model_and_the_learners_own():
    fig = draw_scale(own_parameters=400_000)
    labels = texts(fig)
    for model in LARGE_MODELS:
        assert model.name in labels
    dashed = next(line for line in fig.axes[0].lines if line.get_linestyle() == "--")
    assert dashed.get_ydata()[0] == 400_000
    title = fig.axes[0].get_title() or fig.axes[0].get_title(loc="left")
    assert "1,500 times" in title
    plt.close(fig)


def test_a_decoder_sees_the_past_alone_and_an_encoder_everything():
    fig = draw_what_tokens_see()
    unseen = plt.matplotlib.colors.to_rgba("#e6ebf0")
    grey = [sum(p.get_facecolor() == unseen for p in ax.patches) for ax in fig.axes]
    assert grey == [0, 6 * 5 / 2]
    assert texts(fig)[0] == "→ opens?"
    plt.close(fig)


def test_tokens_are_computed_from_what_is_shown():
    image = load_all_digits()[0][3].reshape(8, 8)
    fig = draw_everything_is_tokens(image)
    rows = [[t.get_text() for t in ax.texts] for ax in fig.axes]
    numbers = [[int(text) for text in row if text.isdigit()] for row in rows if "→" in row]
    assert [len(row) for row in numbers] == [16, 16, 16]
    assert bytes(numbers[0]).decode() in texts(fig)[0]
    assert numbers[1][0] == round(15 * np.mean(image[:2, :2]))
    plt.close(fig)


def test_the_map_names_the_notebooks_that_exist():
    boxes = {}
    for _, _, first, titles in ROWS:
        if first is not None:
            boxes |= {f"{first + i:02d}": title for i, title in enumerate(titles)}
    for path in notebook_paths(find_root()):
        number, _, name = path.stem.partition("_")
        words = re.findall(r"[a-z]+", boxes[number].replace("-\n", "").lower())
        assert set(words) - {"a"} <= set(name.split("_")), path.name


def test_the_map_leads_through_all_rows():
    fig = draw_course_map()
    shown = texts(fig)
    assert [f"{i:02d}" for i in range(12)] == [t for t in shown if t.isdigit()]
    plt.close(fig)
