"""`check` in the hands of a learner: what it returns, shows and writes down."""

import json
import subprocess
import sys

import numpy as np
import pytest

from course_utils.exercises import (
    check,
    checking,
    get,
    hint,
    journal,
    learners_own,
    progress,
    solution,
)
from course_utils.scratch import layers


@pytest.fixture(autouse=True)
def new_kernel(monkeypatch):
    monkeypatch.setattr(checking, "_verdicts", {})


def right(x):
    return np.zeros_like(x) if np.ptp(x) == 0 else (x - np.mean(x)) / np.std(x)


def wrong(x):
    return (x - np.mean(x)) / np.var(x) if np.ptp(x) else np.zeros_like(x)


def named(function, name="standard_score"):
    function.__name__ = name
    return function


def state():
    return progress("00").rows[0][1]


def test_check_returns_the_learners_own_function_when_it_is_correct(capsys):
    answer = named(right)
    assert check(answer) is answer
    assert "✓ standard_score is correct" in capsys.readouterr().out


def test_check_returns_a_version_that_works_when_the_answer_is_wrong(capsys):
    assert check(named(wrong)) is layers.standard_score
    assert "You divide by the variance" in capsys.readouterr().out


def test_checking_again_after_a_failure_never_scores_the_courses_version(capsys):
    standard_score = check(named(wrong))
    assert state() == "incorrect"
    standard_score = check(standard_score)
    assert state() == "not attempted"
    assert "Run the cell with your definition again" in capsys.readouterr().out
    assert check(standard_score) is layers.standard_score
    assert state() == "not attempted"
    assert check(named(right)).__code__ is right.__code__
    assert state() == "correct"


def test_course_version_imported_under_the_learners_name_is_not_scored():
    from course_utils.scratch.layers import standard_score

    check(standard_score)
    assert state() == "not attempted"


def test_check_never_raises_whatever_it_is_given():
    def standard_score(x):
        raise SystemExit("let me out")

    assert check(standard_score) is layers.standard_score
    assert state() == "could not check"
    for odd in (5, "text", None, np.mean, int):
        exercise = get("standard_score")
        assert checking.verdict_on(exercise, odd).state in ("could not check", "incorrect")


class Unprintable:
    def __repr__(self):
        raise RuntimeError("no words for it")


def nested(depth):
    value = []
    for _ in range(depth):
        value = [value]
    return value


ODD_VALUES = {
    "an object without words": Unprintable(),
    "a list of such": [Unprintable()],
    "lists in lists in lists": nested(900),
    "a generator": (number for number in range(3)),
    "a whole number that no float holds": 10**400,
    "one too long to be printed": -(10**5000),
    "an array of objects": np.array([1, None], dtype=object),
    "dates": np.array(["2020-01-01"], dtype="datetime64[D]"),
    "a module": np,
}


@pytest.mark.parametrize("kind", ODD_VALUES)
@pytest.mark.parametrize("name", ["standard_score", "count_macs", "mlp_backward"])
def test_any_value_that_an_answer_returns_ends_in_a_card(name, kind, capsys):
    def answer(*inputs):
        return ODD_VALUES[kind]

    answer.__name__ = name
    assert check(answer) is get(name).reference
    assert checking._verdicts[name].state in ("could not check", "incorrect")
    assert len(capsys.readouterr().out) < 5000


def test_a_function_that_yields_is_told_that_it_gives_a_generator(capsys):
    def standard_score(x):
        yield x

    check(standard_score)
    assert "is a generator, but should be" in capsys.readouterr().out


class Mute(Exception):
    def __str__(self):
        raise RuntimeError("nothing to say")


@pytest.mark.parametrize("raised", [KeyboardInterrupt, GeneratorExit, BaseException, Mute])
def test_whatever_an_answer_raises_is_told_and_not_taken_for_a_loop(raised, capsys):
    def standard_score(x):
        raise raised

    check(standard_score)
    assert state() == "could not check"
    assert f"It raised {raised.__name__}." in capsys.readouterr().out


