"""Cholesky factors, and systems solved with them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import torch
from torch import Tensor

from sci._core.cards import Sample, function
from sci._core.checks import checks_enabled, finite_probe, read, require_finite
from sci._core.dispatch import operator
from sci._core.errors import bad_argument, flag

from . import _lapack, _lapack_factors, _quick
from ._lu_operators import fits_kernel
from ._matrices import (
    batch_shape,
    broadcast_matrices,
    hermitian_part,
    lower_with_half_diagonal,
    new_like,
    place_in_batch,
    require_square,
    right_hand_side,
    tensors,
    to_kind,
)
from ._regular import not_positive_definite
from ._sizes import ONE_CHOLESKY
from ._small_gradients import CHOLESKY, whole
from ._solve_triangular import gradients, has_kernel, substitute, triangular

# ---- the factor ----------------------------------------------------------------------------------------------------


def _has_kernel(a: Tensor) -> bool:
    """Return whether our own kernel is the fastest: side by side, by teams, or one real matrix after the other."""
    return fits_kernel(a) or (a.is_cpu and not a.is_complex() and 0 < a.shape[-1] <= ONE_CHOLESKY and a.numel() > 0)


def factorize(a: Tensor, lower: bool, check_finite: bool, function: str, argument: str) -> Tensor:
    if (found := _quick.cholesky(a, lower, check_finite)) is not None:
        return found[0]  # type: ignore[no-any-return]
    if check_finite:
        require_finite(function, {argument: a})
    if _has_kernel(a):
        c, info = torch.ops.sci._cholesky_small(a, lower)
    elif _lapack.worthwhile_alone(a):
        c, info = _lapack_factors.potrf(a, lower)
    else:
        c, info = torch.linalg.cholesky_ex(a, upper=not lower)
    if not checks_enabled():
        failed = torch.full_like(c, float("nan"))
        return torch.where((info != 0)[..., None, None], failed.tril() if lower else failed.triu(), c).contiguous()
    if info.item() != 0 if info.dim() == 0 else bool(info.any()):
        where, order = place_in_batch(info)
        raise not_positive_definite(function, argument, where, order)
    return c.contiguous()


def _fake_factor(a: Tensor, lower: bool, check_finite: bool, function: str, argument: str) -> Tensor:
    return new_like(a, a.shape)


def _backward_factor(inputs: Any, outputs: Any, grads: Any, needs: Sequence[bool]) -> Sequence[Tensor | None]:
    lower = inputs[1]
    (c,), (g,) = outputs, grads
    found = whole(CHOLESKY, c, c, g, option=not lower)
    if found is not None:
        return found, None, None, None, None
    if lower:
        middle = lower_with_half_diagonal(c.mH @ g)
        left = triangular(c, middle, 2, True, False, False)  # L^-H Phi
        grad = triangular(c, left.mH, 2, True, False, False).mH  # ... L^-1
    else:
        middle = lower_with_half_diagonal(c @ g.mH)
        left = triangular(c, middle, 0, False, False, False)
        grad = triangular(c, left.mH, 0, False, False, False).mH
    return hermitian_part(grad), None, None, None, None


def _jvp_factor(inputs: Any, outputs: Any, tangents: Any) -> Tensor:
    lower = inputs[1]
    (c,), da = outputs, hermitian_part(tangents[0])
    if lower:
        left = triangular(c, da, 0, True, False, False)
        s = triangular(c, left.mH, 0, True, False, False)  # L^-1 dA L^-H, Hermitian
        return c @ lower_with_half_diagonal(s)  # type: ignore[no-any-return]
    left = triangular(c, da, 2, False, False, False)
    s = triangular(c, left.mH, 2, False, False, False)
    return lower_with_half_diagonal(s).mH @ c  # type: ignore[no-any-return]


# L or U of Hermitian matrices; `function` and `argument` are for error texts.
cholesky_factor = operator(
    "cholesky(Tensor a, bool lower, bool check_finite, str function, str argument) -> Tensor",
    kernel=factorize,
    fake=_fake_factor,
    backward=_backward_factor,
    jvp=_jvp_factor,
    core_dims=(2,),
)


def _positive(generator: torch.Generator, dtype: torch.dtype, device: torch.device, *shape: int) -> Tensor:
    x = torch.randn(*shape, generator=generator, dtype=dtype)
    return (x @ x.mH / max(shape[-1], 1) + torch.eye(shape[-1], dtype=dtype)).to(device)


def _samples_factor(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterator[Sample]:
    yield Sample(_positive(generator, dtype, device, 3, 3))
    yield Sample(_positive(generator, dtype, device, 2, 4, 4), lower=True)
    yield Sample(_positive(generator, dtype, device, 2, 1, 1))
    yield Sample(_positive(generator, dtype, device, 0, 0))


def _of_hermitian(function: Any, a: Tensor, **options: Any) -> Any:
    # The derivative is that on Hermitian matrices, so a test that varies single entries has to make `a` Hermitian.
    return function(hermitian_part(a), **options)


@function(differentiable=("a",), samples=_samples_factor, call=_of_hermitian)
def cholesky(a: Any, lower: bool = False, overwrite_a: bool = False, check_finite: bool = True) -> Tensor:
    r"""Cholesky decomposition of Hermitian positive definite matrices.

    Equivalent to `scipy.linalg.cholesky`: ``a = U^H U`` (the default), or ``a = L L^H``.

    Parameters
    ----------
    a : (..., n, n) tensor
        Hermitian positive definite matrices. Only the triangle that `lower` names is read.
    lower : bool
        Return the lower factor L; by default the upper factor U.
    overwrite_a : bool
        Accepted and ignored: arguments are never overwritten.
    check_finite : bool
        Raise ValueError where `a` holds NaN or infinity.

    Returns
    -------
    c : (..., n, n) tensor
        The triangular factor, with zeros in the other triangle.

    Raises
    ------
    LinAlgError
        `a` is not square, or not positive definite: the text names the matrix of the batch and the order of its first
        leading minor that is not positive. With `sci.data_checks` off that factor is NaN instead.

    See Also
    --------
    cho_factor, cho_solve

    Notes
    -----
    *Derivative.* As a function on Hermitian matrices: gradients are Hermitian, and of a tangent the Hermitian part
    counts. With :math:`\Phi` the lower triangle with halved diagonal,
    :math:`\dot L = L\,\Phi(L^{-1} \dot A L^{-H})` and :math:`\bar A = \mathrm{herm}(L^{-H}\,\Phi(L^H \bar L)\,L^{-1})`
    [1]_, equations (8) to (10); for the upper factor the same with :math:`U = L^H`.

    References
    ----------
    .. [1] I. Murray, "Differentiation of the Cholesky decomposition", arXiv:1602.07527, 2016.

    Examples
    --------
    >>> import torch
    >>> from sci.linalg import cholesky
    >>> cholesky(torch.tensor([[4.0, 2.0], [2.0, 5.0]]), lower=True)
    tensor([[2., 0.],
            [1., 2.]])
    """
    lower = flag("cholesky", "lower", lower)
    if (found := _quick.cholesky(a, lower, bool(check_finite))) is not None:
        return found[0]  # type: ignore[no-any-return]
    if _lapack.takes(a, check_finite) and a.shape[0] == a.shape[1] and not _has_kernel(a):
        c, info = _lapack_factors.potrf(a, lower)
        if info.item() == 0:
            return c.contiguous()
    (a,) = tensors("cholesky", a=a)
    require_square("cholesky", "a", a)
    return cholesky_factor(a, lower, bool(check_finite), "cholesky", "a")  # type: ignore[no-any-return]


@function(differentiable=("a",), samples=_samples_factor, call=lambda f, a, **o: _of_hermitian(f, a, **o)[0])
def cho_factor(
    a: Any, lower: bool = False, overwrite_a: bool = False, check_finite: bool = True
) -> tuple[Tensor, bool]:
    """Cholesky decomposition in the form that `cho_solve` takes.

    Equivalent to `scipy.linalg.cho_factor`, with zeros where SciPy leaves the entries of `a` in the other triangle.

    Parameters
    ----------
    a : (..., n, n) tensor
        Hermitian positive definite matrices. Only the triangle that `lower` names is read.
    lower : bool
        Compute the lower factor; by default the upper one.
    overwrite_a : bool
        Accepted and ignored: arguments are never overwritten.
    check_finite : bool
        Raise ValueError where `a` holds NaN or infinity.

    Returns
    -------
    c : (..., n, n) tensor
        The triangular factor.
    lower : bool
        Whether it is the lower one.

    Raises
    ------
    LinAlgError
        As `cholesky`.

    Notes
    -----
    *Derivative.* That of `cholesky`.

    Examples
    --------
    >>> import torch
    >>> from sci.linalg import cho_factor, cho_solve
    >>> factor = cho_factor(torch.tensor([[4.0, 2.0], [2.0, 5.0]]))
    >>> cho_solve(factor, torch.tensor([6.0, 7.0]))
    tensor([1., 1.])
    """
    lower = flag("cho_factor", "lower", lower)
    if (found := _quick.cholesky(a, lower, bool(check_finite))) is not None:
        return found[0], lower
    (a,) = tensors("cho_factor", a=a)
    require_square("cho_factor", "a", a)
    return cholesky_factor(a, lower, bool(check_finite), "cho_factor", "a"), lower


# ---- solving with it -----------------------------------------------------------------------------------------------


def _solve(c: Tensor, b: Tensor, lower: bool, check_finite: bool) -> Tensor:
    c, b = broadcast_matrices("cho_solve", ("c", "b"), c, b)
    if has_kernel(c, b):
        wanted = check_finite and checks_enabled()
        x, code = substitute(c, b, 0 if lower else 2, lower, False, True, wanted)
        if code:
            require_finite("cho_solve", {"c": c})
        if code & 2:
            require_finite("cho_solve", {"b": b})
        return x
    if _lapack.solves(c) and b.numel() > 0:
        first, second = (0, 2) if lower else (2, 0)
        x = _lapack_factors.trsm(c, b, first, lower, False)
        x = _lapack_factors.trsm(c, x, second, lower, False, overwrite_b=True)
    else:
        x = torch.cholesky_solve(b, c, upper=not lower).contiguous()
    if check_finite and checks_enabled():
        factor, solution = read(finite_probe(c), finite_probe(x))
        require_finite("cho_solve", {"c": c}, [factor])
        if solution - solution != 0:  # as infinities and NaN in b make it
            require_finite("cho_solve", {"b": b})
    return x


def _fake_solve(c: Tensor, b: Tensor, lower: bool, check_finite: bool) -> Tensor:
    return new_like(b, (*batch_shape(c, b), *b.shape[-2:]))


def _backward_solve(inputs: Any, outputs: Any, grads: Any, needs: Sequence[bool]) -> Sequence[Tensor | None]:
    c, b, lower, _ = inputs
    (x,), (g,) = outputs, grads
    if needs[0] and (found := gradients(c, x, g, 0 if lower else 2, lower, False, True)) is not None:
        return found[0], to_kind(found[1], b) if needs[1] else None, None, None
    grad_b = solve_with_factor(c, g, lower, False)
    grad_c = None
    if needs[0]:
        grad_a = grad_b @ x.mH  # minus the gradient of A
        both = -(grad_a + grad_a.mH)
        grad_c = to_kind((both @ c.tril()).tril() if lower else (c.triu() @ both).triu(), c)
    return grad_c, to_kind(grad_b, b) if needs[1] else None, None, None


def _jvp_solve(inputs: Any, outputs: Any, tangents: Any) -> Tensor:
    c, _, lower, _ = inputs
    (x,), (dc, db) = outputs, tangents[:2]
    right = None if db is None else db.expand_as(x)
    if dc is not None:
        if lower:
            dc = dc.tril()
            moved = dc @ (c.tril().mH @ x) + c.tril() @ (dc.mH @ x)
        else:
            dc = dc.triu()
            moved = dc.mH @ (c.triu() @ x) + c.triu().mH @ (dc @ x)
        right = -moved if right is None else right - moved
    return solve_with_factor(c, right, lower, False)  # type: ignore[no-any-return]


# A^-1 B, given a Cholesky factor of A.
solve_with_factor = operator(
    "cho_solve(Tensor c, Tensor b, bool lower, bool check_finite) -> Tensor",
    kernel=_solve,
    fake=_fake_solve,
    backward=_backward_solve,
    jvp=_jvp_solve,
    core_dims=(2, 2),
)


def _samples_solve(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterator[Sample]:
    def random(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=generator, dtype=dtype).to(device)

    def factor(*shape: int) -> Tensor:
        low: Tensor = torch.linalg.cholesky(_positive(generator, dtype, device, *shape))
        return low

    yield Sample(factor(3, 3), random(3), lower=True)
    yield Sample(factor(2, 3, 3).mH, random(2, 3, 2), lower=False)
    yield Sample(factor(2, 3, 3), random(3, 1), lower=True)
    yield Sample(factor(0, 0), random(0, 2), lower=True)


@function(
    differentiable=("c", "b"),
    samples=_samples_solve,
    call=lambda f, c, b, lower: f((c, lower), b),
)
def cho_solve(c_and_lower: Any, b: Any, overwrite_b: bool = False, check_finite: bool = True) -> Tensor:
    r"""Solve ``a x = b``, given the Cholesky factor of ``a``.

    Equivalent to `scipy.linalg.cho_solve`.

    Parameters
    ----------
    c_and_lower : (c, lower)
        What `cho_factor` returns: (..., n, n) triangular factors, and whether they are lower ones. The other triangle
        of `c` is not read.
    b : (n,) or (..., n, k) tensor
        Right-hand sides. One dimension is one vector; otherwise the last two dimensions are a matrix. Batch
        dimensions broadcast.
    overwrite_b : bool
        Accepted and ignored: arguments are never overwritten.
    check_finite : bool
        Raise ValueError where `c` or `b` holds NaN or infinity.

    Returns
    -------
    x : tensor
        The solution, of the shape of `b` with the broadcast batch dimensions.

    Raises
    ------
    LinAlgError
        `c` is not square.
    ValueError
        Shapes do not match, or not finite data.

    Notes
    -----
    *Derivative.* With :math:`A = L L^H`: :math:`\dot X = A^{-1} (\dot B - (\dot L L^H + L \dot L^H) X)`; in reverse
    :math:`\bar B = A^{-1} \bar X`, :math:`\bar A = -\bar B X^H`,
    :math:`\bar L = \mathrm{tril}((\bar A + \bar A^H) L)` [1]_, section 2.2.3.

    References
    ----------
    .. [1] M. Giles, "An extended collection of matrix derivative results for forward and reverse mode algorithmic
       differentiation", Oxford University Computing Laboratory, NA-08/01, 2008.

    Examples
    --------
    >>> import torch
    >>> from sci.linalg import cho_factor, cho_solve
    >>> a = torch.tensor([[4.0, 2.0], [2.0, 5.0]])
    >>> cho_solve(cho_factor(a, lower=True), torch.tensor([[4.0], [10.0]]))
    tensor([[0.],
            [2.]])
    """
    name = "cho_solve"
    if not isinstance(c_and_lower, (tuple, list)) or len(c_and_lower) != 2:
        raise bad_argument(name, "c_and_lower", "the pair (c, lower) that cho_factor returns", c_and_lower, TypeError)
    c, lower = c_and_lower[0], flag(name, "lower", c_and_lower[1])
    found = _quick.substitution(c, b, 0 if lower else 2, lower, False, True, bool(check_finite))
    if found is not None:
        return found[0]  # type: ignore[no-any-return]
    c, b = tensors(name, c=c, b=b)
    n = require_square(name, "c", c)
    b, vector = right_hand_side(name, n, b)
    broadcast_matrices(name, ("c", "b"), c, b)
    x = solve_with_factor(c, b, lower, bool(check_finite))
    return x[..., 0] if vector else x  # type: ignore[no-any-return]
