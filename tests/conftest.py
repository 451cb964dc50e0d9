"""What all tests share: a learner's folder of their own, and one thread for each test process."""

import os

import pytest
from hypothesis import settings

# Two cores are often busy with something else: a slow example is no failing one.
settings.register_profile("course", deadline=None)
settings.load_profile("course")

os.environ.setdefault("MPLBACKEND", "agg")


@pytest.fixture(autouse=True)
def learners_folder(tmp_path, monkeypatch):
    """Keep every test away from the progress of whoever runs it."""
    folder = tmp_path / "learner"
    monkeypatch.setenv("COURSE_HOME", str(folder))
    return folder
