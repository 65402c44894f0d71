"""What sparse products and solves launch on the emulated GPU, and where they wait."""

from __future__ import annotations

import warnings

import pytest
import torch
from torch import Tensor

from sci.sparse import csr_array, diags_array, eye_array, kron, linalg
from sci.sparse.linalg import spsolve_triangular
from sci.sparse.linalg._arnoldi import Basis, DeviceBasis
from sci.sparse.linalg._triangular import _solve
from tests import emulator

pytestmark = pytest.mark.skipif(not emulator.started(), reason="--device emulated")


def launched(name: str) -> list[str]:
    return [line for line in emulator.launches() if name in line]


def random(*size: int) -> Tensor:
    return torch.randn(*size, generator=torch.Generator().manual_seed(sum(size)), dtype=torch.float64)


def laplacian(side: int) -> csr_array:
    """Return the five-point stencil on a square."""
    line = diags_array([-1.0, 2.0, -1.0], offsets=[-1, 0, 1], shape=(side, side), dtype=torch.float64)
    eye = eye_array(side, dtype=torch.float64)
    return (kron(line, eye) + kron(eye, line)).tocsr()


def test_narrow_levels_of_a_triangle_are_one_launch() -> None:
    lower = laplacian(12)
    lower = lower._with_data(torch.where(lower.tocoo().row >= lower.tocoo().col, lower.data, 0))
    lower.eliminate_zeros()
    on_gpu = lower.to("cuda")
    for size in ((144,), (144, 3), (2, 144, 5)):
        b = random(*size)
        emulator.launches()
        found = spsolve_triangular(on_gpu, b.cuda())
        assert len(launched("CsrTriangle")) == 1  # for 23 levels
        torch.testing.assert_close(found.cpu(), spsolve_triangular(lower, b), rtol=1e-14, atol=0)
        found = spsolve_triangular(on_gpu.T.tocsr(), b.cuda(), lower=False)
        torch.testing.assert_close(found.cpu(), spsolve_triangular(lower.T.tocsr(), b, lower=False), rtol=1e-14, atol=0)


def test_wide_levels_have_launches_of_their_own() -> None:
    # Levels of 1, 1100, 1 and 1 rows.
    n = 1103
    rows = torch.cat([torch.arange(1, n - 2), torch.tensor([n - 2, n - 1])])
    columns = torch.cat([torch.zeros(n - 3, dtype=torch.int64), torch.tensor([n - 3, n - 2])])
    dense = 2 * torch.eye(n, dtype=torch.float64)
    dense[rows, columns] = 0.5
    A, b = csr_array(dense), random(n)
    on_gpu = A.to("cuda")
    emulator.launches()
    found = spsolve_triangular(on_gpu, b.cuda())
    assert ["Levels" in line for line in launched("CsrTriangle")] == [False, False, True]
    torch.testing.assert_close(found.cpu(), torch.linalg.solve_triangular(dense, b[:, None], upper=False)[:, 0])


def test_a_pattern_keeps_nothing_that_a_graph_has_yet_to_compute() -> None:
    A, other, x = laplacian(5).to("cuda"), laplacian(5).to("cuda"), random(25).cuda().requires_grad_()
    (other @ x).sum().backward()  # kernels that are loaded
    A._pattern.validate(A.data)  # which a graph cannot
    with torch.cuda.graph():
        (A @ x).sum().backward()
    assert (A._pattern._transposed, A._pattern._rows) == (None, None)
    (A @ x).sum().backward()
    assert A._pattern._transposed is not None


