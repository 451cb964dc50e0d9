"""A notebook holds nothing that every run writes anew: its diffs show what somebody did."""

from itertools import pairwise

import pytest
from nbformat.v4 import new_code_cell, new_notebook
from notebook_files import NOTEBOOKS
from running import execute

from course_utils import notebooks
from course_utils.notebooks import read, to_text

HOW = "run `course stamp`"


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_no_times_versions_widget_states_or_random_ids_are_saved(name):
    nb = read(NOTEBOOKS[name].read_text(encoding="utf-8"))
    assert set(nb.metadata) <= {"kernelspec", "language_info"}, HOW
    assert set(nb.metadata.language_info) == {"name"}, HOW
    assert {
        cell.id: set(cell.metadata) for cell in nb.cells if set(cell.metadata) - {"tags"}
    } == {}, HOW
    for cell in nb.cells:
        streams = [output.get("name") for output in cell.get("outputs", ())]
        cut = [name for name, following in pairwise(streams) if name and name == following]
        assert cut == [], f"{cell.id}: {HOW}"
        for output in cell.get("outputs", ()):
            view = output.get("data", {}).get("application/vnd.jupyter.widget-view+json")
            assert view is None or view["model_id"] == cell.id, f"{cell.id}: {HOW}"


@pytest.fixture
def checkout(tmp_path):
    """A checkout whose only notebook has been run as nbconvert and JupyterLab run it."""
    slider = new_code_cell("from ipywidgets import IntSlider\nIntSlider()", id="slider")
    slider.metadata = {"tags": ["kept"], "scrolled": True}
    printing = "for i in range(3):\n    print(i, flush=True)\n    time.sleep(0.3)"
    first = new_code_cell(f"import sys, time\n{printing}\nprint(3, file=sys.stderr)", id="first")
    nb = new_notebook(cells=[first, slider])
    nb.metadata["kernelspec"] = {"name": "python3", "display_name": "mine", "language": "python"}
    execute(nb, tmp_path)
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / "00_a.ipynb").write_text(to_text(nb), encoding="utf-8")
    (tmp_path / "README.md").write_text("")
    (tmp_path / "pyproject.toml").write_text('Repository = "https://github.com/a/b"\n')
    return tmp_path


def test_stamp_takes_out_what_a_run_left_and_keeps_what_it_printed(checkout):
    path = checkout / "notebooks" / "00_a.ipynb"
    before = path.read_text(encoding="utf-8")
    for trace in ("iopub.execute_input", "widget-state+json", '"version":', "scrolled", "mine"):
        assert trace in before
    assert notebooks.stamp(checkout, write=False) == [path]
    notebooks.stamp(checkout)
    assert notebooks.stamp(checkout, write=False) == []

    nb = read(path.read_text(encoding="utf-8"))
    assert nb.metadata.kernelspec.display_name == "Python 3 (ipykernel)"
    assert nb.metadata.language_info == {"name": "python"}
    assert [dict(cell.metadata) for cell in nb.cells] == [{}, {"tags": ["kept"]}]
    assert [cell.execution_count for cell in nb.cells] == [1, 2]
    assert [(o.name, o.text) for o in nb.cells[0].outputs] == [
        ("stdout", "0\n1\n2\n"),
        ("stderr", "3\n"),
    ]
    (shown,) = nb.cells[1].outputs
    assert shown.data["application/vnd.jupyter.widget-view+json"]["model_id"] == "slider"
    assert "IntSlider" in shown.data["text/plain"]
