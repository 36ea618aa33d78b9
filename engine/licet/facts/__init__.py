"""Recorded facts: inventories of every format, checked against the vocabulary."""
