"""`spsolve`, `splu`, `factorized`: direct solves through SciPy's SuperLU, whose factors serve the derivatives, too."""

from __future__ import annotations

import itertools
import json
import math
import weakref
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ..._core.arrays import as_tensor, compute_dtype, floating
from ..._core.cards import Sample, function
from ..._core.dispatch import _move_batch_dims, operator, unbroadcast
from ..._core.errors import bad_argument, take_host_route, warn
from ..._core.torch_private import dispatch_modes, is_wrapped
from .._base import SparseBase, SparseEfficiencyWarning
from .._convert import is_scipy
from .._coo import coo_array
from .._csc import csc_array
from .._csr import csr_array
from .._products import matmul, pattern_tensors, sample
from . import _cudss

__all__ = ["MatrixRankWarning", "SuperLU", "factorized", "splu", "spsolve"]

_ORDERS = ("NATURAL", "MMD_ATA", "MMD_AT_PLUS_A", "COLAMD")
_WHY = "the sparse LU factorisation is SuperLU's, which runs on the CPU"
WITHOUT_CUDSS = f"{_WHY}; where nvmath-python is installed (the extra cudss) it is that of cuDSS, unless in doubt"


class MatrixRankWarning(UserWarning):
    """The matrix is exactly singular."""


# ---- factors that live as long as the tensor that names them ---------------------------------------------------------


class _Factor:
    """SuperLU's factors of the *transpose* of a matrix: compressed rows are the transpose's compressed columns."""

    def __init__(self, lu: Any, member: int = 0, places: Any = None) -> None:
        self.lu = lu  # None for a singular matrix; on CUDA, those of a batch, of which this is one member
        self.member = member
        self.places = places  # where the transpose's columns were put before it was factorised

    def solve(self, b: Any, adjoint: bool) -> Any:
        if self.lu is None:
            return np.full_like(b, np.nan)
        if not adjoint:
            if self.places is not None:
                b, moved = np.empty_like(b), b
                b[self.places] = moved
            return self.lu.solve(b, "T")
        x = np.conj(self.lu.solve(np.conj(b), "N"))
        return x if self.places is None else x[self.places]


class _Owner(np.ndarray):
    """The memory of a tensor of factor numbers; as long as it lives, so do the factors."""

    factors: list[_Factor]


_factors: weakref.WeakValueDictionary[int, _Factor] = weakref.WeakValueDictionary()
_numbers = itertools.count(1)


def _named(factors: list[_Factor], shape: tuple[int, ...]) -> Tensor:
    """Return a tensor of numbers under which the factors are found, which keeps them alive."""
    names = np.array([next(_numbers) for _ in factors], dtype=np.int64).view(_Owner)
    names.factors = factors
    for name, factor in zip(names.tolist(), factors, strict=True):
        _factors[name] = factor
    return torch.from_numpy(names).view(shape)


def _factorize(data: Tensor, indptr: Tensor, indices: Tensor, n: int, order: str) -> _Factor:
    from scipy.sparse import csc_array
    from scipy.sparse.linalg import splu as scipy_splu

    if indices.shape[0] < n:  # some row is empty
        return _Factor(None)
    parts = (x.contiguous().numpy(force=True) for x in (data, indices, indptr))
    transposed = csc_array(tuple(parts), shape=(n, n))
    if not transposed.has_canonical_format:  # SciPy would sort in place, in the caller's memory
        transposed = transposed.copy()
        transposed.sum_duplicates()
    settings: dict[str, Any] = json.loads(order) if order.startswith("{") else {"permc_spec": order}
    try:
        return _Factor(scipy_splu(transposed, **settings))
    except RuntimeError as error:
        if "singular" not in str(error):
            raise
        return _Factor(None)


def _factorize_all(values: Tensor, indptr: Tensor, indices: Tensor, n: int, order: str) -> list[_Factor]:
    """Factorise matrices of one pattern: the order that is found for the first regular one is that of all later."""
    factors: list[_Factor] = []
    for k, member in enumerate(values):
        found = _factorize(member, indptr, indices, n, order)
        factors.append(found)
        if found.lu is not None:
            return factors + _in_order(found.lu.perm_c, values[k + 1 :], indptr, indices, n, order)
    return factors


