"""Ways of going downhill, from plain steps to Muon. Derived in notebook 05.

All have one interface. They are given the parameters once, as a list of arrays, and the gradients,
a list of arrays of the same shapes, at every step; they change the parameters in place:

    optimizer = Adam([weight, bias], learning_rate=1e-3)
    optimizer.step([weight_gradient, bias_gradient])

With the engine of notebook 02: `Adam(model.parameters(), 1e-3)`, then, after `loss.backward()`,
`optimizer.step([p.grad for p in model.parameters()])`. `optimizer.learning_rate` may be set anew
before any step: that is all that a schedule does (schedules.py).

In the code w is a parameter, g its gradient, η the learning rate; the rest is named in each class.
"""

import numpy as np


def as_arrays(parameters):
    """Return parameters as a list of the arrays that an optimizer changes in place.

    parameters: NumPy arrays of any shapes, or Tensors of the engine, whose `.data` are arrays.
    Raises TypeError for anything else, and for arrays that do not hold floats.
    """
    arrays = [p if isinstance(p, np.ndarray) else getattr(p, "data", p) for p in parameters]
    for array in arrays:
        if not isinstance(array, np.ndarray):
            raise TypeError(
                f"an optimizer changes arrays in place, but one parameter is of type "
                f"{type(array).__name__}: pass a list of NumPy arrays, such as "
                "[np.array([1.0, 2.0])]"
            )
        if not np.issubdtype(array.dtype, np.floating):
            raise TypeError(
                f"a parameter of dtype {array.dtype} cannot take small steps: write its numbers "
                "as floats, np.array([1.0, 2.0]), or convert it with .astype(float)"
            )
    return arrays


class SGD:
    """Step against the gradient: w ← w − η g.

    (Stochastic gradient descent: the gradient usually comes from a minibatch.)
    """

    def __init__(self, parameters, learning_rate):
        """parameters: list of arrays of any shapes; learning_rate: η > 0."""
        self.parameters = as_arrays(parameters)
        self.learning_rate = learning_rate

    def step(self, gradients):
        """Change the parameters in place. gradients: list of arrays, shaped as the parameters."""
        for w, g in zip(self.parameters, gradients, strict=True):
            w -= self.learning_rate * g


class Momentum:
    """A ball that keeps rolling: v ← μ v + g, then w ← w − η v (Polyak, 1964).

    The velocity v starts at 0. Where the gradient keeps its direction, steps grow up to 1 / (1 − μ)
    times; where it flips at every step, they shrink down to 1 / (1 + μ) of plain ones.
    """

    def __init__(self, parameters, learning_rate, momentum=0.9):
        """parameters: list of arrays of any shapes; learning_rate: η; momentum: 0 <= μ < 1."""
        self.parameters = as_arrays(parameters)
        self.learning_rate = learning_rate
        self.momentum = momentum
        self.velocities = [np.zeros_like(w) for w in self.parameters]

    def step(self, gradients):
        """Change the parameters in place. gradients: list of arrays, shaped as the parameters."""
        for w, g, v in zip(self.parameters, gradients, self.velocities, strict=True):
            v[...] = self.momentum * v + g
            w -= self.learning_rate * v


class Nesterov:
    """Momentum that looks ahead: v ← μ v + g, then w ← w − η (g + μ v).

    Nesterov (1983) takes the gradient where the velocity is about to carry the ball. Written for
    the looked-ahead point (Sutskever et al., 2013; Bengio et al., 2013), it needs only the
    gradient at w, and one more g than momentum has.
    """

    def __init__(self, parameters, learning_rate, momentum=0.9):
        """parameters: list of arrays of any shapes; learning_rate: η; momentum: 0 <= μ < 1."""
        self.parameters = as_arrays(parameters)
        self.learning_rate = learning_rate
        self.momentum = momentum
        self.velocities = [np.zeros_like(w) for w in self.parameters]

    def step(self, gradients):
        """Change the parameters in place. gradients: list of arrays, shaped as the parameters."""
        for w, g, v in zip(self.parameters, gradients, self.velocities, strict=True):
            v[...] = self.momentum * v + g
            w -= self.learning_rate * (g + self.momentum * v)


