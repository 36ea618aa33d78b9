"""Policies to programs: what a forward-chaining engine runs."""
