"""In the place of Google's package, of which the course only asks whether it is there."""
