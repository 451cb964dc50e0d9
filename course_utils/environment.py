"""Where am I running: Colab or not, CPU or GPU, which versions, which folders.

Importing this imports nothing heavy: a NumPy notebook must not wait for torch.
"""

import importlib.metadata
import os
import platform
import random
import shutil
import sys
from pathlib import Path

import numpy as np

import course_utils

COLAB_DRIVE = Path("/content/drive/MyDrive")


def setup(seed: int = 0) -> None:
    """Start a notebook: fix the seeds, set the look of the figures, say where it runs."""
    set_seed(seed)
    from course_utils.figures.style import use_course_style

    use_course_style()
    print(describe())


def set_seed(seed: int) -> None:
    """Seed Python's, NumPy's and, when it is loaded, torch's global generators."""
    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002 - learners may use the global generator
    if "torch" in sys.modules:
        sys.modules["torch"].manual_seed(seed)


def describe() -> str:
    """Return one line: the versions of the course, Python and NumPy, and the machine."""
    place = " on Colab" if on_colab() else ""
    return (
        f"From Neuron to GPT {course_utils.__version__}{place} · "
        f"Python {platform.python_version()} · NumPy {np.__version__} · {machine()}"
    )


def machine() -> str:
    """Name the processor that training will use, without loading torch if it is not loaded."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    if "torch" in sys.modules:
        name = device().type
        if name == "cuda":
            return f"GPU: {sys.modules['torch'].cuda.get_device_name()}"
        if name == "mps":
            return "GPU: Apple (MPS)"
    elif shutil.which("nvidia-smi"):
        return "an NVIDIA GPU"
    elif platform.system() == "Darwin" and platform.machine() == "arm64":
        return "GPU: Apple (MPS)"
    return f"CPU, {cores} cores"


def device():
    """Return the best torch.device there is: CUDA, else MPS, else the CPU."""
    import torch

    if torch.cuda.is_available():
        return torch.device("cuda")
    if torch.backends.mps.is_available():
        return torch.device("mps")
    return torch.device("cpu")


def on_colab() -> bool:
    """Tell whether this is a Google Colab runtime."""
    return "google.colab" in sys.modules or "COLAB_RELEASE_TAG" in os.environ


def learner_folder() -> Path:
    """Return the folder that keeps a learner's progress and answers (it may not exist yet).

    COURSE_HOME names it. Without it: a folder on Google Drive on Colab when Drive is mounted,
    because a Colab machine forgets everything else, and `my_course` in the working folder,
    beside the notebooks, otherwise.
    """
    if named := os.environ.get("COURSE_HOME"):
        return Path(os.path.expanduser(named))
    if on_colab() and COLAB_DRIVE.is_dir():
        return COLAB_DRIVE / "neuron-to-gpt"
    return Path.cwd() / "my_course"


def short_path(path: str | os.PathLike) -> str:
    """Write a path as a person would: from here when it is near, from ~ when it is at home."""
    path, here, home = Path(path).absolute(), Path.cwd(), Path.home()
    # Next door is near, but not where all of a computer or of a person lies next door.
    near = here if here.parent in (Path(here.anchor), home) else here.parent
    if path.is_relative_to(near):
        return os.path.relpath(path, here)
    if path.is_relative_to(home):
        return str(Path("~") / path.relative_to(home))
    return str(path)


def versions(packages: tuple[str, ...]) -> dict[str, str | None]:
    """Return the installed version of each package, None for one that is missing."""
    found: dict[str, str | None] = {}
    for package in packages:
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            found[package] = None
    return found
