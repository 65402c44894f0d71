"""Logarithm, sign and real powers of matrices."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor

from sci._core import runtime
from sci._core.cards import Sample, function
from sci._core.checks import checks_enabled, finite_probe, known
from sci._core.errors import bad_argument, warn

from . import _products, _qdwh
from ._errors import LinAlgError, LinAlgWarning
from ._expm import exponential
from ._lu_operators import inverse
from ._matrices import place_in_batch, random_matrices, require_finite_data, require_square, tensors
from ._matrix_function import matrix_function
from ._schur_form import on_host, structured_decomposition
from ._triangular_logarithm import THETA, quadrature, triangular_logarithm

runtime.load_library()

_WHY = _products.HOST_ROUTE
_MAX_ROOTS = 64  # halving the exponent this often brings any double to 1
_KERNEL = 96  # larger ones are faster by torch's products
_AXIS = 1e-3  # eigenvalues at eps / _AXIS of the largest are on the imaginary axis
_SIGN_STEPS = 20  # signs that take more may have eigenvalues on the axis


def _near_identity(x: Tensor) -> Tensor:
    """Return log(I + X) for small X."""
    eye = torch.eye(x.shape[-1], dtype=x.dtype, device=x.device)
    total = torch.zeros_like(x)
    for s, weight in quadrature(THETA):
        total = total + weight * torch.linalg.solve_ex(eye + s * x, x)[0]
    return total


def _logarithm(a: Tensor) -> Tensor:
    if a.numel() == 0:
        return a.clone()
    # Without a Schur form where rounding errors of the size of A - I matter, not of A.
    x = a - torch.eye(a.shape[-1], dtype=a.dtype, device=a.device)
    near = torch.linalg.matrix_norm(x, 1) <= THETA
    if not bool(near.any()):
        return _away_from_identity(a)
    logs = _near_identity(torch.where(near[..., None, None], x, 0))
    return _products.unless_settled(logs, near, lambda rest: _away_from_identity(a[rest]))


def _away_from_identity(a: Tensor) -> Tensor:
    if not _products.worthwhile(a):
        return _by_schur(a)
    x, good = _by_products(a)
    return _products.unless_settled(x, good, lambda bad: _by_schur(a[bad]))


def _by_products(a: Tensor) -> tuple[Tensor, Tensor]:
    """Inverse scaling and squaring with roots by products, as many as each matrix needs; where it is good, too."""
    eye = torch.eye(a.shape[-1], dtype=a.dtype, device=a.device)
    x, roots = a, torch.zeros_like(a[..., 0, 0].real)
    for _ in range(_MAX_ROOTS):
        wanted = torch.linalg.matrix_norm(x - eye, 1) > THETA  # NaN is not
        if not bool(wanted.any()):
            break
        x = torch.where(wanted[..., None, None], _products.square_root(x)[0], x)
        roots = roots + wanted
    x = _near_identity(x - eye) * torch.exp2(roots)[..., None, None]
    size = torch.linalg.matrix_norm(a, 1) * (1 + torch.linalg.matrix_norm(x, 1))
    return x, _products.settled(exponential(x) - a, size)


def _by_schur(a: Tensor) -> Tensor:
    if on_host("logm", a):
        return _by_schur(a.cpu()).to(a.device)
    t, z = structured_decomposition(a, False, "logm")
    if a.shape[-1] <= _KERNEL:
        return torch.ops.sci._logarithm_from_schur(a.to(t.dtype), t, z)  # type: ignore[no-any-return]
    x = z @ triangular_logarithm(t) @ z.mH
    if a.is_complex():
        return x
    # NaN where a negative eigenvalue makes the principal logarithm complex; a single one is a block of its own.
    alone = torch.nn.functional.pad(t.diagonal(-1, -2, -1) == 0, (1, 0), value=True)
    alone &= torch.nn.functional.pad(t.diagonal(-1, -2, -1) == 0, (0, 1), value=True)
    cut = ((t.diagonal(dim1=-2, dim2=-1) < 0) & alone).any(-1)
    return torch.where(cut[..., None, None], torch.nan, x)


logarithm, _ = matrix_function("logm", _logarithm)


def principal_logarithm(function: str, a: Tensor) -> Tensor:
    """Return the logarithm, complex for real matrices where it has to be and that can be read; warn if singular."""
    x: Tensor = logarithm(a)
    if x.numel() == 0 or not checks_enabled() or torch.compiler.is_compiling() or a.device.type == "meta":
        return x
    finite = known(finite_probe(x.detach()))
    if finite is None or finite - finite == 0:
        return x
    plain = a.detach()
    w = torch.linalg.eigvals(plain) if known(torch.isfinite(plain).all()) else plain.new_ones(1)
    if known((w == 0).any()):
        warn(f"{function}: a matrix is exactly singular; the result is not finite", LinAlgWarning)
    if not a.is_complex() and known(((w.real < 0) & (w.imag == 0)).any() if w.is_complex() else (w < 0).any()):
        return logarithm(torch.complex(a, torch.zeros_like(a)))  # type: ignore[no-any-return]
    return x


def _positive(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterator[Sample]:
    draw = random_matrices(generator, dtype, device)
    for shape in ((3, 3), (2, 2, 2)):
        x = draw(*shape) / 2
        yield Sample(x + 2 * torch.eye(shape[-1], dtype=dtype, device=device))


@function(differentiable=("A",), samples=_positive, host_route=_WHY, synchronizes=True)
def logm(A: Any, disp: bool | None = None) -> Any:
    r"""Principal logarithm of matrices: ``expm(logm(A)) = A``, with eigenvalues of imaginary part up to pi.

    Equivalent to `scipy.linalg.logm`.

    Parameters
    ----------
    A : (..., n, n) tensor
        Matrices, real or complex.
    disp : bool, optional
        Deprecated, as in SciPy: if False, the relative error ``norm(expm(x) - A, 1) / norm(A, 1)`` is returned as well.

    Returns
    -------
    logm : (..., n, n) tensor
        The logarithms. Real for real `A`, unless a matrix of the batch has a negative real eigenvalue: then complex.

    Raises
    ------
    LinAlgError
        `A` is not square, or its Schur decomposition fails.

    Warns
    -----
    LinAlgWarning
        `A` is singular: the result is not finite.

    Notes
    -----
    *Algorithm.* Inverse scaling and squaring on the Schur form [1]_, algorithm 11.9, in real arithmetic for real `A`:
    square roots of the triangle until it is near the identity, as many as each matrix needs, a Padé approximant of
    degree up to 7 in partial fractions, exact logarithms in the diagonal blocks. Up to n = 16 what the rounding errors
    of the form did, known from its residual of twice the digits, is taken off. On CUDA for n > 64 the roots come from
    Denman and Beavers' iteration in product form, without a Schur form [1]_, section 11.5; matrices that the
    exponential of the result does not confirm go to the Schur method.

    *Result type.* It depends on the data; where these cannot be read (`torch.compile`, `torch.vmap`, checks off) real
    matrices have real results, NaN where no real logarithm was found.

    *Derivative.* The Fréchet derivative as the upper right block of the logarithm of :math:`\begin{pmatrix} A & E \\ 0
    & A \end{pmatrix}` [1]_, (3.16); in reverse :math:`L(A, G^H)^H`. To every order, also at repeated eigenvalues, and
    on the negative axis, where it is that of the branch of the values.

    References
    ----------
    .. [1] N. J. Higham, "Functions of Matrices", SIAM 2008, chapter 11.

    Examples
    --------
    >>> import torch
    >>> from sci.linalg import logm
    >>> logm(torch.eye(2))
    tensor([[0., 0.],
            [0., 0.]])
    """
    if disp is not None:
        warn("logm: disp is deprecated, as in SciPy", DeprecationWarning)
    (a,) = tensors("logm", A=A)
    require_square("logm", "A", a)
    require_finite_data("logm", True, A=a)
    x = principal_logarithm("logm", a)
    if disp is not False:
        return x
    return x, torch.linalg.matrix_norm(exponential(x) - a, 1) / torch.linalg.matrix_norm(a, 1)


def _integer_power(function: str, a: Tensor, k: int) -> Tensor:
    return torch.linalg.matrix_power(a if k >= 0 else inverse(a, False, False, function), abs(k))


@function(
    differentiable=("A", "t"),
    samples=lambda generator, dtype, device: (Sample(*s.args, 0.3) for s in _positive(generator, dtype, device)),
    host_route=_WHY,
    synchronizes=True,
)
def fractional_matrix_power(A: Any, t: Any) -> Tensor:
    r"""Real powers of matrices.

    Equivalent to `scipy.linalg.fractional_matrix_power`.

    Parameters
    ----------
    A : (..., n, n) tensor
        Matrices, real or complex.
    t : float or 0-d tensor
        The exponent.

    Returns
    -------
    X : (..., n, n) tensor
        ``A**t``, principal where `t` is no integer: real for real `A`, unless an eigenvalue is negative.

    Raises
    ------
    LinAlgError
        `A` is not square, or singular with a negative integer `t`.

    Warns
    -----
    LinAlgWarning
        `A` is singular and `t` no integer: the result is not finite.

    Notes
    -----
    *Algorithm.* The integer part of `t` by products, the rest f by ``expm(f * logm(A))``: N. J. Higham, "Functions of
    Matrices", SIAM 2008, section 7.3.

    *Derivative.* In `A` and in `t`, through these.

    Examples
    --------
    >>> import torch
    >>> from sci.linalg import fractional_matrix_power
    >>> x = fractional_matrix_power(torch.tensor([[4.0, 0.0], [0.0, 9.0]]), 0.5)
    >>> torch.allclose(x, torch.tensor([[2.0, 0.0], [0.0, 3.0]]))
    True
    """
    name = "fractional_matrix_power"
    (a,) = tensors(name, A=A)
    require_square(name, "A", a)
    if not isinstance(t, Tensor):
        if isinstance(t, bool) or not isinstance(t, (int, float, np.integer, np.floating)):
            raise bad_argument(name, "t", "a real number", t, TypeError)
        if t == int(t):
            return _integer_power(name, a, int(t))
    whole = math.floor(known(t.detach()) or 0.0) if isinstance(t, Tensor) else math.floor(t)
    rest = t - whole
    if isinstance(rest, float) and rest > 0.5:
        whole, rest = whole + 1, rest - 1
    part = exponential(principal_logarithm(name, a) * rest)
    return part if whole == 0 else part @ _integer_power(name, a.to(part.dtype), whole)


def _sign(a: Tensor) -> Tensor:
    if a.numel() == 0:
        return a.clone()
    if _products.small(a, alone=_products.ALONE):
        x, good = _products.signs(a)
    elif _is_hermitian(a):
        x, good = _hermitian_sign(a)
    else:
        x, good = _newton_sign(a)[::2]
    return _products.unless_settled(x, good, lambda bad: _sign_with_zeros(a[bad], bad))


def _is_hermitian(a: Tensor) -> bool:
    return bool((a - a.mH == 0).all())  # infinities are not


def _hermitian_sign(a: Tensor) -> tuple[Tensor, Tensor]:
    """Return signs and for which matrices they are good."""
    if _qdwh.worthwhile(a):
        x, good = _qdwh.unitary_polar_factor(a, True)
        back = torch.linalg.matrix_norm(torch.linalg.inv_ex(a)[0])
        return x, good & (back * torch.linalg.matrix_norm(a) < _AXIS / torch.finfo(a.dtype).eps)
    w, v = torch.linalg.eigh(a)
    near = w.abs() <= torch.finfo(a.dtype).eps / _AXIS * w.abs().amax(-1, keepdim=True)
    signs = torch.where(near, 0, w.sign())
    return (v * signs[..., None, :]) @ v.mH, torch.ones_like(near[..., 0])


def _newton_sign(a: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Newton's iteration x = (x + x^-1) / 2 with Byers' scaling by the determinant [1], (5.35) and (5.36), without an
    inverse near the end.

    Return where it converged, and where that is beyond doubt: where eigenvalues are as near to the imaginary axis as
    rounding errors, the matrix is nearly singular or it takes many steps.
    """
    n, eps = a.shape[-1], torch.finfo(a.dtype).eps
    x, scaling = a, True
    good = stopped = torch.zeros(a.shape[:-2], dtype=torch.bool, device=a.device)
    sure = ~good
    for step in range(60):
        last = torch.zeros_like(good)
        by_products = not scaling
        if by_products:
            following, near, last = _near_sign(x)
            by_products = bool((near | good | stopped).all())
        if not by_products:
            back, info = torch.linalg.inv_ex(x)
            stopped = stopped | (info != 0)
            if step == 0:
                sure = torch.linalg.matrix_norm(x, 1) * torch.linalg.matrix_norm(back, 1) < 0.01 / eps
            mu = torch.exp(-torch.linalg.slogdet(x)[1] / n)[..., None, None] if scaling else 1.0
            following = (mu * x + back / mu) / 2
        change = torch.linalg.matrix_norm(following - x, 1) / torch.linalg.matrix_norm(following, 1)
        x = following
        good = last | (change < 10 * n * eps)
        if step >= _SIGN_STEPS:
            sure = sure & good
        stopped = stopped | ~torch.isfinite(change)
        if bool((good | stopped).all()):
            break
        if bool(((change < 1e-2) | stopped).all()):
            scaling = False
    good = good & ~stopped
    return x, good, good & sure


