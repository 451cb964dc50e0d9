# Aim: run a script on the pages, through a written answer.
import json


def make(folder):
    text = "**Your answer to 01.W1:**\n\n</p><script>document.title = 'owned'</script>=cmd()"
    cells = [{"cell_type": "markdown", "source": text, "metadata": {}}]
    (folder / "mallory.ipynb").write_text(json.dumps({"cells": cells}))
