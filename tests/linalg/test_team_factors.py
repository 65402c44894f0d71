"""Factors of small matrices by teams, on the CPU with one lane and where there is a GPU (or `--device emulated`) with
4 to 32: against the definitions, and one against the other."""

from __future__ import annotations

import itertools

import pytest
import torch
from torch import Tensor

import sci
from sci import linalg
from sci._core import runtime
from sci.linalg import LinAlgError, LinAlgWarning, cho_solve, lu_factor, lu_solve, solve, solve_triangular
from sci.linalg._small_systems import ADJOINT, LOWER, PLAIN, TRANSPOSED, UPPER
from tests.linalg.linalg_matrices import ALL, eps, general_kinds, positive, random

runtime.load_library()
SIZES = (1, 2, 3, 4, 7, 8, 13, 16, 24, 32, 33)
KINDS = ("random", "graded", "tiny", "huge", "triangle", "condition 1e8", "zero", "diagonal")
ops = torch.ops.sci


def near(x: Tensor, y: Tensor, what: str, factor: float = 30.0) -> None:
    """Compare matrix by matrix, relative to the largest entry of y."""
    n = y.shape[-1]
    scale = y.abs().amax((-2, -1)).clamp_min(torch.finfo(y.real.dtype).tiny)
    error = (x - y).abs().amax((-2, -1)) / scale
    assert float(error.max()) <= factor * max(n, 4) * eps(x.dtype), what


def permuted(b: Tensor, pivots: Tensor) -> Tensor:
    """Return P b: rows exchanged one after the other."""
    rows = torch.arange(b.shape[-2]).repeat(len(b), 1)
    for item, swaps in enumerate(pivots.tolist()):
        for k, other in enumerate(swaps):
            rows[item, [k, other]] = rows[item, [other, k]]
    return b.gather(-2, rows[..., None].expand(b.shape))


@pytest.mark.parametrize("dtype", ALL)
def test_definitions(dtype: torch.dtype, device: torch.device) -> None:
    for n in SIZES:
        kinds = general_kinds(n, dtype)
        for kind in KINDS:
            a = kinds[kind]
            there = a.to(device)
            lu, pivots, rcond, info = (x.cpu() for x in ops._lu_small(there, alone=True))
            near((lu.tril(-1) + torch.eye(n, dtype=dtype)) @ lu.triu(), permuted(a, pivots), f"lu {n} {kind}")
            rcond = ops._condition_small(there, rcond.to(device), info.to(device), PLAIN).cpu()
            other = ops._lu_small(a)
            doubt = 2 * eps(dtype)
            if kind not in ("tiny", "huge", "condition 1e8"):  # out of range, or singular but for rounding
                assert torch.equal(info, other[3]), f"{n} {kind}"
                assert torch.equal(rcond < doubt, other[2] < doubt), f"{n} {kind}"
            if kind not in ("tiny", "huge"):
                det = ops._det_small(there, alone=True).cpu()
                expected = (torch.where(pivots == torch.arange(n), 1, -1) * lu.diagonal(dim1=-2, dim2=-1)).prod(-1)
                torch.testing.assert_close(det, expected, rtol=30 * n * eps(dtype), atol=torch.finfo(dtype).tiny)
            q, r = (x.cpu() for x in ops._qr_small(there, alone=True))
            near(q @ r, a, f"qr {n} {kind}")
            near(q.mH @ q, torch.eye(n, dtype=dtype).expand(a.shape), f"qr {n} {kind}")
            assert float(r.tril(-1).abs().max()) == 0


@pytest.mark.parametrize("dtype", ALL)
def test_systems(dtype: torch.dtype, device: torch.device) -> None:
    for n in SIZES:
        a = random(5, n, n, dtype=dtype) + 2 * n**0.5 * torch.eye(n, dtype=dtype)
        a[1::2] = a[1::2].flip(-1)  # with exchanges
        lu, pivots, rcond, info = ops._lu_small(a.to(device), alone=True)
        for columns in (1, 3, 40):
            b = random(5, n, columns, dtype=dtype, seed=1)
            for trans, matrix in enumerate((a, a.mT, a.mH)):
                x = ops._lu_solve_small(lu, pivots, b.to(device), trans, alone=True).cpu()
                near(matrix @ x, b, f"{n} {columns} {trans}", 100)
        x, again, info = (y.cpu() for y in ops._solve_small(a.to(device), None, PLAIN, True, True))
        near(a @ x, torch.eye(n, dtype=dtype).expand(a.shape), f"inverse {n}", 100)
        assert torch.equal(again, rcond.cpu()) and not bool(info.any())


