"""What a learner wrote in one notebook works in the next, alone or as part of something else."""

import itertools
import linecache

import numpy as np
import pytest
import torch

from course_utils.exercises import answers, get, learners_own, yours_or_ours
from course_utils.gpt import attention

NUMBERS = itertools.count(1)
PRELUDE = """
import torch
import torch.nn.functional as F
from torch import nn
from course_utils.exercises import check, yours_or_ours
from course_utils.gpt.attention import merge_heads
"""
OWN_SPLIT = """
def split_heads(x, n_heads):
    B, T, D = x.shape
    return x.reshape(B, T, n_heads, -1).transpose(1, 2)
"""
OWN_ATTENTION = '''
class CausalSelfAttention(nn.Module):
    """Uses a constant, a function and modules of its notebook."""

    def __init__(self, d_model, n_heads, *, bias=True):
        super().__init__()
        self.n_heads = n_heads
        self.qkv = nn.Linear(d_model, PARTS * d_model, bias=bias)
        self.project = nn.Linear(d_model, d_model, bias=bias)

    def forward(self, x):
        q, k, v = (split_heads(part, self.n_heads) for part in self.qkv(x).chunk(PARTS, dim=-1))
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        return self.project(merge_heads(y))
'''


def run_notebook(*cells):
    """Run cells one after the other in one namespace, each known to linecache as in a kernel."""
    namespace = {"__name__": "__main__"}
    for cell in cells:
        name = f"<ipython-input-{next(NUMBERS)}>"
        linecache.cache[name] = (len(cell), None, cell.splitlines(keepends=True), name)
        exec(compile(cell, name, "exec"), namespace)


def test_without_an_answer_it_is_the_courses_and_says_so(capsys):
    assert yours_or_ours("split_heads") is attention.split_heads
    assert capsys.readouterr().out == "split_heads: the course's\n"


def test_a_name_that_no_exercise_has_is_refused():
    with pytest.raises(KeyError, match="split_heads"):
        yours_or_ours("split_head")


def test_a_kept_class_comes_back_with_all_it_uses(capsys):
    run_notebook(
        PRELUDE + "PARTS = 3",
        OWN_SPLIT,
        "split_heads = check(split_heads)",
        OWN_ATTENTION,
        "CausalSelfAttention = check(CausalSelfAttention)",
    )
    assert "✓ CausalSelfAttention is correct" in capsys.readouterr().out
    own = yours_or_ours("CausalSelfAttention")
    assert capsys.readouterr().out == "CausalSelfAttention: yours\n"
    assert own is not attention.CausalSelfAttention
    layer, ours = own(12, 3), attention.CausalSelfAttention(12, 3)
    ours.load_state_dict(layer.state_dict())
    x = torch.randn(2, 5, 12)
    torch.testing.assert_close(layer(x), ours(x))
    layer(x).sum().backward()
    assert layer.qkv.weight.grad.abs().sum() > 0


def test_an_answer_built_on_a_kept_one_is_kept_with_it(capsys):
    run_notebook(PRELUDE, OWN_SPLIT, "split_heads = check(split_heads)")
    run_notebook(
        PRELUDE + "PARTS = 3",
        'split_heads = yours_or_ours("split_heads")',
        OWN_ATTENTION,
        "CausalSelfAttention = check(CausalSelfAttention)",
    )
    out = capsys.readouterr().out
    assert "split_heads: yours" in out
    assert "✓ CausalSelfAttention is correct" in out
    assert "def split_heads" in answers._path("CausalSelfAttention").read_text()
    assert learners_own("CausalSelfAttention")(8, 2)(torch.randn(1, 3, 8)).shape == (1, 3, 8)


def test_a_helper_under_another_name_is_kept():
    run_notebook(
        "import numpy as np\nfrom course_utils.exercises import check",
        "def spread_of(x):\n    return np.std(x)",
        "spread = spread_of",
        "def standard_score(x):\n    s = spread(x)\n"
        "    return (x - x.mean()) / s if s > 1e-12 else np.zeros_like(x)",
        "standard_score = check(standard_score)",
    )
    np.testing.assert_allclose(learners_own("standard_score")(np.array([1.0, 3.0])), [-1.0, 1.0])


def test_a_variable_of_the_answer_is_no_global_of_the_notebook():
    """B, T and D are also numbers in the notebook; what they are there is not the answer's."""
    run_notebook(PRELUDE + "B, T, D = 1, 2, 3", OWN_SPLIT, "split_heads = check(split_heads)")
    kept = answers._path("split_heads").read_text()
    assert kept.strip() == OWN_SPLIT.strip()


@pytest.mark.parametrize(
    "spoiled",
    [
        "def split_heads(x, n_heads):\n    return x\n",
        "def split_heads(x, n_heads):\n    return gone(x)\n",
        "split_heads = 7\n",
        "def split_heads(x, n_heads):\n    raise NotImplementedError\n",
    ],
)
def test_an_answer_that_was_spoiled_since_is_replaced_by_the_courses(spoiled, capsys):
    path = answers._path("split_heads")
    path.parent.mkdir(parents=True)
    path.write_text(spoiled)
    assert yours_or_ours("split_heads") is attention.split_heads
    assert "the course's (yours of notebook 08 fails its check now)" in capsys.readouterr().out


def test_a_piece_can_be_made_on_the_meta_device_and_copied():
    """Notebook 09 copies models; a restored class has no importable module."""
    import copy

    path = answers._path("CausalSelfAttention")
    path.parent.mkdir(parents=True)
    source = OWN_ATTENTION.replace("PARTS", "3")
    imports = PRELUDE.replace("check, yours_or_ours", "check")
    path.write_text(imports + OWN_SPLIT + source)
    layer = yours_or_ours("CausalSelfAttention")(8, 2)
    twin = copy.deepcopy(layer)
    x = torch.randn(1, 4, 8)
    assert torch.equal(layer(x), twin(x))
    assert get("CausalSelfAttention").notebook == "08"


def test_answer_below_a_decorator_is_remembered_with_it():
    cell = """
@torch.no_grad()
def evaluate(model, batches):
    model.eval()
    total, right, n = 0.0, 0, 0
    for x, labels in batches:
        logits = model(x)
        total += F.cross_entropy(logits, labels).item() * len(x)
        right += (logits.argmax(dim=-1) == labels).sum().item()
        n += len(x)
    return total / n, right / n
"""
    run_notebook(PRELUDE, cell, "evaluate = check(evaluate)")
    own = learners_own("evaluate")
    assert own is not None
    assert own.__module__.startswith(answers.RESTORED)
    assert answers.source_of(own).startswith("@torch.no_grad()")
