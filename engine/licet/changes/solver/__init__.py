"""What solvers prove of two policies: one encoder, whose text both solvers read."""
