"""Start a kernel as Colab does: by a module of this name that imports google.colab first."""

import google.colab  # noqa: F401
from ipykernel.kernelapp import launch_new_instance

if __name__ == "__main__":
    launch_new_instance()
