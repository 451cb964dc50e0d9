"""Loads a benchmark from its file, beside the others that it imports from."""

import importlib.util
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture(scope="session")
def load():
    """`load("autograd")` is the module benchmarks/autograd.py."""
    # Last, so that a file there hides no installed package.
    sys.path.append(str(FOLDER))

    def load(name: str):
        known_as = "measuring" if name == "measuring" else f"benchmark_of_{name}"
        if known_as not in sys.modules:
            spec = importlib.util.spec_from_file_location(known_as, FOLDER / f"{name}.py")
            module = importlib.util.module_from_spec(spec)
            sys.modules[known_as] = module  # dataclasses look it up
            spec.loader.exec_module(module)
        return sys.modules[known_as]

    yield load
    sys.path.remove(str(FOLDER))
