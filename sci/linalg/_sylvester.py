"""Sylvester and Lyapunov equations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import torch
from torch import Tensor

from sci._core import runtime
from sci._core.cards import Sample, function
from sci._core.checks import require_finite
from sci._core.dispatch import operator
from sci._core.errors import bad_argument

from . import _products
from ._lu_operators import general_solve, inverse
from ._matrices import (
    batch_shape,
    broadcast_matrices,
    new_like,
    random_matrices,
    require_finite_data,
    require_matrix,
    require_square,
    tensors,
    to_kind,
)
from ._schur_form import decomposition, on_host

runtime.load_library()

_WHY = _products.HOST_ROUTE
_ONE_CALL = 48  # beyond, torch's products around the triangular equation are as fast


def _in_one_call(a: Tensor, b: Tensor, q: Tensor) -> bool:
    if not a.is_cpu or not 0 < max(q.shape[-2:]) <= _ONE_CALL or q.numel() == 0:
        return False
    return a.shape[:-2] == b.shape[:-2] == q.shape[:-2] and not _products.small(a, b, q)


def _compute(a: Tensor, b: Tensor, q: Tensor, adjoint: bool, function: str) -> Tensor:
    if _in_one_call(a, b, q):
        right = None if _products.is_adjoint(a, b) else b.resolve_conj()
        x, look_again = torch.ops.sci._sylvester_small(a.resolve_conj(), right, q.resolve_conj(), adjoint)
        if not look_again:
            return x  # type: ignore[no-any-return]
    for name, x in (("a", a), ("b", b), ("q", q)):
        require_finite(function, {name: x})
    a, b, q = broadcast_matrices(function, ("a", "b", "q"), a, b, q)
    if not (_products.small(a, b, q) or _products.worthwhile(a, b)):
        return _by_schur(a, b, q, adjoint, function)
    x, good = _products.sylvester(*((a.mH, b.mH) if adjoint else (a, b)), q)
    return _products.unless_settled(x, good, lambda bad: _by_schur(a[bad], b[bad], q[bad], adjoint, function))


def _by_schur(a: Tensor, b: Tensor, q: Tensor, adjoint: bool, function: str) -> Tensor:
    if on_host(function, a) or on_host(function, b):
        return _by_schur(a.cpu(), b.cpu(), q.cpu(), adjoint, function).to(q.device)
    r, u = decomposition(a, a.is_complex(), False, function)
    if _products.is_adjoint(a, b):  # A^H = U R^H U^H, and backward in both dimensions R^H is an upper triangle
        s, v = r.mH.flip(-2, -1), u.flip(-1)
    else:
        s, v = decomposition(b, b.is_complex(), False, function)
    y = torch.ops.sci._sylvester_triangular(r, s, u.mH @ q @ v, adjoint)
    return (u @ y @ v.mH).contiguous()


# A X + X B = Q:   A dX + dX B = dQ - dA X - X dB;   in reverse A^H Y + Y B^H = gX,  gQ = Y,  gA = -Y X^H,  gB = -X^H Y
def _backward(inputs: Any, outputs: Any, grads: Any, needs: Sequence[bool]) -> Sequence[Tensor | None]:
    a, b, q, adjoint, function = inputs
    (x,), (g,) = outputs, grads
    y = sylvester(a, b, g, not adjoint, function)
    one, other = (x, y) if adjoint else (y, x)
    grad_a = to_kind(-one @ other.mH, a) if needs[0] else None
    grad_b = to_kind(-other.mH @ one, b) if needs[1] else None
    return grad_a, grad_b, to_kind(y, q) if needs[2] else None, None, None


def _jvp(inputs: Any, outputs: Any, tangents: Any) -> Tensor:
    a, b, _, adjoint, function = inputs
    (x,), (da, db, dq) = outputs, tangents[:3]
    right = torch.zeros_like(x) if dq is None else dq.expand_as(x)
    if da is not None:
        right = right - (da.mH if adjoint else da) @ x
    if db is not None:
        right = right - x @ (db.mH if adjoint else db)
    return sylvester(a, b, right, adjoint, function)  # type: ignore[no-any-return]


# X of A X + X B = Q, or of A^H X + X B^H = Q.
sylvester = operator(
    "solve_sylvester(Tensor a, Tensor b, Tensor q, bool adjoint, str function) -> Tensor",
    kernel=_compute,
    fake=lambda a, b, q, adjoint, function: new_like(q, (*batch_shape(a, b, q), *q.shape[-2:])),
    backward=_backward,
    jvp=_jvp,
    core_dims=(2, 2, 2),
)


def _samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterator[Sample]:
    draw = random_matrices(generator, dtype, device, shift=3)
    yield Sample(draw(3, 3), draw(2, 2), draw(3, 2))
    yield Sample(draw(2, 2, 2), draw(3, 3), draw(2, 3))


@function(differentiable=("a", "b", "q"), samples=_samples, host_route=_WHY, synchronizes=True)
def solve_sylvester(a: Any, b: Any, q: Any) -> Tensor:
    r"""Solve the Sylvester equation ``a x + x b = q``.

    Equivalent to `scipy.linalg.solve_sylvester`.

    Parameters
    ----------
    a : (..., m, m) tensor
        Matrices on the left.
    b : (..., n, n) tensor
        Matrices on the right. Batch dimensions broadcast.
    q : (..., m, n) tensor
        Right-hand sides.

    Returns
    -------
    x : (..., m, n) tensor
        The solutions. Infinite or NaN where `a` and ``-b`` have an eigenvalue in common.

    Raises
    ------
    LinAlgError
        `a` or `b` is not square.
    ValueError
        Shapes do not match, or not finite data.

    Notes
    -----
    *Algorithm.* Bartels and Stewart [1]_: Schur forms of `a` and `b`, and a triangular equation. On CUDA for n > 64,
    and for batches with m = n up to 32, Newton's iteration for the sign of a block matrix [2]_, by inverses and
    products alone, for spectra of `a` and `b` on the same side of the imaginary axis; other matrices, and those whose
    residual it leaves large, go the first way.

    *Derivative.* :math:`A \dot X + \dot X B = \dot Q - \dot A X - X \dot B`; in reverse :math:`A^H Y + Y B^H = \bar X`,
    :math:`\bar Q = Y`, :math:`\bar A = -Y X^H`, :math:`\bar B = -X^H Y`.

    References
    ----------
    .. [1] R. H. Bartels, G. W. Stewart, "Solution of the matrix equation AX + XB = C", Comm. ACM 15 (1972) 820-826.
    .. [2] J. D. Roberts, "Linear model reduction and solution of the algebraic Riccati equation by use of the sign
       function", Int. J. Control 32 (1980) 677-687.

    Examples
    --------
    >>> import torch
    >>> from sci.linalg import solve_sylvester
    >>> torch.allclose(solve_sylvester(2 * torch.eye(2), torch.eye(2), 3 * torch.ones(2, 2)), torch.ones(2, 2))
    True
    """
    name = "solve_sylvester"
    a, b, q = tensors(name, a=a, b=b, q=q)
    m, n = require_square(name, "a", a), require_square(name, "b", b)
    if require_matrix(name, "q", q) != (m, n):
        raise bad_argument(name, "q", f"of shape (..., {m}, {n}) to match a and b", q)
    broadcast_matrices(name, ("a", "b", "q"), a, b, q)
    return sylvester(a, b, q, False, name)  # type: ignore[no-any-return]


def _checked(function: str, a: Any, q: Any) -> tuple[Tensor, Tensor]:
    a, q = tensors(function, a=a, q=q)
    n = require_square(function, "a", a)
    if require_square(function, "q", q) != n:
        raise bad_argument(function, "q", f"{n} x {n}, as a", q)
    a, q = broadcast_matrices(function, ("a", "q"), a, q)
    return a, q


def _samples_lyapunov(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterator[Sample]:
    draw = random_matrices(generator, dtype, device, shift=3)
    yield Sample(draw(3, 3), draw(3, 3))
    yield Sample(draw(2, 2, 2), draw(2, 2))


@function(differentiable=("a", "q"), samples=_samples_lyapunov, host_route=_WHY, synchronizes=True)
def solve_continuous_lyapunov(a: Any, q: Any) -> Tensor:
    r"""Solve the continuous Lyapunov equation ``a x + x a^H = q``.

    Equivalent to `scipy.linalg.solve_continuous_lyapunov`.

    Parameters
    ----------
    a : (..., n, n) tensor
        Matrices.
    q : (..., n, n) tensor
        Right-hand sides. Batch dimensions broadcast.

    Returns
    -------
    x : (..., n, n) tensor
        The solutions. Infinite or NaN where two eigenvalues of `a` have ``w_i + conj(w_j) = 0``.

    Raises
    ------
    LinAlgError
        `a` or `q` is not square.
    ValueError
        Shapes do not match, or not finite data.

    Notes
    -----
    A Sylvester equation, with its algorithm and derivative: see `solve_sylvester`.

    Examples
    --------
    >>> import torch
    >>> from sci.linalg import solve_continuous_lyapunov
    >>> torch.allclose(solve_continuous_lyapunov(-torch.eye(2), -2 * torch.eye(2)), torch.eye(2))
    True
    """
    a, q = _checked("solve_continuous_lyapunov", a, q)
    return sylvester(a, a.mH, q, False, "solve_continuous_lyapunov")  # type: ignore[no-any-return]


@function(differentiable=("a", "q"), samples=_samples_lyapunov, host_route=_WHY, synchronizes=True)
def solve_lyapunov(a: Any, q: Any) -> Tensor:
    """Solve the continuous Lyapunov equation ``a x + x a^H = q``: `solve_continuous_lyapunov` under another name.

    Equivalent to `scipy.linalg.solve_lyapunov`.

    Parameters
    ----------
    a : (..., n, n) tensor
        Matrices.
    q : (..., n, n) tensor
        Right-hand sides. Batch dimensions broadcast.

    Returns
    -------
    x : (..., n, n) tensor
        The solutions.

    Examples
    --------
    >>> import torch
    >>> from sci.linalg import solve_lyapunov
    >>> torch.allclose(solve_lyapunov(-torch.eye(2), -2 * torch.eye(2)), torch.eye(2))
    True
    """
    return solve_continuous_lyapunov(a, q)


_DIRECT = 10  # below this n the system of n^2 equations is as fast, and needs nothing of the spectrum


def _discrete(a: Tensor, q: Tensor, method: str, function: str) -> Tensor:
    a, q = broadcast_matrices(function, ("a", "q"), a, q)
    n = a.shape[-1]
    if method == "direct":
        left = (a[..., :, None, :, None] * a.conj()[..., None, :, None, :]).reshape(*a.shape[:-2], n * n, n * n)
        eye = torch.eye(n * n, dtype=a.dtype, device=a.device)
        flat = q.reshape(*q.shape[:-2], n * n, 1)
        return general_solve(eye - left, flat, False, function).reshape(q.shape)
    if method == "bilinear":
        # With b = (a^H - 1)(a^H + 1)^-1 and c = 2 (a + 1)^-1 q (a^H + 1)^-1 the equation is b^H x + x b = -c.
        eye = torch.eye(n, dtype=a.dtype, device=a.device)
        low = inverse(a + eye, False, False, function)
        b = (a.mH - eye) @ low.mH
        return _compute(b.mH, b, -2 * low @ q @ low.mH, False, function)
    x, good = _products.stein(a, q)
    other = "direct" if n < _DIRECT else "bilinear"
    return _products.unless_settled(x, good, lambda bad: _discrete(a[bad], q[bad], other, function))


# X = A X A^H + Q:   dX = A dX A^H + (dA X A^H + A X dA^H + dQ);   in reverse Y = A^H Y A + gX,  gQ = Y,
# gA = Y A X^H + Y^H A X
def _backward_discrete(inputs: Any, outputs: Any, grads: Any, needs: Sequence[bool]) -> Sequence[Tensor | None]:
    a, q, method, function = inputs
    (x,), (g,) = outputs, grads
    y = discrete(a.mH, g, method, function)
    grad_a = to_kind(y @ a @ x.mH + y.mH @ a @ x, a) if needs[0] else None
    return grad_a, to_kind(y, q) if needs[1] else None, None, None


def _jvp_discrete(inputs: Any, outputs: Any, tangents: Any) -> Tensor:
    a, _, method, function = inputs
    (x,), (da, dq) = outputs, tangents[:2]
    right = torch.zeros_like(x) if dq is None else dq.expand_as(x)
    if da is not None:
        right = right + da @ x @ a.mH + a @ x @ da.mH
    return discrete(a, right, method, function)  # type: ignore[no-any-return]


# X of A X A^H - X + Q = 0; the method is 'direct', 'bilinear' or '' for what suits the spectrum.
discrete = operator(
    "solve_stein(Tensor a, Tensor q, str method, str function) -> Tensor",
    kernel=_discrete,
    fake=lambda a, q, method, function: new_like(q, (*batch_shape(a, q), *q.shape[-2:])),
    backward=_backward_discrete,
    jvp=_jvp_discrete,
    core_dims=(2, 2),
)


def _samples_discrete(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterator[Sample]:
    draw = random_matrices(generator, dtype, device)
    yield Sample(draw(3, 3) / 3, draw(3, 3))
    yield Sample(draw(2, 2, 2) / 3, draw(2, 2), method="bilinear")


@function(differentiable=("a", "q"), samples=_samples_discrete, host_route=_WHY, synchronizes=True)
def solve_discrete_lyapunov(a: Any, q: Any, method: str | None = None) -> Tensor:
    r"""Solve the discrete Lyapunov equation ``a x a^H - x + q = 0``.

    Equivalent to `scipy.linalg.solve_discrete_lyapunov`.

    Parameters
    ----------
    a : (..., n, n) tensor
        Matrices.
    q : (..., n, n) tensor
        Constant terms. Batch dimensions broadcast.
    method : {None, 'direct', 'bilinear'}
        As one system of n^2 equations, or by a bilinear transformation to a continuous equation, which needs `a`
        without the eigenvalue -1. By default the sum of ``a^k q (a^H)^k``, where `a` has a spectral radius below 1 and
        the residual is as small as theirs; else direct for n < 10, and bilinear.

    Returns
    -------
    x : (..., n, n) tensor
        The solutions.

    Raises
    ------
    LinAlgError
        `a` or `q` is not square, or the system is singular.
    ValueError
        Shapes do not match, or an unknown `method`.

    Notes
    -----
    *Algorithm.* The sum is doubled in length with every step, the squared form of Smith's method [1]_: products alone.

    *Derivative.* :math:`\dot X = A \dot X A^H + \dot A X A^H + A X \dot A^H + \dot Q`; in reverse :math:`Y = A^H Y A +
    \bar X`, :math:`\bar Q = Y`, :math:`\bar A = Y A X^H + Y^H A X`.

    References
    ----------
    .. [1] R. A. Smith, "Matrix equation XA + BX = C", SIAM J. Appl. Math. 16 (1968) 198-201.

    Examples
    --------
    >>> import torch
    >>> from sci.linalg import solve_discrete_lyapunov
    >>> torch.allclose(solve_discrete_lyapunov(0.5 * torch.eye(2), 3 * torch.eye(2)), 4 * torch.eye(2))
    True
    """
    name = "solve_discrete_lyapunov"
    a, q = _checked(name, a, q)
    meth = method.lower() if isinstance(method, str) else method
    if meth not in (None, "direct", "bilinear"):
        raise bad_argument(name, "method", "None, 'direct' or 'bilinear'", method)
    require_finite_data(name, True, a=a, q=q)
    return discrete(a, q, meth or "", name)  # type: ignore[no-any-return]
