"""The look of the course's figures, and how a figure is shown with its description.

Colours are those of Okabe and Ito (2008), which colour-blind readers can tell apart.
"""

import base64
import html
import io

COLOURS = {
    "blue": "#0072B2",
    "orange": "#E69F00",
    "green": "#009E73",
    "red": "#D55E00",
    "purple": "#CC79A7",
    "sky": "#56B4E9",
    "black": "#222222",
    "grey": "#888888",
}
# Letters are thinner than lines: on white, these shades of the colours have the contrast of 4.5
# that WCAG 2.2 asks of text (success criterion 1.4.3).
INKS = {
    "blue": "#00659D",
    "orange": "#946700",
    "green": "#007D5B",
    "red": "#B65000",
    "purple": "#B64584",
    "sky": "#1674A9",
    "grey": "#6E6E6E",
}


def use_course_style() -> None:
    """Set matplotlib's defaults: colours, sizes and a white ground that suits both themes."""
    import matplotlib as mpl
    from cycler import cycler

    cycle = [COLOURS[c] for c in ("blue", "orange", "green", "red", "purple", "sky", "black")]
    mpl.rcParams.update(
        {
            "axes.prop_cycle": cycler(color=cycle),
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.titlesize": 12,
            "axes.titleweight": "bold",
            "axes.titlelocation": "left",
            "axes.labelsize": 11,
            "axes.grid": True,
            "grid.alpha": 0.25,
            "figure.figsize": (7.5, 4.0),
            "figure.dpi": 100,
            "figure.facecolor": "white",
            "savefig.facecolor": "white",
            "legend.frameon": False,
            "lines.linewidth": 2.0,
            "image.cmap": "viridis",
            "font.size": 11,
        }
    )


def write_title(figure, title: str, x: float = 0.01) -> None:
    """Write a title above all panels of a matplotlib figure, in the manner of a panel's own.

    x: where it begins, as a share of the figure's width.
    """
    figure.suptitle(title, x=x, ha="left", fontsize=12, fontweight="bold")


class Figure:
    """A drawn figure with its description: what `show` gives to the notebook."""

    def __init__(self, png: bytes, alt: str, width: int) -> None:
        self.png, self.alt, self.width = png, alt, width

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict[str, str]:
        image = base64.b64encode(self.png).decode("ascii")
        return {
            "text/plain": f"Figure: {self.alt}",
            "text/html": (
                f'<img src="data:image/png;base64,{image}" alt="{html.escape(self.alt)}" '
                f'width="{self.width}" style="max-width: 100%; height: auto">'
            ),
        }


def show(figure, alt: str) -> None:
    """Show a matplotlib figure with a description for those who cannot see it, and close it.

    figure: a matplotlib figure. alt: what it shows, in a sentence or two; it becomes the image's
    alt text (notebook front ends give a bare image none), and its text form in terminals and tests.
    Raises ValueError when `alt` is empty.
    """
    from IPython.display import display

    display(drawn(figure, alt))


def drawn(figure, alt: str) -> Figure:
    """Draw a matplotlib figure and close it; `show` displays what this returns.

    Raises ValueError when `alt` is empty.
    """
    import matplotlib.pyplot as plt

    if not alt.strip():
        raise ValueError("show(figure, alt) needs a description of the figure in words")
    write_in_ink(figure)
    buffer = io.BytesIO()
    # Twice the pixels that are shown, so that it is sharp on a good screen.
    figure.savefig(buffer, format="png", dpi=2 * figure.dpi, bbox_inches="tight")
    plt.close(figure)
    png = packed(buffer.getvalue())
    width = int.from_bytes(png[16:20], "big") // 2
    return Figure(png, " ".join(alt.split()), width)


def write_in_ink(figure) -> None:
    """Give text that has the colour of a line the darker shade of it that can be read."""
    from matplotlib.colors import to_hex
    from matplotlib.text import Text

    inks = {COLOURS[name].lower(): ink for name, ink in INKS.items()}
    for text in figure.findobj(Text):
        colour = to_hex(text.get_color())
        if colour in inks:
            text.set_color(inks[colour])


def packed(png: bytes) -> bytes:
    """Pack a picture into a third of the space, by keeping 256 colours that lie near all it has.

    No eye sees the difference in a drawing, and notebooks stay small enough to be shared. (The 256
    that it uses most would not do: a thin line's colour may become that of its neighbour.)
    """
    from PIL import Image

    full = Image.open(io.BytesIO(png)).convert("RGB")
    few_colours = full.quantize(256, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    small = io.BytesIO()
    few_colours.save(small, format="png", optimize=True)
    return min(png, small.getvalue(), key=len)
