"""What is missing: which facts and which law an open answer hangs on."""
