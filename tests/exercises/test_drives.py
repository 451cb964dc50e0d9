"""Drives for torch: cases are plain data, and an answer that changes them is found out."""

import numpy as np
import pytest
import torch
from torch import nn

from course_utils.exercises.drives import call_with_tensors, load_weights, to_tensors


def test_arrays_become_tensors_wherever_they_lie_and_the_rest_stays():
    made = to_tensors({"a": np.ones(2), "b": [np.zeros((1, 2)), 3, "text"], "c": None})
    assert isinstance(made["a"], torch.Tensor)
    assert made["a"].dtype == torch.float64
    assert made["b"][0].shape == (1, 2)
    assert made["b"][1:] == [3, "text"]
    assert made["c"] is None


def test_tensors_share_their_numbers_with_the_arrays():
    x = np.zeros(3)
    call_with_tensors(lambda t: t.add_(1), x=x)
    np.testing.assert_array_equal(x, 1)


def test_what_comes_back_is_plain_and_no_view_of_the_input():
    x = np.arange(4.0)
    value = call_with_tensors(lambda t, n: t.view(n, 2), x=x, n=2)
    assert isinstance(value, np.ndarray)
    x[...] = 7
    np.testing.assert_array_equal(value, [[0, 1], [2, 3]])


@pytest.mark.parametrize("wrong", [lambda t: t.numpy(), lambda t: t.tolist(), lambda t: (t,)])
def test_what_is_no_tensor_is_told_in_words(wrong):
    with pytest.raises(TypeError, match="should be a tensor"):
        call_with_tensors(wrong, x=np.zeros(3))
    assert call_with_tensors(lambda t: None, x=np.zeros(3)) is None


def test_weights_go_in_by_name_in_64_bits():
    weights = {"weight": np.array([[1.0, 2.0]]), "bias": np.array([0.5])}
    layer = load_weights(nn.Linear(2, 1), weights)
    assert not layer.training
    assert layer(torch.tensor([1.0, 1.0], dtype=torch.float64)).item() == 3.5


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        (
            {"weight": np.ones((1, 2)), "bias": np.ones(1), "gain": np.ones(1)},
            "no weight called gain",
        ),
        ({"weight": np.ones((1, 2))}, "weights that the task does not ask for: bias"),
        ({"weight": np.ones((2, 2)), "bias": np.ones(1)}, r"has shape \(1, 2\), .* \(2, 2\)"),
    ],
)
def test_a_module_with_other_weights_is_told_in_words(weights, message):
    with pytest.raises(AttributeError, match=message):
        load_weights(nn.Linear(2, 1), weights)
