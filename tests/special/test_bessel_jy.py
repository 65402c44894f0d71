"""Bessel functions: certified values at large orders and arguments, identities, agreement of the regions."""

from __future__ import annotations

import math
import pathlib

import numpy as np
import pytest
import scipy.special
import torch

from sci import special
from sci.special._bessel_jy import jv, jv_dv

EPSILON = torch.finfo(torch.float64).eps

# v, z, J, dJ/dv, Y by ball arithmetic, rounded to double. Errors are measured by sqrt(J^2 + Y^2), where z < v by J.
CERTIFIED = [
    (1e4, 1e4, 0.020762165277200786, -0.0008854267387787626, -0.03596112951561017),
    (10000.5, 9900.0, 7.562148033810601e-07, -1.0947709383217258e-07, -297.8703354781321),
    (12345.25, 12600.5, -0.007782485849593321, 0.002784262244838481, 0.013845844439919151),
    (1e5, 1e5, 0.009636944011337863, -0.00019071261646480832, -0.01669167675170571),
    (1e5, 100100.0, -0.0067290337390449465, 0.00042496426549439823, 0.009801228215676713),
    (1e5, 99800.0, 1.0752935558685392e-06, -6.935009536965957e-08, -46.87527682488661),
    (30000.7, 30000.7, 0.014395570084898385, -0.0004255930519662341, -0.024933859492887168),
    (2e4, 3e4, -0.0053053194445333825, 0.0004787030415147281, 0.0005692866273543232),
    (1e4, 1.5e4, -0.0032561467577251297, -0.005725486274584051, -0.006807239620658389),
    (-12345.25, 12600.5, 0.015293539013456673, -0.012619719155376715, -0.0042874419759850995),
    (0.3, 1e15, 1.659414670894536e-08, 2.9855630680083733e-08, 1.900668480744549e-08),
    (2.5, 1e22, 6.799579007323221e-12, 6.5575248738822315e-12, 4.174649992505659e-12),
    (50.25, 1.0000000000000002e17, -2.3210437795564736e-09, 1.5541785405018286e-09, 9.894207886728541e-10),
    (1000.5, 1e12, -4.876976075345029e-07, -9.919312218264658e-07, -6.314830290456771e-07),
    (1e6, 1e13, 1.3022848034065139e-07, -3.3946109485336494e-07, -2.1610765869104e-07),
    (1e5, 1e12, 1.0562686446728067e-07, -1.2422830801012526e-06, -7.908620220179973e-07),
    (0.0, 1e300, -7.860673062724093e-151, -2.149063074095494e-151, -1.3681360450342481e-151),
]


@pytest.mark.parametrize(("v", "z", "j", "j_dv", "y"), CERTIFIED)
def test_certified_values(v: float, z: float, j: float, j_dv: float, y: float) -> None:
    order, argument = torch.tensor(v, dtype=torch.float64), torch.tensor(z, dtype=torch.float64)
    modulus = math.hypot(j, y) if z >= abs(v) else abs(j)
    assert abs(jv(order, argument).item() - j) <= 4 * EPSILON * modulus
    size = max(abs(j_dv), 1.6 * modulus) if z >= abs(v) else abs(j_dv)
    assert abs(jv_dv(order, argument).item() - j_dv) <= 8 * EPSILON * size


# Beside 4, where polynomials meet, beside 8 and far from zeros: x, J_0, J_1 by ball arithmetic.
ORDERS_0_AND_1 = [
    (3.999999999999999, -0.39714980986384746, -0.0660433280235488),
    (4.000381613101338, -0.39712457915011984, -0.06618857340430986),
    (4.0625, -0.3922852445198516, -0.08951454636794912),
    (7.962893275431975, 0.1802573020708841, 0.22918494747563756),
    (7.999999999999999, 0.17165080713755412, 0.2346363468539145),
    (7.8584066880027, 0.20333129481475126, 0.21204604032281402),
    (3.8317059702075125, -0.402759395702553, -6.149807356994906e-17),
    (5.520078110286311, -2.7522649432621832e-17, -0.34026480655836816),
    (2.404825557695773, -6.10876525973673e-17, 0.5191474972894667),
    (7.015586669815619, 0.30011575252613254, 2.825339409478929e-17),
]


@pytest.mark.parametrize(("x", "j0", "j1"), ORDERS_0_AND_1)
def test_orders_0_and_1(x: float, j0: float, j1: float) -> None:
    """Below 8 the error is relative: beside the zeros that lie beyond an interval's end as well."""
    argument = torch.full((9,), x, dtype=torch.float64)
    for found, wanted in ((special.j0(argument), j0), (special.j1(argument), j1)):
        assert ((found - wanted).abs() <= 4 * EPSILON * abs(wanted)).all()


