"""Gradients of decompositions in one pass over small matrices: the same as those of the composed rules."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor

import sci
from sci import linalg
from sci.linalg import LinAlgError, LinAlgWarning
from sci.linalg._small_gradients import CHOLESKY, DET, EIG, EIGH, INVERSE, LU, QR, SVD
from tests.linalg.linalg_matrices import ALL, eps, general_kinds, hermitian_kinds, positive, random, size

FUNCTIONS: dict[str, Callable[..., Any]] = {
    "eigh": linalg.eigh,
    "svd": linalg.svd,
    "eig": linalg.eig,
    "eigvals": linalg.eigvals,
    "cholesky": linalg.cholesky,
    "qr": linalg.qr,
    "det": linalg.det,
    "inv": linalg.inv,
    "lu_factor": lambda a: linalg.lu_factor(a)[0],
    "schur": linalg.schur,
    "complex schur": lambda a: linalg.schur(a, output="complex"),
}
SIZES = (1, 2, 3, 5, 8, 13, 32)


def both(
    function: Callable[..., Any], a: Tensor, which: tuple[int, ...] | None = None, first: int = 0
) -> tuple[Tensor, Tensor]:
    """Return the gradient of a loss without arbitrary parts by the kernel, and by the composed rule.

    The weights in it are those that matrix number `first` of a batch of five has.
    """
    x = a.clone().requires_grad_()
    out = function(x)
    out = out if isinstance(out, tuple) else (out,)
    if which is not None:
        out = tuple(out[k] for k in which)
    gs = []
    for k, y in enumerate(out):
        weight = random(5, *y.shape[1:], dtype=y.dtype if y.dim() < a.dim() else y.real.dtype, seed=k)
        weight = weight[first : first + len(a)].to(a.device)
        gs.append(weight * y.detach() if y.dim() == a.dim() else weight)
    fused = torch.autograd.grad(out, x, gs, retain_graph=True)[0]
    composed = torch.autograd.grad(out, x, gs, create_graph=True)[0].detach()
    return fused, composed


def same(fused: Tensor, composed: Tensor, factor: float, what: str = "") -> None:
    scale = size(composed).clamp_min(1e-30)
    assert float((size(fused - composed) / scale).max()) < factor * eps(composed.dtype), what


def matrices(name: str, n: int, dtype: torch.dtype) -> Tensor:
    if name in ("eigh", "cholesky"):
        return positive(5, n, n, condition=30, dtype=dtype)
    return random(5, n, n, dtype=dtype) + 2 * torch.eye(n, dtype=dtype)


@pytest.mark.parametrize("dtype", ALL)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_kernel_and_composed_rule_agree(name: str, dtype: torch.dtype) -> None:
    for n in SIZES:
        a = matrices(name, n, dtype)
        fused, composed = both(FUNCTIONS[name], a)
        assert fused.dtype == dtype
        same(
            fused,
            composed,
            2000 * n if name in ("eig", "eigvals", "det", "schur", "complex schur") else 200 * n,
            f"n = {n}",
        )
        # Larger ones have other factors alone, with other bits; a GPU's kernel is for batches.
        if n <= (4 if name == "svd" else 8) and a.is_cpu:
            assert torch.equal(both(FUNCTIONS[name], a[3:4], first=3)[0], fused[3:4]), n


@pytest.mark.parametrize("dtype", ALL)
def test_part_of_the_results(dtype: torch.dtype) -> None:
    n = 5
    for name, parts in (
        ("eigh", ((0,), (1,))),
        ("svd", ((0,), (1,), (2,), (0, 2))),
        ("qr", ((0,), (1,))),
        ("schur", ((0,), (1,))),
    ):
        for which in parts:
            same(*both(FUNCTIONS[name], matrices(name, n, dtype), which), 500 * n, f"{name} {which}")
    for which in ((0,), (1,)):
        same(*both(linalg.eig, matrices("eig", n, dtype), which), 5000 * n, f"eig {which}")
    same(*both(lambda x: linalg.cholesky(x, lower=True), matrices("cholesky", n, dtype)), 500 * n)


@pytest.mark.parametrize("name", ["eigh", "svd"])
def test_equal_and_nearly_equal_values(name: str) -> None:
    for n in (2, 3, 6):
        for dtype in (torch.float64, torch.complex128):
            kinds = hermitian_kinds(n, dtype) if name == "eigh" else general_kinds(n, dtype)
            for kind in ("condition 1", "signs", "clustered", "one large", "singular", "identity", "zero", "diagonal"):
                with sci.data_checks(False):  # the losses depend on the bases of equal values
                    fused, composed = both(FUNCTIONS[name], kinds[kind])
                assert bool(torch.isfinite(torch.view_as_real(fused + 0j)).all()), kind
                # Of nearly equal values a part of size noise / gap is what rounding makes it.
                gap = 1e4 if kind in ("clustered", "condition 1", "signs", "one large", "zero") else 1.0
                same(fused, composed, 1e3 * n * gap, kind)


def test_projector_on_a_cluster_is_exact() -> None:
    w = torch.tensor([1.0, 1.0, 1.0 + 1e-15, 4.0, 5.0], dtype=torch.float64)
    v = torch.linalg.qr(random(5, 5))[0]
    a = (v * w) @ v.mT
    a = ((a + a.mT) / 2).expand(4, 5, 5).clone().requires_grad_()
    weight = random(5, 5, seed=1)
    u = linalg.eigh(a)[1][..., :3]
    (g,) = torch.autograd.grad(((u @ u.mT) * weight).sum(), a)
    s = (weight + weight.mT) / 2
    expected = torch.zeros(5, 5, dtype=torch.float64)
    for k, value in ((3, 4.0), (4, 5.0)):
        p, q = v[:, :3] @ v[:, :3].mT, torch.outer(v[:, k], v[:, k])
        expected -= (p @ s @ q + q @ s @ p) / (value - 1.0)
    torch.testing.assert_close(g, expected.expand_as(g), rtol=1e-13, atol=1e-13)


def test_phases_and_singular_vectors_go_to_the_composed_rule() -> None:
    a = positive(5, 3, 3, dtype=torch.complex128).requires_grad_()
    for function in (linalg.eigh, linalg.eig, linalg.svd):
        with pytest.raises(LinAlgError, match="phases"):
            function(a)[0 if function is linalg.svd else 1].imag.sum().backward()
    jordan = torch.tensor([[2.0, 1.0], [0.0, 2.0]], dtype=torch.float64).expand(4, 2, 2).clone().requires_grad_()
    with pytest.warns(LinAlgWarning, match="ill-conditioned"):
        (g,) = torch.autograd.grad(linalg.eigvals(jordan).sum().real, jordan)
    torch.testing.assert_close(g, torch.eye(2, dtype=torch.float64).expand(4, 2, 2))


@pytest.mark.parametrize("dtype", ALL)
def test_flags_belong_to_their_matrix(dtype: torch.dtype) -> None:
    """In every place of a vector: matrices that only the composed rule has a gradient for do not lose it."""
    count = 19
    for n in (2, 3, 6):
        for k in range(count):
            a = torch.diag(torch.arange(1.0, n + 1)).to(dtype).expand(count, n, n).clone()
            a[k, -1, -1] = 0
            x = a.clone().requires_grad_()
            (g,) = torch.autograd.grad(linalg.det(x).real.sum(), x)
            expected = torch.zeros(n, n, dtype=dtype)
            expected[-1, -1] = a[k].diagonal()[:-1].prod()
            torch.testing.assert_close(g[k], expected)
            a[k, -1, -1] = a[k, 0, 0]
            x = a.clone().requires_grad_()
            v = linalg.eigh(x)[1][..., :1]
            with pytest.raises(LinAlgError, match=rf"of matrix {k} of the batch"):
                ((v @ v.mH).real * random(n, n, dtype=a.real.dtype)).sum().backward()


def test_cofactors_of_singular_and_extreme_matrices() -> None:
    rows = [[3.0, 2, 0], [3, 0, 0], [1, 2, 3], [1e-150, 1e-150, 1]]
    a = torch.stack([torch.diag(x) for x in torch.tensor(rows, dtype=torch.float64)])
    a = a.requires_grad_()
    (g,) = torch.autograd.grad(linalg.det(a).sum(), a)
    expected = [torch.diag(torch.tensor(x, dtype=torch.float64)) for x in ([0, 0, 6.0], [0, 0, 0.0], [6, 3, 2.0])]
    torch.testing.assert_close(g[:3], torch.stack(expected))
    torch.testing.assert_close(
        g[3].diagonal(), torch.tensor([1e-150, 1e-150, 1e-300], dtype=torch.float64), rtol=1e-13, atol=0
    )


def test_batched_gradients_and_views() -> None:
    a = random(2, 3, 3).requires_grad_()
    w = linalg.eigvals(a)
    eye = torch.eye(6, dtype=w.dtype).reshape(6, 2, 3)
    (many,) = torch.autograd.grad(w, a, eye, is_grads_batched=True, retain_graph=True)
    for k in range(6):
        torch.testing.assert_close(many[k], torch.autograd.grad(w, a, eye[k], retain_graph=True)[0])
    z = random(2, 3, 3, dtype=torch.complex128).requires_grad_()
    u, s, vh = linalg.svd(z.mH)  # a gradient that arrives as a lazy conjugate
    v = vh.mH
    (g,) = torch.autograd.grad(((u * s[..., None, :]) @ v.mH).real.sum(), z)
    torch.testing.assert_close(g, torch.ones_like(g))


def test_lu_of_singular_matrices_has_no_gradient() -> None:
    """Not finite in torch, and here an error that says which pivot."""
    a = torch.diag(torch.tensor([2.0, 1.0, 0.0], dtype=torch.float64)).expand(4, 3, 3).clone()
    a[0, 2, 2] = 3
    for function in (lambda x: linalg.lu(x)[2], lambda x: linalg.lu_factor(x)[0]):
        x = a.clone().requires_grad_()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", LinAlgWarning)
            found = function(x)
        with pytest.raises(LinAlgError, match="diagonal entry 2 of matrix 1 of the batch is zero"):
            found.sum().backward()


# ---- teams of threads ----------------------------------------------------------------------------------------------

TEAMS = {"eigh": EIGH, "svd": SVD, "qr": QR, "eig": EIG}


def parts_of(name: str, a: Tensor, missing: tuple[int, ...]) -> list[Tensor | None]:
    """Return the results of a function and gradients of a loss without phases, None for those that are missing."""
    results = [x.contiguous() for x in FUNCTIONS[name](a)]
    gradients = [
        random(*x.shape, dtype=x.real.dtype, seed=k) * (x if x.dim() == a.dim() else torch.ones_like(x))
        for k, x in enumerate(results)
    ]
    return [*results, *(None if k in missing else x.contiguous() for k, x in enumerate(gradients))]


@pytest.mark.parametrize("dtype", ALL)
@pytest.mark.parametrize("name", TEAMS)
def test_teams_have_the_rule_of_lanes(name: str, dtype: torch.dtype, device: torch.device) -> None:
    options = (not dtype.is_complex, True)
    for n in (1, 2, 3, 5, 8, 9, 17, 32):
        a = matrices(name, n, dtype)
        a[3] = torch.eye(n, dtype=dtype)
        count = len(parts_of(name, a, ())) // 2
        for missing in {(), *((k,) for k in range(count)), tuple(range(1, count)), tuple(range(count - 1))}:
            parts = parts_of(name, a, missing)
            parts += [None] * (6 - len(parts))
            expected, flags = torch.ops.sci._gradient_small(TEAMS[name], *parts, *options)
            moved = (None if x is None else x.to(device) for x in parts)
            found, raised = (x.cpu() for x in torch.ops.sci._gradient_small(TEAMS[name], *moved, *options, alone=True))
            assert torch.equal(raised, flags), f"{n} {missing}"
            scale = size(expected).clamp_min(0.1)  # of one vector alone it is 0 but for rounding, of numbers near 1
            assert float((size(found - expected) / scale).max()) < 50 * n * eps(dtype), f"{n} {missing}"
            if name == "eigh":
                assert torch.equal(found, found.mH)


def factor_parts(name: str, n: int, dtype: torch.dtype) -> tuple[int, bool, list[Tensor]]:
    """Return the kind of a rule of one result, its option, and what it reads: the results and their gradients."""
    a = matrices(name.split()[0], n, dtype)
    g = random(5, n, n, dtype=dtype, seed=1)
    if name == "det":
        a[3] = a[3, :, :1]  # singular where n > 1
        return DET, False, [a, random(5, dtype=dtype, seed=1)]
    if name == "inv":
        return INVERSE, False, [linalg.inv(a), g]
    if name == "lu_factor":
        lu, pivots = linalg.lu_factor(a.flip(-1))
        return LU, False, [lu, g, pivots.to(lu.real.dtype)]
    lower = name.endswith("lower")
    return CHOLESKY, not lower, [linalg.cholesky(a, lower=lower), g]


@pytest.mark.parametrize("dtype", ALL)
@pytest.mark.parametrize("name", ["cholesky lower", "cholesky upper", "det", "inv", "lu_factor"])
def test_teams_have_the_rule_of_one_result(name: str, dtype: torch.dtype, device: torch.device) -> None:
    for n in (1, 2, 3, 8, 9, 32):
        kind, option, parts = factor_parts(name, n, dtype)
        missing = [None] * (6 - len(parts))
        expected, flags = torch.ops.sci._gradient_small(kind, *parts, *missing, option, True)
        moved = [x.to(device) for x in parts]
        both = torch.ops.sci._gradient_small(kind, *moved, *missing, option, True, alone=True)
        found, raised = (x.cpu() for x in both)
        assert torch.equal(raised, flags) and flags.tolist() == [0, 0, 0, int(name == "det" and n > 1), 0], n
        good = flags == 0
        scale = size(expected[good])
        assert float((size((found - expected)[good]) / scale).max()) < 100 * n * eps(dtype), n


@pytest.mark.gpu
def test_determinants_of_any_rank_on_a_gpu(device: torch.device) -> None:
    a = torch.diag(torch.tensor([3.0, 2, 0], dtype=torch.float64)).repeat(5, 1, 1).to(device)
    a[1, 2, 2] = 1
    for enabled in (True, False):
        x = a.clone().requires_grad_()
        with sci.data_checks(enabled):
            (g,) = torch.autograd.grad(linalg.det(x).sum(), x)
        want = torch.tensor([[0.0, 0, 6], [2, 3, 6]], dtype=torch.float64)
        torch.testing.assert_close(g[:2].cpu(), torch.diag_embed(want))


@pytest.mark.parametrize("dtype", ALL)
def test_teams_have_the_rule_of_schur(dtype: torch.dtype, device: torch.device) -> None:
    operator = torch.ops.sci._schur_gradient
    for n in (1, 2, 3, 4, 7, 8, 9, 17, 32):
        a = random(5, n, n, dtype=dtype)
        a[3] = a[3].mH + a[3]
        a[4] = torch.eye(n, dtype=dtype)
        parts = parts_of("schur", a, ())
        for missing in ((), (2,), (3,)):
            given = [None if k in missing else x for k, x in enumerate(parts)]
            expected, flags = operator(*given)
            moved = (None if x is None else x.to(device) for x in given)
            found, raised = (x.cpu() for x in operator(*moved, alone=True))
            assert torch.equal(raised != 0, flags != 0), f"{n} {missing}"
            scale = size(expected).clamp_min(0.01)
            whole = flags == 0
            assert float(((size(found - expected) / scale)[whole]).max()) < 500 * n * eps(dtype), f"{n} {missing}"


def test_teams_tell_singular_triangles(device: torch.device) -> None:
    q = torch.eye(3, dtype=torch.float64).expand(2, 3, 3).contiguous().to(device)
    r = torch.diag(torch.tensor([2.0, 1.0, 3.0], dtype=torch.float64)).repeat(2, 1, 1)
    r[1, 1, 1] = 0
    parts = (q, r.to(device), None, q, None, None)
    found, flags = (x.cpu() for x in torch.ops.sci._gradient_small(QR, *parts, False, True, alone=True))
    assert flags.tolist() == [0, 1]
    torch.testing.assert_close(found[0], torch.eye(3, dtype=torch.float64))
    assert bool(found[1, :, 1].isnan().all())  # as without checks on a GPU, which does not read the flags


@pytest.mark.gpu
@pytest.mark.parametrize("name", ["eigh", "svd", "eig"])
def test_losses_without_a_gradient_raise_on_a_gpu(name: str, device: torch.device) -> None:
    a = random(4, 5, 5, dtype=torch.complex128)
    a = (a + a.mH).to(device).requires_grad_()
    with pytest.raises(LinAlgError, match="phases"):
        FUNCTIONS[name](a)[0 if name == "svd" else 1].imag.sum().backward()
    x = torch.eye(5, dtype=torch.float64, device=device).expand(4, 5, 5).clone()
    x[:2] = torch.diag(torch.arange(1.0, 6.0))
    x = x.requires_grad_()
    v = FUNCTIONS[name](x)[0 if name == "svd" else 1][..., :1]
    with pytest.raises(LinAlgError, match="of matrix 2 of the batch"):
        ((v @ v.mH) * random(5, 5).to(device)).real.sum().backward()
    with sci.data_checks(False):
        v = FUNCTIONS[name](x)[0 if name == "svd" else 1][..., :1]
        (g,) = torch.autograd.grad(((v @ v.mH) * random(5, 5).to(device)).real.sum(), x)
    assert bool(g.isfinite().all())
