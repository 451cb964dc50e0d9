"""What is sent arrives; what is malformed raises FrameError and nothing else."""

import contextlib
import socket
import struct
import threading
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from course_utils.grading import frames

ARRAYS = hnp.arrays(
    st.sampled_from([np.dtype(c) for c in "?bhilBHILefd"]),
    hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4),
)
LEAVES = st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.floats() | st.text() | ARRAYS
VALUES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text(max_size=5) | st.integers(0, 9), inner, max_size=4)
    ),
    max_leaves=12,
)


def back(frame):
    total, header = struct.unpack("!QI", frame[:12])
    assert total == len(frame) - 12
    return frames.decode(frame[12:], header)


def same(a, b):
    if isinstance(a, np.ndarray):
        return (
            isinstance(b, np.ndarray)
            and a.dtype == b.dtype
            and a.shape == b.shape
            and a.tobytes() == b.tobytes()
        )
    if isinstance(a, list | tuple):
        return type(a) is type(b) and len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[k], b[k]) for k in a)
    return type(a) is type(b) and (a == b or (a != a and b != b))


@given(VALUES)
def test_value_comes_back_as_it_was_sent(value):
    assert same(back(frames.encode(value)), value)


@given(st.binary(max_size=300), st.integers(0, 300))
def test_random_bytes_raise_frame_error_or_are_a_value(body, header):
    with contextlib.suppress(frames.FrameError):
        frames.decode(body, header)


@given(VALUES, st.integers(0, 400), st.integers(0, 255))
def test_damaged_frame_raises_frame_error_or_is_a_value(value, place, byte):
    frame = bytearray(frames.encode(value))
    frame[12 + place % max(1, len(frame) - 12)] = byte
    with contextlib.suppress(frames.FrameError):
        frames.decode(bytes(frame[12:]), struct.unpack("!QI", frame[:12])[1])


@pytest.mark.parametrize(
    "value", [{1, 2}, object(), np.array([None]), b"bytes", 1j, np.array(["text"]), type]
)
def test_what_is_not_plain_cannot_be_sent(value):
    with pytest.raises(frames.FrameError):
        frames.encode([value])


def test_deep_value_cannot_be_sent():
    nest = []
    for _ in range(100):
        nest = [nest]
    with pytest.raises(frames.FrameError):
        frames.encode(nest)


def test_announced_size_is_refused_before_it_is_read():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(struct.pack("!QI", 2**50, 10))
        with pytest.raises(frames.FrameError, match="announced"):
            frames.receive(ours, time.monotonic() + 5)


def test_silence_ends_at_the_deadline_even_when_bytes_trickle():
    ours, theirs = socket.socketpair()
    stop = threading.Event()

    def trickle():
        theirs.sendall(struct.pack("!QI", 1000, 10))
        while not stop.wait(0.05):
            theirs.sendall(b"x")

    with ours, theirs:
        thread = threading.Thread(target=trickle)
        thread.start()
        start = time.monotonic()
        with pytest.raises(frames.FrameError):
            frames.receive(ours, time.monotonic() + 0.4)
        assert time.monotonic() - start < 30
        stop.set()
        thread.join()
