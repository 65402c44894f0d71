"""`funm_multiply_krylov`: values against the dense function, derivatives, restarts and breakdowns."""

from __future__ import annotations

import pytest
import torch

from sci.linalg import cosm, expm, sqrtm
from sci.sparse import csr_array
from sci.sparse.linalg import LinearOperator, aslinearoperator, funm_multiply_krylov

DTYPES = [torch.float64, torch.float32, torch.complex128, torch.complex64]


def random(*shape: int, dtype: torch.dtype = torch.float64) -> torch.Tensor:
    return torch.randn(*shape, dtype=dtype, generator=torch.Generator().manual_seed(5))


def phi(X: torch.Tensor) -> torch.Tensor:
    return torch.linalg.solve(X, expm(X) - torch.eye(X.shape[0], dtype=X.dtype))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("f", [expm, cosm, phi])
def test_values(f: object, dtype: torch.dtype) -> None:
    A, b = random(50, 50, dtype=dtype) / 4, random(50, dtype=dtype)
    tolerance = 1e-8 if dtype.to_real() is torch.float64 else 1e-3
    for matrix, structure in ((A, "gen"), ((A + A.mH) / 2, "hermitian")):
        want = f(0.7 * matrix) @ b  # type: ignore[operator]
        for op in (matrix, csr_array(matrix), aslinearoperator(matrix)):
            for every in (12, None, 80):
                found = funm_multiply_krylov(f, op, b, t=0.7, assume_a=structure, restart_every_m=every, rtol=1e-10)
                assert found.dtype is dtype and float((found - want).norm() / want.norm()) < tolerance


def test_invariant_subspaces_and_zero() -> None:
    b = random(6)
    one = torch.eye(6, dtype=torch.float64)
    torch.testing.assert_close(funm_multiply_krylov(expm, one, b), torch.e * b)  # SciPy's is 0
    D = torch.diag(torch.tensor([1.0, 1, 1, 2, 2, 2], dtype=torch.float64))
    torch.testing.assert_close(funm_multiply_krylov(expm, D, b), expm(D) @ b)
    assert torch.equal(funm_multiply_krylov(expm, one, 0 * b), 0 * b)
    assert funm_multiply_krylov(expm, one[:0, :0], b[:0]).shape == (0,)
    assert funm_multiply_krylov(expm, one, b * torch.nan).isnan().all()
    A = random(6, 6)
    for scale in (1e-200, 1e200):
        torch.testing.assert_close(funm_multiply_krylov(expm, A, b * scale) / scale, expm(A) @ b)
    roots = funm_multiply_krylov(sqrtm, -D, b)
    torch.testing.assert_close(roots, 1j * D.sqrt().to(torch.complex128) @ b.to(torch.complex128))


