"""The matrix exponential, its Fréchet derivative and condition number."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from sci._core import runtime
from sci._core.cards import Sample, function
from sci._core.errors import bad_argument

from . import _lapack
from ._matrices import (
    broadcast_matrices,
    random_matrices,
    require_finite_data,
    require_square,
    tensors,
)
from ._matrix_function import apply_with_direction, matrix_function

runtime.load_library()

# The diagonal Pade approximants of the exponential are r_m(A) = p(A) / p(-A) with the coefficients
# b_k = (2m - k)! m! / ((2m)! (m - k)! k!), here scaled to b_m = 1; theta_m is the largest 1-norm at which r_m is exact
# to unit roundoff (Higham [1], table 10.2 for double precision, section 10.3 for single).
_THETA = {
    torch.float64: {
        3: 1.495585217958292e-2,
        5: 2.539398330063230e-1,
        7: 9.504178996162932e-1,
        9: 2.097847961257068,
        13: 5.371920351148152,
    },
    torch.float32: {3: 4.258730016922831e-1, 5: 1.880152677804762, 7: 3.925724783138660},
}


# The same of the Taylor polynomial of degree 16 (linalg/lanes_expm.h).
_THETA_TAYLOR = {torch.float64: 0.78028742566265743, torch.float32: 2.4782808775219714}


def by_taylor(a: Tensor) -> bool:
    """Return whether products are so much faster than a linear system on this device that they replace it."""
    return a.is_cuda


# Up to this n matrices go to the kernel on the CPU's vector lanes; beyond, products of BLAS are faster.
_KERNEL, _KERNEL_COMPLEX = 64, 24


def _coefficients(m: int) -> list[float]:
    b = [math.factorial(2 * m - k) // (math.factorial(m - k) * math.factorial(k)) for k in range(m + 1)]
    return [x / b[m] for x in b]


def _add(x: Tensor, weights: list[float], terms: list[Tensor]) -> Tensor:
    """Add weights[0] I + weights[1] terms[0] + ... to `x`; new memory would cost as much as the sums."""
    for weight, term in zip(weights[1:], terms, strict=True):
        x.add_(term, alpha=weight)
    x.diagonal(dim1=-2, dim2=-1).add_(weights[0])
    return x


def _sum(weights: list[float], terms: list[Tensor], out: Tensor | None = None) -> Tensor:
    return _add(torch.mul(terms[0], weights[1], out=out), [weights[0], *weights[2:]], terms[1:])


def _pade(a: Tensor, m: int, powers: list[Tensor]) -> Tensor:
    """r_m(A), with powers [A^2, A^4, A^6] at hand."""
    b = _coefficients(m)
    if m == 13:
        a6, high = powers[2], powers[::-1]
        free = _sum([0.0, b[13], b[11], b[9]], high)
        odd = _add(a6 @ free, [b[1], b[3], b[5], b[7]], powers)
        even = _add(a6 @ _sum([0.0, b[12], b[10], b[8]], high, free), [b[0], b[2], b[4], b[6]], powers)
    else:
        powers = list(powers)
        while len(powers) < m // 2:
            powers.append(powers[-1] @ powers[0])
        odd, even = _sum(b[1::2], powers[: m // 2]), _sum(b[0::2], powers[: m // 2])
        free = torch.empty_like(odd)
    odd, total = torch.matmul(a, odd, out=free), odd
    torch.add(even, odd, out=total)
    # All of them commute, so the transposes may be solved, which LAPACK takes as they are.
    even.sub_(odd)
    if _lapack.worthwhile(even):
        return _lapack.gesv(even, total)
    return torch.linalg.solve_ex(even.mT, total.mT)[0].mT


def _taylor(powers: list[Tensor]) -> Tensor:
    """Return the Taylor polynomial of degree 16, with powers [A, A^2, A^3, A^4] at hand: products alone."""
    c = [1 / math.factorial(k) for k in range(17)]
    x = _sum(c[12:], powers)
    for k in (8, 4, 0):
        x = x @ powers[3]
        _add(x, c[k : k + 4], powers[:3])
    return x


def _exponential(a: Tensor) -> Tensor:
    """Scaling and squaring [1], with a scaling for each matrix of the batch.

    The scaling goes by ||A^4||^(1/4) and ||A^6||^(1/6) in place of ||A||, which bound it closer for nonnormal A [2].
    """
    if a.numel() == 0:
        return a.clone()
    if a.shape[-1] == 1:
        return a.exp()
    if a.is_cpu and a.shape[-1] <= (_KERNEL_COMPLEX if a.is_complex() else _KERNEL):
        return torch.ops.sci._expm_small(a)  # type: ignore[no-any-return]
    theta = _THETA[a.real.dtype if a.is_complex() else a.dtype]
    norm = torch.linalg.matrix_norm(a, 1)
    largest = float(norm.amax())
    if not math.isfinite(largest):
        return _where_finite(a, norm)
    taylor = by_taylor(a)
    top = max(theta)
    a2 = a @ a
    for m in theta:
        if m < top and largest <= theta[m] and not taylor:
            return _pade(a, m, [a2])
    if taylor:
        powers = [a, a2, a2 @ a, a2 @ a2]
        roots, bound, degree = (3, 4), _THETA_TAYLOR[norm.dtype], 16
    else:
        a4 = a2 @ a2
        powers = [a, a2, a4, a4 @ a2]
        roots, bound, degree = (4, 6), theta[top], 2 * top
    close = [torch.linalg.matrix_norm(x, 1) ** (1 / k) for x, k in zip(powers[2:], roots, strict=True)]
    size = torch.minimum(norm, torch.maximum(*close))
    steps = torch.ceil(torch.log2((size / bound).clamp(min=1.0)))
    steps = steps + _against_underscaling(a, norm, steps, bound, degree)
    if bool(steps.any()):
        scale = torch.exp2(-steps)[..., None, None]
        powers = [a * scale, *(x.mul_(scale**k) for x, k in zip(powers[1:], (2, *roots), strict=True))]
    x = _taylor(powers) if taylor else _pade(powers[0], top, powers[1:])
    least, most = (int(k) for k in torch.aminmax(steps))
    free = powers[1]
    for k in range(most):
        squared = torch.matmul(x, x, out=free)
        x, free = (squared, x) if k < least else (torch.where((steps > k)[..., None, None], squared, x), free)
    return x


def _where_finite(a: Tensor, norm: Tensor) -> Tensor:
    good = torch.isfinite(norm)[..., None, None]
    return torch.where(good, _exponential(torch.where(good, a, 0)), torch.nan)


def _against_underscaling(a: Tensor, norm: Tensor, steps: Tensor, bound: float, degree: int) -> Tensor:
    """Return the extra scalings needed where powers of A are far smaller than those of abs(A): [2], (5.1).

    The backward error begins with A^(degree + 1), over (2m)! (2m + 1)! / m!^2 for r_m, (m + 1)! for the polynomial.
    """
    plain = torch.ceil(torch.log2((norm / bound).clamp(min=1.0)))
    if not bool((plain > steps).any()):
        return torch.zeros_like(steps)
    scaled = a.abs() * torch.exp2(-steps)[..., None, None]
    row = torch.ones_like(scaled[..., :1, :])
    for _ in range(degree + 1):
        row = row @ scaled  # column sums of abs(A)^(degree + 1)
    size = row.amax((-2, -1)) / (norm * torch.exp2(-steps)).clamp(min=torch.finfo(norm.dtype).tiny)
    half = degree // 2
    log_c = math.log2(math.factorial(degree + 1))
    if degree != 16:
        log_c += math.log2(math.factorial(degree)) - 2 * math.log2(math.factorial(half))
    excess = torch.log2(size.clamp(min=1e-300)) - log_c - math.log2(torch.finfo(norm.dtype).eps / 2)
    return torch.ceil(excess / degree).clamp(min=0).nan_to_num(0.0)


exponential = matrix_function("expm", _exponential)


def _samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterator[Sample]:
    draw = random_matrices(generator, dtype, device)
    yield Sample(draw(3, 3))
    yield Sample(torch.stack([draw(3, 3) / 100, 8 * draw(3, 3)]))
    yield Sample(draw(1, 1))
    yield Sample(draw(0, 0))


@function(differentiable=("A",), samples=_samples, synchronizes=True)
def expm(A: Any) -> Tensor:
    r"""Matrix exponential.

    Equivalent to `scipy.linalg.expm`.

    Parameters
    ----------
    A : (..., n, n) tensor
        Matrices, real or complex.

    Returns
    -------
    eA : (..., n, n) tensor
        The exponentials.

    Raises
    ------
    LinAlgError
        `A` is not square.

    See Also
    --------
    expm_frechet, logm, expm_cond

    Notes
    -----
    *Algorithm.* Scaling and squaring with diagonal Padé approximants [1]_, a scaling for each matrix of a batch chosen
    by norms of powers [2]_: products and one solve, no decomposition. On CUDA the Taylor polynomial of degree 16, by
    products alone; so too for small matrices on the CPU, which go side by side on its vector lanes. NaN or infinity
    gives NaN for that matrix.

    *Derivative.* The Fréchet derivative L(A, E), the upper right block of the exponential of :math:`\begin{pmatrix} A &
    E \\ 0 & A \end{pmatrix}` [1]_, (10.43); in reverse :math:`\bar A = L(A^H, \bar X)`. To every order.

    References
    ----------
    .. [1] N. J. Higham, "Functions of Matrices", SIAM 2008, chapter 10.
    .. [2] A. H. Al-Mohy, N. J. Higham, "A new scaling and squaring algorithm for the matrix exponential", SIAM J.
       Matrix Anal. Appl. 31 (2009) 970-989.

    Examples
    --------
    >>> import torch
    >>> from sci.linalg import expm
    >>> expm(torch.zeros(2, 2))
    tensor([[1., 0.],
            [0., 1.]])
    """
    (a,) = tensors("expm", A=A)
    if a.dim() == 0:
        return a.exp()[None, None]
    require_square("expm", "A", a)
    return exponential(a)  # type: ignore[no-any-return]


def _samples_frechet(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterator[Sample]:
    draw = random_matrices(generator, dtype, device)
    yield Sample(draw(3, 3), draw(3, 3))
    yield Sample(draw(2, 2, 2), draw(2, 2), compute_expm=False)


@function(differentiable=("A", "E"), samples=_samples_frechet, synchronizes=True)
def expm_frechet(
    A: Any, E: Any, method: str | None = None, compute_expm: bool = True, check_finite: bool = True
) -> tuple[Tensor, Tensor] | Tensor:
    r"""Fréchet derivative of the matrix exponential at `A` in the direction `E`.

    Equivalent to `scipy.linalg.expm_frechet`.

    Parameters
    ----------
    A, E : (..., n, n) tensor
        Matrices and directions. Batch dimensions broadcast.
    method : {None, 'SPS', 'blockEnlarge'}
        Accepted and checked; it is done by the enlarged block matrix whatever it says.
    compute_expm : bool
        Return the exponential as well.
    check_finite : bool
        Raise ValueError where an argument holds NaN or infinity.

    Returns
    -------
    expm_A : (..., n, n) tensor
        Only with `compute_expm`: the exponential.
    expm_frechet_AE : (..., n, n) tensor
        The derivative.

    Raises
    ------
    ValueError
        Not square, shapes that differ, an unknown `method`, or not finite data.

    Notes
    -----
    See `expm`. Differentiable itself, linear in `E`.

    Examples
    --------
    >>> import torch
    >>> from sci.linalg import expm_frechet
    >>> expm_frechet(torch.zeros(2, 2), torch.eye(2), compute_expm=False).round(decimals=5)
    tensor([[1., 0.],
            [0., 1.]])
    """
    name = "expm_frechet"
    a, e = tensors(name, A=A, E=E)
    for label, x in (("A", a), ("E", e)):
        if x.dim() < 2 or x.shape[-1] != x.shape[-2]:
            raise bad_argument(name, label, "a square matrix or a batch of them", x)
    if a.shape[-1] != e.shape[-1]:
        raise bad_argument(name, "E", f"{a.shape[-1]} x {a.shape[-1]}, as A", e)
    if method not in (None, "SPS", "blockEnlarge"):
        raise bad_argument(name, "method", "None, 'SPS' or 'blockEnlarge'", method)
    require_finite_data(name, check_finite, A=a, E=e)
    a, e = broadcast_matrices(name, ("A", "E"), a, e)
    value, derivative = apply_with_direction(exponential, a, e)
    return (value, derivative) if compute_expm else derivative


def _samples_cond(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterator[Sample]:
    draw = random_matrices(generator, dtype, device)
    yield Sample(draw(2, 2))
    yield Sample(draw(2, 3, 3))


@function(differentiable=("A",), samples=_samples_cond, synchronizes=True)
def expm_cond(A: Any, check_finite: bool = True) -> Tensor:
    r"""Relative condition number of the matrix exponential in the Frobenius norm.

    Equivalent to `scipy.linalg.expm_cond`.

    Parameters
    ----------
    A : (..., n, n) tensor
        Matrices.
    check_finite : bool
        Raise ValueError where `A` holds NaN or infinity.

    Returns
    -------
    kappa : (...) tensor
        The condition numbers.

    Raises
    ------
    LinAlgError
        `A` is not square.
    ValueError
        Not finite data.

    Notes
    -----
    The largest singular value of the n^2 x n^2 matrix of the Fréchet derivative, times ``norm(A) / norm(expm(A))``:
    exact, for small matrices. N. J. Higham, "Functions of Matrices", SIAM 2008, section 3.1.

    Examples
    --------
    >>> import torch
    >>> from sci.linalg import expm_cond
    >>> e = torch.e  # the norm of the derivative at diag(1, 0); the exponential has the norm sqrt(1 + e^2)
    >>> torch.allclose(expm_cond(torch.diag(torch.tensor([1.0, 0.0]))), torch.tensor(e / (1 + e**2) ** 0.5))
    True
    """
    from ._svd import values

    (a,) = tensors("expm_cond", A=A)
    n = require_square("expm_cond", "A", a)
    require_finite_data("expm_cond", check_finite, A=a)
    units = torch.eye(n * n, dtype=a.dtype, device=a.device).reshape(n * n, n, n)
    x, derivative = apply_with_direction(
        exponential, *broadcast_matrices("expm_cond", ("A", "E"), a[..., None, :, :], units)
    )
    k = derivative.flatten(-2)
    size = torch.linalg.matrix_norm(a) / torch.linalg.matrix_norm(x[..., 0, :, :])
    return values(k, False, "expm_cond").amax(-1) * size
