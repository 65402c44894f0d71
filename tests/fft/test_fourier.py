"""Fourier transforms: SciPy's values and argument rules, accuracy, half spectra that are not Hermitian."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import scipy.fft
import torch

import sci
from sci.fft._fourier import transform
from tests.fft.torch_errors import error_of_torch
from tests.fft.vector_widths import widths

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


def by_long_double(x: np.ndarray) -> np.ndarray:
    """The transform in long double, by halving: (re, im) of rows whose length is a power of 2 times little."""
    n = x.shape[-1]
    if n % 2:
        j = np.arange(n)
        angle = (j[:, None] * j[None, :] % n).astype(np.longdouble) / n
        pi = np.longdouble("3.14159265358979323846264338327950288")
        return x @ np.exp(-2j * pi * angle)
    even, odd = by_long_double(x[..., ::2]), by_long_double(x[..., 1::2])
    pi = np.longdouble("3.14159265358979323846264338327950288")
    odd = odd * np.exp(-2j * pi * np.arange(n // 2, dtype=np.longdouble) / n)
    return np.concatenate([even + odd, even - odd], -1)


@pytest.mark.slow
def test_error_of_long_transforms_is_at_most_one_and_a_half_times_that_of_scipy() -> None:
    for n in (*range(1, 129), 211, 509, 997, 1021, 2003, 1 << 14, 3 << 15, 1 << 20):
        rows = 4 if n < 4096 else 1
        z = given("fft", rows, n)
        wide = z.numpy().astype(np.clongdouble)
        exact, real = by_long_double(wide), by_long_double(wide.real.astype(np.clongdouble))[..., : n // 2 + 1]

        def error(y: np.ndarray, exact: np.ndarray) -> float:
            return float(np.sqrt(np.sum(np.abs(y - exact) ** 2) / np.sum(np.abs(exact) ** 2)))

        floor = torch.finfo(torch.float64).eps
        half = z[..., : n // 2 + 1].clone()
        half.imag[..., 0] = 0
        if n % 2 == 0:
            half.imag[..., -1] = 0
        mirrored = half[..., 1 : (n + 1) // 2].flip(-1).conj()
        hermitian = torch.cat([half, mirrored], -1).resolve_conj().numpy().astype(np.clongdouble)
        for own, scipys, truth in (
            (sci.fft.fft(z), scipy.fft.fft(z.numpy()), exact),
            (sci.fft.ifft(z.conj().resolve_conj()), scipy.fft.ifft(z.numpy().conj()), exact.conj() / n),
            (sci.fft.rfft(z.real.contiguous()), scipy.fft.rfft(z.numpy().real), real),
            (sci.fft.hfft(half, n), scipy.fft.hfft(half.numpy(), n), by_long_double(hermitian).real),
        ):
            assert error(own.numpy(), truth) <= max(1.5 * error(scipys, truth), floor), n


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
    torch.testing.assert_close(sci.fft.irfft(x, n), sci.fft.irfft(clean, n), rtol=0, atol=0)
    by_torch = torch.ops.sci.fourier_transform_by_torch
    args = ([-1], 2, True, bool(n % 2), 1.0, 1.0)
    torch.testing.assert_close(by_torch(x, *args), by_torch(clean, *args), rtol=0, atol=0)
    wild = x.clone()
    wild.imag[:, 0] = torch.inf
    torch.testing.assert_close(sci.fft.irfft(wild, n), sci.fft.irfft(clean, n), rtol=0, atol=0)


KINDS = list(itertools.product((0, 1, 2), (False, True)))
NAMES = ("fft", "rfft", "irfft")  # of the kinds


def plain(x: torch.Tensor, kind: int, inverse: bool, odd: bool, scale: float, middle: float) -> np.ndarray:
    """The operator along the second to last axis, by SciPy."""
    z = x.numpy()
    n = x.shape[-2] if kind < 2 else 2 * (x.shape[-2] - 1) + odd
    weights = np.full(n // 2 + 1, middle)
    weights[0] = 1
    if n % 2 == 0:
        weights[-1] = 1
    keys = {"axis": -2, "norm": "forward" if inverse else "backward"}
    if kind == 0:
        out = (scipy.fft.ifft if inverse else scipy.fft.fft)(z, **keys)
    elif kind == 1:
        out = (scipy.fft.ihfft if inverse else scipy.fft.rfft)(z, **keys) * weights[:, None]
    else:
        out = (scipy.fft.irfft if inverse else scipy.fft.hfft)(z * weights[:, None], n, **keys)
    return scale * out


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
@pytest.mark.parametrize(("kind", "inverse"), KINDS)
def test_every_way_of_the_operator(kind: int, inverse: bool, dtype: torch.dtype) -> None:
    # 64 and 6144 are seams of our own transform, 199 and 211 primes with and without a butterfly, 5003 a convolution.
    # The second operator is the way of CUDA, run on the CPU.
    eps = torch.finfo(dtype).eps
    for n in (1, 2, 3, 4, 5, 7, 8, 15, 16, 60, 63, 64, 65, 127, 128, 130, 199, 211, 422, 1000, 5003, 6144, 6146, 8192):
        for shape in [(1, 1), (3, 1), (9, 1), (1, 3), (2, 9)] if n < 1000 else [(1, 1), (1, 3)]:
            m = n // 2 + 1 if kind == 2 else n
            x = given("rfft" if kind == 1 else "fft", shape[0], m, shape[1], dtype=dtype)
            ref = plain(x, kind, inverse, bool(n % 2), 0.5, 3.0)
            size = np.linalg.norm(ref)
            for op in (transform, torch.ops.sci.fourier_transform_by_torch):
                out = op(x, [-2], kind, inverse, bool(n % 2), 0.5, 3.0)
                bound = 5 * eps if op is transform else 5 * eps + 2 * error_of_torch(NAMES[kind], x, n, -2)
                assert np.linalg.norm(out.numpy() - ref) <= bound * size, (n, shape)


@pytest.mark.parametrize(("kind", "inverse"), KINDS)
def test_adjoint_and_tangent_are_exact(kind: int, inverse: bool) -> None:
    def real(x: torch.Tensor) -> torch.Tensor:
        return torch.view_as_real(x).flatten() if x.is_complex() else x.flatten()

    for n in (1, 2, 5, 6):
        shape = (3, n // 2 + 1 if kind == 2 else n)
        x = given("rfft" if kind == 1 else "fft", *shape).requires_grad_()
        args = ([-2, -1], kind, inverse, bool(n % 2), 0.3, 5.0)
        out = transform(x, *args)
        g, t = torch.randn_like(out), torch.randn_like(x)
        (grad,) = torch.autograd.grad(out, x, g)
        _, tangent = torch.func.jvp(lambda x, args=args: transform(x, *args), (x.detach(),), (t,))
        torch.testing.assert_close(tangent, transform(t, *args))
        torch.testing.assert_close(real(grad) @ real(t), real(g) @ real(tangent))
        assert torch.autograd.gradcheck(lambda x, args=args: transform(x, *args), x, check_forward_ad=True)
        assert torch.autograd.gradgradcheck(lambda x, args=args: transform(x, *args), x)


def test_forward_and_reverse_jacobians_agree() -> None:
    x = given("fft", 4)

    def parts(f: str) -> object:
        return lambda x: torch.view_as_real(getattr(sci.fft, f)(torch.view_as_complex(x)))

    for name in ("fft", "ifft"):
        given_parts = torch.view_as_real(x)
        forward = torch.func.jacfwd(parts(name))(given_parts)
        torch.testing.assert_close(forward, torch.func.jacrev(parts(name))(given_parts))


@pytest.mark.cpu
def test_threads_do_not_change_values() -> None:
    x = torch.randn(100_000, dtype=torch.float64)
    threads = torch.get_num_threads()
    found = []
    try:
        for count in (1, 2):
            torch.set_num_threads(count)
            found.append((sci.fft.rfft(x), sci.fft.fft(x), sci.fft.irfft(sci.fft.rfft(x[1:]), 99_999)))
    finally:
        torch.set_num_threads(threads)
    for one, two in zip(*found, strict=True):
        assert torch.equal(one, two)


def test_nonfinite_rows_stay_alone() -> None:
    for n in (20, 21):
        x = torch.randn(9, n, dtype=torch.float64)
        x[4, 3] = torch.nan
        for name in ("rfft", "fft", "irfft"):
            out = getattr(sci.fft, name)(x)
            assert out[4].isnan().any()
            assert out[[0, 1, 2, 3, 5, 6, 7, 8]].isfinite().all()


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


# Every butterfly, general radices, primes as convolutions of both kinds (211, 271, 683), several, odd lengths in
# two steps, chirps.
LENGTHS = (
    2,
    8,
    15,
    22,
    26,
    37,
    47,
    49,
    64,
    77,
    83,
    128,
    211,
    225,
    271,
    3 * 83,
    43 * 47,
    1001,
    1009,
    3 * 683,
    4100,
    9999,
)


@pytest.mark.cpu
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
@pytest.mark.parametrize("bytes", widths())
def test_vectors_of_each_width(bytes: int, dtype: torch.dtype) -> None:
    run = torch.ops.sci.fourier_transform_of_width
    tolerance = 12 * torch.finfo(dtype).eps
    for n, rows in itertools.product(LENGTHS, (1, 3, 17)):
        z = given("fft", rows, n, dtype=dtype)
        x = z.real.contiguous()
        wide = z.numpy().astype(np.complex128)
        half = scipy.fft.rfft(wide.real)
        back = torch.from_numpy(half).to(z.dtype)
        for out, exact in (
            (run(z, [-1], 0, False, False, 1.0, 1.0, bytes), scipy.fft.fft(wide)),
            (run(z, [-1], 0, True, False, 1 / n, 1.0, bytes), scipy.fft.ifft(wide)),
            (run(x, [-1], 1, False, False, 1.0, 1.0, bytes), half),
            (run(x, [-1], 1, True, False, 1.0, 1.0, bytes), half.conj()),
            (run(back, [-1], 2, True, bool(n % 2), 1 / n, 1.0, bytes), wide.real),
            (run(z.T.contiguous(), [-2], 0, False, False, 1.0, 1.0, bytes), scipy.fft.fft(wide).T),
        ):
            distance = np.linalg.norm(out.numpy() - exact) / np.linalg.norm(exact)
            assert distance <= tolerance, (n, rows)
