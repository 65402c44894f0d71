"""Riccati equations: the small examples of the CAREX and DAREX collections, scaling, singular input costs."""

from __future__ import annotations

import ast
import importlib.util
import math
import pathlib
from typing import Any

import numpy as np
import pytest
import scipy.linalg
import torch

from sci.linalg import LinAlgError, solve_continuous_are, solve_discrete_are
from tests.linalg.linalg_matrices import ALL, eps, positive, random

Case = tuple[str, list[Any], Any]


def _carex_10(e: float) -> np.ndarray:
    one = (2 * (e + 1) + math.sqrt(2 * (e + 1) ** 2 + 2) + math.sqrt(2) * e) / 2
    other = one / (one - (e + 1))
    return np.array([[one, other], [other, one]])


def _carex_7(e: float) -> np.ndarray:
    root = 2 + math.sqrt(1 + e * e)
    return np.array([[(1 + math.sqrt(1 + e * e)) / e**2, 1 / root], [1 / root, 0.25 - 0.25 * (e / root) ** 2]])


def _cases() -> dict[str, Case]:
    """Examples whose solution has a closed form, by their numbers in the collections.

    P. Benner, A. Laub, V. Mehrmann, "A collection of benchmark examples for the numerical solution of algebraic Riccati
    equations" I (continuous) and II (discrete), Technische Universitaet Chemnitz, 1995.
    """
    eye, swing, weight = np.eye(2), [[4, 3], [-4.5, -3.5]], np.array([[9.0, 6], [6, 4]])
    n = 40
    cases: dict[str, Case] = {
        "carex 1": ("c", [[[0, 1], [0, 0]], [[0], [1]], np.diag([1, 2]), [[1]]], [[2, 1], [1, 2]]),
        "carex 2": ("c", [swing, [[1], [-1]], weight, [[1]]], (1 + math.sqrt(2)) * weight),
        "darex 1": ("d", [swing, [[1], [-1]], weight, [[1]]], (1 + math.sqrt(5)) / 2 * weight),
        "darex 3": ("d", [[[2, -1], [1, 0]], [[1], [0]], np.diag([0, 1]), [[0]]], eye),
        "darex 15": ("d", [np.eye(n, k=1), np.eye(n)[:, -1:], np.eye(n), [[1]]], np.diag(np.arange(1.0, n + 1))),
    }
    for e in (1.0, 1e-3, 1e-6):
        cases[f"carex 7, {e}"] = ("c", [[[1, 0], [0, -2]], [[e], [0]], np.ones((2, 2)), [[1]]], _carex_7(e))
    for e in (1.0, 1e-3, 1e-7):
        cases[f"carex 10, {e}"] = ("c", [[[e + 1, 1], [1, e + 1]], eye, e * e * eye, eye], _carex_10(e))
    for e in (1.0, 1e3, 1e6):
        root = math.sqrt(1 + 2 * e)
        parts = [[[0, e], [0, 0]], [[0], [1]], eye, [[1]]]
        cases[f"carex 9, {e}"] = ("c", parts, [[root / e, 1], [1, root]])
        cases[f"darex 12, {e}"] = ("d", parts, np.diag([1, 1 + e * e]))
    return cases


def _residual(kind: str, a: np.ndarray, b: np.ndarray, q: np.ndarray, r: np.ndarray, x: np.ndarray) -> float:
    if kind == "d":
        t = a.T @ x @ b
        left = a.T @ x @ a - x - t @ np.linalg.solve(r + b.T @ x @ b, t.T) + q
    else:
        left = a.T @ x + x @ a - x @ b @ np.linalg.solve(r, b.T) @ x + q
    return float(np.abs(left).max() / (np.abs(x).max() + np.abs(q).max()))


