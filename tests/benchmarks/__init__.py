"""What the benchmarks compare."""
