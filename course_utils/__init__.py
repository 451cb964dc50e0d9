"""The helper package of the course From Neuron to GPT.

`scratch` is what notebooks 01 to 05 derive with NumPy, `gpt` what notebooks 06 to 11 build with
PyTorch, `data` what they train on, `exercises` what checks the learner's answers, `figures` what
the notebooks draw. Importing this package imports none of them.
"""

__version__ = "0.1.0"
