"""The table of benchmarks/README.md is made of the results, and of nothing else."""

import pytest

RESULT = {
    "date": "2026-11-27 22:50 UTC",
    "machine": "a processor, 2 cores",
    "command": "python benchmarks/speed.py",
    "claims": [
        {"says": "a step", "measured": 0.5, "goal": 0.8, "at_least": False, "unit": "times"},
        {"says": "a leap", "measured": 7.0, "goal": 8.0, "at_least": True, "unit": "times"},
    ],
    "lines": [],
}


@pytest.fixture(scope="module")
def stamp(load):
    return load("stamp")


def test_each_claim_has_a_row_that_says_whether_it_holds(stamp):
    table = stamp.table({"speed": RESULT}, {"speed": "How fast?"})
    assert "| a step | at most 0.8 times | 0.5 times | yes | 2026-11-27 |" in table
    assert "| a leap | at least 8 times | 7 times | **no** | 2026-11-27 |" in table
    assert "- `python benchmarks/speed.py`: 2026-11-27 22:50 UTC, a processor, 2 cores" in table


def test_what_was_never_measured_has_no_number(stamp):
    table = stamp.table({"gpu": None}, {"gpu": "One GPU"})
    assert "| One GPU | see gpu.py | not measured | | |" in table


def test_stamping_again_replaces_the_table_and_nothing_else(stamp):
    text = f"before\n{stamp.BEGIN}\nold\n{stamp.END}\nafter\n"
    once = stamp.stamped(text, "new")
    assert once == f"before\n{stamp.BEGIN}\nnew\n{stamp.END}\nafter\n"
    assert stamp.stamped(once, "new") == once


def test_a_readme_without_a_place_for_the_table_is_refused(stamp):
    with pytest.raises(ValueError, match="needs the marks"):
        stamp.stamped("nothing", "new")


def test_the_readme_shows_the_results_that_are_kept(stamp):
    results = {name: stamp.result_of(name) for name in stamp.BENCHMARKS}
    questions = {name: stamp.question(name) for name in stamp.BENCHMARKS}
    text = (stamp.HERE / "README.md").read_text(encoding="utf-8")
    assert stamp.stamped(text, stamp.table(results, questions)) == text


def test_every_benchmark_has_a_row(stamp):
    measures_only = {"measuring", "plain", "stamp", "ladder", "bands"}
    files = {path.stem for path in stamp.HERE.glob("*.py")} - measures_only
    assert set(stamp.BENCHMARKS) == files
