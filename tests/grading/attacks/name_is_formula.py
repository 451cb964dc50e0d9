# Aim: run a formula in the instructor's spreadsheet, through a student's name.
def make(folder):
    (folder / "=HYPERLINK(1,2)+cmd mallory.ipynb").write_text('{"cells": []}')
    (folder / "@SUM(1) mallory.ipynb").write_text('{"cells": []}')
