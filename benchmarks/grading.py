"""How fast a class is graded: `course grade` beside nbgrader's autograde of the exported notebook.

    python benchmarks/grading.py [--rounds 3] [--class-size 40] [--largest 400]

Both grade correct submissions of notebook 01, on one core, as whole commands. nbgrader runs each
notebook from top to bottom; the course's grader runs the answers alone, on drawn cases, in a box.
The two take turns; the ratio is the median over the rounds of the times per submission. Then the
cost from a tenth of the largest class to all of it: it should grow linearly. Exits with 1 when the
grader is less than 15 times as fast, or when ten times the class costs more than 12 times as much.
nbgrader 0.9.6 (https://nbgrader.readthedocs.io) must be installed: tests/requirements.txt.
"""

import argparse
import itertools
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from measuring import Report, median_seconds, options, ratio, seconds_of, take_turns

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
    return seconds_of(
        lambda: subprocess.run(
            command,
            check=True,
            cwd=cwd,
            env=ENVIRONMENT,
            capture_output=True,
            stdin=subprocess.DEVNULL,
        )
    )


def main() -> int:
    parser = options(__doc__, rounds=3)
    parser.add_argument("--class-size", type=int, default=40)
    parser.add_argument("--largest", type=int, default=400)
    given = parser.parse_args()
    report = Report(__file__, ("nbgrader",), given.save)
    with tempfile.TemporaryDirectory() as folder:
        measure(Path(folder), report, given)
    return report.finish()


def measure(root: Path, report: Report, given: argparse.Namespace) -> None:
    (source,) = for_nbgrader(["01"], root / "nbgrader")
    name = source.parent.name
    generate = [sys.executable, "-m", "nbgrader", "generate_assignment", name]
    timed([*generate, "--course-dir", root / "nbgrader"], cwd=root / "nbgrader")
    path = next(p for p in notebook_paths(ROOT) if p.name.startswith("01"))
    untouched = read(path.read_text(encoding="utf-8"))
    solved = solve(read(path.read_text(encoding="utf-8")))
    answers = (untouched, {cell.id: cell.source for cell in solved.cells})
    numbers = itertools.count()  # of folders, so that each grading finds new submissions

    def ours() -> float:
        folder = root / f"round{next(numbers)}"
        return course_seconds(folder, given.class_size) / given.class_size

    def theirs() -> float:
        return nbgrader_seconds(root / "nbgrader", name, answers, next(numbers)) / WITH_NBGRADER

    peers = {"course": ours, "nbgrader": theirs}
    seconds = take_turns(peers, given.rounds, warm_up=0)
    for peer in peers:
        report.say(f"{peer:10s} {median_seconds(seconds, peer):6.2f} s for each submission")
    report.claim(
        "a submission graded: nbgrader autograde beside `course grade`",
        ratio(seconds, "nbgrader", "course"), GOAL, at_least=True, unit="times",
    )  # fmt: skip
    small = course_seconds(root / "small", given.largest // 10)
    large = course_seconds(root / "large", given.largest)
    report.say(
        f"a class of {given.largest // 10}: {small:.1f} s; of {given.largest}: {large:.1f} s"
    )
    report.claim("grading ten times the class costs", large / small, LINEAR, unit="times")


if __name__ == "__main__":
    sys.exit(main())
