# Aim: write outside the folder by paths inside a zip.
import zipfile


def make(folder):
    with zipfile.ZipFile(folder / "class.zip", "w") as archive:
        for path in ("../../mallory.ipynb", "/etc/mallory.ipynb", "a/../../../mallory2.ipynb"):
            archive.writestr(path, '{"cells": []}')
