"""The arithmetic of the benchmarks: turns, ratios, claims, and the file of a result."""

import json
import math

import pytest


@pytest.fixture(scope="module")
def measuring(load):
    return load("measuring")


def test_a_ratio_compares_times_of_the_same_round(measuring):
    # All is ten times slower in the last round; the peers' medians alone would say 30 / 2.
    seconds = {"a": [3.0, 30.0, 40.0], "b": [1.0, 2.0, 20.0]}
    assert measuring.ratio(seconds, "a", "b") == 3.0
    assert measuring.ratio(seconds, "b", "a") == pytest.approx(1 / 3)


def test_rounds_that_a_peer_sat_out_do_not_count(measuring):
    seconds = {"slow": [None, 8.0, None], "quick": [1.0, 2.0, 100.0]}
    assert measuring.ratio(seconds, "slow", "quick") == 4.0
    assert measuring.median_seconds(seconds, "slow") == 8.0


def test_peers_take_turns_and_the_order_turns_round(measuring):
    order = []

    def peer(name):
        return lambda: order.append(name) or len(order)

    seconds = measuring.take_turns({"a": peer("a"), "b": peer("b")}, rounds=2, warm_up=1)
    assert order[0:2] in (["a", "b"], ["b", "a"])
    assert order[2:4] == order[0:2][::-1]
    assert order[4:6] == order[0:2]
    assert [len(values) for values in seconds.values()] == [2, 2]  # the warm-up is not counted
    assert min(seconds["a"] + seconds["b"]) == 3


def test_a_slow_peer_comes_only_every_so_often(measuring):
    peer = measuring.every(3, lambda: 1.0)
    assert [peer() for _ in range(7)] == [1.0, None, None, 1.0, None, None, 1.0]


def test_seconds_are_the_mean_over_the_calls(measuring):
    ticks = iter([10.0, 16.0])
    calls = []
    taken = measuring.seconds_of(lambda: calls.append(1), times=3, clock=lambda: next(ticks))
    assert taken == 2.0
    assert len(calls) == 3


def test_work_in_a_new_process_comes_back(measuring):
    assert measuring.in_new_process(math.hypot, 3, 4) == 5


@pytest.mark.parametrize(
    ("measured", "at_least", "holds"),
    [(1.0, False, True), (1.01, False, False), (0.99, True, False), (1.0, True, True)],
)
def test_a_claim_holds_up_to_its_goal(measuring, measured, at_least, holds):
    assert measuring.Claim("speed", measured, 1.0, at_least=at_least).holds is holds


@pytest.mark.parametrize("at_least", [False, True])
def test_what_never_came_fails_every_claim(measuring, at_least):
    claim = measuring.Claim("time", None, 1.0, at_least=at_least)
    assert not claim.holds
    assert claim.found == "never"


def test_a_report_fails_when_one_of_its_claims_does(measuring, capsys):
    report = measuring.Report("somewhere/speed.py")
    report.claim("first", 1.0, 2.0)
    assert report.finish() == 0
    report.claim("second", 3.0, 2.0, unit="s")
    assert report.finish() == 1
    assert "second: 3 s (at most 2 s): FAILS" in capsys.readouterr().out


def test_a_written_result_gives_the_same_claims_back(measuring, tmp_path):
    report = measuring.Report("somewhere/speed.py", ("numpy",))
    report.say("a line")
    report.claim("never there", None, 8.0, at_least=True, unit="times")
    report.claim("small", 0.25, 1.0)
    result = json.loads(report.write(tmp_path / "results").read_text(encoding="utf-8"))
    assert [measuring.Claim(**values) for values in result["claims"]] == report.claims
    assert result["lines"][-1] == "a line"
    assert "numpy" in result["machine"]


def test_the_command_is_what_one_types_at_the_root(measuring):
    argv = ["/somewhere/benchmarks/ladder.py", "ladder", "--save", "--seconds", "60"]
    assert measuring.command(argv) == "python benchmarks/ladder.py ladder --seconds 60"
