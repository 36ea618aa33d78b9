"""Policies to programs: bits for rows and for single cases, joins for the forward engine."""