def test_levels_are_found_once_for_a_pattern() -> None:
    A = csr_array(torch.eye(5, dtype=torch.float64) + torch.diag(torch.ones(4, dtype=torch.float64), -1)).to("cuda")
    b = random(1, 5, 1).cuda()

    def solve() -> Tensor:
        return _solve(A.data, b, A.indptr, A.indices, None, None, None, True, False, False)  # type: ignore[no-any-return]

    want = solve()
    torch.cuda.set_sync_debug_mode("error")
    try:
        found = solve()
        A.indices[1:3] = A.indices[1:3].flip(0)  # in place: the levels are those of another pattern
        with pytest.raises(RuntimeError, match="synchronizing"):
            solve()
    finally:
        torch.cuda.set_sync_debug_mode("default")
    assert torch.equal(found.cpu(), want.cpu())


@pytest.mark.parametrize("dtype", [torch.float64, torch.complex64])
@pytest.mark.parametrize("columns", [2, 5, 33, 130])
def test_products_with_several_columns_are_one_launch(columns: int, dtype: torch.dtype) -> None:
    dense = (random(2, 40, 70) * (random(1, 40, 70) > 0.8)).to(dtype)
    dense[:, 3] = 0
    dense[0, 7] = 0.5  # longer than a team has lanes
    pattern = csr_array((dense != 0).any(0).to(dtype))
    A = pattern._with_data(dense[:, pattern.tocoo().row, pattern.tocoo().col])
    on_gpu = A.to("cuda")
    for matrix, rows, want in ((on_gpu, 70, dense), (on_gpu.T, 40, dense.mT)):
        x = random(rows, columns).to(dtype)
        emulator.launches()
        found = matrix @ x.cuda()
        assert len(launched("CsrMatmul")) == 1
        torch.testing.assert_close(found.cpu(), want @ x)


@pytest.mark.parametrize("dtype", [torch.float64, torch.complex64])
def test_long_rows_are_made_by_many(dtype: torch.dtype) -> None:
    """Beside short ones, of lengths around two pieces (of 2048 entries, with several columns 512)."""
    for columns, lengths in ((0, {0: 4097, 7: 4096, 19: 9000}), (3, {3: 1025, 4: 1024, 9: 2100}), (70, {19: 1500})):
        counts = torch.full((20,), 3)
        counts[list(lengths)] = torch.tensor(list(lengths.values()))
        starts = torch.cat([torch.zeros(1, dtype=torch.int64), counts.cumsum(0)])
        size = int(starts[-1])
        indices = torch.randint(60, (size,), generator=torch.Generator().manual_seed(size))
        data, x = random(size).to(dtype), random(2, 60, max(columns, 1)).to(dtype)
        if dtype.is_complex:
            data, x = data * 1j**indices, x * 1j ** torch.arange(60)[:, None]
        x = x if columns else x[0, :, 0]  # a batch, or one vector
        A = csr_array((data, indices, starts), shape=(20, 60))
        sizes = csr_array((data.abs(), indices, starts), shape=(20, 60)) @ x.abs()
        on_gpu = A.to("cuda")
        emulator.launches()
        found = on_gpu @ x.cuda()
        assert [("Pieces" in line, "Total" in line) for line in launched("Csr")] == [(0, 0), (1, 0), (0, 1)]
        assert torch.equal(found, on_gpu @ x.cuda())
        assert ((found.cpu() - A @ x).abs() <= 8 * torch.finfo(dtype).eps * sizes).all()

        slopes = []
        for matrix in (A, on_gpu):
            values = matrix.data.clone().requires_grad_()
            y = matrix._with_data(values) @ x.to(values.device)
            y.backward(torch.linspace(1, 2, y.numel()).reshape(y.shape).to(y))
            slopes.append(values.grad.cpu())  # type: ignore[union-attr]
        torch.testing.assert_close(*slopes)


def test_conjugate_gradients_of_a_long_row_take_its_product(monkeypatch: pytest.MonkeyPatch) -> None:
    A = torch.eye(1200, dtype=torch.float64) * 50
    A[0] = A[:, 0] = 1
    A[0, 0] = 60
    matrix, b = csr_array(A).to("cuda"), random(1200)
    for limit, fused in ((2**14, True), (1000, False)):
        monkeypatch.setattr("sci.sparse.linalg._implicit._LONG_ROW", limit)
        emulator.launches()
        x, info = linalg.cg(matrix, b.cuda(), rtol=1e-10)
        assert int(info) == 0 and bool(launched("CgTimes")) is fused
        torch.testing.assert_close(x.cpu(), torch.linalg.solve(A, b))


