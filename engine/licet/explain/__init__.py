"""Why: proofs, what was nearest, and words for both."""
