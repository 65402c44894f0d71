"""Tables of Legendre functions: each entry is that of the function of one degree and order, also where powers leave the
range; derivatives of every kind; values at degrees of thousands."""

from __future__ import annotations

import math

import mpmath
import pytest
import torch

from sci import special
from sci.special._legendre import legendre_derivative
from sci.special._legendre_table import PLAIN, SPHERE, legendre_table

EPS = torch.finfo(torch.float64).eps


def orders_of(m: int) -> torch.Tensor:
    return torch.cat((torch.arange(m + 1), torch.arange(-m, 0)))


def agree(found: torch.Tensor, want: torch.Tensor, tolerance: float) -> None:
    assert torch.equal(found.isnan(), want.isnan())
    assert torch.equal(found.isinf(), want.isinf())
    use = want.isfinite()
    # Beside zeros the error of their neighbours.
    size = torch.where(want.abs() > 1e-12, want.abs().clamp(min=1), want.abs())
    assert ((found - want).abs() <= tolerance * size + 1e-300)[use].all()


@pytest.mark.parametrize("norm", [False, True])
@pytest.mark.parametrize(("cut", "low", "high"), [(2, -1.0, 1.0), (3, 1.0, 30.0), (3, -30.0, -1.0)])
def test_entries_are_those_of_one_degree(norm: bool, cut: int, low: float, high: float) -> None:
    z = torch.linspace(low, high, 23, dtype=torch.float64)
    z = torch.cat((z, torch.tensor([math.nan, 1 - 1e-12, 0.5, 2.0, -0.0], dtype=torch.float64)))
    found = special.assoc_legendre_p_all(40, 30, z, branch_cut=cut, norm=norm, diff_n=2)
    degrees, orders = torch.arange(41)[:, None, None], orders_of(30)[:, None]
    for k in range(3):
        # A derivative is a sum: beside its zeros it has the error of its terms.
        want = legendre_derivative(k, degrees, orders, int(norm), cut, z)
        size = want.nan_to_num(0, 0, 0).abs().amax(-1, keepdim=True)
        assert torch.equal(found[k].isnan(), want.isnan())
        assert torch.equal(found[k].isinf() * found[k].sign(), want.isinf() * want.sign())
        use = want.isfinite()
        assert ((found[k] - want).abs() <= 1e-12 * (want.abs() + (size if cut == 2 else 0)))[use].all()


def test_powers_out_of_range_on_the_way() -> None:
    """Beside a pole sin^m is 0 in double precision where the function is not; plain functions may be 1e300."""
    theta = torch.tensor([0.01, 0.03, 0.3, 1.5, 3.1], dtype=torch.float64)
    n, m = 400, 300
    found = special.sph_legendre_p_all(n, m, theta)[0]
    want = special.sph_legendre_p(torch.arange(n + 1)[:, None, None], orders_of(m)[:, None], theta)[0]
    agree(found, want, 400 * EPS)
    z = torch.tensor([1e-5, 0.1, 0.9, 0.9999, -0.5], dtype=torch.float64)
    found = special.assoc_legendre_p_all(140, 140, z)[0]
    want = special.assoc_legendre_p(torch.arange(141)[:, None, None], orders_of(140)[:, None], z)[0]
    rows = want.abs().amax(-1, keepdim=True)
    assert want.isfinite().all()
    assert ((found - want).abs() <= 2000 * EPS * rows).all()
    agree(found[:, 100:141, 3], want[:, 100:141, 3], 2000 * EPS)
    large = torch.tensor([1e3, 1e20, 1e200, math.inf], dtype=torch.float64)
    agree(special.legendre_p_all(9, large)[0], special.legendre_p(torch.arange(10)[:, None], large)[0], 16 * EPS)


def test_float32_has_its_own_range() -> None:
    theta = torch.tensor([0.05, 0.4, 1.2, 2.9])
    found = special.sph_legendre_p_all(120, 90, theta)[0].double()
    want = special.sph_legendre_p_all(120, 90, theta.double())[0]
    use = want.abs() > 1e-30
    assert ((found - want).abs() <= 300 * 1.2e-7 * want.abs() + 3e-5 * want.abs().amax())[use].all()
    assert found.isfinite().all()


