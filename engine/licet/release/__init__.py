"""Every model to every destination: the one room that knows what a transfer of a model is."""
