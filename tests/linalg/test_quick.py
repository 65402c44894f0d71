"""The shortest way of functions on small matrices: is it taken, and does it give what the general way gives?"""

import warnings

import numpy as np
import pytest
import scipy.linalg
import torch

import sci
from sci import linalg
from sci.linalg import _quick

DTYPES = (torch.float32, torch.float64, torch.complex64, torch.complex128)


def _positive(n, dtype, seed=0):
    x = torch.randn(n, n, dtype=dtype, generator=torch.Generator().manual_seed(seed)) / n**0.5
    return x @ x.mH + torch.eye(n, dtype=dtype)


def _general(n, dtype):
    return _positive(n, dtype) + torch.randn(n, n, dtype=dtype, generator=torch.Generator().manual_seed(1)) / n**0.5


WAYS = (
    "cholesky",
    "determinant",
    "eig",
    "eigh",
    "inverse",
    "least_squares",
    "lu",
    "lu_parts",
    "pseudoinverse",
    "qr",
    "schur",
    "solve",
    "square_root",
    "substitution",
    "svd",
)
RECTANGULAR = ("pseudoinverse", "qr", "svd")


def _names(monkeypatch):
    """Record the shortest ways that are taken."""
    taken = []
    for name, way in [(name, getattr(_quick, name)) for name in WAYS]:

        def call(*args, name=name, ask=way):
            found = ask(*args)
            if found is not None:
                taken.append(name)
            return found

        monkeypatch.setattr(_quick, name, call)
    return taken


def _tolerance(dtype, n):
    return 50 * n * torch.finfo(dtype).eps


CASES = {
    "cholesky": lambda a: linalg.cholesky(a),
    "cho_factor": lambda a: linalg.cho_factor(a, lower=True)[0],
    "det": linalg.det,
    "eigh": lambda a: linalg.eigh(a)[0],
    "eigvalsh": linalg.eigvalsh,
    "eig": lambda a: linalg.eig(a)[0].abs().sort().values,
    "eigvals": lambda a: linalg.eigvals(a).abs().sort().values,
    "inv": linalg.inv,
    "lstsq": lambda a: linalg.lstsq(a[:, :-1], a[:, -1])[0] if len(a) > 1 else linalg.lstsq(a, a)[0],
    "lu_factor": lambda a: linalg.lu_factor(a)[0],
    "pinv": linalg.pinv,
    "qr": lambda a: linalg.qr(a)[1],
    "r of qr": lambda a: linalg.qr(torch.cat([a, a]), mode="r")[0],
    "economic qr": lambda a: linalg.qr(torch.cat([a, a], 1), mode="economic")[0],
    "schur": lambda a: torch.linalg.eigvals(linalg.schur(a)[0].to(torch.complex128)).abs().sort().values,
    "solve": lambda a: linalg.solve(a, a[..., :2] + 1),
    "solve of a vector": lambda a: linalg.solve(a, a[0] + 1),
    "sqrtm": linalg.sqrtm,
    "svdvals": linalg.svdvals,
    "svd": lambda a: linalg.svd(a)[1],
    "solve_triangular": lambda a: linalg.solve_triangular(a, a[0] + 1, lower=True),
    "cho_solve": lambda a: linalg.cho_solve((a, True), a[:, :3] + 1),
}


