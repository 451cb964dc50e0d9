"""The exercises themselves: `lesson_NN.py` declares those of notebook NN, in order."""
