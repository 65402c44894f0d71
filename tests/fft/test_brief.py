"""Calls in brief, which skip checks and conversions, agree with the general way, and so do their gradients."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
import torch

import sci
from sci._core import direct

FROM_HALF = ["irfft", "hfft", "irfft2", "hfft2", "irfftn", "hfftn"]
TO_HALF = ["rfft", "ihfft", "rfft2", "ihfft2", "rfftn", "ihfftn"]
COMPLEX = ["fft", "ifft", "fft2", "ifft2", "fftn", "ifftn"]
REAL = ["dct", "idct", "dst", "idst", "dctn", "idctn", "dstn", "idstn"]


def same(name: str, x: torch.Tensor, *args: Any, **keys: Any) -> None:
    function = getattr(sci.fft, name)

    def results() -> list[torch.Tensor]:
        y = x.clone().requires_grad_()
        out = function(y, *args, **keys)
        weights = torch.linspace(1, 2, out.numel(), dtype=out.dtype).reshape(out.shape).requires_grad_()
        (grad,) = torch.autograd.grad(out, y, weights, create_graph=True)
        (again,) = torch.autograd.grad(grad, weights, x)
        return [function(x, *args, **keys), out.detach(), grad.detach(), again]

    with torch.autograd.forward_ad.dual_level():  # sees each operator
        general = results()
    torch.testing.assert_close(results(), general, msg=lambda text: f"{name}: {args}, {keys}: {text}")


def test_calls_in_brief_record_a_gradient_in_one_node() -> None:
    if direct._library is None:
        pytest.skip("calls in brief are for layouts of torch that are known")
    x, z = torch.randn(5, requires_grad=True), torch.randn(5, dtype=torch.complex64, requires_grad=True)
    for name in COMPLEX[:2] + TO_HALF[:1] + REAL[:4]:
        node = getattr(sci.fft, name)(x).grad_fn
        assert node.name().endswith("_in_briefBackward"), name
        assert [type(of).__name__ for of, _ in node.next_functions if of] == ["AccumulateGrad"]
    assert sci.fft.irfft(z).grad_fn.name().endswith("_in_briefBackward")
    assert type(sci.fft.fft(torch.nn.Parameter(x.detach())).grad_fn) is type(sci.fft.fft(x).grad_fn)


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
