"""Figures that move: a film plays in JupyterLab and on Colab, and stands still elsewhere.

Where no script runs (on GitHub, or in a notebook that is not trusted yet) the reader sees the last
picture, with its description. Nothing is fetched from the network, and nothing moves before the
reader presses Play.
"""

import base64
import hashlib
import html
import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from course_utils.figures.style import packed, write_in_ink

SHARPNESS = 1.5  # pixels drawn for each pixel shown, so that it is crisp on a good screen
COLOURS_KEPT = 64  # of what moves: it is small, and changes from picture to picture

PLAYER = """
<div id="film-{key}" style="max-width: {width}px">
  <div style="position: relative">
    <img src="{last}" alt="{alt}" width="{width}" style="width: 100%; height: auto; display: block">
  </div>
  <div class="film-controls" style="display: none; gap: 12px; align-items: center; padding: 6px 0">
    <button type="button" style="min-width: 72px; padding: 4px 10px">Play</button>
    <input type="range" min="0" max="{most}" value="{most}" step="1" style="flex: 1"
      aria-label="Where in the animation">
    <output style="min-width: 90px; font-variant-numeric: tabular-nums"></output>
  </div>
</div>
<script>
(function () {{
  var changes = {changes}, captions = {captions}, end = changes.length - 1, timer = null;
  var film = document.getElementById("film-{key}"), ground = film.querySelector("img");
  var slider = film.querySelector("input"), button = film.querySelector("button");
  var caption = film.querySelector("output"), moving = document.createElement("img");
  function show(i) {{
    moving.src = changes[i]; slider.value = i; caption.textContent = captions[i];
  }}
  function stop() {{ clearInterval(timer); timer = null; button.textContent = "Play"; }}
  function step() {{ var i = Number(slider.value); if (i < end) show(i + 1); else stop(); }}
  button.onclick = function () {{
    if (timer) {{ stop(); return; }}
    if (Number(slider.value) >= end) show(0);
    timer = setInterval(step, {pause});
    button.textContent = "Pause";
  }};
  slider.oninput = function () {{ stop(); show(Number(slider.value)); }};
  moving.alt = "";
  moving.style.cssText = "position: absolute; left: 0; top: 0; width: 100%; height: 100%";
  ground.parentNode.appendChild(moving);
  ground.src = "{first}";
  film.querySelector(".film-controls").style.display = "flex";
  show(end);
}})();
</script>
"""


@dataclass(frozen=True)
class Film:
    """A figure and how to move it.

    draw: function of the frame's number that changes the figure. captions: for each frame a few
    words that stand beside the slider, such as "step 12"; their number is the number of frames.
    moving: the artists that `draw` changes; when they are named, only they are drawn anew, on top
    of the rest, which takes a twentieth of the time.
    """

    figure: Any
    draw: Callable[[int], None]
    captions: tuple[str, ...]
    moving: tuple[Any, ...] = ()


class FilmDisplay:
    """A developed film with its description: what `show_film` gives to the notebook.

    pictures: (height, width, 3) bytes each, all of one size.
    """

    def __init__(self, pictures: list[np.ndarray], captions, alt: str, milliseconds: int) -> None:
        self.pictures, self.captions, self.alt = pictures, tuple(captions), alt
        self.milliseconds = milliseconds

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict[str, str]:
        first, last = self.pictures[0], self.pictures[-1]
        player = PLAYER.format(
            # The key follows the words, not the pixels: the same on every machine.
            key=hashlib.sha256(f"{self.alt}{self.captions}".encode()).hexdigest()[:12],
            alt=html.escape(self.alt),
            width=round(first.shape[1] / SHARPNESS),
            first=_address(first),
            last=_address(last),
            changes=json.dumps([_address(changes(first, p)) for p in self.pictures]),
            captions=json.dumps(self.captions, ensure_ascii=False).replace("</", "<\\/"),
            most=len(self.pictures) - 1,
            pause=self.milliseconds,
        )
        return {"text/plain": f"Animation: {self.alt}", "text/html": player}


def show_film(film: Film, alt: str, seconds: float = 6.0) -> None:
    """Develop a film and show it with a description for those who cannot see it; close its figure.

    alt: what happens in it, in a sentence or two. seconds: how long it plays.
    Raises ValueError when `alt` is empty.
    """
    import matplotlib.pyplot as plt
    from IPython.display import display

    if not alt.strip():
        raise ValueError("show_film(film, alt) needs a description of the film in words")
    pictures = _pictures(film)
    plt.close(film.figure)
    milliseconds = round(1000 * seconds / len(pictures))
    display(FilmDisplay(pictures, film.captions, " ".join(alt.split()), milliseconds))


def changes(ground: np.ndarray, picture: np.ndarray) -> np.ndarray:
    """Keep of a picture only what differs from the ground, the rest transparent.

    (H, W, 3) twice -> (H, W, 4). Laid over the ground it gives the picture back, and it packs into
    a few kilobytes, where the whole picture takes a hundred.
    """
    differs = (picture != ground).any(axis=-1, keepdims=True)
    return np.concatenate([picture * differs, differs.astype(np.uint8) * 255], axis=-1)


def _pictures(film: Film) -> list[np.ndarray]:
    """Draw every frame. All pictures have one size: (H, W, 3) bytes each."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    canvas = FigureCanvasAgg(film.figure)
    film.figure.set_dpi(SHARPNESS * film.figure.dpi)
    for artist in film.moving:
        artist.set_animated(True)  # leaves it out of `canvas.draw`
    write_in_ink(film.figure)
    canvas.draw()
    ground = canvas.copy_from_bbox(film.figure.bbox)
    pictures = []
    for i in range(len(film.captions)):
        film.draw(i)
        write_in_ink(film.figure)
        if film.moving:
            canvas.restore_region(ground)
            for artist in film.moving:
                artist.axes.draw_artist(artist)
        else:
            canvas.draw()
        pictures.append(np.array(canvas.buffer_rgba())[..., :3])
    return pictures


def _address(pixels: np.ndarray) -> str:
    """Pack pixels (H, W, 3), or (H, W, 4) with transparency, into an address for a page."""
    from PIL import Image

    picture, raw = Image.fromarray(pixels), io.BytesIO()
    if picture.mode == "RGBA":
        picture = picture.quantize(COLOURS_KEPT, method=Image.Quantize.FASTOCTREE)
    picture.save(raw, format="png", optimize=True)
    png = raw.getvalue() if picture.mode == "P" else packed(raw.getvalue())
    return f"data:image/png;base64,{base64.b64encode(png).decode('ascii')}"
