"""The same model with less to do around each call: what makes generation quick on a CPU.

Each call of an nn.Module looks for hooks and finds weights by name, which takes longer than the
arithmetic that one token needs in a small model (benchmarks/generation.py measures it). A lean
twin runs the very same `forward` functions on plain Python objects. For inference only.
"""

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
    if isinstance(module, nn.Dropout):
        return _identity
    if isinstance(module, nn.ModuleList):
        return [_twin(child) for child in module]
    # An object with the module's methods and with its tensors and parts as ordinary attributes.
    kind = type(module)
    methods = {k: v for base in reversed(kind.__mro__[:-2]) for k, v in vars(base).items()}
    slots = {"__dict__", "__weakref__", "__slots__"}
    methods = {k: v for k, v in methods.items() if k not in slots}
    twin = object.__new__(type(f"Lean{kind.__name__}", (), methods | {"__call__": kind.forward}))
    twin.__dict__.update(vars(module), training=False)
    twin.__dict__.update(module._parameters, **module._buffers)
    twin.__dict__.update({name: _twin(child) for name, child in module._modules.items()})
    return twin


def _identity(x: Tensor) -> Tensor:
    return x
