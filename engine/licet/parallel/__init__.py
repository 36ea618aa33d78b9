"""Processes that work for one; nothing here knows of policies."""
