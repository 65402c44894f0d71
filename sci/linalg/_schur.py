"""The Schur decomposition, real and complex, sorted or not."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor

from sci._core.cards import Sample, function
from sci._core.checks import checks_enabled, known
from sci._core.errors import bad_argument

from . import _quick
from ._errors import LinAlgError
from ._matrices import broadcast_matrices, require_square, tensors
from ._schur_form import WHY, blocks_of, decomposition, real_to_complex_form, reordered

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
    blocks = blocks_of(t)
    if blocks is None:
        return select
    pad = torch.nn.functional.pad
    either = blocks & (select[..., 1:] | select[..., :-1])
    return select | pad(either, (0, 1)) | pad(either, (1, 0))


def _sorted(a: Tensor, t: Tensor, z: Tensor, sort: Any) -> tuple[Tensor, Tensor, Tensor]:
    t, z = t.detach(), z.detach()
    real_form = not t.is_complex()
    select = _whole_pairs(_select(sort, eigenvalues_of_form(t), real_form), t)
    t, z = reordered(a, t, z, select.to(torch.int32))
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
    host_route=f"{WHY}; larger matrices are decomposed by LAPACK on the CPU",
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
        loss depends on the arbitrary phases of a complex form or basis of equal eigenvalues.
    ValueError
        An unknown option, or not finite data.

    See Also
    --------
    rsf2csf

    Notes
    -----
    *Algorithm.* Hessenberg reduction and the shifted QR algorithm [1]_: an own kernel with one matrix per thread (CPU
    up to n = 112, CUDA up to n = 64), on the CPU's vector lanes for batches up to n = 32 and all up to n = 8, LAPACK's
    on the CPU beyond.

    *Derivative.* With :math:`\Omega = Z^H \dot Z` and :math:`M = Z^H \dot A Z`, the strictly lower triangle :math:`X`
    of :math:`\Omega` solves :math:`\mathrm{low}(X T - T X) = \mathrm{low}(M)`, a triangular system; then
    :math:`\dot T = M - (\Omega T - T \Omega)` and :math:`\dot Z = Z \Omega`. For real forms this holds for blocks, and
    the standard form determines the rotation inside each 2 x 2 block. This is the differentiation of the defining
    equations, as for eigenvectors in [2]_, section 3.1, with triangular in place of diagonal `t`; the derivation is in
    the source.

    *Gauge.* Complex: the phases of the columns of `z` are arbitrary and taken as fixed (the diagonal of
    :math:`\Omega` is zero); a loss that depends on them raises in the backward pass. Real: signs, which cannot vary.

    *Equal eigenvalues* (closer than ``4 n eps max|t|``) have Schur vectors with an arbitrary basis, and a 2 x 2 block
    ``[[x, y], [-y, x]]`` of a normal matrix is left standard by every rotation. There gradients are exact for losses
    that depend on neither: symmetric functions of the eigenvalues, projectors on all of these vectors. Others raise in
    the backward pass. This holds also where they do not stand side by side in `t`, by the conditions in the source;
    projectors are then those on the vectors before the first of them, or up to the last. No derivative exists where the
    equal eigenvalues are defective, and none is found between two equal 2 x 2 blocks, where the complex form has one:
    NaN, and the backward pass raises. Forward mode does not check; `torch.vmap` and compiled code neither, and have NaN
    where equal eigenvalues do not stand side by side.

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
    if output == "real" and sort is None and (found := _quick.schur(a, bool(check_finite))) is not None:
        return found[0], found[1]
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
