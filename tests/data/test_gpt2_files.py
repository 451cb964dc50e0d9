"""The published GPT-2 is taken only when every one of its files is the known one."""

import hashlib
from dataclasses import replace

import pytest

from course_utils.data import gpt2_files
from course_utils.data.downloads import DATA_DIR_VARIABLE, CorpusUnavailable


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A data folder with small files, which stand for the known ones."""
    folder = tmp_path / "gpt2"
    folder.mkdir()
    sources = []
    for source in gpt2_files.SOURCES:
        content = source.name.encode()
        (tmp_path / source.file_names[0]).write_bytes(content)
        nowhere = ("http://127.0.0.1:9/nobody-listens",)
        known = hashlib.sha256(content).hexdigest()
        sources.append(replace(source, addresses=nowhere, sha256=known))
    monkeypatch.setattr(gpt2_files, "SOURCES", tuple(sources))
    monkeypatch.setattr("course_utils.data.downloads.cache_folder", lambda: tmp_path / "cache")
    monkeypatch.setenv(DATA_DIR_VARIABLE, str(tmp_path))
    return folder


def test_the_folder_with_all_four_files_is_returned(folder):
    assert gpt2_files.fetch_gpt2() == folder
    assert {path.name for path in folder.iterdir()} == set(gpt2_files.SHA256)


def test_a_file_that_was_changed_is_refused(folder):
    (folder / "model.safetensors").write_bytes(b"other weights")
    with pytest.raises(CorpusUnavailable, match=r"model\.safetensors is not the GPT-2's"):
        gpt2_files.fetch_gpt2()


def test_when_a_file_cannot_be_had_it_says_what_to_do_instead(folder):
    (folder / "merges.txt").unlink()
    with pytest.raises(CorpusUnavailable, match="no other cell needs the real GPT-2"):
        gpt2_files.fetch_gpt2(progress=False)


def test_addresses_name_one_fixed_revision():
    for source in gpt2_files.SOURCES:
        assert all(gpt2_files.REVISION in address for address in source.addresses)
        assert len(source.sha256) == 64
