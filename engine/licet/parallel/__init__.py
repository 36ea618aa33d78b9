"""Work of several threads; nothing here knows of policies."""
