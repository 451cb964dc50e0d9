"""What the notebooks train on: digits, the built-in corpus, and corpora to download."""
