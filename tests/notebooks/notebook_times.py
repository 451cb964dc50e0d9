"""Prints how long each notebook takes: the table at the end of `make test`.

    python tests/notebooks/notebook_times.py artifacts/nbval.xml artifacts/places.xml

The two files are what `pytest --junitxml` wrote of the untouched and of the solved notebooks.
"""

import re
import sys
import xml.etree.ElementTree as ElementTree
from collections import defaultdict

LONGEST = 120  # seconds that a notebook may take on two cores
CELL = re.compile(r"\.(\d\d_\w+)\.ipynb$")  # nbval: a test for each cell, its class the notebook
WHOLE = re.compile(r"^test_solved_notebook\w*\[(\d\d_\w+)\]$")
ADVICE = (
    "These are the seconds of a clock, while other tests ran beside: a busy machine makes them "
    "longer. A notebook that is over when it runs alone, too, has to become shorter."
)


def seconds_by_notebook(report: str) -> dict[str, float]:
    """Add up the seconds of a report's tests, notebook by notebook."""
    seconds: dict[str, float] = defaultdict(float)
    for test in ElementTree.parse(report).iter("testcase"):
        if name := CELL.search(test.get("classname", "")) or WHOLE.search(test.get("name", "")):
            seconds[name[1]] += float(test.get("time"))
    return dict(seconds)


def table(untouched: dict[str, float], solved: dict[str, float]) -> str:
    """Write the table, in the order of the notebooks, and name those that take too long."""

    def row(name: str, *cells: str) -> str:
        return f"{name:<40}" + "".join(f"{cell:>12}" for cell in cells)

    runs = {"untouched": untouched, "solved": solved}
    names = sorted(untouched.keys() | solved.keys())
    lines = [row("seconds", *runs)]
    for name in names:
        lines.append(
            row(name, *(f"{run[name]:.0f}" if name in run else "-" for run in runs.values()))
        )
    lines.append(row("total", *(f"{sum(run.values()):.0f}" for run in runs.values())))
    over = [
        f"{name} took {run[name]:.0f} s {how}; the budget is {LONGEST} s."
        for name in names
        for how, run in runs.items()
        if run.get(name, 0) > LONGEST
    ]
    return "\n".join([*lines, *over, *([ADVICE] if over else [])])


if __name__ == "__main__":
    print(table(*(seconds_by_notebook(report) for report in sys.argv[1:])))
