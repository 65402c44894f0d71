"""SciPy's BLAS and LAPACK on CPU tensors, for matrices large enough to gain by it.

On the CPU this is no transfer: the arrays share the tensors' memory. Routines that torch lacks (gees) come from here,
and those for which SciPy's OpenBLAS is faster than torch's library (triangular solves and Cholesky factors, by 10 to
40 percent from n = 64 on; QR, singular and Hermitian eigenvalues and vectors, by 10 to 25 percent from n = 128 or 256
on; measured by ``python -m benchmarks linalg``). OpenBLAS has threads of its own, which obey no
`torch.set_num_threads` and fight with torch's for the cores: where torch has several threads, large matrices go to
torch. Matrices are row-major; the routines see their transposes.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from sci._core.checks import finite_probe

from ._errors import LinAlgError
from ._matrices import in_range, place_in_batch
from ._sizes import LOWER_CHOLESKY_FROM

_PREFIX = {torch.float32: "s", torch.float64: "d", torch.complex64: "c", torch.complex128: "z"}
_MIN_SIZE = 64
_THREADED_SIZE = 256  # from here on a routine is worth several threads
_MIN_ALONE = 96  # below, a factor takes less time than SciPy's call
_MIN_ESTIMATE = 256  # below, gecon takes less time than the calls of our own estimate
_ESTIMATE_STEPS = 5  # LAPACK's bound
_MIN_DECOMPOSED = 256  # from here on those of A = QR, U S V^H and V W V^H, on one thread
_MIN_BAND = 3  # rows that routines for bands take
_WIDE, _WIDE_FACTOR = 20, 40  # bands with more diagonals are solved, and factored, in blocks


def worthwhile(x: Tensor) -> bool:
    """Return whether the n x n matrices of `x` are on the CPU and large enough for a call per matrix."""
    n = x.shape[-1]
    if n < _MIN_SIZE or not x.is_cpu or x.dtype not in _PREFIX:
        return False
    return n < _THREADED_SIZE or torch.get_num_threads() == 1


def worthwhile_alone(x: Tensor) -> bool:
    """Return whether `x` is one matrix of a size from which LU and Cholesky factors are faster from here."""
    return x.dim() == 2 and x.shape[-1] >= _MIN_ALONE and worthwhile(x)


def _decomposes(a: Tensor, in_single_precision: bool = False) -> bool:
    """Return whether decompositions of many times n^3 operations are faster from here; of float32, only some are."""
    if min(a.shape[-2:]) < _MIN_DECOMPOSED or not a.is_cpu or a.dtype not in _PREFIX or a.numel() == 0:
        return False
    return torch.get_num_threads() == 1 and (in_single_precision or a.dtype != torch.float32)


def _one_by_one(a: Tensor, decompose: Callable[[Tensor], tuple[tuple[Tensor, ...], int]]) -> tuple[Tensor, ...]:
    """Return the results for every matrix of a batch; raise for the first for which LAPACK's info is not 0."""
    found = [decompose(x) for x in a.detach().resolve_conj().reshape(-1, *a.shape[-2:])]
    info = torch.tensor([code for _, code in found]).view(a.shape[:-2])
    if bool(info.any()):
        where, code = place_in_batch(info)
        raise LinAlgError(f"LAPACK's algorithm did not converge, info = {code}{where}")
    if a.dim() == 2:
        return found[0][0]
    parts = zip(*(parts for parts, _ in found), strict=True)
    return tuple(torch.stack(part).view(*a.shape[:-2], *part[0].shape) for part in parts)


@functools.cache
def _routine(name: str, dtype: torch.dtype) -> Callable[..., Any]:
    from scipy.linalg import blas, lapack  # loaded at the first large matrix, not with the library

    full = _PREFIX[dtype] + name
    return getattr(blas if name in ("trsm", "trsv") else lapack, full)  # type: ignore[no-any-return]


def potrf(a: Tensor, lower: bool) -> tuple[Tensor, Tensor]:
    """Return the Cholesky factors of a batch, with zeros in the other triangle, and LAPACK's info."""
    routine = _routine("potrf", a.dtype)
    if a.dim() == 2 and not lower and a.shape[-1] >= LOWER_CHOLESKY_FROM:
        c, info = routine(a.detach().contiguous().resolve_conj().numpy().T, lower=True, clean=1)
        return torch.from_numpy(c.T), torch.tensor(info, dtype=torch.int32)
    out = torch.empty(a.shape, dtype=a.dtype)
    info = torch.zeros(a.shape[:-2], dtype=torch.int32)
    # The upper factor is the transpose of the lower one of A^T. Either comes of LAPACK's upper form on columns that are
    # A's rows: up to some size its lower form takes twice the time, two transpositions a tenth of it.
    source = (a if lower else a.mT).detach().reshape(-1, *a.shape[-2:])
    codes, factors = info.view(-1), out.view(-1, *a.shape[-2:])
    for k in range(source.shape[0]):
        c, codes[k] = routine(source[k].contiguous().resolve_conj().numpy().T, lower=False, clean=1)
        made = torch.from_numpy(c.T)
        if lower and source.shape[0] == 1:
            return made.view(a.shape), info
        if source.shape[0] == 1:
            return made.mT.contiguous().view(a.shape), info
        factors[k] = made if lower else made.mT
    return out, info


