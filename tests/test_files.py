"""A file is there wholly or not at all."""

import os
import signal
import subprocess
import sys
import textwrap
import threading

import pytest

from course_utils.files import write_atomically


def test_the_file_holds_what_the_block_wrote(tmp_path):
    with write_atomically(tmp_path / "new" / "folder" / "a.txt") as partial:
        partial.write_text("whole")
    assert (tmp_path / "new" / "folder" / "a.txt").read_text() == "whole"
    assert os.listdir(tmp_path / "new" / "folder") == ["a.txt"]


def test_readers_see_the_old_file_until_the_new_one_is_whole(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old")
    with write_atomically(path) as partial:
        partial.write_text("n")
        assert path.read_text() == "old"
        partial.write_text("new")
        assert path.read_text() == "old"
    assert path.read_text() == "new"


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_an_error_leaves_the_old_file_and_no_litter(tmp_path, error):
    path = tmp_path / "a.txt"
    path.write_text("old")

    def stop_halfway():
        with write_atomically(path) as partial:
            partial.write_text("half")
            raise error

    with pytest.raises(error):
        stop_halfway()
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["a.txt"]


def test_a_block_that_writes_nothing_is_told_so(tmp_path):
    with pytest.raises(FileNotFoundError, match="nothing was written"):  # noqa: SIM117
        with write_atomically(tmp_path / "a.txt"):
            pass
    assert os.listdir(tmp_path) == []


def test_the_partial_file_keeps_the_ending_and_the_folder(tmp_path):
    with write_atomically(tmp_path / "model.tar.npz") as partial:
        assert partial.parent == tmp_path.resolve()
        assert partial.name.endswith("model.tar.npz")
        partial.touch()


def test_a_link_stays_a_link(tmp_path):
    (tmp_path / "real.txt").write_text("old")
    (tmp_path / "link.txt").symlink_to(tmp_path / "real.txt")
    with write_atomically(tmp_path / "link.txt") as partial:
        partial.write_text("new")
    assert (tmp_path / "link.txt").is_symlink()
    assert (tmp_path / "real.txt").read_text() == "new"


def test_writers_of_the_same_file_do_not_mix(tmp_path):
    path = tmp_path / "a.txt"
    texts = [letter * 200_000 for letter in "abcdefgh"]

    def write(text):
        for _ in range(5):
            with write_atomically(path) as partial, partial.open("w") as file:
                for start in range(0, len(text), 10_000):
                    file.write(text[start : start + 10_000])

    threads = [threading.Thread(target=write, args=(text,)) for text in texts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert path.read_text() in texts
    assert os.listdir(tmp_path) == ["a.txt"]


def test_a_process_killed_in_the_middle_of_a_write_leaves_the_old_file(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old")
    program = textwrap.dedent(
        """
        import sys, time
        from course_utils.files import write_atomically
        with write_atomically(sys.argv[1]) as partial:
            with partial.open("w") as file:
                file.write("half")
                file.flush()
                print("written", flush=True)
                time.sleep(60)
        """
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program, str(path)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "written\n"
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    assert path.read_text() == "old"
