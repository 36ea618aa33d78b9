"""Tables decided by several processes, and where they lie on a cluster."""
