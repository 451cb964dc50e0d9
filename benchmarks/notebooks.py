"""How long the maintainer waits: all notebooks, as they are shipped, through nbval on two cores.

    python benchmarks/notebooks.py [--rounds 1]

The command is `make nbval`: every cell of every notebook is run and its output compared with what
is saved. Setting up the environment is not counted. Exits with 1 when it takes longer than claimed,
or when a notebook fails.
"""

import re
import statistics
import subprocess
import sys
from pathlib import Path

from measuring import Report, options, seconds_of

from course_utils.notebooks import find_root, notebook_paths

GOAL = 10.0  # minutes, at most
ROOT = find_root(Path(__file__).parent)


def make(target: str) -> subprocess.CompletedProcess:
    return subprocess.run(["make", target], cwd=ROOT, capture_output=True, text=True)


def main() -> int:
    given = options(__doc__, rounds=1).parse_args()
    report = Report(__file__, ("nbval", "torch"), given.save)
    make(".venv/test.stamp").check_returncode()
    seconds, failed = [], 0
    for _ in range(given.rounds):
        runs: list[subprocess.CompletedProcess] = []
        seconds.append(seconds_of(lambda runs=runs: runs.append(make("nbval"))))
        output = runs[0].stdout
        report.say(f"{seconds[-1]:.0f} s: {(output.strip().splitlines() or [''])[-1]}")
        for line in re.findall(r"^[\d.]+s call .*$", output, re.M)[:3]:
            report.say(f"  slow: {line}")
        if runs[0].returncode:
            failed += 1
            report.say(output[-3000:] + runs[0].stderr[-1000:])
    n = len(notebook_paths(ROOT))
    report.claim(
        f"all {n} notebooks through nbval on two cores",
        statistics.median(seconds) / 60, GOAL, unit="minutes",
    )  # fmt: skip
    report.claim("runs of all notebooks that failed", failed, 0)
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
