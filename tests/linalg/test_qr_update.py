"""QR factors of changed matrices and products with Q, against the changed matrix itself."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.linalg
import torch

from sci.linalg import LinAlgError, qr, qr_delete, qr_insert, qr_multiply, qr_update
from tests.linalg.linalg_matrices import ALL, not_unitary, random, residual

SHAPES = [(5, 3, "full"), (5, 3, "economic"), (3, 3, "full"), (3, 5, "full")]


def check(a: torch.Tensor, q: torch.Tensor, r: torch.Tensor) -> None:
    assert torch.equal(r, r.triu())
    assert not_unitary(q) < 30
    assert residual(q @ r - a, float(torch.linalg.matrix_norm(a).max())) < 40


@pytest.mark.parametrize("dtype", ALL)
@pytest.mark.parametrize(("m", "n", "mode"), SHAPES)
def test_insert_delete_update(m: int, n: int, mode: str, dtype: torch.dtype) -> None:
    a = random(2, m, n, dtype=dtype)
    q, r = qr(a, mode=mode)
    for k in (0, 1, -1, m):
        u = random(2, n, dtype=dtype, seed=1)
        place = k + m if k < 0 else k
        want = torch.cat((a[:, :place], u.expand(2, 2, n), a[:, place:]), -2)
        check(want, *qr_insert(q, r, u, k))
        check(want[:, [*range(place), *range(place + 1, m + 2)]], *qr_insert(q, r, u[0] * 0 + u[1], k))
    for k in (0, 2, -1):
        u = random(m, dtype=dtype, seed=2)
        place = k + n if k < 0 else k
        want = torch.cat((a[..., :place], u.expand(2, m)[..., None], a[..., place:]), -1)
        check(want, *qr_insert(q, r, u, k, which="col"))
        check(a[..., [j for j in range(n) if j != place]], *qr_delete(q, r, k, which="col"))
    check(a[:, [0, *range(3, m)]], *qr_delete(q, r, 1, 2))
    for shape in ((), (2,)):
        u, v = random(m, *shape, dtype=dtype, seed=3), random(n, *shape, dtype=dtype, seed=4)
        change = u.reshape(m, -1) @ v.reshape(n, -1).mH
        check(a + change, *qr_update(q, r, u, v))


def test_a_dependent_column_raises() -> None:
    q, r = qr(random(5, 2), mode="economic")
    with pytest.raises(LinAlgError, match="qr_insert: the columns of Q and u have reciprocal condition"):
        qr_insert(q, r, q[:, 0], 0, which="col")
    u = q[:, 0] + 1e-3 * random(5, seed=5)
    qr_insert(q, r, u, 0, which="col")
    with pytest.raises(LinAlgError, match="rcond"):
        qr_insert(q, r, u, 0, which="col", rcond=0.1)


@pytest.mark.parametrize("dtype", [torch.float64, torch.complex128])
@pytest.mark.parametrize(
    "options", [{}, {"pivoting": True}, {"conjugate": True}, {"pivoting": True, "conjugate": True}]
)
def test_multiply(options: dict[str, Any], dtype: torch.dtype) -> None:
    for m, n in ((4, 2), (2, 4), (3, 3)):
        a, k = random(m, n, dtype=dtype), min(m, n)
        for mode, shapes in (("left", ((k,), (k, 3))), ("right", ((m,), (3, m)))):
            for shape in shapes:
                c = random(*shape, dtype=dtype, seed=1)
                found = qr_multiply(a, c, mode, **options)
                want = scipy.linalg.qr_multiply(a.numpy(), c.numpy(), mode, **options)
                for one, other in zip(found, want, strict=True):
                    np.testing.assert_allclose(one.numpy(), other, rtol=1e-14, atol=1e-14)


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda q, r: qr_insert(q, r, torch.ones(2), 0), r"u must be of shape \(3,\)"),
        (lambda q, r: qr_insert(q, r, torch.ones(3), 9), "k must be between -4 and 4, got 9"),
        (lambda q, r: qr_insert(q, r, torch.ones(3), 0, which="rows"), "which must be 'row' or 'col'"),
        (lambda q, r: qr_delete(q, r, 3, 2), "p must be at least 1"),
        (lambda q, r: qr_delete(q, r[:2], 0), "R must be a matrix of 4 rows"),
        (lambda q, r: qr_delete(q[:, :2], r[:2], 0), "Q must be square, or m x n"),
        (lambda q, r: qr_update(q, r, torch.ones(3), torch.ones(3)), r"u must be of shape \(4,\)"),
        (lambda q, r: qr_update(q, r, torch.ones(4, 1), torch.ones(3, 2)), "v must be of 1 columns"),
        (lambda q, r: qr_multiply(r, torch.ones(2)), r"c must be of shape \(4,\)"),
        (lambda q, r: qr_multiply(r, torch.ones(4), "both"), "mode must be 'left' or 'right'"),
        (lambda q, r: qr_update(q, r * torch.nan, torch.ones(4), torch.ones(3)), "R must not contain"),
    ],
)
def test_bad_arguments(call: Any, match: str) -> None:
    with pytest.raises(ValueError, match=match):
        call(*qr(torch.eye(4, 3)))
