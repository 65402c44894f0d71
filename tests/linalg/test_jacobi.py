"""Small matrices by Jacobi's methods or the tridiagonal form: residuals and orthogonality beside LAPACK's."""

from __future__ import annotations

import pytest
import torch

from sci.linalg import LinAlgError, eigh, eigvalsh, svd, svdvals
from tests.linalg.linalg_matrices import ALL, eps, general_kinds, generator, hermitian_kinds, random, size, unitary


def off_unitary(v: torch.Tensor) -> float:
    return float(size(v.mH @ v - torch.eye(v.shape[-1], dtype=v.dtype)).max()) / eps(v.dtype)


@pytest.mark.parametrize("dtype", ALL)
@pytest.mark.parametrize("n", [1, 2, 3, 5, 8, 16, 27, 32])
def test_eigh_is_as_exact_as_lapack(n: int, dtype: torch.dtype) -> None:
    for kind, a in hermitian_kinds(n, dtype).items():
        wide = a.to(torch.complex128 if dtype.is_complex else torch.float64)

        def errors(w: torch.Tensor, v: torch.Tensor, a: torch.Tensor = a, wide: torch.Tensor = wide) -> float:
            left = wide @ v.to(wide.dtype) - v.to(wide.dtype) * w.double()[..., None, :]
            return float((size(left) / size(a).clamp_min(1e-307)).max()) / eps(dtype)

        w, v = eigh(a)
        theirs = torch.linalg.eigh(a)
        assert errors(w, v) <= 2 * errors(*theirs) + 3, kind
        assert off_unitary(v) <= 2 * off_unitary(theirs[1]) + n, kind
        assert bool((w[..., 1:] >= w[..., :-1]).all()), kind
        scale = theirs[0].abs().amax(-1, keepdim=True).clamp_min(1e-38 if eps(dtype) > 1e-10 else 1e-300)
        assert float(((w - theirs[0]).abs() / scale).max()) < 10 * n**0.5 * eps(dtype), kind
        torch.testing.assert_close(
            eigvalsh(a), w, rtol=10 * n * eps(dtype), atol=float(scale.max()) * 10 * n * eps(dtype)
        )
        one = eigh(a[1])
        if n <= 8:
            assert torch.equal(one[0], w[1])
            assert torch.equal(one[1], v[1])
        upper = eigh(a.triu() + torch.full_like(a, 7).tril(-1), lower=False)
        assert torch.equal(upper[0], w)


@pytest.mark.parametrize("dtype", ALL)
@pytest.mark.parametrize("n", [1, 2, 3, 5, 8, 16])
def test_svd_is_as_exact_as_lapack(n: int, dtype: torch.dtype) -> None:
    for kind, a in general_kinds(n, dtype).items():
        wide = a.to(torch.complex128 if dtype.is_complex else torch.float64)

        def errors(u: torch.Tensor, s: torch.Tensor, v: torch.Tensor, wide: torch.Tensor = wide) -> float:
            left = (u.to(wide.dtype) * s.double()[..., None, :]) @ v.to(wide.dtype) - wide
            return float((size(left) / size(wide).clamp_min(1e-307)).max()) / eps(dtype)

        u, s, vh = svd(a)
        theirs = torch.linalg.svd(a)
        assert errors(u, s, vh) <= 2 * errors(*theirs) + 3, kind
        for mine, other in ((u, theirs[0]), (vh, theirs[2])):
            assert off_unitary(mine) <= 2 * off_unitary(other) + n, kind
        assert bool((s[..., :-1] >= s[..., 1:]).all()), kind
        assert float(s.min()) >= 0, kind
        scale = theirs[1].amax(-1, keepdim=True).clamp_min(1e-38 if eps(dtype) > 1e-10 else 1e-300)
        assert float(((s - theirs[1]).abs() / scale).max()) < 20 * n**0.5 * eps(dtype), kind
        torch.testing.assert_close(
            svdvals(a), s, rtol=20 * n * eps(dtype), atol=float(scale.max()) * 20 * n * eps(dtype)
        )


def test_small_singular_values_of_graded_columns_keep_their_digits() -> None:
    # Columns of lengths down to 1e-30: one-sided rotations find every value to its own accuracy, LAPACK the large ones.
    q = unitary(4, 6, 6)
    d = 10.0 ** torch.tensor([0, -6, -12, -18, -24, -30], dtype=torch.float64)
    s = svdvals(q * d)
    assert float((s / d - 1).abs().max()) < 1e-14


def test_not_finite_matrices() -> None:
    for value in (torch.nan, torch.inf):
        a = random(6, 3, 3)
        a[2, 1, 0] = a[2, 0, 1] = value
        for function in (eigh, svd, eigvalsh, svdvals):
            with pytest.raises(ValueError, match="infs or NaNs"):
                function(a)
            if value != value:  # of infinity LAPACK says nothing, and gives NaN
                with pytest.raises(ValueError, match=r"NaN|non-finite|converge"):  # LinAlgError is one
                    function(a, check_finite=False)


