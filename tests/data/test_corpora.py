"""Corpora: what is trained on is what was meant, or the learner is told what to do."""

import hashlib
import os
import subprocess
import sys
import threading
import time
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from IPython.core.interactiveshell import InteractiveShell

from course_utils.data import corpora, downloads, tales
from course_utils.data.corpora import CorpusUnavailable, load_corpus, load_corpus_or_tales

BODY = "".join(f"Line {i} of a play that nobody wrote.\n" for i in range(3000)).encode()
SHA256 = hashlib.sha256(BODY).hexdigest()


class _Handler(BaseHTTPRequestHandler):
    """Answers by the last part of the address."""

    def do_GET(self):
        self.server.asked.append(self.path)
        kind = self.path.rsplit("/", 1)[-1]
        if kind == "missing":
            self.send_error(404)
            return
        if kind == "silent":
            self.server.release.wait(5)
            return
        body = b"<html>Please accept our terms</html>" if kind == "wrong" else BODY
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if kind == "half":
            body = body[: len(body) // 2]
            self.close_connection = True
        if kind == "slow":
            self.wfile.write(body[:100])
            self.wfile.flush()
            self.server.half_sent.set()
            self.server.release.wait(20)
            body = body[100:]
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.asked, server.release, server.half_sent = [], threading.Event(), threading.Event()
    server.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield server
    server.release.set()
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def cache(tmp_path, monkeypatch):
    folder = tmp_path / "cache"
    monkeypatch.setattr(downloads, "cache_folder", lambda: folder)
    monkeypatch.delenv(downloads.DATA_DIR_VARIABLE, raising=False)
    return folder


@pytest.fixture
def offer(server, cache, monkeypatch):
    """Lets "tinyshakespeare" mean BODY, at these addresses of the server."""

    def set_addresses(*kinds):
        source = replace(
            downloads.SOURCES["tinyshakespeare"],
            addresses=tuple(
                kind if kind.startswith("http") else f"{server.address}/{kind}" for kind in kinds
            ),
            sha256=SHA256,
        )
        monkeypatch.setitem(downloads.SOURCES, "tinyshakespeare", source)

    set_addresses("good")
    return set_addresses


def _texts(corpus):
    return corpus.text_train + corpus.text_validation


# The server


def test_a_good_file_is_downloaded_once_and_then_read_from_the_cache(offer, server, cache):
    first = load_corpus("tinyshakespeare", progress=False)
    assert _texts(first) == BODY.decode()
    assert server.asked == ["/good"]
    assert os.listdir(cache) == ["tinyshakespeare.txt"]
    assert load_corpus("tinyshakespeare", progress=False) == first
    assert server.asked == ["/good"]


def test_the_cache_is_enough_when_the_server_is_down(offer, cache):
    cache.mkdir()
    (cache / "tinyshakespeare.txt").write_bytes(BODY)
    offer("http://127.0.0.1:9/nobody-listens")
    assert _texts(load_corpus("tinyshakespeare")) == BODY.decode()


def test_a_damaged_file_in_the_cache_is_downloaded_again(offer, server, cache):
    cache.mkdir()
    (cache / "tinyshakespeare.txt").write_bytes(BODY[:1000])
    assert _texts(load_corpus("tinyshakespeare", progress=False)) == BODY.decode()
    assert server.asked == ["/good"]
    assert (cache / "tinyshakespeare.txt").read_bytes() == BODY


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("wrong", "not the file that the course knows"),
        ("half", "broke off|SHA-256 differs"),
        ("missing", "answered 404 Not Found"),
        ("http://127.0.0.1:9/nobody-listens", "no connection"),
    ],
)
def test_a_bad_answer_is_told_in_one_message_and_leaves_no_file(offer, cache, kind, reason):
    offer(kind)
    with pytest.raises(CorpusUnavailable, match=reason) as caught:
        load_corpus("tinyshakespeare", progress=False)
    message = str(caught.value)
    assert 'load_corpus("tales")' in message
    assert downloads.DATA_DIR_VARIABLE in message
    assert not cache.exists() or os.listdir(cache) == []