@pytest.mark.parametrize("dtype", [torch.float64, torch.complex128])
@pytest.mark.parametrize("every", [2, None])
def test_derivatives(dtype: torch.dtype, every: int | None) -> None:
    A = csr_array(torch.where(random(7, 7).abs() > 0.8, random(7, 7, dtype=dtype), 0) * 0.3)
    one = torch.eye(7, dtype=dtype)
    t = torch.tensor(0.8, dtype=torch.float64)
    inputs = [x.clone().requires_grad_() for x in (A.data, random(7, dtype=dtype), t)]

    def sparse(data: torch.Tensor, b: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
        return funm_multiply_krylov(expm, A._with_data(data), b, t=t, rtol=1e-14, restart_every_m=every)

    def dense(data: torch.Tensor, b: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
        return torch.linalg.matrix_exp(t * A._with_data(data).toarray()) @ b

    if every is None:
        torch.autograd.gradcheck(sparse, inputs, check_forward_ad=True)
    w = random(7, dtype=dtype)
    grads = [torch.autograd.grad((act(*inputs) * w).sum().real, inputs) for act in (sparse, dense)]
    for found, want in zip(*grads, strict=True):
        torch.testing.assert_close(found, want, rtol=1e-6 if every else 1e-11, atol=1e-6 if every else 1e-12)
    # Where the basis ends at once, derivatives leave its space.
    c = torch.ones((), dtype=dtype, requires_grad=True)
    E = random(7, 7, dtype=dtype)
    for b in (inputs[1], 0 * inputs[1]):
        op = LinearOperator(
            (7, 7), lambda v: v + (c - 1) * (E @ v), lambda v: v + (c - 1).conj() * (E.mH @ v), dtype=dtype
        )
        want = torch.linalg.matrix_exp(one + (c - 1) * E) @ b
        pairs = [
            torch.autograd.grad((y * w).sum().real, (c, b), materialize_grads=True)
            for y in (funm_multiply_krylov(expm, op, b), want)
        ]
        for found, right in zip(*pairs, strict=True):
            torch.testing.assert_close(found, right)


@pytest.mark.parametrize("dtype", [torch.float64, torch.complex128])
@pytest.mark.parametrize("dense", [False, True])
def test_second_derivatives(dtype: torch.dtype, dense: bool) -> None:
    A = csr_array(torch.where(random(4, 4).abs() > 0.5, random(4, 4, dtype=dtype), 0) * 0.3)
    t = torch.tensor(0.8, dtype=torch.float64)
    inputs = [x.clone().requires_grad_() for x in (A.data, random(4, dtype=dtype), t)]

    def act(data: torch.Tensor, b: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
        matrix = A._with_data(data)
        return funm_multiply_krylov(expm, matrix.toarray() if dense else matrix, b, t=t, rtol=1e-14)

    torch.autograd.gradgradcheck(act, inputs, check_fwd_over_rev=True, fast_mode=True)


def test_second_derivatives_agree_with_the_dense_function() -> None:
    A, b, w = random(30, 30) / 5, random(30), random(30)

    def krylov(A: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
        structure = "her" if torch.equal(A, A.mT) else "gen"
        return funm_multiply_krylov(expm, A, b, rtol=1e-14, restart_every_m=10, assume_a=structure) @ w

    def dense(A: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
        return torch.linalg.matrix_exp(A) @ b @ w

    one = torch.eye(30, dtype=torch.float64)
    for matrix, vector in ((A, b), (A, 0 * b), (one, b), (A + A.mT, b), (A, 1e-100 * b)):
        for size in (1.0, 1e-9):  # a small direction is as accurate as a large one
            direction = size * random(30, 30), size * w * vector.abs().amax()
            results = [torch.autograd.functional.vhp(f, (matrix, vector), direction)[1] for f in (krylov, dense)]
            forward = torch.func.jvp(torch.func.grad(krylov, (0, 1)), (matrix, vector), direction)[1]
            for found, ahead, want in zip(results[0], forward, results[1], strict=True):
                scale = float(want.abs().amax())
                torch.testing.assert_close(found, want, rtol=0, atol=1e-8 * scale)
                torch.testing.assert_close(ahead, want, rtol=0, atol=1e-8 * scale)


def test_second_derivatives_where_real_meets_complex() -> None:
    A, b, one = csr_array(random(4, 4) / 3), random(4), torch.ones((), dtype=torch.float64)
    z = random(4, dtype=torch.complex128)
    cases = (expm, z, one), (expm, b, (0.3 + 0.4j) * one), (lambda X: expm(1j * X), b, one)
    for f, vector, t in cases:

        def krylov(data: torch.Tensor, b: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
            return (funm_multiply_krylov(f, A._with_data(data), b, t=t, rtol=1e-14) * z).sum().real  # noqa: B023

        inputs = [x.clone().requires_grad_() for x in (A.data, vector, t)]
        grads = torch.autograd.grad(krylov(*inputs), inputs, create_graph=True)
        assert [g.dtype for g in grads] == [x.dtype for x in inputs]
        torch.autograd.gradgradcheck(krylov, inputs, fast_mode=True)


def test_third_derivatives() -> None:
    A, b = random(4, 4) / 3, random(4)

    def third(f: object) -> torch.Tensor:
        y = torch.ones((), dtype=torch.float64, requires_grad=True)
        value = f(A * y, b * y).sum()  # type: ignore[operator]
        for _ in range(3):
            (value,) = torch.autograd.grad(value, y, create_graph=True)
        return value.detach()

    want = third(lambda A, b: torch.linalg.matrix_exp(A) @ b)
    torch.testing.assert_close(third(lambda A, b: funm_multiply_krylov(expm, A, b, rtol=1e-14)), want)


def test_second_derivatives_of_operators_raise() -> None:
    A, b = random(4, 4).requires_grad_(), random(4)

    def act(A: torch.Tensor) -> torch.Tensor:
        return funm_multiply_krylov(expm, aslinearoperator(A), b)

    for loss in (torch.Tensor.sum, torch.Tensor.norm):
        (g,) = torch.autograd.grad(loss(act(A)), A, create_graph=True)
        with pytest.raises(RuntimeError, match="first order"):
            torch.autograd.grad(g.sum(), A)
    D = A.detach()

    def tangent(A: torch.Tensor) -> torch.Tensor:
        return torch.func.jvp(act, (A,), (D,))[1].sum()

    def gradient(A: torch.Tensor) -> torch.Tensor:
        return torch.func.grad(lambda A: act(A).sum())(A).sum()

    want = torch.func.jvp(lambda A: torch.linalg.matrix_exp(A) @ b, (D,), (D,))[1]
    torch.testing.assert_close(tangent(D), want.sum(), rtol=1e-6, atol=1e-6)
    for once in (tangent, gradient):
        with pytest.raises(RuntimeError, match="first order"):
            torch.func.grad(once)(D)
    with pytest.raises(RuntimeError):
        torch.func.jvp(gradient, (D,), (D,))


def test_errors_name_the_argument() -> None:
    A, b = random(3, 3), random(3)
    for more, match in (
        ({"assume_a": "odd"}, "assume_a"),
        ({"restart_every_m": 0}, "restart_every_m"),
        ({"max_restarts": 0}, "max_restarts"),
        ({"rtol": -1.0}, "rtol"),
    ):
        with pytest.raises(ValueError, match=match):
            funm_multiply_krylov(expm, A, b, **more)  # type: ignore[arg-type]
    for bad in (random(3, 1), random(4)):
        with pytest.raises(ValueError, match="b"):
            funm_multiply_krylov(expm, A, bad)
    with pytest.raises(ValueError, match="square"):
        funm_multiply_krylov(expm, random(3, 4), b)
