"""A GPT and all it needs, in PyTorch: what notebooks 06 to 11 build."""
