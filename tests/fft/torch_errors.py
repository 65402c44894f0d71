"""What torch's transforms lose, which those of ours that go through them cannot be better than."""

from __future__ import annotations

import torch

import sci


def error_of_torch(name: str, x: torch.Tensor, n: int, axis: int = -1) -> float:
    """Return how far torch's transform is from ours, relative: with MKL on some CPUs 1e2 eps, as at 254 and 6146.

    Ours is held to 5 eps by tests/fft/test_fourier.py.
    """
    ours, theirs = getattr(sci.fft, name)(x, n, axis), getattr(torch.fft, name)(x, n, axis)
    return float((ours - theirs).norm() / ours.norm())
