"""What the benchmarks share: taking turns, ratios, the machine's name, and how a result is kept."""

import argparse
import dataclasses
import datetime
import itertools
import json
import os
import platform
import shlex
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results"
Peer = Callable[[], float | None]  # does its work, and returns the seconds that it took
Seconds = dict[str, list[float | None]]  # peer -> its seconds in each round, None: it sat out


def seconds_of(work: Callable[[], Any], times: int = 1, clock=time.perf_counter) -> float:
    """The seconds that one call of `work` takes, as the mean over some in a row."""
    began = clock()
    for _ in range(times):
        work()
    return (clock() - began) / times


def every(n: int, peer: Peer) -> Peer:
    """The same peer, sitting out all rounds but each n-th: for one that is very slow."""
    turns = itertools.count()
    return lambda: peer() if next(turns) % n == 0 else None


def take_turns(peers: Mapping[str, Peer], rounds: int, warm_up: int = 1) -> Seconds:
    """Let the peers work one after the other, again and again.

    What disturbs the machine for a while then disturbs all of them. Every other round goes the
    other way round; the first `warm_up` rounds are not counted.
    """
    seconds: Seconds = {name: [] for name in peers}
    for turn in range(-warm_up, rounds):
        for name in list(peers) if turn % 2 else reversed(list(peers)):
            taken = peers[name]()
            if turn >= 0:
                seconds[name].append(taken)
    return seconds


def ratio(seconds: Seconds, name: str, to: str) -> float:
    """How many times as long `name` took: the median over the rounds in which both worked."""
    pairs = zip(seconds[name], seconds[to], strict=True)
    return statistics.median(a / b for a, b in pairs if a is not None and b is not None)


def median_seconds(seconds: Seconds, name: str) -> float:
    return statistics.median(taken for taken in seconds[name] if taken is not None)


def in_new_process(work: Callable, *inputs, **named):
    """What `work` returns in a process of its own: nothing is warm, as when a learner starts."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(work, *inputs, **named).result()


def machine(*packages: str) -> str:
    """The processor, the cores that may be used, and the versions that matter."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    versions = [f"{package} {version(package)}" for package in packages]
    return ", ".join(
        [f"{processor()}, {cores} cores", f"Python {platform.python_version()}", *versions]
    )


def processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


@dataclasses.dataclass(frozen=True)
class Claim:
    """A measured number beside its goal."""

    says: str
    measured: float | None  # None: the goal's event never came
    goal: float
    at_least: bool = False  # else at most
    unit: str = ""

    @property
    def holds(self) -> bool:
        if self.measured is None:
            return False
        return self.measured >= self.goal if self.at_least else self.measured <= self.goal

    @property
    def wants(self) -> str:
        return f"at {'least' if self.at_least else 'most'} {self.goal:g}{self.suffix}"

    @property
    def found(self) -> str:
        return "never" if self.measured is None else f"{self.measured:.3g}{self.suffix}"

    @property
    def suffix(self) -> str:
        return f" {self.unit}" if self.unit else ""


class Report:
    """What a benchmark says: lines, claims, an exit status; kept as a file when that is wanted.

    `file` is the benchmark's `__file__`, `packages` those whose versions matter to it.
    """

    def __init__(self, file: str, packages: Sequence[str] = (), save: bool = False):
        self.name, self.save = Path(file).stem, save
        self.machine = machine(*packages)
        self.lines: list[str] = []
        self.claims: list[Claim] = []
        self.began = datetime.datetime.now(datetime.UTC)
        print(self.machine)
        if hasattr(os, "getloadavg"):
            self.say(f"load of the machine at the start: {os.getloadavg()[0]:.2f}")

    def say(self, line: str) -> None:
        print(line, flush=True)
        self.lines.append(line)

    def claim(self, says: str, measured: float | None, goal: float, **more) -> None:
        claim = Claim(says, measured, goal, **more)
        self.claims.append(claim)
        print(f"{says}: {claim.found} ({claim.wants}): {'holds' if claim.holds else 'FAILS'}")

    def finish(self) -> int:
        """Keep the result if asked to; 0 when every claim holds, else 1."""
        if self.save:
            self.write(RESULTS)
        return 0 if all(claim.holds for claim in self.claims) else 1

    def write(self, folder: Path) -> Path:
        folder.mkdir(exist_ok=True)
        result = {
            "date": f"{self.began:%Y-%m-%d %H:%M} UTC",
            "machine": self.machine,
            "command": command(sys.argv),
            "claims": [dataclasses.asdict(claim) for claim in self.claims],
            "lines": self.lines,
        }
        path = folder / f"{self.name}.json"
        path.write_text(json.dumps(result, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        return path


def command(argv: Sequence[str]) -> str:
    """How to measure the same again, from the root of the checkout."""
    given = [argument for argument in argv[1:] if argument != "--save"]
    return shlex.join(["python", f"benchmarks/{Path(argv[0]).name}", *given])


def options(doc: str, *, rounds: int) -> argparse.ArgumentParser:
    """The options that every benchmark has; `doc` is its docstring."""
    parser = argparse.ArgumentParser(description=doc.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=rounds, help=f"of turns, {rounds} if not set")
    parser.add_argument("--save", action="store_true", help="write results/, which stamp.py reads")
    return parser
