"""A training that is killed, at whatever moment, goes on and ends as if it had not been."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from safetensors.torch import load_file
from tiny_training import tiny_trainer

from course_utils.gpt.checkpoints import latest_checkpoint
from course_utils.gpt.runs import RunFolder

CPU_ONE_THREAD = {**os.environ, "OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""}

# Torch is imported once; each attempt to train is a fork of this process, which can be killed at
# any moment from its first step on. Importing torch anew for each would take most of the time.
FORKS = """
import os, random, signal, sys, time
import torch, torch._dynamo  # which making an optimizer would import
torch.set_num_threads(1)
from pathlib import Path
from tiny_training import tiny_model, tiny_trainer
from course_utils.cli import main
from course_utils.gpt.runs import RunFolder

def trainer(folder):
    trainer = tiny_trainer(tiny_model(dropout=0.1), RunFolder(folder), n_steps=160,
                           evaluate_every=4, optimizer="muon")
    trainer.resume()
    trainer.train()

def command(folder):
    options = "--preset cpu --steps 60 --quiet --resume".split()
    main(["train", "--corpus", sys.argv[4], *options, "--out", str(folder)])

attempt = {"trainer": trainer, "command": command}[sys.argv[1]]

def train(folder):
    pid = os.fork()
    if pid == 0:
        attempt(folder)
        sys.exit()
    return pid

def n_evaluations(folder):
    return len(RunFolder(folder).read_metrics())

def has_ended(pid):
    return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None

def wait_for(pid, folder, evaluations, seconds=float("inf")):
    end = time.monotonic() + seconds
    while n_evaluations(folder) < evaluations and time.monotonic() < end and not has_ended(pid):
        time.sleep(0.002)

undisturbed, disturbed = Path(sys.argv[2]), Path(sys.argv[3])
start = time.monotonic()
pid = train(undisturbed)
wait_for(pid, undisturbed, 1)
begins = time.monotonic()
assert os.waitpid(pid, 0)[1] == 0
total = n_evaluations(undisturbed)
to_begin, to_evaluate = begins - start, (time.monotonic() - begins) / total
generator = random.Random(0)
seen = []
for kill in range(10):
    pid = train(disturbed)
    if kill % 3:  # somewhere between two evaluations, each time later in the run
        wait_for(pid, disturbed, kill * total // 10)
        delay = generator.uniform(0, to_evaluate)
    else:  # while it still reads and builds
        delay = generator.uniform(0, to_begin)
    wait_for(pid, disturbed, total - 1, delay)  # however slow this machine is now: before the end
    os.kill(pid, signal.SIGKILL)
    assert os.waitpid(pid, 0)[1] == signal.SIGKILL
    seen.append(n_evaluations(disturbed))
rising = sum(later > earlier for earlier, later in zip(seen, seen[1:]))
print("resumed and came further:", rising >= 4, "finished:", RunFolder(disturbed).is_over)
assert os.waitpid(train(disturbed), 0)[1] == 0
"""


def final_weights(folder: Path) -> dict:
    return load_file(latest_checkpoint(RunFolder(folder).checkpoints) / "model.safetensors")


def assert_same_run(one: Path, two: Path) -> None:
    weights = final_weights(one)
    assert weights.keys() == final_weights(two).keys()
    assert all(weight.equal(final_weights(two)[name]) for name, weight in weights.items())

    def without_times(folder):
        return [
            {key: value for key, value in line.items() if key != "seconds"}
            for line in RunFolder(folder).read_metrics()
        ]

    assert without_times(one) == without_times(two)
    assert not list(two.rglob(".partial-*")), "half a file was left behind"
    one_summary, two_summary = (RunFolder(folder).read_summary() for folder in (one, two))
    assert one_summary["val_loss"] == two_summary["val_loss"]


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["trainer", "command"])
def test_killed_ten_times_a_training_ends_with_the_same_weights(tmp_path, kind):
    story = tmp_path / "story.txt"
    story.write_text("the cat sat on the mat and the dog sat on the log. " * 400)
    one, two = tmp_path / "undisturbed", tmp_path / "disturbed"
    done = subprocess.run(
        [sys.executable, "-c", FORKS, kind, str(one), str(two), str(story)],
        capture_output=True,
        text=True,
        env={**CPU_ONE_THREAD, "PYTHONPATH": str(Path(__file__).parent)},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "resumed and came further: True finished: False" in done.stdout
    assert_same_run(one, two)


def test_what_a_killed_process_had_half_written_goes_with_the_next_evaluation(tmp_path):
    half = [tmp_path / f".partial-0123456789ab-{name}" for name in ("metrics.jsonl", "config.json")]
    for path in half:
        path.write_text("{")
    tiny_trainer(folder=RunFolder(tmp_path)).train(until=4)
    assert RunFolder(tmp_path).read_metrics()
    assert not [path for path in half if path.exists()]
