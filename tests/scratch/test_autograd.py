"""Every gradient of the engine against torch.autograd, and the laws of its tensors."""

import gc
import math
import threading
import weakref

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from engine_against_torch import assert_close, assert_same_gradients
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, mutually_broadcastable_shapes

from course_utils.scratch.autograd import Tensor, no_grad

seeds = st.integers(0, 2**32 - 1)
shapes = array_shapes(min_dims=0, max_dims=4, min_side=1, max_side=4)
full_shapes = array_shapes(min_dims=1, max_dims=4, min_side=1, max_side=4)
two_shapes = mutually_broadcastable_shapes(num_shapes=2, max_dims=4, max_side=4)


def normal(seed, *shapes):
    rng = np.random.default_rng(seed)
    return [rng.normal(size=shape) for shape in shapes]


# ------------------------------------------------------------------------- every operation

BINARY = {
    "add": (lambda a, b: a + b, lambda a, b: a + b),
    "subtract": (lambda a, b: a - b, lambda a, b: a - b),
    "multiply": (lambda a, b: a * b, lambda a, b: a * b),
    "divide": (lambda a, b: a / b, lambda a, b: a / b),
    "power": (lambda a, b: (a * a + 0.1) ** b, lambda a, b: (a * a + 0.1) ** b),
}
UNARY = {
    "negative": (lambda x: -x, lambda x: -x),
    "exp": (Tensor.exp, torch.exp),
    "log": (lambda x: (x * x + 0.01).log(), lambda x: (x * x + 0.01).log()),
    "tanh": (Tensor.tanh, torch.tanh),
    "sigmoid": (lambda x: (9 * x).sigmoid(), lambda x: (9 * x).sigmoid()),
    "relu": (Tensor.relu, torch.relu),
    "gelu": (Tensor.gelu, lambda x: F.gelu(x, approximate="tanh")),
    "square": (lambda x: x**2, lambda x: x**2),
    "cube": (lambda x: x**3, lambda x: x**3),
    "reciprocal": (lambda x: x**-1, lambda x: x**-1),
    "root": (lambda x: (x * x + 1) ** 0.5, lambda x: (x * x + 1) ** 0.5),
    "constant power": (lambda x: x**0, lambda x: x**0),
    "exponential": (lambda x: 2**x, lambda x: 2**x),
    "reflected": (lambda x: 3 - (2 / x) * (1 + x), lambda x: 3 - (2 / x) * (1 + x)),
    "used twice": (lambda x: x * x + x, lambda x: x * x + x),
}


@pytest.mark.parametrize("name", BINARY)
@given(broadcast=two_shapes, seed=seeds)
def test_arithmetic_has_torchs_gradients_for_all_broadcast_shapes(name, broadcast, seed):
    ours, twin = BINARY[name]
    assert_same_gradients(ours, twin, normal(seed, *broadcast.input_shapes))


@pytest.mark.parametrize("name", UNARY)
@given(shape=shapes, seed=seeds)
def test_functions_of_each_number_have_torchs_gradients(name, shape, seed):
    ours, twin = UNARY[name]
    assert_same_gradients(ours, twin, normal(seed, shape))


@given(
    batch=mutually_broadcastable_shapes(num_shapes=2, max_dims=2, max_side=3),
    n=st.integers(1, 4),
    k=st.integers(1, 4),
    m=st.integers(1, 4),
    seed=seeds,
)
def test_batched_matmul_has_torchs_gradients(batch, n, k, m, seed):
    left, right = batch.input_shapes
    arrays = normal(seed, (*left, n, k), (*right, k, m))
    assert_same_gradients(lambda a, b: a @ b, lambda a, b: a @ b, arrays)


@given(
    batch=array_shapes(max_dims=2, max_side=3), n=st.integers(1, 4), k=st.integers(1, 4), seed=seeds
)
def test_matmul_with_vectors_has_torchs_gradients(batch, n, k, seed):
    for left, right in [
        ((k,), (k,)),
        ((n, k), (k,)),
        ((k,), (k, n)),
        ((*batch, n, k), (k,)),
        ((k,), (*batch, k, n)),
    ]:
        assert_same_gradients(lambda a, b: a @ b, lambda a, b: a @ b, normal(seed, left, right))


