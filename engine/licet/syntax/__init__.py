"""Text to syntax trees, every node with its span."""
