# Aim: break the gradebook and the pages with a file name that is no Unicode.
import os


def make(folder):
    for name in (b"mallory \xff\xfe.ipynb", "mallory 王小明".encode("gb2312") + b".ipynb"):
        with open(os.path.join(os.fsencode(folder), name), "wb") as file:
            file.write(b'{"cells": []}')
