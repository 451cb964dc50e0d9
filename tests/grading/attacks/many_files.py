# Aim: take up the grader's time with hundreds of attempts.
import json


def make(folder):
    (folder / "mallory").mkdir()
    for i in range(300):
        source = f"def softmax(z):\n    return z * {i}"
        cells = [{"cell_type": "code", "source": source}]
        (folder / "mallory" / f"{i}.ipynb").write_text(json.dumps({"cells": cells}))
