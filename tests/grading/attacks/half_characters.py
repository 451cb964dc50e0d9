# Aim: break the gradebook and the pages with text that no file can hold.
import json


def make(folder):
    source = 'def softmax(z):\n    raise ValueError("\\ud800 \\udfff")\n\n\ndef sigmoid(z):\n'
    source += '    print("\\ud800")\n    return {"\\ud800": "\\udc00"}\n'
    answer = "**Your answer to 01.W1:**\n\nhalf a character: \ud83d"
    cells = [
        {"cell_type": "code", "source": source + "\n# \ud800"},
        {"cell_type": "markdown", "source": answer},
    ]
    (folder / "mallory.ipynb").write_text(json.dumps({"cells": cells}))
