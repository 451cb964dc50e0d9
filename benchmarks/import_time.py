"""What an import costs: `import course_utils`, and what a NumPy notebook imports, without torch.

    python benchmarks/import_time.py [--rounds 20]

Each turn is a new process of Python, from its start to its end: with nothing to do, with the
package, with `check`. They take turns; the cost is the median over the rounds of the difference
from bare Python in the same round. The files are in the system's memory from the first round on,
which is not counted. Exits with 1 when a claim does not hold.
"""

import statistics
import subprocess
import sys

from measuring import Report, median_seconds, options, seconds_of, take_turns

GOAL = 50  # milliseconds more than bare Python, at most
PROGRAMS = {
    "bare": "pass",
    "import course_utils": "import course_utils",
    "import check": "from course_utils.exercises import check",
    "import torch": "import torch",
}
COUNT = "; import sys; print(sum(name.partition('.')[0] == 'torch' for name in sys.modules))"


def python(program: str) -> str:
    """What a new process prints."""
    process = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    )
    return process.stdout


def milliseconds_more(seconds: dict, name: str) -> float:
    pairs = zip(seconds[name], seconds["bare"], strict=True)
    return 1000 * statistics.median(taken - bare for taken, bare in pairs)


def main() -> int:
    given = options(__doc__, rounds=20).parse_args()
    report = Report(__file__, ("numpy", "torch"), given.save)
    peers = {
        name: lambda program=program: seconds_of(lambda: python(program))
        for name, program in PROGRAMS.items()
    }
    seconds = take_turns(peers, given.rounds)
    for name in peers:
        report.say(
            f"{name:22s} {1000 * median_seconds(seconds, name):7.1f} ms from start to end, "
            f"{milliseconds_more(seconds, name):7.1f} more than bare Python"
        )
    report.claim(
        "`import course_utils`, beside bare Python",
        milliseconds_more(seconds, "import course_utils"), GOAL, unit="ms more",
    )  # fmt: skip
    report.claim(
        "`from course_utils.exercises import check`: modules of torch loaded",
        int(python(PROGRAMS["import check"] + COUNT)), 0,
    )  # fmt: skip
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
