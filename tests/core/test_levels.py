"""Loops compiled for AVX2 and AVX-512: each level of the CPU keeps the cards' promises, not only the one at hand."""

from __future__ import annotations

import pathlib
import platform

import pytest

import sci.special  # noqa: F401 - registers the cards
from tests.processes import run_python
from tools.generate_operators import elementwise_cards

ROOT = pathlib.Path(__file__).resolve().parents[2]


VALUES = """
import torch
torch.set_num_threads(1)
from tests import test_elementwise_cards as cards
for card in cards.CARDS:
    if card.name in wide:
        cards.test_values(card, torch.device("cpu"))
        cards.test_special_values(card, torch.device("cpu"))
        print(card.name)
"""
TRANSFORMS_AND_FACTORS = """
import sci.fft as F, sci.linalg as L
x = torch.randn(3, 60, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
near = lambda u, v: torch.testing.assert_close(u, v, rtol=0, atol=1e-12)
for n in (60, 35, 1):
    y = x[:, :n].contiguous()
    z = torch.complex(y, y.flip(0))
    near(F.fft(z), torch.fft.fft(z))
    near(F.ifft(z[0]), torch.fft.ifft(z[0]))
    near(F.rfft(y), torch.fft.rfft(y))
    near(F.irfft(F.rfft(y), n), y)
    near(F.irfft(F.rfft(y[0]), n), y[0])
    near(F.fft2(z), torch.fft.fft2(z))
    for type in (1, 2, 3, 4):
        if n > 1:
            near(F.idct(F.dct(y, type), type), y)
            near(F.idst(F.dst(y, type), type), y)
near(F.dct(x[:, :4])[0, 0], 2 * x[0, :4].sum())
a = x.reshape(5, 6, 6)
s = a @ a.mT
w, v = L.eigh(s)
near(v * w[..., None, :] @ v.mT, s)
u, d, vh = L.svd(a)
near(u * d[..., None, :] @ vh, a)
t, z = L.schur(a)
near(z @ t @ z.mT, a)
w, v = L.eig(a)
near(a.to(v.dtype) @ v, v * w[..., None, :])
h, q = L.hessenberg(a, calc_q=True)
near(q @ h @ q.mT, a)
q, r = L.qr(a)
near(q @ r, a)
c = L.cholesky(s + torch.eye(6), lower=True)
near(c @ c.mT, s + torch.eye(6))
near(L.solve_triangular(c, c @ a, lower=True), a)
near(L.expm(a) @ L.expm(-a), torch.eye(6, dtype=a.dtype).expand(5, 6, 6))
near(L.det(a), torch.linalg.det(a))
"""


@pytest.mark.parametrize("level", ["baseline", "avx2"])
def test_lower_levels(level: str) -> None:
    """Before AVX2 transforms are torch's, and matrices go one after the other."""
    cards = [card for path in ROOT.glob("sci/*/_*.py") for card in elementwise_cards(path)]
    wide = [card.name for card in cards if card.wide and platform.machine() == "x86_64"]  # others have one level
    done = run_python(f"wide = {wide}" + VALUES + TRANSFORMS_AND_FACTORS, SCI_CPU=level)
    assert done.returncode == 0, done.stderr[-3000:]
    assert sorted(done.stdout.split()) == sorted(wide)
