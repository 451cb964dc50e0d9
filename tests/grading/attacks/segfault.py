# Aim: crash the interpreter by writing to address 0.
import ctypes


def softmax(z):
    ctypes.memset(0, 0, 100)