@pytest.mark.parametrize("name", _cases())
def test_collections_are_solved_no_worse_than_by_scipy(name: str) -> None:
    kind, parts, want = _cases()[name]
    parts = [np.array(y, dtype=float) for y in parts]
    solve = {"c": solve_continuous_are, "d": solve_discrete_are}[kind]
    peer = {"c": scipy.linalg.solve_continuous_are, "d": scipy.linalg.solve_discrete_are}[kind]
    x = solve(*map(torch.from_numpy, parts)).numpy()
    eps = np.finfo(float).eps
    want = np.array(want)
    try:
        theirs = peer(*parts)
    except np.linalg.LinAlgError:
        theirs = want
    error, their_error = (float(np.abs(y - want).max() / np.abs(want).max()) for y in (x, theirs))
    # The tenth has a closed loop at a distance of its parameter from the imaginary axis.
    condition = 1 / float(name.split(", ")[1]) if name.startswith("carex 10") else 1.0
    assert error <= their_error + 40 * eps * condition
    assert _residual(kind, *parts, x) <= _residual(kind, *parts, theirs) + 40 * eps


@pytest.mark.parametrize("solve", [solve_continuous_are, solve_discrete_are])
def test_balancing_makes_states_of_unlike_size_alike(solve: Any) -> None:
    a, b, q, r = random(4, 4) / 3, random(4, 2), positive(4, 4), positive(2, 2)
    x = solve(a, b, q, r)
    d = 2.0 ** torch.tensor([-20, 0, 9, 24], dtype=torch.float64)
    scaled = (a * d[:, None] / d, b * d[:, None], q / (d[:, None] * d), r)
    y = solve(*scaled) * (d[:, None] * d)
    torch.testing.assert_close(y, x, rtol=1e-11, atol=1e-11)
    plain = solve(a, b, q, r, balanced=False)
    torch.testing.assert_close(plain, x, rtol=1e-11, atol=1e-11)


def test_singular_input_costs_and_their_gradient() -> None:
    a, b, q = random(2, 3, 3), random(3, 2), positive(3, 3)
    r = torch.zeros(2, 2, dtype=torch.float64)
    x = solve_discrete_are(a, b, q, r)
    t = a.mT @ x @ b
    left = a.mT @ x @ a - x - t @ torch.linalg.solve(b.mT @ x @ b, t.mT) + q
    assert float(left.abs().max()) < 1e-12 * float(x.abs().max())
    torch.autograd.gradcheck(lambda a: solve_discrete_are(a, b, q, r), a.requires_grad_())


# ---- batches of small matrices in one kernel -----------------------------------------------------------------------


@pytest.mark.parametrize("dtype", ALL)
@pytest.mark.parametrize("solve", [solve_continuous_are, solve_discrete_are])
def test_batches_are_as_one_by_one(solve: Any, dtype: torch.dtype) -> None:
    n, m, count = 5, 4, 11
    a, b = random(count, n, n, dtype=dtype, seed=1) / 2, random(count, n, m, dtype=dtype, seed=2)
    q, r, s = (
        positive(count, n, n, dtype=dtype),
        positive(count, m, m, dtype=dtype),
        random(count, n, m, dtype=dtype) / 9,
    )
    # Each of another size.
    a = a * torch.logspace(-1, 0.3, count, dtype=torch.float64).to(dtype)[:, None, None]
    q[3] = q[3] * 1e-2
    x = solve(a, b, q, r, s=s)
    assert torch.equal(x, x.mH)
    for k in range(count):
        alone = solve(a[k], b[k], q[k], r[k], s=s[k])
        error = torch.linalg.matrix_norm(x[k] - alone) / torch.linalg.matrix_norm(alone)
        assert float(error) < 3e4 * eps(dtype)
    wide = solve(*(y.to(torch.complex128 if dtype.is_complex else torch.float64) for y in (a, b, q, r)))
    error = torch.linalg.matrix_norm(solve(a, b, q, r) - wide) / torch.linalg.matrix_norm(wide)
    assert float(error[4:].max()) < 3e3 * eps(dtype)


def test_a_matrix_without_a_solution_is_named() -> None:
    a = torch.eye(2, dtype=torch.float64).repeat(6, 1, 1)
    b, q = torch.zeros(6, 2, 1, dtype=torch.float64), torch.eye(2, dtype=torch.float64)
    b[:, :, 0] = torch.tensor([1.0, 2.0])
    a[:, 0, 0] = -1
    b[4] = 0  # nothing stabilises the second state
    with pytest.raises(np.linalg.LinAlgError, match="no stabilising solution was found of matrix 4 of the batch"):
        solve_continuous_are(a, b, q, torch.eye(1, dtype=torch.float64))
    b[4] = b[0]
    assert torch.isfinite(solve_continuous_are(a, b, q, torch.eye(1, dtype=torch.float64))).all()


