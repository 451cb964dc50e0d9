# Aim: run a script on the summary page, through a student's name.
def make(folder):
    name = "<img src=x onerror=\"document.title='owned'\">mallory"
    (folder / f"{name}.ipynb").write_text('{"cells": []}')