TABLE = np.genfromtxt(
    pathlib.Path(__file__).with_name("certified_bessel.csv"), delimiter=",", skip_header=1, names=True
)


@pytest.mark.parametrize("name", ["jve", "yve", "ive", "kve", "hankel1e"])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_certified_table(name: str, dtype: torch.dtype) -> None:
    """Scaled forms in the whole plane: transitions, both sides of the cut, orders to 1e5, negative, nearly whole."""
    v, z = torch.from_numpy(TABLE["v"]), torch.complex(*map(torch.from_numpy, (TABLE["re_z"], TABLE["im_z"])))
    wanted = TABLE[name + "_re"] + 1j * TABLE[name + "_im"]
    modulus = TABLE[name + "_modulus"]
    kept = np.full(len(modulus), True)
    if dtype == torch.float32:  # against float64, in the range of float
        single = z.to(torch.complex64)
        kept = (modulus > 1e-36) & (modulus < 1e38) & (np.abs(TABLE["v"]) < 2000) & (single.abs().numpy() > 1e-30)
        wanted = getattr(special, name)(v.float().double(), single.to(torch.complex128)).numpy()
        v, z = v.float(), single
    value = getattr(special, name)(v, z).to(torch.complex128).numpy()
    error = (np.abs(value - wanted) / modulus)[kept] / torch.finfo(dtype).eps
    assert len(error) > 60
    assert np.quantile(error, 0.99) < 8
    assert error.max() < 16


def grid(*axes: torch.Tensor) -> list[torch.Tensor]:
    return [x.flatten() for x in torch.meshgrid(*axes, indexing="ij")]


def test_wronskian() -> None:
    """DLMF 10.5.1: J_{v+1} J_{-v} + J_v J_{-v-1} = -2 sin(v pi)/(pi z)."""
    v, z = grid(torch.linspace(0.05, 40, 53, dtype=torch.float64), torch.logspace(-1, 2.5, 90, dtype=torch.float64))
    first, second = jv(v + 1, z) * jv(-v, z), jv(v, z) * jv(-v - 1, z)
    wanted = -2 * torch.from_numpy(np.sin(np.pi * (v.numpy() % 2))) / (math.pi * z)
    error = (first + second - wanted).abs() / (first.abs() + second.abs() + 1 / z)
    assert error.max() < 200 * EPSILON


def test_wronskian_in_the_plane() -> None:
    """The same; its right-hand side is far smaller than the terms off the real axis."""
    v, r, angle = grid(
        torch.linspace(0.1, 45, 17, dtype=torch.float64),
        torch.logspace(-1, 2.2, 25, dtype=torch.float64),
        torch.linspace(-3.1, 3.1, 14, dtype=torch.float64),
    )
    z = torch.polar(r, angle)
    first, second = jv(v + 1, z) * jv(-v, z), jv(v, z) * jv(-v - 1, z)
    wanted = -2 * torch.from_numpy(np.sin(np.pi * (v.numpy() % 2))) / (math.pi * z)
    error = (first + second - wanted).abs() / (first.abs() + second.abs() + 1 / r)
    assert error.max() < 1000 * EPSILON


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_half_orders(dtype: torch.dtype) -> None:
    """DLMF 10.16.1, also past the reach of double precision's naive phase."""
    z = torch.cat([torch.logspace(-2, 2, 300, dtype=dtype), torch.logspace(3, 15, 60, dtype=dtype)])
    x = z.double()
    scale = torch.sqrt(2 / (math.pi * x))
    bound = 12 * torch.finfo(dtype).eps
    assert ((jv(0.5, z).double() - scale * torch.sin(x)).abs() < bound * scale).all()
    assert ((jv(-0.5, z).double() - scale * torch.cos(x)).abs() < bound * scale).all()


