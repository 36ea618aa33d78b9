"""The checked policy: its vocabulary, rules and formulas, as every engine reads them."""