def test_operands_on_two_devices() -> None:
    a = laplacian(4)
    for matrix, x in ((a.to("cuda"), random(16)), (a, random(16).cuda()), (a.to("cuda"), random(16, 3))):
        with pytest.raises(RuntimeError, match=r"(cpu|cuda).*(cuda|cpu)"):
            matrix @ x


def test_exponentials_of_functions_are_where_the_vectors_are() -> None:
    D, B = random(9, 9), random(9, 2)
    on_gpu = D.cuda()
    A = linalg.LinearOperator((9, 9), lambda v: on_gpu @ v, dtype=torch.float64)
    for trace in (None, float(D.trace())):
        with warnings.catch_warnings(action="ignore"):
            found = linalg.expm_multiply(A, B.cuda(), traceA=trace)
        torch.testing.assert_close(found.cpu(), torch.linalg.matrix_exp(D) @ B, rtol=1e-12, atol=1e-12)


def test_without_long_rows_a_product_is_one_launch() -> None:
    A = csr_array((random(6000), torch.arange(6000) % 70, torch.arange(0, 6001, 60)), shape=(100, 70)).to("cuda")
    x = random(70, 2).cuda()
    A @ x
    emulator.launches()
    A @ x, A @ x[:, 0], A.T @ random(100).cuda()  # how long the rows of the transpose are nobody has read
    assert [line.split("<")[1].split("::")[1] for line in launched("Csr")] == [
        "CsrMatmulTeam",
        "CsrMatvecWarp",
        "CsrMatvecWarp",
        "CsrMatvecPieces",
        "CsrLongTotal",
    ]


METHODS = ("cg", "bicg", "bicgstab", "cgs", "tfqmr", "qmr", "minres")


@pytest.mark.parametrize(
    ("preconditioned", "dtype"), [(False, torch.complex128), (True, torch.complex128), (True, torch.float32)]
)
@pytest.mark.parametrize("name", METHODS)
def test_an_iteration_on_the_device_is_that_of_the_host(name: str, preconditioned: bool, dtype: torch.dtype) -> None:
    n, most = 1500, 6
    diagonal, beside = torch.linspace(1, 3, n, dtype=torch.float64), 0.25 * torch.ones(n - 1, dtype=torch.float64)
    left, right = (beside * 1j, beside * -1j) if dtype.is_complex else (beside, beside)
    A = diags_array([left, diagonal, right], offsets=[-1, 0, 1], dtype=dtype).tocsr()
    M = diags_array([1 / (1 + diagonal)], offsets=[0], dtype=dtype)
    b = torch.complex(random(n), random(n).flip(0)).to(dtype) if dtype.is_complex else random(n).to(dtype)
    found = []
    for device in ("cpu", "cuda"):
        matrix, approximate = (linalg.aslinearoperator(x.to(device)) for x in (A, M))
        more = {} if not preconditioned else {"M1": approximate} if name == "qmr" else {"M": approximate}
        seen: list[Tensor] = []

        def note(x: Tensor, seen: list[Tensor] = seen) -> None:
            seen.append(x.cpu().clone())

        x, info = getattr(linalg, name)(matrix, b.to(device), rtol=1e-30, maxiter=most, callback=note, **more)
        found.append((*seen, x.cpu()))
        assert int(info) == len(seen) == most
    for host, own in zip(*found, strict=True):
        torch.testing.assert_close(own, host, rtol=0, atol=200 * torch.finfo(dtype).eps * float(host.abs().max()))


