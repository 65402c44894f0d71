"""Carlson's R_G at the ends of the range: it is homogeneous of degree 1/2."""

from __future__ import annotations

import pytest
import torch

from sci import special


@pytest.mark.parametrize("power", [-1000, -900, -600, 600, 900, 1014])
@pytest.mark.parametrize("dtype", [torch.float64, torch.complex128])
def test_elliprg_is_homogeneous(power: int, dtype: torch.dtype) -> None:
    x = torch.tensor([[1.0, 2.0, 3.0], [0.0, 1e-3, 1e2], [1.0, 1.0, 1e3], [5.0, 1e-3, 5.0]], dtype=dtype)
    found = special.elliprg(*(x * 2.0**power).unbind(-1)) * 2.0 ** (-power // 2)
    torch.testing.assert_close(found, special.elliprg(*x.unbind(-1)), rtol=1e-14, atol=0)


def test_elliprg_of_arguments_far_apart() -> None:
    x = torch.tensor([[1e-300, 1e-300, 1e300], [1e-300, 1e300, 1e300], [0.0, 1e-300, 1e300]], dtype=torch.float64)
    want = torch.tensor([0.5e150, 0.785398163397448309e150, 0.5e150], dtype=torch.float64)
    torch.testing.assert_close(special.elliprg(*x.unbind(-1)), want, rtol=1e-14, atol=0)
    float32 = torch.tensor([1e-36, 2e-36, 3e-36])
    torch.testing.assert_close(special.elliprg(*float32), torch.tensor(1.4018471e-18), rtol=1e-6, atol=0)
