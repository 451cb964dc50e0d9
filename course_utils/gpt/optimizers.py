"""AdamW and Muon for a GPT, and which weights each of them gets. Derived in notebooks 05 and 10."""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn

from course_utils.gpt.precision import has_native_bfloat16

# An iteration of `orthogonalize` maps a singular value s to a s + b s^3 + c s^5. Five iterations
# with this triple bring those between 0.01 and 1 to between 0.68 and 1.14 (Jordan et al., 2024).
Coefficients = Sequence[tuple[float, float, float]]
JORDAN: Coefficients = ((3.4445, -4.7750, 2.0315),) * 5
# With a triple of its own for each, three iterations do as well: between 0.72 and 1.27. The numbers
# minimise the largest error on that range; the idea is that of Amsel et al., 2025 ("The Polar
# Express", https://arxiv.org/abs/2505.16932).
THREE_STEPS: Coefficients = (
    (7.0103, -20.4476, 15.0999),
    (3.9138, -3.8929, 1.0213),
    (2.8227, -2.3835, 0.6233),
)


def adamw(
    model: nn.Module,
    learning_rate: float,
    *,
    betas: tuple[float, float] = (0.9, 0.95),
    weight_decay: float = 0.1,
) -> torch.optim.AdamW:
    """AdamW for all weights of a model; matrices decay, biases and gains do not."""
    groups = weight_decay_groups(model, weight_decay)
    return torch.optim.AdamW(groups, lr=learning_rate, betas=betas, fused=can_fuse(model))


def weight_decay_groups(model: nn.Module, weight_decay: float) -> list[dict[str, Any]]:
    """Split a model's weights into two parameter groups: those that decay, and those that do not.

    Decay keeps the entries of matrices small, embeddings included. A bias or the gain of a norm
    (one axis, or none) is left alone: shrinking it to 0 would change what the layer does, not how
    large its weights are.
    """
    parameters = [p for p in model.parameters() if p.requires_grad]
    return [
        {"params": [p for p in parameters if p.ndim >= 2], "weight_decay": weight_decay},
        {"params": [p for p in parameters if p.ndim < 2], "weight_decay": 0.0},
    ]


def muon_with_adamw(
    model: nn.Module,
    matrix_learning_rate: float,
    learning_rate: float,
    *,
    momentum: float = 0.95,
    betas: tuple[float, float] = (0.9, 0.95),
    weight_decay: float = 0.0,
) -> "Together":
    """Muon for the matrices inside the blocks, AdamW for the rest.

    The rest is the token and position embeddings, the output layer, gains and biases. A row of an
    embedding is looked up, not multiplied with, and rare tokens are to move as far as frequent
    ones: that is Adam's strength. Weight decay is Muon's alone.
    """
    matrices, stacked, rest = [], [], []
    for name, parameter in model.named_parameters():
        if not (".blocks." in f".{name}" and parameter.ndim == 2):
            rest.append(parameter)
        elif name.endswith("qkv.weight"):
            stacked.append(parameter)
        else:
            matrices.append(parameter)
    muon = Muon(
        [{"params": matrices}, {"params": stacked, "n_stacked": 3}],
        matrix_learning_rate,
        momentum=momentum,
        weight_decay=weight_decay,
    )
    others = torch.optim.AdamW(
        rest, lr=learning_rate, betas=betas, weight_decay=0.0, fused=can_fuse(model)
    )
    return Together(muon, others)


