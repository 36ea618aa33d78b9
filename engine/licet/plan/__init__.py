"""Policies to programs: bits for rows and cases, plain conditions for what is known, joins for the forward engine."""
