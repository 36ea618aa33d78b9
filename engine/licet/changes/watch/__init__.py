"""What is kept of a run over an inventory, and what happened since: snapshots, and the events between them."""
