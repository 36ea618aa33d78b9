"""What changed between two policies: which items of the law, which decisions can move, and which answers did."""
