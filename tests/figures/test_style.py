"""Figures as they are shown: described, sharp, and small enough to be shared."""

import io

import matplotlib.pyplot as plt
import numpy as np
import pytest
from PIL import Image

from course_utils.figures.style import drawn, packed


def a_figure():
    figure, ax = plt.subplots(figsize=(4, 3))
    ax.imshow(np.random.default_rng(0).normal(size=(20, 20)))
    ax.plot(np.arange(20), np.sin(np.arange(20)) + 10, color="red")
    return figure


def test_a_figure_is_shown_at_half_its_pixels_with_its_description_escaped():
    figure = drawn(a_figure(), 'Noise  & a "curve".')
    bundle = figure._repr_mimebundle_()
    assert bundle["text/plain"] == 'Figure: Noise & a "curve".'
    assert 'alt="Noise &amp; a &quot;curve&quot;."' in bundle["text/html"]
    assert Image.open(io.BytesIO(figure.png)).width // 2 == figure.width


def test_a_figure_needs_a_description():
    with pytest.raises(ValueError, match="description"):
        drawn(a_figure(), "  ")
    plt.close("all")


def test_packing_halves_a_picture_and_moves_colours_less_than_an_eye_can_see():
    raw = io.BytesIO()
    figure = a_figure()
    figure.savefig(raw, format="png", dpi=200)
    plt.close(figure)
    small = packed(raw.getvalue())
    before, after = (
        np.asarray(Image.open(io.BytesIO(png)).convert("RGB")).astype(int)
        for png in (raw.getvalue(), small)
    )
    assert len(small) < 0.5 * len(raw.getvalue())
    assert before.shape == after.shape
    assert np.abs(before - after).mean() < 1  # of 255
    assert (after[0, 0] == 255).all()  # white stays white


def test_packing_keeps_the_colour_of_a_thin_line_apart_from_a_like_one():
    """Beside a picture full of blues, two short lines of orange and red have few pixels."""
    figure, ax = plt.subplots(figsize=(6, 4))
    x = np.linspace(-2, 2, 200)
    ax.contourf(x, x, x[:, None] ** 2 + x**2, levels=60, cmap="Blues")
    ax.contour(x, x, x[:, None] ** 2 + x**2, levels=60, linewidths=0.5, colors="#234")
    lines = {"#D55E00": 0.5, "#E69F00": 0.7}
    for colour, height in lines.items():
        ax.plot([0.0, 0.05], [height, height], color=colour, lw=1.6)
    raw = io.BytesIO()
    figure.savefig(raw, format="png", dpi=150)
    plt.close(figure)
    before, after = (
        np.asarray(Image.open(io.BytesIO(png)).convert("RGB")).astype(int)
        for png in (raw.getvalue(), packed(raw.getvalue()))
    )
    assert np.abs(before - after).max() < 15  # of 255
