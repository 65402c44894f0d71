"""The tables of dense linear algebra: batches of small matrices, large single ones, bands, with gradients."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor

from benchmarks.cases import Case, Context, find, present

Function = Callable[..., Any]


def loop(name: str, **keywords: Any) -> Function:
    """Return SciPy's function called matrix by matrix, which is what its users write for a batch."""
    function = find("scipy", name)

    def run(*args: np.ndarray[Any, Any]) -> list[Any]:
        return [function(*matrices, **keywords) for matrices in zip(*args)]

    return run


def _parts(x: Any) -> list[Tensor]:
    """Return the results that have a derivative: not pivots and permutations."""
    return [y for y in (x if isinstance(x, tuple) else (x,)) if y.requires_grad]


def _value_and_gradient(function: Function, a: Tensor) -> Function:
    """Return the call of a function with its backward pass, from gradients of a loss that does not depend on signs and
    phases: the loss itself is computed at the first call alone, which is not timed."""
    leaf = a.detach().requires_grad_()
    grads: list[Tensor] = []

    def run() -> tuple[Tensor, ...]:
        found = _parts(function(leaf))
        if not grads:
            outputs = [x.detach().requires_grad_() for x in found]
            terms = [(x.abs() ** 2).mean(-1).sum() if x.is_complex() else (x**3).sum().abs() for x in outputs]
            grads.extend(torch.autograd.grad(torch.stack(terms).sum(), outputs))
        return torch.autograd.grad(found, leaf, grads)

    return run


def _both(
    context: Context, name: str, label: str, a: Tensor, torch_call: Function | None, where: str
) -> Iterator[Case]:
    """Yield the rows of values and of values with gradients, without and with torch."""
    function = find("sci", f"linalg.{name}")
    pair: dict[str, Function] = {"sci": function}
    if torch_call is not None:
        pair["torch"] = torch_call
    values: dict[str, Callable[[], Any]] = {peer: functools.partial(call, a) for peer, call in pair.items()}
    if a.dim() == 2 and "scipy" in context.peers:
        values["scipy"] = functools.partial(find("scipy", f"linalg.{name}"), a.numpy(force=True))
    yield Case(f"linalg.{name}, {where}", label, values)
    if torch_call is not None:
        gradients = {peer: _value_and_gradient(call, a) for peer, call in pair.items()}
        yield Case(f"linalg.{name}, {where} with gradient", label, gradients)


def _matrices(context: Context, *shape: int) -> tuple[Tensor, Tensor]:
    """Return general matrices, and positive definite ones."""
    eye = torch.eye(shape[-1], dtype=torch.float64, device=context.device)
    general = context.randn(*shape) / shape[-1] ** 0.5
    return general + eye / 2, general @ general.mT + eye


def _named(where: str, *cases: Case | None) -> Iterator[Case]:
    """Say in the names of rows to which table they belong, so that `-k` can choose it."""
    for case in present(*cases):
        yield dataclasses.replace(case, name=f"{case.name}, {where}")


def batches(context: Context) -> Iterator[Case]:
    """Yield batches of small matrices beside torch, values and gradients."""
    for batch, n in context.sizes(*((100_000, n) for n in (2, 3, 4, 8)), (20_000, 16), (4000, 32)):
        batch = context.many(batch)
        general, positive = _matrices(context, batch, n, n)
        for name in ("eigh", "svd", "eig", "eigvals", "schur", "lu", "lu_factor", "qr", "cholesky", "det", "inv"):
            a = positive if name in ("eigh", "cholesky") else general
            # torch has no Schur form: what it has nearest is eig.
            torch_call = getattr(torch.linalg, "eig" if name == "schur" else name)
            yield from _both(context, name, f"{batch} of {n} x {n}", a, torch_call, "batch")
        for order in ("fro", 1):
            yield from _named(
                "batch",
                context.case(
                    "linalg.norm",
                    f"{batch} of {n} x {n}, order {order}",
                    general,
                    order,
                    (-2, -1),
                    torch_call=torch.linalg.matrix_norm,
                ),
            )
        for name, torch_call in (("pinv", torch.linalg.pinv), ("svdvals", torch.linalg.svdvals)):
            yield from _both(context, name, f"{batch} of {n} x {n}", general, torch_call, "batch")
        yield from _solvers_of_batches(f"{batch} of {n} x {n}, a column", general, positive, context.randn(batch, n, 1))


