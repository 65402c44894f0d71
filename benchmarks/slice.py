"""One row or two for each function that the five domains began with: all of them in two minutes."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch

from benchmarks import special
from benchmarks.cases import Case, Context, find, present, to_peer
from benchmarks.sparse_matrices import banded

_SPECIAL = ["gamma", "gammaln", "digamma", "polygamma", "erf", "erfc", "erfcx", "erfinv", "jv", "iv", "kv", "kve"]


def _dense(context: Context) -> Iterator[Case]:
    for n in (8, 64, 256):
        eye = torch.eye(n, dtype=torch.float64, device=context.device)
        general = context.randn(n, n) / n**0.5 + 3 * eye
        positive = general @ general.mT + eye
        lower, b, label = torch.linalg.cholesky(positive), context.randn(n, 2), f"{n} x {n}"
        yield from present(
            context.case("linalg.cholesky", label, positive),
            context.case("linalg.cho_factor", label, positive),
            context.case("linalg.solve_triangular", label, lower, b, lower=True),
            context.case("linalg.eigh", label, positive),
            context.case("linalg.schur", label, general),
            context.case("linalg.sqrtm", label, positive),
        )
        calls: dict[str, Any] = {"sci": functools.partial(find("sci", "linalg.cho_solve"), (lower, True), b)}
        if "scipy" in context.peers:
            theirs = (to_peer("scipy", lower), True), to_peer("scipy", b)
            calls["scipy"] = functools.partial(find("scipy", "linalg.cho_solve"), *theirs)
        yield Case("linalg.cho_solve", label, calls)


def _transforms(context: Context) -> Iterator[Case]:
    for n in (64, 1000, 65_536):
        x = context.randn(n)
        z = torch.complex(x, x.flip(0))
        yield from present(*(context.case(f"fft.{name}", str(n), z) for name in ("fft", "ifft", "irfft")))
        yield from present(*(context.case(f"fft.{name}", str(n), x) for name in ("rfft", "dct", "idct")))
    z = context.randn(512, 512).to(torch.complex128)
    yield from present(context.case("fft.fftn", "512 x 512", z), context.case("fft.next_fast_len", "99991", 99_991))


def _arrays(context: Context) -> Iterator[Case]:
    peers = ["sci", *(peer for peer in context.peers if peer == "scipy")]
    for n in (5, 1000, 100_000):
        parts = [torch.from_numpy(part).to(context.device) for part in banded(n, 2 if n > 5 else 1)]
        row = torch.from_numpy(np.repeat(np.arange(n, dtype=np.int32), np.diff(parts[2].cpu().numpy())))
        x, label = context.randn(n), f"banded, {n} rows"
        calls: dict[str, dict[str, Any]] = {}
        for peer in peers:
            data, indices, indptr, row_of, b = (to_peer(peer, v) if peer != "sci" else v for v in (*parts, row, x))
            csr, coo = find(peer, "sparse.csr_array"), find(peer, "sparse.coo_array")
            A = csr((data, indices, indptr), shape=(n, n))
            acts = {
                "A @ x": lambda A=A, b=b: A @ b,
                "A.T @ x": lambda A=A, b=b: A.T @ b,
                "A.sum(axis=0)": lambda A=A: A.sum(axis=0),
                "csr_array": functools.partial(csr, (data, indices, indptr), shape=(n, n)),
                "coo_array(...).tocsr()": functools.partial(_converted, coo, (data, (row_of, indices)), (n, n)),
            }
            for name, act in acts.items():
                calls.setdefault(name, {})[peer] = act
        for name, of in calls.items():
            yield Case(f"sparse: {name}", label, of)
    n = 100
    rights, matrices = {}, {}
    for peer in peers:
        sparse = find(peer, "sparse")
        line = sparse.diags_array([-1.0, 2.0, -1.0], offsets=[-1, 0, 1], shape=(n, n), dtype=_double(peer))
        eye = sparse.eye_array(n, dtype=_double(peer))
        matrices[peer] = (sparse.kron(line, eye) + sparse.kron(eye, line)).tocsc()
        b = context.randn(n * n)
        rights[peer] = b if peer == "sci" else to_peer(peer, b)
    for name, keywords in (("cg", {"rtol": 1e-6}), ("spsolve", {})):
        of = {
            p: functools.partial(
                find(p, f"sparse.linalg.{name}"), A.tocsr() if name == "cg" else A, rights[p], **keywords
            )
            for p, A in matrices.items()
        }
        yield Case(f"sparse.linalg.{name}", f"2-D Poisson, {n * n} unknowns", of)


def _converted(coo: Any, entries: Any, shape: tuple[int, int]) -> Any:
    return coo(entries, shape=shape).tocsr()


def _double(peer: str) -> Any:
    return torch.float64 if peer == "sci" else np.float64


def _interpolants(context: Context) -> Iterator[Case]:
    at = torch.rand(10_000, dtype=torch.float64, generator=torch.Generator().manual_seed(0)).to(context.device)
    for n in (10, 1000):
        x = torch.linspace(0, 1, n, dtype=torch.float64, device=context.device)
        yield from _made("CubicSpline", f"{n} knots", (x, context.randn(n)), at, context)
    side = torch.linspace(0, 1, 10, dtype=torch.float64, device=context.device)
    points = torch.stack([at, at.flip(0), at.roll(1)], -1)
    yield from _made(
        "RegularGridInterpolator", "10 x 10 x 10", ((side,) * 3, context.randn(10, 10, 10)), points, context
    )


def _made(name: str, label: str, args: Any, at: torch.Tensor, context: Context) -> Iterator[Case]:
    makes: dict[str, Any] = {"sci": functools.partial(find("sci", f"interpolate.{name}"), *args)}
    if "scipy" in context.peers:
        theirs = [tuple(to_peer("scipy", p) for p in v) if isinstance(v, tuple) else to_peer("scipy", v) for v in args]
        makes["scipy"] = functools.partial(find("scipy", f"interpolate.{name}"), *theirs)
    yield Case(f"interpolate.{name}", f"made of {label}", makes)
    points = {p: at if p == "sci" else to_peer(p, at) for p in makes}
    calls = {p: functools.partial(make(), points[p]) for p, make in makes.items()}
    yield Case(f"interpolate.{name}", f"of {label}, at {len(at)} points", calls)


def cases(context: Context) -> Iterator[Case]:
    """Yield the rows, domain by domain."""
    context = Context(context.device, context.quick, tuple(peer for peer in context.peers if peer == "scipy"))
    for card in special.cards():
        if card.name in _SPECIAL:
            for signature in special.signatures(card):
                args = special.arguments(card, signature, torch.float64, 1 << 14, None)
                kind = "complex128" if "c" in signature else "float64"
                case = special.row(context, card, args, f"{1 << 14} {kind}")
                yield from present(case)
    yield from itertools.chain(_dense(context), _transforms(context), _arrays(context), _interpolants(context))