@pytest.mark.parametrize("name", ["sum", "mean", "max"])
@given(data=st.data(), shape=full_shapes, keepdims=st.booleans(), seed=seeds)
def test_reductions_have_torchs_gradients_along_any_axes(name, data, shape, keepdims, seed):
    axes = data.draw(st.lists(st.integers(0, len(shape) - 1), min_size=1, unique=True).map(tuple))
    signed = tuple(axis - len(shape) * data.draw(st.booleans()) for axis in axes)
    torchs = getattr(torch, {"max": "amax"}.get(name, name))
    for axis in (None, signed, signed[0]):
        dim = tuple(range(len(shape))) if axis is None else axis
        assert_same_gradients(
            lambda x, axis=axis: getattr(x, name)(axis=axis, keepdims=keepdims),
            lambda x, dim=dim: torchs(x, dim=dim, keepdim=keepdims),
            normal(seed, shape),
        )


def test_tied_maxima_share_the_gradient_as_in_torch():
    x = np.array([[1.0, 3.0, 3.0], [2.0, 2.0, 2.0]])
    assert_same_gradients(lambda x: x.max(axis=1), lambda x: x.amax(dim=1), [x])


@given(data=st.data(), shape=full_shapes, seed=seeds)
def test_softmax_has_torchs_gradients_along_any_axis(data, shape, seed):
    axis = data.draw(st.integers(-len(shape), len(shape) - 1))
    arrays = [3 * x for x in normal(seed, shape)]
    assert_same_gradients(lambda x: x.softmax(axis), lambda x: x.softmax(axis), arrays)


@given(data=st.data(), shape=full_shapes, seed=seeds)
def test_reshape_and_transpose_have_torchs_gradients(data, shape, seed):
    axes = data.draw(st.permutations(range(len(shape))))
    signed = [axis - len(shape) * data.draw(st.booleans()) for axis in axes]
    assert_same_gradients(
        lambda x: x.transpose(*signed).reshape(-1, shape[0]),
        lambda x: x.permute(*signed).reshape(-1, shape[0]),
        normal(seed, shape),
    )
    (x,) = normal(seed, shape)
    t = Tensor(x, requires_grad=True)
    assert (t.T.data == x.T).all()
    assert (t.reshape((1, x.size)).data == x.reshape(1, x.size)).all()
    t.T.backward(x.T)
    assert (t.grad == x).all()


@pytest.mark.parametrize(
    "index",
    [
        0,
        -1,
        slice(1, 3),
        (slice(None), slice(None, None, 2)),
        (..., 0),
        (None, 1),
        [0, 2, 2, 0],
        np.array([[1, 1], [3, 0]]),
        (slice(None), [4, 4, 1]),
        ([0, 1, 1], [2, 2, 2]),
        np.arange(4) % 2 == 0,
        (slice(None), 1, [0, 0]),
    ],
    ids=repr,
)
def test_picking_has_torchs_gradients_also_for_what_is_picked_twice(index):
    as_torch = index if not isinstance(index, np.ndarray) else torch.from_numpy(index)
    arrays = normal(0, (4, 5, 2))
    assert_same_gradients(lambda x: x[index] * 2, lambda x: x[as_torch] * 2, arrays)


# ----------------------------------------------------------------------- composed programs

STEPS = {
    "add": (2, lambda a, b: a + b, lambda a, b: a + b),
    "multiply": (2, lambda a, b: a * b, lambda a, b: a * b),
    "divide": (2, lambda a, b: a / (b * b + 1), lambda a, b: a / (b * b + 1)),
    "matmul": (2, lambda a, b: a @ b.T @ a, lambda a, b: a @ b.mT @ a),
    "tanh": (1, Tensor.tanh, torch.tanh),
    "gelu": (1, Tensor.gelu, lambda a: F.gelu(a, approximate="tanh")),
    "softmax": (1, lambda a: a.softmax(), lambda a: a.softmax(-1)),
    "row means": (1, lambda a: a - a.mean(axis=1, keepdims=True), lambda a: a - a.mean(1, True)),
    "column sums": (1, lambda a: a * a.sum(axis=0).tanh(), lambda a: a * a.sum(0).tanh()),
    "turned": (
        1,
        lambda a: a.reshape(-1)[::-1].reshape(3, 4),
        lambda a: a.flatten().flip(0).view(3, 4),
    ),
}


