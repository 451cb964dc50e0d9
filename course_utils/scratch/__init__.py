"""What notebooks 01 to 05 derive, with NumPy alone."""
