"""Recorded facts: inventories and dated lists, checked against the vocabulary."""
