"""Cells, texts and Python values to facts."""