def _in_order(places: Any, values: Tensor, indptr: Tensor, indices: Tensor, n: int, order: str) -> list[_Factor]:
    """Factorise matrices whose columns are put in these places beforehand."""
    if len(values) == 0:
        return []
    columns = torch.from_numpy(np.argsort(places).astype(np.int64))
    starts, counts = indptr[:-1].to(torch.int64)[columns], indptr.diff().to(torch.int64)[columns]
    moved = torch.cat([counts.new_zeros(1), counts.cumsum(0)])
    entries = torch.arange(indices.shape[0], device="cpu") + (starts - moved[:-1]).repeat_interleave(counts)
    settings: dict[str, Any] = json.loads(order) if order.startswith("{") else {}
    natural = json.dumps({**settings, "permc_spec": "NATURAL"})
    pattern = moved.to(indptr.dtype), indices[entries]
    factors = [_factorize(member[entries], *pattern, n, natural) for member in values]
    for found in factors:
        found.places = places
    return factors


# ---- the operator ----------------------------------------------------------------------------------------------------
#
# x = A^-1 b.  dx = A^-1 (db - dA x);   with lambda = A^-H g:  grad_b = lambda,  grad_A = -lambda x^H on the pattern.
# x = A^-H b.  dx = A^-H (db - dA^H x); with lambda = A^-1 g:  grad_b = lambda,  grad_A = -x lambda^H on the pattern.
# Each takes the factors that the first solve has made, so a gradient costs two triangular solves and a sampled product.


def _kernel(
    data: Tensor,
    b: Tensor,
    indptr: Tensor,
    indices: Tensor,
    t_indptr: Tensor | None,
    t_indices: Tensor | None,
    t_order: Tensor | None,
    factor: Tensor | None,
    adjoint: bool,
    order: str,
) -> tuple[Tensor, Tensor]:
    device, n = b.device, b.shape[-2]
    solved = _by_cudss(data, b, indptr, indices, factor, adjoint)
    if solved is not None:
        return solved
    if device.type != "cpu":
        take_host_route("sparse.linalg.spsolve", device, WITHOUT_CUDSS)
        data, b, indptr, indices = (x.cpu() for x in (data, b, indptr, indices))
    values = data.reshape(math.prod(data.shape[:-1]), data.shape[-1])
    factors = [] if factor is None else [_factors.get(int(name)) for name in factor.reshape(-1).tolist()]
    if not factors or any(f is None or isinstance(f.lu, _cudss.Factors) for f in factors):
        # Also where a compiler or a copy has kept the numbers and lost what they stand for.
        factors = [*_factorize_all(values, indptr, indices, n, order)]
    if data.dim() == 1:
        columns = b.movedim(-2, 0)  # (n, *batch, k)
        x = _solve_columns(factors[0], columns.reshape(n, -1), adjoint).reshape(columns.shape).movedim(0, -2)
    else:
        batch = torch.broadcast_shapes(data.shape[:-1], b.shape[:-2])
        which = torch.arange(len(factors), device="cpu").reshape(data.shape[:-1]).expand(batch).reshape(-1).tolist()
        members = b.expand(*batch, *b.shape[-2:]).reshape(len(which), *b.shape[-2:])
        parts = [_solve_columns(factors[f], member, adjoint) for f, member in zip(which, members, strict=True)]
        x = torch.stack(parts).reshape(*batch, *b.shape[-2:]) if parts else b.new_empty((*batch, *b.shape[-2:]))
    # New names even for factors that were handed in: an operator must not return its input.
    return x.contiguous().to(device), _named(factors, tuple(data.shape[:-1]))  # type: ignore[arg-type]


