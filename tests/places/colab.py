"""A Colab as near as can be had: its packages, its launcher, and a repository to install from.

What is not Colab's: the Python is this machine's, torch is the course's pin, for the CPU, and
google.colab is an empty stub, since the course only asks whether it is there.
"""

import json
import os
import shutil
from pathlib import Path
from typing import Any

import nbformat
from kernels import Kernel
from machines import PLACES, ROOT, bare_environment, make_venv, pip_freeze, pip_install, publish

from course_utils.notebooks import SETUP_CELL, repository_slug

ADDRESS = f"https://github.com/{repository_slug(ROOT)}"
PIP = "pip==24.1.2"  # Colab's


class Colab:
    """A machine made anew, in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.record = folder, folder / "record.json"
        self.python = folder / "usr" / "bin" / "python"
        self.environment = bare_environment(folder / "root", self.python.parent) | {
            "COLAB_RELEASE_TAG": "release-colab-as-near-as-can-be",
            "GIT_CONFIG_GLOBAL": os.fspath(folder / "gitconfig"),
            "OMP_NUM_THREADS": "1",  # notebooks run side by side here
        }

    def make(self) -> None:
        """Install what Colab has, run the setup cell, and record the packages before and after.

        The course's public address, which the cell names, leads to a copy of this working tree.
        """
        shutil.rmtree(self.folder, ignore_errors=True)
        (self.folder / "root" / "tmp").mkdir(parents=True)
        env, cwd = self.environment, self.folder
        make_venv(self.folder / "usr", env)
        pip_install(self.python, PIP, env=env, cwd=cwd)
        pip_install(self.python, "-r", PLACES / "colab.txt", env=env, cwd=cwd)
        site = next((self.folder / "usr" / "lib").glob("python3*/site-packages"))
        shutil.copytree(PLACES / "stubs", site, dirs_exist_ok=True)
        repository = publish(self.folder / "course.git")
        (self.folder / "gitconfig").write_text(
            f'[url "{repository.as_uri()}"]\n    insteadOf = "{ADDRESS}"\n'
        )
        before = pip_freeze(self.python, env, cwd)
        content = self.folder / "content"
        content.mkdir()
        self.run(bare_notebook([code_cell(SETUP_CELL.format(repository=ADDRESS))]), content)
        packages = {"before": before, "after": pip_freeze(self.python, env, cwd)}
        self.record.write_text(json.dumps(packages))

    def run(self, nb: Any, content: Path) -> Any:
        """Run a notebook to its end, in the folder `content`; an error raises."""
        launch = (self.python, "-m", "colab_kernel_launcher")
        return Kernel(launch, self.environment, self.folder / "jupyter").run(nb, content)


def stripped(nb: Any) -> Any:
    """Return a notebook as it may come out of Colab: no metadata, no cell ids, no outputs."""
    return bare_notebook(
        [
            code_cell(cell.source)
            if cell.cell_type == "code"
            else {"cell_type": cell.cell_type, "source": cell.source, "metadata": {}}
            for cell in nb.cells
        ]
    )


def code_cell(source: str) -> Any:
    """Make a code cell that has nothing but its source."""
    cell = {"cell_type": "code", "source": source, "metadata": {}, "outputs": []}
    return nbformat.from_dict(cell | {"execution_count": None})


def bare_notebook(cells: list[Any]) -> Any:
    """Make a notebook of a format that knows no cell ids."""
    book = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}
    return nbformat.from_dict(book)
