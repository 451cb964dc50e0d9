"""Sends plain values over a socket, so that nothing which comes back has to be trusted.

A frame is a length, a JSON header and raw array bytes. Only numbers, strings, truth values, None,
arrays of a few dtypes, and lists, tuples and dicts of these can be sent. Nothing is unpickled or
evaluated. Whatever does not fit this description raises FrameError and nothing else.
"""

import json
import math
import socket
import struct
import time
from typing import Any

import numpy as np

DTYPES = frozenset("?bhilqBHILQefd")
LARGEST = 64 * 2**20  # bytes in a frame
LARGEST_HEADER = 4 * 2**20  # bytes of JSON: read, they take up to thirty times as much memory
LARGEST_NUMBER = 2**60  # whole numbers beyond it could be made to collide as keys
DEEPEST = 32  # levels of nesting
_LENGTH = struct.Struct("!QI")  # bytes in all, bytes of them in the header


class FrameError(Exception):
    """A frame that is malformed, too large, cut short or late."""


def encode(value: Any) -> bytes:
    """Write a plain value as a frame.

    Raises FrameError when it holds something that cannot be sent, or is too large.
    """
    arrays: list[bytes] = []
    header = json.dumps(_to_json(value, arrays, DEEPEST)).encode()
    body = header + b"".join(arrays)
    if len(header) > LARGEST_HEADER or len(body) > LARGEST:
        raise FrameError(f"the value takes {len(body):,} bytes: more than can be sent")
    return _LENGTH.pack(len(body), len(header)) + body


def decode(body: bytes, header_length: int) -> Any:
    """Read a frame's body.

    Raises FrameError for anything that `encode` would not have written.
    """
    if not 0 < header_length <= min(len(body), LARGEST_HEADER):
        raise FrameError("the header's length is wrong")
    try:
        tree = json.loads(body[:header_length].decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise FrameError("the header is no JSON") from error
    reader = _Arrays(memoryview(body)[header_length:])
    value = _from_json(tree, reader, DEEPEST)
    if reader.used != len(reader.data):
        raise FrameError("the frame holds bytes that belong to no array")
    return value


def send(channel: socket.socket, value: Any, deadline: float | None = None) -> None:
    """Send a value before `deadline` (time.monotonic()); raises FrameError when it cannot be."""
    frame = encode(value)
    try:
        channel.settimeout(_left(deadline))
        channel.sendall(frame)
    except OSError as error:
        raise FrameError("the other side does not listen") from error


def receive(channel: socket.socket, deadline: float | None = None) -> Any:
    """Receive a value before `deadline`; raises FrameError, its cause a TimeoutError when late."""
    total, header_length = _LENGTH.unpack(_read(channel, _LENGTH.size, deadline))
    if total > LARGEST or header_length > LARGEST_HEADER:
        raise FrameError(f"a frame of {total:,} bytes was announced; at most {LARGEST:,} are read")
    return decode(_read(channel, total, deadline), header_length)


def _read(channel: socket.socket, n_bytes: int, deadline: float | None) -> bytes:
    parts, missing = [], n_bytes
    while missing:
        try:
            channel.settimeout(_left(deadline))
            part = channel.recv(min(missing, 2**20))
        except OSError as error:
            raise FrameError("nothing more came") from error
        if not part:
            raise FrameError("the other side ended")
        parts.append(part)
        missing -= len(part)
    return b"".join(parts)


def _left(deadline: float | None) -> float | None:
    if deadline is None:
        return None
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError("the time is up")
    return left


def _to_json(value: Any, arrays: list[bytes], depth: int) -> Any:
    if depth == 0:
        raise FrameError("the value is nested too deeply")
    if value is None or type(value) in (bool, int, float, str):
        return _leaf(value)
    if type(value) is np.ndarray:
        if value.dtype.char not in DTYPES:
            raise FrameError(f"an array of dtype {value.dtype} cannot be sent")
        little = np.ascontiguousarray(value).astype(value.dtype.newbyteorder("<"), copy=False)
        arrays.append(little.tobytes())
        return {"array": value.dtype.char, "shape": list(value.shape)}
    if type(value) in (list, tuple):
        return {type(value).__name__: [_to_json(item, arrays, depth - 1) for item in value]}
    if type(value) is dict:
        pairs = [[_key(k), _to_json(item, arrays, depth - 1)] for k, item in value.items()]
        return {"dict": pairs}
    raise FrameError(f"a value of type {type(value).__name__} cannot be sent")


def _leaf(value: Any) -> Any:
    """Let through what every reader can handle: numbers of a size, text that can be written."""
    if type(value) is int and abs(value) > LARGEST_NUMBER:
        raise FrameError("a whole number is too large")
    if type(value) is str and not _is_unicode(value):
        raise FrameError("a text holds half a character")
    return value


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _key(key: Any) -> Any:
    if key is None or type(key) in (bool, int, float, str):
        return _leaf(key)
    raise FrameError(f"a key of type {type(key).__name__} cannot be sent")


class _Arrays:
    """Hands out the raw bytes behind the header, one array after the other."""

    def __init__(self, data: memoryview) -> None:
        self.data, self.used = data, 0

    def next(self, char: Any, shape: Any) -> np.ndarray:
        if not isinstance(char, str) or char not in DTYPES or len(char) != 1:
            raise FrameError("an array has a dtype that is not read")
        if not isinstance(shape, list) or not all(type(n) is int and n >= 0 for n in shape):
            raise FrameError("an array has a shape that is none")
        if len(shape) > 16:
            raise FrameError("an array has too many dimensions")
        dtype = np.dtype(char).newbyteorder("<")
        n_bytes = math.prod(shape) * dtype.itemsize
        if n_bytes > len(self.data) - self.used:
            raise FrameError("an array is larger than the frame")
        raw = self.data[self.used : self.used + n_bytes]
        self.used += n_bytes
        try:
            return np.frombuffer(raw, dtype).reshape(shape).astype(np.dtype(char))
        except (ValueError, OverflowError) as error:  # such as an empty one of 2**62 by 0 rows
            raise FrameError("an array has a shape that is none") from error


def _from_json(tree: Any, arrays: _Arrays, depth: int) -> Any:
    if depth == 0:
        raise FrameError("the frame is nested too deeply")
    if not isinstance(tree, dict):
        if isinstance(tree, list):
            raise FrameError("the header is not one that is written here")
        return _leaf(tree)
    if tree.keys() == {"array", "shape"}:
        return arrays.next(tree["array"], tree["shape"])
    if len(tree) != 1:
        raise FrameError("the header is not one that is written here")
    ((kind, items),) = tree.items()
    if kind not in ("list", "tuple", "dict") or not isinstance(items, list):
        raise FrameError("the header is not one that is written here")
    if kind == "dict":
        return _dict_from_json(items, arrays, depth)
    values = [_from_json(item, arrays, depth - 1) for item in items]
    return values if kind == "list" else tuple(values)


def _dict_from_json(items: list, arrays: _Arrays, depth: int) -> dict:
    found = {}
    for pair in items:
        if not isinstance(pair, list) or len(pair) != 2 or isinstance(pair[0], dict | list):
            raise FrameError("the header is not one that is written here")
        found[_leaf(pair[0])] = _from_json(pair[1], arrays, depth - 1)
    return found
