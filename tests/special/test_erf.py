"""Identities of the error functions, and what the reference tables cannot show."""

from __future__ import annotations

import math

import numpy as np
import pytest
import scipy.special
import torch

import sci

F64, C128 = torch.float64, torch.complex128


@pytest.fixture
def plane() -> torch.Tensor:
    random = np.random.default_rng(3)
    z = np.exp(random.uniform(-5, 2.5, 4000)) * np.exp(1j * random.uniform(-np.pi, np.pi, 4000))
    return torch.from_numpy(z)


def test_symmetries_are_exact(plane: torch.Tensor) -> None:
    for f in (sci.special.erf, sci.special.erfc, sci.special.erfcx):
        assert torch.equal(f(plane.conj()), f(plane).conj())
    assert torch.equal(sci.special.erf(-plane), -sci.special.erf(plane))


def test_erf_and_erfc_add_to_one(plane: torch.Tensor) -> None:
    a, b = sci.special.erf(plane), sci.special.erfc(plane)
    size = torch.maximum(a.abs(), b.abs()).clamp(min=1)
    finite = size.isfinite()
    assert finite.sum() > 3000
    assert (((a + b - 1).abs() / size)[finite] < 1e-15).all()


def test_erf_is_monotone_and_bounded() -> None:
    x = torch.linspace(-7, 7, 200001, dtype=F64)
    y = sci.special.erf(x)
    assert y.abs().max() == 1
    assert (y.diff() >= -2e-16).all()
    assert (sci.special.erf(x.float()).abs() <= 1).all()


def test_erf_of_imaginary_arguments_is_imaginary() -> None:
    z = torch.complex(torch.zeros(400, dtype=F64), torch.linspace(-26, 26, 400, dtype=F64))
    assert (sci.special.erf(z).real == 0).all()
    assert (sci.special.erfc(z).real == 1).all()


def test_small_imaginary_parts_are_accurate_by_themselves() -> None:
    x = torch.linspace(0.1, 25, 500, dtype=F64)
    z = torch.complex(x, torch.full_like(x, 1e-40))
    slope = 2 / math.sqrt(math.pi) * np.exp(-(x.numpy().astype(np.longdouble) ** 2)).astype(float)
    for f, sign in ((sci.special.erf, 1), (sci.special.erfc, -1)):
        found = f(z).imag.numpy() / 1e-40
        normal = slope > 1e-260
        np.testing.assert_allclose(found[normal], sign * slope[normal], rtol=3e-15)


def test_infinities_and_overflow_in_the_plane_are_scipys() -> None:
    inf, nan = math.inf, math.nan
    parts = (inf, -inf, 1.5, -1.5, 0.0, 30.0, -30.0)
    points = [complex(a, b) for a in parts for b in (inf, -inf, 1.0, 0.0, -2.0)]
    for name in ("erf", "erfc", "erfcx"):
        got = getattr(sci.special, name)(torch.tensor(points, dtype=C128)).numpy()
        want = getattr(scipy.special, name)(np.array(points))
        for z, g, w in zip(points, got, want, strict=True):
            if np.isnan(w.real) and np.isnan(w.imag):
                assert np.isnan(g.real) and np.isnan(g.imag), (name, z, g)
            else:
                np.testing.assert_allclose(g.real, w.real, rtol=1e-13, err_msg=f"{name} {z}")
                if not np.isnan(w.imag):
                    np.testing.assert_allclose(g.imag, w.imag, rtol=1e-13, err_msg=f"{name} {z}")
    assert torch.isnan(sci.special.erf(torch.tensor(complex(nan, 1.0), dtype=C128)))


def test_real_and_complex_agree_on_the_axis() -> None:
    x = torch.linspace(-6, 26, 997, dtype=F64)
    for f in (sci.special.erf, sci.special.erfc, sci.special.erfcx):
        z = f(torch.complex(x, torch.zeros_like(x)))
        # Not equal: the real loop is compiled for vectors, with elementary functions of its own.
        torch.testing.assert_close(z.real, f(x), rtol=1e-15, atol=0)
        beside = f(torch.complex(x, torch.full_like(x, 1e-300))).real
        torch.testing.assert_close(beside, f(x), rtol=4e-15, atol=0)


def test_erfc_underflows_gradually() -> None:
    x = torch.tensor([27.2, 27.22, 27.3], dtype=F64)
    y = sci.special.erfc(x)
    assert y[0] > 0 and y[1] > 0 and y[2] == 0
    assert y[0] < 2.3e-308


@pytest.mark.parametrize("dtype", [torch.float32, F64])
def test_erfinv_inverts_erf(dtype: torch.dtype) -> None:
    eps = torch.finfo(dtype).eps
    x = torch.linspace(-1, 1, 20001, dtype=dtype)[1:-1]
    torch.testing.assert_close(sci.special.erf(sci.special.erfinv(x)), x, rtol=2 * eps, atol=0)
    tiny = torch.logspace(-36, -3, 50, dtype=dtype)
    torch.testing.assert_close(sci.special.erf(sci.special.erfinv(tiny)), tiny, rtol=2 * eps, atol=0)
    below = torch.nextafter(torch.ones((), dtype=dtype), torch.zeros((), dtype=dtype))
    # erfc(y) = 2^-53 and 2^-24, by mpmath
    want = 5.8635847487551676 if dtype == F64 else 3.8325069345999317
    assert abs(sci.special.erfinv(below).item() / want - 1) < 3 * eps
