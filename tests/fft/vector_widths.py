"""The widths of vectors for which the CPU's transforms are compiled."""

from __future__ import annotations

import torch

import sci


def widths() -> list[int]:
    """The vectors, in bytes, that this processor has."""
    sci.fft.fft(torch.ones(2))  # loads the operators
    try:
        torch.ops.sci.fourier_transform_of_width(torch.ones(1, dtype=torch.complex64), [-1], 0, False, False, 1, 1, 64)
    except RuntimeError:
        return [32]
    return [32, 64]
