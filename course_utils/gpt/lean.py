"""The same model with less to do around each call: what makes generation quick on a CPU.

Each call of an nn.Module looks for hooks and finds weights by name, which takes longer than the
arithmetic that one token needs in a small model (benchmarks/generation.py measures it). A lean
twin runs the very same `forward` functions on plain Python objects. For inference only.
"""

import functools
from typing import Any

from torch import Tensor, nn


def lean(module: nn.Module) -> Any:
    """Return an object that computes what `module` computes in evaluation mode.

    It shares the module's tensors. A module with hooks is returned as it is, for its hooks' sake.
    """
    if any(m._forward_hooks or m._forward_pre_hooks for m in module.modules()):
        return module
    return _twin(module)


def _twin(module: nn.Module) -> Any:
    if isinstance(module, nn.Dropout | nn.Identity):
        return _identity
    if isinstance(module, nn.ModuleList):
        return [_twin(child) for child in module]
    twin = object.__new__(_lean_class(type(module)))
    # What is found in an object's own dictionary is not looked for by nn.Module.__getattr__.
    parts = {name: _twin(part) for name, part in module._modules.items()}
    twin.__dict__.update(vars(module) | module._parameters | module._buffers | parts)
    twin.__dict__["training"] = False
    return twin


@functools.cache
def _lean_class(kind: type[nn.Module]) -> type[nn.Module]:
    """The same class, but calling an instance goes straight to `forward`."""
    return type(f"Lean{kind.__name__}", (kind,), {"__call__": kind.forward})


def _identity(x: Tensor) -> Tensor:
    return x
