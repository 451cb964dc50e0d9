"""Figures that answer: sliders redraw them, and films play."""

import pytest
from pages import bring_to_top, cell_with, load, put, run_beginning, run_cell
from playwright.sync_api import expect

PATIENCE = 30_000  # milliseconds

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]


@pytest.mark.parametrize(
    ("number", "draws", "slider"),
    [
        ("03", "descent.draw_ravine_walk,", "learning rate"),
        ("05", "pictures.draw_momentum_walk,", "momentum"),
    ],
)
def test_moving_a_slider_redraws_the_figure_and_the_same_place_gives_the_same_figure(
    lab, number, draws, slider
):
    page = lab.open(put(lab, number, load(number)))
    run_beginning(page)
    cell = run_cell(page, draws)
    box = cell.locator(".widget-slider", has_text=slider)
    box.wait_for()
    figure = cell.locator(".jp-OutputArea img")
    expect(figure).to_have_count(
        1, timeout=PATIENCE
    )  # the widget's own; the still one is for where none can work
    handle, reading = box.locator(".noUi-handle"), box.locator(".widget-readout")
    first = figure.get_attribute("src"), reading.inner_text()

    def press(key, old):
        """Move the slider, wait for another reading and picture, and return both."""
        handle.press(key)
        expect(reading).not_to_have_text(old[1])
        expect(figure).not_to_have_attribute("src", old[0], timeout=PATIENCE)
        return figure.get_attribute("src"), reading.inner_text()

    moved = press("ArrowRight", first)
    assert moved[0].startswith("data:image/png")
    bring_to_top(page, cell)
    lab.picture(page, f"{number}-slider")
    back = press("ArrowLeft", moved)
    assert back[1] == first[1]
    assert press("ArrowRight", back) == moved


def test_a_film_plays_pauses_and_can_be_moved_by_its_slider(lab):
    page = lab.open(put(lab, "02", load("02")))
    run_beginning(page)
    run_cell(page, "def neuron_graph():")
    film = cell_with(page, "def neuron_graph():").locator("[id^='film-']")
    button, caption = film.get_by_role("button"), film.locator("output")
    slider, moving = film.get_by_role("slider"), film.locator("img").nth(1)
    expect(film.locator(".film-controls")).to_be_visible(timeout=PATIENCE)
    last, last_picture = caption.inner_text(), moving.get_attribute("src")

    button.click()
    expect(button).to_have_text("Pause")
    expect(caption).not_to_have_text(last)
    started, first_picture = caption.inner_text(), moving.get_attribute("src")
    assert first_picture != last_picture
    expect(caption).not_to_have_text(started)
    expect(moving).not_to_have_attribute("src", first_picture)

    button.click()
    expect(button).to_have_text("Play")
    paused = caption.inner_text()
    page.wait_for_timeout(2000)  # four pictures' time
    expect(caption).to_have_text(paused)
    bring_to_top(page, film)
    lab.picture(page, "02-film")

    slider.focus()
    page.keyboard.press("End")
    expect(caption).to_have_text(last)
    expect(moving).to_have_attribute("src", last_picture)
