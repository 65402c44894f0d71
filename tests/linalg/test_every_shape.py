"""Every name of scipy.linalg on matrices of size 0, 1 and 2, not square, and in batches of none: SciPy's shapes and
dtypes, and gradients of the arguments' shapes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import scipy.linalg
import torch
from torch import Tensor

from sci import linalg
from tests.linalg.linalg_matrices import generator

Make = Callable[["Draw"], tuple[Any, ...]]
SQUARE, ANY = ((0, 0), (1, 1), (2, 2)), ((0, 0), (0, 2), (2, 0), (1, 1), (1, 2), (3, 1), (2, 3))
BATCHES: tuple[tuple[int, ...], ...] = ((), (2,), (0,))


class Draw:
    """Matrices of one shape, batch and dtype."""

    def __init__(self, batch: tuple[int, ...], m: int, n: int, dtype: torch.dtype) -> None:
        self.batch, self.m, self.n, self.dtype = batch, m, n, dtype
        self.generator = generator(m + 10 * n)

    def normal(self, *shape: int, dtype: torch.dtype | None = None) -> Tensor:
        return torch.randn(*self.batch, *shape, dtype=dtype or self.dtype, generator=self.generator)

    def any(self) -> Tensor:
        return self.normal(self.m, self.n)

    def square(self, n: int | None = None) -> Tensor:
        n = self.n if n is None else n
        return self.normal(n, n) + 3 * torch.eye(n, dtype=self.dtype)

    def positive(self, n: int | None = None) -> Tensor:
        x = self.square(n)
        return x @ x.mH + torch.eye(x.shape[-1], dtype=self.dtype)

    def band(self) -> Tensor:
        """Return a positive definite band in upper form."""
        return torch.stack([0 * self.normal(self.n), 0 * self.normal(self.n) + 4], -2)

    def vector(self) -> Tensor:
        """Return the first column of a well-conditioned Toeplitz matrix."""
        return self.normal(self.n) + 5 * (torch.arange(self.n) == 0)

    def real(self, n: int) -> Tensor:
        return self.normal(n, dtype=self.dtype.to_real() if self.dtype.is_complex else self.dtype)

    def columns(self, k: int = 2) -> Tensor:
        return self.normal(self.n, k)

    def rows(self, k: int = 2) -> Tensor:
        return self.normal(self.m, k)

    def factors(self) -> tuple[Tensor, Tensor]:
        q, r = torch.linalg.qr(self.any(), mode="complete")
        return q, r


def one(d: Draw) -> tuple[Any, ...]:
    return (d.any(),)


def of_square(d: Draw) -> tuple[Any, ...]:
    return (d.square(),)


def of_positive(d: Draw) -> tuple[Any, ...]:
    return (d.positive(),)


def two(d: Draw) -> tuple[Any, ...]:
    return d.square(), d.square()


def two_positive(d: Draw) -> tuple[Any, ...]:
    return d.positive(), d.positive()


def system(d: Draw) -> tuple[Any, ...]:
    return d.positive(), d.columns()


def riccati(d: Draw) -> tuple[Any, ...]:
    return d.square() / 9, d.columns(2), d.positive(), d.positive(2)  # two inputs: one may reach a state hardly


# Name, shapes, arguments, keywords.
Case = tuple[str, Any, Make, dict[str, Any]]
CASES: list[Case] = [
    *(
        ("solve", SQUARE, system, {"assume_a": kind})
        for kind in ("gen", "sym", "her", "pos", "diagonal", "tridiagonal", "banded", "upper triangular", None)
    ),
    ("solve", SQUARE, lambda d: (d.square(), d.columns(0)), {}),
    ("solve_triangular", SQUARE, lambda d: (d.square().tril(), d.columns()), {"lower": True}),
    ("solve_triangular", SQUARE, lambda d: (d.square().triu(), d.columns(0)), {}),
    ("solve_banded", SQUARE, lambda d: ((0, 1), d.band(), d.columns()), {}),
    ("solveh_banded", SQUARE, lambda d: (d.band(), d.columns()), {}),
    ("solve_toeplitz", SQUARE, lambda d: (d.vector(), d.columns()), {}),
    ("solve_circulant", SQUARE, lambda d: (d.vector(), d.normal(d.n)), {}),
    ("matmul_toeplitz", SQUARE, lambda d: (d.vector(), d.columns()), {}),
    *((name, SQUARE, of_square, {}) for name in ("inv", "det", "schur", "eig", "eigvals", "hessenberg", "expm")),
    *((name, SQUARE, of_square, {}) for name in ("sqrtm", "logm", "signm", "expm_cond", "matrix_balance")),
    *((name, SQUARE, of_square, {}) for name in ("cosm", "sinm", "tanm", "coshm", "sinhm", "tanhm")),
    *((name, SQUARE, of_square, {}) for name in ("issymmetric", "ishermitian")),
    *((name, SQUARE, of_positive, {}) for name in ("cholesky", "cho_factor", "ldl", "eigh", "eigvalsh", "pinvh")),
    *((name, ANY, one, {}) for name in ("lu", "lu_factor", "qr", "rq", "svd", "svdvals", "polar", "pinv")),
    *((name, ANY, one, {}) for name in ("null_space", "orth", "bandwidth")),
    *(("norm", ANY, one, {"ord": order, "axis": (-2, -1)}) for order in (None, "fro", "nuc", 1, 2, np.inf, -1, -2)),
    ("norm", ANY, one, {"axis": -1}),
    ("lu", ANY, one, {"permute_l": True}),
    ("lu", ANY, one, {"p_indices": True}),
    *(("qr", ANY, one, {"mode": mode}) for mode in ("economic", "r")),
    *(("qr", ANY, one, {"mode": mode, "pivoting": True}) for mode in ("full", "economic")),
    *(("rq", ANY, one, {"mode": mode}) for mode in ("economic", "r")),
    ("svd", ANY, one, {"full_matrices": False}),
    ("svd", ANY, one, {"compute_uv": False}),
    ("polar", ANY, one, {"side": "left"}),
    ("pinv", ANY, one, {"return_rank": True}),
    ("lstsq", ANY, lambda d: (d.any(), d.rows()), {}),
    ("subspace_angles", ANY, lambda d: (d.any(), d.rows(1)), {}),
    ("orthogonal_procrustes", ANY, lambda d: (d.any(), d.any()), {}),
    ("khatri_rao", ANY, lambda d: (d.any(), d.any()), {}),
    ("solve_sylvester", ANY, lambda d: (d.square(d.m), d.square(), d.any()), {}),
    ("qr_multiply", ANY, lambda d: (d.any(), d.normal(3, min(d.m, d.n))), {}),
    ("qr_insert", ANY, lambda d: (*d.factors(), d.normal(1, d.n), 0), {}),
    ("qr_delete", ANY, lambda d: (*d.factors(), 0), {}),
    ("qr_update", ANY, lambda d: (*d.factors(), d.normal(d.m), d.normal(d.n)), {}),
    ("diagsvd", ANY, lambda d: (d.real(min(d.m, d.n)), d.m, d.n), {}),
    ("lu_solve", SQUARE, lambda d: (linalg.lu_factor(d.square()), d.columns()), {}),
    ("cho_solve", SQUARE, lambda d: (linalg.cho_factor(d.positive()), d.columns()), {}),
    ("cholesky_banded", SQUARE, lambda d: (d.band(),), {}),
    ("cho_solve_banded", SQUARE, lambda d: ((linalg.cholesky_banded(d.band()), False), d.columns()), {}),
    ("schur", SQUARE, of_square, {"output": "complex"}),
    ("schur", SQUARE, of_square, {"sort": "lhp"}),
    ("hessenberg", SQUARE, of_square, {"calc_q": True}),
    ("rsf2csf", SQUARE, lambda d: linalg.schur(d.square()), {}),
    ("cdf2rdf", SQUARE, lambda d: linalg.eig(d.square().real if d.dtype.is_complex else d.square()), {}),
    *((name, SQUARE, two, {}) for name in ("qz", "ordqz", "expm_frechet")),
    ("cossin", SQUARE, lambda d: (torch.linalg.qr(d.square())[0], max(1, d.n // 2), max(1, d.n // 2)), {}),
    ("eig", SQUARE, of_square, {"left": True}),
    ("eig", SQUARE, two, {"left": True, "homogeneous_eigvals": True}),
    ("eigvals", SQUARE, two, {"homogeneous_eigvals": True}),
    *(("eigh", SQUARE, two_positive, {"type": kind}) for kind in (1, 2, 3)),
    ("eigh", SQUARE, of_positive, {"subset_by_value": (-1, 1e9)}),
    ("eigvalsh", SQUARE, two_positive, {}),
    *((name, SQUARE, lambda d: (d.normal(2, d.n),), {}) for name in ("eig_banded", "eigvals_banded")),
    *(
        (name, SQUARE, lambda d: (d.real(d.n), d.real(max(d.n - 1, 0))), {})
        for name in ("eigh_tridiagonal", "eigvalsh_tridiagonal")
    ),
    *(
        (name, SQUARE, lambda d: (d.square(), d.positive()), {})
        for name in ("solve_continuous_lyapunov", "solve_lyapunov")
    ),
    ("solve_discrete_lyapunov", SQUARE, lambda d: (d.square() / 9, d.positive()), {}),
    ("solve_continuous_are", SQUARE, riccati, {}),
    ("solve_discrete_are", SQUARE, riccati, {}),
    ("fractional_matrix_power", SQUARE, lambda d: (d.positive(), 0.5), {}),
    *((name, SQUARE, lambda d: (d.vector(),), {}) for name in ("toeplitz", "circulant")),
]
# Names that are no functions of matrices, or are matrices themselves, or take any function.
OTHERS = {
    *("LinAlgError", "LinAlgWarning", "block_diag", "clarkson_woodruff_transform", "companion", "convolution_matrix"),
    *("dft", "fiedler", "fiedler_companion", "funm", "hadamard", "hankel", "helmert", "hilbert", "interpolative"),
    *("invhilbert", "invpascal", "leslie", "pascal"),
}
# Shapes that SciPy has otherwise, by name and (m, n): its permutation of no columns, the right-hand sides that it
# loses, residuals of empty systems.
OWN_SHAPES = {
    *(("lu", 2, 0), ("solve_toeplitz", 0, 0), ("matmul_toeplitz", 0, 0)),
    *(("lstsq", 0, 0), ("lstsq", 2, 0), ("lstsq", 0, 2)),
}
# Names whose results have another dtype by design (docs/differences.md), or that SciPy widens, as those of no entries.
OWN_DTYPES = {
    *("lu", "qr", "det", "eig", "cdf2rdf", "matrix_balance", "matmul_toeplitz", "solve_toeplitz", "hessenberg", "logm"),
    *(
        "fractional_matrix_power",
        "expm_cond",
        "expm_frechet",
        "solve_discrete_lyapunov",
        "lstsq",
        "solve_continuous_are",
    ),
    *("solve_discrete_are", "schur", "bandwidth", "issymmetric", "ishermitian", "pinv"),
}


# Functions with one answer, whatever the rounding errors.
ONE_VALUE = {
    "solve",
    "inv",
    "det",
    "expm",
    "pinv",
    "lstsq",
    "ldl",
    "eigvalsh",
    "eigvals_banded",
    "eigvalsh_tridiagonal",
}


def test_all_names_are_here() -> None:
    assert {name for name, *_ in CASES} | OTHERS == set(linalg.__all__)


def flat(x: Any) -> list[Any]:
    return [z for y in x for z in flat(y)] if isinstance(x, (tuple, list)) else [x]


def mapped(x: Any, change: Callable[[Tensor], Any]) -> Any:
    if isinstance(x, (tuple, list)):
        return type(x)(mapped(y, change) for y in x)
    return change(x) if isinstance(x, Tensor) else x


def in_numpy(x: Tensor) -> Any:
    return x.detach().resolve_conj().numpy()


def theirs(name: str, args: Any, keywords: dict[str, Any]) -> list[Any] | None:
    """Return SciPy's results, None where it raises."""
    try:
        return [np.asarray(x) for x in flat(getattr(scipy.linalg, name)(*mapped(args, in_numpy), **keywords))]
    except Exception:  # with many types at many places, in LAPACK's wrappers as well
        return None


