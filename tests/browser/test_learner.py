"""A learner works through notebooks in JupyterLab: untouched, typing, wrong, right, with hints."""

import re

import pytest
from playwright.sync_api import expect

from course_utils.exercises import all_exercises, get
from course_utils.notebooks import find_root, notebook_paths, read, solve, stubs, to_text

ROOT = find_root()
PATHS = {path.name[:2]: path for path in notebook_paths(ROOT)}
RUN_WHOLE = ("00", "01")  # the others are run by the tests of the notebooks
CARD = ".course-card"

pytestmark = [pytest.mark.browser, pytest.mark.timeout(700)]


def load(number):
    return read(PATHS[number].read_text(encoding="utf-8"))


def put(lab, number, notebook):
    """Write a notebook into the folder of the server; return its name."""
    (lab.folder / PATHS[number].name).write_text(to_text(notebook), encoding="utf-8")
    return PATHS[number].name


def states(page):
    """Read the newest card of each exercise: name -> state."""
    cards = page.eval_on_selector_all(
        CARD, "found => found.map(one => [one.dataset.exercise, one.dataset.state])"
    )
    return dict(cards)


def type_into(page, beginning, source):
    """Replace the code of the cell that defines a name, by keyboard, and run it."""
    cell = page.locator(".jp-CodeCell", has_text=beginning).first
    cell.scroll_into_view_if_needed()
    cell.locator(".cm-content").click()
    page.keyboard.press("Control+A")
    page.keyboard.insert_text(source)
    page.keyboard.press("Shift+Enter")


def run_cell(page, beginning):
    cell = page.locator(".jp-CodeCell", has_text=beginning).first
    cell.scroll_into_view_if_needed()
    cell.locator(".cm-content").click()
    page.keyboard.press("Shift+Enter")
    return cell


@pytest.mark.parametrize("number", RUN_WHOLE)
def test_untouched_notebook_runs_to_its_end_and_lists_what_is_to_do(lab, number):
    page = lab.open(put(lab, number, load(number)))
    lab.run_all(page)
    names = [exercise.name for exercise in all_exercises(number)]
    progress = page.locator(".course-progress")
    assert f"0 of {len(names)} exercises done" in progress.inner_text()
    assert re.search("To do:.*" + ".*".join(names), progress.inner_text(), re.S)
    assert set(names) <= states(page).keys()
    assert {states(page)[name] for name in names} == {"not attempted"}
    assert page.locator(".jp-OutputArea-output[data-mime-type*='error']").count() == 0
    assert page.locator("mjx-merror").count() == 0
    assert lab.errors == []
    progress.scroll_into_view_if_needed()
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
    run_cell(page, "importlib.util.find_spec")
    run_cell(page, "from course_utils.exercises import")
    check = "standard_score = check(standard_score)"
    type_into(page, "def standard_score(x):", "def standard_score(x):\n    return x / x.std()")
    run_cell(page, check)
    card = page.locator(f"{CARD}[data-exercise='standard_score'][data-state='incorrect']")
    card.wait_for(timeout=60_000)
    assert "not centred" in card.inner_text()
    lab.picture(page, "card-incorrect")

    first = card.locator("details").first
    assert not first.locator("div").first.is_visible()
    first.locator("summary").click()
    assert first.locator("div").first.is_visible()
    assert exercise.hints[0].replace("`", "") in first.inner_text()

    run_cell(page, check)  # once more, without mending it
    again = page.locator(f"{CARD}[data-exercise='standard_score'][data-state='not attempted']")
    again.first.wait_for(timeout=30_000)
    assert "holds the course's own version" in page.locator(CARD).all_inner_texts()[-1]
    lab.picture(page, "card-not-attempted")

    type_into(page, "def standard_score(x):", "def standard_score(x):\n    return x.nothing")
    run_cell(page, check)
    card = page.locator(f"{CARD}[data-exercise='standard_score'][data-state='could not check']")
    card.wait_for(timeout=30_000)
    assert "return x.nothing" in card.inner_text()
    lab.picture(page, "card-could-not-check")

    right = "def standard_score(x):\n    spread = x.max() - x.min()\n"
    right += "    return (x - x.mean()) / x.std() if spread else 0 * x"
    type_into(page, "def standard_score(x):", right)
    run_cell(page, check)
    card = page.locator(f"{CARD}[data-exercise='standard_score'][data-state='correct']")
    card.wait_for(timeout=30_000)
    lab.picture(page, "card-correct")
    assert lab.errors == []


@pytest.mark.parametrize("lab", ["JupyterLab Light", "JupyterLab Dark"], indirect=True)
def test_every_notebook_opens_with_its_maths_rendered_and_no_error(lab):
    for number in PATHS:
        page = lab.open(put(lab, number, load(number)))
        # Formulas are set one after the other: until then their source is to be seen.
        expect(page.get_by_text("$$")).to_have_count(0, timeout=60_000)
        assert page.locator("mjx-container").count() > 0
        assert page.locator("mjx-merror").count() == 0
        lab.picture(page, f"{number}-{lab.theme}")
        page.close()
    assert lab.errors == []
