"""Tables decided where they lie on a cluster."""
