"""Fourier transforms: SciPy's values and argument rules, accuracy, half spectra that are not Hermitian."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import scipy.fft
import torch

import sci
from sci.fft._real import without_idle_imaginary_parts

COMPLEX, REAL, HALF = ("fft", "ifft"), ("rfft", "ihfft"), ("irfft", "hfft")


def given(name: str, *shape: int, dtype: torch.dtype = torch.float64) -> torch.Tensor:
    generator = torch.Generator().manual_seed(sum(shape))
    return torch.randn(*shape, generator=generator, dtype=dtype if name in REAL else dtype.to_complex())


@pytest.mark.parametrize("norm", [None, "backward", "ortho", "forward"])
@pytest.mark.parametrize("name", COMPLEX + REAL + HALF)
def test_one_axis(name: str, norm: str | None) -> None:
    x = given(name, 4, 5, 6)
    for n, axis in itertools.product((None, 1, 4, 5, 9), (0, -2, 2)):
        out = getattr(sci.fft, name)(x, n, axis, norm, False, 1)
        ref = torch.from_numpy(getattr(scipy.fft, name)(x.numpy(), n, axis, norm))
        torch.testing.assert_close(out, ref, rtol=0, atol=1e-14 * x.shape[axis])


@pytest.mark.parametrize("norm", [None, "ortho", "forward"])
@pytest.mark.parametrize("name", COMPLEX + REAL + HALF)
def test_several_axes(name: str, norm: str | None) -> None:
    x = given(name, 4, 5, 6)
    for s, axes in [(None, None), (None, (0, 2)), ((3, 7), None), ((3, 7), (2, 0)), ((-1, 4), (1, 0)), (4, 1)]:
        out = getattr(sci.fft, name + "n")(x, s, axes, norm)
        ref = torch.from_numpy(np.asarray(getattr(scipy.fft, name + "n")(x.numpy(), s, axes, norm)))
        torch.testing.assert_close(out, ref, rtol=0, atol=1e-12)
    out = getattr(sci.fft, name + "2")(x, (3, 8), norm=norm)
    ref = torch.from_numpy(getattr(scipy.fft, name + "2")(x.numpy(), (3, 8), norm=norm))
    torch.testing.assert_close(out, ref, rtol=0, atol=1e-12)


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
def test_error_is_at_most_twice_that_of_scipy(dtype: torch.dtype) -> None:
    for n in (1, 2, 3, 8, 12, 31, 97, 128, 211, 240, 256, 343):
        x = torch.randn(6, n, dtype=dtype, generator=torch.Generator().manual_seed(n))
        angle = (np.arange(n)[:, None] * np.arange(n)[None, :] % n).astype(np.longdouble) / n
        pi = np.longdouble("3.14159265358979323846264338327950288")
        exact = x.numpy().astype(np.longdouble) @ np.exp(-2j * pi * angle)

        def error(y: np.ndarray, exact: np.ndarray = exact) -> float:
            size = np.sqrt(np.sum(np.abs(exact) ** 2))
            return float(np.sqrt(np.sum(np.abs(y - exact) ** 2)) / size) / torch.finfo(dtype).eps

        assert error(sci.fft.fft(x).numpy()) <= max(2 * error(scipy.fft.fft(x.numpy())), 2.0), n


def test_dtypes_of_results() -> None:
    for dtype, result in [
        (torch.float16, torch.complex64),
        (torch.bfloat16, torch.complex64),
        (torch.float32, torch.complex64),
        (torch.complex64, torch.complex64),
        (torch.int64, torch.get_default_dtype().to_complex()),
        (torch.bool, torch.get_default_dtype().to_complex()),
    ]:
        assert sci.fft.fft(torch.ones(3).to(dtype)).dtype == result
        if not dtype.is_complex:
            assert sci.fft.rfft(torch.ones(3).to(dtype)).dtype == result
    assert sci.fft.irfft(np.ones(3)).dtype == torch.float64
    assert sci.fft.fft([1.0, 2.0]).dtype == torch.complex128  # array-likes follow NumPy


@pytest.mark.parametrize("n", [1, 2, 5, 6, 64, 8192])
def test_imaginary_parts_without_a_place_are_ignored(n: int) -> None:
    m = n // 2 + 1
    x = given("irfft", 3, m)
    clean = x.clone()
    clean.imag[:, 0] = 0
    if n % 2 == 0:
        clean.imag[:, -1] = 0
    torch.testing.assert_close(without_idle_imaginary_parts(x, n, -1), clean, rtol=0, atol=0)
    torch.testing.assert_close(sci.fft.irfft(x, n), sci.fft.irfft(clean, n), rtol=0, atol=0)
    wild = x.clone()
    wild.imag[:, 0] = torch.inf
    torch.testing.assert_close(sci.fft.irfft(wild, n), sci.fft.irfft(clean, n), rtol=0, atol=0)


def test_making_ends_real_is_differentiable() -> None:
    def f(x: torch.Tensor) -> torch.Tensor:
        return torch.fft.irfft(without_idle_imaginary_parts(x, 6, -1), 6)

    x = given("irfft", 2, 4).requires_grad_()
    assert torch.autograd.gradcheck(f, x, check_forward_ad=True, check_batched_grad=True)
    assert torch.autograd.gradgradcheck(f, x)


def test_results_are_never_lazily_conjugated() -> None:
    x = torch.randn(3, 4)
    for name in ("ifft", "ihfft", "ifftn", "ifft2", "ihfftn", "ihfft2"):
        assert not getattr(sci.fft, name)(x).is_conj(), name


def test_input_is_never_overwritten() -> None:
    for name in COMPLEX + REAL + HALF:
        x = given(name, 3, 6)
        before = x.clone()
        getattr(sci.fft, name)(x, overwrite_x=True)
        assert torch.equal(x, before)


def test_no_axes() -> None:
    x = torch.randn(3, 4)
    for name in ("fftn", "ifftn"):
        torch.testing.assert_close(getattr(sci.fft, name)(x, axes=()), x.to(torch.complex64))
    for name in ("rfftn", "irfftn", "hfftn", "ihfftn"):
        with pytest.raises(ValueError, match="at least 1 axis"):
            getattr(sci.fft, name)(x, axes=())


def test_empty_batches() -> None:
    for name, norm in itertools.product(COMPLEX + REAL + HALF, (None, "ortho")):
        x = given(name, 2, 0, 3).numpy()
        for suffix, keys in [("", {}), ("", {"n": 4, "axis": 1}), ("n", {"axes": (0, 2)}), ("n", {"s": (4, 5)})]:
            out = getattr(sci.fft, name + suffix)(torch.from_numpy(x).requires_grad_(), norm=norm, **keys)
            ref = torch.from_numpy(getattr(scipy.fft, name + suffix)(x, norm=norm, **keys))
            torch.testing.assert_close(out.detach(), ref)
            assert out.requires_grad


@pytest.mark.parametrize(
    ("call", "kind", "text"),
    [
        (lambda: sci.fft.fft(torch.ones(3), 0), ValueError, r"fft: invalid number of data points \(0\)"),
        (lambda: sci.fft.fft(torch.ones(3, 0)), ValueError, r"data points \(0\)"),
        (lambda: sci.fft.irfft(torch.ones(1)), ValueError, r"irfft: invalid number of data points \(0\)"),
        (lambda: sci.fft.irfftn(torch.ones(2, 1)), ValueError, r"data points \(0\)"),
        (lambda: sci.fft.rfft(torch.ones(3) * 1j), TypeError, "rfft: x must be a real sequence"),
        (lambda: sci.fft.ihfftn(torch.ones(3) * 1j), TypeError, "real sequence"),
        (lambda: sci.fft.fft(torch.ones(3), 2.5), TypeError, "integer"),
        (lambda: sci.fft.fft(torch.ones(3), axis=1), np.exceptions.AxisError, "out of bounds"),
        (lambda: sci.fft.fft(torch.tensor(1.0)), np.exceptions.AxisError, "out of bounds"),
        (lambda: sci.fft.fft(torch.ones(3), norm="x"), ValueError, "Invalid norm value 'x'"),
        (lambda: sci.fft.fft(torch.ones(3), norm=1), ValueError, "Invalid norm value 1"),
        (lambda: sci.fft.fft(torch.ones(3), workers=-(10**9)), ValueError, "workers"),
        (lambda: sci.fft.fft(torch.ones(3), plan="plan"), NotImplementedError, "plan"),
        (lambda: sci.fft.fft(["a"]), TypeError, "fft: x must be"),
        (lambda: sci.fft.fftn(torch.ones(3), axes=(1,)), ValueError, "axes exceeds dimensionality"),
        (lambda: sci.fft.fftn(torch.ones(3, 3), axes=(0, -2)), ValueError, "all axes must be unique"),
        (lambda: sci.fft.fftn(torch.ones(3, 3), axes=("a",)), ValueError, "axes must be an integer"),
        (lambda: sci.fft.fftn(torch.ones(3, 3), s=(0, 1)), ValueError, "data points"),
        (lambda: sci.fft.fft2(torch.ones(3, 3), s=(1,)), ValueError, "same length"),
        (lambda: sci.fft.fft2(torch.ones(3)), ValueError, "axes exceeds dimensionality"),
    ],
)
def test_bad_arguments(call: object, kind: type[Exception], text: str) -> None:
    with pytest.raises(kind, match=text):
        call()  # type: ignore[operator]
