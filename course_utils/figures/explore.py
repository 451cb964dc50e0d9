"""A figure with sliders, which is an ordinary figure where sliders cannot work.

On GitHub, in a notebook that was just opened, and in a run without a person, the figure stands
there as drawn for the sliders' first positions.
"""

from collections.abc import Callable

from course_utils.figures.style import drawn, show
from course_utils.figures.widgets import show_widget


def explore(draw: Callable, alt: str, **controls) -> None:
    """Show `draw(...)` with a slider for each of its arguments, and draw it anew when one moves.

    draw: returns a matplotlib figure; its defaults are where the sliders stand first.
    alt: what the figure shows, in words. controls: for each argument what ipywidgets' `interact`
    takes, such as (1, 40) for whole numbers or (0.0, 2.0, 0.1) for steps.
    """
    from ipywidgets import interactive

    still = drawn(draw(), alt)
    widget = interactive(lambda **values: show(draw(**values), alt), **_from(draw, controls))
    for slider in widget.children[:-1]:
        slider.style.description_width = "130px"
        slider.layout.width = "440px"
    show_widget(widget, still._repr_mimebundle_())


def _from(draw: Callable, controls: dict) -> dict:
    """Turn ranges into sliders that start at the defaults of `draw`."""
    import inspect

    from ipywidgets import Dropdown, FloatSlider, IntSlider

    defaults = {n: p.default for n, p in inspect.signature(draw).parameters.items()}
    widgets = {}
    for name, control in controls.items():
        words = name.replace("_", " ")
        if isinstance(control, tuple) and all(isinstance(end, int) for end in control):
            kind = IntSlider
        elif isinstance(control, tuple):
            kind = FloatSlider
        else:
            widgets[name] = Dropdown(options=control, value=defaults[name], description=words)
            continue
        low, high, *step = control
        widgets[name] = kind(
            value=defaults[name],
            min=low,
            max=high,
            step=step[0] if step else (high - low) / 50 if kind is FloatSlider else 1,
            description=words,
        )
    return widgets
