"""A lean twin computes what its model computes in evaluation mode, and is no copy."""

import pytest
import torch
from tiny_models import DESIGNS, random_tokens, tiny
from torch import nn

from course_utils.gpt.lean import lean
from course_utils.gpt.model import GPT


@pytest.mark.parametrize("design", DESIGNS)
def test_a_twin_computes_exactly_what_its_model_computes(design):
    model = tiny(**DESIGNS[design]).eval()
    x, y = random_tokens(), random_tokens(seed=1)
    for ours, theirs in zip(lean(model)(x, y), model(x, y), strict=True):
        assert torch.equal(ours, theirs)


def test_a_twin_has_no_dropout_and_leaves_the_model_in_its_mode():
    model = tiny(dropout=0.5)
    twin = lean(model)
    assert torch.equal(twin(random_tokens())[0], twin(random_tokens())[0])
    assert not twin.training
    assert model.training
    assert all(m.training for m in model.modules())


def test_a_twin_shares_the_weights():
    model = tiny().eval()
    twin = lean(model)
    with torch.no_grad():
        model.blocks[0].attention.qkv.weight.mul_(2)
    assert torch.equal(twin(random_tokens())[0], model(random_tokens())[0])


def test_parts_that_call_their_parent_class_work():
    class Doubled(nn.Linear):
        def forward(self, x):
            return 2 * super().forward(x)

    layer = Doubled(3, 4)
    x = torch.randn(2, 3)
    assert torch.equal(lean(layer)(x), layer(x))


def test_hooks_are_still_called():
    model, seen = tiny(), []
    model.blocks[1].register_forward_hook(lambda *_: seen.append("block"))
    assert isinstance(lean(model), GPT)
    lean(model)(random_tokens())
    assert seen == ["block"]
