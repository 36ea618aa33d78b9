"""Engines: policies and facts to outcomes."""
