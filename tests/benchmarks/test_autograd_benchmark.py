"""The peers of benchmarks/autograd.py do the same work, and the engine is as fast as it claims."""

import time

import numpy as np
import pytest
from threadpoolctl import threadpool_limits


@pytest.fixture(scope="module")
def benchmark(load):
    return load("autograd")


@pytest.fixture(scope="module")
def measuring(load):
    return load("measuring")


def test_all_peers_make_the_same_step(benchmark):
    problem = benchmark.Problem.draw(n=5, d=4, h=6, c=3)
    kinds = (
        benchmark.ByHand,
        benchmark.Engine,
        benchmark.EngineUnfused,
        benchmark.PyTorch,
        benchmark.Micrograd,
    )
    peers = {kind.__name__: kind(problem) for kind in kinds}
    for _ in range(3):
        benchmark.assert_equal_steps(peers, rtol=1e-9)
    pairs = zip(peers["Engine"].parameters, problem.start, strict=True)
    moved = [np.abs(parameter - start).max() for parameter, start in pairs]
    assert min(moved) > 0


def test_a_peer_that_does_other_work_is_found_out(benchmark):
    problem = benchmark.Problem.draw(n=5, d=4, h=6, c=3)
    lazy = benchmark.ByHand(problem)
    lazy.step = lambda: setattr(lazy, "loss", 0.0)
    with pytest.raises(AssertionError):
        benchmark.assert_equal_steps({"hand": benchmark.ByHand(problem), "lazy": lazy}, 1e-9)


@pytest.mark.slow
@pytest.mark.alone
def test_a_step_costs_little_more_than_by_hand_and_less_than_pytorchs(benchmark, measuring):
    """In processor time, so that a busy machine does not fail it."""
    with threadpool_limits(1):
        kinds = (benchmark.ByHand, benchmark.Engine, benchmark.PyTorch)
        peers = {kind.__name__: kind(benchmark.Problem.draw()) for kind in kinds}
        turns = benchmark.turns(peers, clock=time.process_time)
        seconds = measuring.take_turns(turns, rounds=60, warm_up=3)
    assert measuring.ratio(seconds, "Engine", "ByHand") <= benchmark.LIMIT
    assert measuring.ratio(seconds, "PyTorch", "Engine") > 1
