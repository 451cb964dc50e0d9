"""Python 3.12 and 3.13, beside the one that runs the tests: the pins install, Part I runs.

What a kernel needs is installed, but not torch: for these Pythons its index may hold builds of
gigabytes only. So the notebooks that need nothing but NumPy run, and prove by it that they need
nothing else. That there is a wheel of every pin, torch and JupyterLab too, pip says without
installing it, also for a Python that is not to be found.
"""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from colab import stripped
from kernels import Kernel
from machines import ROOT, bare_environment, clone, make_venv, pip_install, run

from course_utils.exercises import all_exercises
from course_utils.notebooks import notebook_paths, read

VERSIONS = ("3.12", "3.13")
NO_KERNEL_NEEDS = ("jupyterlab", "nbval")
# Notebooks 02 and 05 compare their engine and their optimizers with torch's.
WITHOUT_TORCH = ("01", "03", "04")

pytestmark = [pytest.mark.places, pytest.mark.timeout(1200)]
each_version = pytest.mark.parametrize("version", VERSIONS)


def interpreter(version):
    """A Python of this version: on the path, or beside the one that runs this; None without it."""
    beside = sorted(Path(sys.base_prefix).parent.glob(f"{version}.*/bin/python{version}"))
    for candidate in filter(None, (shutil.which(f"python{version}"), *beside)):
        # A name on the path may be a mere promise, that of a manager of versions.
        if subprocess.run([candidate, "-c", ""], capture_output=True).returncode == 0:
            return candidate
    return None


def pins():
    """The lines of requirements.txt: torch's, and all others."""
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    lines = [line for line in lines if line and not line.startswith("#")]
    return [[x for x in lines if x.startswith("torch==") is wanted] for wanted in (True, False)]


@each_version
def test_every_pin_has_a_wheel(version, place):
    environment = bare_environment(place / version)
    (torch,), others = pins()
    target = ("--python-version", version, "--only-binary=:all:")
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check")
    # torch is only looked up, because even a dry run may download what it finds.
    listed = run(*pip, "index", "versions", "torch", *target, env=environment, cwd=place)
    assert torch.removeprefix("torch==") in re.findall(r"[\d.]+", listed)
    dry = ("install", "--dry-run", "--no-deps", "--ignore-installed", "--target", place / "nowhere")
    said = run(*pip, *dry, *target, *others, env=environment, cwd=place)
    assert "Would install" in said


@each_version
def test_sources_compile_and_what_needs_only_numpy_runs(version, place):
    python = interpreter(version)
    if python is None:
        pytest.skip(f"there is no Python {version} on this machine")
    home = place / version
    environment = bare_environment(home) | {"OMP_NUM_THREADS": "1"}
    source = clone(home / "course", environment)
    compiled = ("-W", "error", "-m", "compileall", "-q", "course_utils", "tests", "benchmarks")
    run(python, *compiled, env=environment, cwd=source)

    python = make_venv(home / "venv", environment, python)
    needed = [pin for pin in pins()[1] if pin.partition("==")[0] not in NO_KERNEL_NEEDS]
    pip_install(python, *needed, env=environment, cwd=home)
    pip_install(python, "--no-deps", source, env=environment, cwd=home)
    kernel = Kernel((python, "-m", "ipykernel_launcher"), environment, home / "jupyter")
    for path in notebook_paths(ROOT):
        if path.name[:2] in WITHOUT_TORCH:
            content = home / path.stem
            content.mkdir()
            nb = kernel.run(stripped(read(path.read_text(encoding="utf-8"))), content)
            shown = "".join(str(cell.get("outputs")) for cell in nb.cells)
            assert f"Python {version}." in shown
            assert f"0 of {len(all_exercises(path.name[:2]))} exercises done" in shown
