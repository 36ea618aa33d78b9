"""The columnar engine: formulas over rows, joins, conclusions by epoch."""