def test_interrupting_the_kernel_during_a_check_stops_the_answer():
    program = """
import os, signal, threading, time
from course_utils.exercises import check
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs ignore it
def standard_score(x):  # interrupted while it runs, however long the imports took
    threading.Timer(0.3, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
    while True:
        time.sleep(0.01)
try:
    check(standard_score)
except KeyboardInterrupt:
    time.sleep(0.3)
    print("stopped", threading.active_count())
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True
    )
    assert "stopped 1" in done.stdout


def test_lambda_bound_to_the_name_is_recognised():
    space = {"check": check, "np": np}
    exec(
        "standard_score = lambda x: (x - x.mean()) / (x.std() or 1.0)\n"
        "result = check(standard_score)",
        space,
    )
    assert space["result"] is space["standard_score"]


def test_unknown_name_gets_the_nearest_ones():
    with pytest.raises(KeyError, match="Did you mean standard_score"):
        check(named(lambda x: x, "standard_scores"))


@pytest.mark.parametrize("body", ["pass", "...", "'a docstring'", "return None", "return"])
def test_body_without_code_is_not_attempted(body):
    space = {}
    exec(f"def standard_score(x):\n    {body}", space)
    check(space["standard_score"])
    assert state() == "not attempted"


def test_body_that_returns_a_constant_is_an_attempt():
    def standard_score(x):
        return 3.0

    check(standard_score)
    assert state() == "incorrect"


def test_untouched_exercise_leaves_no_trace(learners_folder):
    def standard_score(x):
        raise NotImplementedError

    check(standard_score)
    assert not learners_folder.exists()


def test_solved_exercise_stays_solved_in_the_journal(learners_folder):
    check(named(right))
    check(named(wrong))
    entry = json.loads((learners_folder / "progress" / "standard_score.json").read_text())
    assert entry["solved"] is True
    assert entry["state"] == "incorrect"
    assert entry["checks"] == 2
    assert journal.read()["standard_score"] == entry


@pytest.mark.parametrize("content", [b"{broken", b"[]", b"\xff\xfe", b'{"checks": "many"}'])
def test_damaged_journal_is_not_in_the_way(learners_folder, content):
    path = learners_folder / "progress" / "standard_score.json"
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    check(named(right))
    assert journal.read()["standard_score"]["solved"] is True


def test_folder_that_cannot_be_written_costs_a_note_and_not_the_result(
    monkeypatch, tmp_path, capsys
):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("COURSE_HOME", str(tmp_path / "file"))
    check(named(right))
    assert state() == "correct"
    assert "could not be written down" in capsys.readouterr().out


def test_hints_come_step_by_step():
    hints = get("standard_score").hints
    assert "Hint 1" in repr(hint("standard_score"))
    assert "Hint 2" not in repr(hint("standard_score"))
    assert f"Hint {len(hints)}" in repr(hint("standard_score", 99))


def test_solution_is_the_reference_as_it_is_written():
    assert solution("standard_score").data == get("standard_score").solution_source()


def test_learners_own_answer_is_there_in_a_new_process(learners_folder):
    program = """
import numpy as np
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
for cell in [
    "import numpy as np\\nfrom course_utils.exercises import check",
    "SMALL = 1e-12\\ndef spread_of(x):\\n    return np.std(x)",
    "def standard_score(x):\\n    s = spread_of(x)\\n"
    "    return (x - x.mean()) / s if s > SMALL else np.zeros_like(x)",
    "standard_score = check(standard_score)",
]:
    assert shell.run_cell(cell).success
"""
    subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, timeout=60)
    own = learners_own("standard_score")
    np.testing.assert_allclose(own(np.array([1.0, 3.0])), [-1.0, 1.0])
    assert own is not layers.standard_score


@pytest.mark.parametrize("content", [b"def standard_score(x:\n", b"\xff\xfe", b"raise ValueError"])
def test_damaged_answer_counts_as_none(learners_folder, content):
    path = learners_folder / "answers" / "standard_score.py"
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    assert learners_own("standard_score") is None
    assert learners_own("softmax_that_was_never_written") is None


def test_checking_a_numpy_exercise_loads_neither_torch_nor_matplotlib():
    program = (
        "import sys; from course_utils.exercises import check, get; get('standard_score');"
        "assert 'torch' not in sys.modules and 'matplotlib' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