def _solvers_of_batches(label: str, general: Tensor, positive: Tensor, b: Tensor) -> Iterator[Case]:
    solve, triangular, lu_solve = (find("sci", f"linalg.{name}") for name in ("solve", "solve_triangular", "lu_solve"))
    lu, pivots = torch.linalg.lu_factor(general)  # column by column, as torch has them
    own = find("sci", "linalg.lu_factor")(general)
    pairs: dict[str, tuple[Callable[[], Any], Callable[[], Any]]] = {
        "solve": (lambda: solve(general, b), lambda: torch.linalg.solve(general, b)),
        "solve, positive definite": (
            lambda: solve(positive, b, assume_a="pos"),
            lambda: torch.cholesky_solve(b, torch.linalg.cholesky(positive)),
        ),
        "solve_triangular": (
            lambda: triangular(positive, b, lower=True),
            lambda: torch.linalg.solve_triangular(positive, b, upper=False),
        ),
        "lu_solve": (lambda: lu_solve(own, b), lambda: torch.linalg.lu_solve(lu, pivots, b)),
    }
    for name, (ours, peer) in pairs.items():
        yield Case(f"linalg.{name}, batch", label, {"sci": ours, "torch": peer})


def large(context: Context) -> Iterator[Case]:
    """Yield single matrices beside torch and SciPy, with as many threads."""
    peers: dict[str, Function | None] = {
        name: getattr(torch.linalg, name)
        for name in ("det", "inv", "lu_factor", "lu", "qr", "eigvalsh", "eigh", "svdvals", "svd", "eigvals", "eig")
    }
    peers |= {
        "cholesky": torch.linalg.cholesky,
        "ldl": None,
        "hessenberg": None,
        "schur": None,
        "pinv": torch.linalg.pinv,
    }
    for n in context.sizes(500, 2000):
        general, positive = _matrices(context, n, n)
        for name, torch_call in peers.items():
            a = positive if name in ("cholesky", "eigh", "eigvalsh", "ldl") else general
            # Decompositions that take torch and SciPy many seconds say what they have to say at 500.
            if n == 500 or name in ("cholesky", "det", "inv", "lu_factor", "lu", "qr", "eigvalsh", "eigh", "ldl"):
                yield from _both(context, name, f"{n} x {n}", a, torch_call, "large")
        b = context.randn(n, 10)
        yield from _named(
            "large",
            context.case("linalg.solve", f"{n} x {n}, 10 right-hand sides", general, b, torch_call=torch.linalg.solve),
            context.case("linalg.qr", f"{n} x {n}, pivoting", general, pivoting=True),
        )
        if n == 500:
            unitary = torch.linalg.qr(general)[0]
            yield from _named(
                "large",
                context.case("linalg.lstsq", f"{n} x {n}, 10 right-hand sides", general, b),
                context.case("linalg.polar", f"{n} x {n}", general),
                context.case("linalg.rq", f"{n} x {n}", general),
                context.case("linalg.null_space", f"{n // 2} x {n}", general[: n // 2]),
                context.case("linalg.cossin", f"{n} x {n}, 4 blocks", unitary, n // 2, n // 2),
                context.case("linalg.qz", f"{n} x {n}", general, positive),
            )


def bands(context: Context) -> Iterator[Case]:
    """Yield banded, tridiagonal and Toeplitz systems: one, and batches beside a loop over SciPy."""
    for batch, n in ((1, 10_000), (1000, 100)):
        label = f"n = {n}" if batch == 1 else f"{batch} of n = {n}"
        lead = () if batch == 1 else (batch,)
        for below, above in ((1, 1), (3, 2)):
            ab = context.randn(*lead, below + above + 1, n)
            ab[..., above, :] += 10
            upper = ab[..., : above + 1, :].contiguous()
            b = context.randn(*lead, n, 1)
            width = f"{label}, {below} + {above} diagonals"

            def solve_loop(_: Any, ab: Any, b: Any, pair: tuple[int, int] = (below, above)) -> Any:
                return [find("scipy", "linalg.solve_banded")(pair, *one) for one in zip(ab, b)]

            one = batch == 1
            yield from _named("bands",
                context.case(
                    "linalg.solve_banded", width, (below, above), ab, b, scipy_call=None if one else solve_loop
                ),
                context.case(
                    "linalg.solveh_banded", width, upper, b,
                    scipy_call=None if one else loop("linalg.solveh_banded"),
                ),
                context.case(
                    "linalg.cholesky_banded", width, upper,
                    scipy_call=None if one else loop("linalg.cholesky_banded"),
                ),
            )  # fmt: skip
        n = min(n, 500)
        d, e = context.randn(*lead, n), context.randn(*lead, n - 1)
        label = f"n = {n}" if batch == 1 else f"{batch} of n = {n}"
        call = None if batch == 1 else loop("linalg.eigh_tridiagonal")
        yield from _named(
            "bands",
            context.case("linalg.eigh_tridiagonal", label, d, e, scipy_call=call),
        )
        c, b = context.randn(*lead, n), context.randn(*lead, n, 1)
        c[..., 0] += n
        call = None if batch == 1 else loop("linalg.solve_toeplitz")
        yield from _named("bands", context.case("linalg.solve_toeplitz", label, c, b, scipy_call=call))


def structures(context: Context) -> Iterator[Case]:
    """Yield single systems of known structure, and single bands of moderate size."""
    for n in context.sizes(100, 8, 500):
        general = context.randn(n, n) / n**0.5 + 2 * torch.eye(n, dtype=torch.float64, device=context.device)
        matrices = {
            "general": general,
            "diagonal": general.diagonal().diag(),
            "upper triangular": general.triu(),
            "tridiagonal": general.triu(-1).tril(1),
            "banded": general.triu(-2).tril(2),
            "sym": general + general.mT,
            "pos": general @ general.mT,
        }
        b = context.randn(n)
        for kind, a in matrices.items():
            label = f"n = {n}, {kind}"
            yield from _named(
                "structures",
                context.case("linalg.solve", label, a, b, assume_a=kind),
                context.case("linalg.solve", label + ", found", a, b),
            )
        ab = context.randn(3, n)
        ab[1] += 10
        upper = ab[:2].contiguous()
        factor = (find("sci", "linalg.cholesky_banded")(upper), False)
        d, e = context.randn(n), context.randn(n - 1)
        yield from _named(
            "structures",
            context.case("linalg.solve_banded", f"n = {n}, 1 + 1 diagonals", (1, 1), ab, b),
            context.case("linalg.solveh_banded", f"n = {n}, 1 + 1 diagonals", upper, b),
            context.case("linalg.cholesky_banded", f"n = {n}, 1 + 1 diagonals", upper),
            context.case("linalg.cho_solve_banded", f"n = {n}, 1 + 1 diagonals", factor, b),
            context.case("linalg.eig_banded", f"n = {n}, 2 + 2 diagonals", ab),
            context.case("linalg.eigvals_banded", f"n = {n}, 2 + 2 diagonals", ab),
            context.case("linalg.eigh_tridiagonal", f"n = {n}", d, e),
            context.case("linalg.eigvalsh_tridiagonal", f"n = {n}", d, e),
            context.case("linalg.solve_toeplitz", f"n = {n}", ab[1], b),
        )
