"""Factorials, combinations, Stirling, Bernoulli and Euler numbers against exact integers."""

from __future__ import annotations

import fractions
import math

import mpmath
import numpy as np
import pytest
import torch

from sci import special


def f64(*values: float) -> torch.Tensor:
    return torch.tensor(values, dtype=torch.float64)


def exactly_within(got: torch.Tensor, want: list[int], ulps: float) -> None:
    for g, w in zip(got.tolist(), want, strict=True):
        error = abs(fractions.Fraction(g) - w)
        assert error <= fractions.Fraction(ulps * math.ulp(float(w))), (g, w)


WHOLE = torch.arange(0, 171)


def test_factorial_against_integers() -> None:
    exactly_within(special.factorial(WHOLE.double()), [math.factorial(n) for n in range(171)], 4)
    assert special.factorial(30, exact=True) == math.factorial(30)
    assert special.factorial(torch.tensor([20, -1, 0]), exact=True).tolist() == [math.factorial(20), 0, 1]


@pytest.mark.parametrize("k", [2, 3, 7])
def test_multifactorial_against_integers(k: int) -> None:
    n = torch.arange(0, 290 if k == 2 else 400)
    want = [math.prod(range(m, 0, -k)) for m in n.tolist()]
    torch.set_default_dtype(torch.float64)
    try:
        if k == 2:
            exactly_within(special.factorial2(n), want, 4)
        got = special.factorialk(n, k)
    finally:
        torch.set_default_dtype(torch.float32)
    # The power k^((n-r)/k) has its exponent's rounding: 130 log 7 ulp and less.
    exactly_within(got[: len(want) if k > 2 else None], want, 300)
    assert special.factorialk(101, k, exact=True) == math.prod(range(101, 0, -k))


def test_complex_extensions_against_mpmath() -> None:
    z = torch.tensor([-1.1, -2.2, 0.3, 4.0, 2 + 3j, -2 + 1e-4j], dtype=torch.complex128)
    for x, one, two, three in zip(
        z.tolist(),
        special.factorial(z, extend="complex").tolist(),
        special.factorial2(z, extend="complex").tolist(),
        special.factorialk(z, 1.5 - 2j, extend="complex").tolist(),
        strict=True,
    ):
        mp, k = mpmath.mp, mpmath.mpc(1.5, -2)
        w = mpmath.mpmathify(x)
        wants = (
            mp.gamma(w + 1),
            mp.power(2, w / 2) * mp.gamma(w / 2 + 1) * mp.sqrt(2 / mp.pi),
            mp.power(k, (w - 1) / k) * mp.gamma(w / k + 1) / mp.gamma(1 / k + 1),
        )
        for got, want in zip((one, two, three), wants, strict=True):
            assert abs(got - want) <= 5e-14 * abs(want), (x, got, want)


def test_negative_numbers_and_gradients() -> None:
    n = f64(-1.5, -1.0, 2.5).requires_grad_()
    y = special.factorial(n)
    assert y[:2].tolist() == [0.0, 0.0]
    (g,) = torch.autograd.grad(y.sum(), n)
    assert g[:2].tolist() == [0.0, 0.0]
    want = float(mpmath.gamma(3.5) * mpmath.digamma(3.5))
    assert abs(g[2].item() - want) < 4e-15 * want
    assert special.factorial2(-3).item() == 0
    assert special.factorialk(-3, 2, exact=True) == 0


@pytest.mark.parametrize("extend", [0, "string", None])
def test_bad_options(extend: object) -> None:
    with pytest.raises(ValueError, match="argument `extend` must be"):
        special.factorial(1, extend=extend)


def test_bad_arguments() -> None:
    with pytest.raises(ValueError, match="Incompatible options"):
        special.factorial(1, exact=True, extend="complex")
    with pytest.raises(ValueError, match=r"factorial2: In order to use non-integer n"):
        special.factorial2(1.5)
    with pytest.raises(ValueError, match=r"factorial: In order to use non-integer n"):
        special.factorial(1j)
    with pytest.raises(ValueError, match="factorial: Unsupported data type"):
        special.factorial(["a"])
    with pytest.raises(ValueError, match="only supports integers"):
        special.factorial(f64(1.0), exact=True)
    with pytest.raises(ValueError, match="factorialk: For `extend='zero'` k must be positive"):
        special.factorialk(3, 0)
    with pytest.raises(ValueError, match="factorialk: Unsupported data type for k"):
        special.factorialk(3, "a")
    with pytest.raises(ValueError, match="comb: Non-integer N"):
        special.comb(3.4, 4, exact=True)
    with pytest.raises(ValueError, match="scalar integers"):
        special.perm([1, 2], [3, 4], exact=True)
    with pytest.raises(TypeError, match="stirling2: N must be of an integer type"):
        special.stirling2(f64(3.0), 2)
    with pytest.raises(ValueError, match="bernoulli: n must be a non-negative integer"):
        special.bernoulli(-1)


def test_combinations_against_integers() -> None:
    n, k = torch.meshgrid(torch.arange(-2, 60), torch.arange(-2, 60), indexing="ij")
    comb, perm = special.comb(n.double(), k.double()), special.perm(n.double(), k.double())
    many = special.comb(n.double(), k.double(), repetition=True)
    # One ulp in n is n (digamma(n + 1) - digamma(n - k + 1)) ulp of the value, up to 80: 2e-14, for perm twice that.
    for i, j, c, p, m in zip(*(x.flatten().tolist() for x in (n, k, comb, perm, many)), strict=True):
        want = 0 if i < 0 or j < 0 else math.comb(i, j)
        assert abs(c - want) <= 2e-14 * want, (i, j)
        want = 0 if i < 0 or j < 0 else math.perm(i, j)
        assert abs(p - want) <= 4e-14 * want, (i, j)
        want = special.comb(i, j, exact=True, repetition=True)
        assert abs(m - want) <= 2e-14 * want, (i, j)
    assert special.comb(2**63, 2**63 - 1, exact=True) == 2**63