def in_batches(name: str, batch: tuple[int, ...]) -> bool:
    """Return whether SciPy's function takes batches and returns what this one does."""
    return not batch or name not in {"cho_factor", "matrix_balance", "bandwidth", "issymmetric", "ishermitian"}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("dtype", [torch.float32, torch.complex128])
@pytest.mark.parametrize("case", [pytest.param(c, id=f"{c[0]} {c[3] or ''}") for c in CASES])
def test_shapes_and_gradients(case: Case, dtype: torch.dtype) -> None:
    name, shapes, make, keywords = case
    for m, n in shapes:
        of_two: list[tuple[int, ...]] | None = None
        for batch in BATCHES:
            where = (m, n, batch)
            args = make(Draw(batch, m, n, dtype))
            wanted = theirs(name, args, keywords) if 0 not in batch else None
            leaves: list[Tensor] = []

            def leaf(x: Tensor, leaves: list[Tensor] = leaves) -> Tensor:
                if not (x.is_floating_point() or x.is_complex()):
                    return x
                leaves.append(x.detach().requires_grad_())
                return leaves[-1]

            try:
                found = flat(getattr(linalg, name)(*mapped(args, leaf), **keywords))
            except ValueError as error:
                if wanted is None and str(error).startswith(f"{name}: "):
                    continue
                raise
            tensors = [x for x in found if isinstance(x, Tensor)]
            if batch == (2,):
                of_two = [tuple(x.shape) for x in tensors]
            if batch == (0,) and of_two is not None:
                assert [tuple(x.shape) for x in tensors] == [(0, *shape[1:]) for shape in of_two], where
            if wanted is not None and in_batches(name, batch) and (name, m, n) not in OWN_SHAPES:
                assert [tuple(x.shape) for x in tensors] == [x.shape for x in wanted][: len(tensors)], where
                if name not in OWN_DTYPES and n > 0 and m > 0:
                    assert [str(x.dtype)[6:] for x in tensors] == [str(x.dtype) for x in wanted][: len(tensors)], where
            reached = [x for x in tensors if x.requires_grad]
            assert reached or name in ("bandwidth", "issymmetric", "ishermitian"), where
            if reached:
                sum((x.abs() ** 2).sum() for x in reached).backward()  # type: ignore[union-attr]
            for x in leaves:
                assert x.grad is None or bool(torch.isfinite(x.grad.abs()).all()), where


