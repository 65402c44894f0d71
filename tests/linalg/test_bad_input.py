"""Bad input raises what SciPy raises, with the function, the argument and the place in the text."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Any

import pytest
import scipy.linalg
import torch
from torch import Tensor

from sci import linalg
from sci.linalg import LinAlgError

Case = tuple[str, str, tuple[Any, ...]]


def cases() -> Iterator[Case]:
    """Yield the name of a function, what is wrong, and arguments that SciPy refuses."""
    eye = torch.eye(3, dtype=torch.float64)
    good, wide, one, short = 2 * eye + 1, torch.ones(2, 3).double(), torch.ones(3).double(), torch.ones(2).double()
    nan = good.clone()
    nan[1, 2] = torch.nan
    singular, indefinite = torch.ones(3, 3).double(), torch.diag(torch.tensor([1.0, -1.0, 1.0]).double())
    band = torch.ones(2, 4).double() + torch.tensor([[0.0], [4.0]]).double()
    band_nan = torch.where(torch.arange(4) == 1, torch.nan, band)
    for name in [
        "inv",
        "det",
        "eig",
        "eigvals",
        "eigh",
        "eigvalsh",
        "schur",
        "hessenberg",
        "cholesky",
        "cho_factor",
        "ldl",
        "pinvh",
        "matrix_balance",
        "logm",
    ]:
        yield name, "not square", (wide,)
        yield name, "NaN", (nan,)
    for name in ["lu_factor", "lu", "qr", "rq", "svd", "svdvals", "polar", "pinv", "null_space", "orth", "norm"]:
        yield name, "NaN", (nan,)
    for name in ("eig", "svd", "lu", "qr", "schur"):
        yield name, "a vector", (one,)
    for name in ("solve", "lstsq", "solve_triangular"):
        yield name, "not square, or b does not fit", (wide, one)
        yield name, "length of b", (good, short)
        yield name, "NaN in a", (nan, one)
        yield name, "NaN in b", (good, nan[:, 2])
    yield "solve", "singular", (singular, one)
    yield "inv", "singular", (singular,)
    yield "solve_triangular", "singular", (torch.diag(torch.tensor([1.0, 1.0, 0.0]).double()), one)
    for name in ("cholesky", "cho_factor"):
        yield name, "indefinite", (indefinite,)
        yield name, "singular", (singular,)
    yield "eigh", "b indefinite", (good, indefinite)
    for name in ("eigh", "eig", "qz", "ordqz"):
        yield name, "b of another size", (good, eye[:2, :2])
        yield name, "NaN in b", (good, nan)
    for name in ("qz", "ordqz"):
        yield name, "not square", (wide, wide)
        yield name, "NaN in a", (nan, good)
    yield "cossin", "no p and q", (eye,)
    yield "cossin", "NaN", (nan, 1, 1)
    yield "cossin", "p too large", (eye, 5, 1)
    yield "lu_solve", "length of b", (linalg.lu_factor(good), short)
    yield "cho_solve", "length of b", (linalg.cho_factor(good), short)
    yield "qr_multiply", "shape of c", (good, torch.ones(2, 2).double())
    yield "qr_multiply", "NaN", (nan, good)
    yield "lu_solve", "NaN", (linalg.lu_factor(good), nan[:, 2])
    yield "cho_solve", "NaN", (linalg.cho_factor(good), nan[:, 2])
    yield "cdf2rdf", "not square", (one, wide)
    for name in ("polar", "pinv", "svdvals"):
        yield name, "a vector", (one,)
    yield "solve_banded", "NaN", ((1, 0), band_nan, torch.ones(4).double())
    yield "solve_banded", "rows of ab", ((1, 1), band, torch.ones(4).double())
    yield "solve_banded", "length of b", ((1, 0), band, one)
    yield "solve_banded", "singular", ((0, 1), band * torch.tensor([[1.0], [0.0]]), torch.ones(4).double())
    yield "solveh_banded", "NaN", (band_nan, torch.ones(4).double())
    yield "solveh_banded", "length of b", (band, one)
    for name in ("solveh_banded", "cholesky_banded"):
        yield name, "indefinite", (-band, torch.ones(4).double()) if name == "solveh_banded" else (-band,)
    for name in ("cholesky_banded", "eig_banded", "eigvals_banded"):
        yield name, "NaN", (band_nan,)
    yield "cho_solve_banded", "length of b", ((linalg.cholesky_banded(band), False), one)
    for name in ("eigh_tridiagonal", "eigvalsh_tridiagonal"):
        yield name, "NaN", (nan[1], short)
        yield name, "length of e", (one, one)
    for name in ("solve_toeplitz", "solve_circulant"):
        yield name, "length of b", (one, short)
        yield name, "singular", (one, one)
    yield "solve_toeplitz", "NaN", (nan[:, 2], one)
    yield "matmul_toeplitz", "length of x", (one, short)
    yield "subspace_angles", "rows", (good, eye[:2, :2])
    yield "subspace_angles", "NaN", (nan, good)
    yield "orthogonal_procrustes", "shape", (good, wide)
    yield "orthogonal_procrustes", "NaN", (nan, good)
    yield "khatri_rao", "columns", (good, eye[:2, :2])
    yield "bandwidth", "a vector", (one,)
    for name in ("issymmetric", "ishermitian"):
        yield name, "not square", (wide,)
    yield "rsf2csf", "sizes", (good, eye[:2, :2])
    yield "rsf2csf", "NaN", (nan, good)
    yield "cdf2rdf", "sizes", (one, eye[:2, :2])
    yield "qr_insert", "length of u", (eye, good, short, 0)
    yield "qr_insert", "k", (eye, good, one, 7)
    yield "qr_insert", "NaN", (eye, nan.triu(), one, 0)
    yield "qr_delete", "k", (eye, good.triu(), 5)
    yield "qr_update", "length of u", (eye, good.triu(), short, one)
    yield "qr_update", "NaN", (eye, good.triu(), nan[:, 2], one)
    yield "diagsvd", "sizes", (one, 2, 2)


def in_numpy(x: Any) -> Any:
    if isinstance(x, Tensor):
        return x.numpy()
    return tuple(map(in_numpy, x)) if isinstance(x, tuple) else x


@pytest.mark.parametrize("case", list(cases()), ids=lambda case: f"{case[0]}, {case[1]}")
@pytest.mark.filterwarnings("ignore")
def test_the_exception_is_that_of_scipy(case: Case) -> None:
    name, _, arguments = case
    with pytest.raises(Exception) as wanted:
        getattr(scipy.linalg, name)(*map(in_numpy, arguments))
    kind = LinAlgError if type(wanted.value).__name__ == "LinAlgError" else type(wanted.value)
    with pytest.raises(kind, match=rf"^{name}: ") as found:
        getattr(linalg, name)(*arguments)
    assert len(str(found.value)) > len(name) + 12


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("cholesky", "leading minor of order 2 of matrix 3 of the batch"),
        ("cho_factor", "leading minor of order 2 of matrix 3 of the batch"),
        ("solve", "matrix 3 of the batch"),
        ("inv", "matrix 3 of the batch"),
        ("eigh", r"a must not contain infs or NaNs .*at \(3, 1, 2\)"),
    ],
)
@pytest.mark.parametrize("n", [3, 40, 120])
def test_the_matrix_of_the_batch(name: str, text: str, n: int) -> None:
    a = (2 * torch.eye(n, dtype=torch.float64) + 0.1).expand(5, n, n).clone()
    a[3, 1] = a[3, :, 1] = 0
    if name == "eigh":
        a[3, 1, 2] = torch.nan
    with pytest.raises(ValueError, match=text):
        getattr(linalg, name)(*((a, a[0]) if name == "solve" else (a,)))


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
@pytest.mark.parametrize("n", [2, 3, 9, 40, 130])
def test_no_finite_numbers_from_what_is_not_finite(n: int, bad: float) -> None:
    """Where `check_finite` is off: NaN, or the error of an algorithm that does not converge, and neither a crash."""
    names = ("eig", "eigvals", "eigh", "eigvalsh", "svd", "svdvals", "schur", "hessenberg", "pinv", "null_space")
    for batch in ((), (5,)):
        for row, column in ((0, 0), (n - 1, 0), (n // 2, n // 2)):
            a = torch.randn(*batch, n, n, dtype=torch.float64)
            a = a + a.mH
            one = a if not batch else a[2]
            one[row, column] = one[column, row] = bad
            d, e = torch.randn(*batch, n, dtype=torch.float64), a[..., 0, 1:]
            calls = [functools.partial(getattr(linalg, name), a) for name in names]
            eye = torch.eye(n, dtype=torch.float64)
            calls += [functools.partial(linalg.eig, a, left=True), functools.partial(linalg.eig, a, eye)]
            if (row, column) == (n - 1, 0):
                calls += [functools.partial(f, d, e) for f in (linalg.eigh_tridiagonal, linalg.eigvalsh_tridiagonal)]
            for call in calls:
                try:
                    found = call(check_finite=False)
                except (LinAlgError, ValueError):
                    continue
                parts = found if isinstance(found, tuple) else (found,)
                assert any(not bool(torch.isfinite(x[2] if batch else x).all()) for x in parts), (call, row, column)
