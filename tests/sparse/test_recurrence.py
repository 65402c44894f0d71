"""The passes of an iteration in one operator each: recurrences, orthogonalisation, products by diagonals."""

from __future__ import annotations

import pytest
import scipy.sparse
import scipy.sparse.linalg
import torch
from torch import Tensor

from sci.sparse import csr_array, diags_array, eye_array, kron, linalg, random_array
from sci.sparse.linalg import LinearOperator, cg, qmr
from sci.sparse.linalg import _recurrence as recurrence
from sci.sparse.linalg._recurrence import Dot, Update, add, add_scaled, combine, dot, orthogonalise, recur, scaled

DTYPES = (torch.float32, torch.float64, torch.complex64, torch.complex128)


def _random(*shape: int, dtype: torch.dtype, seed: int = 0) -> Tensor:
    return torch.randn(*shape, dtype=dtype, generator=torch.Generator().manual_seed(seed))


def _steps(x: list[Tensor], f: list[Tensor]) -> list[Update | Dot]:
    first = add(x[0], f[0], x[1]), dot(x[0], x[1]), combine(x[2], f[1], x[0], f[2], x[2])
    return [*first, add_scaled(x[1], x[3], f[3], x[1]), scaled(x[3], f[0], x[2]), dot(x[3], x[0]), dot(x[1], x[1])]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("batch", [(), (3,), (2, 2)])
def test_recurrence(dtype: torch.dtype, batch: tuple[int, ...]) -> None:
    """The operator does what the steps do one by one, over the ends of blocks as well."""
    n = 10007
    direct = [_random(*batch, n, dtype=dtype, seed=i) for i in range(4)]
    wide = torch.complex128 if dtype.is_complex else torch.float64
    plain = [x.to(wide).clone() for x in direct]
    factors = [_random(*batch, 1, dtype=dtype, seed=9 + i) for i in range(3)]
    factors.append(factors[0].real.clone() if dtype.is_complex else factors[0])  # real ones are taken, too
    found = recur(*_steps(direct, factors))
    expected = recurrence._written_out(tuple(_steps(plain, [f.to(plain[0].dtype) for f in factors])))
    eps = torch.finfo(dtype).eps
    for a, b in zip(direct, plain, strict=True):
        assert torch.allclose(a.to(b.dtype), b, rtol=20 * eps, atol=20 * eps)
    for a, b in zip(found, expected, strict=True):
        assert a.shape == (*batch, 1)
        assert float((a.to(b.dtype) - b).abs().max()) <= 200 * eps * n**0.5 * float(b.abs().max().clamp(min=1))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("k", [1, 4, 7])
def test_orthogonalise(dtype: torch.dtype, k: int) -> None:
    """Coefficients and rest are right, and the rest is orthogonal, also where nearly everything is taken away."""
    n, eps = 9001, torch.finfo(dtype).eps
    V = torch.linalg.qr(_random(n, k, dtype=dtype))[0].mT.contiguous()
    for rest in (1.0, 100 * eps):
        inside, outside = _random(k, dtype=dtype, seed=1), _random(n, dtype=dtype, seed=2)
        outside = outside - (V.conj() @ outside) @ V
        w = inside @ V + rest * outside
        image = w.clone()
        w, h, size = orthogonalise(V, w)
        assert torch.allclose(h, inside, rtol=0, atol=50 * eps * n**0.5)
        assert torch.allclose(w + h @ V, image, rtol=0, atol=50 * eps)
        assert torch.allclose(size, torch.linalg.vector_norm(w, dim=-1, keepdim=True), rtol=50 * eps)
        assert float((V.conj() @ w).abs().max()) <= 50 * eps * float(size)


