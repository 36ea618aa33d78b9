"""Policies tried out: their tests and properties, contradictions, small worlds."""
