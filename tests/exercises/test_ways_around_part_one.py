"""Answers in notebooks 01 to 03 that give right numbers and still go round what is asked."""

import sys

import numpy as np
import pytest

from course_utils.exercises import get
from course_utils.exercises.checking import OPEN_SEED, verdict_on
from course_utils.exercises.judging import State
from course_utils.scratch import gradient_descent as descent
from course_utils.scratch import layers


def verdicts(name, answer):
    return [verdict_on(get(name), answer, seed) for seed in (OPEN_SEED, 1, 2)]


def test_a_sigmoid_that_silences_the_overflow_is_diagnosed():
    def sigmoid(z):
        with np.errstate(all="ignore"):
            return 1 / (1 + np.exp(-z))

    for verdict in verdicts("sigmoid", sigmoid):
        assert verdict.state is State.INCORRECT
        assert "overflow" in verdict.diagnosis.name


@pytest.mark.parametrize(
    "sigmoid",
    [
        lambda z: 0.5 * (1 + np.tanh(z / 2)),
        lambda z: np.exp(-np.logaddexp(0, -z)),
        lambda z: np.array([layers.sigmoid(number) for number in z.ravel()]).reshape(z.shape),
    ],
    ids=["by tanh", "by logaddexp", "number by number"],
)
def test_a_sigmoid_in_which_nothing_overflows_is_correct_however_it_is_written(sigmoid):
    assert {verdict.state for verdict in verdicts("sigmoid", sigmoid)} == {State.CORRECT}


def test_a_sigmoid_by_masks_is_correct():
    def sigmoid(z):
        out, high = np.empty(z.shape), z >= 0
        out[high] = 1 / (1 + np.exp(-z[high]))
        e = np.exp(z[~high])
        out[~high] = e / (1 + e)
        return out

    assert {verdict.state for verdict in verdicts("sigmoid", sigmoid)} == {State.CORRECT}


def test_weights_of_two_values_only_are_no_normal_weights():
    def he_init(fan_in, fan_out, rng):
        return rng.choice([-1.0, 1.0], size=(fan_out, fan_in)) * np.sqrt(2 / fan_in)

    for verdict in verdicts("he_init", he_init):
        assert verdict.state is State.INCORRECT


def test_a_count_with_a_decimal_point_is_no_count():
    for verdict in verdicts("count_macs", lambda *sizes: float(layers.count_macs(*sizes))):
        assert verdict.state is State.COULD_NOT_CHECK
        assert "whole number" in verdict.failure.says


def _by_recursion(output):
    mistakes = {mistake.name: mistake.wrong for mistake in get("topological_order").misconceptions}
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(100_000)
    try:
        return mistakes["calls itself"](output)
    finally:
        sys.setrecursionlimit(limit)


def test_recursion_is_found_out_although_the_limit_was_raised():
    for verdict in verdicts("topological_order", _by_recursion):
        assert verdict.state is State.INCORRECT
        assert verdict.diagnosis.name == "calls itself"


def test_an_order_found_by_walking_every_path_is_incorrect():
    def topological_order(output):
        order, to_do = [], [output]
        while to_do:
            node = to_do.pop(0)
            if node in order:
                order.remove(node)
            order.insert(0, node)
            to_do.extend(node.parents)
        return order

    for verdict in verdicts("topological_order", topological_order):
        assert verdict.state is State.INCORRECT
        assert "no path is walked for itself" in verdict.failure.says


def test_an_order_by_counting_children_is_correct():
    def topological_order(output):
        nodes, to_do = {output}, [output]
        while to_do:
            for parent in to_do.pop().parents:
                if parent not in nodes:
                    nodes.add(parent)
                    to_do.append(parent)
        waits = {node: len(node.parents) for node in nodes}
        children = {node: [] for node in nodes}
        for node in nodes:
            for parent in node.parents:
                children[parent].append(node)
        ready, order = [node for node in nodes if not waits[node]], []
        while ready:
            order.append(ready.pop())
            for child in children[order[-1]]:
                waits[child] -= 1
                if not waits[child]:
                    ready.append(child)
        return order

    states = {verdict.state for verdict in verdicts("topological_order", topological_order)}
    assert states == {State.CORRECT}


def test_a_path_that_is_a_list_is_no_array():
    def gradient_descent(*arguments):
        return list(descent.gradient_descent(*arguments))

    for verdict in verdicts("gradient_descent", gradient_descent):
        assert verdict.state is State.COULD_NOT_CHECK
        assert "NumPy array" in verdict.failure.says


def test_a_file_that_begins_elsewhere_is_not_shuffled():
    def minibatches(inputs, labels, batch_size, rng):
        order = np.roll(np.arange(len(inputs)), rng.integers(1, len(inputs)))
        for first in range(0, len(order), batch_size):
            chosen = order[first : first + batch_size]
            yield inputs[chosen], labels[chosen]

    for verdict in verdicts("minibatches", minibatches):
        assert verdict.state is State.INCORRECT


def test_one_batch_that_is_returned_is_explained():
    def minibatches(inputs, labels, batch_size, rng):
        chosen = rng.permutation(len(inputs))[:batch_size]
        return inputs[chosen], labels[chosen]

    for verdict in verdicts("minibatches", minibatches):
        assert verdict.state is State.COULD_NOT_CHECK
        assert "yield inputs[chosen], labels[chosen]" in verdict.failure.says