class AdaGrad:
    """A rate of its own for each number: s ← s + g², then w ← w − η g / (√s + ε).

    All operations are elementwise; s starts at 0 (Duchi, Hazan and Singer, 2011).
    """

    def __init__(self, parameters, learning_rate, epsilon=1e-10):
        """parameters: list of arrays of any shapes; learning_rate: η; epsilon: ε, against 0 / 0."""
        self.parameters = as_arrays(parameters)
        self.learning_rate = learning_rate
        self.epsilon = epsilon
        self.sums = [np.zeros_like(w) for w in self.parameters]

    def step(self, gradients):
        """Change the parameters in place. gradients: list of arrays, shaped as the parameters."""
        for w, g, s in zip(self.parameters, gradients, self.sums, strict=True):
            s += g**2
            w -= self.learning_rate * g / (np.sqrt(s) + self.epsilon)


class RMSprop:
    """AdaGrad that forgets: s ← ρ s + (1 − ρ) g², then w ← w − η g / (√s + ε).

    s is a moving average of g², over about the last 1 / (1 − ρ) steps (Tieleman and Hinton, 2012).
    """

    def __init__(self, parameters, learning_rate, rho=0.99, epsilon=1e-8):
        """parameters: list of arrays of any shapes; learning_rate: η; rho: 0 <= ρ < 1."""
        self.parameters = as_arrays(parameters)
        self.learning_rate = learning_rate
        self.rho = rho
        self.epsilon = epsilon
        self.averages = [np.zeros_like(w) for w in self.parameters]

    def step(self, gradients):
        """Change the parameters in place. gradients: list of arrays, shaped as the parameters."""
        for w, g, s in zip(self.parameters, gradients, self.averages, strict=True):
            s[...] = self.rho * s + (1 - self.rho) * g**2
            w -= self.learning_rate * g / (np.sqrt(s) + self.epsilon)


class Adam:
    """Momentum and RMSprop together, both freed from their start at 0 (Kingma and Ba, 2015).

    m ← β₁ m + (1 − β₁) g    and    v ← β₂ v + (1 − β₂) g²    start at 0;
    m̂ = m / (1 − β₁ᵗ)        and    v̂ = v / (1 − β₂ᵗ)         are averages without that bias;
    w ← w − η m̂ / (√v̂ + ε)                                    at step t = 1, 2, 3, ...
    """

    def __init__(self, parameters, learning_rate, betas=(0.9, 0.999), epsilon=1e-8):
        """parameters: list of arrays of any shapes; learning_rate: η; betas: (β₁, β₂)."""
        self.parameters = as_arrays(parameters)
        self.learning_rate = learning_rate
        self.betas = betas
        self.epsilon = epsilon
        self.t = 0
        self.m = [np.zeros_like(w) for w in self.parameters]
        self.v = [np.zeros_like(w) for w in self.parameters]

    def step(self, gradients):
        """Change the parameters in place. gradients: list of arrays, shaped as the parameters."""
        beta1, beta2 = self.betas
        self.t += 1
        for w, g, m, v in zip(self.parameters, gradients, self.m, self.v, strict=True):
            m[...] = beta1 * m + (1 - beta1) * g
            v[...] = beta2 * v + (1 - beta2) * g**2
            m_hat = m / (1 - beta1**self.t)
            v_hat = v / (1 - beta2**self.t)
            w -= self.learning_rate * m_hat / (np.sqrt(v_hat) + self.epsilon)


class AdamW(Adam):
    """Adam with weight decay beside it: w ← w − η λ w, then a step of Adam.

    The decay does not pass through Adam's averages, so every weight shrinks at the same rate,
    however large its gradients are (Loshchilov and Hutter, 2019).
    """

    def __init__(
        self, parameters, learning_rate, betas=(0.9, 0.999), epsilon=1e-8, weight_decay=0.01
    ):
        """parameters: list of arrays of any shapes; learning_rate: η; weight_decay: λ >= 0."""
        super().__init__(parameters, learning_rate, betas, epsilon)
        self.weight_decay = weight_decay

    def step(self, gradients):
        """Change the parameters in place. gradients: list of arrays, shaped as the parameters."""
        for w in self.parameters:
            w -= self.learning_rate * self.weight_decay * w
        super().step(gradients)


