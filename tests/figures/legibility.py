"""Measures whether the text of a matplotlib figure can be read on the ground it stands on."""

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgba
from matplotlib.text import Text

from course_utils.figures.style import write_in_ink

# WCAG 2.2, success criterion 1.4.3: of text, and of large text (18 points, or 14 in bold).
NEEDED, NEEDED_BY_LARGE = 4.5, 3.0


def faint_texts(figure) -> dict[str, float]:
    """Return the texts of a figure, as it is shown, that contrast too little: text -> contrast."""
    write_in_ink(figure)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    texts = [text for text in figure.findobj(Text) if _seen(text, figure)]
    places = [text.get_window_extent(canvas.get_renderer()) for text in texts]
    opacities = [text.get_alpha() for text in texts]
    for text in texts:
        text.set_alpha(0)  # what is drawn around it stays
    canvas.draw()
    ground = np.asarray(canvas.buffer_rgba())[::-1, :, :3] / 255  # rows from below, like places
    faint = {}
    for text, place, opacity in zip(texts, places, opacities, strict=True):
        text.set_alpha(opacity)
        rows = slice(max(int(place.y0), 0), int(place.y1) + 1)
        columns = slice(max(int(place.x0), 0), int(place.x1) + 1)
        below = ground[rows, columns].reshape(-1, 3)
        if not below.size:  # outside the figure, where `show` puts more of the white ground
            below = np.ones((1, 3))
        *colour, share = to_rgba(text.get_color(), opacity)
        behind = np.median(below, axis=0)
        found = contrast(share * np.array(colour) + (1 - share) * behind, behind)
        size, bold = text.get_fontsize(), text.get_fontweight() in ("bold", "heavy", 700)
        if found < (NEEDED_BY_LARGE if size >= (14 if bold else 18) else NEEDED):
            faint[text.get_text()] = round(found, 2)
    return faint


def contrast(one, other) -> float:
    """Return WCAG's contrast ratio of two colours, (3,) each, of numbers from 0 to 1."""
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _luminance(colour) -> float:
    colour = np.asarray(colour, dtype=float)
    linear = np.where(colour <= 0.04045, colour / 12.92, ((colour + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def _seen(text, figure) -> bool:
    return bool(text.get_text().strip()) and text.get_visible() and text.get_figure() is figure