def trsm(a: Tensor, b: Tensor, trans: int, lower: bool, unit_diagonal: bool, overwrite_b: bool = False) -> Tensor:
    """Solve op(A) X = B for batches of equal shape; `trans` as in `solve_triangular`."""
    vector = b.shape[-1] == 1
    routine = _routine("trsv" if vector else "trsm", a.dtype)
    if trans == 2:
        a = a.conj()
    shape = b.shape
    out = torch.empty(shape, dtype=b.dtype)
    many_a, many_b, many_x = (x.detach().reshape(-1, *x.shape[-2:]) for x in (a, b, out))
    for k in range(many_a.shape[0]):
        # X^T op(A)^T = B^T, where B^T is column-major without a copy.
        ak, turned = many_a[k], trans != 0
        low, transposed = (not lower, turned) if not ak.mT.is_contiguous() else (lower, not turned)
        if ak.mT.is_contiguous():
            matrix = ak.resolve_conj().numpy()
        else:
            matrix = ak.contiguous().resolve_conj().numpy().T
        right = many_b[k].contiguous().resolve_conj().numpy().T
        options = {"lower": low, "diag": int(unit_diagonal)}
        if vector:  # op(A) x = b itself: the other way round
            x = routine(matrix, right[0], overwrite_x=overwrite_b, trans=int(not transposed), **options)
        else:
            options |= {"side": 1, "trans_a": int(transposed), "overwrite_b": overwrite_b}
            x = routine(1.0, matrix, right, **options)
        if many_a.shape[0] == 1:
            return torch.from_numpy(x.T).view(shape)
        many_x[k] = torch.from_numpy(x.T).view(shape[-2:])
    return out


def gesv(a: Tensor, b: Tensor) -> Tensor:
    """Solve A^T X^T = B^T, that is X A = B, for batches of contiguous matrices, which it may overwrite."""
    routine = _routine("gesv", a.dtype)
    many_a, many_b = (x.view(-1, *x.shape[-2:]) for x in (a, b))
    out = torch.empty_like(b) if many_a.shape[0] > 1 else b
    for k in range(many_a.shape[0]):
        x = routine(many_a[k].numpy().T, many_b[k].numpy().T, overwrite_a=1, overwrite_b=1)[2]
        if many_a.shape[0] == 1:
            return torch.from_numpy(x.T).view(b.shape)
        out.view(many_b.shape)[k] = torch.from_numpy(x.T)
    return out


