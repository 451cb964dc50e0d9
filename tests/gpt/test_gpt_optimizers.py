"""Muon against the singular value decomposition, the whole set-up against torch.optim."""

import copy

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from tiny_training import tiny_model, weights_of

from course_utils.gpt import optimizers
from course_utils.gpt.optimizers import (
    JORDAN,
    THREE_STEPS,
    Muon,
    adamw,
    muon_with_adamw,
    orthogonalize,
    weight_decay_groups,
)

sizes = st.integers(1, 24)
seeds = st.integers(0, 2**31)


@pytest.fixture(autouse=True)
def exact_products(monkeypatch):
    """In 32 bits or more on every machine; one test below looks at bfloat16."""
    monkeypatch.setattr(optimizers, "has_native_bfloat16", lambda device: False)


def random_tensor(seed, *shape):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(*shape, generator=generator, dtype=torch.float64)


def orthogonalized_by_svd(G, coefficients=THREE_STEPS):
    """U p(S) V^T: the same polynomials, applied to the singular values themselves."""
    U, S, Vh = torch.linalg.svd(G, full_matrices=False)
    S = S / (S.square().sum(-1, keepdim=True).sqrt() + 1e-7)
    for a, b, c in coefficients:
        S = a * S + b * S**3 + c * S**5
    return U * S.unsqueeze(-2) @ Vh


@pytest.mark.parametrize("coefficients", [THREE_STEPS, JORDAN])
@given(rows=sizes, columns=sizes, n_matrices=st.integers(1, 4), seed=seeds)
def test_orthogonalize_changes_the_singular_values_alone(
    coefficients, rows, columns, n_matrices, seed
):
    G = random_tensor(seed, n_matrices, rows, columns)
    expected = orthogonalized_by_svd(G, coefficients)
    assert torch.allclose(orthogonalize(G, coefficients), expected, atol=1e-9)


@pytest.mark.parametrize(
    ("coefficients", "low", "high"), [(THREE_STEPS, 0.72, 1.27), (JORDAN, 0.68, 1.14)]
)
def test_singular_values_from_a_hundredth_to_one_end_where_the_comment_says(
    coefficients, low, high
):
    S = torch.logspace(-2, 0, 10_000, dtype=torch.float64)
    for a, b, c in coefficients:
        S = a * S + b * S**3 + c * S**5
    assert low < S.min()
    assert S.max() < high


@given(rows=st.integers(2, 24), columns=st.integers(2, 24), seed=seeds)
def test_a_matrix_of_uneven_singular_values_comes_out_all_but_orthogonal(rows, columns, seed):
    rank = min(rows, columns)
    U, _, Vh = torch.linalg.svd(random_tensor(seed, rows, columns), full_matrices=False)
    S = torch.logspace(-1.2, 0, rank, dtype=torch.float64)
    after = orthogonalize((U * S @ Vh)[None])[0]
    S_after = torch.linalg.svdvals(after)
    assert S_after.min() > 0.7
    assert S_after.max() < 1.3
    # The directions are those of the nearest orthogonal matrix, U V^T.
    assert torch.allclose(torch.linalg.svdvals(after - U @ Vh).max(), (S_after - 1).abs().max())


def test_a_gradient_of_zeros_gives_a_step_of_zeros():
    assert torch.equal(orthogonalize(torch.zeros(2, 3, 4)), torch.zeros(2, 3, 4))


@given(
    rows=sizes,
    columns=sizes,
    seed=seeds,
    rate=st.floats(1e-3, 0.5),
    momentum=st.floats(0, 0.99),
    nesterov=st.booleans(),
    decay=st.floats(0, 0.5),
)
def test_muons_steps_are_those_written_out_with_the_svd(
    rows, columns, seed, rate, momentum, nesterov, decay
):
    W = random_tensor(seed, rows, columns)
    parameter = torch.nn.Parameter(W.clone())
    muon = Muon([parameter], rate, momentum=momentum, nesterov=nesterov, weight_decay=decay)
    m = torch.zeros_like(W)
    for step in range(4):
        g = random_tensor(seed + 1 + step, rows, columns)
        parameter.grad = g.clone()
        muon.step()
        m = momentum * m + (1 - momentum) * g
        direction = momentum * m + (1 - momentum) * g if nesterov else m
        scale = max(1.0, rows / columns) ** 0.5
        W = (1 - rate * decay) * W - rate * scale * orthogonalized_by_svd(direction)
    assert torch.allclose(parameter, W, atol=1e-8)


@given(rows=st.integers(2, 16), columns=st.integers(2, 16), seed=seeds)
def test_muon_agrees_with_pytorchs_own(rows, columns, seed):
    pytest.importorskip("torch", minversion="2.9")
    W = random_tensor(seed, rows, columns).float()
    ours, theirs = (torch.nn.Parameter(W.clone()) for _ in range(2))
    one = Muon([ours], 0.1, momentum=0.9, coefficients=JORDAN)
    two = torch.optim.Muon([theirs], lr=0.1, momentum=0.9, weight_decay=0.0, eps=1e-7)
    # PyTorch's works in bfloat16, which has three digits, and its polynomial makes small singular
    # values up to 500 times larger, with their rounding errors: so no singular value is small.
    U, _, Vt = torch.linalg.svd(random_tensor(seed + 1, rows, columns), full_matrices=False)
    spectrum = 0.5 + 0.5 * torch.rand(U.shape[1], generator=torch.Generator().manual_seed(seed))
    G = U * spectrum.double() @ Vt
    for step in range(3):
        noise = random_tensor(seed + 2 + step, rows, columns)
        ours.grad = (G + 0.1 * noise / torch.linalg.matrix_norm(noise, ord=2)).float()
        theirs.grad = ours.grad.clone()
        one.step()
        two.step()
    scale = max(1.0, rows / columns) ** 0.5
    assert torch.allclose(ours, theirs, atol=0.1 * scale * 3 * 0.05)


