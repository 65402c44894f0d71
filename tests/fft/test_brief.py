"""Calls in brief, which skip checks and conversions, agree with the general way, which differentiated tensors take."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
import torch

import sci

FROM_HALF = ["irfft", "hfft", "irfft2", "hfft2", "irfftn", "hfftn"]
TO_HALF = ["rfft", "ihfft", "rfft2", "ihfft2", "rfftn", "ihfftn"]
COMPLEX = ["fft", "ifft", "fft2", "ifft2", "fftn", "ifftn"]
REAL = ["dct", "idct", "dst", "idst", "dctn", "idctn", "dstn", "idstn"]


def same(name: str, x: torch.Tensor, *args: Any, **keys: Any) -> None:
    function = getattr(sci.fft, name)
    general = function(x.clone().requires_grad_(), *args, **keys).detach()
    torch.testing.assert_close(function(x, *args, **keys), general, msg=lambda text: f"{name}: {args}, {keys}: {text}")


@pytest.mark.parametrize("name", COMPLEX + TO_HALF + FROM_HALF + REAL)
def test_brief_calls_agree_with_general_ones(name: str) -> None:
    dtypes = [torch.complex128] * (name in COMPLEX + FROM_HALF) + [torch.float64] * (name not in FROM_HALF)
    for dtype, norm in itertools.product(dtypes, (None, "backward", "ortho", "forward")):
        x = torch.randn(3, 4, 5, dtype=dtype)
        ways: list[dict[str, Any]] = [{}]
        ways += (
            [{"axis": a} for a in (0, 1, -2, -3)] if name[-1] == "t" else [{"axes": a} for a in (None, (-2, -1), (0,))]
        )
        if name in ("irfft", "hfft"):
            ways += [{"n": n, "axis": a} for n, a in ((8, -1), (9, -1), (7, 1), (5, 0))]
        if name in REAL:
            weights = ({}, {"orthogonalize": True}, {"orthogonalize": False})
            ways = [{**w, **o, "type": t} for w, o, t in itertools.product(ways, weights, (1, 2, 3, 4))]
        for way in ways:
            same(name, x, norm=norm, **way)


def test_what_is_not_plain() -> None:
    x = torch.randn(6, dtype=torch.complex128)
    negative = x.conj().imag  # a view whose numbers are the negative of what lies in memory
    for name in ("dct", "dst", "rfft", "fft", "ihfft", "dctn", "rfftn"):
        torch.testing.assert_close(getattr(sci.fft, name)(negative), -getattr(sci.fft, name)(x.imag))
    torch.testing.assert_close(sci.fft.fft(x.conj()), sci.fft.fft(x.conj().resolve_conj()))
    for call in (sci.fft.irfft, sci.fft.hfft):
        with pytest.raises(ValueError, match=r"data points \(0\)"):
            call(x[:1])
    with pytest.raises(ValueError, match="at least 2"):
        sci.fft.dctn(torch.ones(3, 1), 1)
