"""The principal square root of a matrix."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import torch
from torch import Tensor

from sci._core.cards import Sample, function
from sci._core.checks import checks_enabled, known
from sci._core.dispatch import operator
from sci._core.errors import warn

from . import _products, _quick
from ._errors import LinAlgWarning
from ._matrices import batch_shape, broadcast_matrices, differentiates, new_like, require_square, tensors, to_kind
from ._schur_form import decomposition, on_host, real_to_complex_form
from ._sizes import ONE_SQRTM
from ._sylvester import sylvester

_SINGULAR, _ILL_CONDITIONED, _NOT_REAL = 1, 2, 3


# ---- the root, from a Schur form -----------------------------------------------------------------------------------


def _compute(a: Tensor, t: Tensor, z: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    if on_host("sqrtm", t):
        x, u, info = _compute(a.cpu(), t.cpu(), z.cpu())
        return x.to(t.device), u.to(t.device), info.to(t.device)
    if t.shape[-1] <= ONE_SQRTM:  # the product Z U Z^H belongs to the kernel: torch's batched one is slow
        x, u, info = torch.ops.sci._triangular_sqrt(t, z, a.to(t.dtype))
        return x, u, info.to(u.real.dtype)
    _, u, info = torch.ops.sci._triangular_sqrt(t, z)
    x = z @ u @ z.mH
    # For triangular A the factor Z is the identity, and the infinities of a singular root stay where they are.
    own = (z == torch.eye(z.shape[-1], dtype=z.dtype, device=z.device)).all(-1).all(-1)
    return torch.where(own[..., None, None], u, x).contiguous(), u.clone(), info.to(u.real.dtype)


def _fake(a: Tensor, t: Tensor, z: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    return new_like(t, t.shape), new_like(t, t.shape), new_like(t, t.shape[:-2], t.real.dtype)


def _backward(inputs: Any, outputs: Any, grads: Any, needs: Sequence[bool]) -> Sequence[Tensor | None]:
    a, _, z = inputs
    x, u, _ = outputs
    if grads[0] is None:
        return None, None, None
    return to_kind(_sylvester(x, grads[0], u, z, True), a), None, None


def _jvp(inputs: Any, outputs: Any, tangents: Any) -> tuple[Tensor, ...]:
    z, (x, u, info) = inputs[2], outputs
    # Zeros stand for "none": forward mode in torch has no place for outputs that lack a tangent, nor for integers.
    return _sylvester(x, tangents[0].to(x.dtype), u, z, False), torch.zeros_like(u), torch.zeros_like(info)


# X, U and a code per matrix; X depends on `a` alone, whose Schur form (t, z) comes along.
_root = operator(
    "sqrtm(Tensor a, Tensor t, Tensor z) -> (Tensor, Tensor, Tensor)",
    kernel=_compute,
    fake=_fake,
    backward=_backward,
    jvp=_jvp,
    core_dims=(2, 2, 2),
)


# ---- X Y + Y X = C, with X = Z U Z^H already in Schur form ---------------------------------------------------------


def _solve_sylvester(x: Tensor, c: Tensor, u: Tensor, z: Tensor, adjoint: bool) -> Tensor:
    x, c, u, z = broadcast_matrices("sqrtm", ("x", "c", "u", "z"), x, c, u, z)
    if on_host("sqrtm", c):
        return _solve_sylvester(x.cpu(), c.cpu(), u.cpu(), z.cpu(), adjoint).to(c.device)
    inner = torch.ops.sci._root_sylvester(u, z.mH @ c @ z, adjoint)
    y: Tensor = z @ inner @ z.mH
    return y.contiguous()


def _backward_sylvester(inputs: Any, outputs: Any, grads: Any, needs: Sequence[bool]) -> Sequence[Tensor | None]:
    x, c, u, z, adjoint = inputs
    (y,), (g,) = outputs, grads
    w = _sylvester(x, g, u, z, not adjoint)
    grad_x = None
    if needs[0]:
        one, other = (y, w) if adjoint else (w, y)
        grad_x = to_kind(-(one @ other.mH + other.mH @ one), x)
    return grad_x, to_kind(w, c) if needs[1] else None, None, None, None


def _jvp_sylvester(inputs: Any, outputs: Any, tangents: Any) -> Tensor:
    x, _, u, z, adjoint = inputs
    (y,), (dx, dc) = outputs, tangents[:2]
    right = None if dc is None else dc.expand_as(y)
    if dx is not None:
        dx = dx.mH if adjoint else dx
        moved = dx @ y + y @ dx
        right = -moved if right is None else right - moved
    return _sylvester(x, right, u, z, adjoint)  # type: ignore[no-any-return]


# Y of X Y + Y X = C, or of X^H Y + Y X^H = C. It depends on X and C; U and Z are only how X is handed over.
_sylvester = operator(
    "sylvester_with_schur(Tensor x, Tensor c, Tensor u, Tensor z, bool adjoint) -> Tensor",
    kernel=_solve_sylvester,
    fake=lambda x, c, u, z, adjoint: new_like(c, (*batch_shape(x, c, z), *c.shape[-2:])),
    backward=_backward_sylvester,
    jvp=_jvp_sylvester,
    core_dims=(2, 2, 2, 2),
)


# ---- the root by products ------------------------------------------------------------------------------------------


def _by_products(a: Tensor) -> tuple[Tensor, Tensor]:
    x, good = _products.square_root(a)
    info = torch.zeros_like(x[..., 0, 0].real)

    def by_schur(bad: Tensor) -> Tensor:
        chosen = a[bad]
        root, _, info[bad] = _compute(chosen, *decomposition(chosen, False, False, "sqrtm"))
        return root

    return _products.unless_settled(x, good, by_schur), info


def _sylvester_of_root(x: Tensor, c: Tensor, adjoint: bool) -> Tensor:
    y: Tensor = sylvester(x, x, c, adjoint, "sqrtm")
    good = torch.isfinite(y.detach()).flatten(-2).all(-1)
    # 1 for data that cannot be read, too.
    if known(good.all()) != 0 or not known(torch.isfinite(x.detach()).all()):
        return y
    t, z = decomposition(x.detach(), False, False, "sqrtm")
    return torch.where(good[..., None, None], y, _sylvester(x, c, t, z, adjoint))


def _backward_products(inputs: Any, outputs: Any, grads: Any, needs: Sequence[bool]) -> Sequence[Tensor | None]:
    x, _ = outputs
    return (None if grads[0] is None else _sylvester_of_root(x, grads[0], True),)


def _jvp_products(inputs: Any, outputs: Any, tangents: Any) -> tuple[Tensor, ...]:
    x, info = outputs
    return _sylvester_of_root(x, tangents[0], False), torch.zeros_like(info)


# X and a code per matrix.
_root_by_products = operator(
    "sqrtm_products(Tensor a) -> (Tensor, Tensor)",
    kernel=_by_products,
    fake=lambda a: (new_like(a, a.shape), new_like(a, a.shape[:-2], a.real.dtype)),
    backward=_backward_products,
    jvp=_jvp_products,
    core_dims=(2,),
)


# ---- the public function -------------------------------------------------------------------------------------------


def _samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterator[Sample]:
    def matrix(*shape: int) -> Tensor:
        x = torch.randn(*shape, generator=generator, dtype=dtype) / 2
        return (x + 2 * torch.eye(shape[-1], dtype=dtype)).to(device)

    yield Sample(matrix(3, 3))
    yield Sample(matrix(2, 4, 4))
    yield Sample(matrix(1, 1))
    yield Sample(matrix(0, 0))


@function(
    differentiable=("A",),
    samples=_samples,
    host_route=_products.HOST_ROUTE,
)
def sqrtm(A: Any, disp: bool | None = None, blocksize: int | None = None) -> Any:
    r"""Principal square root of matrices: ``x x = A`` with eigenvalues in the right half-plane.

    Equivalent to `scipy.linalg.sqrtm`.

    Parameters
    ----------
    A : (..., n, n) tensor
        Matrices, real or complex.
    disp : bool, optional
        Deprecated, as in SciPy: if False, the estimate ``norm(x x - A)**2 / norm(A)`` is returned as well.
    blocksize : int, optional
        Deprecated, as in SciPy, and ignored.

    Returns
    -------
    x : (..., n, n) tensor
        The square roots. Real for real `A`, unless a matrix of the batch has a negative real eigenvalue: then the
        result is complex.

    Raises
    ------
    LinAlgError
        `A` is not a square matrix, or its Schur decomposition fails.

    Warns
    -----
    LinAlgWarning
        `A` is singular or nearly so: the result may be inaccurate, or there may be no square root.

    Notes
    -----
    *Algorithm.* The Schur method: ``A = z t z^H``, ``u u = t`` by recurrence, ``x = z u z^H``, for complex [1]_ and, in
    real arithmetic, for real matrices [2]_; up to n = 16 a step of Newton's method, its residual of twice the digits,
    takes the rounding errors of all three off. On CUDA for n > 64, and for batches of matrices up to n = 32, the
    product form of Denman and Beavers' iteration, with a scaling for each matrix [3]_, section 6.3; triangular
    matrices, and those whose residual it leaves large, go to the Schur method.

    *Result type.* It depends on the data, so it is read from them; where that is impossible (under `torch.compile` and
    `torch.vmap`) or switched off (`sci.data_checks`), real matrices have real results, NaN where no real square root
    was found, and nothing warns. Pass a complex `A` for complex results there.

    *Derivative.* :math:`X \dot X + \dot X X = \dot A`, and in reverse :math:`X^H \bar A + \bar A X^H = \bar X`
    [3]_, both solved with the Schur form that is at hand; well defined at repeated eigenvalues. At a singular `A` it is
    that of a function which does not vary with the root on the null space, and not finite for others (the warning says
    that `A` is singular).

    References
    ----------
    .. [1] A. Bjoerck, S. Hammarling, "A Schur method for the square root of a matrix", Linear Algebra and its
       Applications 52/53 (1983) 127-140.
    .. [2] N. J. Higham, "Computing real square roots of a real matrix", Linear Algebra and its Applications 88/89
       (1987) 405-430.
    .. [3] N. J. Higham, "Functions of Matrices", SIAM 2008, section 6.1.

    Examples
    --------
    >>> import torch
    >>> from sci.linalg import sqrtm
    >>> x = sqrtm(torch.tensor([[1.0, 3.0], [1.0, 4.0]]))
    >>> torch.allclose(x @ x, torch.tensor([[1.0, 3.0], [1.0, 4.0]]), atol=1e-5)
    True
    >>> sqrtm(torch.diag(torch.tensor([4.0, -9.0]))).diagonal()
    tensor([2.+0.j, 0.+3.j])
    """
    if disp is None and blocksize is None and isinstance(A, Tensor) and A.dim() == 2:
        if (found := _quick.square_root(A)) is not None:
            return found[0]  # type: ignore[no-any-return]
    for name, value in (("disp", disp), ("blocksize", blocksize)):
        if value is not None:
            warn(f"sqrtm: {name} is deprecated, as in SciPy", DeprecationWarning)
    (a,) = tensors("sqrtm", A=A)
    require_square("sqrtm", "A", a)
    x = _principal(a)
    if disp is not False:
        return x
    norms = torch.linalg.matrix_norm(x @ x - a), torch.linalg.matrix_norm(a)
    return x, norms[0] ** 2 / norms[1]


def _with_code(a: Tensor, form: str) -> tuple[Tensor, Tensor]:
    """Return roots and their codes; `form` is that of the Schur decomposition of real matrices."""
    if _products.small(a) or _products.worthwhile(a):
        x, info = _root_by_products(a if form == "real" else a.to(a.dtype.to_complex()))
        return x, info
    t, z = decomposition(a.detach(), False, False, "sqrtm")
    if form == "complex":
        t, z = (y.contiguous() for y in real_to_complex_form(t, z))
    x, _, info = _root(a, t, z)
    return x, info


def _principal(a: Tensor) -> Tensor:
    one_call = a.is_cpu and 0 < a.shape[-1] <= ONE_SQRTM and a.numel() > 0 and not _products.small(a)
    if one_call and checks_enabled() and not differentiates(a):
        x, code = torch.ops.sci._sqrtm_small(a)  # in one call
        if not code:
            return x  # type: ignore[no-any-return]
    x, info = _with_code(a, "real")
    if info.numel() == 0:
        return x
    code = known(info.detach().amax())
    if code == _NOT_REAL:
        x, info = _with_code(a, "complex")
        code = known(info.detach().amax())
    if code is not None and code != 0:
        worst = known((info.detach() == _SINGULAR).any())
        kind = "singular" if worst else "ill-conditioned"
        text = f"sqrtm: a matrix is {kind}; the result may be inaccurate, or there may be no square root"
        warn(text, LinAlgWarning)
    return x
