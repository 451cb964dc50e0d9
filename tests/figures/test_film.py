"""Films: what the page receives gives back every picture, and speaks to those who cannot see it."""

import base64
import io
import json
import re

import matplotlib.pyplot as plt
import numpy as np
import pytest
from PIL import Image

from course_utils.figures import film as films
from course_utils.figures.film import Film, FilmDisplay, changes, show_film


@pytest.fixture
def shown(monkeypatch):
    displayed = []
    monkeypatch.setattr("IPython.display.display", displayed.append)
    return displayed


def moving_dot():
    figure, ax = plt.subplots(figsize=(3, 2))
    (dot,) = ax.plot([0], [0], marker="o")
    ax.set(xlim=(-1, 4), ylim=(-1, 4))
    return Film(figure, lambda i: dot.set_data([i], [i]), ("step 0", "step 1", "step 2"))


def test_drawing_only_what_moves_gives_the_same_pictures(shown):
    whole, part = moving_dot(), moving_dot()
    part = Film(part.figure, part.draw, part.captions, tuple(part.figure.axes[0].lines))
    show_film(whole, alt="A dot climbs.")
    show_film(part, alt="A dot climbs.")
    for a, b in zip(shown[0].pictures, shown[1].pictures, strict=True):
        np.testing.assert_array_equal(a, b)
    assert (shown[0].pictures[0] != shown[0].pictures[1]).any()


def test_changes_laid_over_the_ground_give_the_picture_back():
    rng = np.random.default_rng(0)
    ground = rng.integers(0, 256, (5, 7, 3), dtype=np.uint8)
    picture = ground.copy()
    picture[1:3, 2:5] = rng.integers(0, 256, (2, 3, 3), dtype=np.uint8)
    picture[4, 6] = 0  # black is a colour, not a hole
    over = Image.fromarray(changes(ground, picture))
    laid = Image.alpha_composite(Image.fromarray(ground).convert("RGBA"), over)
    np.testing.assert_array_equal(np.asarray(laid.convert("RGB")), picture)


def test_the_page_holds_one_change_for_each_caption_and_the_last_picture_as_still(shown):
    show_film(moving_dot(), alt="A dot climbs from the lower left to the upper right.")
    (display,) = shown
    page = display._repr_mimebundle_()["text/html"]
    addresses = json.loads(re.search(r"changes = (\[.*?\]), captions", page)[1])
    assert len(addresses) == 3
    assert '["step 0", "step 1", "step 2"]' in page
    first = _picture(re.search(r'ground.src = "(.*?)"', page)[1], "RGB")
    last = _picture(re.search(r'<img src="(.*?)"', page)[1], "RGB")
    assert first.shape == last.shape
    assert (first != last).any()
    assert (
        _picture(addresses[0], "RGBA")[..., 3] == 0
    ).all()  # the first picture is the ground itself
    assert (_picture(addresses[2], "RGBA")[..., 3] > 0).any()


def _picture(address, mode):
    packed = io.BytesIO(base64.b64decode(address.split(",")[1]))
    return np.asarray(Image.open(packed).convert(mode))


def test_a_film_has_words_fetches_nothing_and_closes_its_figure(shown):
    film = moving_dot()
    show_film(film, alt='A dot  climbs & says "up".')
    bundle = shown[0]._repr_mimebundle_()
    assert bundle["text/plain"] == 'Animation: A dot climbs & says "up".'
    assert 'alt="A dot climbs &amp; says &quot;up&quot;."' in bundle["text/html"]
    assert "http" not in re.sub(r"base64,[^\"]*", "", bundle["text/html"])
    assert not plt.fignum_exists(film.figure.number)
    with pytest.raises(ValueError, match="description"):
        show_film(moving_dot(), alt=" ")


def test_words_alone_decide_the_name_of_a_film_so_that_saved_outputs_compare():
    black, white = np.zeros((4, 4, 3), np.uint8), np.full((4, 4, 3), 255, np.uint8)
    pages = [
        FilmDisplay([black, picture], ("a", "b"), "A square.", 100)._repr_mimebundle_()["text/html"]
        for picture in (black, white)
    ]
    without_pixels = [re.sub(r"base64,[^\"]*", "", page) for page in pages]
    assert pages[0] != pages[1]
    assert without_pixels[0] == without_pixels[1]


def test_a_caption_cannot_end_the_script():
    black = np.zeros((4, 4, 3), np.uint8)
    page = FilmDisplay([black], ("</script>",), "A square.", 100)._repr_mimebundle_()["text/html"]
    assert page.count("</script>") == 1
    assert films.PLAYER.count("</script>") == 1
