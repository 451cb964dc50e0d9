"""Ways to put a case to an answer that works with PyTorch: notebooks 06 to 11.

Cases hold plain data (arrays, numbers, strings), so that a grader can send them to another process.
The drives here make tensors of the arrays, hand them to the answer and return what it gives; what
checks an answer makes plain data of that again.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch
from torch import nn

from course_utils.exercises.comparing import describe, plain


def to_tensors(value: Any) -> Any:
    """Make a tensor of every array, also inside lists, tuples and dicts.

    A tensor shares its numbers with the array, so that an answer that changes its input in place
    is found out.
    """
    if isinstance(value, np.ndarray):
        return torch.from_numpy(value)
    if isinstance(value, Mapping):
        return {key: to_tensors(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(to_tensors(item) for item in value)
    return value


def call_with_tensors(answer: Callable, **inputs: Any) -> Any:
    """Drive a function of tensors that returns one: every array becomes a tensor, all is passed
    by position.

    What comes back is copied into plain data: it may be a view of an input.
    Raises TypeError, in words for the learner, when it is no tensor.
    """
    return plain(a_tensor(answer(*to_tensors(list(inputs.values())))))


def a_tensor(value: Any) -> Any:
    """Return what an answer gave, when it is a tensor (or None: a `return` is missing).

    Made plain, an array and a tensor look alike; the notebook's next cell would fail on the array.
    Raises TypeError, in words for the learner.
    """
    if value is None or isinstance(value, torch.Tensor):
        return value
    raise TypeError(f"what came back is {describe(value)}, but should be a tensor of PyTorch")


def load_weights(module: nn.Module, weights: Mapping[str, np.ndarray]) -> nn.Module:
    """Give a module these weights, by name, in 64 bits, and put it into evaluation mode.

    weights: what `module.state_dict()` should hold, "qkv.weight" -> array of the weight's shape.
    Raises AttributeError, in words for the learner, when the module has other weights.
    """
    own = module.state_dict()
    missing = sorted(set(weights) - set(own))
    if missing:
        raise AttributeError(
            f"{type(module).__name__} has no weight called {', '.join(missing)}; it has "
            f"{', '.join(sorted(own)) or 'none'}. Name the layers as the task does."
        )
    if extra := sorted(set(own) - set(weights)):
        raise AttributeError(
            f"{type(module).__name__} has weights that the task does not ask for: "
            f"{', '.join(extra)}."
        )
    for name, values in weights.items():
        if tuple(own[name].shape) != values.shape:
            raise AttributeError(
                f"the weight {name} of {type(module).__name__} has shape "
                f"{tuple(own[name].shape)}, but should have shape {values.shape}"
            )
    module.double().eval()
    module.load_state_dict({name: torch.from_numpy(values) for name, values in weights.items()})
    return module
