"""What GPU threads do with one small matrix each, run on the CPU: the same as matrices side by side."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from sci._core import runtime
from tests.linalg.linalg_matrices import ALL, eps, general_kinds, random, size

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
