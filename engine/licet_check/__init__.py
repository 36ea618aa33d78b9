"""A second program for what Licet says: the language read again from its page, with the standard library only."""