def systems(n: int, dtype: torch.dtype) -> dict[int, tuple[Tensor, Tensor]]:
    """Return by kind the matrices that are read, and what they stand for."""
    a = random(5, n, n, dtype=dtype) + 2 * n**0.5 * torch.eye(n, dtype=dtype)
    a[1::2] = a[1::2].flip(-1)  # with exchanges
    p, noise = positive(5, n, n, dtype=dtype), random(n, n, dtype=dtype, seed=7)
    return {
        PLAIN: (a, a), TRANSPOSED: (a, a.mT), ADJOINT: (a, a.mH),
        LOWER: (p + noise.triu(1), p), UPPER: (p + noise.tril(-1), p),
    }  # fmt: skip


@pytest.mark.parametrize("dtype", ALL)
def test_systems_in_one_kernel(dtype: torch.dtype, device: torch.device) -> None:
    """Solutions, conditions and gradients, against the definition and the composed rules."""
    for n in (1, 3, 8, 13, 32):
        for kind, (read, whole) in systems(n, dtype).items():
            for columns in (1, 3, 40):
                b = random(5, n, columns, dtype=dtype, seed=1)
                there = read.to(device)
                x, rcond, info = (y.cpu() for y in ops._solve_small(there, b.to(device), kind, True, True))
                near(whole @ x, b, f"{n} {columns} {kind}", 100)
                assert not bool(info.any())
                known = 1 / (torch.linalg.matrix_norm(whole, 1) * torch.linalg.matrix_norm(torch.linalg.inv(whole), 1))
                assert bool((rcond <= known * 1.01).all())
                doubtful = rcond.clone().fill_(eps(dtype))
                estimate = ops._condition_small(there, doubtful.to(device), info.to(device), kind).cpu()
                assert bool((estimate >= known * 0.99).all() and (estimate <= known * 10).all()), f"{n} {kind}"
                if columns > 32:
                    continue
                g = random(5, n, columns, dtype=dtype, seed=2)
                to_a, to_b = (y.cpu() for y in ops._solve_small_gradient(there, x.to(device), g.to(device), kind))
                near(whole.mH @ to_b, g, f"{n} {columns} {kind}", 100)
                full = -to_b @ x.mH
                full = (full, full.mT, full.mH)[kind] if kind < LOWER else (full + full.mH) / 2
                near(to_a, full, f"{n} {columns} {kind}")


@pytest.mark.parametrize("dtype", ALL)
def test_gradients_of_triangles_in_one_kernel(dtype: torch.dtype, device: torch.device) -> None:
    """Against the definition, differentiated by torch; of the other triangle nothing is read."""
    ways = [(trans, lower, unit, False) for trans in range(3) for lower in (False, True) for unit in (False, True)]
    for n, columns in ((1, 1), (3, 2), (8, 1), (13, 13)):
        for trans, lower, unit, twice in (*ways, (0, True, False, True), (2, False, False, True)):
            a = (random(3, n, n, dtype=dtype, seed=n) / n + 2 * torch.eye(n, dtype=dtype)).requires_grad_()
            b, g = (random(3, n, columns, dtype=dtype, seed=k) for k in (1, 2))
            b.requires_grad_()
            triangle = a.tril(-int(unit)) if lower else a.triu(int(unit))
            triangle = triangle + torch.eye(n, dtype=dtype) if unit else triangle
            op = (triangle, triangle.mT, triangle.mH)[trans]
            x = torch.linalg.solve(op @ op.mH if twice else op, b)
            given = (y.detach().to(device) for y in (a, x, g))
            found = ops._triangle_small_gradient(*given, trans, lower, unit, twice)
            for mine, theirs in zip(found, torch.autograd.grad(x, (a, b), g), strict=True):
                near(mine.cpu(), theirs, f"{n} {columns} {trans} {lower} {unit} {twice}", 100)


