"""Batches of small matrices by products and inverses on the lanes (linalg/products.h), against the Schur methods."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import pytest
import scipy.linalg
import torch

from sci.linalg import (
    LinAlgWarning,
    _products,
    signm,
    solve_continuous_lyapunov,
    solve_discrete_lyapunov,
    solve_sylvester,
    sqrtm,
)
from tests.linalg.linalg_matrices import ALL, eps, general_kinds, positive, random
from tests.processes import run_python

COUNT = 19  # not a multiple of the lanes


def right_half_plane(*shape: int, dtype: torch.dtype, seed: int = 0) -> torch.Tensor:
    n = shape[-1]
    x = random(*shape, dtype=dtype, seed=seed) / n**0.5 + 4 * torch.eye(n, dtype=dtype)
    sizes = torch.logspace(-6, 6, shape[0], dtype=x.real.dtype)
    return x * sizes[:, None, None]


def close(x: torch.Tensor, y: torch.Tensor, factor: float) -> None:
    assert x.dtype == y.dtype
    error = torch.linalg.matrix_norm(x - y) / torch.linalg.matrix_norm(y)
    assert float(error.max()) <= factor * eps(x.dtype)


def functions(n: int, dtype: torch.dtype) -> dict[str, Callable[[], torch.Tensor]]:
    a, b = right_half_plane(COUNT, n, n, dtype=dtype), right_half_plane(COUNT, n, n, dtype=dtype, seed=1)
    q = random(COUNT, n, n, dtype=dtype, seed=2) * 1e9
    signs = torch.diag(torch.where(torch.arange(n) % 2 == 0, 4.0, -4.0)).to(dtype)
    return {
        "sqrtm": lambda: sqrtm(a),
        "signm": lambda: signm(a / torch.linalg.matrix_norm(a, 2)[:, None, None] + signs),
        "sylvester": lambda: solve_sylvester(a, b, q),
        "same": lambda: solve_sylvester(-a, -a, q),
        "left": lambda: solve_sylvester(-a, -b, q),
        "lyapunov": lambda: solve_continuous_lyapunov(a, q),
        "stein": lambda: solve_discrete_lyapunov(random(COUNT, n, n, dtype=dtype, seed=5) / (4 * n**0.5), q),
    }


@pytest.mark.parametrize("n", [2, 3, 8, 29])
@pytest.mark.parametrize("dtype", ALL)
def test_other_methods_agree(dtype: torch.dtype, n: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every matrix is settled by the kernel, and agrees with the Schur methods (or, for signs, torch's inverses)."""
    found = {}
    with monkeypatch.context() as patch:
        patch.setattr(_products, "unless_settled", _all_settled)
        found = {name: f() for name, f in functions(n, dtype).items()}
    monkeypatch.setattr(_products, "small", lambda *xs, alone=0: False)
    for name, f in functions(n, dtype).items():
        close(found[name], f(), 60 * n)


def _all_settled(x: torch.Tensor, good: torch.Tensor, others: Any) -> torch.Tensor:
    assert bool(good.all())
    return x


@pytest.mark.parametrize("condition", [1e2, 1e6, 1e10, 1e14])
def test_roots_as_exact_as_their_condition(condition: float) -> None:
    """Also where the iteration leaves the Schur method to it: the error is that of the data's rounding."""
    a = positive(COUNT, 6, 6, condition=condition)
    w, v = torch.linalg.eigh(a)
    wanted = (v * w.clamp(min=0).sqrt()[:, None, :]) @ v.mT
    x = sqrtm(a)
    close(x @ x, a, 60)
    close(x, wanted, 10 * condition**0.5)


@pytest.mark.filterwarnings("ignore::sci.linalg.LinAlgWarning")
def test_residuals_of_hard_matrices() -> None:
    """Defective, graded, ill-conditioned ones and others: SciPy's residual, or rounding."""
    for name, a in general_kinds(6, torch.float64).items():
        x = sqrtm(a).to(torch.complex128)
        for k in range(len(a)):
            theirs, own = _relative(torch.as_tensor(_scipy_root(a[k])), a[k]), _relative(x[k], a[k])
            assert not theirs < 1 or own <= max(60 * eps(torch.float64), 4 * theirs), name


def _scipy_root(a: torch.Tensor) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return scipy.linalg.sqrtm(a.numpy())


