"""The Schur decomposition, real and complex, and its derivative."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import torch
from torch import Tensor

from sci._core import runtime
from sci._core.cards import Sample, function
from sci._core.checks import checks_enabled, known, require_finite
from sci._core.dispatch import operator
from sci._core.errors import bad_argument, take_host_route

from . import _lapack
from ._errors import LinAlgError
from ._hermitian import require_no_phase
from ._matrices import batch_shape, broadcast_matrices, new_like, place_in_batch, require_square, tensors, to_kind

runtime.load_library()

# The largest n for which a kernel works on one matrix per CPU thread (LAPACK's blocked code is faster beyond), and per
# GPU thread (beyond, one thread is too slow).
_KERNEL_CPU, _KERNEL_CUDA = 112, 64
_WHY = "its QR algorithm has a GPU form for n <= 64 only"


# ---- kernels, by size and device -----------------------------------------------------------------------------------


def on_host(function: str, x: Tensor) -> bool:
    """Return whether n x n matrices on this device go to the CPU, and note the host route if so."""
    if x.device.type == "cpu" or x.shape[-1] <= _KERNEL_CUDA:
        return False
    take_host_route(f"linalg.{function}", x.device, _WHY)
    return True


def _decompose(a: Tensor, complex_output: bool, check_finite: bool, function: str) -> tuple[Tensor, Tensor]:
    if check_finite:
        require_finite(function, {"a": a})
    if on_host(function, a):
        t, z = _decompose(a.cpu(), complex_output, False, function)
        return t.to(a.device), z.to(a.device)
    large = a.device.type == "cpu" and a.shape[-1] > _KERNEL_CPU
    t, z, info = _lapack.gees(a) if large else torch.ops.sci._schur_small(a)
    if checks_enabled() and a.shape[-1] > 0 and bool(info.any()):
        info = torch.where(torch.isfinite(t[..., 0, 0]), info, 0)  # NaN in, NaN out
        if bool(info.any()):
            where, count = place_in_batch(info)
            raise LinAlgError(f"{function}: the QR algorithm did not find {count} eigenvalues{where}")
    if complex_output and not a.is_complex():
        # Three times faster than the complex algorithm on the same matrix.
        t, z = real_to_complex_form(t, z)
        t, z = t.contiguous(), z.contiguous()
    return t, z


def _fake_decompose(a: Tensor, complex_output: bool, check_finite: bool, function: str) -> tuple[Tensor, Tensor]:
    dtype = a.dtype.to_complex() if complex_output and not a.is_complex() else a.dtype
    return new_like(a, a.shape, dtype), new_like(a, a.shape, dtype)


def _reorder(a: Tensor, t: Tensor, z: Tensor, select: Tensor) -> tuple[Tensor, Tensor]:
    if on_host("schur", a):
        t, z = _reorder(*(x.cpu() for x in (a, t, z, select)))
        return t.to(a.device), z.to(a.device)
    large = t.device.type == "cpu" and t.shape[-1] > _KERNEL_CPU
    t, z, info = _lapack.trsen(t, z, select) if large else torch.ops.sci._schur_reorder(t, z, select.to(torch.int32))
    if checks_enabled() and bool(info.any()):
        where, _ = place_in_batch(info)
        raise LinAlgError(f"schur: eigenvalues{where} are too close to be separated for reordering")
    return t, z


def _solve_lower(t: Tensor, c: Tensor, adjoint: bool) -> Tensor:
    t, c = broadcast_matrices("schur", ("t", "c"), t, c)
    if on_host("schur", c):
        return torch.ops.sci._schur_lower_solve(t.cpu(), c.cpu(), adjoint).to(c.device)  # type: ignore[no-any-return]
    return torch.ops.sci._schur_lower_solve(t, c, adjoint)  # type: ignore[no-any-return]


# ---- the derivative ------------------------------------------------------------------------------------------------
#
# A = Z T Z^H, Omega = Z^H dZ (skew-Hermitian), M = Z^H dA Z = Omega T - T Omega + dT.
#
# Complex form. The strictly lower triangle has no dT:  low(Omega T - T Omega) = low(M), and only the strictly lower
# triangle X of Omega enters there. With Omega = X - X^H (the diagonal of Omega is the phases' gauge, set to zero):
#     (1)  low(X T - T X) = low(M)          (2)  dT = M - (Omega T - T Omega)          (3)  dZ = Z Omega
# Real form: the same block by block for X = L, the strictly *block* lower triangle. In addition each 2 x 2 block
# [a b; c a] at p has a rotation w = X[p+1, p], which the standard form (equal diagonal entries) determines. With
# R = M - (L T - T L):
#     (4)  w = (R[p+1, p+1] - R[p, p]) / (2 (b + c))
# Adjoint, with Q the part of the gradient of T on the form's pattern and K = low(N - N^H),
# N = Z^H gZ - Q T^H + T^H Q:
#     (5)  gR[p+1, p+1] = -gR[p, p] = K[p+1, p] / (2 (b + c)),   gL = blocklow(K - gR T^H + T^H gR)
#     (6)  low(Y T^H - T^H Y) = gL,   gM = Q + gR + Y,   gA = Z gM Z^H


def _blocks(t: Tensor) -> Tensor | None:
    """Return the flags of 2 x 2 blocks by their subdiagonal place, (..., n - 1); None where the form has none."""
    if t.is_complex() or t.shape[-1] < 2:
        return None
    return t.diagonal(-1, -2, -1) != 0


def _at(values: Tensor, offset: int) -> Tensor:
    return torch.diag_embed(values, offset)


def _ends(values: Tensor, second: bool) -> Tensor:
    """Put values of blocks, (..., n - 1), on the diagonal: at the first or the second place of each block."""
    return _at(torch.nn.functional.pad(values, (1, 0) if second else (0, 1)), 0)


def _on_pattern(x: Tensor, blocks: Tensor | None) -> Tensor:
    """Keep the upper triangle, and the subdiagonals inside of blocks."""
    return x.triu() if blocks is None else x.triu() + _at(torch.where(blocks, x.diagonal(-1, -2, -1), 0), -1)


def _block_lower(x: Tensor, blocks: Tensor | None) -> Tensor:
    return x.tril(-1) if blocks is None else x.tril(-1) - _at(torch.where(blocks, x.diagonal(-1, -2, -1), 0), -1)


def _rotation_weight(t: Tensor, blocks: Tensor) -> Tensor:
    """1 / (2 (b + c)) of each block, 0 elsewhere; NaN for [a b; -b a], in which every rotation is a standard form."""
    b, c = t.diagonal(1, -2, -1), t.diagonal(-1, -2, -1)
    total = torch.where(blocks, b + c, 1)
    arbitrary = total.abs() <= 8 * torch.finfo(t.dtype).eps * (b.abs() + c.abs())
    weight = 1 / (2 * torch.where(arbitrary, torch.nan, total))
    return torch.where(blocks, weight, 0)


def _commutator(x: Tensor, t: Tensor) -> Tensor:
    return x @ t - t @ x


def _jvp_lower(inputs: Any, outputs: Any, tangents: Any) -> Tensor:
    t, _, adjoint = inputs
    (x,), (dt, dc) = outputs, tangents[:2]
    right = None if dc is None else dc.expand_as(x)
    if dt is not None:
        dt = _on_pattern(dt, _blocks(t))
        moved = _commutator(x, dt.mH if adjoint else dt)
        right = -moved if right is None else right - moved
    return solve_lower(t, right, adjoint)  # type: ignore[no-any-return]


def _backward_lower(inputs: Any, outputs: Any, grads: Any, needs: Sequence[bool]) -> Sequence[Tensor | None]:
    t, c, adjoint = inputs
    (x,), (g,) = outputs, grads
    y = solve_lower(t, g, not adjoint)
    grad_t = None
    if needs[0]:
        one, other = (y, x) if adjoint else (x, y)
        grad_t = to_kind(_on_pattern(other @ one.mH - one.mH @ other, _blocks(t)), t)
    return grad_t, to_kind(y, c) if needs[1] else None, None


# The strictly block lower X of (1), or Y of (6) with `adjoint`.
solve_lower = operator(
    "schur_lower(Tensor t, Tensor c, bool adjoint) -> Tensor",
    kernel=_solve_lower,
    fake=lambda t, c, adjoint: new_like(c, (*batch_shape(t, c), *c.shape[-2:])),
    backward=_backward_lower,
    jvp=_jvp_lower,
    core_dims=(2, 2),
)


def _tangents(t: Tensor, z: Tensor, da: Tensor) -> tuple[Tensor, Tensor]:
    m = z.mH @ da.to(z.dtype) @ z
    blocks = _blocks(t)
    lower = solve_lower(t, _block_lower(m, blocks), False)
    if blocks is not None:
        diagonal = (m - _commutator(lower, t)).diagonal(dim1=-2, dim2=-1)
        turn = torch.where(blocks, (diagonal[..., 1:] - diagonal[..., :-1]) * _rotation_weight(t, blocks), 0)
        lower = lower + _at(turn, -1)
    omega = lower - lower.mH
    return _on_pattern(m - _commutator(omega, t), blocks), z @ omega


def _gradient(a: Tensor, t: Tensor, z: Tensor, grad_t: Tensor | None, grad_z: Tensor | None) -> Tensor:
    blocks = _blocks(t)
    q = torch.zeros_like(t) if grad_t is None else _on_pattern(grad_t, blocks)
    n = t.mH @ q - q @ t.mH
    if grad_z is not None:
        n = n + z.mH @ grad_z
    skew = n - n.mH
    if t.is_complex():
        size = torch.linalg.vector_norm(t, dim=(-2, -1)) * torch.linalg.vector_norm(q, dim=(-2, -1))
        if grad_z is not None:
            size = size + torch.linalg.vector_norm(grad_z, dim=(-2, -1))
        require_no_phase("schur", skew / 2, size[..., None])
    right, middle = _block_lower(skew, blocks), q
    if blocks is not None:
        weight = torch.where(blocks, skew.diagonal(-1, -2, -1) * _rotation_weight(t, blocks), 0)
        r = _ends(weight, True) - _ends(weight, False)
        right = right - _block_lower(r @ t.mH - t.mH @ r, blocks)
        middle = middle + r
    grad = z @ (middle + solve_lower(t, right, True)) @ z.mH
    return to_kind(grad, a)


def _backward(inputs: Any, outputs: Any, grads: Any, needs: Sequence[bool]) -> Sequence[Tensor | None]:
    return _gradient(inputs[0], *outputs, *grads), *(None,) * (len(inputs) - 1)


def _jvp(inputs: Any, outputs: Any, tangents: Any) -> tuple[Tensor, Tensor]:
    t, z = outputs
    return _tangents(t, z, tangents[0])


# (T, Z); for a real matrix in complex output by way of its real form.
decomposition = operator(
    "schur(Tensor a, bool complex_output, bool check_finite, str function) -> (Tensor, Tensor)",
    kernel=_decompose,
    fake=_fake_decompose,
    backward=_backward,
    jvp=_jvp,
    core_dims=(2,),
)

# (T, Z) with the selected eigenvalues first, from a Schur form of `a`; the derivative is that of any Schur form of `a`.
_reordered = operator(
    "schur_reordered(Tensor a, Tensor t, Tensor z, Tensor select) -> (Tensor, Tensor)",
    kernel=_reorder,
    fake=lambda a, t, z, select: (new_like(t, t.shape), new_like(z, z.shape)),
    backward=_backward,
    jvp=_jvp,
    core_dims=(2, 2, 2, 1),
)


# ---- eigenvalues on the diagonal, and sorting ----------------------------------------------------------------------


def eigenvalues_of_form(t: Tensor) -> Tensor:
    """Return the eigenvalues of Schur forms in their order, complex; of a pair the one above the axis comes first."""
    diagonal = t.diagonal(dim1=-2, dim2=-1)
    if t.is_complex():
        return diagonal
    if t.shape[-1] < 2:
        return diagonal.to(t.dtype.to_complex())
    b, c = t.diagonal(1, -2, -1), t.diagonal(-1, -2, -1)
    height = torch.where(c != 0, b.abs().sqrt() * c.abs().sqrt(), 0)
    pad = torch.nn.functional.pad
    return torch.complex(diagonal, pad(height, (0, 1)) - pad(height, (1, 0)))


_SORTS: dict[str, Callable[[Tensor], Tensor]] = {
    "lhp": lambda w: w.real < 0,
    "rhp": lambda w: w.real >= 0,
    "iuc": lambda w: w.abs() <= 1,
    "ouc": lambda w: w.abs() > 1,
}


def _select(sort: Any, w: Tensor, real_form: bool) -> Tensor:
    """Return which eigenvalues a `sort` argument selects."""
    if isinstance(sort, str):
        return _SORTS[sort](w)
    if torch.compiler.is_compiling() or w.device.type == "meta":
        raise NotImplementedError(
            "schur: a callable sort reads the eigenvalues; to compile use 'lhp', 'rhp', 'iuc', 'ouc'"
        )
    try:
        parts = [] if not real_form else list(inspect.signature(sort).parameters.values())
        two = real_form and (
            sum(p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD) for p in parts) > 1
            or any(p.kind is p.VAR_POSITIONAL for p in parts)
        )
    except ValueError:  # a built-in without a signature
        two = real_form
    numbers = w.detach().reshape(-1).tolist()
    flags = [bool(sort(x.real, x.imag) if two else sort(x.real if real_form else x)) for x in numbers]
    return torch.tensor(flags, dtype=torch.bool, device=w.device).reshape(w.shape)


def _whole_pairs(select: Tensor, t: Tensor) -> Tensor:
    """Select a complex pair of a real form if either of its two eigenvalues is."""
    blocks = _blocks(t)
    if blocks is None:
        return select
    pad = torch.nn.functional.pad
    either = blocks & (select[..., 1:] | select[..., :-1])
    return select | pad(either, (0, 1)) | pad(either, (1, 0))


def _sorted(a: Tensor, t: Tensor, z: Tensor, sort: Any) -> tuple[Tensor, Tensor, Tensor]:
    t, z = t.detach(), z.detach()
    real_form = not t.is_complex()
    select = _whole_pairs(_select(sort, eigenvalues_of_form(t), real_form), t)
    t, z = _reordered(a, t, z, select.to(torch.int32))
    count = select.sum(-1)
    wanted = torch.arange(t.shape[-1], device=t.device) < count[..., None]
    if checks_enabled() and not torch.compiler.is_compiling():
        form = t.detach()
        still = _whole_pairs(_select(sort, eigenvalues_of_form(form), real_form), form)
        if known((still != wanted).any()):
            raise LinAlgError("schur: by rounding errors the leading eigenvalues no longer satisfy the sort condition")
    return t, z, count


# ---- the public functions ------------------------------------------------------------------------------------------


def _samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterator[Sample]:
    def matrix(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=generator, dtype=dtype).to(device)

    yield Sample(matrix(4, 4))
    yield Sample(matrix(2, 3, 3), output="complex")
    yield Sample(matrix(2, 3, 3), sort="lhp")
    yield Sample(matrix(0, 0))


def _independent_of_gauge(function: Any, a: Tensor, **options: Any) -> Any:
    # Phases cancel in |T| and in z z^H of each vector; signs of a real form as well.
    t, z, *rest = function(a, **options)
    modulus = t * t.conj() if t.is_complex() else t * t
    return modulus, z[..., :, None, :] * z[..., None, :, :].conj(), *rest


@function(
    differentiable=("a",),
    samples=_samples,
    call=_independent_of_gauge,
    host_route=f"{_WHY}; larger matrices are decomposed by LAPACK on the CPU",
)
def schur(
    a: Any,
    output: str = "real",
    lwork: int | None = None,
    overwrite_a: bool = False,
    sort: Any = None,
    check_finite: bool = True,
) -> tuple[Tensor, ...]:
    r"""Schur decomposition ``a = z t z^H`` with unitary ``z`` and (quasi-)triangular ``t``.

    Equivalent to `scipy.linalg.schur`.

    Parameters
    ----------
    a : (..., n, n) tensor
        Matrices, real or complex.
    output : {'real', 'complex'}
        For real `a`: the real form, quasi-triangular with a 2 x 2 block for each pair of complex eigenvalues, or the
        triangular complex form. Complex `a` has the complex form.
    lwork : int, optional
        Accepted and ignored.
    overwrite_a : bool
        Accepted and ignored: arguments are never overwritten.
    sort : callable or {'lhp', 'rhp', 'iuc', 'ouc'}, optional
        Which eigenvalues come first: those in the left (``real < 0``) or right (``real >= 0``) half-plane, inside
        (``abs <= 1``) or outside (``abs > 1``) the unit circle, or those for which a callable is true. It gets one
        complex number, or, for a real form, real and imaginary part. A callable reads the eigenvalues: it
        synchronises and cannot be compiled.
    check_finite : bool
        Raise ValueError where `a` holds NaN or infinity.

    Returns
    -------
    t : (..., n, n) tensor
        The Schur form. 2 x 2 blocks of a real form are standardised: equal diagonal entries, off-diagonal entries of
        opposite signs.
    z : (..., n, n) tensor
        The unitary matrix.
    sdim : (...) tensor of int64
        Only with `sort`: how many eigenvalues were selected; of a pair in a real form both or none.

    Raises
    ------
    LinAlgError
        `a` is not square, the QR algorithm fails, eigenvalues are too close to be sorted, or, in a backward pass, the
        loss depends on the arbitrary phases of a complex form.
    ValueError
        An unknown option, or not finite data.

    See Also
    --------
    rsf2csf

    Notes
    -----
    *Algorithm.* Hessenberg reduction and the shifted QR algorithm [1]_: an own kernel with one matrix per thread (CPU
    up to n = 112, CUDA up to n = 64), LAPACK's on the CPU beyond.

    *Derivative.* With :math:`\Omega = Z^H \dot Z` and :math:`M = Z^H \dot A Z`, the strictly lower triangle :math:`X`
    of :math:`\Omega` solves :math:`\mathrm{low}(X T - T X) = \mathrm{low}(M)`, a triangular system; then
    :math:`\dot T = M - (\Omega T - T \Omega)` and :math:`\dot Z = Z \Omega`. For real forms this holds for blocks, and
    the standard form determines the rotation inside each 2 x 2 block. This is the differentiation of the defining
    equations, as for eigenvectors in [2]_, section 3.1, with triangular in place of diagonal `t`; the derivation is in
    the source.

    *Gauge.* Complex: the phases of the columns of `z` are arbitrary and taken as fixed (the diagonal of
    :math:`\Omega` is zero); a loss that depends on them raises in the backward pass. Real: signs, which cannot vary.

    *Where no derivative exists.* Two eigenvalues equal (closer than ``eps max|t|``), or a 2 x 2 block
    ``[[x, y], [-y, x]]`` of a normal matrix, which every rotation leaves standard: gradients and tangents are NaN.

    References
    ----------
    .. [1] G. H. Golub, C. F. Van Loan, "Matrix Computations", 4th ed., 2013, chapter 7.
    .. [2] M. Giles, "An extended collection of matrix derivative results for forward and reverse mode algorithmic
       differentiation", Oxford University Computing Laboratory, NA-08/01, 2008.

    Examples
    --------
    >>> import torch
    >>> from sci.linalg import schur
    >>> a = torch.tensor([[0.0, 2.0, 2.0], [0.0, 1.0, 2.0], [1.0, 0.0, 1.0]])
    >>> t, z = schur(a)
    >>> torch.allclose(z @ t @ z.T, a, atol=1e-5)
    True
    >>> t, z, sdim = schur(a, sort="lhp")
    >>> sdim
    tensor(2)
    """
    (a,) = tensors("schur", a=a)
    require_square("schur", "a", a)
    if output not in ("real", "complex", "r", "c"):
        raise bad_argument("schur", "output", "'real' or 'complex'", output)
    if sort is not None and not callable(sort) and (not isinstance(sort, str) or sort not in _SORTS):
        raise bad_argument("schur", "sort", "None, a callable, 'lhp', 'rhp', 'iuc' or 'ouc'", sort)
    complex_output = a.is_complex() or output in ("complex", "c")
    if sort is None:
        return decomposition(a, complex_output, bool(check_finite), "schur")  # type: ignore[no-any-return]
    t, z = decomposition(a.detach(), complex_output, bool(check_finite), "schur")
    return _sorted(a, t, z, sort)


def real_to_complex_form(t: Tensor, z: Tensor) -> tuple[Tensor, Tensor]:
    """Turn quasi-triangular forms into triangular ones; see `rsf2csf`."""
    dtype = torch.promote_types(torch.promote_types(t.dtype, z.dtype), torch.complex64)
    n = t.shape[-1]
    if n < 2:
        return t.to(dtype), z.to(dtype)
    t, z = t.to(dtype), z.to(dtype)
    diagonal, up, low = t.diagonal(dim1=-2, dim2=-1), t.diagonal(1, -2, -1), t.diagonal(-1, -2, -1)
    first, second = diagonal[..., :-1], diagonal[..., 1:]
    eps = torch.finfo(dtype).eps
    block = low.abs() > eps * (first.abs() + second.abs())
    # The rotation [conj(c) s; -s c] with (c, s) along (mu, low), mu = first eigenvalue - last entry, makes the block
    # triangular.
    half = (first - second) / 2
    square = half * half + up * low
    root = torch.where(block, square, 1).sqrt()
    mu = half + torch.where(root.imag < 0, -root, root)
    r = torch.where(block, mu.abs() ** 2 + low.abs() ** 2, 1).sqrt()
    c, s = torch.where(block, mu / r, 1), torch.where(block, low / r, 0)
    pad = torch.nn.functional.pad
    g_diagonal = torch.where(pad(block, (0, 1)), pad(c.conj().resolve_conj(), (0, 1)), pad(c, (1, 0), value=1.0))
    g = torch.diag_embed(g_diagonal) + torch.diag_embed(s, 1) - torch.diag_embed(s, -1)
    return (g @ t @ g.mH).triu(), z @ g.mH


def _samples_convert(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterator[Sample]:
    for shape in ((4, 4), (2, 3, 3), (0, 0)):
        yield Sample(torch.randn(*shape, generator=generator, dtype=dtype).to(device))


def _convert_schur_form(function: Any, a: Tensor) -> Any:
    # T cannot vary below its blocks, so a test varies the matrix that it is a form of.
    return _independent_of_gauge(lambda a: function(*schur(a)), a)


@function(differentiable=("T", "Z"), samples=_samples_convert, call=_convert_schur_form)
def rsf2csf(T: Any, Z: Any, check_finite: bool = True) -> tuple[Tensor, Tensor]:
    r"""Convert a real Schur form to a complex one.

    Equivalent to `scipy.linalg.rsf2csf`.

    Parameters
    ----------
    T, Z : (..., n, n) tensor
        Quasi-triangular Schur forms and their Schur vectors, as `schur` returns them. Batch dimensions broadcast.
    check_finite : bool
        Raise ValueError where they hold NaN or infinity; not under `torch.compile` and `torch.func` transforms.

    Returns
    -------
    T, Z : (..., n, n) tensor
        The upper triangular form and its Schur vectors, complex.

    Raises
    ------
    LinAlgError
        `T` or `Z` is not square, or their sizes differ.

    Notes
    -----
    Each 2 x 2 block is made triangular by one unitary rotation; the eigenvalue above the real axis comes first.

    *Derivative.* By the chain rule through the rotations: entries of the blocks and of everything beside them.

    Examples
    --------
    >>> import torch
    >>> from sci.linalg import rsf2csf
    >>> t, z = rsf2csf(torch.tensor([[1.0, 2.0], [-2.0, 1.0]]), torch.eye(2))
    >>> torch.allclose(t.diagonal(), torch.tensor([1 + 2j, 1 - 2j]))
    True
    """
    T, Z = tensors("rsf2csf", T=T, Z=Z)
    for name, x in (("T", T), ("Z", Z)):
        require_square("rsf2csf", name, x)
    if T.shape[-1] != Z.shape[-1]:
        raise bad_argument("rsf2csf", "Z", f"{T.shape[-1]} x {T.shape[-1]}, as T", Z, LinAlgError)
    T, Z = broadcast_matrices("rsf2csf", ("T", "Z"), T, Z)
    if check_finite and checks_enabled() and not torch.compiler.is_compiling() and T.device.type != "meta":
        for name, x in (("T", T), ("Z", Z)):
            if known(torch.isfinite(x.detach()).all()) == 0:
                raise ValueError(f"rsf2csf: {name} must not contain infs or NaNs (check_finite)")
    return real_to_complex_form(T, Z)
