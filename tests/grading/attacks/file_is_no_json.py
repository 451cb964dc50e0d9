# Aim: break the reader with a file that is no JSON.
def make(folder):
    (folder / "mallory.ipynb").write_bytes(b'{"cells": [' + b"\x00\xff" * 100)
