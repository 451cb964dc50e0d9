# Aim: crash the interpreter by recursion.
import sys


def softmax(z):
    sys.setrecursionlimit(10**9)
    return softmax(z)