# ---- the collections as SciPy's own tests have them ----------------------------------------------------------------


def _of_scipy(kind: str) -> list[Any]:
    """Return the matrices of a list in SciPy's tests; importing them would ask for the marks of its pytest."""
    source = importlib.util.find_spec("scipy.linalg.tests.test_solvers")
    if source is None or source.origin is None:
        pytest.skip("SciPy has no tests here")
    data = pathlib.Path(source.origin).parent / "data"
    name = {"c": "TestSolveContinuousAre", "d": "TestSolveDiscreteAre"}[kind]
    for node in ast.walk(ast.parse(pathlib.Path(source.origin).read_text())):
        if isinstance(node, ast.ClassDef) and node.name == name:
            body = [x for x in node.body if isinstance(x, ast.Assign)]
            names = {**vars(np), **vars(scipy.linalg), "np": np, "_load_data": lambda file: dict(np.load(data / file))}
            exec(compile(ast.Module(body, []), source.origin, "exec"), names)
            return list(names["cases"])
    raise AssertionError(f"no {name} in {source.origin}")


@pytest.mark.parametrize("kind", ["c", "d"])
def test_residuals_of_both_collections_are_no_worse_than_those_of_scipy(kind: str) -> None:
    solve = {"c": solve_continuous_are, "d": solve_discrete_are}[kind]
    peer = {"c": scipy.linalg.solve_continuous_are, "d": scipy.linalg.solve_discrete_are}[kind]
    count = 0
    for place, case in enumerate(_of_scipy(kind)):
        parts = [np.atleast_2d(np.array(y) * 1.0) for y in case[:4]]
        try:
            theirs = peer(*parts)
        except np.linalg.LinAlgError:
            continue
        if len(parts[0]) > 100:
            continue
        limit = _residual(kind, *parts, theirs)
        x = solve(*map(torch.from_numpy, parts)).numpy()
        residuals = _residual(kind, *parts, x), limit
        assert residuals[0] <= 2 * residuals[1] + 40 * np.finfo(float).eps, (place, residuals)
        count += 1
    assert count == 19


@pytest.mark.parametrize("seed", range(3))
def test_no_solution_that_does_not_stabilise(seed: int) -> None:
    """Entries of x reach 1e15, which single precision cannot carry: a closed loop that is stable, or an error."""
    generator = torch.Generator().manual_seed(seed)
    a, b = torch.randn(40, 40, generator=generator), torch.randn(40, 3, generator=generator)
    try:
        x = solve_discrete_are(a, b, torch.eye(40), torch.eye(3)).double()
    except LinAlgError:
        return
    a, b = a.double(), b.double()
    gain = torch.linalg.solve(torch.eye(3, dtype=torch.float64) + b.mH @ x @ b, b.mH @ x @ a)
    assert torch.linalg.eigvals(a - b @ gain).abs().max() < 1


@pytest.mark.parametrize("dtype", [torch.float32, torch.complex64])
def test_float64_where_float32_finds_no_solution(dtype: torch.dtype) -> None:
    """Closed loops that float32 does not tell from unstable ones; alone, in a batch and differentiated."""
    n, wide = 12, torch.complex128 if dtype.is_complex else torch.float64
    a, b, q = random(3, n, n, dtype=dtype), random(3, n, 2, dtype=dtype, seed=50), random(3, n, n, dtype=dtype, seed=90)
    q, r = q @ q.mH + torch.eye(n, dtype=dtype), 2 * torch.eye(2, dtype=dtype)
    want = solve_discrete_are(*(y.to(wide) for y in (a, b, q, r)))
    x = solve_discrete_are(a, b, q, r)
    assert x.dtype == dtype
    assert torch.linalg.matrix_norm(x - want).max() < 1e-5 * torch.linalg.matrix_norm(want).min()
    a0 = a[0].clone().requires_grad_()
    solve_discrete_are(a0, b[0], q[0], r).abs().sum().backward()
    assert a0.grad is not None
    assert a0.grad.dtype == dtype
    assert torch.isfinite(a0.grad).all()
