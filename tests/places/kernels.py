"""Run notebooks in the kernel of another Python: the client here, the kernel there, as in a lab."""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from running import execute

PATIENCE = 420  # seconds for one cell on a busy machine


class Kernel:
    """A kernel that `launch` starts (a Python, its options) with an environment of its own.

    folder: where its description is kept.
    """

    def __init__(self, launch: Sequence[str | Path], env: dict[str, str], folder: Path) -> None:
        self.env, self.folder = env, folder
        argv = [*map(os.fspath, launch), "-f", "{connection_file}"]
        description = {"argv": argv, "display_name": "Elsewhere", "language": "python"}
        file = folder / "kernels" / "elsewhere" / "kernel.json"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(description))

    def run(self, nb: Any, content: Path) -> Any:
        """Run a notebook to its end, in the folder `content`; an error in a cell raises."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("JUPYTER_PATH", os.fspath(self.folder))
            return execute(nb, content, self.env, timeout=PATIENCE, kernel_name="elsewhere")