@pytest.mark.parametrize("dtype", ALL)
def test_gradients_of_pseudoinverses_in_one_kernel(dtype: torch.dtype, device: torch.device) -> None:
    """Against those of torch, and where the rank is smaller against the rule as it is written beside the operator."""
    for rows, columns in ((1, 1), (2, 5), (8, 3), (13, 13), (16, 7)):
        a = random(3, rows, columns, dtype=dtype, seed=rows)
        a[0] = a[0, :, :1] * random(1, columns, dtype=dtype)  # of rank 1
        a = a + 2 * torch.eye(rows, columns, dtype=dtype) * torch.tensor([0, 1, 1])[:, None, None]
        a.requires_grad_()
        g = random(3, columns, rows, dtype=dtype, seed=2)
        p, rank = linalg.pinv(a, return_rank=True)
        found = ops._pinv_gradient(*(y.detach().to(device) for y in (a, p, g, rank.to(a.real.dtype)))).cpu()
        near(found, torch.autograd.grad(p, a, g, create_graph=True)[0].detach(), f"{rows} {columns}", 200)
        regular = a.detach()[1:].requires_grad_()
        want = torch.autograd.grad(torch.linalg.pinv(regular), regular, g[1:])[0]
        near(found[1:], want, f"{rows} {columns}", 200)


def test_cho_solve_does_not_read_the_other_triangle(device: torch.device) -> None:
    """Nor do its gradients, in one kernel or composed."""
    for batch, lower in itertools.product(((), (40,)), (True, False)):
        a = random(*batch, 16, 16) / 16 + 2 * torch.eye(16, dtype=torch.float64)
        b = random(16, 16, seed=1).to(device)
        gradients = []
        for c in (a, a.tril() if lower else a.triu()):
            c = c.to(device).requires_grad_()
            gradients.append(torch.autograd.grad(cho_solve((c, lower), b).square().sum(), c)[0].cpu())
        near(*gradients, f"{batch} {lower}", 10)


def test_systems_of_one_matrix_and_strides(device: torch.device) -> None:
    n = 5
    a = random(n, n) + 4 * torch.eye(n, dtype=torch.float64)
    b = random(3, 4, n, 2)
    want = torch.linalg.solve(a, b)
    moved, right = a.to(device), b.to(device)
    for left in (moved, moved.expand(3, 4, n, n), moved.expand(4, n, n)):
        torch.testing.assert_close(solve(left, right).cpu(), want)
    turned = moved.mT.contiguous()
    torch.testing.assert_close(solve(turned.mT, right[0, 0]).cpu(), want[0, 0])
    torch.testing.assert_close(solve(turned, right, transposed=True).cpu(), want)
    torch.testing.assert_close(solve(moved, right[:, ::2].mT.contiguous().mT).cpu(), want[:, ::2])
    many = random(n, 300)
    torch.testing.assert_close(solve(moved, many.to(device)).cpu(), torch.linalg.solve(a, many))
    vectors = random(6, n, n) + 4 * torch.eye(n, dtype=torch.float64)
    one = right[0, 0, :, :1].expand(6, n, 1)
    torch.testing.assert_close(solve(vectors.to(device), one).cpu(), torch.linalg.solve(vectors, one.cpu()))


@pytest.mark.parametrize("kind", ["gen", "pos"])
def test_what_is_said_of_systems(kind: str, device: torch.device) -> None:
    def solved(a: Tensor, b: Tensor, **options: bool) -> Tensor:
        return solve(a.to(device), b.to(device), assume_a=kind, **options).cpu()

    a, b = positive(3, 4, 4), random(3, 4, 2)
    singular, nan, infinite = a.clone(), a.clone(), b.clone()
    singular[1, 2], singular[1, :, 2], nan[2, 1, 0], infinite[1, 3, 1] = 0, 0, torch.nan, torch.inf
    text = "a is singular: pivot 2 of matrix 1" if kind == "gen" else "the leading minor of order 3 of matrix 1"
    for right in (b, b[..., :0]):
        with pytest.raises(LinAlgError, match=text):
            solved(singular, right)
    for lower in (False, True):  # the triangle that is not read is looked at as well
        with pytest.raises(ValueError, match="a must not contain infs or NaNs"):
            solved(nan, b, lower=lower)
    with pytest.raises(ValueError, match="b must not contain infs or NaNs"):
        solved(a, infinite)
    unseen = solved(a, infinite, check_finite=False)
    assert bool(torch.isfinite(unseen[[0, 2]]).all()) and not bool(torch.isfinite(unseen[1]).all())
    graded = torch.diag(torch.logspace(0, -17, 12, dtype=torch.float64)).expand(3, 12, 12)
    with pytest.warns(LinAlgWarning, match=r"a of matrix 0 of the batch has rcond = 1e-17"):
        solved(graded, torch.ones(12, 1, dtype=torch.float64))
    with pytest.warns(LinAlgWarning, match="ill-conditioned"):  # not hidden by what nobody asked to look at
        solved(graded, torch.full((12, 1), torch.nan, dtype=torch.float64), check_finite=False)
    with sci.data_checks(False):
        assert torch.isfinite(solved(singular, b)).flatten(1).all(1).tolist() == [True, False, True]
    assert solved(a[:0], b[:0]).shape == (0, 4, 2)
    assert solved(a[:, :0, :0], b[:, :0]).shape == (3, 0, 2)