def lazily_negative(x: Tensor) -> Tensor:
    """Return `x` as a view that is yet to be negated, and conjugated."""
    if x.is_complex():
        return torch._neg_view(-x.conj().resolve_conj()).conj()
    return torch._neg_view(-x) if x.is_floating_point() else x


@pytest.mark.cpu
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("dtype", [torch.float64, torch.complex128])
@pytest.mark.parametrize("case", [pytest.param(c, id=f"{c[0]} {c[3] or ''}") for c in CASES])
def test_views_yet_to_be_negated_and_conjugated(case: Case, dtype: torch.dtype) -> None:
    name, _, make, keywords = case
    draws = [Draw((), 12, 12, dtype), Draw((2,), 12, 12, dtype)]
    if name != "expm_cond":
        draws.append(Draw((), 65, 65, dtype))  # for LAPACK
    for draw in draws:
        args = make(draw)
        try:
            plain = flat(getattr(linalg, name)(*args, **keywords))
        except ValueError:
            continue
        found = flat(getattr(linalg, name)(*mapped(args, lazily_negative), **keywords))
        for x, y in zip(found, plain, strict=True):
            assert not isinstance(x, Tensor) or x.shape == y.shape
            if name in ONE_VALUE:
                torch.testing.assert_close(x, y, rtol=1e-6, atol=1e-6)


def test_a_diagonal_matrix_yet_to_be_conjugated() -> None:
    a = torch.diag(torch.linspace(1, 2, 65, dtype=torch.float64) * (1 + 1j))
    torch.testing.assert_close(linalg.inv(a.conj()), torch.diag(1 / a.diagonal()).conj())
