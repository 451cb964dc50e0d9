"""Machines that are not the maintainer's: their environment, a repository to install from.

Nothing of this checkout, of its .venv or of the home folder leads into them.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from packaging.utils import canonicalize_name

from course_utils.notebooks import find_root

ROOT = find_root(Path(__file__).parent)
PLACES = Path(__file__).parent
# How this machine reaches a package index, and what its linear algebra needs on some processors.
KEPT = re.compile(
    r"PIP_\w+|SSL_\w+|GIT_SSL_\w+|REQUESTS_CA_BUNDLE|OPENBLAS_\w+|(https?|no|all)_proxy", re.I
)


def bare_environment(home: Path, *folders: Path) -> dict[str, str]:
    """Return what a person's first terminal has: an empty home, this Python, git and make.

    folders: what to find programs in, before Python's own folder and the system's.
    """
    (home / "tmp").mkdir(parents=True, exist_ok=True)
    programs = [*folders, Path(sys.base_prefix) / "bin"]
    programs += sorted({Path(found).parent for p in ("git", "make") if (found := shutil.which(p))})
    return {
        "HOME": os.fspath(home),
        "TMPDIR": os.fspath(home / "tmp"),
        "PATH": os.pathsep.join([*map(os.fspath, programs), "/usr/bin", "/bin"]),
        "LANG": "C.UTF-8",
        **{name: value for name, value in os.environ.items() if KEPT.fullmatch(name)},
    }


def run(*command: str | Path, env: dict[str, str], cwd: Path, seconds: float = 900) -> str:
    """Run a command to its end; return what it printed. Fails with the end of it otherwise."""
    done = subprocess.run(
        list(map(os.fspath, command)),
        env=env,
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=seconds,
        text=True,
    )
    assert done.returncode == 0, (
        f"{' '.join(map(os.fspath, command))}: exit status {done.returncode}\n{done.stdout[-4000:]}"
    )
    return done.stdout


def publish(folder: Path) -> Path:
    """Commit the working tree as it is, changes and all, to a repository of its own."""
    env = bare_environment(folder.parent)
    run("git", "init", "--quiet", "--bare", folder, env=env, cwd=ROOT)
    run("git", "--git-dir", folder, "symbolic-ref", "HEAD", "refs/heads/main", env=env, cwd=ROOT)
    git = ["git", "--git-dir", folder, "--work-tree", ROOT]
    git += ["-c", "user.name=The course", "-c", "user.email=course@example.org"]
    run(*git, "add", "--all", env=env, cwd=ROOT)
    run(*git, "commit", "--quiet", "--message", "The working tree", env=env, cwd=ROOT)
    return folder


def clone(folder: Path, env: dict[str, str]) -> Path:
    """Publish the working tree beside `folder`, and clone it into that."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    repository = publish(folder.with_suffix(".git"))
    run("git", "clone", "--quiet", repository, folder, env=env, cwd=folder.parent)
    return folder


def make_venv(folder: Path, env: dict[str, str], python: str | Path = "python3") -> Path:
    """Make a virtual environment with nothing but pip; return its Python."""
    run(python, "-m", "venv", folder, env=env, cwd=folder.parent)
    return folder / "bin" / "python"


def pip_install(python: Path, *what: str | Path, env: dict[str, str], cwd: Path) -> str:
    """Install with the pip of a virtual environment; what is imported is compiled then."""
    pip = (python, "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--no-compile")
    return run(*pip, *what, env=env, cwd=cwd)


def pip_freeze(python: Path, env: dict[str, str], cwd: Path) -> dict[str, str]:
    """Return every installed package, pip and setuptools included, and its version.

    Names are in lower case, with hyphens.
    """
    listed = run(python, "-m", "pip", "list", "--format=freeze", env=env, cwd=cwd)
    pairs = re.findall(r"^([\w.-]+)==(\S+)$", listed, re.M)
    return {canonicalize_name(name): version for name, version in pairs}