@pytest.mark.parametrize("name", ["gmres", "lgmres", "gcrotmk"])
def test_cycles_end_when_they_are_enough(name: str) -> None:
    """The host looks after each; it looked after 16."""
    A, b = diags_array([random(60).abs() + 4, random(59)], offsets=[0, 1]).tocsr(), random(60)
    products = []
    for device in ("cpu", "cuda"):
        matrix = A.to(device)
        called: list[int] = []

        def act(x: Tensor, matrix: csr_array = matrix, called: list[int] = called) -> Tensor:
            called.append(0)
            return matrix @ x  # type: ignore[no-any-return]

        op = linalg.LinearOperator(A.shape, act, dtype=torch.float64, device=torch.device(device))
        _, info = getattr(linalg, name)(op, b.to(device), rtol=1e-10)
        assert int(info) == 0
        products.append(len(called))
    assert products[0] <= products[1] <= products[0] + 40  # to the end of the cycle


@pytest.mark.parametrize("name", METHODS)
def test_systems_of_a_batch_on_the_device(name: str) -> None:
    solver = getattr(linalg, name)
    n = 40
    A = (3 * torch.eye(n, dtype=torch.float64) + 0.1 * (random(n, n) + random(n, n).mT)) * torch.tensor(
        [1.0, 2.0, 0.0]
    )[:, None, None]
    b = random(3, n)
    x, info = solver(A.cuda(), b.cuda(), rtol=1e-10, maxiter=60)
    want, expected = solver(A, b, rtol=1e-10, maxiter=60)
    assert (info.cpu() == 0).tolist() == (expected == 0).tolist() == [True, True, name == "minres"]
    assert torch.equal(info[2].cpu() < 0, expected[2] < 0)
    torch.testing.assert_close(x[:2].cpu(), want[:2], rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize(("batch", "dtype"), [((), torch.complex64), ((2,), torch.float64)])
@pytest.mark.parametrize("name", ["lsqr", "lsmr"])
def test_least_squares_on_the_device(name: str, batch: tuple[int, ...], dtype: torch.dtype) -> None:
    m, n = 90, 50
    A = csr_array((0.1 * random(m, n) * (random(n, m).mT > 0.5) + torch.eye(m, n, dtype=torch.float64)).to(dtype))
    b, x0 = random(*batch, m).to(dtype), 0.1 * random(*batch, n).to(dtype)
    for limit in (7, 200):
        for more in ({"damp": 0.5}, {"x0": x0}, {"calc_var": True} if name == "lsqr" else {}):
            most = {"iter_lim": limit} if name == "lsqr" else {"maxiter": limit}
            on_gpu = {key: x.cuda() if isinstance(x, Tensor) else x for key, x in more.items()}
            emulator.launches()
            found = getattr(linalg, name)(A.to("cuda"), b.cuda(), **most, **on_gpu)
            if limit == 7 and "calc_var" not in more:
                assert len(launched("VectorProgram")) <= 4 * 7 + 8
            for own, host in zip(found, getattr(linalg, name)(A, b, **most, **more), strict=True):
                assert own.dtype == host.dtype
                if not host.dtype.is_floating_point and not host.is_complex():
                    assert torch.equal(own.cpu(), host)
                else:
                    scale = max(1.0, float(host.abs().max()))
                    torch.testing.assert_close(own.cpu(), host, rtol=0, atol=1e3 * torch.finfo(dtype).eps * scale)


LAUNCHES = {"cg": 3, "bicg": 3, "bicgstab": 5, "cgs": 4, "tfqmr": 3, "qmr": 4, "minres": 3, "lsqr": 4, "lsmr": 4}


@pytest.mark.parametrize("name", LAUNCHES)
def test_launches_of_an_iteration_beside_its_products(name: str) -> None:
    A, b = linalg.aslinearoperator(laplacian(30).to("cuda")), random(900).cuda()
    most = "iter_lim" if name == "lsqr" else "maxiter"
    more = {"atol": 0.0, "btol": 0.0, "conlim": 0.0} if most == "iter_lim" or name == "lsmr" else {"rtol": 1e-14}
    counts = []
    for steps in (16, 32):
        emulator.launches()
        getattr(linalg, name)(A, b, **{most: steps}, **more)
        counts.append(len(launched("VectorProgram")))
    each = (counts[1] - counts[0]) / 16
    assert LAUNCHES[name] <= each <= LAUNCHES[name] + 0.25  # what the host looks at takes a launch in 16 iterations


@pytest.mark.parametrize(("batch", "dtype"), [((), torch.complex128), ((), torch.float64), ((2,), torch.float32)])
@pytest.mark.parametrize("name", ["gmres", "lgmres", "gcrotmk"])
def test_cycles_on_the_device(name: str, batch: tuple[int, ...], dtype: torch.dtype) -> None:
    n = 1100  # two blocks of columns
    A = diags_array([0.5, -1.5, 4.0], offsets=[-3, 1, 0], shape=(n, n), dtype=dtype).tocsr()
    b = random(*batch, n).to(dtype)
    on_gpu, right = A.to("cuda"), b.cuda()
    for more in ({"maxiter": 1}, {"maxiter": 30, "rtol": 1e-5}):
        size = {"gmres": {"restart": 7}, "lgmres": {"inner_m": 5, "outer_k": 2}, "gcrotmk": {"m": 5, "k": 3}}[name]
        want, info = getattr(linalg, name)(A, b, **{"rtol": 1e-30, **more, **size})
        emulator.launches()
        x, found = getattr(linalg, name)(on_gpu, right, **{"rtol": 1e-30, **more, **size})
        assert len(launched("Arnoldi")) % 4 == 0
        assert torch.equal(found.cpu(), info)
        if more["maxiter"] == 1:
            tight = 1e3 * torch.finfo(dtype).eps * float(want.abs().max())
            torch.testing.assert_close(x.cpu(), want, rtol=0, atol=tight)
        else:  # the device goes on to the end of a cycle
            rest = b - (A @ x.cpu().reshape(-1, n).mT).mT.reshape(b.shape)
            assert bool((rest.norm(dim=-1) <= 1.01e-5 * b.norm(dim=-1)).all())
            assert bool((info == 0).all())


def test_an_arnoldi_step_is_four_launches_and_orthogonal() -> None:
    n, before, steps = 2500, 2, 6
    rows = torch.linalg.qr(random(n, before + steps + 1)).Q.mT.contiguous()
    rows[before + 1 :] = 0
    on_gpu = rows.cuda()
    host, own = Basis(rows, steps, before), DeviceBasis(on_gpu, steps, before)
    for j in range(steps):
        w = random(n + j)[:n] + 100 * rows[0] * j
        w = w if j < steps - 1 else torch.zeros_like(w)
        emulator.launches()
        own.extend(j, w.cuda())
        assert len(launched("Arnoldi")) == 4
        host.extend(j, w.clone())
        torch.testing.assert_close(own.H.cpu(), host.H, rtol=1e-11, atol=1e-11)
        torch.testing.assert_close(own.B.cpu(), host.B, rtol=1e-11, atol=1e-11)
        torch.testing.assert_close(own.size.cpu(), host.size, rtol=1e-10, atol=1e-30)
        assert own.stuck.cpu() == host.stuck == (j == steps - 1)
    made = on_gpu.cpu()[: before + steps]
    torch.testing.assert_close(made @ made.mT, torch.eye(before + steps, dtype=torch.float64), rtol=0, atol=1e-14)


def test_numbers_of_many_small_systems_are_tensors() -> None:
    A, b = 3 * torch.eye(4, dtype=torch.float64).cuda(), random(20, 4).cuda()
    emulator.launches()
    x, _ = linalg.bicgstab(A, b)
    assert not launched("VectorProgram")
    torch.testing.assert_close(x, b / 3)
