"""What is done of large tables in C: which entry of a table, comparisons with bounds, and bits. It knows no policy."""