def _by_cudss(
    data: Tensor, b: Tensor, indptr: Tensor, indices: Tensor, factor: Tensor | None, adjoint: bool
) -> tuple[Tensor, Tensor] | None:
    """Do what `_kernel` does on the device, or return None where that cannot be done or its outcome is in doubt."""
    solver, n = _cudss.direct_solver(b.device), b.shape[-2]
    m = math.prod(data.shape[:-1])
    if solver is None or indices.shape[0] < n or m == 0 or max(n, indices.shape[0]) >= 2**31:
        return None
    known = [] if factor is None else [_factors.get(int(name)) for name in factor.reshape(-1).tolist()]
    if known and all(f is not None and not isinstance(f.lu, _cudss.Factors) for f in known):
        return None  # these are on the host
    group = known[0].lu if known and known[0] is not None else None
    if not isinstance(group, _cudss.Factors) or [f and (f.lu, f.member) for f in known] != [
        (group, i) for i in range(m)
    ]:
        values = data.detach().resolve_conj().resolve_neg().reshape(m, data.shape[-1])
        group = _cudss.Factors(solver, values, indptr, indices, n)
    # Dimensions of the batch that the matrices do not have count as columns.
    batch = torch.broadcast_shapes(data.shape[:-1], b.shape[:-2])
    own = (1,) * (len(batch) - data.dim() + 1) + tuple(data.shape[:-1])
    many, few = ([d for d in range(len(batch)) if (own[d] == 1) is one] for one in (False, True))
    there = (*many, len(batch), *few, len(batch) + 1)
    right = b.detach().resolve_conj().resolve_neg().expand(*batch, *b.shape[-2:]).permute(there)
    x = group.solve(right.reshape(m, n, math.prod(right.shape[len(many) + 1 :])), adjoint)
    if x is None:
        return None
    back = sorted(range(len(there)), key=there.__getitem__)
    names = _named([_Factor(group, i) for i in range(m)], tuple(data.shape[:-1]))
    return x.reshape(right.shape).permute(back).contiguous(), names


def _solve_columns(factor: Any, b: Tensor, adjoint: bool) -> Tensor:
    if b.numel() == 0:
        return b.clone()
    # SuperLU takes columns: a row-major tensor's transpose is what it wants to see.
    solved = factor.solve(np.asfortranarray(b.numpy(force=True)), adjoint)
    return torch.from_numpy(solved)


def _fake(data: Tensor, b: Tensor, *rest: Any) -> tuple[Tensor, Tensor]:
    batch = torch.broadcast_shapes(data.shape[:-1], b.shape[:-2])
    names = torch.empty(data.shape[:-1], dtype=torch.int64, device="cpu" if b.device.type != "meta" else "meta")
    return b.new_empty((*batch, *b.shape[-2:])), names


def _backward(inputs: Any, outputs: Any, grads: Any, needs: Any) -> list[Tensor | None]:
    data, b, *pattern, _, adjoint, order = inputs
    x, factor = outputs
    if grads[0] is None:
        return [None] * 10
    solved = _solve(data, grads[0], *pattern, factor, not adjoint, order)[0]
    grad_data = grad_b = None
    if needs[0]:
        u, v = (-x, solved.conj()) if adjoint else (-solved, x.conj())
        if data.dim() == 1 and u.dim() > 2:
            u, v = (w.movedim(-2, 0).reshape(w.shape[-2], -1) for w in (u, v))
        grad_data = unbroadcast(sample(u, v, tuple(pattern)), data)
    if needs[1]:
        grad_b = unbroadcast(solved, b)
    return [grad_data, grad_b] + [None] * 8


def _jvp(inputs: Any, outputs: Any, tangents: Any) -> tuple[Tensor, None]:
    data, b, *pattern, _, adjoint, order = inputs
    x, factor = outputs
    n = b.shape[-2]
    right = torch.zeros_like(x) if tangents[1] is None else tangents[1].expand_as(x)
    if tangents[0] is not None:
        change = tangents[0].conj() if adjoint else tangents[0]
        right = right - matmul(change, x, tuple(pattern), n, n, adjoint)
    return _solve(data, right, *pattern, factor, adjoint, order)[0], None


