"""The parts that all notebooks share come from one place; progress is told from the shell."""

import json
import os
import subprocess
import sys

import nbformat
import pytest

from course_utils import notebooks
from course_utils.exercises import all_exercises, get


@pytest.fixture
def checkout(tmp_path):
    """A small checkout: pyproject.toml, README and one notebook, none of them stamped."""
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "pyproject.toml").write_text(
        'name = "x"\nRepository = "https://github.com/OWNER/neuron-to-gpt"\n'
    )
    badge = notebooks.BADGE.format(slug="old/name", file="00_a.ipynb")
    (tmp_path / "README.md").write_text(f"Text\n\n{badge}\n")
    setup = nbformat.v4.new_code_cell("import course_utils", metadata={"tags": ["setup"]})
    stub = nbformat.v4.new_code_cell(
        f"def standard_score(x):\n    {notebooks.STUB_MARK}\n    raise NotImplementedError"
    )
    nb = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(badge), setup, stub])
    nbformat.write(nb, tmp_path / "notebooks" / "00_a.ipynb")
    return tmp_path


def test_stamp_writes_the_address_everywhere_and_then_nothing_differs(checkout):
    changed = notebooks.stamp(checkout, "someone/course-2")
    assert len(changed) == 3
    assert notebooks.stamp(checkout, write=False) == []
    whole = "".join(p.read_text() for p in (checkout / "README.md", checkout / "pyproject.toml"))
    nb = nbformat.read(checkout / "notebooks" / "00_a.ipynb", 4)
    assert "old/name" not in whole + nb.cells[0].source
    assert "someone/course-2/blob/main/notebooks/00_a.ipynb" in nb.cells[0].source
    assert 'install --quiet "git+https://github.com/someone/course-2"' in nb.cells[1].source


def test_check_changes_nothing(checkout):
    before = (checkout / "README.md").read_text()
    assert notebooks.stamp(checkout, write=False)
    assert (checkout / "README.md").read_text() == before


@pytest.mark.parametrize("bad", ["name", "https://github.com/a/b", "a/b/c", "a b/c"])
def test_repository_must_be_owner_and_name(checkout, bad):
    with pytest.raises(ValueError, match="owner/name"):
        notebooks.stamp(checkout, bad)


def test_outside_a_checkout_it_says_where_to_go(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"pyproject\.toml"):
        notebooks.find_root(tmp_path)


def test_solving_puts_the_reference_in_the_stubs_place(checkout):
    nb = nbformat.read(checkout / "notebooks" / "00_a.ipynb", 4)
    notebooks.solve(nb)
    space = {}
    exec(nb.cells[2].source, space)
    assert notebooks.STUB_MARK not in nb.cells[2].source
    assert space["standard_score"].__code__ is not get("standard_score").reference.__code__
    assert list(space["standard_score"](__import__("numpy").array([1.0, 3.0]))) == [-1.0, 1.0]


def test_progress_on_the_command_line_counts_what_is_solved(tmp_path):
    entry = {"id": "00.1", "state": "correct", "solved": True, "checks": 1}
    (tmp_path / "progress").mkdir()
    (tmp_path / "progress" / "standard_score.json").write_text(json.dumps(entry))
    done = subprocess.run(
        [sys.executable, "-m", "course_utils.cli", "progress", "--folder", str(tmp_path)],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ,
    )
    assert "✓ 00.1  standard_score: solved" in done.stdout
    assert f"1 of {len(all_exercises())} exercises solved" in done.stdout