@pytest.mark.cpu
@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("n", [1, 3, 8])
def test_taken_and_equal_to_the_general_way(name, dtype, n, monkeypatch):
    a, of = _positive(n, dtype), CASES[name]
    taken = _names(monkeypatch)
    short = of(a)
    assert taken, "the shortest way was not taken"
    for way in WAYS:
        monkeypatch.setattr(_quick, way, lambda *args: None)
    long = of(a)
    assert short.shape == long.shape and short.dtype == long.dtype and short.is_contiguous()
    assert torch.allclose(short, long, rtol=_tolerance(dtype, n), atol=_tolerance(dtype, n))


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize("n", [4, 9, 11, 16, 31, 33, 63, 64])
def test_factors_of_one_matrix(n, dtype):
    # Residuals, as the sums of products have another order here; SciPy's pivots.
    bound = _tolerance(dtype, n)
    a, b = _general(n, dtype), torch.ones(n, 5, dtype=dtype)
    lu, pivots = linalg.lu_factor(a)
    _, theirs = scipy.linalg.lu_factor(a.numpy())
    assert np.array_equal(pivots.numpy(), theirs)
    product = (lu.tril(-1) + torch.eye(n, dtype=dtype)) @ lu.triu()
    for k in reversed(range(n)):
        product[[k, int(pivots[k])]] = product[[int(pivots[k]), k]]
    assert (product - a).abs().max() < bound
    for columns in (b[:, :1], b, b[:, 0]):
        assert (a @ linalg.solve(a, columns) - columns).abs().max() < bound
    assert (a @ linalg.inv(a) - torch.eye(n, dtype=dtype)).abs().max() < bound
    expected = scipy.linalg.det(a.numpy().astype(complex))
    assert abs(linalg.det(a).item() - expected) < bound * abs(expected)


@pytest.mark.parametrize("lower", [True, False])
@pytest.mark.parametrize("dtype", DTYPES[:2], ids=str)
@pytest.mark.parametrize("n", [*range(9, 19), 33, 63, 64, 65, 127, 128, 129])
def test_cholesky_of_one_matrix(n, dtype, lower):
    a = _positive(n, dtype)
    other = torch.full_like(a, 1e30)  # the triangle that is not read
    c = linalg.cholesky(a.tril() + other.triu(1) if lower else a.triu() + other.tril(-1), lower=lower)
    assert torch.equal(c, c.tril() if lower else c.triu())
    assert ((c @ c.mT if lower else c.mT @ c) - a).abs().max() < _tolerance(dtype, n)
    batch = linalg.cholesky(torch.stack([a, 2 * a, 3 * a, 4 * a, 5 * a]), lower=lower)
    assert torch.allclose(batch[0], c, rtol=0, atol=_tolerance(dtype, n))


@pytest.mark.parametrize("n", [3, 12, 70])
@pytest.mark.parametrize("order", [1, 2, 3])
def test_cholesky_names_the_minor(n, order):
    a = _positive(n, torch.float64)
    a[order - 1, order - 1] = -1.0
    with pytest.raises(linalg.LinAlgError, match=f"the leading minor of order {order} is not positive"):
        linalg.cholesky(a)
    with sci.data_checks(False):
        assert linalg.cholesky(a).isnan().any()


@pytest.mark.parametrize("place", [(0, 1), (1, 0), (1, 1)])
@pytest.mark.parametrize("bad", [float("nan"), float("inf"), -float("inf")])
@pytest.mark.parametrize("name", [name for name in CASES if name not in ("sqrtm",)])
def test_refuses_what_is_not_finite(name, bad, place):
    a = _positive(5, torch.float64)
    a[place] = bad
    with pytest.raises(ValueError, match="must not contain infs or NaNs"):
        CASES[name](a)


@pytest.mark.parametrize("n", [4, 20, 50])
def test_singular_and_ill_conditioned(n):
    a = _general(n, torch.float64)
    a[:, 1] = 0
    for call in (linalg.inv, lambda a: linalg.solve(a, a[0])):
        with pytest.raises(linalg.LinAlgError, match="a is singular: pivot 1 is zero"):
            call(a)
    with pytest.warns(linalg.LinAlgWarning, match="diagonal entry 1 of U is exactly zero"):
        linalg.lu_factor(a)
    assert linalg.det(a) == 0
    a[:, 1] = a[:, 0]
    a[-1, 1] *= 1 + 3e-16
    for call in (linalg.inv, lambda a: linalg.solve(a, a[0])):
        with pytest.warns(linalg.LinAlgWarning, match="rcond"):
            call(a)
    with pytest.raises(linalg.LinAlgError, match="diagonal entry 1 is zero"):
        linalg.solve_triangular(torch.tensor([[1.0, 2.0], [0.0, 0.0]]), torch.ones(2))