def test_stirling_numbers() -> None:
    n = torch.arange(0, 25)
    found = special.stirling2(n[:, None], n, exact=True)
    # The defining sum, DLMF 26.8.10: powers in falling factorials.
    for i in range(1, 12):
        for x in (3, 7):
            assert sum(found[i, j].item() * math.perm(x, j) for j in range(i + 1)) == x**i
    assert special.stirling2(100, 3, exact=True) == (3**99 + 1) // 2 - 2**99
    # Near the diagonal, S(n, n-1) = C(n, 2), S(n, n-2) = C(n, 3) + 3 C(n, 4), for large n by the other formula.
    assert special.stirling2(5000, 4999, exact=True) == math.comb(5000, 2)
    assert special.stirling2(5000, 4998, exact=True) == math.comb(5000, 3) + 3 * math.comb(5000, 4)
    assert special.stirling2(1200, 1190, exact=True) == special._stirling2._column(1200, 1190)
    assert special.stirling2(torch.tensor([10**9, 400]), torch.tensor([10**6, 200])).tolist() == [math.inf] * 2
    assert special.stirling2(torch.tensor([10**9]), torch.tensor([1])).item() == 1


def test_bernoulli_and_euler_numbers() -> None:
    found = special.bernoulli(258, dtype=torch.float64)
    for n in (0, 1, 2, 3, 4, 30, 100, 257, 258):
        want = -0.5 if n == 1 else float(mpmath.bernoulli(n))
        assert abs(found[n].item() - want) <= np.spacing(abs(want)), n
    assert special.bernoulli(260, dtype=torch.float64)[-1].item() == -math.inf
    found = special.euler(186, dtype=torch.float64)
    for n in (0, 1, 2, 22, 100, 186):
        want = float(mpmath.eulernum(n, exact=True))
        assert found[n].item() == want, n
    assert special.euler(188, dtype=torch.float64)[-1].item() == math.inf


def test_exact_integers_beyond_int64() -> None:
    found = special.factorial(torch.tensor([[3, 21], [25, -1]]), exact=True)
    assert isinstance(found, np.ndarray)
    assert found.tolist() == [[6, math.factorial(21)], [math.factorial(25), 0]]
    assert special.factorial(torch.tensor([20]), exact=True).dtype is torch.int64
    assert special.stirling2([42, 43], [17, 23], exact=True).tolist() == [
        2801934359500572414253157841233849412,
        14245032222277144547280648984426251,
    ]


def test_none_is_nan() -> None:
    assert math.isnan(special.factorial(None, exact=True))
    assert math.isnan(special.factorial2(None))
    assert math.isnan(special.factorialk(math.nan, 3, extend="complex"))


def test_factorials_of_unsigned_integers() -> None:
    n = np.array([5, 2**64 - 2], dtype=np.uint64)
    for found in (special.factorial(n), special.factorial2(n), special.factorialk(n, 3)):
        assert found[1].item() == math.inf
    assert special.factorialk(n, 3, extend="complex")[1].item() == math.inf
    assert special.factorialk(n[0], 3).item() == 10
    assert special.factorialk(n[:1], 3, exact=True).tolist() == [10]


def test_poles_and_negative_steps() -> None:
    n = f64(-1.0, -2.0)
    assert special.factorial(n, extend="complex").isnan().all()
    assert special.factorial2(2 * n, extend="complex").isnan().all()
    assert special.factorialk(3 * n, 3, extend="complex").isnan().all()
    got = special.factorialk(f64(2.9), -0.7, extend="complex").item()
    with mpmath.workdps(30):
        k, x = mpmath.mpf(-0.7), mpmath.mpf(2.9)
        want = mpmath.power(k, (x - 1) / k) * mpmath.gamma(x / k + 1) / mpmath.gamma(1 / k + 1)
    assert abs(got - want) <= 1e-14 * abs(want)


@pytest.mark.parametrize("m", [21, 60, 161, -21, -150])
def test_poch_of_whole_numbers(m: int) -> None:
    # Exponentials of the size of m would lose some 300 ulp here.
    z = f64(2.0, 5.5, 13.0, 60.0, 160.25, -10.5)
    with mpmath.workdps(60):
        want = [mpmath.rf(mpmath.mpf(x), m) for x in z.tolist()]
        for got, w in zip(special.poch(z, float(m)).tolist(), want, strict=True):
            if abs(w) < mpmath.mpf(2) ** 1024 and mpmath.isfinite(w):
                assert abs(got - w) <= 12 * 2.3e-16 * abs(w), (m, got, w)


def test_binom_of_the_largest_numbers() -> None:
    # (n + 1) B(k + 1, n - k + 1) overflowed.
    n, k = f64(8.9e307, 1.7e308, 1e306), f64(1e-10, 0.5, 0.25)
    with mpmath.workdps(340):
        want = [mpmath.binomial(mpmath.mpf(a), mpmath.mpf(b)) for a, b in zip(n.tolist(), k.tolist(), strict=True)]
        for got, w in zip(special.binom(n, k).tolist(), want, strict=True):
            assert abs(got - w) <= 1e-13 * w
