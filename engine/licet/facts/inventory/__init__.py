"""Whole inventories: read, put together, checked as one, split where they are large."""
