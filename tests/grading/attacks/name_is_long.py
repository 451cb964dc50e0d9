# Aim: have the feedback page's name grow longer than file names may be.
def make(folder):
    (folder / ("mallory" + "𠀀" * 50)).mkdir()
    (folder / ("mallory" + "𠀀" * 50) / "01.ipynb").write_text('{"cells": []}')
    (folder / ("mallory" + "\u0301" * 110 + ".ipynb")).write_text('{"cells": []}')
