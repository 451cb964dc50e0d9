"""`course doctor`: a report that a learner can act on."""

import dataclasses
import hashlib
import importlib.metadata
import re
import sys

import pytest

from course_utils import cli, doctor
from course_utils.data import downloads
from course_utils.doctor import short_path


def test_where_all_is_there_nothing_is_missing():
    report, healthy = doctor.examine()
    assert healthy
    assert report.endswith("Nothing is missing.")
    for name in ("python", "torch", "numpy", "jupyterlab", "trains on", "tinyshakespeare"):
        assert name in report


def pretend(monkeypatch, package, version):
    real = doctor.environment.versions

    def versions(packages):
        return {name: version if name == package else real((name,))[name] for name in packages}

    monkeypatch.setattr(doctor.environment, "versions", versions)


def test_a_missing_package_is_named_with_what_to_type(monkeypatch):
    pretend(monkeypatch, "safetensors", None)
    report, healthy = doctor.examine()
    assert not healthy
    assert "MISSING  safetensors" in report
    assert re.fullmatch(r'pip install "safetensors>=[\d.]+"', report.splitlines()[-1].strip())


def test_an_old_package_is_named_with_both_versions(monkeypatch):
    pretend(monkeypatch, "numpy", "1.19.0")
    report, healthy = doctor.examine()
    assert not healthy
    assert "OLD      numpy            1.19.0, needs >=1.26" in report
    assert 'pip install "numpy>=1.26"' in report


def test_on_colab_jupyterlab_is_not_missed(monkeypatch):
    pretend(monkeypatch, "jupyterlab", None)
    assert not doctor.examine()[1]
    monkeypatch.setattr(doctor.environment, "on_colab", lambda: True)
    assert doctor.examine()[1]


def test_what_only_clusters_need_is_not_missed(monkeypatch):
    pretend(monkeypatch, "distributed", None)
    report, healthy = doctor.examine()
    assert healthy
    assert "distributed" not in report


def test_an_old_python_is_named(monkeypatch):
    monkeypatch.setattr(sys, "version_info", (3, 9, 1))
    report, healthy = doctor.examine()
    assert not healthy
    assert "the course needs 3.11 or newer" in report


def test_a_course_that_is_not_installed_is_named(monkeypatch):
    def requires(name):
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "requires", requires)
    report, healthy = doctor.examine()
    assert not healthy
    assert report.splitlines()[-1].strip() == "pip install -e ."


def test_a_corpus_that_is_at_hand_is_shown_with_its_place(monkeypatch, tmp_path):
    monkeypatch.setenv("COURSE_DATA_DIR", str(tmp_path))
    monkeypatch.setattr(downloads, "cache_folder", lambda: tmp_path / "cache")
    assert "names            downloaded when used" in doctor.examine()[0]
    place = tmp_path / "names.txt"
    place.write_text("ada\n")
    assert f"WRONG    names            {place} is not the names that the" in doctor.examine()[0]
    sha256 = hashlib.sha256(b"ada\n").hexdigest()
    known = dataclasses.replace(downloads.SOURCES["names"], sha256=sha256)
    monkeypatch.setitem(downloads.SOURCES, "names", known)
    assert f"ok       names            {short_path(place)}" in doctor.examine()[0]


@pytest.mark.parametrize(("healthy", "status"), [(True, 0), (False, 1)])
def test_the_status_tells_scripts_whether_something_is_missing(
    monkeypatch, capsys, healthy, status
):
    monkeypatch.setattr(doctor, "examine", lambda: ("the report", healthy))
    with pytest.raises(SystemExit) as ended:
        cli.main(["doctor"])
    assert ended.value.code == status
    assert capsys.readouterr().out == "the report\n"
