"""Folders for machines. They are gigabytes, and cleared away when their tests have ended."""

import os
import shutil
import subprocess

import pytest
from colab import Colab
from filelock import FileLock

COLAB = "colab"


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """An empty folder for a machine."""
    folder = tmp_path_factory.mktemp("place")
    yield folder
    # Minutes on a slow disk, for which nobody waits.
    subprocess.Popen(["rm", "-rf", folder], start_new_session=True)


@pytest.fixture(scope="session")
def colab(tmp_path_factory):
    """A Colab on which the setup cell has run once: one for all test processes."""
    base = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        base = base.parent  # which all workers share
    machine = Colab(base / COLAB)
    with FileLock(f"{machine.folder}.lock"):
        if not machine.record.is_file():
            machine.make()
    return machine


def pytest_sessionfinish(session):
    """In the process that ends last, remove the Colab, if one was made."""
    if not hasattr(session.config, "workerinput"):
        base = session.config._tmp_path_factory.getbasetemp()
        shutil.rmtree(base / COLAB, ignore_errors=True)