def test_orthogonalise_batch() -> None:
    """Members of a batch keep to themselves."""
    V = torch.linalg.qr(_random(2, 9001, 5, dtype=torch.float64))[0].mT.contiguous()
    w = _random(2, 9001, dtype=torch.float64)
    expected = w - ((V @ w.unsqueeze(-1)).mT @ V).squeeze(-2)
    found, h, _ = orthogonalise(V[:, :3], w.clone())
    assert torch.allclose(found + (h.unsqueeze(-2) @ V[:, :3]).squeeze(-2), w, atol=1e-13)
    rest, _, _ = orthogonalise(V, w.clone())
    assert torch.allclose(rest, expected, atol=1e-12)


def _stencil(n: int, dtype: torch.dtype, constant: bool) -> csr_array:
    """Return an unsymmetric stencil on a grid, with entries of all rows alike or not."""
    line = diags_array([-1.5, 2.0, -0.5], offsets=[-1, 0, 1], shape=(n, n)).tocsr()
    A = (kron(line, eye_array(n)) + kron(eye_array(n), line)).tocsr()
    data = A.data.to(dtype)
    return A._with_data(data if constant else data * _random(len(data), dtype=dtype))


@pytest.mark.cpu
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("constant", [True, False])
def test_diagonals(dtype: torch.dtype, constant: bool) -> None:
    """The third product on is by diagonals, and gives what compressed rows give."""
    A = _stencil(90, dtype, constant)
    pattern, n = A._valid(), A.shape[0]
    matrix = recurrence.repeated(A.data, (pattern.indptr, pattern.indices), n)
    assert matrix is not None
    x = _random(2, n, dtype=dtype)
    dense = A.conj().T

    def refuse(x: Tensor) -> Tensor:
        raise AssertionError("compressed rows were used")

    for use in range(4):
        otherwise = refuse if use > 1 else lambda x: (A @ x.mT).mT
        y = matrix.product(x, otherwise)
    z = matrix.product(x, refuse, adjoint=True)
    eps = torch.finfo(dtype).eps
    assert torch.allclose(y, (A @ x.mT).mT, rtol=0, atol=100 * eps)
    assert torch.allclose(z, (dense @ x.mT).mT, rtol=0, atol=100 * eps)
    A.data.mul_(2)  # what was gathered is out of date
    assert torch.allclose(matrix.product(x, lambda x: (A @ x.mT).mT), 2 * y, rtol=0, atol=200 * eps)


@pytest.mark.cpu
@pytest.mark.parametrize("shape", [(9000, 7000), (7000, 9000)])
def test_diagonals_of_rectangles(shape: tuple[int, int]) -> None:
    """Diagonals end where rows or columns end; unsorted and repeated entries add up."""
    S = scipy.sparse.diags_array([1.0, -2.0, 3.0, 0.5], offsets=[-1200, 0, 1, 1500], shape=shape).tocoo()
    row, column = torch.from_numpy(S.row).flip(0), torch.from_numpy(S.col).flip(0)
    order = torch.argsort(row, stable=True)
    indptr = torch.zeros(shape[0] + 1, dtype=torch.int64)
    indptr[1:] = torch.bincount(row, minlength=shape[0]).cumsum(0)
    data = torch.from_numpy(S.data).flip(0)[order] * torch.arange(1.0, len(order) + 1, dtype=torch.float64).remainder(7)
    found = torch.ops.sci.csr_diagonals(data, indptr, column[order].to(torch.int64), shape[1])
    assert sorted(found[0].tolist()) == [-1200, 0, 1, 1500]
    A = csr_array((data, column[order].to(torch.int64), indptr), shape=shape)
    x, y = _random(1, shape[1], dtype=torch.float64), _random(1, shape[0], dtype=torch.float64)
    assert torch.allclose(torch.ops.sci.diagonals_product(*found, x, *shape, False)[0], A @ x[0], atol=1e-12)
    assert torch.allclose(torch.ops.sci.diagonals_product(*found, y, *shape, True)[0], A.T @ y[0], atol=1e-12)