def getrf(a: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return LU of one matrix, column-major, with pivots counted from 1, and LAPACK's info."""
    lu, pivots, info = _routine("getrf", a.dtype)(a.detach().resolve_conj().numpy())
    return torch.from_numpy(lu), torch.from_numpy(pivots) + 1, torch.tensor(info, dtype=torch.int32)


def lu_factor(a: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return what `torch.linalg.lu_factor_ex` does."""
    lu, pivots, info = torch.linalg.lu_factor_ex(a)
    if _defeated(a, lu):
        lu, pivots, info = _one_by_one(a, lambda x: (getrf(x), 0))
    return lu, pivots, info


def _defeated(a: Tensor, *factors: Tensor) -> bool:
    """Return whether factors are not finite: MKL divides complex columns by subnormal numbers, in vain."""
    return a.is_cpu and a.is_complex() and not all(bool(torch.isfinite(finite_probe(x))) for x in factors)


def one_norm(a: Tensor) -> Tensor:
    """Return the 1-norm of one matrix, half the time of torch's sums or less."""
    size = _routine("lange", a.dtype)("I", a.detach().contiguous().resolve_conj().numpy().T)
    return torch.tensor(size, dtype=a.dtype.to_real() if a.is_complex() else a.dtype)


def getri(lu: Tensor, pivots: Tensor) -> Tensor:
    """Return the inverse of one matrix from what `getrf` returned."""
    n = lu.shape[-1]
    inverse, _ = _routine("getri", lu.dtype)(lu.numpy(), (pivots - 1).numpy(), lwork=64 * n)
    return torch.from_numpy(inverse)


def reciprocal_condition(lu: Tensor, pivots: Tensor, norm: Tensor) -> Tensor:
    """Return estimates of the reciprocal condition numbers of a batch in the 1-norm, from LU factors and 1-norms."""
    n, own = lu.shape[-1], lu.shape[-1] >= _MIN_ESTIMATE and not lu.is_complex()
    gecon = _routine("gecon", lu.dtype)
    if lu.dim() == 2:
        rows = [(lu, pivots, norm)]
    else:
        rows = list(zip(lu.reshape(-1, n, n), pivots.reshape(-1, n), norm.reshape(-1), strict=True))
    found = [
        1 / float(size) / _inverse_norm(one, swaps - 1) if own and size > 0 else gecon(one.numpy(), float(size))[0]
        for one, swaps, size in rows
    ]
    return torch.tensor(found, dtype=norm.dtype).view(norm.shape)


def _inverse_norm(lu: Tensor, pivots: Tensor) -> float:
    """Return an estimate of the 1-norm of a real inverse, infinity where a solution overflows.

    The steps of gecon (N. J. Higham, ACM TOMS 14 (1988) 381-396, algorithm 4.1), whose own triangular solves guard
    every component against overflow and take several times as long as these.
    """
    import numpy as np

    n = lu.shape[-1]
    solve = functools.partial(_routine("getrs", lu.dtype), lu.numpy(), pivots.numpy())
    signs = (1 + np.arange(n) / (n - 1)) * np.where(np.arange(n) % 2, -1, 1)
    x, place = np.full(n, 1 / n), -1
    with np.errstate(all="ignore"):
        best = 2 * float(np.abs(solve(signs)[0]).sum()) / (3 * n)
        for _ in range(_ESTIMATE_STEPS):
            y = solve(x)[0]
            estimate = float(np.abs(y).sum())
            if place >= 0 and not estimate > best:
                break
            best = max(best, estimate)
            found = int(np.abs(solve(np.where(y < 0, -1.0, 1.0), trans=1)[0]).argmax())
            if found == place:
                break
            x, place = np.zeros(n), found
            x[place] = 1
    return best if best < np.inf else np.inf  # neither of a NaN


def gelsd(a: Tensor, b: Tensor, rtol: float) -> tuple[Tensor, Tensor, int, int]:
    """Return the least-squares solution of one system, singular values, the rank, and LAPACK's info."""
    m, n = a.shape
    routine, query = _routine("gelsd", a.dtype), _routine("gelsd_lwork", a.dtype)
    right = torch.nn.functional.pad(b, (0, 0, 0, max(0, n - m))).detach().resolve_conj().numpy()
    *work, _ = query(m, n, b.shape[-1], rtol)
    sizes = [int(w.real) for w in work]
    x, s, rank, info = routine(a.detach().resolve_conj().numpy(), right, *sizes, rtol)
    return torch.from_numpy(x[:n]), torch.from_numpy(s), int(rank), int(info)


def _no_selection(*_: Any) -> int:
    return 0


def gees(a: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return Schur forms and vectors of a batch, and LAPACK's info."""
    routine = _routine("gees", a.dtype)
    t, z = torch.empty_like(a, memory_format=torch.contiguous_format), torch.empty(a.shape, dtype=a.dtype)
    info = torch.zeros(a.shape[:-2], dtype=torch.int32)
    flat, codes = a.detach().reshape(-1, *a.shape[-2:]), info.view(-1)
    many_t, many_z = t.view(-1, *a.shape[-2:]), z.view(-1, *a.shape[-2:])
    lwork = 0
    for k in range(flat.shape[0]):
        if not bool(torch.isfinite(finite_probe(flat[k]))):
            many_t[k], many_z[k], codes[k] = torch.nan, torch.nan, flat.shape[-1]
            continue
        matrix = flat[k].resolve_conj().numpy()
        if not lwork:
            lwork = int(routine(_no_selection, matrix, lwork=-1)[-2][0].real)
        found = routine(_no_selection, matrix, lwork=lwork)
        many_t[k], many_z[k] = torch.from_numpy(found[0]), torch.from_numpy(found[-3])
        codes[k] = found[-1]
    return t, z, info


def eigvalsh(a: Tensor, lower: bool) -> Tensor:
    """Return eigenvalues of Hermitian matrices in ascending order."""
    complex_ = a.is_complex()
    routine = _routine("heevr" if complex_ else "syevr", a.dtype)
    out = torch.empty(a.shape[:-1], dtype=a.dtype.to_real() if complex_ else a.dtype)
    flat, many = a.detach().reshape(-1, *a.shape[-2:]), out.view(-1, a.shape[-1])
    for k in range(flat.shape[0]):
        # The transpose of A is conj(A), which has the eigenvalues of A.
        matrix = flat[k].contiguous().resolve_conj().numpy().T
        found = routine(matrix, compute_v=0, lower=int(not lower))
        if found[-1] != 0:
            raise LinAlgError(f"eigvalsh: LAPACK's eigenvalue routine failed with info = {found[-1]}")
        many[k] = torch.from_numpy(found[0])
    return out


def sygvd(a: Tensor, b: Tensor, lower: bool, kind: int) -> tuple[Tensor, Tensor, Tensor]:
    """Return eigenvalues and vectors of generalised Hermitian problems, and LAPACK's info."""
    complex_ = a.is_complex()
    routine = _routine("hegvd" if complex_ else "sygvd", a.dtype)
    w = torch.empty(a.shape[:-1], dtype=a.dtype.to_real() if complex_ else a.dtype)
    v = torch.empty(a.shape, dtype=a.dtype)
    info = torch.zeros(a.shape[:-2], dtype=torch.int32)
    n = a.shape[-1]
    many_a, many_b, many_v = (x.detach().reshape(-1, n, n) for x in (a, b, v))
    many_w, codes = w.view(-1, n), info.view(-1)
    for k in range(many_a.shape[0]):
        # The transposes are conj(A) and conj(B), whose vectors are conj(V).
        one, other = (x[k].contiguous().resolve_conj().numpy().T for x in (many_a, many_b))
        found = routine(one, other, itype=kind, jobz="V", uplo="U" if lower else "L")
        vectors = torch.from_numpy(found[1])
        many_w[k], many_v[k], codes[k] = torch.from_numpy(found[0]), vectors.conj() if complex_ else vectors, found[2]
    return w, v, info


def wide_band(ab: Tensor, solve: bool) -> bool:
    """Return whether `ab` is one positive definite band so wide that blocked factors are faster."""
    return ab.dim() == 2 and ab.shape[0] > (_WIDE if solve else _WIDE_FACTOR) and ab.is_cpu and ab.dtype in _PREFIX


def pbtrf(ab: Tensor, lower: bool) -> Tensor | None:
    """Return the band Cholesky factor of one matrix, zero in the corner; None where it is not positive definite."""
    c, info = _routine("pbtrf", ab.dtype)(ab.detach().resolve_conj().numpy(), lower=int(lower))
    if info != 0:
        return None
    factor = torch.from_numpy(c).contiguous()
    w, n = ab.shape[0] - 1, ab.shape[1]
    rows, columns = torch.arange(w + 1)[:, None], torch.arange(min(w, n))
    if lower:
        factor[:, max(n - w, 0) :].masked_fill_(rows + columns >= min(w, n), 0)
    else:
        factor[:, : min(w, n)].masked_fill_(rows + columns < w, 0)
    return factor


def pbsv(ab: Tensor, b: Tensor, lower: bool) -> Tensor | None:
    """Return the solution of one positive definite banded system; None where it is not positive definite."""
    _, x, info = _routine("pbsv", ab.dtype)(*(y.detach().resolve_conj().numpy() for y in (ab, b)), lower=int(lower))
    return torch.from_numpy(x).contiguous() if info == 0 else None


def stevd(d: Tensor, e: Tensor, vectors: bool) -> tuple[Tensor, Tensor] | None:
    """Return eigenvalues and vectors (column-major) of symmetric tridiagonal matrices; None where the routine
    fails."""
    routine, n = _routine("stevd", d.dtype), d.shape[-1]
    if d.dim() == 1:
        w, v, info = routine(d.detach().numpy(), e.detach().numpy(), compute_v=int(vectors))
        return (torch.from_numpy(w), torch.from_numpy(v)) if info == 0 else None
    count, wanted = d.numel() // n, n if vectors else 0
    many_d, many_e = d.detach().reshape(count, n).numpy(), e.detach().reshape(count, n - 1).numpy()
    values, columns = (torch.empty(shape, dtype=d.dtype) for shape in (d.shape, (*d.shape[:-1], wanted, n)))
    many_w, many_v = values.view(count, n).numpy(), columns.view(count, wanted, n).numpy()
    for k in range(count):
        many_w[k], v, info = routine(many_d[k], many_e[k], compute_v=int(vectors))
        if info != 0:
            return None
        if vectors:
            many_v[k] = v.T
    return values, columns.mT


def bevd(ab: Tensor, lower: bool, vectors: bool) -> tuple[Tensor, Tensor | None] | None:
    """Return eigenvalues and vectors (column-major) of Hermitian bands; None where the routine fails."""
    routine = _routine("hbevd" if ab.is_complex() else "sbevd", ab.dtype)
    found = []
    for one in ab.detach().reshape(-1, *ab.shape[-2:]).resolve_conj().numpy():
        w, v, info = routine(one, compute_v=int(vectors), lower=int(lower), overwrite_ab=0)  # 1 unless told
        if info != 0:
            return None
        found.append((torch.from_numpy(w), torch.from_numpy(v.T) if vectors else None))
    if ab.dim() == 2:
        values, rows = found[0]
        return values, None if rows is None else rows.mT
    lead, n = ab.shape[:-2], ab.shape[-1]
    values = torch.stack([w for w, _ in found]).view(*lead, n)
    if not vectors:
        return values, None
    return values, torch.stack([rows for _, rows in found if rows is not None]).view(*lead, n, n).mT


def eigh_subset(a: Tensor, lower: bool, first: int, last: int, vectors: bool) -> tuple[Tensor, Tensor | None]:
    """Return some eigenvalues and vectors of one Hermitian matrix."""
    routine = _routine("heevr" if a.is_complex() else "syevr", a.dtype)
    matrix = a.detach().contiguous().resolve_conj().numpy().T
    options = {"compute_v": int(vectors), "range": "I", "il": first + 1, "iu": last + 1, "lower": int(not lower)}
    w, v, _, _, info = routine(matrix, **options)
    if info != 0:
        raise LinAlgError(f"eigh: LAPACK's eigenvalue routine failed with info = {info}")
    count = last - first + 1
    values = torch.from_numpy(w[:count].copy())
    return values, torch.from_numpy(v[:, :count].copy()).conj().resolve_conj() if vectors else None


def trsen(t: Tensor, z: Tensor, select: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return reordered Schur forms and vectors of a batch, and LAPACK's info."""
    routine, n = _routine("trsen", t.dtype), t.shape[-1]
    many_t, many_z, many_select = t.detach().reshape(-1, n, n), z.detach().reshape(-1, n, n), select.reshape(-1, n)
    out_t, out_z = torch.empty(many_t.shape, dtype=t.dtype), torch.empty(many_t.shape, dtype=t.dtype)
    info = torch.zeros(t.shape[:-2], dtype=torch.int32)
    for k in range(many_t.shape[0]):
        found = routine(many_select[k].numpy(), many_t[k].numpy(), many_z[k].numpy(), job="N")
        out_t[k], out_z[k] = torch.from_numpy(found[0]), torch.from_numpy(found[1])
        info.view(-1)[k] = 0 if found[-1] == 0 else n + 1
    return out_t.view(t.shape), out_z.view(t.shape), info


def gebal(a: Tensor, permute: bool, scale: bool) -> tuple[Tensor, Tensor]:
    """Return scale factors (in permuted order) and permutations of a batch."""
    routine, n = _routine("gebal", a.dtype), a.shape[-1]
    factors = torch.ones(a.shape[:-1], dtype=a.dtype.to_real() if a.is_complex() else a.dtype)
    places = torch.arange(n).expand(a.shape[:-1]).contiguous()
    if a.numel() == 0:
        return factors, places
    many, many_factors, many_places = a.detach().reshape(-1, n, n), factors.view(-1, n), places.view(-1, n)
    for k in range(many.shape[0]):
        _, low, high, found, _ = routine(many[k].contiguous().resolve_conj().numpy(), scale=scale, permute=permute)
        order = list(range(n))
        # Outside low ... high `found` holds the exchanges, made from the end backward, then from the start forward.
        for j in (*range(n - 1, high, -1), *range(low)):
            with_j = int(found[j]) - 1
            order[j], order[with_j] = order[with_j], order[j]
        many_places[k] = torch.tensor(order)
        many_factors[k, low : high + 1] = torch.from_numpy(found[low : high + 1].copy()).to(factors.dtype)
    return factors, places


def gttrf(below: Tensor, diagonal: Tensor, above: Tensor) -> tuple[Tensor, ...]:
    """Return the diagonals of L and U of one tridiagonal matrix, pivots counted from 1, and LAPACK's info."""
    routine = _routine("gttrf", diagonal.dtype)
    *found, info = routine(*(x.detach().resolve_conj().numpy() for x in (below, diagonal, above)))
    return *(torch.from_numpy(x) for x in found), torch.tensor(info, dtype=torch.int32)


def geqp3(a: Tensor) -> Tensor:
    """Return the permutations of pivoted QR of a batch, counted from 0."""
    n = a.shape[-1]
    places = torch.arange(n).expand(*a.shape[:-2], n).contiguous()
    if a.numel() == 0:
        return places
    routine = _routine("geqp3", a.dtype)
    many, many_places = a.detach().reshape(-1, *a.shape[-2:]), places.view(-1, n)
    for k in range(many.shape[0]):
        matrix = many[k].contiguous().resolve_conj().numpy()
        many_places[k] = torch.from_numpy(routine(matrix)[1] - 1)
    return places


def _unitary(packed: Any, tau: Any, columns: int) -> Tensor:
    """Return so many columns of the Q that geqrf or geqp3 left packed; its memory may become theirs."""
    import numpy as np

    m, k = packed.shape[0], len(tau)
    make = _routine("ungqr" if packed.dtype.kind == "c" else "orgqr", torch.from_numpy(packed).dtype)
    if columns == packed.shape[1]:
        reflectors = packed
    else:
        reflectors = np.zeros((m, columns), packed.dtype, "F")
        reflectors[:, :k] = packed[:, :k]
    q, _, _ = make(reflectors, tau, lwork=64 * columns, overwrite_a=1)
    return torch.from_numpy(np.ascontiguousarray(q))


def pivoted_qr(a: Tensor, columns: int) -> tuple[Tensor, Tensor, Tensor]:
    """Return Q with so many columns, R and the permutation of one matrix, from one factorization."""
    n = a.shape[-1]
    packed, places, tau, _, _ = _routine("geqp3", a.dtype)(a.detach().resolve_conj().numpy(), lwork=64 * (n + 1))
    r = torch.from_numpy(packed)[:columns].triu().contiguous()
    return _unitary(packed, tau, columns), r, torch.from_numpy(places.astype("int64") - 1)


def qr(a: Tensor, full: bool) -> tuple[Tensor, Tensor]:
    """Return Q with m or (not `full`) n columns and n x n triangular R of m x n matrices with m >= n."""
    m, n = a.shape[-2:]
    if not _decomposes(a):
        q, r = torch.linalg.qr(a, mode="complete" if full else "reduced")
        if not _defeated(a, q, r):
            return q.contiguous(), r.narrow(-2, 0, n).contiguous()

    def decompose(x: Tensor) -> tuple[tuple[Tensor, ...], int]:
        packed, tau, _, info = _routine("geqrf", a.dtype)(x.numpy(), lwork=64 * n)
        r = torch.from_numpy(packed)[:n].triu().contiguous()
        return (_unitary(packed, tau, m if full else n), r), info

    q, r = _one_by_one(a, decompose)
    return q, r


def svd(a: Tensor, full: bool) -> tuple[Tensor, Tensor, Tensor]:
    """Return U, S and V^H."""
    if not _decomposes(a, in_single_precision=True):
        return torch.linalg.svd(a, full_matrices=full)  # type: ignore[no-any-return]
    m, n = a.shape[-2:]
    work, _ = _routine("gesdd_lwork", a.dtype)(n, m, compute_uv=1, full_matrices=int(full))

    def decompose(x: Tensor) -> tuple[tuple[Tensor, ...], int]:
        # A^T = conj(V) S U^T: its factors, column-major, are those of A.
        left, s, right, info = _routine("gesdd", a.dtype)(x.numpy().T, full_matrices=int(full), lwork=int(work.real))
        return tuple(torch.from_numpy(y) for y in (right.T, s, left.T)), info

    u, s, vh = _one_by_one(a, decompose)
    return u, s, vh


def svdvals(a: Tensor) -> Tensor:
    """Return singular values in descending order."""
    if not _decomposes(a, in_single_precision=True):
        return torch.linalg.svdvals(a)  # type: ignore[no-any-return]

    def decompose(x: Tensor) -> tuple[tuple[Tensor, ...], int]:
        _, s, _, info = _routine("gesdd", a.dtype)(x.numpy().T, compute_uv=0)
        return (torch.from_numpy(s),), info

    return _one_by_one(a, decompose)[0]


def eigh(a: Tensor, lower: bool) -> tuple[Tensor, Tensor]:
    """Return eigenvalues and vectors of Hermitian matrices: the steps of syevd, whose complex form multiplies more."""
    if not _decomposes(a):
        return torch.linalg.eigh(a, UPLO="L" if lower else "U")  # type: ignore[no-any-return]
    complex_, n = a.is_complex(), a.shape[-1]
    reduce, divide = _routine("hetrd" if complex_ else "sytrd", a.dtype), _routine("stevd", a.real.dtype)
    multiply = _routine("unmqr" if complex_ else "ormqr", a.dtype)
    a, power = in_range(a.tril() if lower else a.triu())

    def decompose(x: Tensor) -> tuple[tuple[Tensor, ...], int]:
        # conj(A) has its lower triangle in the memory of A's upper one.
        matrix = x.numpy() if lower else x.numpy().T
        packed, d, e, tau, _ = reduce(matrix, lower=1, lwork=64 * n)
        w, z, info = divide(d, e)
        # A = Q T Q^H, or its conjugate, and T = Z W Z^T. In columns V^T, or V^H, = Z^T Q^H, all but the first of Z^T.
        v = torch.empty(n, n, dtype=a.dtype)
        v.numpy()[:] = z
        multiply("R", "C" if complex_ else "T", packed[1:, :-1], tau, v[1:].numpy().T, 64 * n, overwrite_c=1)
        return (torch.from_numpy(w), v.conj_physical_() if lower else v), info

    w, v = _one_by_one(a, decompose)
    return w * power.squeeze((-2, -1)) if power.dim() else w, v


def ggev(a: Tensor, b: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Return alpha, beta and right vectors (columns of norm 1) of a batch of pairs, all complex, and LAPACK's info."""
    n, real = a.shape[-1], not a.is_complex()
    dtype = a.dtype.to_complex() if real else a.dtype
    alpha, beta = (torch.empty(a.shape[:-1], dtype=dtype) for _ in range(2))
    vectors, info = torch.empty(a.shape, dtype=dtype), torch.zeros(a.shape[:-2], dtype=torch.int32)
    if a.numel() == 0:
        return alpha, beta, vectors, info
    routine = _routine("ggev", a.dtype)
    many_a, many_b, many_v = (x.detach().reshape(-1, n, n) for x in (a, b, vectors))
    for k in range(many_a.shape[0]):
        one, other = (x[k].contiguous().resolve_conj().numpy() for x in (many_a, many_b))
        *parts, low, _, right, _, code = routine(one, other, compute_vl=0, compute_vr=1)
        numerator = torch.complex(*(torch.from_numpy(x) for x in parts)) if real else torch.from_numpy(parts[0])
        v = torch.from_numpy(right)
        if real:
            # A complex pair has the real and the imaginary part of its first vector in two columns.
            first = numerator.imag > 0
            second = numerator.imag < 0
            following, before = v.roll(-1, 1), v.roll(1, 1)
            imag = torch.where(first, following, torch.where(second, -v, 0))
            v = torch.complex(torch.where(second, before, v), imag)
        alpha.view(-1, n)[k], beta.view(-1, n)[k] = numerator, torch.from_numpy(low).to(dtype)
        many_v[k] = v / torch.linalg.vector_norm(v, dim=0)
        info.view(-1)[k] = code
    return alpha, beta, many_v.view(a.shape), info


def ldl(a: Tensor, lower: bool, hermitian: bool) -> tuple[Tensor, Tensor, Tensor]:
    """Return the outer factors, block diagonal factors and permutations of a batch of symmetric matrices."""
    if a.numel() == 0:
        return (
            torch.empty(a.shape, dtype=a.dtype),
            torch.empty(a.shape, dtype=a.dtype),
            torch.empty(a.shape[:-1], dtype=torch.int64),
        )
    factor = _routine("hetrf" if hermitian else "sytrf", a.dtype)
    apart = _routine("syconv", a.dtype)
    side = -1 if lower else 1  # of the diagonal, where sub- or superdiagonal entries of D are

    def decompose(x: Tensor) -> tuple[tuple[Tensor, ...], int]:
        packed, pivots, _ = factor(x.numpy(), lower=int(lower), lwork=64 * x.shape[-1])
        packed, beside, _ = apart(packed, pivots, lower=int(lower), overwrite_a=1)
        order = torch.tensor(_order(pivots.tolist(), lower))
        triangle, off = torch.from_numpy(packed), torch.from_numpy(beside[:-1] if lower else beside[1:])
        outer, d = torch.empty(x.shape, dtype=x.dtype), torch.zeros(x.shape, dtype=x.dtype)
        for place, entries in ((0, triangle.diagonal()), (side, off), (-side, off.conj() if hermitian else off)):
            d.diagonal(place).copy_(entries)
        outer.numpy()[order.numpy()] = (triangle.tril() if lower else triangle.triu()).fill_diagonal_(1).numpy()
        return (outer, d, order), 0

    return _one_by_one(a, decompose)  # type: ignore[return-value]


def _order(pivots: list[int], lower: bool) -> list[int]:
    """Return the permutation of the exchanges of sytrf, made forward for lower factors, backward for upper ones."""
    n = len(pivots)
    order, second = list(range(n)), False
    for k in range(n) if lower else range(n - 1, -1, -1):
        # Of a 2 x 2 block both pivots are negative, and the row farther on is exchanged.
        second = pivots[k] < 0 and not second
        if not second:
            other = abs(pivots[k]) - 1
            order[k], order[other] = order[other], order[k]
    return order


def hessenberg_form(a: Tensor) -> Tensor:
    """Return the Hessenberg form of one matrix."""
    packed, _, _ = _routine("gehrd", a.dtype)(a.detach().resolve_conj().numpy(), lwork=max(1, 32 * a.shape[-1]))
    return torch.from_numpy(packed).triu(-1).contiguous()


def gehrd(a: Tensor) -> tuple[Tensor, Tensor]:
    """Return Hessenberg forms and their unitary matrices of a batch."""
    n = a.shape[-1]
    forms, unitary = (torch.empty(a.shape, dtype=a.dtype) for _ in range(2))
    if a.numel() == 0:
        return forms, unitary
    reduce, multiply = _routine("gehrd", a.dtype), _routine("unghr" if a.is_complex() else "orghr", a.dtype)
    many, many_h, many_q = a.detach().reshape(-1, n, n), forms.view(-1, n, n), unitary.view(-1, n, n)
    for k in range(many.shape[0]):
        packed, tau, _ = reduce(many[k].resolve_conj().numpy(), lwork=max(1, 32 * n))
        many_h[k] = torch.from_numpy(packed).triu(-1)
        q = torch.from_numpy(multiply(packed, tau, lwork=max(1, 32 * n))[0]) if n > 1 else torch.ones(1, 1)
        many_q[k] = q
    return forms, unitary


def gges(a: Tensor, b: Tensor) -> tuple[Tensor, ...]:
    """Return generalised Schur forms S, T and their Q, Z of a batch of pairs, and LAPACK's info."""
    routine, n = _routine("gges", a.dtype), a.shape[-1]
    forms = tuple(torch.empty(a.shape, dtype=a.dtype) for _ in range(4))
    info = torch.zeros(a.shape[:-2], dtype=torch.int32)
    if a.numel() == 0:
        return *forms, info
    many_a, many_b, *many = (x.detach().reshape(-1, n, n) for x in (a, b, *forms))
    lwork = 0
    for k in range(many_a.shape[0]):
        one, other = (x[k].contiguous().resolve_conj().numpy() for x in (many_a, many_b))
        if not bool(torch.isfinite(finite_probe(many_a[k]) + finite_probe(many_b[k]))):
            for x in many:
                x[k] = torch.nan
            continue
        if not lwork:
            lwork = int(routine(_no_selection, one, other, lwork=-1)[-2][0].real)
        found = routine(_no_selection, one, other, lwork=lwork, sort_t=0)
        for x, y in zip(many, (found[0], found[1], found[-4], found[-3]), strict=True):
            x[k] = torch.from_numpy(y)
        info.view(-1)[k] = found[-1]
    return *forms, info


def tgsen(s: Tensor, t: Tensor, q: Tensor, z: Tensor, select: Tensor) -> tuple[Tensor, ...]:
    """Return reordered generalised Schur forms and their Q, Z of a batch, and LAPACK's info."""
    routine, n = _routine("tgsen", s.dtype), s.shape[-1]
    forms = tuple(torch.empty(s.shape, dtype=s.dtype) for _ in range(4))
    info = torch.zeros(s.shape[:-2], dtype=torch.int32)
    if s.numel() == 0:
        return *forms, info
    many, out = ([x.detach().reshape(-1, n, n) for x in xs] for xs in ((s, t, q, z), forms))
    flags = select.reshape(-1, n)
    for k in range(flags.shape[0]):
        matrices = (x[k].contiguous().resolve_conj().numpy() for x in many)
        found = routine(flags[k].numpy(), *matrices, ijob=0, lwork=4 * n + 16, liwork=1)
        for x, y in zip(out, (found[0], found[1], found[-7], found[-6]), strict=True):
            x[k] = torch.from_numpy(y)
        info.view(-1)[k] = found[-1]
    return *forms, info


def csd(x: Tensor, p: int, q: int, swap: bool) -> tuple[Tensor, ...]:
    """Return U1, U2, angles, V1^H, V2^H of a batch of unitary matrices, and LAPACK's info."""
    m, batch, complex_ = x.shape[-1], x.shape[:-2], x.is_complex()
    r = min(p, m - p, q, m - q)
    sizes = ((p, p), (m - p, m - p), (r,), (q, q), (m - q, m - q))
    real = x.dtype.to_real() if complex_ else x.dtype
    out = [torch.empty(*batch, *size, dtype=real if len(size) == 1 else x.dtype) for size in sizes]
    info = torch.zeros(batch, dtype=torch.int32)
    if x.numel() == 0:
        return *out, info
    name = "uncsd" if complex_ else "orcsd"
    routine, query = _routine(name, x.dtype), _routine(name + "_lwork", x.dtype)
    *work, _ = query(m=m, p=p, q=q)
    options = {key: int(size.real) for key, size in zip(("lwork", "lrwork"), work, strict=False)}
    flat, flats = x.detach().reshape(-1, m, m), [y.view(-1, *y.shape[len(batch) :]) for y in out]
    for k in range(flat.shape[0]):
        whole = flat[k].resolve_conj().numpy()
        blocks = (whole[:p, :q], whole[:p, q:], whole[p:, :q], whole[p:, q:])
        *_, theta, u1, u2, v1, v2, code = routine(*blocks, signs=swap, **options)
        for y, found in zip(flats, (u1, u2, theta, v1, v2), strict=True):
            y[k] = torch.from_numpy(found)
        info.view(-1)[k] = code
    return *out, info


# ---- reciprocal conditions of one structured matrix in the 1-norm ----------------------------------------------------
# The routines see transposes, whose condition in the norm of infinity that is; Hermitian ones have it in either.


def estimates_condition(a: Tensor) -> bool:
    """Return whether the functions below take `a`."""
    return a.dim() == 2 and a.is_cpu and a.shape[-1] >= _MIN_BAND and a.dtype in _PREFIX


def condition_of_triangle(a: Tensor, lower: bool) -> float:
    matrix = a.contiguous().resolve_conj().numpy().T
    return float(_routine("trcon", a.dtype)(matrix, norm="I", uplo="U" if lower else "L")[0])


def condition_of_factor(a: Tensor, c: Tensor, lower: bool) -> float:
    """Return that of a Hermitian matrix, of which one triangle is read, from its Cholesky factor."""
    half = (a.tril() if lower else a.triu()).abs().numpy()
    norm = float((half.sum(0) + half.sum(1) - half.diagonal()).max())
    packed, _ = _routine("trttp", c.dtype)(c.contiguous().resolve_conj().numpy().T, uplo="U" if lower else "L")
    return float(_routine("ppcon", c.dtype)(c.shape[-1], packed, norm, lower=int(not lower))[0])


def condition_of_band(ab: Tensor, below: int, above: int) -> float:
    """Return that of a matrix from its diagonals in band storage."""
    norm, band = float(ab.abs().sum(0).amax()), torch.nn.functional.pad(ab, (0, 0, below, 0))
    packed, pivots, info = _routine("gbtrf", ab.dtype)(band.resolve_conj().numpy(), below, above)
    return 0.0 if info else float(_routine("gbcon", ab.dtype)(below, above, packed, pivots, norm)[0])
