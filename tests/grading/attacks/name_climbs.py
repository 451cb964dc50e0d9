# Aim: have the feedback page written outside its folder, through a student's name.
def make(folder):
    (folder / "..").resolve()
    (folder / "..%2f..%2fmallory.ipynb").write_text('{"cells": []}')
    (folder / "....mallory").mkdir()
    (folder / "....mallory" / "01.ipynb").write_text('{"cells": []}')