def _vmap(info: Any, in_dims: Any, *args: Any) -> Any:
    out = torch.ops.sci.sparse_lu_solve.default(*_move_batch_dims(args, in_dims, _present(args)))
    return out, (None if all(d is None for d in in_dims[:2]) else 0, None if in_dims[0] is None else 0)


def _present(args: Any) -> tuple[int, ...]:
    """Return the core dimensions of the tensors that are there."""
    return tuple(core for core, x in zip((1, 2, 1, 1, 1, 1, 1, 0), args, strict=False) if isinstance(x, Tensor))


_solve = operator(
    "sparse_lu_solve(Tensor data, Tensor b, Tensor indptr, Tensor indices, Tensor? t_indptr, Tensor? t_indices, "
    "Tensor? t_order, Tensor? factor, bool adjoint, str order) -> (Tensor, Tensor)",
    kernel=_kernel,
    fake=_fake,
    backward=_backward,
    jvp=_jvp,
    vmap=_vmap,
)


# ---- the functions ---------------------------------------------------------------------------------------------------


def _square(A: Any, name: str) -> csr_array:
    """Return the matrix in compressed rows."""
    if isinstance(A, SparseBase):
        matrix = A.tocsr()
    elif is_scipy(A) or (isinstance(A, Tensor) and A.layout is not torch.strided):
        matrix = csr_array(A)
    else:
        dense = as_tensor(A, "A", name)
        if dense.dim() != 2:
            raise bad_argument(name, "A", "a two-dimensional array", A)
        warn(f"{name} is given a dense matrix", SparseEfficiencyWarning)
        matrix = csr_array(dense)
    if matrix.shape[0] != matrix.shape[1]:
        why = "can only factor square matrices" if name in ("splu", "spilu") else "matrix must be square"
        raise ValueError(f"{name}: {why}, got shape {matrix.shape}")
    return matrix


def _order(permc_spec: Any, name: str) -> str:
    if permc_spec is None:
        return "COLAMD"
    if permc_spec not in _ORDERS:
        raise bad_argument(name, "permc_spec", f"one of {', '.join(_ORDERS)}", permc_spec)
    return str(permc_spec)


def _samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterable[Sample]:
    def random(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=generator, dtype=dtype, device=device)

    indices = torch.tensor([0, 2, 1, 0, 2, 3, 1, 3], device=device)
    indptr = torch.tensor([0, 2, 3, 6, 8], device=device)
    yield Sample(random(8), indices, indptr, random(4))
    yield Sample(random(8), indices.int(), indptr.int(), random(4, 3))
    yield Sample(random(8), indices, indptr, random(2, 4, 2))


def _call(spsolve: Any, data: Any, indices: Any, indptr: Any, b: Any) -> Any:
    # Diagonal entries grow, so that every sample is well conditioned.
    rows = torch.repeat_interleave(torch.arange(4, device=indices.device), indptr.diff(), output_size=8)
    return spsolve(csr_array((data + 5 * (rows == indices), indices, indptr), shape=(4, 4)), b)


