"""Outcomes to decisions: per jurisdiction and overall, with what is missing and what was assumed."""