@pytest.mark.cpu  # an operator for the CPU
def test_no_diagonals() -> None:
    """Matrices of other kinds stay in compressed rows, and a diagonal that few rows have is found."""
    A = random_array((4000, 4000), density=0.003, format="csr", rng=0, dtype=torch.float64)
    found = torch.ops.sci.csr_diagonals(A.data, A.indptr, A.indices, 4000)
    assert found[0].numel() == 0
    B = diags_array([1.0, 2.0, 3.0, 4.0], offsets=[-1, 0, 1, 3990], shape=(4000, 4000)).tocsr()
    assert torch.ops.sci.csr_diagonals(B.data, B.indptr, B.indices, 4000)[0].tolist() == [-1, 0, 1, 3990]


def test_matvec_that_returns_its_argument() -> None:
    """What a function of the user returns is not written to, whatever it shares memory with."""
    n = 9001
    scale = torch.linspace(1, 2, n, dtype=torch.float64)
    kept = torch.empty(n, dtype=torch.float64)
    A = LinearOperator((n, n), matvec=lambda v: torch.mul(scale, v, out=kept), dtype=torch.float64)
    M = LinearOperator((n, n), matvec=lambda v: v, rmatvec=lambda v: v, dtype=torch.float64)
    b = _random(n, dtype=torch.float64)
    before = b.clone()
    for name in ("cg", "minres", "bicgstab", "cgs", "tfqmr", "gmres", "lgmres", "gcrotmk"):
        x, info = getattr(linalg, name)(A, b, rtol=1e-10, M=M)
        assert int(info) == 0, name
        assert torch.allclose(scale * x, b, atol=1e-6), name
        assert torch.equal(b, before), name


def test_large_batch() -> None:
    """Batches of large systems give what each gives alone."""
    A = _stencil(100, torch.float64, True)
    A = (A + A.T).tocsr()
    b = _random(3, A.shape[0], dtype=torch.float64)
    x, info = cg(A, b, rtol=1e-9, M=LinearOperator(A.shape, matvec=lambda v: v / 8, dtype=torch.float64))
    assert info.tolist() == [0, 0, 0]
    for i in range(3):
        assert torch.allclose(x[i], cg(A, b[i], rtol=1e-9)[0], atol=1e-6)


@pytest.mark.parametrize(
    "name", ["cg", "minres", "bicg", "bicgstab", "cgs", "tfqmr", "qmr", "gmres", "lgmres", "gcrotmk"]
)
def test_iterations_of_large_systems_are_scipys(name: str) -> None:
    """What small systems do step by step, large ones do in the operators: the iteration is the same.

    SciPy's `qmr` gives up after 176 iterations, at 4e-7, for a product of vectors below eps; ours goes on.
    """
    A = _stencil(92, torch.float64, True)
    A = (A + A.T + 0.2 * eye_array(A.shape[0])).tocsr() if name in ("cg", "minres") else A + 0.1 * eye_array(A.shape[0])
    b = _random(A.shape[0], dtype=torch.float64)
    counts: list[list[int]] = [[], []]
    more = {"callback_type": "pr_norm"} if name == "gmres" else {}
    rtol = 1e-6 if name == "qmr" else 1e-8
    x, info = getattr(linalg, name)(A, b, rtol=rtol, callback=lambda _: counts[0].append(1), **more)
    again, _ = getattr(linalg, name)(A, b, rtol=rtol)
    theirs = getattr(scipy.sparse.linalg, name)
    y, scipys_info = theirs(A.to_scipy(), b.numpy(), rtol=rtol, callback=lambda _: counts[1].append(1), **more)
    assert int(info) == scipys_info == 0
    assert len(counts[0]) <= 1.1 * len(counts[1]) + 1, (len(counts[0]), len(counts[1]))
    for solution in (x, again):
        assert torch.allclose(solution, torch.from_numpy(y), atol=1e-5 * float(abs(y).max()))
    if name == "qmr":
        x, info = qmr(A, b, rtol=1e-8)
        assert int(info) == 0 and torch.linalg.vector_norm(b - A @ x) <= 1.0001e-8 * torch.linalg.vector_norm(b)
