# Aim: hand in a link to another student's notebook, or to a secret.
def make(folder):
    (folder / "mallory.ipynb").symlink_to(folder / "honest.ipynb")
    (folder / "mallory2.ipynb").symlink_to("/etc/passwd")
