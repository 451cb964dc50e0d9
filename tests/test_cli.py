"""The command `course`, as a person at a terminal meets it."""

import json
import subprocess
import sys

import pytest

from course_utils import cli

STORY = "a fox and a hen went to the river. the hen saw a boat, the fox saw the hen. " * 40


@pytest.fixture
def story(tmp_path):
    path = tmp_path / "story.txt"
    path.write_text(STORY, encoding="utf-8")
    return path


@pytest.fixture
def course(capfd):
    """Run the command in this process; return its status, what it printed, what it complained."""

    def run(*arguments):
        with pytest.raises(SystemExit) as ended:
            cli.main([str(argument) for argument in arguments])
        printed = capfd.readouterr()
        return ended.value.code, printed.out, printed.err

    return run


@pytest.fixture
def finished_run(course, story, tmp_path):
    folder = tmp_path / "run"
    arguments = ("--corpus", story, "--preset", "first-look", "--steps", 4, "--out", folder)
    assert course("train", *arguments)[0] == 0
    return folder


def is_one_line(text):
    return text.startswith("course: ") and text.count("\n") == 1


def test_without_arguments_it_says_what_it_can_do(course):
    status, out, _ = course()
    assert status == 0
    for command in ("lab", "train", "sample", "presets", "doctor"):
        assert f"\n  {command} " in out


