"""One case at a time, fast."""
