"""Layers that own their parameters, on the engine of notebook 02; notebooks 05, 06 and 09 use them.

model = MLP([64, 32, 10], rng)
loss = cross_entropy(model(images), labels)
model.zero_grad()
loss.backward()
for p in model.parameters():
    p.data -= 0.1 * p.grad
"""

import itertools

import numpy as np

from course_utils.scratch.autograd import Tensor
from course_utils.scratch.layers import he_init
from course_utils.scratch.operations import embedding, linear


class Module:
    """A part of a network. Its parameters are the Tensors among its attributes, and those of the
    modules among its attributes, also in lists. A subclass writes `forward`."""

    def __call__(self, *inputs):
        return self.forward(*inputs)

    def forward(self, *inputs):
        raise NotImplementedError(f"{type(self).__name__} has no forward method yet")

    def named_parameters(self) -> dict[str, Tensor]:
        """Parameters by name, such as "layers.0.weight", as in PyTorch. One that is used in two
        places stands under its first name."""
        named, seen = {}, set()
        for name, parameter in _parameters_in(self, ""):
            if id(parameter) not in seen:
                seen.add(id(parameter))
                named[name] = parameter
        return named

    def parameters(self) -> list[Tensor]:
        return list(self.named_parameters().values())

    def zero_grad(self) -> None:
        """Forget the gradients, which otherwise add up from one backward pass to the next."""
        for parameter in self.parameters():
            parameter.grad = None

    def load(self, arrays) -> None:
        """Copy numbers into the parameters, by name: arrays is a dict of arrays.

        Raises KeyError for a parameter that is missing, ValueError for one of another shape. Names
        that are no parameter's are passed over.
        """
        for name, parameter in self.named_parameters().items():
            if name not in arrays:
                raise KeyError(f"no array for the parameter {name!r}; given: {', '.join(arrays)}")
            array = np.asarray(arrays[name])
            if array.shape != parameter.shape:
                raise ValueError(
                    f"the parameter {name!r} has the shape {parameter.shape}, but the array for it "
                    f"has {array.shape}"
                )
            parameter.data[...] = array


class Linear(Module):
    """An affine layer, (..., d_in) -> (..., d_out): He-initialised weight, zero bias.

    rng: a numpy Generator that draws the weight. dtype: float64 or float32.
    """

    def __init__(self, d_in: int, d_out: int, rng, bias: bool = True, dtype=np.float64):
        self.weight = parameter(he_init(d_in, d_out, rng), dtype)  # (d_out, d_in)
        self.bias = parameter(np.zeros(d_out), dtype) if bias else None

    def forward(self, x):
        return linear(x, self.weight, self.bias)


class Embedding(Module):
    """A table with a row of d numbers for each of n tokens: whole numbers (...) -> (..., d)."""

    def __init__(self, n: int, d: int, rng, dtype=np.float64):
        self.weight = parameter(rng.normal(size=(n, d)), dtype)

    def forward(self, tokens):
        return embedding(self.weight, tokens)


class LayerNorm(Module):
    """Shift and scale each row to mean 0 and variance 1, then by learned numbers: (..., d).

    Ba et al., 2016, https://arxiv.org/abs/1607.06450. Derived in notebook 09.
    """

    def __init__(self, d: int, epsilon: float = 1e-5, dtype=np.float64):
        self.weight = parameter(np.ones(d), dtype)
        self.bias = parameter(np.zeros(d), dtype)
        self.epsilon = epsilon

    def forward(self, x):
        centred = x - x.mean(axis=-1, keepdims=True)
        variance = (centred * centred).mean(axis=-1, keepdims=True)
        return centred / (variance + self.epsilon) ** 0.5 * self.weight + self.bias


class MLP(Module):
    """Affine layers with an activation between them, (..., sizes[0]) -> (..., sizes[-1]).

    sizes: features from input to output. activation: a function of a Tensor.
    """

    def __init__(self, sizes, rng, activation=Tensor.relu, dtype=np.float64):
        widths = itertools.pairwise(sizes)
        self.layers = [Linear(d_in, d_out, rng, dtype=dtype) for d_in, d_out in widths]
        self.activation = activation

    def forward(self, x):
        for layer in self.layers[:-1]:
            x = self.activation(layer(x))
        return self.layers[-1](x)


def parameter(array, dtype=np.float64) -> Tensor:
    """Make a Tensor that is learned."""
    return Tensor(np.asarray(array, dtype), requires_grad=True)


def _parameters_in(thing, name: str):
    """Find (name, parameter) pairs, in the order in which the attributes were set."""
    if isinstance(thing, Tensor):
        if thing.requires_grad:
            yield name, thing
        return
    if isinstance(thing, Module):
        inside = vars(thing).items()
    elif isinstance(thing, list | tuple):
        inside = enumerate(thing)
    else:
        return
    for key, value in inside:
        yield from _parameters_in(value, f"{name}.{key}" if name else str(key))
