"""The few node types that every engine reads."""
