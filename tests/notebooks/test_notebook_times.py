"""The table of times adds up what pytest wrote, and names what takes too long."""

import pytest
from notebook_times import LONGEST, seconds_by_notebook, table

REPORT = """<?xml version="1.0" encoding="utf-8"?>
<testsuites><testsuite name="pytest">
<testcase classname="notebooks.01_forward.ipynb" name="Cell 0" time="1.5" />
<testcase classname="notebooks.00_start_here.ipynb" name="Cell 0" time="40" />
<testcase classname="notebooks.01_forward.ipynb" name="Cell 1" time="0.5">
 <failure message="outputs differ" /></testcase>
<testcase classname="tests.places.test_solved_on_colab"
 name="test_solved_notebook_runs[00_start_here]" time="33" />
<testcase classname="tests.notebooks.test_two_solved" name="test_it_runs[09_tiny_gpt]" time="9" />
<testcase classname="tests.notebooks.test_form" name="test_cells_are_short[01_forward]" time="9" />
</testsuite></testsuites>"""


@pytest.fixture
def report(tmp_path):
    path = tmp_path / "report.xml"
    path.write_text(REPORT, encoding="utf-8")
    return path


def test_cells_are_added_up_and_only_whole_runs_count(report):
    assert seconds_by_notebook(report) == {"01_forward": 2.0, "00_start_here": 73.0}


def test_rows_are_in_order_with_a_total_and_a_dash_for_what_did_not_run():
    lines = table({"01_a": 2.4, "00_b": 100.0}, {"01_a": 3.0}).splitlines()
    assert [line.split() for line in lines] == [
        ["seconds", "untouched", "solved"],
        ["00_b", "100", "-"],
        ["01_a", "2", "3"],
        ["total", "102", "3"],
    ]


def test_what_takes_longer_than_the_budget_is_named_and_nothing_else():
    told = table({"00_a": LONGEST + 1, "01_b": LONGEST}, {"00_a": 1, "01_b": 1})
    assert f"00_a took {LONGEST + 1} s untouched; the budget is {LONGEST} s." in told
    assert "01_b took" not in told
    assert "busy machine" in told
