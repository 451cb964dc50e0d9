"""A learner works through notebooks in JupyterLab: untouched, typing, wrong, right, with hints."""

import re

import pytest
from notebook_files import with_few_steps
from pages import (
    CARD,
    bring_to_top,
    faint_texts,
    load,
    put,
    run_beginning,
    run_cell,
    states,
    type_into,
)

from course_utils.exercises import all_exercises, get
from course_utils.notebooks import solve, stubs

# Run All from first to last, 00 with a short training; `make nbval` runs all as they are.
UNTOUCHED = ("00", "01")
RUN_WHOLE = ("01",)  # solved, and wrong; all the others by `make places`

pytestmark = [pytest.mark.browser, pytest.mark.timeout(700)]


@pytest.mark.parametrize("number", UNTOUCHED)
def test_untouched_notebook_runs_to_its_end_and_lists_what_is_to_do(lab, number):
    notebook = with_few_steps(load(number), few=100) if number == "00" else load(number)
    page = lab.open(put(lab, number, notebook))
    lab.run_all(page)
    names = [exercise.name for exercise in all_exercises(number)]
    progress = page.locator(".course-progress")
    assert f"0 of {len(names)} exercises done" in progress.inner_text()
    assert re.search("To do:.*" + ".*".join(names), progress.inner_text(), re.S)
    assert set(names) <= states(page).keys()
    assert {states(page)[name] for name in names} == {"not attempted"}
    assert page.locator(".jp-OutputArea-output[data-mime-type*='error']").count() == 0
    assert page.locator("mjx-merror").count() == 0
    bring_to_top(page, page.get_by_text(f'progress("{number}")', exact=True).last)
    lab.picture(page, f"{number}-progress")


@pytest.mark.parametrize("number", RUN_WHOLE)
def test_solved_notebook_is_all_green(lab, number):
    page = lab.open(put(lab, number, solve(load(number))))
    lab.run_all(page)
    names = [exercise.name for exercise in all_exercises(number)]
    assert {states(page)[name] for name in names} == {"correct"}
    progress = page.locator(".course-progress").inner_text()
    assert f"{len(names)} of {len(names)} exercises done" in progress
    assert "Nothing left to do" in progress


@pytest.mark.parametrize("number", RUN_WHOLE)
def test_wrong_notebook_gets_the_right_diagnoses(lab, number):
    notebook = load(number)
    for name, cell in stubs(notebook).items():
        cell.source = (
            "from course_utils.exercises import get\n\n"
            f"{name} = get({name!r}).misconceptions[0].wrong"
        )
    page = lab.open(put(lab, number, notebook))
    lab.run_all(page)
    for exercise in all_exercises(number):
        card = page.locator(f"{CARD}[data-exercise='{exercise.name}']").last
        assert card.get_attribute("data-state") == "incorrect"
        says = exercise.misconceptions[0].says.replace("`", "")
        assert says.partition("\n")[0] in card.inner_text()


def test_typing_a_mistake_then_the_answer_and_opening_a_hint(lab):
    exercise = get("standard_score")
    page = lab.open(put(lab, "00", load("00")))
    run_beginning(page)
    check = "standard_score = check(standard_score)"

    def checked(state):
        run_cell(page, check)
        card = page.locator(f"{CARD}[data-exercise='standard_score'][data-state='{state}']")
        card.first.wait_for()
        return card.last

    type_into(page, "def standard_score(x):", "def standard_score(x):\n    return x / x.std()")
    card = checked("incorrect")
    assert "not centred" in card.inner_text()
    look_in_both_themes(lab, page, card, "card-incorrect")

    first = card.locator("details").first
    assert not first.locator("div").first.is_visible()
    first.locator("summary").click()
    assert first.locator("div").first.is_visible()
    assert exercise.hints[0].replace("`", "") in first.inner_text()

    card = checked("not attempted")  # once more, without mending it
    assert "holds the course's own version" in card.inner_text()
    look_in_both_themes(lab, page, card, "card-not-attempted")

    type_into(page, "def standard_score(x):", "def standard_score(x):\n    return x.nothing")
    card = checked("could not check")
    assert "return x.nothing" in card.inner_text()
    look_in_both_themes(lab, page, card, "card-could-not-check")

    right = "def standard_score(x):\n    spread = x.max() - x.min()\n"
    right += "    return (x - x.mean()) / x.std() if spread else 0 * x"
    type_into(page, "def standard_score(x):", right)
    look_in_both_themes(lab, page, checked("correct"), "card-correct")


def look_in_both_themes(lab, page, card, name):
    """Keep a picture of a card in the light and in the dark theme; its text must be legible."""
    for theme in ("Dark", "Light"):
        lab.choose_theme(page, theme)
        lab.picture(page, f"{name}-{theme.lower()}", of=card)
        assert faint_texts(card) == {}, theme
