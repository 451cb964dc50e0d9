# Aim: keep the grader busy while it looks for what an answer needs, before anything is run.
import json


def make(folder):
    few = 12_000
    assigned = "\n".join(f"a{i} = {i}" for i in range(few))
    wide = "def softmax(z):\n    return [" + ", ".join(f"a{i}" for i in range(few)) + "]"
    again = "\n".join("x += 1" for _ in range(2 * few))
    chain = "\n".join(f"def f{i}(): return f{i + 1}()" for i in range(few // 4))
    write(folder / "mallory1.ipynb", [assigned, wide])
    write(folder / "mallory2.ipynb", [again, "def softmax(z):\n    return x"])
    write(folder / "mallory3.ipynb", [chain, "def softmax(z):\n    return f0()"])
    write(folder / "mallory4.ipynb", ["def softmax(z): return z"] * 4_000)
    write(folder / "mallory5.ipynb", ["def softmax(z): return (("] * 4_000)
    write(folder / "mallory6.ipynb", ["x = 1"] * 400_000)


def write(path, sources):
    cells = [{"cell_type": "code", "source": source} for source in sources]
    path.write_text(json.dumps({"cells": cells}))
