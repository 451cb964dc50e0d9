# Aim: make written.csv too large to be read again, by a gigantic written answer.
import json


def make(folder):
    text = "**Your answer to 01.W1:**\n\n" + "=cmd() " * 100_000
    cells = [{"cell_type": "markdown", "source": text, "metadata": {}}]
    (folder / "mallory.ipynb").write_text(json.dumps({"cells": cells}))
