"""Measure the claims and write what came out into benchmarks/README.md, with date and machine.

    python benchmarks/stamp.py                       all of them: hours, on an idle machine
    python benchmarks/stamp.py bpe_tokenizer grading  only these; the others keep their rows
    python benchmarks/stamp.py --table               measure nothing, write the table again

Each benchmark writes its result into benchmarks/results; the table is made of those files, so no
number in it is typed by hand. Exits with 1 when a claim does not hold.
"""

import argparse
import ast
import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from measuring import RESULTS, Claim

HERE = Path(__file__).parent
BENCHMARKS = (
    "training_minutes",
    "time_to_loss",
    "step_time",
    "gpu",
    "generation",
    "bpe_tokenizer",
    "import_time",
    "first_card",
    "notebooks",
    "autograd",
    "grading",
)
BEGIN, END = "<!-- table: begin, written by stamp.py -->", "<!-- table: end -->"


def table(results: Mapping[str, dict[str, Any] | None], questions: Mapping[str, str]) -> str:
    """The rows of all claims, and below them where each result comes from.

    results: benchmark -> its file's contents, None where it was never measured. questions:
    benchmark -> what it is about.
    """
    rows = ["| claim | goal | measured | holds | on |", "|---|---|---|---|---|"]
    sources = []
    for name, result in results.items():
        if result is None:
            rows.append(f"| {questions[name]} | see {name}.py | not measured | | |")
            continue
        day = result["date"].partition(" ")[0]
        for claim in (Claim(**values) for values in result["claims"]):
            holds = "yes" if claim.holds else "**no**"
            rows.append(f"| {claim.says} | {claim.wants} | {claim.found} | {holds} | {day} |")
        sources.append(f"- `{result['command']}`: {result['date']}, {result['machine']}")
    return "\n".join([*rows, "", *sources])


def stamped(text: str, new_table: str) -> str:
    """The README with this table between the marks."""
    before, _, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not end:
        raise ValueError(f"The README needs the marks {BEGIN} and {END}, each on its line.")
    return f"{before}{BEGIN}\n{new_table}\n{END}{after}"


def question(name: str) -> str:
    """The first line of a benchmark's docstring."""
    doc = ast.get_docstring(ast.parse((HERE / f"{name}.py").read_text(encoding="utf-8")))
    return doc.partition("\n")[0].rstrip(".")


def result_of(name: str) -> dict[str, Any] | None:
    path = RESULTS / f"{name}.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", help=", ".join(BENCHMARKS))
    parser.add_argument("--table", action="store_true", help="only write the table again")
    given = parser.parse_args()
    if unknown := set(given.names) - set(BENCHMARKS):
        parser.error(f"there is no benchmark {', '.join(sorted(unknown))}")
    failed = []
    for name in [] if given.table else given.names or BENCHMARKS:
        print(f"\n{name}", flush=True)
        if subprocess.run([sys.executable, HERE / f"{name}.py", "--save"]).returncode:
            failed.append(name)
    results = {name: result_of(name) for name in BENCHMARKS}
    questions = {name: question(name) for name in BENCHMARKS}
    readme = HERE / "README.md"
    text = stamped(readme.read_text(encoding="utf-8"), table(results, questions))
    readme.write_text(text, encoding="utf-8")
    if failed:
        print(f"\nA claim of these does not hold, or they broke: {', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
