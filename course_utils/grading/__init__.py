"""Grades whole classes: reads submissions, runs them in a box, scores, records and tells."""
