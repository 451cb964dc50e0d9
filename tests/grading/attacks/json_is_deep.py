# Aim: overflow the JSON parser's stack.
def make(folder):
    (folder / "mallory.ipynb").write_text("[" * 400_000)
