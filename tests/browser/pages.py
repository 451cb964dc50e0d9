"""What the browser's tests do with a notebook: put it there, type, run, and read the cards."""

from pathlib import Path

from course_utils.notebooks import find_root, notebook_paths, read, to_text

PATHS = {path.name[:2]: path for path in notebook_paths(find_root())}
CARD = ".course-card"
CONTRAST = Path(__file__).with_name("contrast.js").read_text(encoding="utf-8")


def load(number):
    return read(PATHS[number].read_text(encoding="utf-8"))


def put(lab, number, notebook):
    """Write a notebook into the folder of the server, as if never run; return its name."""
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.execution_count = None
    (lab.folder / PATHS[number].name).write_text(to_text(notebook), encoding="utf-8")
    return PATHS[number].name


def states(page):
    """Read the newest card of each exercise: name -> state."""
    cards = page.eval_on_selector_all(
        CARD, "found => found.map(one => [one.dataset.exercise, one.dataset.state])"
    )
    return dict(cards)


def cell_with(page, beginning):
    return page.locator(".jp-CodeCell", has_text=beginning).first


def type_into(page, beginning, source):
    """Replace the code of the cell that defines a name, by keyboard, and run it."""
    cell = cell_with(page, beginning)
    cell.scroll_into_view_if_needed()
    cell.locator(".cm-content").click()
    page.keyboard.press("Control+A")
    page.keyboard.insert_text(source)
    page.keyboard.press("Shift+Enter")


def run_cell(page, beginning):
    """Run the cell that holds this code; return it."""
    cell = cell_with(page, beginning)
    cell.scroll_into_view_if_needed()
    cell.locator(".cm-content").click()
    page.keyboard.press("Shift+Enter")
    return cell


def run_beginning(page):
    """Run the setup cell and the imports."""
    run_cell(page, "importlib.util.find_spec")
    run_cell(page, "from course_utils.exercises import")


def bring_to_top(page, locator):
    """Scroll until this part of the notebook stands at the top of the window."""
    locator.evaluate("one => one.scrollIntoView({block: 'start'})")
    page.wait_for_timeout(300)


def faint_texts(part) -> dict[str, float]:
    """Return the texts in a part of the page that contrast too little, with their contrast."""
    return part.evaluate(CONTRAST)