class Muon(torch.optim.Optimizer):
    """Momentum whose every step is orthogonalised: it moves as far in all directions of a matrix.

    The momentum of a weight matrix is nearly flat: a few directions are large, and the many small
    ones, which carry what is rare, hardly move. Muon replaces the matrix by the nearest
    orthogonal one (Jordan et al., 2024, https://kellerjordan.github.io/posts/muon/).
    A parameter that holds `n_stacked` matrices one above the other (queries, keys and values)
    has each of them orthogonalised by itself. A step of size `learning_rate` changes a unit input
    of the layer by at most about that much; tall matrices get sqrt(rows / columns) times more.
    """

    def __init__(
        self,
        params: Iterable[Tensor] | Iterable[dict[str, Any]],
        learning_rate: float = 0.02,
        *,
        momentum: float = 0.95,
        nesterov: bool = True,
        weight_decay: float = 0.0,
        coefficients: Coefficients = THREE_STEPS,
        n_stacked: int = 1,
    ):
        if learning_rate < 0 or not 0 <= momentum < 1:
            raise ValueError(
                f"learning_rate is {learning_rate} and momentum {momentum}; "
                f"the rate must not be negative, and the momentum at least 0 and below 1."
            )
        defaults = {
            "lr": learning_rate,
            "momentum": momentum,
            "nesterov": nesterov,
            "weight_decay": weight_decay,
            "coefficients": coefficients,
            "n_stacked": n_stacked,
        }
        super().__init__(params, defaults)
        for p in itertools.chain.from_iterable(g["params"] for g in self.param_groups):
            if p.ndim != 2:
                raise ValueError(
                    f"Muon turns matrices, but was given a parameter of shape {tuple(p.shape)}. "
                    f"Give vectors and embeddings to AdamW, as muon_with_adamw does."
                )

    @torch.no_grad()
    def step(self, closure=None):
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for group in self.param_groups:
            parameters = [p for p in group["params"] if p.grad is not None]
            if not parameters:
                continue
            gradients = [p.grad for p in parameters]
            momenta = [self.momentum_of(p) for p in parameters]
            beta = group["momentum"]
            torch._foreach_lerp_(momenta, gradients, 1 - beta)  # m = beta m + (1 - beta) g
            directions = momenta
            if group["nesterov"]:  # look one step ahead: beta m + (1 - beta) g, once more
                directions = torch._foreach_lerp(gradients, momenta, beta)
            if group["weight_decay"]:
                torch._foreach_mul_(parameters, 1 - group["lr"] * group["weight_decay"])
            self.move(parameters, directions, group)
        return loss

    def momentum_of(self, parameter: Tensor) -> Tensor:
        state = self.state[parameter]
        if "momentum" not in state:
            state["momentum"] = torch.zeros_like(parameter)
        return state["momentum"]

    @staticmethod
    def move(parameters: list[Tensor], directions: list[Tensor], group: dict[str, Any]) -> None:
        """Matrices of one shape are orthogonalised as one batch: few large products are faster."""
        n_stacked = group["n_stacked"]
        by_shape: dict[torch.Size, list[int]] = {}
        for i, parameter in enumerate(parameters):
            by_shape.setdefault(parameter.shape, []).append(i)
        for (n_rows, n_columns), members in by_shape.items():
            rows = n_rows // n_stacked
            scale = max(1.0, rows / n_columns) ** 0.5
            stack = torch.stack([directions[i] for i in members])  # (K, n_stacked * rows, columns)
            if has_native_bfloat16(stack.device):
                stack = stack.bfloat16()
            matrices = stack.view(-1, rows, n_columns)  # (K * n_stacked, rows, columns)
            steps = orthogonalize(matrices, group["coefficients"])
            steps = steps.reshape(-1, n_rows, n_columns)
            for i, step in zip(members, steps, strict=True):
                parameters[i].add_(step, alpha=-group["lr"] * scale)


def orthogonalize(
    matrices: Float[Tensor, "K M N"], coefficients: Coefficients = THREE_STEPS
) -> Float[Tensor, "K M N"]:
    """Bring every singular value of each matrix close to 1, keeping the directions.

    With the singular value decomposition G = U S V^T the goal is U V^T. A polynomial that is odd
    in G acts on S alone: a G + b (G G^T) G + c (G G^T)^2 G = U (a S + b S^3 + c S^5) V^T. Repeated,
    this needs only matrix products, which is what processors do best (Newton-Schulz).
    """
    norms = matrices.norm(dim=(-2, -1), keepdim=True)  # (K, 1, 1): the root of the sum of all s^2
    X = matrices / (norms + 1e-7)  # so that no singular value is above 1
    tall = X.shape[-2] > X.shape[-1]
    if tall:  # X X^T is smaller the other way round
        X = X.mT
    for a, b, c in coefficients:
        A = X @ X.mT  # (K, M, M)
        B = torch.baddbmm(A, A, A, beta=b, alpha=c)  # b A + c A A, in one pass
        X = torch.baddbmm(X, B, X, beta=a)  # a X + B X
    return X.mT if tall else X


class Together:
    """Several optimizers that step as one, each with its own weights.

    Has what a training loop, a schedule and a gradient scaler use of an optimizer.
    """

    def __init__(self, *optimizers: torch.optim.Optimizer):
        self.optimizers = optimizers

    @property
    def param_groups(self) -> list[dict[str, Any]]:
        return [group for optimizer in self.optimizers for group in optimizer.param_groups]

    def step(self) -> None:
        for optimizer in self.optimizers:
            optimizer.step()

    def zero_grad(self, set_to_none: bool = True) -> None:
        for optimizer in self.optimizers:
            optimizer.zero_grad(set_to_none)

    def state_dict(self) -> dict[str, Any]:
        return {"optimizers": [optimizer.state_dict() for optimizer in self.optimizers]}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        for optimizer, part in zip(self.optimizers, state["optimizers"], strict=True):
            optimizer.load_state_dict(part)

    def __iter__(self) -> Iterator[torch.optim.Optimizer]:
        return iter(self.optimizers)


def can_fuse(model: nn.Module) -> bool:
    """Whether PyTorch has AdamW as a single pass over the weights where the model lies."""
    return {p.device.type for p in model.parameters()} <= {"cpu", "cuda"}
