"""On Colab, as near as can be had: the setup cell installs the course, and nothing else changes."""

import json

import pytest

# What the setup cell may bring, because Colab lacks it.
BROUGHT = {"neuron-to-gpt", "jaxtyping", "wadler-lindig"}

pytestmark = [pytest.mark.places, pytest.mark.timeout(1200)]


def test_setup_cell_brings_the_course_and_changes_no_package_of_colabs(colab):
    packages = json.loads(colab.record.read_text())
    before, after = packages["before"], packages["after"]
    assert {name: after.get(name) for name in before} == before
    assert after.keys() - before.keys() == BROUGHT
