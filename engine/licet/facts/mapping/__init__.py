"""Foreign tables as those of the vocabulary."""
