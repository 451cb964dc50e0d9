"""The way back through the layers of notebook 01, by hand. Derived in notebook 02.

Each `..._backward` is given the gradient of the loss with respect to a layer's output, and returns
it with respect to the layer's inputs, in the same shapes. `dy` is short for dloss/dy: an array of
the shape of y that says how much the loss grows for each number of y.
"""

import numpy as np

from course_utils.scratch.layers import affine_forward, relu, softmax


def numerical_gradient(f, x, h=1e-5):
    """Measure the gradient of a function by nudging each number of its input up and down by h.

    f: takes an array of the shape of x and returns a number. x: any shape, floats. -> the shape of
    x. Central differences, (f(x + h) - f(x - h)) / 2h: the error falls as h^2, until rounding
    takes over. Costs two calls of f for each number of x, so it is for checking, not for training.
    """
    x = np.array(x, dtype=float)
    gradient = np.zeros_like(x)
    for index in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[index] += h
        down[index] -= h
        gradient[index] = (f(up) - f(down)) / (2 * h)
    return gradient


def affine_backward(dy, x, weight):
    """Go back through y = x @ weight.T + bias.

    dy: (N, D_out), x: (N, D_in), weight: (D_out, D_in).
    -> (dx, dweight, dbias): (N, D_in), (D_out, D_in), (D_out,).
    """
    dx = dy @ weight  # (N, D_out) @ (D_out, D_in)
    dweight = dy.T @ x  # (D_out, N) @ (N, D_in): the sum over the batch is in the product
    dbias = dy.sum(axis=0)
    return dx, dweight, dbias


def sigmoid_backward(dy, y):
    """Go back through y = sigmoid(z), given its output. dy and y: any one shape -> dz: the same."""
    return dy * y * (1 - y)


def relu_backward(dy, z):
    """Go back through y = relu(z), given its input. dy and z: any one shape -> dz: the same.

    At z = 0, where there is no derivative, it takes 0.
    """
    return dy * (z > 0)


def softmax_backward(dp, p):
    """Go back through p = softmax(z), given its output. dp, p: (N, C) -> dz: (N, C).

    Every score of a row moves every probability of that row, so the C numbers mix.
    """
    return p * (dp - np.sum(dp * p, axis=-1, keepdims=True))


def mlp_backward(x, labels, weights, biases):
    """Run a two-layer classifier forwards and back: the loss, and the gradient of every number.

    scores = relu(x @ W1.T + b1) @ W2.T + b2; the loss is the mean of -log softmax(scores)[label].
    x: (N, D), labels: (N,) whole numbers below C, weights: [W1 (H, D), W2 (C, H)],
    biases: [b1 (H,), b2 (C,)].
    -> (loss, dweights, dbiases): a number, and two lists shaped as weights and biases.
    """
    (W1, W2), (b1, b2), n = weights, biases, len(x)
    z1 = affine_forward(x, W1, b1)  # (N, H)
    h = relu(z1)
    p = softmax(affine_forward(h, W2, b2))  # (N, C)
    loss = -np.mean(np.log(p[np.arange(n), labels]))

    onehot = np.zeros_like(p)
    onehot[np.arange(n), labels] = 1
    dscores = (p - onehot) / n  # softmax and cross-entropy together
    dh, dW2, db2 = affine_backward(dscores, h, W2)
    dz1 = relu_backward(dh, z1)
    _, dW1, db1 = affine_backward(dz1, x, W1)
    return loss, [dW1, dW2], [db1, db2]
