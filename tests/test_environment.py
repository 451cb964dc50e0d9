"""Where the course runs: what it says, and where it keeps what is the learner's."""

import platform
import random
import sys
from pathlib import Path

import numpy as np
import pytest

import course_utils
from course_utils import environment
from course_utils.environment import describe, learner_folder, set_seed, short_path, versions


def test_the_first_line_of_a_notebook_names_what_a_question_must_name():
    line = describe()
    for version in (course_utils.__version__, platform.python_version(), np.__version__):
        assert version in line
    assert "\n" not in line
    assert "Colab" not in line


def test_colab_is_known_by_its_variable(monkeypatch):
    monkeypatch.setenv("COLAB_RELEASE_TAG", "release-colab")
    assert environment.on_colab()
    assert "on Colab" in describe()


def test_a_seed_repeats_what_every_generator_draws():
    import torch

    def draw():
        set_seed(7)
        return random.random(), np.random.rand(), torch.rand(1).item()  # noqa: NPY002

    assert draw() == draw()


def test_seeding_loads_no_torch(monkeypatch):
    monkeypatch.delitem(sys.modules, "torch")
    set_seed(0)
    assert "torch" not in sys.modules


def test_the_learners_folder_lies_beside_the_notebooks_unless_it_is_named(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("COURSE_HOME")
    assert learner_folder() == tmp_path / "my_course"
    monkeypatch.setenv("COURSE_HOME", str(tmp_path / "elsewhere"))
    assert learner_folder() == tmp_path / "elsewhere"
    monkeypatch.setenv("COURSE_HOME", "~/course")
    assert learner_folder() == Path.home() / "course"


def test_on_colab_the_learners_folder_is_on_drive_when_that_is_mounted(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("COURSE_HOME")
    monkeypatch.setenv("COLAB_RELEASE_TAG", "release-colab")
    monkeypatch.setattr(environment, "COLAB_DRIVE", tmp_path / "drive")
    assert learner_folder() == tmp_path / "my_course"
    (tmp_path / "drive").mkdir()
    assert learner_folder() == tmp_path / "drive" / "neuron-to-gpt"


@pytest.mark.parametrize(
    ("path", "written"),
    [
        ("/home/ada/lessons/course/notebooks/my_course", "my_course"),
        ("/home/ada/lessons/course/.venv", "../.venv"),
        ("/home/ada/.cache/neuron-to-gpt", "~/.cache/neuron-to-gpt"),
        ("/srv/data", "/srv/data"),
    ],
)
def test_a_path_is_written_as_a_person_would(monkeypatch, path, written):
    monkeypatch.setattr(Path, "cwd", lambda: Path("/home/ada/lessons/course/notebooks"))
    monkeypatch.setattr(Path, "home", lambda: Path("/home/ada"))
    monkeypatch.setattr("os.getcwd", lambda: "/home/ada/lessons/course/notebooks")
    assert short_path(path) == written


def test_at_the_root_and_at_home_not_everything_is_next_door(monkeypatch):
    monkeypatch.setattr(Path, "home", lambda: Path("/home/ada"))
    for here in ("/content", "/home/ada/course"):
        monkeypatch.setattr(Path, "cwd", lambda here=here: Path(here))
        monkeypatch.setattr("os.getcwd", lambda here=here: here)
        assert short_path("/home/ada/.cache/x") == "~/.cache/x"
        assert short_path(f"{here}/runs/a") == "runs/a"
        assert short_path("/srv/data") == "/srv/data"


def test_versions_tell_what_is_missing_by_none():
    found = versions(("numpy", "no-such-package-anywhere"))
    assert found == {"numpy": np.__version__, "no-such-package-anywhere": None}
