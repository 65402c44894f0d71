"""Sharded tensors in local processes: values and gradients are those of one, and shardings stay."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
import torch.distributed as dist
from torch import Tensor

from tests.distributed.together import run_together

if not dist.is_available():
    pytest.skip("torch has no distributed part here", allow_module_level=True)

Use = Callable[[Tensor], Tensor]


def check(rank: int, world: int, port: int) -> None:
    """Run all cases in one process of several; an error ends it."""
    from torch.distributed.tensor import Replicate, Shard, distribute_tensor, init_device_mesh
    from torch.distributed.tensor.experimental import implicit_replication

    import sci.distributed as sharded

    dist.init_process_group("gloo", init_method=f"tcp://127.0.0.1:{port}", rank=rank, world_size=world)
    mesh = init_device_mesh("cpu", (world,))
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(8, 12, dtype=torch.float64, generator=generator)
    a = torch.rand(8, 3, 3, dtype=torch.float64, generator=generator)
    a = a @ a.mT + torch.eye(3, dtype=torch.float64)
    special, linalg, fft, interpolate = sharded.special, sharded.linalg, sharded.fft, sharded.interpolate
    sites = torch.linspace(-5, 5, 9, dtype=torch.float64)
    spline = interpolate.make_interp_spline(sites, sites.sin())
    cubic = interpolate.CubicSpline(sites, sites.cos())
    grid = interpolate.RegularGridInterpolator((sites, sites), sites[:, None] * sites)
    order = torch.rand(12, dtype=torch.float64, generator=generator)
    cases: list[tuple[str, Use, Tensor, Any, Any]] = [
        ("erfcx, rows", special.erfcx, x, Shard(0), Shard(0)),
        ("erfcx, columns", special.erfcx, x, Shard(1), Shard(1)),
        ("erfcx, whole", special.erfcx, x, Replicate(), Replicate()),
        ("jv, an order per column", lambda v: special.jv(order, v.abs() + 0.5), x, Shard(0), Shard(0)),
        *(
            (name, getattr(linalg, name), a, Shard(0), Shard(0))
            for name in ("expm", "logm", "sqrtm", "inv", "det", "cholesky", "eigvalsh", "svdvals", "pinv")
        ),
        ("solve", lambda v: linalg.solve(v, v @ v), a, Shard(0), Shard(0)),
        ("fft of rows", lambda v: fft.fft(v).abs(), x, Shard(0), Shard(0)),
        ("dct of rows", fft.dct, x, Shard(0), Shard(0)),
        ("fft along the sharded axis", lambda v: fft.fft(v).abs(), x, Shard(1), Shard(0)),
        ("dct along the sharded axis", fft.dct, x, Shard(1), Shard(0)),
        ("fft2", lambda v: fft.fft2(v).abs(), a, Shard(1), Shard(0)),
        ("spline", spline, x, Shard(0), Shard(0)),
        ("cubic spline", cubic, x, Shard(0), Shard(0)),
        ("grid", lambda v: grid(v[:, :2]), x.clamp(-4, 4), Shard(0), Shard(0)),
    ]
    for name, use, value, before, after in cases:
        alone = value.clone().requires_grad_()
        expected = use(alone)
        expected.square().sum().backward()
        with implicit_replication():  # of what is on one process and the same on all: knots, orders
            parts = distribute_tensor(value, mesh, [before]).requires_grad_()
            out: Any = use(parts)
            assert out.placements == (after,), (name, out.placements)
            out.square().sum().backward()
        torch.testing.assert_close(out.full_tensor(), expected, rtol=1e-12, atol=1e-12, msg=name)
        assert parts.grad is not None and alone.grad is not None
        found: Any = parts.grad
        torch.testing.assert_close(found.full_tensor(), alone.grad, rtol=1e-10, atol=1e-11, msg=name)
    values = torch.randn(4, 8, dtype=torch.float64, generator=generator)  # the same on all, with a gradient
    alone = values.clone().requires_grad_()
    interpolate.PPoly(alone, sites)(x).square().sum().backward()
    with implicit_replication():
        same: Any = distribute_tensor(values, mesh, [Replicate()]).requires_grad_()
        out = interpolate.PPoly(same, sites)(distribute_tensor(x, mesh, [Shard(0)]))
        assert out.placements == (Shard(0),)
        out.square().sum().backward()
    assert alone.grad is not None
    torch.testing.assert_close(same.grad.full_tensor(), alone.grad, rtol=1e-10, atol=1e-11)
    dist.destroy_process_group()


@pytest.mark.parametrize("world", [2, pytest.param(4, marks=pytest.mark.slow)])
def test_values_gradients_and_shardings(world: int) -> None:
    run_together(check, world)