@function(differentiable=("A", "b"), samples=_samples, call=_call, host_route=WITHOUT_CUDSS, synchronizes=True)
def spsolve(A: Any, b: Any, permc_spec: str | None = None, use_umfpack: bool = True) -> Any:
    r"""Solve the sparse system ``A x = b`` directly.

    Parameters
    ----------
    A : sparse array ``(N, N)``
        The matrix; a dense one is converted, with a `SparseEfficiencyWarning`.
    b : Tensor or array-like ``(N,)``, ``(N, K)`` or ``(..., N, K)``, or a sparse array ``(N, K)``
        Right-hand sides; ``(N, 1)`` counts as a vector.
    permc_spec : {"COLAMD", "NATURAL", "MMD_ATA", "MMD_AT_PLUS_A"}, optional
        How the factorisation orders the unknowns; by default "COLAMD".
    use_umfpack : bool
        Accepted, and without effect: the factorisation is SuperLU's.

    Returns
    -------
    x : Tensor, or csr_array
        The solution, shaped as `b`, ``(N,)`` for ``(N, 1)``; sparse where `b` is sparse with several columns.

    Raises
    ------
    ValueError
        For a matrix that is not square, shapes that do not fit, and an unknown `permc_spec`.

    Warns
    -----
    MatrixRankWarning
        The matrix is exactly singular; `x` is then NaN.

    Notes
    -----
    On the CPU the factorisation and the solves are those of SciPy's SuperLU [1]_ on the array's own memory; on CUDA
    those of cuDSS where nvmath-python is installed (the extra ``cudss``), which orders the unknowns in its own way.
    Without it, and where its solution is in doubt (the matrix is nearly singular), arrays are copied to the host and
    the result back, which is said once by a ``HostRouteWarning``. Of matrices of one pattern, as under
    `torch.func.vmap`, the first one's order of the unknowns is that of all.

    **Derivatives.** With the gradient g with respect to x,

    .. math:: A^H \lambda = g, \qquad \bar b = \lambda, \qquad \bar A = -P(\lambda x^H),

    where P keeps the entries of the pattern [2]_; forward ``dx = A^{-1} (db - dA x)``. They use the factors of the
    solution itself, as do derivatives of higher order.

    References
    ----------
    .. [1] J. W. Demmel, S. C. Eisenstat, J. R. Gilbert, X. S. Li and J. W. H. Liu, "A supernodal approach to sparse
       partial pivoting", SIAM J. Matrix Analysis and Applications 20, 1999.
    .. [2] M. B. Giles, "Collected matrix derivative results for forward and reverse mode algorithmic differentiation",
       2008, section 2.3.1.

    Examples
    --------
    >>> import torch
    >>> from sci.sparse import csr_array
    >>> from sci.sparse.linalg import spsolve
    >>> A = csr_array(torch.tensor([[3.0, 2.0, 0.0], [1.0, -1.0, 0.0], [0.0, 5.0, 1.0]]))
    >>> spsolve(A, torch.tensor([2.0, 4.0, -1.0]))
    tensor([ 2., -2.,  9.])
    """
    matrix, order = _square(A, "spsolve"), _order(permc_spec, "spsolve")
    n = matrix.shape[0]
    sparse = isinstance(b, SparseBase) or is_scipy(b)
    if sparse:
        b = b if isinstance(b, SparseBase) else coo_array(b)
    right = b.toarray() if sparse else as_tensor(b, "b", "spsolve", matrix.device)
    if right.device != matrix.device:
        text = f"spsolve: all tensors must be on one device, got A on {matrix.device} and b on {right.device}"
        raise RuntimeError(text)
    vector = right.dim() == 1 or (right.dim() == 2 and right.shape[1] == 1)
    if right.dim() == 0 or right.shape[0 if right.dim() == 1 else -2] != n:
        raise ValueError(f"spsolve: shapes do not fit: A has {matrix.shape}, b has {tuple(right.shape)}")
    dtype = compute_dtype(floating(torch.promote_types(matrix.dtype, right.dtype)))
    columns = right.to(dtype).reshape(n, 1) if vector else right.to(dtype)
    data = matrix._data.to(dtype)
    if n == 0:
        return columns.squeeze(-1) if vector else columns
    x, factor = _solve(data, columns, *pattern_tensors(matrix._valid(), data, columns), None, False, order)
    if not torch.compiler.is_compiling():
        _warn_if_singular(factor)
    if vector:
        return x.squeeze(-1)
    return csr_array(x) if sparse else x


def _warn_if_singular(factor: Tensor) -> None:
    if dispatch_modes() or is_wrapped(factor) or factor.device.type == "meta":
        return
    for name in factor.reshape(-1).tolist():
        found = _factors.get(name)
        if found is not None and found.lu is None:
            warn("Matrix is exactly singular", MatrixRankWarning)


