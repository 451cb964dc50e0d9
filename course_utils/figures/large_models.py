"""Large models in pictures: how large, what each token sees, how all content becomes tokens.

Used in notebook 00. Sizes are those that the authors published.
"""

import math
from dataclasses import dataclass

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import Rectangle

from course_utils.figures.style import COLOURS, write_title


@dataclass(frozen=True)
class LargeModel:
    """A published model. year: of publication, with the month as a fraction. parameters: in all.

    tokens: what it was trained on, where the authors say so. place: where its label stands.
    """

    name: str
    kind: str  # "text", "images" or "sound"
    year: float
    parameters: float
    source: str
    tokens: float | None = None
    place: str = "right"


LARGE_MODELS = (
    LargeModel("Transformer", "text", 2017.45, 0.213e9, "Vaswani et al., 2017", place="above"),
    LargeModel("GPT", "text", 2018.45, 0.117e9, "Radford et al., 2018"),
    LargeModel("BERT", "text", 2018.78, 0.34e9, "Devlin et al., 2018", place="left"),
    LargeModel("GPT-2", "text", 2019.12, 1.5e9, "Radford et al., 2019", place="left"),
    LargeModel("T5", "text", 2019.81, 11e9, "Raffel et al., 2019", place="left"),
    LargeModel("GPT-3", "text", 2020.41, 175e9, "Brown et al., 2020", 300e9, place="left"),
    LargeModel("Gopher", "text", 2021.94, 280e9, "Rae et al., 2021", 300e9, place="left"),
    LargeModel("Chinchilla", "text", 2022.24, 70e9, "Hoffmann et al., 2022", 1.4e12, place="left"),
    LargeModel("PaLM", "text", 2022.27, 540e9, "Chowdhery et al., 2022", 780e9, place="left"),
    LargeModel("LLaMA", "text", 2023.16, 65e9, "Touvron et al., 2023", 1.4e12),
    LargeModel("Llama 3.1", "text", 2024.58, 405e9, "Grattafiori et al., 2024", 15.6e12, "below"),
    LargeModel("DeepSeek-V3", "text", 2024.99, 671e9, "DeepSeek-AI, 2024", 14.8e12, "above"),
    LargeModel("Jukebox", "sound", 2020.33, 5e9, "Dhariwal et al., 2020"),
    LargeModel("DALL-E", "images", 2021.15, 12e9, "Ramesh et al., 2021", place="left"),
    LargeModel(
        "Latent Diffusion", "images", 2021.97, 1.45e9, "Rombach et al., 2021", place="below"
    ),
    LargeModel("DALL-E 2", "images", 2022.28, 3.5e9, "Ramesh et al., 2022"),
    LargeModel("Parti", "images", 2022.47, 20e9, "Yu et al., 2022"),
    LargeModel("Whisper", "sound", 2022.93, 1.55e9, "Radford et al., 2022"),
    LargeModel("MusicGen", "sound", 2023.44, 3.3e9, "Copet et al., 2023"),
)
KIND_COLOURS = {"text": "blue", "images": "red", "sound": "green"}


def draw_scale(own_parameters: int):
    """Draw the sizes of large models by year, and your own model's size beside them."""
    fig, ax = plt.subplots(figsize=(8.6, 5.6))
    offsets = {"left": (-7, 0), "right": (7, 0), "below": (0, -13), "above": (0, 8)}
    sides = {"left": "right", "right": "left", "below": "center", "above": "center"}
    for model in LARGE_MODELS:
        colour = COLOURS[KIND_COLOURS[model.kind]]
        ax.plot(model.year, model.parameters, "o", color=colour, ms=7)
        ax.annotate(
            model.name,
            (model.year, model.parameters),
            xytext=offsets[model.place],
            textcoords="offset points",
            ha=sides[model.place],
            va="center",
            fontsize=10,
            color=colour,
        )
    ax.annotate(
        "GPT-4: size not\npublished",
        (2023.2, 3.2e12),
        ha="center",
        va="center",
        fontsize=10,
        color=COLOURS["blue"],
    )
    ax.axhline(own_parameters, color=COLOURS["black"], lw=1.2, ls="--")
    ax.text(2016.9, own_parameters * 1.25, "the model you trained above", fontsize=10)
    for i, (kind, colour) in enumerate(KIND_COLOURS.items()):
        ax.text(2024.3, 6e7 / 4**i, f"● {kind}", color=COLOURS[colour], weight="bold")
    ax.set(yscale="log", ylim=(own_parameters / 2, 1e13), xlim=(2016.8, 2025.8))
    ax.set(xlabel="year", ylabel="parameters")
    ticks = [10.0**e for e in range(math.ceil(math.log10(own_parameters)), 14, 1)]
    ax.set_yticks(ticks, [_in_words(tick) for tick in ticks])
    sizes = {model.name: model.parameters for model in LARGE_MODELS}
    times = round(sizes["GPT-3"] / sizes["GPT"], -2)
    ax.set_title(f"From GPT to GPT-3, in two years: {times:,.0f} times as many parameters")
    return fig


