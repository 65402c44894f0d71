"""Sparse matrices with rows shared out: products, solutions, eigenpairs and gradients are those of one process."""

from __future__ import annotations

from typing import Any

import pytest
import torch
import torch.distributed as dist
from torch import Tensor

from tests.distributed.together import run_together

if not dist.is_available():
    pytest.skip("torch has no distributed part here", allow_module_level=True)


def _matrix(m: int, n: int, dtype: torch.dtype) -> Any:
    from sci.sparse import csr_array

    generator = torch.Generator().manual_seed(m + n)
    dense = torch.randn(m, n, dtype=dtype, generator=generator)
    kept = torch.rand(m, n, generator=generator) < 0.3
    return csr_array(torch.where(kept, dense, torch.zeros_like(dense)))


def _with(A: Any, data: Tensor) -> Any:
    from sci.sparse import csr_array

    return csr_array((data, A.indices, A.indptr), shape=A.shape)


def _size(x: Tensor) -> Tensor:
    return (x * x.conj()).real.sum()


def _laplacian(n: int) -> Any:
    """Return the one of a square grid, shifted to make it regular, with values of their own in every entry."""
    import sci.sparse as sparse

    line = sparse.diags_array([-1.0, 2.0, -1.0], offsets=[-1, 0, 1], shape=(n, n), dtype=torch.float64)
    eye = sparse.eye_array(n, dtype=torch.float64)
    bump = sparse.diags_array(torch.linspace(0.1, 1.7, n * n, dtype=torch.float64))
    return (sparse.kron(line, eye) + sparse.kron(eye, line) + bump).tocsr()


def _same(found: Any, expected: Tensor, text: str, tolerance: float = 1e-12) -> None:
    found = found.full_tensor() if hasattr(found, "full_tensor") else found
    torch.testing.assert_close(found, expected, rtol=tolerance, atol=tolerance, msg=lambda m: f"{text}: {m}")


def _products(mesh: Any) -> None:
    from torch.distributed.tensor import Replicate, Shard, distribute_tensor

    from sci.distributed import RowSharded

    for dtype in (torch.float64, torch.complex128):
        for m, n, columns in ((10, 13, ()), (13, 10, (3,)), (5, 5, ()), (1, 9, (2,)), (9, 1, ())):
            text = f"{dtype}, {m} by {n}, {columns}"
            A = _matrix(m, n, dtype)
            x = torch.randn(n, *columns, dtype=dtype, generator=torch.Generator().manual_seed(3))
            w = torch.randn(m, *columns, dtype=dtype, generator=torch.Generator().manual_seed(4))
            data, data_parts = (A.data.clone().requires_grad_() for _ in range(2))
            alone = x.clone().requires_grad_()
            y = _with(A, data) @ alone
            parts: Any = distribute_tensor(x, mesh, [Shard(0)]).requires_grad_()
            sharded = RowSharded(_with(A, data_parts), mesh)
            found = sharded @ parts
            assert found.placements == (Shard(0),), text
            assert sharded.halo <= n
            _same(found, y, text)
            _same(sharded @ distribute_tensor(x, mesh, [Replicate()]), y, text)
            right: Any = distribute_tensor(w, mesh, [Shard(0)])
            _same(sharded.H @ right, _with(A, data).conj().T @ w, f"adjoint, {text}")
            # First derivatives, and second ones: of the size of the gradients.
            first = torch.autograd.grad(_size(y * w), (data, alone), create_graph=True)
            first_parts = torch.autograd.grad(_size(found * right), (data_parts, parts), create_graph=True)
            for one, other in zip(first_parts, first, strict=True):
                _same(one, other, f"gradient, {text}")
            size_parts: Any = _size(first_parts[1])
            size_parts = size_parts.full_tensor() + _size(first_parts[0])
            second = torch.autograd.grad(_size(first[1]) + _size(first[0]), (data, alone))
            second_parts = torch.autograd.grad(size_parts, (data_parts, parts))
            for one, other in zip(second_parts, second, strict=True):
                _same(one, other, f"second derivative, {text}", 1e-10)


