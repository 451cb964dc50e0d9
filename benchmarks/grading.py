"""How fast a class is graded: `course grade` beside nbgrader's autograde of the exported notebook.

    python benchmarks/grading.py [--class-size 40] [--rounds 3] [--largest 400]

Both grade correct submissions of notebook 01, on one core, as whole commands. nbgrader runs each
notebook from top to bottom; the course's grader runs the answers alone, on drawn cases, in a box.
The two take turns; the ratio is the median over the rounds of the times per submission. Then the
cost from a tenth of the largest class to all of it: it should grow linearly. Exits with 1 when the
grader is less than 15 times as fast, or when ten times the class costs more than 12 times as much.
nbgrader 0.9.6 (https://nbgrader.readthedocs.io) must be installed: tests/requirements.txt.
"""

import argparse
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from course_utils.grading.release import for_nbgrader
from course_utils.notebooks import find_root, notebook_paths, read, solve, stubs, to_text

GOAL = 15.0
LINEAR = 12.0
WITH_NBGRADER = 3  # submissions in each round: each takes many seconds
ROOT = find_root(Path(__file__).parent)
ENVIRONMENT = os.environ | {
    "PATH": f"{os.path.dirname(sys.executable)}{os.pathsep}{os.environ['PATH']}",
    "OMP_NUM_THREADS": "1",
}


def write_class(folder: Path, size: int) -> Path:
    """Write correct submissions, each a little different, so that none is known already."""
    path = next(p for p in notebook_paths(ROOT) if p.name.startswith("01"))
    nb = solve(read(path.read_text(encoding="utf-8")))
    cell = next(cell for cell in nb.cells if cell.source.startswith("import"))
    imports = cell.source
    for i in range(size):
        cell.source = f"{imports}\n# student {i}"
        target = folder / f"student{i:03d}" / path.name
        target.parent.mkdir(parents=True)
        target.write_text(to_text(nb), encoding="utf-8")
    return folder


def course_seconds(folder: Path, size: int) -> float:
    """Seconds for `course grade` of a class of correct submissions."""
    write_class(folder / "in", size)
    command = [sys.executable, "-m", "course_utils.cli", "grade", folder / "in"]
    return timed([*command, "--out", folder / "out", "--notebook", "01"])


def nbgrader_seconds(course: Path, name: str, answers, round_number: int) -> float:
    """Seconds for `nbgrader autograde` of a few correct submissions that are new to it."""
    handed_out = read((course / "release" / name / f"{name}.ipynb").read_text(encoding="utf-8"))
    right = stubs(answers[0])
    for ours, theirs in zip(answers[0].cells, handed_out.cells, strict=True):
        if any(ours is cell for cell in right.values()):
            theirs.source = answers[1][ours.id]
    for student in (f"r{round_number}s{i}" for i in range(WITH_NBGRADER)):
        path = course / "submitted" / student / name / f"{name}.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text(to_text(handed_out), encoding="utf-8")
    return timed(
        [sys.executable, "-m", "nbgrader", "autograde", name, "--course-dir", course], cwd=course
    )


def timed(command: list, cwd: Path | None = None) -> float:
    start = time.perf_counter()
    subprocess.run(
        command, check=True, cwd=cwd, env=ENVIRONMENT, capture_output=True, stdin=subprocess.DEVNULL
    )
    return time.perf_counter() - start


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--class-size", type=int, default=40)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--largest", type=int, default=400)
    given = options.parse_args()
    print(f"{platform.processor() or platform.machine()}, Python {platform.python_version()}")
    with tempfile.TemporaryDirectory() as folder:
        return measure(Path(folder), given)


def measure(root: Path, given: argparse.Namespace) -> int:
    (source,) = for_nbgrader(["01"], root / "nbgrader")
    name = source.parent.name
    generate = [sys.executable, "-m", "nbgrader", "generate_assignment", name]
    timed([*generate, "--course-dir", root / "nbgrader"], cwd=root / "nbgrader")
    path = next(p for p in notebook_paths(ROOT) if p.name.startswith("01"))
    untouched = read(path.read_text(encoding="utf-8"))
    solved = solve(read(path.read_text(encoding="utf-8")))
    answers = (untouched, {cell.id: cell.source for cell in solved.cells})
    ratios = []
    for i in range(given.rounds):
        ours = course_seconds(root / f"round{i}", given.class_size) / given.class_size
        theirs = nbgrader_seconds(root / "nbgrader", name, answers, i) / WITH_NBGRADER
        ratios.append(theirs / ours)
        print(
            f"  a submission: {ours:.2f} s here, {theirs:.1f} s by nbgrader, {ratios[-1]:.1f} times"
        )
    ratio = statistics.median(ratios)
    print(f"faster than nbgrader autograde: {ratio:.1f} times (goal {GOAL:g})")
    small = course_seconds(root / "small", given.largest // 10)
    large = course_seconds(root / "large", given.largest)
    growth = large / small
    print(
        f"a class of {given.largest // 10}: {small:.1f} s; of {given.largest}: {large:.1f} s; "
        f"{growth:.1f} times the cost of a tenth (goal at most {LINEAR:g})"
    )
    return 0 if ratio >= GOAL and growth <= LINEAR else 1


if __name__ == "__main__":
    sys.exit(main())
