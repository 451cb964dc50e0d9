"""One step of training: the loss, the gradients, the clipping."""

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny_training import tiny_model, tiny_tokens

from course_utils.gpt.steps import accumulate_gradients, estimate_loss, train_step


class Bigram(torch.nn.Module):
    """Scores for the next token from the last one alone; the loss is a mean, as the GPT's is."""

    def __init__(self, vocab_size=5, seed=0):
        super().__init__()
        generator = torch.Generator().manual_seed(seed)
        self.table = torch.nn.Parameter(
            torch.randn(vocab_size, vocab_size, generator=generator, dtype=torch.float64)
        )

    def forward(self, tokens, targets):
        logits = self.table[tokens]
        return logits, F.cross_entropy(logits.flatten(0, 1), targets.flatten())


@given(
    n_tokens=st.integers(2, 300),
    context_length=st.integers(1, 20),
    batch_size=st.integers(1, 70),
    seed=st.integers(0, 2**31),
)
def test_estimate_loss_is_the_mean_over_all_pairs_of_whole_windows(
    n_tokens, context_length, batch_size, seed
):
    tokens = torch.randint(5, (n_tokens,), generator=torch.Generator().manual_seed(seed))
    if n_tokens <= context_length:
        with pytest.raises(ValueError, match="longer text or a shorter context"):
            estimate_loss(Bigram(), tokens, context_length)
        return
    # What a bigram model expects does not depend on where a window begins.
    model = Bigram()
    log_probs = model.table.log_softmax(dim=-1)
    n_pairs = (n_tokens - 1) // context_length * context_length
    losses = [-log_probs[tokens[i], tokens[i + 1]].item() for i in range(n_pairs)]
    estimate = estimate_loss(model, tokens, context_length, batch_size)
    assert estimate == pytest.approx(sum(losses) / n_pairs, rel=1e-12)


def test_estimate_loss_gives_a_window_nothing_of_the_window_before():
    model = tiny_model().eval()
    tokens = tiny_tokens()[:25]
    whole = estimate_loss(model, tokens, 12)
    halves = [estimate_loss(model, part, 12) for part in (tokens[:13], tokens[12:])]
    assert whole == pytest.approx(sum(halves) / 2, rel=1e-6)


def test_estimate_loss_leaves_no_gradients():
    model = Bigram()
    estimate_loss(model, torch.randint(5, (50,)), 7)
    assert model.table.grad is None


@given(n_batches=st.integers(1, 6), rows=st.integers(1, 5), seed=st.integers(0, 2**31))
def test_accumulated_gradients_are_those_of_one_large_batch(n_batches, rows, seed):
    generator = torch.Generator().manual_seed(seed)
    x, y = torch.randint(5, (2, n_batches * rows, 7), generator=generator)
    one, many = Bigram(), Bigram()
    _, loss = one(x, y)
    loss.backward()
    mean = accumulate_gradients(many, list(zip(x.split(rows), y.split(rows), strict=True)))
    assert mean.item() == pytest.approx(loss.item(), rel=1e-12)
    assert not mean.requires_grad
    assert torch.allclose(many.table.grad, one.table.grad, atol=1e-12)


def test_accumulating_adds_to_the_gradients_that_are_there():
    x, y = torch.randint(5, (2, 3, 7))
    model = Bigram()
    accumulate_gradients(model, [(x, y)])
    once = model.table.grad.clone()
    accumulate_gradients(model, [(x, y)])
    assert torch.allclose(model.table.grad, 2 * once)


@settings(max_examples=30)
@given(clip_norm=st.floats(1e-3, 10.0), seed=st.integers(0, 2**31))
def test_a_step_moves_by_the_gradient_shortened_to_the_clip_norm(clip_norm, seed):
    x, y = torch.randint(5, (2, 3, 7), generator=torch.Generator().manual_seed(seed))
    model, twin = Bigram(), Bigram()
    before = model.table.detach().clone()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
    loss, norm = train_step(model, optimizer, [(x, y)], clip_norm)
    _, twin_loss = twin(x, y)
    twin_loss.backward()
    gradient = twin.table.grad
    length = gradient.square().sum().sqrt()
    shortened = gradient * min(1.0, clip_norm / length.item())
    assert loss.item() == pytest.approx(twin_loss.item(), rel=1e-12)
    assert norm.item() == pytest.approx(length.item(), rel=1e-9)
    # PyTorch divides by the length plus 1e-6.
    assert torch.allclose(model.table, before - 0.5 * shortened, rtol=0, atol=1e-5 * clip_norm)
    assert model.table.grad is None


def test_steps_on_one_batch_learn_it_by_heart():
    model = tiny_model()
    tokens = tiny_tokens()
    batch = (tokens[:48].view(4, 12), tokens[1:49].view(4, 12))
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2)
    losses = [train_step(model, optimizer, [batch])[0].item() for _ in range(150)]
    assert losses[0] > 2.0
    assert losses[-1] < 0.2