def _rows(mesh: Any) -> None:
    from torch.distributed.tensor import Shard, distribute_tensor

    from sci.distributed import RowSharded

    A = _laplacian(4)
    step = -(-16 // mesh.size())
    own = A[mesh.get_local_rank() * step : (mesh.get_local_rank() + 1) * step].tocsr()
    data = own.data.clone().requires_grad_()
    x = torch.linspace(-1, 2, 16, dtype=torch.float64)
    sharded = RowSharded.from_rows(_with(own, data), mesh)
    assert sharded.shape == (16, 16)
    neighbours = (mesh.get_local_rank() > 0) + (mesh.get_local_rank() < mesh.size() - 1)
    assert sharded.halo == sharded.sent == 4 * neighbours  # a line of the grid from each neighbour, and no more
    y: Any = sharded @ distribute_tensor(x, mesh, [Shard(0)])
    _same(y, A @ x, "rows")
    y.sum().backward()
    _same(data.grad, x[own.indices], "gradient of own rows")
    with pytest.raises(ValueError, match="rows and as many columns everywhere"):
        RowSharded.from_rows(_matrix(3 + mesh.get_local_rank(), 5, torch.float64), mesh)
    with pytest.raises(TypeError, match="DTensors only"):
        sharded @ x
    with pytest.raises(TypeError, match="a sparse array"):
        RowSharded(x, mesh)


def _solvers(mesh: Any) -> None:
    from torch.distributed.tensor import Shard, distribute_tensor

    from sci.distributed import RowSharded
    from sci.sparse.linalg import cg, lobpcg

    A = _laplacian(6)
    data, data_parts = (A.data.clone().requires_grad_() for _ in range(2))
    sharded = RowSharded(_with(A, data_parts), mesh)
    b = torch.linspace(-1, 2, 36, dtype=torch.float64)
    alone, parts = b.clone().requires_grad_(), distribute_tensor(b, mesh, [Shard(0)]).requires_grad_()
    x, _ = cg(_with(A, data), alone, rtol=1e-13)
    x.square().sum().backward()
    found: Any
    found, info = cg(sharded, parts, rtol=1e-13)
    assert int(info) == 0
    assert found.placements == (Shard(0),)
    found.square().sum().backward()
    _same(found, x, "cg", 1e-10)
    _same(parts.grad, alone.grad, "cg, b", 1e-10)  # type: ignore[arg-type]
    _same(data_parts.grad, data.grad, "cg, values", 1e-10)  # type: ignore[arg-type]

    data.grad = data_parts.grad = None
    start = torch.randn(36, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(5))
    options: Any = {"largest": False, "maxiter": 200, "tol": 1e-9}
    values, V = lobpcg(_with(A, data), start, **options)
    found_values, found_V = lobpcg(sharded, distribute_tensor(start, mesh, [Shard(0)]), **options)
    weight = torch.linspace(0, 1, 36, dtype=torch.float64).unsqueeze(-1)
    (values.sum() + (V.square() * weight).sum()).backward()
    (found_values.sum() + (found_V.square() * distribute_tensor(weight, mesh, [Shard(0)])).sum()).backward()
    _same(found_values, values, "lobpcg", 1e-12)
    _same(found_V.square(), V.square(), "lobpcg, vectors", 1e-8)
    _same(data_parts.grad, data.grad, "lobpcg, values' gradient", 1e-6)  # type: ignore[arg-type]


def check(rank: int, world: int, port: int) -> None:
    """Run all in one process of several; an error ends it."""
    from torch.distributed.tensor import init_device_mesh

    dist.init_process_group("gloo", init_method=f"tcp://127.0.0.1:{port}", rank=rank, world_size=world)
    mesh = init_device_mesh("cpu", (world,))
    for part in (_products, _rows, _solvers):
        part(mesh)
    dist.destroy_process_group()


# Three processes have one with two neighbours, and shares of different sizes and of none.
@pytest.mark.parametrize("world", [3, pytest.param(2, marks=pytest.mark.slow), pytest.param(4, marks=pytest.mark.slow)])
def test_products_solvers_and_gradients(world: int) -> None:
    run_together(check, world)
