# Aim: break the reader with cells that are no cells.
import json


def make(folder):
    odd = [None, 3, "text", [], {"cell_type": "code"}, {"cell_type": "code", "source": {"a": 1}}]
    odd += [{"cell_type": "code", "source": [1, None, {"x": []}]}, {"source": "\x00"}]
    (folder / "mallory.ipynb").write_text(json.dumps({"cells": odd * 100}))
