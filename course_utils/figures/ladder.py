"""The ladder of losses: from knowing nothing down to the floor that no model can pass.

For notebook 07; notebooks 10 and 11 put the GPT on it.
"""

from collections.abc import Mapping

from course_utils.figures.style import COLOURS, write_title


def plot_ladder(
    losses: Mapping[str, float],
    floor: float,
    samples: Mapping[str, str],
    *,
    title: str,
    highlight: str = "",
):
    """Draw the loss of each model as a bar, with a line of what it writes beside it.

    losses: name -> nats per character, in the order to draw. floor: the exact entropy.
    samples: name -> text; about 58 characters of it are shown. highlight: a model to draw in
    another colour. -> a matplotlib figure.
    """
    from matplotlib import pyplot as plt

    figure, (bars, texts) = plt.subplots(
        1, 2, figsize=(9.8, 0.9 + 0.42 * len(losses)), gridspec_kw={"width_ratios": [1, 1.45]}
    )
    rows = range(len(losses))
    colours = [COLOURS["orange"] if name == highlight else COLOURS["blue"] for name in losses]
    bars.barh(rows, list(losses.values()), color=colours, height=0.62)
    for row, loss in zip(rows, losses.values(), strict=True):
        bars.text(loss + 0.06, row, f"{loss:.2f}", va="center", fontsize=9)
    bars.axvline(floor, color=COLOURS["red"], ls="--", lw=1.5)
    bars.text(
        floor, -0.85, f"floor {floor:.3f}", color=COLOURS["red"], fontsize=9, ha="left", va="center"
    )
    bars.set_yticks(rows, list(losses), fontsize=10)
    bars.set(xlabel="loss, nats per character", xlim=(0, 1.13 * max(losses.values())))
    bars.set_ylim(len(losses) - 0.4, -1.2)
    bars.grid(axis="y", visible=False)
    for row, name in zip(rows, losses, strict=True):
        text = samples.get(name, "").replace("\n", "↵")
        texts.text(0, row, text[:58], family="monospace", fontsize=8.6, va="center")
    texts.text(0, -0.85, "what it writes", fontsize=10, va="center")
    texts.set(xlim=(0, 1), ylim=bars.get_ylim())
    texts.axis("off")
    write_title(figure, title)
    figure.tight_layout(w_pad=0.5)
    return figure