@pytest.mark.parametrize("kind", ["gen", "pos"])
def test_derivatives_of_systems(kind: str, device: torch.device) -> None:
    a, b = positive(2, 3, 3, dtype=torch.complex128).to(device), random(2, 3, 2, dtype=torch.complex128).to(device)

    def solved(a: Tensor, b: Tensor) -> Tensor:
        return solve((a + a.mH) / 2, b, assume_a=kind)

    inputs = a.requires_grad_(), b.requires_grad_()
    assert torch.autograd.gradcheck(solved, inputs, check_forward_ad=True, check_batched_grad=True)
    assert torch.autograd.gradgradcheck(solved, inputs)
    one = a[0].detach()
    mapped = torch.func.vmap(lambda b: solve(one, b, assume_a=kind, transposed=True))(b.detach())
    torch.testing.assert_close(mapped.cpu(), torch.linalg.solve(one.cpu().mT, b.detach().cpu()))


@pytest.mark.parametrize("dtype", ALL)
@pytest.mark.parametrize("lower", [False, True])
def test_positive_definite(dtype: torch.dtype, lower: bool, device: torch.device) -> None:
    for n in SIZES:
        a = positive(5, n, n, dtype=dtype)
        if n > 2:
            a[3, n // 2, n // 2] *= -1
        unread = torch.full((n, n), torch.nan, dtype=dtype)
        hidden = a + (unread.triu(1) if lower else unread.tril(-1))
        c, info = (x.cpu() for x in ops._cholesky_small(hidden.to(device), lower, alone=True))
        assert info.tolist() == [0, 0, 0, n // 2 + 1 if n > 2 else 0, 0]
        good = info == 0
        near(((c @ c.mH) if lower else (c.mH @ c))[good], a[good], f"{n}")
        assert float((c.triu(1) if lower else c.tril(-1)).abs().max()) == 0


@pytest.mark.parametrize("dtype", ALL)
def test_triangles(dtype: torch.dtype, device: torch.device) -> None:
    for n, lower, unit in itertools.product((1, 2, 5, 13, 32), (False, True), (False, True)):
        a = random(5, n, n, dtype=dtype) / n + 2 * torch.eye(n, dtype=dtype)
        unread = torch.full((n, n), torch.nan, dtype=dtype)
        hidden = a + (unread.triu(0 if unit else 1) if lower else unread.tril(0 if unit else -1))
        whole = a.tril() if lower else a.triu()
        if unit:
            whole = whole - torch.diag_embed(whole.diagonal(dim1=-2, dim2=-1)) + torch.eye(n, dtype=dtype)
        if unit and not lower:
            hidden.diagonal(dim1=-2, dim2=-1).copy_(unread.diagonal())
        for columns, trans in itertools.product((1, 3, 70), range(3)):
            b = random(5, n, columns, dtype=dtype, seed=1)
            op = (whole, whole.mT, whole.mH)[trans]
            for twice in (False, True):
                x, flags = ops._triangle_small(hidden.to(device), b.to(device), trans, lower, unit, twice, False)
                assert flags.numel() == 0
                near(op @ (op.mH @ x.cpu() if twice else x.cpu()), b, f"{n} {lower} {unit} {trans} {twice}", 100)


def test_what_is_said_of_factors(device: torch.device) -> None:
    """Of triangles, Cholesky's factors and those of LU, with many columns or one, of one matrix or several."""
    a, b = random(3, 6, 6) + 6 * torch.eye(6, dtype=torch.float64), random(3, 6, 40)
    zero, nan, infinite = a.clone(), a.clone(), b.clone()
    zero[1, 2, 2], nan[2, 4, 1], infinite[1, 3, 39] = 0, torch.nan, torch.inf
    there = [x.to(device) for x in (a, b, zero, nan, infinite)]
    a_, b_, zero_, nan_, infinite_ = there
    with pytest.raises(LinAlgError, match="diagonal entry 2 of matrix 1 of the batch is zero"):
        solve_triangular(zero_, b_)
    for lower in (False, True):
        with pytest.raises(ValueError, match="a must not contain infs or NaNs"):
            solve_triangular(nan_, b_, lower=lower)
        with pytest.raises(ValueError, match="c must not contain infs or NaNs"):
            cho_solve((nan_, lower), b_)
    torch.testing.assert_close(solve_triangular(nan_, b_, check_finite=False).cpu(), solve_triangular(a, b))
    for function in (lambda b: solve_triangular(a_, b), lambda b: cho_solve((a_, True), b)):
        with pytest.raises(ValueError, match="b must not contain infs or NaNs"):
            function(infinite_)
    torch.testing.assert_close(solve_triangular(a_.mT, b_, lower=True).cpu(), solve_triangular(a.mT, b, lower=True))
    torch.testing.assert_close(solve_triangular(a_[0], b_).cpu(), solve_triangular(a[0], b))
    torch.testing.assert_close(cho_solve((a_, False), b_[0, :, 0].expand(6)).cpu(), cho_solve((a, False), b[0, :, 0]))
    lu, pivots = lu_factor(a)
    lu_, pivots_ = lu.to(device), pivots.to(device)
    for trans in range(3):
        torch.testing.assert_close(lu_solve((lu_, pivots_), b_, trans).cpu(), lu_solve((lu, pivots), b, trans))
    with pytest.raises(ValueError, match="lu must not contain infs or NaNs"):
        lu_solve((nan_, pivots_), b_)
    with pytest.raises(ValueError, match="b must not contain infs or NaNs"):
        lu_solve((lu_, pivots_), infinite_)
    if device.type == "cuda":  # the CPU's routines do not look
        with pytest.raises(ValueError, match="piv must be of numbers from 0 to 5"):
            lu_solve((lu_, pivots_ + 3), b_)
    for empty in (b_[:, :, :0], b_[:0]):
        assert solve_triangular(a_[: len(empty)], empty).shape == empty.shape
        assert lu_solve((lu_[: len(empty)], pivots_[: len(empty)]), empty).shape == empty.shape


@pytest.mark.parametrize("dtype", ALL)
def test_factors_with_exchanges_as_lapack_has_them(dtype: torch.dtype, device: torch.device) -> None:
    for n in (1, 3, 8, 32):
        a = random(4, n, n, dtype=dtype)
        a[1] = a[1].tril()  # of which `solve` exchanges no rows
        a[2, :, n // 2] = 0
        a[3] *= torch.finfo(dtype).tiny
        lu, pivots, info = (x.cpu() for x in ops._lu_teams(a.to(device)))
        near((lu.tril(-1) + torch.eye(n, dtype=dtype)) @ lu.triu(), permuted(a, pivots), f"{n}")
        wanted, places = torch.linalg.lu_factor(a[:2])
        assert torch.equal(pivots[:2], places - 1) and info.tolist() == [0, 0, n // 2 + 1, 0]
        near(lu[:2], wanted, f"{n}", 300)
        assert float(lu.tril(-1).abs().max()) <= 1.5  # of complex numbers |re| + |im| is compared
    pieces = linalg.lu(a.to(device))
    near((pieces[0].to(dtype) @ pieces[1] @ pieces[2]).cpu(), a, "lu")


def test_tall_matrices_have_economic_factors(device: torch.device) -> None:
    for m, n in ((7, 3), (32, 5), (32, 31), (20, 1)):
        a = random(5, m, n, dtype=torch.complex128)
        q, r = (x.cpu() for x in ops._qr_small(a.to(device), alone=True))
        near(q @ r, a, f"{m} {n}")
        near(q.mH @ q, torch.eye(n, dtype=a.dtype).expand(5, n, n), f"{m} {n}")


def test_what_is_not_finite_is_told(device: torch.device) -> None:
    a = random(4, 6, 6) + 6 * torch.eye(6, dtype=torch.float64)
    a[1, 2, 3], a[2, 5, 0] = torch.nan, torch.inf
    a[3, 4] = 0
    _, _, rcond, info = (x.cpu() for x in ops._lu_small(a.to(device), alone=True))
    assert torch.isnan(rcond).tolist() == [False, True, True, False]
    assert rcond[0] > 0.01
    assert rcond[3] == 0 and info[3] > 0
