"""The course as a package: installed from a clone, used in another folder, on its oldest versions.

pyproject.toml promises to work from certain versions on. Those are what is installed here.
"""

import re
import tomllib

import pytest
from machines import PLACES, ROOT, bare_environment, clone, make_venv, pip_freeze, pip_install, run
from packaging.requirements import Requirement
from packaging.version import Version

# Of older ones no build for the CPU may be at hand.
NOT_TRIED = "torch"


def lowest():
    """The versions of lowest.txt, by package."""
    pins = re.findall(r"^([\w-]+)==(\S+)$", (PLACES / "lowest.txt").read_text(), re.M)
    return {name: Version(version) for name, version in pins}


def test_every_lower_bound_is_the_version_that_is_tried():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    bounds = {r.name: r.specifier for r in map(Requirement, project["dependencies"])}
    assert bounds.keys() == lowest().keys()
    for name, specifier in bounds.items():
        (bound,) = specifier
        assert bound.operator == ">="
        parts = Version(bound.version).release
        tried = lowest()[name]
        assert tried in specifier
        assert name == NOT_TRIED or tried.release[: len(parts)] == parts, name


@pytest.mark.places
@pytest.mark.timeout(1200)
def test_oldest_versions_will_do_to_train_and_to_let_write_from_any_folder(place):
    environment = bare_environment(place / "home")
    source = clone(place / "course", environment)
    python = make_venv(place / "venv", environment)
    lowest_ones = ("--constraint", PLACES / "lowest.txt")
    pip_install(python, *lowest_ones, ".", env=environment, cwd=source)
    found = pip_freeze(python, environment, place)
    for name, version in lowest().items():
        assert Version(found[name]).public == version.public, name

    elsewhere = place / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "hens.txt").write_text("Once there was a fox. It saw a hen, and ran. " * 400)

    def course(*arguments):
        return run(python.with_name("course"), *arguments, env=environment, cwd=elsewhere)

    assert course("doctor").endswith("Nothing is missing.\n")
    assert "3 steps" in course("train", "--corpus", "hens.txt", "--steps", "3", "--out", "run")
    assert course("sample", "run", "--prompt", "Once").startswith("Once")