@function(differentiable=(), batch=False, compiles=False, host_route=WITHOUT_CUDSS, synchronizes=True)
class SuperLU:
    """LU factors of a sparse matrix, as `splu` returns them.

    Attributes
    ----------
    shape : tuple of two ints
    nnz : int
        Entries of both factors.
    perm_r, perm_c : Tensor
        Permutations of rows and columns.
    L, U : csc_array
        The factors: ``Pr A Pc = L U``, where L has a unit diagonal, ``Pr[perm_r[i], i] = 1`` and
        ``Pc[i, perm_c[i]] = 1``. They are values without derivatives; those are in `solve`.

    Examples
    --------
    >>> import torch
    >>> from sci.sparse import csr_array
    >>> from sci.sparse.linalg import splu
    >>> lu = splu(csr_array(torch.tensor([[2.0, 1.0], [0.0, 4.0]])))
    >>> lu.solve(torch.tensor([4.0, 8.0]), "T")
    tensor([2.0000, 1.5000])
    """

    def __init__(self) -> None:
        raise TypeError("SuperLU objects are made by splu")

    _matrix: csr_array
    _factor: Tensor
    _order: str

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the matrix."""
        return self._matrix.shape

    @property
    def _lu(self) -> Any:
        found = _factors[int(self._factor)]
        if isinstance(found.lu, _cudss.Factors):  # whose triangles cannot be had
            take_host_route("sparse.linalg.SuperLU", self._matrix.device, "cuDSS does not hand out its factors")
            data, pattern = self._matrix._data, self._matrix._valid()
            indptr, indices = pattern.indptr.cpu(), pattern.indices.cpu()
            found = _factorize(data.cpu(), indptr, indices, self.shape[0], self._order)
        return found.lu

    @property
    def nnz(self) -> int:
        """Entries of both factors."""
        return int(self._lu.nnz)

    # SuperLU's factors are those of the transpose: P A^T Q = L D V, with unit triangles L, V; so Q^T A P^T = V^T D L^T.

    @property
    def perm_r(self) -> Tensor:
        """The permutation of the rows."""
        return torch.from_numpy(self._lu.perm_c).to(self._matrix.device)

    @property
    def perm_c(self) -> Tensor:
        """The permutation of the columns."""
        return torch.from_numpy(self._lu.perm_r).to(self._matrix.device)

    @property
    def L(self) -> csc_array:
        """The lower triangle, with a unit diagonal."""
        lower = (self._lu.U.T / self._lu.U.diagonal()).tocsc()
        lower.setdiag(1)
        return csc_array(coo_array(lower)).to(self._matrix.device)

    @property
    def U(self) -> csc_array:
        """The upper triangle."""
        upper = self._lu.L.T.multiply(self._lu.U.diagonal()[:, None])
        return csc_array(coo_array(upper.tocsc())).to(self._matrix.device)

    def solve(self, rhs: Any, trans: str = "N") -> Tensor:
        """Solve with the matrix ("N"), its transpose ("T") or adjoint ("H"), for ``(N,)`` or ``(..., N, K)``.

        Differentiates in `rhs` and in the values of the matrix, by the same factors.
        """
        if trans not in ("N", "T", "H"):
            raise bad_argument("solve", "trans", "'N', 'T' or 'H'", trans)
        n = self.shape[0]
        right = as_tensor(rhs, "rhs", "solve", self._matrix.device)
        if right.dim() == 0 or right.shape[0 if right.dim() == 1 else -2] != n:
            raise ValueError(f"solve: rhs must have {n} rows, got shape {tuple(right.shape)}")
        dtype = torch.promote_types(self._matrix.dtype, floating(right.dtype))
        if dtype != self._matrix.dtype:
            if not right.is_complex() or self._matrix.dtype.is_complex:
                dtype = self._matrix.dtype
            else:  # a complex right-hand side of a real matrix: two real ones
                real, imaginary = (self.solve(part, trans) for part in (right.real, right.imag))
                return torch.complex(real, imaginary)
        columns = right.to(dtype).unsqueeze(-1) if right.dim() == 1 else right.to(dtype)
        if trans == "T":
            columns = columns.conj()
        data = self._matrix._data
        pattern = pattern_tensors(self._matrix._valid(), data, columns)
        x, _ = _solve(data, columns, *pattern, self._factor, trans != "N", self._order)
        if trans == "T":
            x = x.conj().resolve_conj()
        return x.squeeze(-1) if right.dim() == 1 else x


def _splu_call(splu: Any, data: Any, indices: Any, indptr: Any, b: Any) -> Any:
    return _call(lambda A, b: splu(A).solve(b, "T"), data, indices, indptr, b)


def _factorized_call(factorized: Any, data: Any, indices: Any, indptr: Any, b: Any) -> Any:
    return _call(lambda A, b: factorized(A)(b), data, indices, indptr, b)


@function(
    differentiable=("A",),
    samples=_samples,
    call=_splu_call,
    batch=False,
    compiles=False,
    host_route=WITHOUT_CUDSS,
    synchronizes=True,
)
def splu(
    A: Any,
    permc_spec: str | None = None,
    diag_pivot_thresh: float | None = None,
    relax: int | None = None,
    panel_size: int | None = None,
    options: dict[str, Any] | None = None,
) -> SuperLU:
    """Factorise a sparse square matrix, to solve many systems with it.

    Parameters
    ----------
    A : sparse array ``(N, N)``
    permc_spec : {"COLAMD", "NATURAL", "MMD_ATA", "MMD_AT_PLUS_A"}, optional
    diag_pivot_thresh, relax, panel_size : number, optional
        Settings of SuperLU, as in SciPy.
    options : dict, optional
        More of them, by name: numbers, strings and booleans.

    Returns
    -------
    SuperLU
        Has ``solve(rhs, trans="N")``, which differentiates in `rhs` and in the values of `A`. For values that
        `torch.func.vmap` or ``is_grads_batched`` batches, it has nothing else.

    Raises
    ------
    RuntimeError
        The matrix is exactly singular. Among batched values such a matrix has the solution NaN.
    ValueError
        For a matrix that is not square.

    Examples
    --------
    >>> import torch
    >>> from sci.sparse import csr_array
    >>> from sci.sparse.linalg import splu
    >>> lu = splu(csr_array(torch.tensor([[2.0, 1.0], [0.0, 4.0]])))
    >>> lu.solve(torch.tensor([4.0, 8.0]))
    tensor([1., 2.])
    """
    matrix, order = _square(A, "splu"), _order(permc_spec, "splu")
    given = {"diag_pivot_thresh": diag_pivot_thresh, "relax": relax, "panel_size": panel_size, "options": options}
    if any(x is not None for x in given.values()):
        order = json.dumps({"permc_spec": order, **given})
    matrix = matrix._with_data(matrix._data.to(compute_dtype(floating(matrix.dtype))))
    data = matrix._data.detach()
    none = data.new_empty((matrix.shape[0], 0))
    _, factor = _solve(data, none, *pattern_tensors(matrix._valid()), None, False, order)
    if not is_wrapped(factor) and _factors[int(factor)].lu is None:
        raise RuntimeError("Factor is exactly singular")
    lu = object.__new__(SuperLU)
    lu._matrix, lu._factor, lu._order = matrix, factor, order
    return lu


@function(
    differentiable=("A",),
    samples=_samples,
    call=_factorized_call,
    batch=False,
    compiles=False,
    host_route=WITHOUT_CUDSS,
    synchronizes=True,
)
def factorized(A: Any) -> Callable[[Any], Tensor]:
    """Return a function that solves ``A x = b`` for the given `b`, with `A` factorised once.

    Parameters
    ----------
    A : sparse array ``(N, N)``

    Returns
    -------
    solve : callable
        ``solve(b)`` for ``(N,)`` or ``(..., N, K)``.

    Examples
    --------
    >>> import torch
    >>> from sci.sparse import csr_array
    >>> from sci.sparse.linalg import factorized
    >>> solve = factorized(csr_array(torch.tensor([[2.0, 1.0], [0.0, 4.0]])))
    >>> solve(torch.tensor([4.0, 8.0]))
    tensor([1., 2.])
    """
    return splu(A).solve
