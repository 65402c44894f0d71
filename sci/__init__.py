"""SciPy for PyTorch tensors: CPU and CUDA, batched, differentiable."""

from __future__ import annotations

__version__ = "0.1.0"
