"""Plots and widgets that the notebooks show."""