def test_a_silent_server_is_given_up_on(offer, monkeypatch):
    monkeypatch.setattr(downloads, "TIMEOUT_SECONDS", 0.2)
    offer("silent")
    with pytest.raises(CorpusUnavailable, match=r"no answer within 0\.2 seconds"):
        load_corpus("tinyshakespeare", progress=False)


@pytest.mark.parametrize("kind", ["wrong", "half", "missing", "http://127.0.0.1:9/nobody-listens"])
def test_the_mirror_serves_when_the_first_address_does_not(offer, server, kind):
    offer(kind, "good")
    assert _texts(load_corpus("tinyshakespeare", progress=False)) == BODY.decode()
    assert server.asked[-1] == "/good"


def test_every_address_that_failed_is_named(offer, server):
    offer("missing", "wrong")
    with pytest.raises(CorpusUnavailable) as caught:
        load_corpus("tinyshakespeare", progress=False)
    assert f"{server.address}/missing" in str(caught.value)
    assert f"{server.address}/wrong" in str(caught.value)


def test_a_download_killed_halfway_leaves_nothing_that_counts(offer, server, cache):
    program = (
        "import sys; from dataclasses import replace; from pathlib import Path\n"
        "from course_utils.data import downloads\n"
        "downloads.cache_folder = lambda: Path(sys.argv[1])\n"
        "source = replace(downloads.SOURCES['tinyshakespeare'],"
        " addresses=(sys.argv[2],), sha256=sys.argv[3])\n"
        "downloads.fetch(source, progress=False)"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program, str(cache), f"{server.address}/slow", SHA256]
    )
    assert server.half_sent.wait(30)
    deadline = time.monotonic() + 10
    while not list(cache.glob("*")) and time.monotonic() < deadline:
        time.sleep(0.01)
    process.kill()
    process.wait()
    server.release.set()
    assert not (cache / "tinyshakespeare.txt").exists()
    assert _texts(load_corpus("tinyshakespeare", progress=False)) == BODY.decode()


def test_a_download_shows_its_progress_if_asked(offer, cache, capsys):
    load_corpus("tinyshakespeare", progress=False)
    assert capsys.readouterr().err == ""
    (cache / "tinyshakespeare.txt").unlink()
    load_corpus("tinyshakespeare")
    assert "100%" in capsys.readouterr().err


def test_a_cache_that_cannot_be_written_is_told(offer, cache):
    cache.write_text("a file where the folder should be")
    with pytest.raises(CorpusUnavailable, match="could not be kept in"):
        load_corpus("tinyshakespeare", progress=False)


# COURSE_DATA_DIR


@pytest.mark.parametrize("file_name", ["tinyshakespeare.txt", "input.txt"])
def test_the_data_folder_is_looked_in_first(offer, server, tmp_path, monkeypatch, file_name):
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / file_name).write_bytes(BODY)
    monkeypatch.setenv(downloads.DATA_DIR_VARIABLE, str(folder))
    assert _texts(load_corpus("tinyshakespeare")) == BODY.decode()
    assert server.asked == []


def test_a_wrong_file_in_the_data_folder_is_named(offer, server, tmp_path, monkeypatch):
    (tmp_path / "tinyshakespeare.txt").write_bytes(BODY[:-1])
    monkeypatch.setenv(downloads.DATA_DIR_VARIABLE, str(tmp_path))
    with pytest.raises(CorpusUnavailable, match="SHA-256") as caught:
        load_corpus("tinyshakespeare")
    assert str(tmp_path / "tinyshakespeare.txt") in str(caught.value)
    assert server.asked == []


def test_a_data_folder_without_the_file_is_passed_over(offer, tmp_path, monkeypatch):
    monkeypatch.setenv(downloads.DATA_DIR_VARIABLE, str(tmp_path / "not-there"))
    assert _texts(load_corpus("tinyshakespeare", progress=False)) == BODY.decode()
    offer("missing")
    downloads.cache_folder().joinpath("tinyshakespeare.txt").unlink()
    with pytest.raises(CorpusUnavailable, match="not-there"):
        load_corpus("tinyshakespeare", progress=False)