@given(n_stacked=st.integers(1, 4), rows=st.integers(1, 8), columns=st.integers(1, 8), seed=seeds)
def test_stacked_matrices_move_as_if_each_stood_alone(n_stacked, rows, columns, seed):
    W = random_tensor(seed, n_stacked * rows, columns)
    G = random_tensor(seed + 1, n_stacked * rows, columns)
    stacked = torch.nn.Parameter(W.clone())
    alone = [torch.nn.Parameter(part.clone()) for part in W.split(rows)]
    stacked.grad = G
    for parameter, gradient in zip(alone, G.split(rows), strict=True):
        parameter.grad = gradient.clone()
    Muon([stacked], 0.1, n_stacked=n_stacked).step()
    Muon(alone, 0.1).step()
    assert torch.allclose(stacked, torch.cat(list(alone)), atol=1e-12)


def test_muon_in_bfloat16_goes_almost_the_same_way(monkeypatch):
    W, G = random_tensor(1, 64, 32).float(), random_tensor(2, 64, 32).float()
    moved = []
    for native in (False, True):
        monkeypatch.setattr(optimizers, "has_native_bfloat16", lambda device, n=native: n)
        parameter = torch.nn.Parameter(W.clone())
        parameter.grad = G.clone()
        Muon([parameter], 1.0).step()
        moved.append((parameter - W).flatten())
    assert torch.cosine_similarity(*moved, dim=0) > 0.999


def test_muon_refuses_what_is_no_matrix():
    with pytest.raises(ValueError, match=r"shape \(3,\).*Give vectors and embeddings to AdamW"):
        Muon([torch.nn.Parameter(torch.zeros(3))])


@pytest.mark.parametrize("tied_head", [True, False])
def test_muon_gets_the_matrices_of_the_blocks_and_adamw_all_else(tied_head):
    model = tiny_model(tied_head=tied_head, bias=True, n_layers=2)
    muon, rest = muon_with_adamw(model, 0.05, 0.01).optimizers
    names = {id(parameter): name for name, parameter in model.named_parameters()}

    def names_in(optimizer):
        return {names[id(p)] for group in optimizer.param_groups for p in group["params"]}

    assert names_in(muon) == {
        f"blocks.{i}.{part}.weight"
        for i in range(2)
        for part in (
            "attention.qkv",
            "attention.project",
            "feed_forward.up",
            "feed_forward.down",
        )
    }
    assert names_in(muon) | names_in(rest) == set(names.values())
    assert not names_in(muon) & names_in(rest)


def test_matrices_decay_and_vectors_do_not():
    model = tiny_model(bias=True)
    decayed, kept = weight_decay_groups(model, 0.25)
    assert decayed["weight_decay"] == 0.25
    assert kept["weight_decay"] == 0.0
    assert all(p.ndim == 2 for p in decayed["params"])
    assert all(p.ndim == 1 for p in kept["params"])
    n_weights = sum(p.numel() for group in (decayed, kept) for p in group["params"])
    assert n_weights == model.count_parameters()


def test_frozen_weights_are_left_out():
    model = tiny_model()
    model.token_embedding.weight.requires_grad = False
    groups = weight_decay_groups(model, 0.1)
    listed = {id(p) for group in groups for p in group["params"]}
    assert id(model.token_embedding.weight) not in listed


def test_adamw_is_pytorchs_with_decay_on_matrices_alone():
    ours, theirs = tiny_model(bias=True), tiny_model(bias=True)
    one = adamw(ours, 1e-2, betas=(0.8, 0.9), weight_decay=0.5)
    matrices = [p for p in theirs.parameters() if p.ndim == 2]
    vectors = [p for p in theirs.parameters() if p.ndim == 1]
    both = [
        torch.optim.AdamW(matrices, lr=1e-2, betas=(0.8, 0.9), weight_decay=0.5),
        torch.optim.AdamW(vectors, lr=1e-2, betas=(0.8, 0.9), weight_decay=0.0),
    ]
    for step in range(5):
        for p, q in zip(ours.parameters(), theirs.parameters(), strict=True):
            p.grad = random_tensor(step, *p.shape).float()
            q.grad = p.grad.clone()
        for optimizer in (one, *both):
            optimizer.step()
    assert torch.allclose(weights_of(ours), weights_of(theirs), atol=1e-6)


def test_two_optimizers_together_come_back_from_their_state():
    def trained(model, optimizer, steps):
        for step in steps:
            for p in model.parameters():
                p.grad = random_tensor(step, *p.shape).float()
            optimizer.step()
        optimizer.zero_grad()
        return weights_of(model)

    model = tiny_model()
    optimizer = muon_with_adamw(model, 0.05, 0.01)
    trained(model, optimizer, range(3))
    twin = tiny_model()
    twin.load_state_dict(model.state_dict())
    twin_optimizer = muon_with_adamw(twin, 0.9, 0.9)
    twin_optimizer.load_state_dict(copy.deepcopy(optimizer.state_dict()))
    assert torch.equal(
        trained(twin, twin_optimizer, range(3, 6)), trained(model, optimizer, range(3, 6))
    )
    assert all(p.grad is None for p in model.parameters())
