"""Direct solves: residuals, factors that are reused and freed, singular matrices, derivatives."""

from __future__ import annotations

import gc
import warnings
from typing import Any

import numpy as np
import pytest
import scipy.sparse
import scipy.sparse.linalg
import torch

from sci.sparse import SparseEfficiencyWarning, coo_array, csc_array, csr_array, eye_array, random_array
from sci.sparse.linalg import MatrixRankWarning, _spsolve, factorized, is_sptriangular, splu, spsolve

DTYPES = [torch.float64, torch.float32, torch.complex128, torch.complex64]


def matrix(n: int, dtype: torch.dtype = torch.float64) -> csr_array:
    A = random_array((n, n), density=4 / n, rng=0, dtype=dtype)
    return A + 4 * eye_array(n, dtype=dtype)


@pytest.mark.parametrize("dtype", DTYPES)
def test_residuals(dtype: torch.dtype) -> None:
    n = 60
    A = matrix(n, dtype)
    D, eps = A.toarray(), torch.finfo(dtype).eps
    for shape in [(n,), (n, 3), (2, n, 3), (n, 0)]:
        b = torch.randn(*shape, dtype=dtype)
        for order in (None, "NATURAL", "MMD_ATA", "MMD_AT_PLUS_A"):
            x = spsolve(A, b, permc_spec=order)
            assert x.shape == b.shape and x.dtype is dtype
            # backward error: |b - A x| <= c n eps (|A| |x| + |b|), with room for the growth of pivots
            assert bool(((b - D @ x).abs() <= 10 * n * eps * (D.abs() @ x.abs() + b.abs())).all())


@pytest.mark.cpu  # of SciPy's matrices and NumPy's arrays, too
def test_shapes_formats_and_dtypes() -> None:
    A = matrix(5)
    D, b = A.toarray(), torch.randn(5, 2, dtype=torch.float64)
    want = torch.linalg.solve(D, b)
    torch.testing.assert_close(spsolve(A, b[:, :1]), want[:, 0])
    torch.testing.assert_close(spsolve(A.tocoo(), b), want)
    torch.testing.assert_close(spsolve(A.to_scipy(), b.numpy()), want)
    torch.testing.assert_close(spsolve(A, csr_array(b)).toarray(), want)
    torch.testing.assert_close(spsolve(A, coo_array(b[:, :1])), want[:, 0])
    torch.testing.assert_close(spsolve(A, b.to(torch.complex128) * 1j), want * 1j)
    with pytest.warns(SparseEfficiencyWarning):
        torch.testing.assert_close(spsolve(D, b), want)
    assert spsolve(csr_array(torch.tensor([[2, 0], [0, 4]])), torch.tensor([1, 1])).tolist() == [0.5, 0.25]
    assert spsolve(csr_array((0, 0)), torch.zeros(0)).shape == (0,)


def test_unsorted_indices_and_duplicates_are_left_as_they_are() -> None:
    data, indices = torch.tensor([1.0, 2.0, 1.0, 5.0]), torch.tensor([1, 0, 0, 1], dtype=torch.int32)
    A = csr_array((data, indices, torch.tensor([0, 3, 4], dtype=torch.int32)), shape=(2, 2))
    torch.testing.assert_close(spsolve(A, torch.tensor([4.0, 5.0])), torch.tensor([1.0, 1.0]))
    assert indices.tolist() == [1, 0, 0, 1] and data.tolist() == [1.0, 2.0, 1.0, 5.0]


def test_singular_matrices_are_scipys() -> None:
    for D in (torch.zeros(2, 2), torch.ones(2, 2), torch.tensor([[1.0, 0.0], [0.0, 0.0]])):
        with pytest.warns(MatrixRankWarning, match="exactly singular"):
            assert bool(spsolve(csr_array(D), torch.ones(2)).isnan().all())
        with pytest.raises(RuntimeError, match="singular"):
            splu(csr_array(D))


def test_backward_uses_the_factors_of_the_solution(monkeypatch: pytest.MonkeyPatch) -> None:
    made = []
    factorize = _spsolve._factorize
    monkeypatch.setattr(_spsolve, "_factorize", lambda *args: made.append(1) or factorize(*args))
    A, b = matrix(8).requires_grad_(), torch.randn(8, dtype=torch.float64, requires_grad=True)
    x = spsolve(A, b)
    (g,) = torch.autograd.grad(x.square().sum(), A.data, create_graph=True)
    torch.autograd.grad(g.square().sum(), (A.data, b))
    assert len(made) == 1