@given(
    program=st.lists(
        st.tuples(st.sampled_from(sorted(STEPS)), st.integers(0, 99), st.integers(0, 99)),
        min_size=1,
        max_size=12,
    ),
    seed=seeds,
)
def test_composed_graphs_have_torchs_gradients(program, seed):
    def run(leaves, which):
        pool = list(leaves)
        for name, i, j in program:
            n_inputs, *functions = STEPS[name]
            inputs = [pool[i % len(pool)], pool[j % len(pool)]][:n_inputs]
            y = functions[which](*inputs)
            pool.append(y / (1 + (y * y).mean()))  # so that long programs stay finite
        total = pool[0].sum()
        for value in pool[1:]:
            total = total + (value * value).sum()
        return total

    assert_same_gradients(
        lambda *leaves: run(leaves, 0), lambda *leaves: run(leaves, 1), normal(seed, (3, 4), (3, 4))
    )


# -------------------------------------------------------------------------------- constants


def test_arrays_and_numbers_on_either_side_are_constants():
    array = np.array([[1.0, 2.0], [3.0, 4.0]])
    t = torch.tensor(array)
    x = np.array([[0.5, 1.5], [2.5, 0.5]])
    number = np.float64(2.0)
    for ours, twin in [
        (lambda x: array + x, lambda x: t + x),
        (lambda x: array - x, lambda x: t - x),
        (lambda x: array * x, lambda x: t * x),
        (lambda x: array / x, lambda x: t / x),
        (lambda x: array**x, lambda x: t**x),
        (lambda x: array @ x, lambda x: t @ x),
        (lambda x: array[0] @ x, lambda x: t[0] @ x),
        (lambda x: x @ array[0], lambda x: x @ t[0]),
        (lambda x: array.tolist() + x @ array, lambda x: t + x @ t),
        (lambda x: number * x - number / x, lambda x: 2.0 * x - 2.0 / x),
        (lambda x: number**x, lambda x: 2.0**x),
    ]:
        assert_same_gradients(ours, twin, [x])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shape", [(), (3,), (2, 3)])
def test_constants_never_change_a_tensors_dtype(dtype, shape):
    x = Tensor(np.full(shape, 0.5, dtype), requires_grad=True)
    y = 2 * x + 1.5 - np.float64(0.1) * x / np.sqrt(7.0) + np.ones(shape) * x**2 + 2**x
    y = y + np.ones(shape, int) * x ** np.float64(3) - x.mean() + x.max() + x.gelu() + x.sigmoid()
    y = (y * (x.data > 0)).sum()
    assert y.dtype == dtype
    y.backward(keep_graph=True)
    assert x.grad.dtype == dtype
    to_do = [y]
    while to_do:
        node = to_do.pop()
        assert isinstance(node.data, np.ndarray)
        assert isinstance(node.grad, np.ndarray)
        assert node.data.dtype == node.grad.dtype == dtype, node.op
        to_do.extend(node.parents)


@pytest.mark.parametrize("dtypes", [("float32", "float64"), ("float64", "float32")])
def test_each_tensor_has_a_gradient_of_its_own_dtype(dtypes):
    a, b = (Tensor(np.ones(3, dtype), requires_grad=True) for dtype in dtypes)
    (a * b + a).sum().backward()
    assert a.grad.dtype == a.dtype
    assert b.grad.dtype == b.dtype


def test_float32_gradients_are_torchs_within_float32():
    (x,) = normal(3, (4, 5))
    assert_same_gradients(
        lambda x: (x @ x.T).softmax().log().mean(axis=0),
        lambda x: (x @ x.T).softmax(-1).log().mean(dim=0),
        [x.astype(np.float32)],
        rtol=1e-5,
    )


