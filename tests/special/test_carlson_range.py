"""Carlson's R_G at the ends of the range: it is homogeneous of degree 1/2."""

from __future__ import annotations

import mpmath
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


# Arguments over the whole range of a type: in the scale of the largest the others may be 0.
FAR_APART = (
    ("elliprd", torch.float64, (1.8194261545095977e-198, 7.543345080508433e252, 1.8085421152881957e-282)),
    ("elliprd", torch.float32, (2.6705255464647248e37, 1.0679147350452293e-35, 7.080966514536232e-37)),
    ("elliprg", torch.float32, (1.6815581571897805e-44, 6.5212529989366885e-06, 0.0)),
    ("elliprj", torch.float64, (2.85101857072e31, 1.02410786658e-251, 3.19579249163e-247, 2.43913476575e287)),
    ("elliprj", torch.float64, (9.70770351779e-300, 2.34589923167e-175, 8.57543232497e-265, 3.66189022152e245)),
    ("elliprj", torch.float64, (6.26185924197815e-117, 1.06946980717953e-144, 7.30033551671884e293, 2.337308053750e21)),
    ("elliprj", torch.float32, (1.13127689e-05, 31.64813232421875, 5.415946552457194e36, 1.40816715676e-34)),
)  # fmt: skip


@pytest.mark.parametrize("is_complex", [False, True])
@pytest.mark.parametrize(("name", "dtype", "at"), FAR_APART)
def test_arguments_far_apart(name: str, dtype: torch.dtype, at: tuple[float, ...], is_complex: bool) -> None:
    at = tuple(torch.tensor(x, dtype=dtype).item() for x in at)
    with mpmath.workdps(700):
        want = float(getattr(mpmath, name)(*map(mpmath.mpf, at)))
    found = getattr(special, name)(*(torch.tensor(x, dtype=dtype.to_complex() if is_complex else dtype) for x in at))
    assert abs(found.real.item() / want - 1) < 8 * torch.finfo(dtype).eps
    assert found.is_complex() == is_complex
    assert not is_complex or found.imag == 0


def test_slope_of_elliprg_where_one_of_its_terms_overflows() -> None:
    x = torch.tensor(1e-200, dtype=torch.float64, requires_grad=True)
    small = torch.tensor(1e-300, dtype=torch.float64)
    (slope,) = torch.autograd.grad(special.elliprg(x, small, small), x)
    assert abs(slope.item() / 2.5e99 - 1) < 1e-14