def test_factors_are_freed() -> None:
    gc.collect()
    before = len(_spsolve._factors)
    A, b = matrix(8).requires_grad_(), torch.randn(8, dtype=torch.float64)
    x = spsolve(A, b)
    assert len(_spsolve._factors) == before + 1, "kept for the derivative"
    del x
    gc.collect()
    assert len(_spsolve._factors) == before


@pytest.mark.parametrize("trans", ["N", "T", "H"])
@pytest.mark.parametrize("dtype", [torch.float64, torch.complex128])
def test_splu(trans: str, dtype: torch.dtype) -> None:
    A = matrix(6, dtype)
    D = {"N": A.toarray(), "T": A.toarray().mT, "H": A.toarray().mH}[trans]
    lu = splu(A)
    b = torch.randn(6, 2, dtype=dtype)
    torch.testing.assert_close(lu.solve(b, trans), torch.linalg.solve(D, b))
    torch.testing.assert_close(
        lu.solve(b[:, 0].to(torch.complex128), trans), torch.linalg.solve(D, b[:, 0]).to(torch.complex128)
    )
    assert lu.shape == (6, 6) and lu.nnz > 6 and sorted(lu.perm_c.tolist()) == list(range(6))
    torch.testing.assert_close(factorized(A)(b), torch.linalg.solve(A.toarray(), b))

    def solve(data: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
        return splu(A._with_data(data)).solve(b, trans)

    inputs = (A.data.clone().requires_grad_(), b.clone().requires_grad_())
    torch.autograd.gradcheck(solve, inputs, check_forward_ad=True, fast_mode=True)
    torch.autograd.gradgradcheck(solve, inputs, fast_mode=True)


@pytest.mark.parametrize("dtype", [torch.float64, torch.complex64])
def test_factors_are_those_of_the_permuted_matrix(dtype: torch.dtype) -> None:
    A, n = matrix(9, dtype), 9
    lu = splu(A, diag_pivot_thresh=0.5, relax=1, options={"Equil": False})
    rows, columns = torch.zeros(n, n, dtype=dtype), torch.zeros(n, n, dtype=dtype)
    rows[lu.perm_r.long(), torch.arange(n)] = 1
    columns[torch.arange(n), lu.perm_c.long()] = 1
    torch.testing.assert_close((lu.L @ lu.U).toarray(), rows @ A.toarray() @ columns)
    assert is_sptriangular(lu.L)[0] and is_sptriangular(lu.U)[1] and bool((lu.L.diagonal() == 1).all())
    b = torch.randn(n, dtype=dtype)
    torch.testing.assert_close(A @ lu.solve(b), b)


def test_gradient_is_the_formula_on_the_pattern() -> None:
    A, b, g = matrix(7), torch.randn(7, 2).double(), torch.randn(7, 2).double()
    grad_A, grad_b = torch.func.vjp(spsolve, A, b)[1](g)
    D = A.toarray()
    y = torch.linalg.solve(D.mT, g)
    torch.testing.assert_close(grad_A.toarray(), -(y @ torch.linalg.solve(D, b).mT) * (D != 0))
    torch.testing.assert_close(grad_b, y)


def test_sparse_right_hand_sides_differentiate() -> None:
    A, B = matrix(4), csr_array(torch.eye(4, dtype=torch.float64)[:, :2])
    data = B.data.clone().requires_grad_()
    torch.autograd.gradcheck(lambda d: spsolve(A, B._with_data(d)).toarray(), data, fast_mode=True)


@pytest.mark.parametrize("dtype", [torch.float64, torch.complex128])
def test_matrices_of_one_pattern_are_ordered_once(dtype: torch.dtype, monkeypatch: pytest.MonkeyPatch) -> None:
    orders: list[str] = []
    splu = scipy.sparse.linalg.splu
    monkeypatch.setattr(
        scipy.sparse.linalg, "splu", lambda A, **more: (orders.append(more["permc_spec"]), splu(A, **more))[1]
    )
    A = matrix(6).to(dtype)
    generator = torch.Generator().manual_seed(0)
    data = A.data * (1 + 0.3 * torch.rand(4, A.nnz, dtype=dtype, generator=generator))
    data[0] = 0  # singular: the next one is ordered
    b = torch.randn(4, A.shape[0], dtype=dtype, generator=generator)
    solved = torch.func.vmap(lambda values, b: spsolve(A._with_data(values), b))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", MatrixRankWarning)
        x = solved(data, b)
    assert orders[-2:] == ["NATURAL", "NATURAL"] and orders[:-2].count("NATURAL") == 0
    assert bool(x[0].isnan().all())
    for i in range(1, 4):
        torch.testing.assert_close(A._with_data(data[i]) @ x[i], b[i])
    inputs = data[1:].clone().requires_grad_(), b[1:].clone().requires_grad_()
    grads = torch.autograd.grad(solved(*inputs).abs().square().sum(), inputs)
    dense = torch.stack([A._with_data(values).toarray() for values in inputs[0]])
    exact = torch.linalg.solve(dense, inputs[1].unsqueeze(-1))
    for found, want in zip(grads, torch.autograd.grad(exact.abs().square().sum(), inputs), strict=True):
        torch.testing.assert_close(found, want)


def test_data_and_indices_with_strides() -> None:
    A = csr_array(torch.tensor([[4.0, 1, 0], [0, 3, 1], [1, 0, 5]], dtype=torch.float64))
    b = torch.ones(3, dtype=torch.float64)
    data, indices = (torch.stack([x, x], -1) for x in (A.data, A.indices))
    strided = csr_array((data[:, 0], indices[:, 0], A.indptr), shape=(3, 3))
    want = spsolve(A, b)
    torch.testing.assert_close(spsolve(strided, b), want, rtol=0, atol=0)
    torch.testing.assert_close(splu(strided.tocsc()).solve(b), splu(A.tocsc()).solve(b), rtol=0, atol=0)
    both = torch.func.vmap(lambda d: spsolve(csr_array((d, A.indices, A.indptr), shape=(3, 3)), b), in_dims=-1)(data)
    torch.testing.assert_close(both, want.expand(2, 3))


def test_vmap_over_matrices_of_one_pattern() -> None:
    A, b = matrix(5), torch.randn(3, 5, dtype=torch.float64)
    scales = torch.arange(1.0, 4.0, dtype=torch.float64)
    found = torch.func.vmap(lambda s, b: spsolve(A * s, b))(scales, b)
    torch.testing.assert_close(found, torch.linalg.solve(A.toarray(), b.mT).mT / scales[:, None])
    jacobian = torch.func.jacrev(lambda b: spsolve(A, b))(b[0])
    torch.testing.assert_close(jacobian, torch.linalg.inv(A.toarray()))


class Solved(torch.autograd.Function):
    """Its derivative is the sum of a solution with the gradient's multiple of a matrix."""

    @staticmethod
    def forward(ctx: Any, x: torch.Tensor, A: csr_array, b: torch.Tensor) -> torch.Tensor:
        ctx.A, ctx.b = A, b
        return x.clone()

    @staticmethod
    def backward(ctx: Any, g: torch.Tensor) -> Any:
        return splu(ctx.A * g).solve(ctx.b).sum() + factorized(ctx.A * g)(ctx.b).sum(), None, None


def test_splu_of_batched_values() -> None:
    """Also under ``is_grads_batched``; the singular one among them has NaN, as none can raise alone."""
    A, b = matrix(5), torch.randn(5, dtype=torch.float64)
    scales = torch.tensor([1.0, 3.0, 0.0], dtype=torch.float64)
    want = torch.linalg.solve(A.toarray(), b) / scales[:2, None]
    found = torch.func.vmap(lambda s: splu(A * s).solve(b))(scales)
    torch.testing.assert_close(found[:2], want)
    assert bool(found[2].isnan().all())
    slopes = torch.func.vmap(torch.func.grad(lambda s: splu(A * s).solve(b).sum()))(scales[:2])
    torch.testing.assert_close(slopes, -want.sum(-1) / scales[:2])
    x = torch.ones((), dtype=torch.float64, requires_grad=True)
    (batched,) = torch.autograd.grad(Solved.apply(x, A, b), x, scales[:2], is_grads_batched=True)
    torch.testing.assert_close(batched, 2 * want.sum(-1))


class SolvedIn(torch.autograd.Function):
    """The identity, with a gradient that solves with g A in a format, whose pattern is new."""

    @staticmethod
    def forward(ctx: Any, x: torch.Tensor, dense: torch.Tensor, b: torch.Tensor, name: str) -> torch.Tensor:
        ctx.dense, ctx.b, ctx.name = dense, b, name
        return x.clone()

    @staticmethod
    def backward(ctx: Any, *grads: torch.Tensor) -> Any:
        A = csr_array(ctx.dense)
        rows, columns = A.tocoo().coords
        if ctx.name == "twice":  # entries that are to be added up, and sums and products of arrays
            half = (1 + grads[0].sum()) * A.data / 2
            scaled = coo_array((torch.cat([half, half]), (rows.repeat(2), columns.repeat(2))), shape=(5, 5)).tocsr()
            total = scaled @ (scaled + scaled) @ ctx.b
            return spsolve(scaled, ctx.b) + spsolve(scaled, total), None, None, None
        scaled = coo_array(((1 + grads[0].sum()) * A.data, (rows, columns)), shape=(5, 5)).asformat(ctx.name)
        if ctx.name == "csc":  # made of its own parts
            B = A.tocsc()
            scaled = csc_array(((1 + grads[0].sum()) * B.data, B.indices, B.indptr), shape=(5, 5))
        return spsolve(scaled, ctx.b) + splu(scaled).solve(ctx.b), None, None, None


@pytest.mark.parametrize("name", ["csr", "csc", "coo", "dok", "bsr", "dia", "lil"])
def test_formats_in_a_batched_gradient(name: str) -> None:
    """Conversions leave the pattern alone: torch's old vmap made batches of indices, spsolve of csc was NaN."""
    dense, b = matrix(5).toarray(), torch.randn(5, dtype=torch.float64)
    x = torch.ones(5, dtype=torch.float64, requires_grad=True)
    grads = torch.rand(3, 5, dtype=torch.float64)
    (batched,) = torch.autograd.grad(SolvedIn.apply(x, dense, b, name), x, grads, is_grads_batched=True)
    want = torch.linalg.solve(dense, b) / (1 + grads.sum(-1, keepdim=True))
    torch.testing.assert_close(batched, 2 * want)


def test_duplicates_and_products_in_a_batched_gradient() -> None:
    """Sums of entries, A + B and A @ B make patterns of their own: batches of indices gave NaN or raised."""
    dense, b = matrix(5).toarray(), torch.randn(5, dtype=torch.float64)
    x = torch.ones(5, dtype=torch.float64, requires_grad=True)
    grads = torch.rand(3, 5, dtype=torch.float64)
    (batched,) = torch.autograd.grad(SolvedIn.apply(x, dense, b, "twice"), x, grads, is_grads_batched=True)
    scale = 1 + grads.sum(-1, keepdim=True)
    torch.testing.assert_close(batched, torch.linalg.solve(dense, b) / scale + 2 * scale * (dense @ b))


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (lambda A, b: spsolve(csr_array((2, 3)), b), ValueError, "square"),
        (lambda A, b: spsolve(A, b[:3]), ValueError, r"b has \(3,\)"),
        (lambda A, b: spsolve(A, b, permc_spec="BEST"), ValueError, "permc_spec"),
        (lambda A, b: spsolve(A, "abc"), TypeError, "b must be"),
        (lambda A, b: spsolve(None, b), TypeError, "A must be"),
        (lambda A, b: spsolve(A.to("meta"), b), RuntimeError, "one device"),
        (lambda A, b: splu(csr_array((2, 3))), ValueError, "only factor square"),
        (lambda A, b: splu(A, options={"Colour": 3}), TypeError, "Colour"),
        (lambda A, b: splu(A).solve(b, "X"), ValueError, "trans"),
        (lambda A, b: splu(A).solve(b[:2]), ValueError, "rows"),
    ],
)
def test_errors(call: Any, error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text):
        call(eye_array(4), torch.ones(4, dtype=torch.float64))


def test_agrees_with_scipy() -> None:
    A = matrix(40)
    b = np.linspace(-1, 1, 40)
    np.testing.assert_allclose(spsolve(A, b), scipy.sparse.linalg.spsolve(A.to_scipy(), b), rtol=1e-12)


def test_many_singular_matrices_of_one_pattern() -> None:
    # More than Python nests calls, before and after the first one that is regular.
    data = torch.zeros(2400, 2, dtype=torch.float64)
    data[1200] = torch.tensor([2.0, 4.0])
    place = torch.tensor([0, 1])

    def solved(values: torch.Tensor) -> torch.Tensor:
        A = csr_array((values, place, torch.tensor([0, 1, 2])), shape=(2, 2))
        return spsolve(A, torch.ones(2, dtype=torch.float64))

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", MatrixRankWarning)
        x = torch.func.vmap(solved)(data)
    torch.testing.assert_close(x[1200], torch.tensor([0.5, 0.25], dtype=torch.float64), rtol=0, atol=0)
    assert x[:1200].isnan().all() and x[1201:].isnan().all()
