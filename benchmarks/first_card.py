"""How long a learner waits for the first card: from the start of a kernel to a checked answer.

    python benchmarks/first_card.py [--rounds 5] [--notebooks 01 02 03 04 05]

For each NumPy notebook a kernel is started as JupyterLab starts it, and runs the setup cell, the
imports, the first exercise, solved, and its check, until the card is there and says "correct".
They take turns; the claim is about the median of the slowest notebook. Exits with 1 when it does
not hold.
"""

import os
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

from jupyter_client.manager import start_new_kernel
from measuring import Report, median_seconds, options, take_turns

from course_utils.notebooks import find_root, notebook_paths, read, solve

GOAL = 3.0  # seconds, at most
ROOT = find_root(Path(__file__).parent)


def first_cells(path: Path) -> list[str]:
    """Setup, imports, the first exercise, solved, and its check."""
    cells = solve(read(path.read_text(encoding="utf-8"))).cells

    def first(tag: str) -> str:
        return next(c.source for c in cells if tag in c.metadata.get("tags", []))

    imports = next(cell.source for cell in cells if cell.id == "imports")
    return [first("setup"), imports, first("exercise"), first("check")]


def seconds_to_card(cells: list[str], folder: str) -> float:
    """Start a kernel and run the cells; the last one must show a card that says correct."""
    shown: list[str] = []

    def listen(message: dict) -> None:
        content = message["content"]
        if message["msg_type"] == "error":
            raise RuntimeError("\n".join(content["traceback"]))
        shown.append(content.get("data", {}).get("text/plain", ""))

    environment = os.environ | {"COURSE_HOME": folder}
    began = time.perf_counter()
    manager, client = start_new_kernel(kernel_name="python3", cwd=folder, env=environment)
    try:
        for cell in cells:
            shown.clear()
            client.execute_interactive(cell, output_hook=listen, timeout=60)
        taken = time.perf_counter() - began
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    if not any("correct" in text for text in shown):
        raise RuntimeError(f"There is no card that says correct, only {shown}.")
    return taken


def main() -> int:
    parser = options(__doc__, rounds=5)
    parser.add_argument("--notebooks", nargs="+", default=["01", "02", "03", "04", "05"])
    given = parser.parse_args()
    report = Report(__file__, ("ipykernel", "numpy", "matplotlib"), given.save)
    cells = {
        path.name: first_cells(path)
        for path in notebook_paths(ROOT)
        if path.name[:2] in given.notebooks
    }
    with tempfile.TemporaryDirectory() as folder:
        peers = {name: partial(seconds_to_card, cells[name], folder) for name in cells}
        seconds = take_turns(peers, given.rounds)
    for name in peers:
        report.say(f"{name:34s} {median_seconds(seconds, name):5.2f} s")
    slowest = max(peers, key=lambda name: median_seconds(seconds, name))
    report.claim(
        f"first card of a NumPy notebook from the start of its kernel ({slowest[:2]}, the slowest)",
        median_seconds(seconds, slowest), GOAL, unit="s",
    )  # fmt: skip
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