class Muon:
    """Momentum whose steps are orthogonal matrices: they move as far in every direction.

    m ← μ m + (1 − μ) g,  u = μ m + (1 − μ) g (Nesterov's look ahead),
    w ← w − η λ w − η √max(1, rows / columns) newton_schulz(u)   (Jordan et al., 2024).

    For the matrices of hidden layers only. Vectors, such as biases, have no directions to treat
    alike, and the output layer's rows are classes or words that each want a rate of their own:
    give those to AdamW.
    """

    def __init__(self, parameters, learning_rate, momentum=0.95, weight_decay=0.0):
        """parameters: list of matrices (rows, columns); learning_rate: η; momentum: 0 <= μ < 1."""
        self.parameters = as_arrays(parameters)
        for w in self.parameters:
            if w.ndim != 2:
                raise ValueError(
                    f"Muon turns matrices, but was given a parameter of shape {w.shape}: give "
                    "vectors to another optimizer, such as AdamW"
                )
        self.learning_rate = learning_rate
        self.momentum = momentum
        self.weight_decay = weight_decay
        self.averages = [np.zeros_like(w) for w in self.parameters]

    def step(self, gradients):
        """Change the parameters in place. gradients: list of arrays, shaped as the parameters."""
        for w, g, m in zip(self.parameters, gradients, self.averages, strict=True):
            m[...] = self.momentum * m + (1 - self.momentum) * g
            u = self.momentum * m + (1 - self.momentum) * g
            rows, columns = w.shape
            w -= self.learning_rate * self.weight_decay * w
            w -= self.learning_rate * np.sqrt(max(1, rows / columns)) * newton_schulz(u)


def newton_schulz(G, steps=5, coefficients=(3.4445, -4.775, 2.0315)):
    """Bring the singular values of a matrix close to 1, keep its directions. (M, N) -> (M, N).

    With the singular value decomposition G = U S Vᵀ, one step with the coefficients (a, b, c),
    X ← a X + b (X Xᵀ) X + c (X Xᵀ)² X, turns each singular value s into a s + b s³ + c s⁵ and
    leaves U and V as they are. The default coefficients (Jordan et al., 2024) lift small values
    fast and leave all between about 0.7 and 1.2; (15/8, -10/8, 3/8) converge to 1, more slowly.
    """
    if G.shape[0] > G.shape[1]:
        return newton_schulz(G.T, steps, coefficients).T  # the same, with a smaller X Xᵀ
    a, b, c = coefficients
    # The Frobenius norm is at least the largest singular value: after this none is above 1.
    X = G / max(np.sqrt((G**2).sum()), 1e-7)
    for _ in range(steps):
        A = X @ X.T  # (M, M)
        X = a * X + (b * A + c * A @ A) @ X
    return X


def with_l2(gradients, parameters, weight_decay):
    """Add to each gradient what the penalty λ/2 |w|² in the loss adds: g + λ w. Returns a new list.

    gradients, parameters: lists of arrays of the same shapes; weight_decay: λ >= 0.
    This is L2 regularisation, as notebook 05 sets it against the decoupled decay of AdamW.
    """
    return [g + weight_decay * w for g, w in zip(gradients, as_arrays(parameters), strict=True)]


def clip_grad_norm(gradients, max_norm):
    """Shrink gradients in place, all by one factor, until their common norm is at most max_norm.

    gradients: list of arrays of any shapes, taken as one long vector g; max_norm > 0.
    Returns the norm |g| before clipping: √ of the sum of all squares in all arrays.
    The direction stays: g ← g · max_norm / |g| where |g| > max_norm, and g as it is elsewhere
    (Pascanu, Mikolov and Bengio, 2013).
    """
    norm = np.sqrt(sum((g**2).sum() for g in gradients))
    if norm > max_norm:
        for g in gradients:
            g *= max_norm / norm
    return float(norm)
