"""Times `sci` against SciPy, torch and, where installed, CuPy and JAX: ``python -m benchmarks --help``."""
