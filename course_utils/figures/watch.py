"""Watch a model learn: how far the training is, its loss, and what it writes on the way.

Used in notebook 00.
"""

import html
import itertools
import time
from collections.abc import Callable, Iterable, Iterator, Sequence

import matplotlib.pyplot as plt
import numpy as np

from course_utils.figures.style import COLOURS

SECONDS_BETWEEN_LOOKS = 0.3
TOP = "vertical-align: top"


class Watch:
    """Shows a training while it runs. Give its `on_step` to a Trainer.

    measure: trainer -> loss. write: trainer -> a text. moments: after how many steps to let it
    write. every: steps from one measurement of the loss to the next.
    """

    def __init__(
        self, measure: Callable, write: Callable, moments: Sequence[int], every: int = 20
    ) -> None:
        self.measure, self.write, self.every = measure, write, every
        self.moments = set(moments)
        self.steps: list[int] = []
        self.losses: list[float] = []
        self.texts: list[tuple[int, float, str]] = []  # step, loss, what it wrote
        self.done, self.whole = 0, 1
        self.handle, self.shown = None, 0.0

    def on_step(self, trainer) -> None:
        """Look at a trainer after a step (or before the first), and show what is new."""
        step, last = trainer.step, trainer.share_used >= 1 or trainer.step >= trainer.config.n_steps
        self.done, self.whole = step, step if last else trainer.config.n_steps
        news = step in self.moments or last
        if news or step % self.every == 0:
            self.steps.append(step)
            self.losses.append(self.measure(trainer))
        if news:
            self.texts.append((step, self.losses[-1], self.write(trainer)))
        if news or time.perf_counter() - self.shown > SECONDS_BETWEEN_LOOKS:
            self.show()

    def show(self) -> None:
        """Draw the table, or draw it anew in its place."""
        from IPython.display import display

        self.shown = time.perf_counter()
        if self.handle is None:
            self.handle = display(self, display_id=True)
        else:
            self.handle.update(self)

    def __repr__(self) -> str:
        return "\n\n".join(f"After {s} steps (loss {x:.2f}):\n{t}" for s, x, t in self.texts)

    def _repr_html_(self) -> str:
        share = 100 * self.done / max(1, self.whole)
        rows = "".join(
            '<tr style="background: none">'
            f'<td style="{TOP}; text-align: right; padding: 6px 14px 6px 0">{step:,}</td>'
            f'<td style="{TOP}; text-align: right; padding: 6px 18px 6px 0">{loss:.2f}</td>'
            f'<td style="{TOP}; text-align: left; padding: 6px 0; white-space: pre-wrap">'
            f"{html.escape(text)}</td></tr>"
            for step, loss, text in self.texts
        )
        return (
            '<div class="course-watch" style="max-width: 860px">'
            '<div style="border: 1px solid #8888; border-radius: 4px; height: 10px">'
            f'<div style="width: {share:.1f}%; height: 100%; background: {COLOURS["green"]}">'
            "</div></div>"
            f'<p style="margin: 4px 0">step {self.done:,} of {self.whole:,}</p>'
            '<table style="border: none"><thead><tr style="background: none">'
            '<th style="padding: 0 14px 0 0">steps</th><th style="padding: 0 18px 0 0">loss</th>'
            f'<th style="text-align: left">what it writes</th></tr></thead><tbody>{rows}'
            "</tbody></table></div>"
        )


def type_out(text: Iterable[str], width: int = 88) -> None:
    """Print a text as it is made, with line breaks between words.

    text: a string, or anything that yields the next few characters each time.
    """
    column = 0
    for word in _words(itertools.chain.from_iterable(text)):
        if column + len(word.rstrip()) > width:
            print()
            column = 0
        print(word, end="", flush=True)
        column = 0 if word.endswith("\n") else column + len(word)
    print()


def _words(characters: Iterable[str]) -> Iterator[str]:
    """Cut a stream of characters after each space and line end."""
    word = ""
    for character in characters:
        word += character
        if character.isspace():
            yield word
            word = ""
    yield word


def draw_learning(steps: Sequence[int], losses: Sequence[float], vocab_size: int, floor: float):
    """Draw a loss curve between knowing nothing and knowing all that can be known."""
    fig, ax = plt.subplots(figsize=(7.8, 3.9))
    ax.plot(steps, losses, color=COLOURS["blue"])
    nothing = np.log(vocab_size)
    end = steps[-1]
    for height, colour, x, side, words in (
        (nothing, "grey", end, "right", f"knows nothing: {vocab_size} equally likely characters"),
        (floor, "green", 0.02 * end, "left", "the floor: what no model can beat"),
    ):
        ax.axhline(height, color=COLOURS[colour], ls="--", lw=1.4)
        ax.text(x, height + 0.07, words, ha=side, color=COLOURS[colour], weight="bold")
    ax.plot(steps[-1], losses[-1], "o", color=COLOURS["blue"])
    ax.annotate(
        f"{losses[-1]:.2f}",
        (steps[-1], losses[-1]),
        xytext=(0, 9),
        textcoords="offset points",
        ha="right",
        color=COLOURS["blue"],
        weight="bold",
    )
    ax.set(ylim=(0, nothing + 0.45), xlim=(0, steps[-1] * 1.01))
    ax.set(xlabel="training step", ylabel="loss (nats per character)")
    ax.set_title("The loss falls, fast at first, towards a floor")
    return fig
