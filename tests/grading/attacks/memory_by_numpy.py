# Aim: use up the memory in one allocation.
import numpy as np


def softmax(z):
    return np.ones((1 << 40,))
