"""Where the notebooks are, for the tests that read or run them."""

from pathlib import Path

from course_utils.notebooks import find_root, notebook_paths

ROOT = find_root(Path(__file__).parent)
NOTEBOOKS = {path.stem: path for path in notebook_paths(ROOT)}
