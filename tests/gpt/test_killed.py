"""A training that is killed, at whatever moment, goes on and ends as if it had not been."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from safetensors.torch import load_file

from course_utils.gpt.checkpoints import latest_checkpoint
from course_utils.gpt.runs import RunFolder

CPU_ONE_THREAD = {**os.environ, "OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""}

# Torch is imported once; each attempt to train is a fork of this process, which can be killed at
# any moment from its first step on. Importing torch anew for each would take most of the time.
FORKS = """
import os, random, signal, sys, time
import torch
torch.set_num_threads(1)
from pathlib import Path
from tiny_training import tiny_model, tiny_trainer
from course_utils.gpt.runs import RunFolder

def train(folder):
    pid = os.fork()
    if pid == 0:
        trainer = tiny_trainer(tiny_model(dropout=0.1), RunFolder(folder), n_steps=160,
                               evaluate_every=4, optimizer="muon")
        trainer.resume()
        trainer.train()
        os._exit(0)
    return pid

undisturbed, disturbed, kills = Path(sys.argv[1]), Path(sys.argv[2]), 0
start = time.monotonic()
assert os.waitpid(train(undisturbed), 0)[1] == 0
duration = time.monotonic() - start
generator = random.Random(0)
while kills < 10:
    pid = train(disturbed)
    time.sleep(generator.uniform(0, duration / 6))
    os.kill(pid, signal.SIGKILL)
    kills += os.waitpid(pid, 0)[1] == signal.SIGKILL
print("kills", kills, "finished before the last", RunFolder(disturbed).is_over)
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


def test_killed_ten_times_a_training_ends_with_the_same_weights(tmp_path):
    one, two = tmp_path / "undisturbed", tmp_path / "disturbed"
    done = subprocess.run(
        [sys.executable, "-c", FORKS, str(one), str(two)],
        capture_output=True,
        text=True,
        env={**CPU_ONE_THREAD, "PYTHONPATH": str(Path(__file__).parent)},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "kills 10 finished before the last False" in done.stdout
    assert_same_run(one, two)


@pytest.mark.slow
def test_the_command_killed_ten_times_ends_with_the_same_weights(tmp_path):
    story = tmp_path / "story.txt"
    story.write_text("the cat sat on the mat and the dog sat on the log. " * 100)
    one, two = tmp_path / "undisturbed", tmp_path / "disturbed"

    def train(folder):
        options = ["--preset", "first-look", "--steps", "200", "--quiet", "--resume"]
        command = [sys.executable, "-m", "course_utils.cli", "train", "--corpus", story]
        return subprocess.Popen(
            [*command, *options, "--out", folder], env=CPU_ONE_THREAD, stdout=subprocess.DEVNULL
        )

    def last_written(folder):
        metrics = folder / "metrics.jsonl"
        return metrics.stat().st_mtime_ns if metrics.exists() else 0

    def wait_for_first_step(folder, written_before):
        while last_written(folder) == written_before:
            time.sleep(0.01)

    process = train(one)
    wait_for_first_step(one, 0)
    start = time.monotonic()
    assert process.wait() == 0
    duration = time.monotonic() - start
    generator = random.Random(0)
    for attempt in range(10):
        written_before = last_written(two)
        process = train(two)
        if attempt % 3:
            wait_for_first_step(two, written_before)
            time.sleep(generator.uniform(0, duration / 8))
        else:  # while it still imports, reads, builds
            time.sleep(generator.uniform(0, 2))
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
    assert RunFolder(two).read_metrics()
    assert not RunFolder(two).is_over
    assert train(two).wait() == 0
    assert_same_run(one, two)
