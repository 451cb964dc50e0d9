"""Copying by induction, as notebook 08 shows it: its own cells, run with other seeds.

Without attention the task cannot be solved, with one layer it cannot be solved well, and two
layers solve it within seconds.
"""

import time

import pytest
from notebook_files import NOTEBOOKS

from course_utils.gpt import attention, positions
from course_utils.notebooks import read

CELLS = ("imports", "copying-data", "copier-class", "copier-train")

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def shown():
    """Return what the reader sees defined, with the course's own pieces for the exercises."""
    import torch

    threads = torch.get_num_threads()
    namespace = {
        "CausalSelfAttention": attention.CausalSelfAttention,
        "sinusoidal_positions": positions.sinusoidal_positions,
    }
    cells = {c.id: c for c in read(NOTEBOOKS["08_attention"].read_text(encoding="utf-8")).cells}
    for name in CELLS:
        exec(cells[name].source, namespace)
    yield namespace
    torch.set_num_threads(threads)


def trained(shown, n_layers, seed, table=None):
    """Train as the notebook does; return the accuracy in the end and the seconds of one core."""
    shown["torch"].manual_seed(seed)
    table = 2 * positions.sinusoidal_positions(64, 64) if table is None else table
    start = time.process_time()
    stages = shown["train"](shown["Copier"](n_layers, table))
    return stages[-1][1], time.process_time() - start


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_two_layers_copy_99_percent_in_less_than_30_seconds(shown, seed):
    accuracy, seconds = trained(shown, 2, seed)
    assert accuracy >= 0.99
    assert seconds < 30


@pytest.mark.parametrize("seed", [1, 2])
def test_one_layer_knows_the_letters_of_the_word_and_not_their_order(shown, seed):
    assert 0.15 < trained(shown, 1, seed)[0] < 0.30


@pytest.mark.parametrize("seed", [1, 2])
def test_without_attention_it_stays_at_chance(shown, seed):
    assert trained(shown, 0, seed)[0] < 0.06


def test_without_positions_two_layers_do_not_get_there(shown):
    nowhere = shown["torch"].zeros(64, 64)
    assert trained(shown, 2, 1, nowhere)[0] < 0.9