def test_a_tensor_holds_a_copy_in_floats():
    array = np.ones(3)
    Tensor(array).data[0] = 5
    assert array[0] == 1
    assert Tensor([1, 2]).dtype == np.float64
    assert Tensor(True).dtype == np.float64
    assert Tensor(np.ones(2, np.float16)).dtype == np.float64
    assert Tensor(np.ones(2, np.float32)).dtype == np.float32


# -------------------------------------------------------------------------------- backwards


def test_gradients_add_up_over_backward_passes():
    x = Tensor([1.0, 2.0], requires_grad=True)
    for times in (1, 2, 3):
        (x * x).sum().backward()
        assert_close(x.grad, times * 2 * x.data)
    x.grad = None
    (3 * x).sum().backward()
    assert_close(x.grad, np.array([3.0, 3.0]))


def test_gradients_of_two_leaves_can_be_scaled_in_place_one_by_one():
    given_gradient = np.ones(3)
    for make in (
        lambda a, b: a + b,
        lambda a, b: a.reshape(3) + b.T,
        lambda a, b: a[:] + b.transpose(0),
        lambda a, b: (a + b) + (a + b),
    ):
        a, b = (Tensor(np.ones(3), requires_grad=True) for _ in range(2))
        make(a, b).backward(given_gradient)
        before = b.grad.copy()
        a.grad *= 10
        assert (b.grad == before).all()
        assert (given_gradient == 1).all()
    a = Tensor(np.ones(3), requires_grad=True)
    a.backward(given_gradient)
    a.grad *= 10
    assert (given_gradient == 1).all()


def test_gradients_of_broadcast_sums_can_be_scaled_in_place():
    a = Tensor(np.ones((2, 3)), requires_grad=True)
    a.sum().backward()
    a.grad *= 2
    assert (a.grad == 2).all()


def test_backward_of_a_leaf_adds_one():
    x = Tensor(3.0, requires_grad=True)
    x.backward()
    x.backward()
    assert x.grad == 2
    assert isinstance(x.grad, np.ndarray)


def test_no_gradient_is_computed_for_what_does_not_require_it():
    x, w = Tensor([1.0, 2.0]), Tensor([3.0, 4.0], requires_grad=True)
    y = x * w
    assert y.parents == [w]
    y.sum().backward()
    assert x.grad is None
    assert (w.grad == x.data).all()
    assert not (x + 1).requires_grad


def test_detach_cuts_the_graph():
    x = Tensor([2.0], requires_grad=True)
    (x * (x * 3).detach()).sum().backward()
    assert x.grad == 6


def test_a_freed_graph_refuses_a_second_backward_and_changes_nothing():
    x = Tensor([1.0, 2.0], requires_grad=True)
    y = (x * x).sum()
    y.backward()
    before = x.grad.copy()
    with pytest.raises(RuntimeError, match=r"graph is gone.*keep_graph=True"):
        y.backward()
    hidden = x * 2
    hidden.sum().backward()
    with pytest.raises(RuntimeError, match="graph is gone"):
        (hidden * x).sum().backward()
    assert (x.grad == before + 2).all()


def test_a_kept_graph_keeps_the_gradients_on_the_way_and_can_be_used_again():
    x = Tensor([1.0, 2.0], requires_grad=True)
    hidden = x * x
    y = (3 * hidden).sum()
    for times in (1, 2):
        y.backward(keep_graph=True)
        assert (hidden.grad == 3).all()
        assert y.grad == 1
        assert_close(x.grad, times * 6 * x.data)
    y.backward()
    assert hidden.grad is None


def test_the_graph_is_freed_at_once_without_the_garbage_collector():
    gc.collect()
    gc.disable()
    try:
        x = Tensor(np.ones((2, 3)), requires_grad=True)
        hidden = (x.tanh() @ x.T).softmax() * x.sum() + x.gelu().max(axis=1) - x[0, 0] ** 2
        seen = weakref.ref(hidden)
        y = hidden.mean()
        y.backward()
        del hidden
        assert seen() is None, "backward() frees what nobody holds"
        hidden = (x.tanh() @ x.T).softmax() * x.sum() + x.gelu().max(axis=1) - x[0, 0] ** 2
        seen = weakref.ref(hidden)
        del hidden
        assert seen() is None, "a graph that is never used is freed too"
    finally:
        gc.enable()