def _in_words(number: float) -> str:
    for unit, word in ((1e12, "trillion"), (1e9, "billion"), (1e6, "million")):
        if number >= unit:
            return f"{number / unit:g} {word}"
    return f"{number:,.0f}"


def draw_what_tokens_see():
    """Draw which words each word may look at, in an encoder (BERT) and in a decoder (GPT)."""
    fig, (left, right) = plt.subplots(1, 2, figsize=(8.6, 4.0))
    words = ["the", "lost", "key", "opens", "the", "gate"]
    masked = [*words[:3], "[MASK]", *words[4:]]
    everything = np.ones((6, 6))
    _draw_sight(left, masked, everything, {3: "opens"}, "BERT, an encoder, fills gaps")
    guesses = dict(enumerate([*words[1:], "."]))
    _draw_sight(right, words, np.tril(everything), guesses, "GPT, a decoder, goes on writing")
    fig.tight_layout(w_pad=2)
    return fig


def _draw_sight(ax, words, sees, guesses, title) -> None:
    """One square for each pair of words, blue where the word of the row sees that of the column."""
    ax.set(xlim=(-0.1, 7.6), ylim=(6.1, -0.1), aspect="equal")
    for i in range(6):
        for j in range(6):
            colour = "#e6ebf0" if not sees[i, j] else COLOURS["sky"]
            colour = "#f3c9a8" if words[j] == "[MASK]" else colour
            ax.add_patch(Rectangle((j + 0.04, i + 0.04), 0.92, 0.92, color=colour))
        if i in guesses:
            ax.text(
                6.15, i + 0.5, f"→ {guesses[i]}?", va="center", color=COLOURS["red"], fontsize=10
            )
    ax.set_xticks(np.arange(6) + 0.5, words, rotation=40, ha="left", fontsize=10)
    ax.set_yticks(np.arange(6) + 0.5, words, fontsize=10)
    ax.xaxis.tick_top()
    ax.tick_params(length=0)
    ax.grid(False)
    for spine in ax.spines.values():
        spine.set_visible(False)
    ax.set_title(title, pad=14)


def draw_everything_is_tokens(image: np.ndarray):
    """Draw how a text, an image and a sound become rows of whole numbers.

    image: (8, 8), from 0 to 1. The three codings are computed here, in the simplest form there is:
    character codes, mean darkness of 2 x 2 pixels, and samples of a wave, each rounded to a level.
    """
    fig, axes = plt.subplots(
        3,
        2,
        figsize=(8.6, 4.3),
        width_ratios=[1, 3.6],
        gridspec_kw={"hspace": 0.35, "wspace": 0.08},
    )
    text = "the key opens it"
    patches = image.reshape(4, 2, 4, 2).mean(axis=(1, 3)).ravel()
    time = np.linspace(0, 1, 161)
    wave = np.sin(2 * np.pi * 3 * time) * np.exp(-2 * time)
    rows = (
        ("Text", [ord(c) for c in text], "a number for each character"),
        ("Image", np.round(patches * 15).astype(int), "a number for each patch of 2 x 2 pixels"),
        ("Sound", np.round((wave[::10][:16] + 1) * 7.5).astype(int), "a number for each moment"),
    )
    axes[0, 0].text(0.5, 0.5, f'"{text}"', ha="center", va="center", fontsize=11, family="serif")
    axes[1, 0].imshow(image, cmap="gray_r")
    axes[2, 0].plot(time, wave, color=COLOURS["green"])
    axes[2, 0].plot(time[::10][:16], wave[::10][:16], ".", color=COLOURS["black"], ms=5)
    for (name, tokens, how), (content, row) in zip(rows, axes, strict=True):
        colour = COLOURS[KIND_COLOURS[{"Text": "text", "Image": "images", "Sound": "sound"}[name]]]
        for ax in (content, row):
            ax.axis("off")
        row.set(xlim=(-1.4, 16.2), ylim=(-0.75, 1.25), aspect="equal")
        row.text(-0.9, 0.5, "→", fontsize=16, ha="center", va="center")
        for i, token in enumerate(tokens):
            row.add_patch(Rectangle((i + 0.05, 0.05), 0.9, 0.9, facecolor=colour, alpha=0.25))
            row.text(i + 0.5, 0.48, str(token), ha="center", va="center", fontsize=9)
        row.text(0, -0.5, f"{name}: {how}", fontsize=10, color=colour, weight="bold", va="center")
    write_title(fig, "Text, images and sound become the same thing: a row of tokens", x=0.06)
    return fig