@pytest.mark.parametrize("theta", [1e-3, 0.7, 1.55])
def test_degree_10000(theta: float) -> None:
    """Legendre's polynomials and their slopes to 1e4 within the error of a few ulp of the angle."""
    angle = torch.tensor(theta, dtype=torch.float64)
    found = special.sph_legendre_p_all(10000, 0, angle, diff_n=1)[..., 0]
    for n in (100, 3000, 10000):
        with mpmath.workdps(40):
            c = mpmath.cos(mpmath.mpf(theta))
            before, now = mpmath.mpf(1), c
            for k in range(1, n):
                before, now = now, ((2 * k + 1) * c * now - k * before) / (k + 1)
            norm = mpmath.sqrt((2 * n + 1) / (4 * mpmath.pi))
            value = float(norm * now)
            slope = float(norm * n * (c * now - before) / mpmath.sin(mpmath.mpf(theta)))
        size = math.hypot(value, slope / n)
        assert abs(found[0, n].item() - value) <= 4 * n * EPS * size
        assert abs(found[1, n].item() - slope) <= 4 * n * n * EPS * size


def test_slope_at_the_end_of_the_other_cut() -> None:
    """sqrt(z^2 - 1) and 3 (z^2 - 1) at 1 and -1, from outside."""
    ends = torch.tensor([1.0, -1.0], dtype=torch.float64)
    found = special.assoc_legendre_p(torch.tensor([[1], [2]]), torch.tensor([[1], [2]]), ends, branch_cut=3, diff_n=1)
    assert found[1].tolist() == [[math.inf, math.inf], [6.0, -6.0]]


def test_poles_and_ends() -> None:
    theta = torch.tensor([0.0, math.pi, -0.5], dtype=torch.float64)
    table = legendre_table(theta, 0, 5, 6, 4, True, SPHERE, 2)
    assert table.isfinite().all()
    one = special.sph_legendre_p(torch.arange(7)[:, None, None], orders_of(4)[:, None], theta, diff_n=2)
    torch.testing.assert_close(table[:3], one, rtol=1e-13, atol=1e-13)
    ends = torch.tensor([1.0, -1.0], dtype=torch.float64)
    found = legendre_table(ends, 0, 3, 6, 3, True, PLAIN, 2)
    for k in range(3):
        want = legendre_derivative(k, torch.arange(7)[:, None, None], orders_of(3)[:, None], 0, 2, ends)
        torch.testing.assert_close(found[k], want, rtol=1e-14, atol=1e-14)


@pytest.mark.parametrize(("kind", "cut"), [(0, 2), (1, 2), (2, 2), (0, 3)])
def test_derivatives_of_tables(kind: int, cut: int) -> None:
    x = torch.tensor([0.3, -0.6, 0.85], dtype=torch.float64) + (2 if cut == 3 else 0)
    x.requires_grad_()

    def table(z: torch.Tensor) -> torch.Tensor:
        return legendre_table(z, 0, 2, 5, 3, True, kind, cut)

    torch.autograd.gradcheck(table, x, check_forward_ad=True)
    torch.autograd.gradgradcheck(table, x)
    if kind < 2:
        z = torch.complex(x.detach(), x.detach().flip(0)).requires_grad_()
        torch.autograd.gradcheck(table, z, check_forward_ad=True)


def test_transforms() -> None:
    theta = torch.tensor([[0.3, 0.6, 1.2], [2.0, 2.5, 3.0]], dtype=torch.float64)
    want = special.sph_legendre_p_all(4, 2, theta, diff_n=1)

    def row(t: torch.Tensor) -> torch.Tensor:
        return special.sph_legendre_p_all(4, 2, t, diff_n=1)

    torch.testing.assert_close(torch.func.vmap(row, out_dims=3)(theta), want)
    torch.testing.assert_close(torch.func.vmap(row, in_dims=1, out_dims=4)(theta), want)
    slope = torch.func.vmap(torch.func.jacrev(lambda t: row(t)[0]))(theta[0])
    torch.testing.assert_close(slope.movedim(0, -1), want[1, ..., 0, :])


def test_cuts_of_a_batch() -> None:
    z = torch.tensor([0.5, 2.0, 0.5], dtype=torch.float64)
    found = special.assoc_legendre_p_all(3, 2, z, branch_cut=torch.tensor([2, 3, 7]))
    assert torch.equal(found[..., 0], special.assoc_legendre_p_all(3, 2, z)[..., 0])
    assert torch.equal(found[..., 1], special.assoc_legendre_p_all(3, 2, z, branch_cut=3)[..., 1])
    assert found[..., 2].isnan().all()
