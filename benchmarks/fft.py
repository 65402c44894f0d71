"""Fourier, cosine and sine transforms."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import torch

from benchmarks.cases import Case, Context, present


def _lengths(context: Context) -> tuple[tuple[int, int], ...]:
    powers = [(1, 1 << k) for k in (3, 6, 10, 12, 14, 16, 18, 20, 22)]
    smooth = [(1, n) for n in (100, 1000, 10_000, 15_625, 100_000, 1_000_000)]
    odd_or_prime = [(1, n) for n in (999, 1009, 9999, 10_007, 99_991, 99_999, 999_983)]
    single = (*powers, *smooth, *odd_or_prime)
    batched = (
        (1000, 100),
        (1000, 1024),
        (100, 1000),
        (1000, 1000),
        (16, 10_000),
        (1000, 128),
        (1000, 999),
        (1000, 1009),
    )
    return context.sizes(*single) + context.sizes(*batched)


def _ratio_to_rfft(context: Context, name: str, type: int, x: torch.Tensor) -> Case | None:
    """Return a row with `rfft` of the same length, to tell what the transform costs in terms of it."""
    case = context.case(f"fft.{name}", f"type {type}, {x.shape[0]} x {x.shape[1]}", x, type=type, bytes=16 * x.numel())
    if case is not None and (rfft := context.case("fft.rfft", "", x)) is not None:
        case.calls = {**case.calls, "rfft": rfft.calls["sci"]}
    return case


def cases(context: Context) -> Iterator[Case]:
    """Yield single and batched rows of the one-dimensional transforms, and a few over two axes."""
    for batch, n in _lengths(context):
        x = context.randn(batch, n)
        z = torch.complex(x, x.flip(-1))
        half = torch.fft.rfft(x)
        for name, type in itertools.product(("dct", "dst"), (1, 2, 3, 4) if not context.quick else (2, 3)):
            yield from present(_ratio_to_rfft(context, name, type, x))
        yield from present(
            context.case("fft.fft", f"{batch} x {n}", z, torch_call=torch.fft.fft, bytes=32 * z.numel()),
            context.case("fft.rfft", f"{batch} x {n}", x, torch_call=torch.fft.rfft, bytes=16 * x.numel()),
            context.case("fft.fht", f"{batch} x {n}", x, dln=0.01, mu=0.3, bias=0.2),
            context.case("fft.ifht", f"{batch} x {n}", x, dln=0.01, mu=0.3, bias=0.2),
            context.case("fft.irfft", f"{batch} x {n}", half, torch_call=torch.fft.irfft, bytes=16 * x.numel()),
        )
    for n in context.sizes(64, 256, 1024):
        x = context.randn(n, n)
        yield from present(
            context.case("fft.dctn", f"{n} x {n}", x),
            context.case("fft.dct", f"type 2, axis 0, {n} x {n}", x, axis=0),
            context.case("fft.fft2", f"{n} x {n}", x.to(torch.complex128), torch_call=torch.fft.fft2),
        )
    for shape in context.sizes((2048, 2048), (256, 256, 256)):
        x = context.randn(*shape)
        z = torch.complex(x, x.flip(-1))
        yield from present(
            context.case("fft.fftn", " x ".join(map(str, shape)), z, torch_call=torch.fft.fftn),
            context.case("fft.rfftn", " x ".join(map(str, shape)), x, torch_call=torch.fft.rfftn),
            context.case("fft.irfftn", " x ".join(map(str, shape)), z, torch_call=torch.fft.irfftn),
            context.case("fft.dctn", " x ".join(map(str, shape)), x),
            context.case("fft.dstn", "type 3, " + " x ".join(map(str, shape)), x, type=3),
        )
    x = context.randn(1000, 1000, dtype=torch.float32)
    yield from present(context.case("fft.dct", "type 2, float32, 1000 x 1000", x, bytes=8 * x.numel()))