def test_order_derivative_at_one_half() -> None:
    """DLMF 10.15.6-7, by SciPy's sine and cosine integrals."""
    x = np.linspace(0.1, 80, 400)
    si, ci = scipy.special.sici(2 * x)
    scale = np.sqrt(2 / (np.pi * x))
    z = torch.from_numpy(x)
    at_half = scale * (ci * np.sin(x) - si * np.cos(x))
    at_minus_half = scale * (ci * np.cos(x) + si * np.sin(x))
    assert np.abs(jv_dv(0.5, z).numpy() - at_half).max() < 100 * EPSILON
    assert (np.abs(jv_dv(-0.5, z).numpy() - at_minus_half) < 100 * EPSILON * (scale + np.abs(at_minus_half))).all()


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("order", [0, 1])
def test_orders_zero_and_one_agree_with_their_neighbours(order: int, dtype: torch.dtype) -> None:
    """Their polynomials against the algorithms of other orders: J_{v-1} + J_{v+1} = (2v/z) J_v."""
    z = torch.linspace(0.5, 60, 2000, dtype=dtype)
    other = 2 * (order + 1) / z.double() * jv(order + 1, z).double() - jv(order + 2, z).double()
    scale = 1 + (2 * (order + 1) / z.double()) ** 2
    if order == 1:
        assert ((jv(1, z).double() - other).abs() < 20 * torch.finfo(dtype).eps * scale).all()
    else:
        beside = jv(torch.tensor(1e-30, dtype=dtype), z)
        assert ((jv(0, z) - beside).abs() < 8 * torch.finfo(dtype).eps).all()


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_plane_joins_the_real_axis(dtype: torch.dtype) -> None:
    v, z = grid(
        torch.tensor([-20.3, -3.0, -0.7, 0.0, 1.0, 4.6, 20.2, 40.7], dtype=dtype),
        torch.logspace(-1, 2.5, 80, dtype=dtype),
    )
    real = jv(v, z)
    for side in (1, -1):
        found = jv(v, torch.complex(z, torch.full_like(z, side * 1e-30)))
        size = torch.maximum(real.abs(), 0.5 / z.sqrt()) * (1 + v.abs() * 0.2)
        close = (found.real - real).abs() < 60 * torch.finfo(dtype).eps * size
        assert (close | (real.isinf() & (found.real == real))).all()


def test_left_half_plane_and_cut() -> None:
    """DLMF 10.11.1; the cut belongs to the upper half plane."""
    v = torch.tensor([0.3, 2.0, -1.4, 7.7], dtype=torch.float64)
    z = torch.tensor(2.5 + 1.5j, dtype=torch.complex128)
    turn = torch.exp(1j * math.pi * v)
    assert ((jv(v, -z.conj()) - turn * jv(v, z).conj()).abs() < 20 * EPSILON * jv(v, z).abs()).all()
    cut = jv(v, torch.tensor(complex(-2.5, 0.0), dtype=torch.complex128))
    assert ((cut - turn * jv(v, torch.tensor(2.5, dtype=torch.float64))).abs() < 20 * EPSILON).all()
    below = jv(v, torch.tensor(complex(-2.5, -0.0), dtype=torch.complex128))
    assert torch.equal(cut, below)


def test_derivative_in_the_argument_beside_order_zero() -> None:
    """J' = v/z J_v - J_{v+1}: at v = 1e-17 a difference of J_{v-1} and J_{v+1} would lose v altogether."""
    v = torch.tensor(1e-17, dtype=torch.float64)
    z = torch.tensor(1e-12, dtype=torch.float64, requires_grad=True)
    (found,) = torch.autograd.grad(jv(v, z), z)
    assert abs(found.item() / (1e-5 - 5e-13) - 1) < 4 * EPSILON


def test_overflow_keeps_its_sign() -> None:
    v = torch.tensor([-50.5, -51.5, -200.5, -3.5], dtype=torch.float64)
    z = torch.tensor([1e-10, 1e-10, 1e-3, 1e-200], dtype=torch.float64)
    assert jv(v, z).tolist() == [math.inf, -math.inf, math.inf, -math.inf]
    assert jv(0.3, torch.tensor(1 + 800j, dtype=torch.complex128)).item() == complex(math.inf, -math.inf)


def test_underflow_is_gradual() -> None:
    """Subnormal values, by ball arithmetic, to within a few of the smallest number."""
    v, z = torch.tensor([150.5, 120.0, 160.0], dtype=torch.float64), torch.tensor([0.9, 0.2, 0.9], dtype=torch.float64)
    wanted = torch.tensor([9.159683301739263e-317, 1.4947558461310698e-319, 0.0], dtype=torch.float64)
    assert ((jv(v, z) - wanted).abs() <= 3 * 5e-324).all()
    assert abs(jv(150.0, torch.tensor(1.3, dtype=torch.float64)).item() / 1.5097148002434449e-291 - 1) < 40 * EPSILON


def test_third_derivative_in_the_order_raises() -> None:
    v = torch.tensor(1.5, dtype=torch.float64, requires_grad=True)
    (first,) = torch.autograd.grad(jv(v, 2.0), v, create_graph=True)
    (second,) = torch.autograd.grad(first, v, create_graph=True)
    with pytest.raises(NotImplementedError, match="third derivative"):
        torch.autograd.grad(second, v)
