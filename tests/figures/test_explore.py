"""A figure with sliders: moves under a person's hand, stands still where it cannot."""

import matplotlib.pyplot as plt
import pytest
from ipywidgets import interactive

from course_utils.figures import widgets
from course_utils.figures.explore import explore

WIDGET = "application/vnd.jupyter.widget-view+json"


class OldWidget:
    """One that cannot give its forms, as those of ipywidgets 7."""


@pytest.fixture
def shown(monkeypatch):
    """What is displayed: bundles of forms, and widgets (not what these draw into themselves)."""
    found = []

    def display(value, raw=False):
        if raw or isinstance(value, interactive | OldWidget):
            found.append(value)

    monkeypatch.setattr("IPython.display.display", display)
    return found


@pytest.fixture
def drawing():
    """A function to draw, which writes down how it was called."""
    calls = []

    def draw(size=3, slope=0.5, kind="up"):
        calls.append((size, slope, kind))
        fig, ax = plt.subplots()
        ax.plot([0, size], [0, slope])
        return fig

    draw.calls = calls
    return draw


def sliders(bundle):
    from ipywidgets.widgets.widget import _instances

    return _instances[bundle[WIDGET]["model_id"]].children[:-1]


def test_both_the_widget_and_the_still_figure_are_given(shown, drawing):
    explore(drawing, "A line of some size.", size=(1, 9))
    assert 'alt="A line of some size."' in shown[0]["text/html"]
    assert shown[0]["text/plain"] == "Figure: A line of some size."
    assert "model_id" in shown[0][WIDGET]
    assert drawing.calls[0] == (3, 0.5, "up")


def test_on_colab_the_widget_comes_alone(shown, drawing, monkeypatch):
    monkeypatch.setattr(widgets, "on_colab", lambda: True)
    explore(drawing, "A line of some size.", size=(1, 9))
    assert [type(value) for value in shown] == [interactive]


def test_a_widget_of_ipywidgets_7_is_displayed_as_it_is(shown):
    widget = OldWidget()
    widgets.show_widget(widget, {"text/plain": "A figure"})
    assert shown == [widget]


def test_sliders_start_at_the_defaults_and_redraw_when_moved(shown, drawing):
    explore(drawing, "A line.", size=(1, 9), slope=(0.0, 2.0, 0.1), kind=["up", "down"])
    size, slope, kind = sliders(shown[0])
    assert (size.value, slope.value, kind.value) == (3, 0.5, "up")
    assert (slope.min, slope.max, slope.step) == (0.0, 2.0, 0.1)
    size.value = 7
    kind.value = "down"
    assert drawing.calls[-1] == (7, 0.5, "down")
