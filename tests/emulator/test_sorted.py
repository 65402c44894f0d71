"""Kernels that sort their elements (csrc/core/sorted.h) on the emulated GPU: the bits of the plain form."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from sci import special
from sci.special._dawsn import dawsn_derivative
from tests import emulator

pytestmark = pytest.mark.skipif(not emulator.started(), reason="--device emulated")

PLAIN = 2**17 - 1  # elements, at most: one each for 2^16 threads and less than two


def values(n: int, dtype: torch.dtype, seed: int) -> Tensor:
    """Return numbers of all sizes that functions have regions for, infinities, NaN and both zeros among them."""
    generator = torch.Generator().manual_seed(seed)
    x = torch.randn(n, generator=generator, dtype=torch.float64) * 10 ** torch.rand(n, generator=generator) * 3
    edges = torch.tensor([0.0, -0.0, float("inf"), -float("inf"), float("nan"), -3.0, 1e-300, 1e300])
    x[torch.randint(n, (n // 50,), generator=generator)] = edges.to(x)[torch.randint(8, (n // 50,))]
    return x.to(dtype).cuda()


def plainly(function: Callable[..., Tensor], *args: Tensor) -> Tensor:
    """Return the results of pieces that are too small to sort."""
    shape = torch.broadcast_shapes(*(x.shape for x in args))
    pieces = zip(*(x.broadcast_to(shape).reshape(-1).split(PLAIN) for x in args), strict=True)
    return torch.cat([function(*piece) for piece in pieces]).reshape(shape)


def same(a: Tensor, b: Tensor) -> bool:
    """Are all bits the same, but for those of NaN?"""
    if a.is_complex():
        return a.shape == b.shape and same(torch.view_as_real(a), torch.view_as_real(b))
    bits = torch.int32 if a.dtype is torch.float32 else torch.int64
    return torch.equal(*(x.cpu().masked_fill(x.cpu().isnan(), 0.5).view(bits) for x in (a, b)))


@pytest.mark.parametrize(
    ("n", "dtype", "each"),
    [(PLAIN, torch.float64, 1), (PLAIN + 1, torch.float64, 2), (PLAIN + 78, torch.float32, 2),
     (5 * 2**16 + 3, torch.float64, 5), (2**20 + 1025, torch.float32, 8)],
)  # fmt: skip
def test_blocks_of_two_to_eight_elements_a_thread(n: int, dtype: torch.dtype, each: int) -> None:
    x = values(n, dtype, seed=n)
    emulator.launches()
    found = special.gammaln(x)
    (line,) = emulator.launches()
    threads = -(-n // each)
    assert f"run_sorted<sci::Elementwise<sci::call_gammaln, {'float' if dtype is torch.float32 else 'double'}" in line
    assert f"grid {-(-threads // 128)} block 128 n {n} " in line
    assert same(found, plainly(special.gammaln, x))


def test_operands_of_any_strides() -> None:
    n = 2**17
    base, row, column = values(2 * n, torch.float64, 1), values(512, torch.float64, 2), values(260, torch.float64, 3)
    one = torch.tensor(2.5, dtype=torch.float64, device="cuda")
    for a, b in ((base[::2], base[1::2]), (row, column[:, None]), (row[:, None], column.flip(0)), (one, base[:n]),
                 (base.reshape(2, -1).t(), one)):  # fmt: skip
        assert same(special.betaln(a, b), plainly(special.betaln, a, b))
    assert special.betaln(base[:0], one).shape == (0,)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_complex_arguments(dtype: torch.dtype) -> None:
    n = PLAIN + 78
    z = torch.complex(values(n, dtype, 6), values(n, dtype, 7))  # by real and imaginary part, of all signs
    order = values(n, dtype, 8).abs() + 0.5
    kind = "float" if dtype is torch.float32 else "double"
    for name, args in (("gamma", (z,)), ("hyp0f1", (order, z))):
        function = getattr(special, name)
        emulator.launches()
        found = function(*args)
        (line,) = emulator.launches()
        assert f"run_sorted<sci::Elementwise<sci::call_{name}, sci::complex<{kind}>" in line
        assert f"grid {-(-n // 256)} block 128 n {n} " in line
        assert same(found, plainly(function, *args))


def test_whole_numbers_and_a_function_that_only_derivatives_use() -> None:
    n = PLAIN + 78
    order = torch.randint(1, 4, (n,), generator=torch.Generator().manual_seed(9)).cuda()
    x = values(n, torch.float64, 10)
    emulator.launches()
    found = dawsn_derivative(order, x)
    (line,) = emulator.launches()
    assert "run_sorted<sci::Elementwise<sci::call_dawsn_derivative, double, 1, int64_t, double>" in line
    assert same(found, plainly(dawsn_derivative, order, x))


def test_a_backward_pass_sorts_by_arguments_alone() -> None:
    x = values(PLAIN + 400, torch.float64, 4).requires_grad_()
    grad = values(len(x), torch.float64, 5)
    emulator.launches()
    (found,) = torch.autograd.grad(special.gammaln(x), x, grad)
    assert any("run_sorted_pullback<sci::Elementwise<sci::call_gammaln_pullback" in s for s in emulator.launches())

    def of_piece(x: Tensor, grad: Tensor) -> Tensor:
        return torch.autograd.grad(special.gammaln(x), x, grad)[0]

    assert same(found, torch.cat([of_piece(*p) for p in zip(x.split(PLAIN), grad.split(PLAIN), strict=True)]))