def test_no_false_alarm():
    # Well-conditioned, with a bound from comparison matrices that grows like 2^n, so that the estimate has to decide.
    a = torch.eye(60, dtype=torch.float64) - torch.ones(60, 60, dtype=torch.float64).tril(-1)
    a[:, -1] = 1
    assert np.linalg.cond(a.numpy()) < 100
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert (a @ linalg.inv(a) - torch.eye(60, dtype=torch.float64)).abs().max() < 1e-6
    large = torch.full((3, 3), 1e308, dtype=torch.float64) + torch.diag(
        torch.tensor([5e307, 4e307, 3e307], dtype=torch.float64)
    )
    assert linalg.cholesky(large).isfinite().all(), "finite numbers whose sum is not"


def test_lower_triangular_matrices_exchange_rows_as_in_lapack():
    a = torch.tensor([[1.0, 0.0, 0.0], [4.0, 2.0, 0.0], [9.0, 5.0, 3.0]], dtype=torch.float64)
    lu, pivots = linalg.lu_factor(a)
    expected = scipy.linalg.lu_factor(a.numpy())
    assert np.array_equal(pivots.numpy(), expected[1]) and np.allclose(lu.numpy(), expected[0])


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize("shape", [(3, 3), (40, 40), (3, 7, 7), (2, 1, 40, 40), (3000, 3, 3), (100, 20, 20)], ids=str)
def test_parts_of_lu(shape, dtype):
    a = torch.randn(shape, dtype=dtype, generator=torch.Generator().manual_seed(1))
    p, low, up = linalg.lu(a)
    assert torch.equal(low, low.tril()) and torch.equal(up, up.triu())
    assert (low.diagonal(dim1=-2, dim2=-1) == 1).all() and low.abs().max() < 1.5 and not p.is_complex()
    assert torch.equal(p @ p.mT, torch.eye(shape[-1], dtype=p.dtype).expand(shape))
    assert ((p.to(dtype) @ low @ up - a).abs().amax((-2, -1)) / a.abs().amax((-2, -1))).max() < _tolerance(dtype, 40)
    for x, y in zip((p, low, up), torch.linalg.lu(a), strict=True):
        assert torch.allclose(x.to(dtype), y, rtol=0, atol=100 * _tolerance(dtype, 40))
    assert torch.equal(linalg.lu(a, permute_l=True)[0], p.to(dtype) @ low)
    places, *others = linalg.lu(a, p_indices=True)
    assert torch.equal(torch.take_along_dim(low, places[..., None], -2), p.to(dtype) @ low)
    assert torch.equal(others[0], low) and torch.equal(others[1], up)
    both, pivots = linalg.lu_factor(a)
    assert torch.equal(both.triu(), up) and torch.equal(both.tril(-1), low.tril(-1))
    assert pivots.dtype == torch.int32 and torch.equal(torch.lu_unpack(both, pivots + 1)[0].real, p)


