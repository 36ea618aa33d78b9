"""What users read: decisions, explanations and findings, one file for each format."""