@pytest.mark.parametrize("n", [2, 6, 12])
def test_one_matrix_that_is_not_finite_leaves_the_others(n: int) -> None:
    a = random(5, n, n)
    w, v = eigh(a)
    values = eigvalsh(a)
    others = [0, 1, 2, 4]
    a[3, n - 1, 0] = torch.inf
    try:
        found = (*eigh(a, check_finite=False), eigvalsh(a, check_finite=False))
    except LinAlgError as error:
        assert "matrix 3" in str(error)  # noqa: PT017
    else:
        for x, y in zip(found, (w, v, values), strict=True):
            assert torch.equal(x[others], y[others])
            assert not bool(x[3].isfinite().any())


@pytest.mark.parametrize("dtype", [torch.float64, torch.complex128])
def test_left_vectors_of_badly_scaled_matrices(dtype: torch.dtype) -> None:
    """Angles that each pair of columns may keep are not to add up in matrices of many columns."""
    for n in (16, 32):
        powers = torch.randint(-6, 7, (20, n), generator=generator(n)).double()
        a = 10.0 ** powers[:, :, None] * random(20, n, n, dtype=dtype) / 10.0 ** powers[:, None, :]
        u, s, vh = svd(a)
        theirs = torch.linalg.svd(a)
        for found, other in ((u, theirs[0]), (vh.mH, theirs[2].mH)):
            assert off_unitary(found) <= 2 * off_unitary(other)
        left, right = (size((x * y[:, None, :]) @ z - a) / size(a) for x, y, z in ((u, s, vh), theirs))
        assert float(left.max()) <= 2 * float(right.max())


# ---- teams of threads ----------------------------------------------------------------------------------------------

# A lane each has n = 2, 3, 4; 4, 8 and 32 lanes share one beyond. An odd n has pairs of one column.
TEAMS = [(1, 1), (2, 2), (3, 0), (4, 3), (4, 1), (5, 1), (8, 2), (8, 3), (11, 0), (12, 3), (16, 1), (19, 2), (32, 1)]
CLEAR = ("random", "condition 1", "signs", "clustered", "tiny", "huge", "identity", "diagonal", "zero", "ones")


@pytest.mark.gpu
@pytest.mark.parametrize(("n", "kind_of_number"), TEAMS)
def test_teams_are_as_exact_as_lapack(n: int, kind_of_number: int, device: torch.device) -> None:
    dtype, ops = ALL[kind_of_number], torch.ops.sci
    double = torch.complex128 if dtype.is_complex else torch.float64

    def error(left: torch.Tensor, right: torch.Tensor, a: torch.Tensor) -> float:
        return float((size(left - right) / size(a).clamp_min(1e-307)).max()) / eps(dtype)

    def svd_error(u: torch.Tensor, s: torch.Tensor, vh: torch.Tensor) -> float:
        return error((u.to(double) * s.double()[..., None, :]) @ vh.to(double), a, a)

    def eigh_error(w: torch.Tensor, v: torch.Tensor) -> float:
        return error(a @ v.to(double), v.to(double) * w.double()[..., None, :], a)

    kinds = general_kinds(n, dtype)
    for kind, a in kinds.items():
        a = torch.cat([a, torch.full_like(a[:1], torch.nan)])
        u, s, vh, info = (x.cpu() for x in ops._svd_small(a.to(device)))
        assert kind not in CLEAR or torch.equal(info, ops._svd_small(a)[3]), kind
        good = info == 0
        assert not good[-1], kind
        empty, values, none, again = (x.cpu() for x in ops._svd_small(a.to(device), vectors=False))
        assert empty.numel() == none.numel() == 0
        assert again.tolist() == [0] * (len(a) - 1) + [1], kind
        assert torch.equal(values[:-1], s[:-1]), kind
        assert bool(torch.isnan(values[-1]).all()), kind
        a, u, s, vh = a[good].to(double), u[good], s[good], vh[good]
        assert bool((s[..., :-1] >= s[..., 1:]).all()), kind
        if bool(good.any()):
            theirs = torch.linalg.svd(a.to(dtype))
            assert svd_error(u, s, vh) <= 2 * svd_error(*theirs) + 3, kind
            for mine, other in ((u, theirs[0]), (vh, theirs[2])):
                assert off_unitary(mine) <= 2 * off_unitary(other) + n, kind
    for kind, a in hermitian_kinds(n, dtype).items():
        theirs = torch.linalg.eigh(a)
        b = torch.cat([a.triu() + torch.full_like(a, 7).tril(-1), torch.full_like(a[:1], torch.nan)])
        a = a.to(double)
        for lower, x in ((True, b.mH.contiguous()), (False, b)):
            w, v, info = (y.cpu() for y in ops._eigh_small(x.to(device), lower))
            assert info.tolist() == [0] * len(a) + [1], kind
            assert bool(torch.isnan(w[-1]).all()), kind
            w, v = w[:-1], v[:-1]
            assert eigh_error(w, v) <= 2 * eigh_error(*theirs) + 3, kind
            assert off_unitary(v) <= 2 * off_unitary(theirs[1]) + n, kind
            assert bool((w[..., 1:] >= w[..., :-1]).all()), kind
        values, none, _ = ops._eigh_small(b.to(device), False, False)
        assert none.numel() == 0
        assert torch.equal(values.cpu()[:-1], w), kind
