"""Decisions as rows of a table, batch after batch."""
