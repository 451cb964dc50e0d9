"""A box for a prompt, with sliders, in which a model writes as one watches. For notebook 11.

Where no kernel runs (on GitHub, in a notebook that was just opened) and in a run without a person,
the text stands there that the model wrote with the first settings.
"""

import html
import time
from collections.abc import Callable, Iterator

from course_utils.figures.style import COLOURS
from course_utils.figures.widgets import show_widget

SECONDS_BETWEEN_UPDATES = 0.05

Write = Callable[..., Iterator[str]]


class PromptBox:
    """The widgets of the box; `show` displays them.

    write(prompt, **settings) yields the text that follows the prompt, piece by piece. controls:
    name -> (lowest, highest, step, first value) of a slider; whole numbers make one for whole
    numbers. A ValueError of `write` is shown as its message.
    """

    def __init__(self, write: Write, prompt: str, **controls: tuple):
        import ipywidgets as widgets

        self.write = write
        self.prompt = widgets.Textarea(value=prompt, layout={"width": "98%", "height": "64px"})
        self.sliders = {name: _slider(name, *range_) for name, range_ in controls.items()}
        self.button = widgets.Button(description="Write", button_style="primary")
        self.button.on_click(lambda _: self.run())
        self.output = widgets.HTML(layout={"width": "98%"})
        self.widget = widgets.VBox(
            [
                self.prompt,
                widgets.HBox(list(self.sliders.values()), layout={"flex_flow": "row wrap"}),
                self.button,
                self.output,
            ]
        )

    def run(self) -> None:
        """Let the model continue the prompt, and show each piece as soon as it is there."""
        prompt, settings = self.prompt.value, {n: s.value for n, s in self.sliders.items()}
        written, shown = "", 0.0
        self.button.disabled = True
        try:
            for piece in self.write(prompt, **settings):
                written += piece
                if time.perf_counter() - shown > SECONDS_BETWEEN_UPDATES:
                    self.output.value = as_html(prompt, written + "▌")
                    shown = time.perf_counter()
            self.output.value = as_html(prompt, written)
        except ValueError as problem:
            self.output.value = as_html(prompt, written, str(problem))
        finally:
            self.button.disabled = False

    def show(self) -> None:
        """Write once with the first settings, and display the box."""
        self.run()
        still = {"text/plain": "A prompt and what follows it", "text/html": self.output.value}
        show_widget(self.widget, still)


def as_html(prompt: str, written: str, problem: str = "") -> str:
    """The prompt in bold, what follows it, and what went wrong, if anything."""
    trouble = f'<p style="color: {COLOURS["red"]}">{html.escape(problem)}</p>' if problem else ""
    return (
        '<div style="white-space: pre-wrap; max-width: 760px; line-height: 1.5; padding: 6px 0">'
        f"<b>{html.escape(prompt)}</b>{html.escape(written)}</div>{trouble}"
    )


def _slider(name: str, low, high, step, value):
    import ipywidgets as widgets

    whole = all(isinstance(number, int) for number in (low, high, step, value))
    kind = widgets.IntSlider if whole else widgets.FloatSlider
    slider = kind(
        value=value, min=low, max=high, step=step, description=name.replace("_", " "),
        continuous_update=False,
    )  # fmt: skip
    slider.style.description_width = "120px"
    slider.layout.width = "360px"
    return slider