# What a notebook sees


def test_a_notebook_goes_on_with_tiny_tales(offer, capsys):
    offer("http://127.0.0.1:9/nobody-listens")
    corpus = load_corpus_or_tales("tinyshakespeare", n_characters=2000)
    assert corpus.name == "tales"
    printed = capsys.readouterr().out
    assert "no connection" in printed
    assert printed.endswith("Going on with Tiny Tales.\n")


def test_ipython_shows_the_message_without_a_stack_trace(capsys):
    shell = InteractiveShell.instance()
    try:
        shell.run_cell(
            "from course_utils.data.corpora import load_corpus\nload_corpus('no-such-thing')"
        )
    finally:
        InteractiveShell.clear_instance()
    captured = capsys.readouterr()
    shown = captured.out + captured.err
    assert "There is no corpus and no file named 'no-such-thing'" in shown
    assert "Traceback" not in shown
    assert "corpora.py" not in shown


# Files of one's own


def test_a_text_file_is_a_corpus(tmp_path):
    path = tmp_path / "diary.txt"
    path.write_bytes("\ufeff".encode() + "Zürich, Tag für Tag.\r\n".encode() * 100)
    corpus = load_corpus(path)
    assert corpus.name == "diary.txt"
    assert _texts(corpus) == "Zürich, Tag für Tag.\n" * 100
    assert len(corpus.text_train) == 9 * len(corpus.text_validation)
    assert corpus.entropy_floor is None
    assert load_corpus(str(path)) == corpus


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\xff\xfe latin \xe9" * 500, "not a text in UTF-8"),
        (b"too short", "too few to learn from"),
        (None, "no corpus and no file"),
    ],
)
def test_a_file_that_cannot_be_learned_from_is_refused(tmp_path, content, message):
    path = tmp_path / "text.txt"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(CorpusUnavailable, match=message):
        load_corpus(path)


def test_a_list_is_split_evenly_along_its_length(offer, cache, monkeypatch):
    monkeypatch.setitem(
        downloads.SOURCES, "names", replace(downloads.SOURCES["tinyshakespeare"], is_list=True)
    )
    corpus = load_corpus("names", progress=False)
    train, validation = corpus.text_train.splitlines(), corpus.text_validation.splitlines()
    assert sorted(train + validation) == sorted(BODY.decode().splitlines())
    assert validation == BODY.decode().splitlines()[9::10]
    assert not set(train) & set(validation)


# Tiny Tales as a corpus


def test_tiny_tales_needs_nothing_and_knows_its_floor(monkeypatch):
    monkeypatch.setenv(downloads.DATA_DIR_VARIABLE, "/not/there")
    corpus = load_corpus(n_characters=20_000)
    assert corpus.name == "tales"
    assert corpus.text_train == tales.tales_corpus("train", 20_000)
    assert corpus.text_validation == tales.tales_corpus("validation", 2_000)
    assert corpus.entropy_floor == tales.entropy_per_character()
    with pytest.raises(ValueError, match="n_characters is 0"):
        load_corpus(n_characters=0)


def test_the_table_is_complete():
    assert corpora.CORPUS_NAMES == ("tales", "tinyshakespeare", "names")
    for name, source in downloads.SOURCES.items():
        assert source.name == name
        assert len(source.addresses) >= 2
        hosts = {address.split("/")[2] for address in source.addresses}
        assert len(hosts) == len(source.addresses)
        assert all(address.startswith("https://") for address in source.addresses)
        assert len(bytes.fromhex(source.sha256)) == 32


def test_importing_the_data_package_stays_light():
    program = (
        "import sys, course_utils.data.digits, course_utils.data.tales, course_utils.data.corpora;"
        "print(sorted({'torch', 'sklearn', 'pooch', 'matplotlib', 'requests', 'tqdm'}"
        " & set(sys.modules)))"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert result.stdout == "[]\n", result.stdout + result.stderr