def test_help_answers_without_loading_torch():
    program = (
        "import sys\nfrom course_utils.cli import main\n"
        "try: main(['train', '--help'])\nexcept SystemExit: pass\n"
        "print(sorted({'torch', 'numpy', 'matplotlib'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"


def test_training_writes_the_runs_folder_and_prints_the_outcome(course, story, tmp_path):
    folder = tmp_path / "runs" / "a"
    status, out, _ = course(
        "train", "--corpus", story, "--preset", "first-look", "--steps", 4, "--out", folder
    )
    assert status == 0
    names = sorted(path.name for path in folder.iterdir())
    assert names == [
        "checkpoints",
        "config.json",
        "metrics.jsonl",
        "summary.json",
        "tokenizer.json",
    ]
    summary = json.loads((folder / "summary.json").read_text())
    assert (summary["corpus"], summary["preset"], summary["steps"]) == (
        "story.txt",
        "first-look",
        4,
    )
    assert summary["entropy_floor"] is None
    assert f"Validation loss {summary['val_loss']:.4f}" in out
    assert f"course sample {folder}" in out


def test_a_finished_run_is_left_as_it_is(course, finished_run):
    before = {path: path.read_bytes() for path in finished_run.rglob("*") if path.is_file()}
    status, out, _ = course("train", "--out", finished_run, "--resume")
    assert status == 0
    assert "is over" in out
    after = {path: path.read_bytes() for path in finished_run.rglob("*") if path.is_file()}
    assert after == before


def test_resume_begins_a_run_where_there_is_none(course, story, tmp_path):
    folder = tmp_path / "new"
    arguments = ("--corpus", story, "--preset", "first-look", "--steps", 2, "--out", folder)
    assert course("train", *arguments, "--resume")[0] == 0
    assert (folder / "summary.json").is_file()


def test_a_sample_has_the_prompt_and_as_many_characters_as_were_asked_for(course, finished_run):
    status, out, err = course(
        "sample", finished_run, "--prompt", "the fox", "--characters", 120, "--seed", 1
    )
    assert (status, err) == (0, "")
    assert out.startswith("the fox")
    assert len(out) == len("the fox") + 120 + len("\n")
    assert set(out) <= set(STORY) | {"\n"}
    again = course("sample", finished_run, "--prompt", "the fox", "--characters", 120, "--seed", 1)
    assert again[1] == out


def test_the_likeliest_text_is_the_same_each_time(course, finished_run):
    arguments = ("sample", finished_run, "--prompt", "a", "--temperature", 0, "--characters", 30)
    assert course(*arguments)[1] == course(*arguments)[1]


def test_presets_are_listed_by_what_they_fit(course):
    status, out, _ = course("presets")
    assert status == 0
    assert "cpu-minute  a processor with 2 cores" in out


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("fly",), "No such command 'fly'"),
        (("train",), "Missing option '--out'"),
        (("train", "--out", "NEW", "--preset", "quantum"), "no preset 'quantum'. Choose one of"),
        (("train", "--out", "NEW", "--corpus", "bible"), "no corpus and no file named 'bible'"),
        (("train", "--out", "NEW", "--corpus", "TINY"), "too few to learn from"),
        (("train", "--out", "NEW", "--corpus", "BINARY"), "not a text in UTF-8"),
        (("train", "--out", "NEW", "--steps", "0"), "Invalid value for '--steps'"),
        (("train", "--out", "NEW", "--corpus", ""), "no corpus and no file named ''"),
        (("train", "--out", "NEW", "--corpus", "x" * 9999), "no corpus and no file named 'xxx"),
        (("train", "--out", "NEW", "--corpus", "~nobody/at/home"), "no corpus and no file named"),
        (("train", "--out", "NEW", "--corpus", "SHORT"), "has 150 characters to validate with"),
        (("train", "--out", "NEW", "--seed", "1" * 30), "Invalid value for '--seed'"),
        (("train", "--out", "NEW", "--device", "abacus"), "no device 'abacus' here. There is: "),
        (("train", "--out", "NEW", "--device", "cpu:x"), "no device 'cpu:x' here. There is: "),
        (("train", "--out", "NEW", "--device", "cpu:7"), "no device 'cpu:7' here. There is: "),
        (
            ("train", "--out", "BELOW", "--corpus", "STORY", "--preset", "first-look"),
            "story.txt/run: Not a directory.",
        ),
        (("train", "--out", "RUN", "--corpus", "STORY"), "already holds a run: add --resume"),
        (("train", "--out", "OTHER", "--corpus", "STORY"), "is not empty"),
        (("train", "--out", "STORY", "--corpus", "STORY"), "is a file"),
        (("train", "--out", "RUN", "--resume", "--steps", "9"), "begun with --steps 4, not 9"),
        (("train", "--out", "RUN", "--resume", "--seed", "9"), "begun with --seed 0, not 9"),
        (
            ("train", "--out", "RUN", "--resume", "--preset", "cpu-minute"),
            "begun with --preset first-look, not cpu-minute",
        ),
        (("sample", "NEW"), "holds no run: there is no config.json"),
        (("sample", "STORY"), "story.txt is a file, and no folder of a run"),
        (("sample", "BELOW"), "story.txt/run is a file, and no folder of a run"),
        (("sample", "RUN", "--prompt", "Ж"), "has no token for 'Ж'"),
        (("sample", "RUN", "--prompt", ""), "prompt is empty"),
        (("sample", "RUN", "--prompt", "a", "--top-p", "2"), "Invalid value for '--top-p'"),
        (("sample", "RUN", "--prompt", "a", "--temperature", "-1"), "Invalid value"),
        (("sample", "RUN", "--prompt", "a", "--temperature", "nan"), "temperature is nan"),
        (("sample", "RUN", "--prompt", "a", "--seed", "-1"), "Invalid value for '--seed'"),
    ],
)
def test_a_mistake_is_told_in_one_line_with_status_2(
    course, finished_run, story, tmp_path, arguments, complaint
):
    (tmp_path / "tiny.txt").write_text("too short")
    (tmp_path / "short.txt").write_text(STORY[:1500])
    (tmp_path / "binary.txt").write_bytes(b"\xff\xfe" * 2000)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "diary.txt").write_text("not a run")
    places = {
        "RUN": finished_run,
        "STORY": story,
        "TINY": tmp_path / "tiny.txt",
        "SHORT": tmp_path / "short.txt",
        "BELOW": story / "run",
        "BINARY": tmp_path / "binary.txt",
        "OTHER": tmp_path / "other",
        "NEW": tmp_path / "new",
    }
    status, _, err = course(*(places.get(argument, argument) for argument in arguments))
    assert status == 2
    assert is_one_line(err)
    assert complaint in err
    assert not (tmp_path / "new" / "config.json").exists()


def test_without_a_prompt_it_goes_on_from_something_that_the_text_has(course, finished_run):
    status, out, _ = course("sample", finished_run, "--characters", 20)
    assert status == 0
    assert len(out) == 1 + 20 + len("\n")  # the text has no new line to go on from
    assert set(out[:-1]) <= set(STORY)


def test_a_training_whose_loss_was_no_number_says_so_also_later(course, finished_run):
    summary = json.loads((finished_run / "summary.json").read_text())
    (finished_run / "summary.json").write_text(json.dumps({**summary, "val_loss": None}))
    status, out, err = course("train", "--out", finished_run, "--resume")
    assert status == 2
    assert "is over" in out
    assert is_one_line(err)
    assert "no longer a number at step 4" in err
    status, _, err = course("sample", finished_run, "--prompt", "the")
    assert status == 2
    assert "cannot write" in err


