"""What a GPU does with small matrices, run on the CPU by one lane: the same as matrices side by side. And by teams."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from sci._core import runtime
from tests.linalg.linalg_matrices import ALL, COUNT, eps, general_kinds, random, size

runtime.load_library()
SIZES = (1, 2, 3, 5, 8, 17)
KINDS = ("random", "graded", "tiny", "huge", "triangle", "condition 1e8", "zero", "diagonal")


def near(x: Tensor, y: Tensor, what: str, factor: float = 100.0) -> None:
    scale = size(y.reshape(len(y), -1, 1)).clamp_min(1e-300)
    error = size((x - y).reshape(len(y), -1, 1)) / scale
    assert float(error.max()) <= factor * eps(x.dtype), what


@pytest.mark.parametrize("dtype", ALL)
def test_factors(dtype: torch.dtype) -> None:
    ops = torch.ops.sci
    for n in SIZES:
        kinds = general_kinds(n, dtype)
        for kind in KINDS:
            a = kinds[kind]
            for name in ("_qr_small", "_hessenberg_small"):
                q, r = getattr(ops, name)(a, alone=True)
                one, other = (q, r) if name == "_qr_small" else (r, q)
                back = one @ other if name == "_qr_small" else one @ other @ one.mH
                near(back, a, f"{name} {n} {kind}")
                near(one.mH @ one, torch.eye(n, dtype=dtype).expand(a.shape), f"{name} {n} {kind}")
            u, s, vh, info = ops._svd_small(a, alone=True)
            good = info == 0
            assert torch.equal(good, ops._svd_small(a)[3] == 0), kind
            near(((u * s[..., None, :]) @ vh)[good], a[good], f"svd {n} {kind}") if bool(good.any()) else None
    tall = random(5, 7, 3, dtype=dtype)
    q, r = ops._qr_small(tall, alone=True)
    near(q @ r, tall, "tall")


@pytest.mark.parametrize("dtype", ALL)
def test_eigenvalues_and_vectors(dtype: torch.dtype) -> None:
    for n in SIZES:
        kinds = general_kinds(n, dtype)
        for kind in KINDS:
            a = kinds[kind]
            w, v, info = torch.ops.sci._eig_small(a, True, alone=True)
            assert not bool(info.any()), kind
            unit = size(a).clamp_min(1e-37).to(a.real.dtype)[:, None, None]
            left = (a / unit).to(v.dtype) @ v - v * (w / unit[..., 0])[..., None, :]
            assert float(left.abs().max()) <= 100 * n * eps(dtype), kind
            assert float((torch.linalg.vector_norm(v, dim=-2) - 1).abs().max()) <= 100 * eps(dtype), kind
            conj, u, _ = torch.ops.sci._eig_small(a.mH, True, left=True, alone=True)
            left = (a / unit).to(u.dtype) @ u - u * (conj.conj() / unit[..., 0])[..., None, :]
            assert float(left.abs().max()) <= 100 * n * eps(dtype), kind
            values, none, _ = torch.ops.sci._eig_small(a, False, alone=True)
            assert none.numel() == 0
            assert float(((values - w) / unit[..., 0]).abs().max()) <= 1e-3 if n < 4 else True
    a = random(3, 4, 4, dtype=dtype)
    a[1, 2, 2] = torch.nan
    w, v, info = torch.ops.sci._eig_small(a, True, alone=True)
    assert info.tolist() == [0, 4, 0]
    assert torch.equal(torch.isnan(w.real).all(-1), torch.tensor([False, True, False]))
    assert torch.equal(torch.isnan(v.real).any((-2, -1)), torch.tensor([False, True, False]))


@pytest.mark.gpu
@pytest.mark.parametrize(("n", "number"), [(1, 1), (2, 0), (2, 3), (3, 1), (6, 2), (9, 0), (13, 3), (16, 1), (21, 2)])
def test_teams(n: int, number: int, device: torch.device) -> None:
    dtype, ops = ALL[number], torch.ops.sci
    kinds = general_kinds(n, dtype)
    a = torch.cat([*kinds.values(), torch.full((1, n, n), torch.nan, dtype=dtype)])
    lost, good = torch.tensor([0] * (len(a) - 1) + [n]), a[:-1]

    def found(name: str, *options: bool) -> tuple[Tensor, ...]:
        *parts, info = (x.cpu() for x in getattr(ops, name)(a.to(device), *options))
        assert torch.equal(info, lost.to(info.dtype))
        assert all(bool(torch.isnan(x[-1]).all()) for x in parts)
        return tuple(x[:-1] for x in parts)

    def unitary(z: Tensor, what: str) -> None:
        near(z.mH @ z, torch.eye(n, dtype=dtype).expand(z.shape), what)

    h, q = (x.cpu() for x in ops._hessenberg_small(good.to(device)))
    near(q @ h @ q.mH, good, "hessenberg")
    unitary(q, "hessenberg")
    assert not bool(h.tril(-2).any())
    t, z = found("_schur_small")
    near(z @ t @ z.mH, good, "schur")
    unitary(z, "schur")
    assert not bool(t.tril(-1 if dtype.is_complex else -2).any())
    sides = {False: good, True: good.mH}
    unit = size(good).clamp_min(1e-37).to(a.real.dtype)[:, None, None]
    for left, b in sides.items():
        w, v = found("_eig_small", True, left)
        w = w.conj() if left else w
        error = (b / unit).to(v.dtype) @ v - v * (w / unit[..., 0])[..., None, :]
        assert float(error.abs().max()) <= 100 * n * eps(dtype)
        assert float((torch.linalg.vector_norm(v, dim=-2) - 1).abs().max()) <= 100 * eps(dtype)
    values, none, info = (x.cpu() for x in ops._eig_small(a.to(device), False))
    assert none.numel() == 0
    assert torch.equal(info, lost.to(info.dtype))
    clear = list(kinds).index("random") * COUNT
    there, other = (x[clear : clear + COUNT].sum(-1) for x in (values, ops._eig_small(good, False)[0]))
    assert float(((there - other) / unit[clear : clear + COUNT, 0, 0]).abs().max()) <= 100 * n * eps(dtype)
