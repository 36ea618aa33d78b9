"""A result table read again, as a stream of batches: what all of its rows come to, and the cases to look at first."""
