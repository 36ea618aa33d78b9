"""Tests of the checker that no engine has a hand in."""
