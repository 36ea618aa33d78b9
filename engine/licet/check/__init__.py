"""Names, types, units, defeat and strata: syntax trees to a checked policy."""