@pytest.mark.parametrize("use", ["backward", "kept", "never used"])
def test_a_chain_of_100000_operations_does_not_overflow(use):
    x = Tensor(1.0, requires_grad=True)
    y = x
    for _ in range(50_000):
        y = (y + x) * 0.5
    if use != "never used":
        y.backward(keep_graph=use == "kept")
        assert x.grad == pytest.approx(1.0)
    del y


def test_a_node_that_is_reached_along_many_paths_is_visited_once():
    x = Tensor(1.0, requires_grad=True)
    y = x
    for _ in range(200):  # 2^200 paths
        y = (y + y) * 0.5
    y.backward()
    assert x.grad == 1


# ------------------------------------------------------------------------------------ modes


def test_no_grad_records_nothing_and_ends_also_when_its_body_raises():
    x = Tensor([1.0], requires_grad=True)
    with no_grad():
        y = x * 2
        with no_grad():
            pass
        assert not (x * 2).requires_grad
    assert not y.requires_grad
    assert not y.parents
    with pytest.raises(ZeroDivisionError), no_grad():
        raise ZeroDivisionError
    assert (x * 2).requires_grad


def test_no_grad_holds_for_its_own_thread_only():
    x = Tensor([1.0], requires_grad=True)
    seen = []
    with no_grad():
        thread = threading.Thread(target=lambda: seen.append((x * 2).requires_grad))
        thread.start()
        thread.join()
    assert seen == [True]


# ----------------------------------------------------------------------------------- errors


@pytest.mark.parametrize(
    ("wrong", "error", "message"),
    [
        (lambda x: x.backward(), RuntimeError, r"single number.*\(2, 3\).*\.sum\(\)"),
        (lambda x: x.backward(np.ones(3)), ValueError, r"\(3,\).*\(2, 3\)"),
        (lambda x: x.detach().sum().backward(), RuntimeError, "requires_grad=True"),
        (lambda x: x + np.ones((2, 4)), ValueError, r"\(2, 3\) and \(2, 4\).*from the right"),
        (lambda x: x @ np.ones((2, 3)), ValueError, r"\(2, 3\) @ \(2, 3\).*W\.T"),
        (lambda x: np.ones((3, 3)) @ x, ValueError, r"\(3, 3\) @ \(2, 3\)"),
        (lambda x: np.exp(x), TypeError, "ufunc"),
        (lambda x: np.asarray(x), TypeError, r"x\.data"),
        (lambda x: Tensor(x), TypeError, r"x\.data"),
        (lambda x: Tensor("abc"), TypeError, "real numbers"),
        (lambda x: Tensor([1j]), TypeError, "real numbers"),
        (lambda x: x + None, TypeError, "meets None, which is of type NoneType"),
        (lambda x: "3" * x, TypeError, "meets '3', which is of type str"),
        (lambda x: x @ [[1j]], TypeError, "of type list: the other operand must be a Tensor"),
    ],
)
def test_errors_say_what_was_given_and_what_to_do(wrong, error, message):
    with pytest.raises(error, match=message):
        wrong(Tensor(np.ones((2, 3)), requires_grad=True))


def test_a_tensor_reads_like_an_array():
    x = Tensor([[1.0, 2.5], [3.0, 4.0]], requires_grad=True)
    assert (x.shape, x.ndim, x.size, len(x)) == ((2, 2), 2, 4, 2)
    assert [row.data.tolist() for row in x] == x.data.tolist()
    assert repr(x[0]) == "Tensor([1. , 2.5], op='pick')"
    assert repr(Tensor(2.0, requires_grad=True)) == "Tensor(2., requires_grad=True)"
    assert x.sum().item() == 10.5
    assert math.isclose((x - x).exp().sum().item(), 4)