@pytest.mark.parametrize(
    ("error", "complaint"),
    [
        (KeyError("wings"), "This should not have happened: KeyError: 'wings'. COURSE_DEBUG=1"),
        (EOFError(), "This should not have happened: EOFError"),
        (MemoryError(), "not enough memory"),
        (type("OutOfMemoryError", (RuntimeError,), {})("CUDA"), "not enough memory"),
        (PermissionError(13, "Permission denied", "/a/b"), "course: /a/b: Permission denied."),
        (ValueError(""), "ValueError"),
    ],
)
def test_no_traceback_reaches_the_terminal(course, monkeypatch, error, complaint):
    def fail():
        raise error

    monkeypatch.setattr("course_utils.doctor.examine", fail)
    status, _, err = course("doctor")
    assert status == 2
    assert is_one_line(err)
    assert complaint in err


def test_a_training_that_is_interrupted_says_how_to_go_on(course, story, tmp_path, monkeypatch):
    from course_utils.gpt.training import Trainer

    def interrupt(trainer):
        raise KeyboardInterrupt

    monkeypatch.setattr(Trainer, "take_step", interrupt)
    folder = tmp_path / "run"
    status, out, err = course("train", "--corpus", story, "--preset", "first-look", "--out", folder)
    assert (status, err.strip()) == (130, "course: stopped.")
    assert f"course train --out {folder} --resume" in out


def test_offline_without_the_corpus_one_line_offers_tiny_tales(course, tmp_path, monkeypatch):
    from course_utils.data import downloads

    def no_network(address, target, source, progress):
        raise OSError("no network in this test")

    monkeypatch.delenv("COURSE_DATA_DIR", raising=False)
    monkeypatch.setattr(downloads, "cache_folder", lambda: tmp_path / "cache")
    monkeypatch.setattr(downloads, "_download", no_network)
    status, _, err = course("train", "--corpus", "tinyshakespeare", "--out", tmp_path / "new")
    assert status == 2
    assert is_one_line(err)
    assert "--corpus tales" in err


def test_a_damaged_checkpoint_is_told_in_one_line(course, story, tmp_path):
    folder = tmp_path / "run"
    arguments = ("--corpus", story, "--preset", "first-look", "--steps", 4, "--out", folder)
    course("train", *arguments)
    (folder / "summary.json").unlink()  # as if it had been stopped
    newest = sorted((folder / "checkpoints").iterdir())[-1]
    (newest / "training.pt").write_bytes(b"half")
    for command in (("train", "--out", folder, "--resume"), ("sample", folder)):
        (newest / "model.safetensors").write_bytes(b"half")
        status, _, err = course(*command)
        assert status == 2
        assert is_one_line(err)
        assert f"Remove the folder {newest.name}" in err


def test_another_text_cannot_be_put_under_a_run(course, finished_run, story):
    (finished_run / "summary.json").unlink()
    story.write_text(STORY + "the end. ", encoding="utf-8")
    status, _, err = course("train", "--out", finished_run, "--resume")
    assert status == 2
    assert "is another one" in err


def test_the_debug_variable_shows_the_traceback(course, monkeypatch, tmp_path):
    monkeypatch.setenv("COURSE_DEBUG", "1")
    with pytest.raises(ValueError, match="holds no run"):
        cli.main(["sample", str(tmp_path)])


def test_lab_without_jupyterlab_says_what_to_type(course, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    status, _, err = course("lab")
    assert status == 2
    assert "pip install jupyterlab" in err


def test_lab_opens_the_notebooks_with_the_given_options(course, monkeypatch, tmp_path):
    calls = []
    monkeypatch.setattr("subprocess.call", lambda command: calls.append(command) or 0)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: True)
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / "00_start_here.ipynb").write_text("{}")
    monkeypatch.chdir(tmp_path)
    assert course("lab", "--no-browser", "--port=9")[0] == 0
    (command,) = calls
    assert command[1:6] == [
        "-m",
        "jupyterlab",
        str(tmp_path / "notebooks"),
        "--no-browser",
        "--port=9",
    ]


def test_a_reader_that_leaves_early_is_no_error(finished_run):
    command = [sys.executable, "-m", "course_utils.cli", "sample", str(finished_run)]
    process = subprocess.Popen(
        [*command, "--prompt", "a", "--characters", "3000"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    process.stdout.read(5)
    process.stdout.close()
    assert process.stderr.read() == b""
    assert process.wait() == 0