def _relative(x: torch.Tensor, a: torch.Tensor) -> float:
    x, size = x.to(torch.complex128), float(a.abs().amax().clamp(min=1e-300))
    scaled = x / size**0.5
    return float(torch.linalg.matrix_norm(scaled @ scaled - a / size) / torch.linalg.matrix_norm(scaled) ** 2)


def test_matrices_of_a_batch_do_not_depend_on_their_neighbours() -> None:
    a = right_half_plane(COUNT, 5, 5, dtype=torch.float64)
    q = random(COUNT, 5, 5)
    assert torch.equal(sqrtm(a)[7:12], sqrtm(a[7:12]))
    assert torch.equal(signm(a)[7:12], signm(a[7:12]))
    assert torch.equal(solve_sylvester(a, a, q)[7:12], solve_sylvester(a[7:12], a[7:12], q[7:12]))


@pytest.mark.parametrize("n", [6, 40])
def test_a_view_of_the_other_sign_is_not_the_adjoint(n: int) -> None:
    a = random(n, n, dtype=torch.complex128) + 5j * torch.eye(n)
    b = torch._neg_view(a.mH)
    x = random(n, n, dtype=torch.complex128, seed=1)
    close(solve_sylvester(a, b, a @ x + x @ b), x, 1e4)


def test_matrices_left_to_other_methods() -> None:
    a = right_half_plane(6, 3, 3, dtype=torch.float64)
    a[4] = torch.diag(torch.tensor([1.0, -4.0, 9.0]))
    x = sqrtm(a)
    close(x @ x, a.to(torch.complex128), 100)
    with pytest.warns(LinAlgWarning, match="ill-conditioned"):
        sqrtm(torch.diag(torch.tensor([1.0, 1e-20], dtype=torch.float64)).expand(5, 2, 2))
    a[4] = 0
    assert torch.equal(signm(a)[4], a[4])
    torch.testing.assert_close(signm(a)[0], torch.eye(3, dtype=torch.float64))
    b = torch.diag(torch.tensor([1.0, -2.0, 3.0], dtype=torch.float64)).expand(4, 3, 3)  # on both sides
    y = solve_sylvester(b, b + 5 * b @ b, torch.ones(4, 3, 3, dtype=torch.float64))
    close(b @ y + y @ (b + 5 * b @ b), torch.ones(4, 3, 3, dtype=torch.float64), 100)
    outside = torch.eye(3, dtype=torch.float64).expand(4, 3, 3) * 2 + random(4, 3, 3).triu(1)
    x = solve_discrete_lyapunov(outside, torch.ones(3, 3, dtype=torch.float64))
    close(outside @ x @ outside.mT + 1, x, 1e3)
    assert torch.isnan(sqrtm(torch.full((4, 2, 2), torch.nan))).all()


@pytest.mark.parametrize("dtype", [torch.float64, torch.complex128])
def test_derivatives(dtype: torch.dtype) -> None:
    eye = torch.eye(2, dtype=dtype)
    a = (random(4, 2, 2, dtype=dtype) / 2 + 2 * eye).requires_grad_()
    b = (random(4, 2, 2, dtype=dtype, seed=1) / 3).requires_grad_()
    calls: list[tuple[Any, tuple[torch.Tensor, ...]]] = [
        (sqrtm, (a,)),
        (signm, (a,)),
        (solve_sylvester, (a, a.detach() / 2 + eye, b)),
        (solve_continuous_lyapunov, (a, b)),
        (solve_discrete_lyapunov, (b, a)),
    ]
    for f, args in calls:
        assert torch.autograd.gradcheck(f, args, check_forward_ad=True)
        assert torch.autograd.gradgradcheck(f, args)


@pytest.mark.parametrize("level", ["baseline", "avx2"])
def test_other_processors(level: str) -> None:
    """One matrix per item, which is CUDA's form, too; and vectors of 32 bytes."""
    code = (
        "import torch, sci.linalg as L;"
        "a = torch.randn(9, 5, 5, dtype=torch.float64, generator=torch.Generator().manual_seed(0)) + 6 * torch.eye(5);"
        "x, y, s = L.sqrtm(a), L.solve_sylvester(a, a.mT / 2, a), L.signm(a);"
        "b = a / 20; z = L.solve_discrete_lyapunov(b, a);"
        "r = [x @ x - a, a @ y + y @ a.mT / 2 - a, s - torch.eye(5), b @ z @ b.mT - z + a];"
        "assert max(float(k.abs().max()) for k in r) < 1e-12, r"
    )
    done = run_python(code, SCI_CPU=level)
    assert done.returncode == 0, done.stderr
