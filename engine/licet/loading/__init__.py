"""Policies from disk: files, folders, lists, tables and parameters, to what is checked."""
