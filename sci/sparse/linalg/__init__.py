"""Linear algebra of sparse arrays."""
