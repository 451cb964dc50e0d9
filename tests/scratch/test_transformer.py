"""The GPT on the NumPy engine against the one in PyTorch, weight for weight."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from engine_against_torch import assert_close

from course_utils.gpt.model import GPT as TorchGPT
from course_utils.gpt.model import GPTConfig
from course_utils.scratch.autograd import no_grad
from course_utils.scratch.operations import cross_entropy
from course_utils.scratch.transformer import GPT

SHAPE = {"vocab_size": 13, "context_length": 8, "n_layers": 2, "n_heads": 3, "d_model": 12}


@pytest.fixture
def twins():
    torch.manual_seed(0)
    twin = TorchGPT(GPTConfig(**SHAPE)).double()
    ours = GPT(**SHAPE, rng=np.random.default_rng(0))
    ours.load({name: array.numpy() for name, array in twin.state_dict().items()})
    return ours, twin


def test_logits_loss_and_every_gradient_are_pytorchs(twins):
    ours, twin = twins
    rng = np.random.default_rng(1)
    tokens, targets = rng.integers(0, 13, (2, 5, 7))
    logits, (expected, _) = ours(tokens), twin(torch.tensor(tokens))
    assert_close(logits.data, expected.detach().numpy())
    loss = cross_entropy(logits, targets)
    twins_loss = F.cross_entropy(expected.flatten(0, 1), torch.tensor(targets).flatten())
    assert loss.item() == pytest.approx(twins_loss.item(), rel=1e-12)
    loss.backward()
    twins_loss.backward()
    theirs = dict(twin.named_parameters())
    assert list(ours.named_parameters()) == list(theirs)
    for name, p in ours.named_parameters().items():
        assert_close(p.grad, theirs[name].grad.numpy())


def test_ten_steps_of_training_give_pytorchs_losses_and_weights(twins):
    ours, twin = twins
    rng = np.random.default_rng(2)
    for _ in range(10):
        tokens, targets = rng.integers(0, 13, (2, 4, 8))
        loss = cross_entropy(ours(tokens), targets)
        ours.zero_grad()
        loss.backward()
        for p in ours.parameters():
            p.data -= 0.5 * p.grad
        logits, _ = twin(torch.tensor(tokens))
        twins_loss = F.cross_entropy(logits.flatten(0, 1), torch.tensor(targets).flatten())
        twin.zero_grad()
        twins_loss.backward()
        with torch.no_grad():
            for p in twin.parameters():
                p -= 0.5 * p.grad
        assert loss.item() == pytest.approx(twins_loss.item(), rel=1e-9)
    theirs = dict(twin.named_parameters())
    for name, p in ours.named_parameters().items():
        assert_close(p.data, theirs[name].detach().numpy(), rtol=1e-8)


def test_it_learns_a_sequence_by_heart_in_float32():
    rng = np.random.default_rng(0)
    model = GPT(**SHAPE, rng=rng, dtype=np.float32)
    tokens = rng.integers(0, 13, (1, 9))
    for step in range(80):
        loss = cross_entropy(model(tokens[:, :-1]), tokens[:, 1:])
        if step == 0:
            assert loss.item() == pytest.approx(np.log(13), abs=0.1)
        model.zero_grad()
        loss.backward()
        for p in model.parameters():
            assert p.grad.dtype == np.float32
            p.data -= 0.3 * p.grad
    assert loss.item() < 0.05


def test_a_later_token_changes_no_earlier_score(twins):
    ours, _ = twins
    tokens = np.arange(7)[None]
    with no_grad():
        before = ours(tokens).data
        tokens[0, 4] = 12
        after = ours(tokens).data
    assert (before[:, :4] == after[:, :4]).all()
    assert not np.allclose(before[:, 4:], after[:, 4:])


def test_heads_must_share_the_features_equally():
    with pytest.raises(ValueError, match="multiple of n_heads"):
        GPT(**SHAPE | {"n_heads": 5}, rng=np.random.default_rng(0))