def _near_sign(x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return Newton and Schulz's step x (3 I - x^2) / 2, products alone, where it converges and where at once."""
    square = x @ x
    distance = torch.linalg.matrix_norm(square - torch.eye(x.shape[-1], dtype=x.dtype, device=x.device))
    # The distance is squared, down to rounding errors of this size.
    last = math.sqrt(torch.finfo(x.dtype).eps)
    rounding = torch.linalg.matrix_norm(x) ** 2 * last * last
    return (3 * x - x @ square) / 2, (distance < 0.5) & (rounding < last / 8), distance < last


def _sign_with_zeros(a: Tensor, chosen: Tensor) -> Tensor:
    """Return signs with 0 on eigenvalues as near to the axis as rounding errors, as in SciPy.

    (sign(A + tau I) + sign(A - tau I)) / 2, where tau is half of the next distance from the axis. `chosen` says which
    matrices of a batch these are.
    """
    w = torch.linalg.eigvals(torch.where(torch.isfinite(a), a, 0))
    size = w.abs().amax(-1, keepdim=True)
    distance = w.real.abs()
    near = distance <= torch.finfo(a.dtype).eps / _AXIS * size
    others = torch.where(near, torch.inf, distance).amin(-1)
    whole = torch.where(size[..., 0] > 0, size[..., 0], 1)
    tau = torch.where(near.any(-1), torch.where(torch.isfinite(others), others, whole) / 2, 0)
    shift = torch.eye(a.shape[-1], dtype=a.dtype, device=a.device) * tau[..., None, None]
    (above, one, _), (below, other, _) = _newton_sign(a + shift), _newton_sign(a - shift)
    bad = ~(one & other)
    if checks_enabled() and bool(bad.any()):
        where, _ = place_in_batch(chosen.to(torch.int32).masked_scatter(chosen, bad.to(torch.int32)))
        raise LinAlgError(f"signm: no sign is found of a matrix{where}: eigenvalues near the imaginary axis")
    return (above + below) / 2


sign, _ = matrix_function("signm", _sign)


def _off_axis(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterator[Sample]:
    draw = random_matrices(generator, dtype, device)
    for shape in ((3, 3), (2, 2, 2)):
        signs = torch.diag(torch.tensor([3.0, -3.0, 3.0][: shape[-1]], dtype=dtype))
        yield Sample(draw(*shape) / 2 + signs.to(device))


@function(differentiable=("A",), samples=_off_axis, synchronizes=True)
def signm(A: Any, disp: bool | None = None) -> Any:
    r"""Sign of matrices: 1 on eigenvalues in the right half-plane, -1 on those in the left.

    Equivalent to `scipy.linalg.signm`.

    Parameters
    ----------
    A : (..., n, n) tensor
        Matrices. Eigenvalues on the imaginary axis, up to rounding errors, have the sign 0, as in SciPy.
    disp : bool, optional
        Deprecated, as in SciPy: if False, the estimate ``norm(x x - x, 1)`` is returned as well.

    Returns
    -------
    signm : (..., n, n) tensor
        The signs, ``x @ x = I`` without eigenvalues on the axis; real for real `A`.

    Raises
    ------
    LinAlgError
        `A` is not square, or the iteration does not converge.
    ValueError
        NaN or infinity.

    Notes
    -----
    *Algorithm.* Newton's iteration with Byers' scaling [1]_, section 5.5, near its end Newton and Schulz's: inverses
    and products alone, on every device; for batches of matrices up to n = 32 in one kernel, scaled by norms. Of
    Hermitian matrices the sign comes from eigenvalues, and on CUDA for n > 64 it is the polar factor, by the
    iteration of `polar`.

    *Derivative.* The Fréchet derivative by the enlarged block matrix [1]_, (3.16), to every order. There is none where
    eigenvalues are on the axis.

    References
    ----------
    .. [1] N. J. Higham, "Functions of Matrices", SIAM 2008, chapter 5.

    Examples
    --------
    >>> import torch
    >>> from sci.linalg import signm
    >>> torch.allclose(signm(torch.tensor([[2.0, 1.0], [0.0, -3.0]])).diagonal(), torch.tensor([1.0, -1.0]))
    True
    """
    if disp is not None:
        warn("signm: disp is deprecated, as in SciPy", DeprecationWarning)
    (a,) = tensors("signm", A=A)
    require_square("signm", "A", a)
    require_finite_data("signm", True, A=a)
    x = sign(a)
    if disp is not False:
        return x
    eye = torch.eye(a.shape[-1], dtype=a.dtype, device=a.device)
    return x, torch.linalg.matrix_norm(x @ x - eye, 1)
