"""Fast Hankel transforms: SciPy's values, exact transforms of powers, derivatives by parameters, singular orders."""

from __future__ import annotations

import itertools
import warnings

import mpmath
import numpy as np
import pytest
import scipy.fft
import torch

import sci


def samples(n: int, *batch: int) -> torch.Tensor:
    return torch.randn(*batch, n, dtype=torch.float64, generator=torch.Generator().manual_seed(n))


@pytest.mark.parametrize("n", [1, 2, 7, 64, 127])
def test_values(n: int) -> None:
    a = samples(n, 2)
    for name, mu, bias, offset, dln in itertools.product(
        ("fht", "ifht"), (0.3, -0.7, 3.0), (0.0, 0.4, -1.1), (0.0, 0.9), (0.05, -0.4)
    ):
        ref = getattr(scipy.fft, name)(a.numpy(), dln, mu, offset, bias)
        out = getattr(sci.fft, name)(a, dln, mu, offset, bias)
        torch.testing.assert_close(out, torch.from_numpy(ref.copy()), rtol=1e-9, atol=1e-11 * np.abs(ref).max())


def test_powers_are_transformed_exactly() -> None:
    # int r^g J_mu(kr) k dr = (2/k)^g Gamma((mu + 1 + g) / 2) / Gamma((mu + 1 - g) / 2)  (DLMF 10.22.43)
    for n, mu, g in itertools.product((64, 63), (0.0, 1.7), (0.3, -0.6)):
        r = torch.logspace(-2, 2, n, dtype=torch.float64)
        dln = float(torch.log(r[1] / r[0]))
        offset = sci.fft.fhtoffset(dln, mu, bias=torch.tensor(g, dtype=torch.float64))
        k = torch.exp(offset) / r.flip(0)
        factor = float(mpmath.gamma((mu + 1 + g) / 2) / mpmath.gamma((mu + 1 - g) / 2))
        torch.testing.assert_close(sci.fft.fht(r**g, dln, mu, offset, g), (2 / k) ** g * factor, rtol=1e-12, atol=0)


def test_offsets() -> None:
    for dln, mu, initial, bias in itertools.product((0.1, -0.7), (2.0, -0.4), (0.0, 3.3), (0.0, 0.6)):
        out = sci.fft.fhtoffset(*torch.tensor([dln, mu, initial, bias], dtype=torch.float64))
        assert float(out) == pytest.approx(scipy.fft.fhtoffset(dln, mu, initial, bias), abs=1e-13)


def test_parameters_are_batched() -> None:
    a, mu = samples(8, 3, 1), torch.tensor([0.1, 0.9], dtype=torch.float64)
    bias = torch.tensor([[0.0], [0.2], [-0.3]], dtype=torch.float64)
    out = sci.fft.fht(a, 0.2, mu, bias=bias)
    assert out.shape == (3, 2, 8)
    for i, j in itertools.product(range(3), range(2)):
        one = sci.fft.fht(a[i, 0], 0.2, float(mu[j]), bias=float(bias[i, 0]))
        torch.testing.assert_close(out[i, j], one)


def test_dtypes() -> None:
    a = samples(6)
    for name in ("fht", "ifht"):
        function = getattr(sci.fft, name)
        ref = function(a, 0.01, 0.3, bias=0.2)
        out = function(a.float(), 0.01, 0.3, bias=0.2)
        assert out.dtype == torch.float32
        torch.testing.assert_close(out, ref.float(), rtol=1e-5, atol=1e-6)
        assert function([1, 2, 3], 0.1, 2).dtype == torch.get_default_dtype()
        with pytest.raises(TypeError, match=f"{name}: . must be real"):
            function(a * 1j, 0.1, 1.0)
        with pytest.raises(TypeError, match="mu must be real"):
            function(a, 0.1, 1j)
        with pytest.raises(ValueError, match="at least 1 dimension and 1 sample"):
            function(torch.ones(2, 0), 0.1, 1.0)


def test_singular_orders() -> None:
    a = samples(16)

    def run(name: str, *args: float) -> torch.Tensor:
        with warnings.catch_warnings(record=True) as records:
            warnings.simplefilter("always")
            out = getattr(sci.fft, name)(a, 0.3, args[0], bias=args[1])
            again = getattr(sci.fft, name)(
                a, 0.3, *(torch.tensor(x, dtype=torch.float64) for x in (args[0],)), 0.0, args[1]
            )
        torch.testing.assert_close(out, again)
        run.warned = len(records)  # type: ignore[attr-defined]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ref = getattr(scipy.fft, name)(a.numpy(), 0.3, args[0], bias=args[1])
        torch.testing.assert_close(out, torch.from_numpy(ref.copy()), rtol=1e-9, atol=1e-9)
        return out

    for (mu, bias), (forward, inverse) in {
        (-4.0, 1.0): (False, False),  # both gamma functions have poles
        (-2.5, 0.5): (False, True),
        (-3.5, 0.5): (True, False),
        (0.5, 0.5): (False, False),
    }.items():
        for name, singular in (("fht", forward), ("ifht", inverse)):
            run(name, mu, bias)
            assert run.warned == 2 * singular  # type: ignore[attr-defined]


def test_derivatives_at_poles_are_right_or_not_finite() -> None:
    a = samples(8)

    def f(mu: torch.Tensor, bias: torch.Tensor) -> torch.Tensor:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return sci.fft.fht(a, 0.3, mu, bias=bias).sum()

    for mu, bias in [(-4.0, 1.0), (-2.5, 0.5), (-3.5, 0.5)]:
        m, q = (torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in (mu, bias))
        dm, dq = torch.autograd.grad(f(m, q), (m, q))
        h = 1e-5
        if mu == -4.0:
            assert not dq.isfinite()
        elif mu == -3.5:
            assert not dm.isfinite()
            assert not dq.isfinite()
        if dm.isfinite():
            slope = (f(m.detach() + h, q.detach()) - f(m.detach() - h, q.detach())) / (2 * h)
            torch.testing.assert_close(dm, slope, rtol=1e-6, atol=1e-6)
