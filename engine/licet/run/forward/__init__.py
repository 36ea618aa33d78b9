"""The forward-chaining engine, on durable_rules."""
