"""Norms by the kernel for plain tensors: against sums in double precision, at the ends of the range, and in doubt."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import torch

from sci import linalg
from tests.linalg.linalg_matrices import ALL, eps, random

SHAPES = ((3, 3), (1, 1), (5, 3, 3), (4, 2, 1), (4, 1, 2), (2, 3, 17, 9), (3, 33, 70), (2, 5, 200), (40, 8, 8))
ORDERS = (None, "fro", 1, math.inf)


def wide(a: torch.Tensor) -> np.ndarray[Any, Any]:
    return a.to(torch.complex128 if a.is_complex() else torch.float64).resolve_conj().numpy()


@pytest.mark.parametrize("ord", ORDERS)
@pytest.mark.parametrize("dtype", ALL)
def test_matrices(dtype: torch.dtype, ord: Any) -> None:
    for shape in SHAPES:
        a = random(*shape, dtype=dtype) * 10.0 ** torch.arange(-3.0, 3.0).repeat(shape[-1])[: shape[-1]].to(dtype)
        for x in (a, a.mT, a.conj(), a[..., ::2]):
            n = linalg.norm(x, ord, axis=(-2, -1))
            expected = np.linalg.norm(wide(x), ord, axis=(-2, -1))
            assert n.dtype == a.real.dtype and n.shape == x.shape[:-2]
            assert np.abs(n.numpy() / expected - 1).max() < (4 + math.sqrt(x.shape[-1] * x.shape[-2])) * eps(dtype)


@pytest.mark.parametrize("dtype", ALL)
def test_vectors(dtype: torch.dtype) -> None:
    for shape in ((1,), (7,), (1000,), (3, 5), (2, 3, 129)):
        a = random(*shape, dtype=dtype)
        for n, expected in (
            (linalg.norm(a), np.linalg.norm(wide(a).ravel())),
            (linalg.norm(a, axis=-1), np.linalg.norm(wide(a), axis=-1)),
        ):
            assert np.abs(n.numpy() / expected - 1).max() < 4 * eps(dtype)


@pytest.mark.parametrize("dtype", ALL)
def test_ends_of_the_range(dtype: torch.dtype) -> None:
    """Exact for a multiple of a power of 2; where a square leaves the range, also beside ordinary matrices."""
    info = torch.finfo(dtype)
    unit = 3 + 4j if dtype.is_complex else 5
    for power in (math.log2(info.max) - 6, math.log2(info.max) / 2, math.log2(info.tiny) / 2, math.log2(info.tiny) + 2):
        scale = 2.0 ** int(power)
        a = torch.full((4, 2, 2), unit, dtype=dtype) * torch.tensor([1, scale, 1, 0], dtype=dtype)[:, None, None]
        for ord in ORDERS:
            found = linalg.norm(a, ord, axis=(-2, -1)).double()
            expected = torch.tensor([10.0, 10 * scale, 10, 0], dtype=torch.float64)
            torch.testing.assert_close(found, expected, rtol=2 * eps(dtype), atol=0)


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_not_finite(bad: float) -> None:
    a = torch.ones(4, 3, 3)
    a[2, 1, 1] = bad
    for ord in ORDERS:
        with pytest.raises(ValueError, match=r"norm: a must not contain infs or NaNs.* at \(2, 1, 1\)"):
            linalg.norm(a, ord, axis=(-2, -1))
        found = linalg.norm(a, ord, axis=(-2, -1), check_finite=False)
        torch.testing.assert_close(found[2], torch.tensor(bad), equal_nan=True)
        assert torch.isfinite(found[[0, 1, 3]]).all()