def test_parts_of_lu_of_singular_and_lower_triangular_matrices_in_a_batch():
    a = torch.randn(2000, 3, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    for other in (
        torch.ones(3, 3),
        torch.zeros(3, 3),
        torch.tensor([[1.0, 0.0, 0.0], [4.0, 2.0, 0.0], [9.0, 5.0, 3.0]]),
    ):
        a[7] = other
        for x, y in zip(linalg.lu(a), scipy.linalg.lu(a.numpy()), strict=True):
            np.testing.assert_allclose(x, y, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("view", [lambda a: a.mT, lambda a: a.mH, lambda a: a[::2, ::2], lambda a: a.conj()])
def test_views(view):
    a = view(_positive(8, torch.complex128))
    for of in CASES.values():
        assert torch.allclose(of(a), of(a.resolve_conj().contiguous()), rtol=1e-13, atol=1e-14)
    minus = torch._neg_view(_positive(4, torch.float64))
    assert torch.equal(linalg.det(minus), linalg.det(minus.resolve_neg()))


@pytest.mark.cpu  # lists become tensors there
def test_others_have_their_say(monkeypatch):
    taken, a = _names(monkeypatch), _positive(4, torch.float64)
    x = a.clone().requires_grad_()
    assert linalg.det(x).requires_grad
    inverse = linalg.inv(a)
    assert torch.equal(torch.func.vmap(linalg.inv)(a[None])[0], inverse)
    assert torch.allclose(torch.func.jvp(linalg.inv, (a,), (a,))[1], -inverse)
    with torch.autograd.forward_ad.dual_level():
        dual = linalg.inv(torch.autograd.forward_ad.make_dual(a, a))
        assert torch.allclose(torch.autograd.forward_ad.unpack_dual(dual)[1], -inverse)
    assert linalg.inv(a.to("meta")).is_meta
    assert torch.equal(linalg.inv(a.tolist()), inverse)
    assert linalg.inv(a.half()).dtype is torch.float32
    taken.clear()  # rules compute by the kernels too
    linalg.inv(a, assume_a="pos")
    linalg.solve(a, a, transposed=True)
    assert not taken
    with torch.no_grad():
        assert not linalg.det(x).requires_grad
    assert taken == ["determinant"]


@pytest.mark.parametrize("shape", [(), (3,), (2, 3), (0, 0), (2, 0, 0)])
def test_operators_survive_any_shape(shape):
    a = torch.ones(shape, dtype=torch.float64)
    flags = {"cholesky": 2, "eig": 2, "eigh": 3, "qr": 3, "svd": 3, "square_root": 0}
    arguments = {name: (True,) * count for name, count in flags.items()}
    arguments |= {"lu_parts": (True, 0), "pseudoinverse": (0.0, -1.0, True)}
    for name in sorted({*WAYS} - {"least_squares", "solve", "substitution"}):
        if shape == (2, 3) and name in RECTANGULAR:
            continue
        assert getattr(_quick, name)(a, *arguments.get(name, (True,))) is None
    for b in (a, torch.ones(3, dtype=torch.float64), torch.ones(3, 3), torch.ones(())):
        for left in (a, torch.eye(3, dtype=torch.float64)):
            if left is a or b.dtype is not torch.float64 or b.shape not in ((3,), (3, 2)):
                assert _quick.solve(left, b, 0, True) is None
                assert left.shape == (2, 3) or _quick.least_squares(left, b, -1.0, True) is None
                assert _quick.substitution(left, b, 0, True, False, False, True) is None


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize("shape", [(1, 4), (5, 1), (64, 64), (40, 9), (9, 40), (200, 12), (96, 96), (96, 40)])
def test_decompositions_of_one_matrix(shape, dtype):
    generator = torch.Generator().manual_seed(3)
    m, n = shape
    bound = _tolerance(dtype, 1) * max(shape) ** 0.5 / 5
    whole = torch.randn(m, n, dtype=dtype, generator=generator)
    rank = (min(shape) + 1) // 2
    half = whole[:, :rank] @ torch.randn(rank, n, dtype=dtype, generator=generator)
    for a in (whole, half, 1e-30 * whole, torch.ones_like(whole), 0 * whole):
        size = torch.linalg.matrix_norm(a).item() or 1.0
        for full in (True, False):
            q, r = linalg.qr(a, mode="full" if full else "economic")
            u, s, vh = linalg.svd(a, full_matrices=full)
            k = len(s)
            for x in (q, u, vh.mH):
                eye = torch.eye(x.shape[1], dtype=dtype)
                assert torch.linalg.matrix_norm(x.mH @ x - eye).item() < bound * x.shape[1] ** 0.5
            assert torch.linalg.matrix_norm(q @ r - a).item() < bound * size
            assert torch.linalg.matrix_norm((u[:, :k] * s) @ vh[:k] - a).item() < bound * size
            assert (linalg.svdvals(a) - s).abs().max().item() < bound * size
            assert bool((s[1:] <= s[:-1]).all()) and torch.equal(r, r.triu())
        b = a @ torch.ones(n, 2, dtype=dtype)
        x, residues, rank, _ = linalg.lstsq(a, b, cond=100 * torch.finfo(dtype).eps)
        expected, theirs, their_rank, _ = scipy.linalg.lstsq(a.numpy(), b.numpy(), cond=100 * torch.finfo(dtype).eps)
        assert rank.item() == their_rank and residues.shape == theirs.shape
        assert torch.linalg.matrix_norm(a @ x - b).item() <= bound * size * (1 + torch.linalg.matrix_norm(x).item())
        assert torch.linalg.matrix_norm(x).item() <= (1 + 1e3 * bound) * np.linalg.norm(expected)
