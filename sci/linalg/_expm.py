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

from ._matrices import (
    broadcast_matrices,
    random_matrices,
    require_finite_data,
    require_square,
    tensors,
)
from ._matrix_function import derivatives_by_blocks, matrix_function

runtime.load_library()

# Taylor polynomials of these degrees, and the largest norms at which their backward errors are below unit roundoff
# (tools/coefficients/expm_taylor.py; in float32 that of degree 18 is 3.01, but rounding errors grow with it).
_THETA = {
    torch.float64: {6: 0.0090656564075951024, 9: 0.089577602032233427, 18: 1.0908637192900362},
    torch.float32: {6: 0.24952893228466977, 9: 0.7795113374358031, 18: 2.0},
}
# Degree 18 with five products [3]: a + (b + c) c, with a, b = (weights of I, A, A^2, A^3, A^6) and
# c = (p1 A + p2 A^2 + p3 A^3) (A^6 + q1 A + q2 A^2) + (weights of I, A, A^2, A^3, A^6).
_A = [1.0, 0.24591022090110863764, 1.362667083208190483, 0.49892102569169427267, -0.00064092743005853663879]
_B = [-11.148502971774368372, 1.6801581387890619718, 0.05717798464788655127, -0.0069821012248805208429]
_B += [0.000033497501708607053831]
_C = [0.0, -0.067640451907138190756, 0.014051137073447324129, 0.0099730881364726213674, 1.1916724786863152079e-6]
_P = [0.0, 1.4059892894192666241e-6, 1.1247914315354132993e-7, 1.2497682572615703325e-8]
_Q = [38083.5, 17472.375]

# Up to this n matrices go to the kernel on the CPU's vector lanes, which gives each matrix one thread; beyond, products
# of BLAS are faster, for real ones where there are threads to share.
_KERNEL, _KERNEL_COMPLEX, _KERNEL_PER_THREAD = 64, 24, 1024


# Up to this n a GPU's matrices have a team each, of complex double as many as six matrices have room for in 64 KB.
_TEAM, _TEAM_COMPLEX_DOUBLE = 32, 25

# Up to this n the kernels of linalg/exponential.h take the CPU's matrices.
_PRODUCTS_KERNEL = 32
_EXPONENTIAL = 0  # ExponentialKind there


def small(a: Tensor) -> bool:
    """Return whether these matrices belong to the kernels of linalg/exponential.h."""
    return a.is_cpu and 0 < a.shape[-1] <= _PRODUCTS_KERNEL and a.numel() > 0


def by_small_kernel(kind: int, a: Tensor, e: Tensor | None = None) -> tuple[Tensor, Tensor]:
    """Return exp(a) and nothing, or cosine and sine; with `e` their derivatives in that direction."""
    direction = a.new_empty(0) if e is None else e.resolve_conj()
    return torch.ops.sci._exponential_small(a.resolve_conj(), direction, kind)  # type: ignore[no-any-return]


def _by_kernel(a: Tensor) -> bool:
    n = a.shape[-1]
    if a.is_cuda:
        return n <= (_TEAM_COMPLEX_DOUBLE if a.dtype == torch.complex128 else _TEAM)
    if n > _KERNEL_PER_THREAD:
        return False
    if a.is_complex():
        return n <= _KERNEL_COMPLEX
    return n <= _KERNEL or a.numel() >= torch.get_num_threads() * n * n


def one_norm(x: Tensor) -> Tensor:
    return x.abs().sum(-2).amax(-1)


def combine(x: Tensor, weights: list[float], terms: list[Tensor]) -> Tensor:
    """Add weights[0] I + weights[1] terms[0] + ... to `x`; new memory would cost as much as the sums."""
    for weight, term in zip(weights[1:], terms, strict=True):
        x.add_(term, alpha=weight)
    if weights[0]:
        x.diagonal(dim1=-2, dim2=-1).add_(weights[0])
    return x


def combined(weights: list[float], terms: list[Tensor], out: Tensor | None = None) -> Tensor:
    return combine(torch.mul(terms[0], weights[1], out=out), [weights[0], *weights[2:]], terms[1:])


def _low_degree(powers: list[Tensor], degree: int) -> Tensor:
    """Return the Taylor polynomial of degree 6 or 9, with powers [A, A^2, A^3]: Paterson and Stockmeyer's scheme."""
    c = [1 / math.factorial(k) for k in range(degree + 1)]
    x = combined(c[degree - 3 :], powers)
    for k in range(degree - 6, -1, -3):
        x = combine(x @ powers[2], c[k : k + 3], powers[:2])
    return x


def _degree_18(powers: list[Tensor]) -> Tensor:
    """The same of degree 18, with powers [A, A^2, A^3, A^6]."""
    c, free = combined(_P, powers[:3]), combined([0.0, *_Q], powers[:2])
    c = combine(c @ free.add_(powers[3]), _C, powers)
    factor = combined(_B, powers, free).add_(c)
    return combine(torch.matmul(factor, c), _A, powers)


def _centred(a: Tensor, norm: Tensor) -> tuple[Tensor, Tensor, Tensor | None]:
    """Return A - mu I, its norm and mu, the mean of the diagonal, where that is much smaller than A; else mu = 0.

    Then exp(A) = exp(mu) exp(A - mu I) saves squarings, and negative spectra their cancellation ([1], section 4.10).
    """
    mu = a.diagonal(dim1=-2, dim2=-1).mean(-1)
    # Half of the squares of all entries, or more.
    use = 2 * a.shape[-1] * mu.abs() ** 2 >= torch.linalg.matrix_norm(a) ** 2
    if not bool(use.any()):
        return a, norm, None
    moved = a.clone()
    moved.diagonal(dim1=-2, dim2=-1).sub_(mu[..., None])
    smaller = one_norm(moved)
    # The two factors stay in the range of numbers.
    use &= torch.maximum(smaller, mu.abs()) <= math.log(torch.finfo(norm.dtype).max) / 2
    if not bool(use.all()):
        moved = torch.where(use[..., None, None], moved, a)
    return moved, torch.where(use, smaller, norm), torch.where(use, mu, 0)


def _exponential(a: Tensor) -> Tensor:
    """Scaling and squaring, with a scaling for each matrix of the batch."""
    if a.numel() == 0:
        return a.clone()
    if a.shape[-1] == 1:
        return a.exp()
    if a.is_complex() and small(a) and a.dim() > 2:
        return by_small_kernel(_EXPONENTIAL, a)[0]  # complex products take half of the time of real ones of 2 n
    if _by_kernel(a):
        return (torch.ops.sci._expm_small if a.is_cpu else torch.ops.sci._expm_team)(a)  # type: ignore[no-any-return]
    norm = one_norm(a)
    if not math.isfinite(float(norm.amax())):
        good = torch.isfinite(norm)[..., None, None]
        return torch.where(good, _exponential(torch.where(good, a, 0)), torch.nan)
    triangles = _triangles(a)
    moved, norm, mu = _centred(a, norm)
    x = _of_centred(moved, norm, triangles)
    if mu is not None:
        x.mul_(mu.exp()[..., None, None])
    return x if triangles is None else _exact_bands(x, a, triangles)


def _triangles(a: Tensor) -> tuple[Tensor, Tensor] | None:
    """Return which matrices are upper and which are lower triangles, (...); None where none is."""
    upper, lower = (~x.flatten(-2).any(-1) for x in (a.tril(-1), a.triu(1)))
    return (upper, lower) if bool((upper | lower).any()) else None


def _exact_bands(x: Tensor, a: Tensor, triangles: tuple[Tensor, Tensor]) -> Tensor:
    """Give X = exp(A), of triangles, the diagonal and the one beside it that A has ([2], code fragment 2.1)."""
    d = a.diagonal(dim1=-2, dim2=-1)
    values, down = d.exp(), -d.diff()
    grows = down.real < 0
    down = torch.where(grows, down, -down)
    slope = torch.where(grows, values[..., 1:], values[..., :-1]) * torch.where(down == 0, 1, down.expm1() / down)
    upper, lower = (which[..., None] for which in triangles)
    x.diagonal(0, -2, -1).copy_(torch.where(upper | lower, values, x.diagonal(0, -2, -1)))
    for offset, which in ((1, upper), (-1, lower)):
        own, beside = x.diagonal(offset, -2, -1), a.diagonal(offset, -2, -1)
        own.copy_(torch.where(which, torch.where(beside == 0, 0, beside * slope), own))
    return x


def _of_centred(a: Tensor, norm: Tensor, triangles: tuple[Tensor, Tensor] | None) -> Tensor:
    """Scale by max(||A^2||^(1/2), ||A^3||^(1/3)) in place of ||A||: it bounds powers of nonnormal A closer [2]."""
    theta, given = _THETA[norm.dtype], a
    # Powers of very large matrices would overflow.
    before = torch.ceil(torch.log2((norm / 1024).clamp(min=1.0)))
    if bool(before.any()):
        a, norm = a * torch.exp2(-before)[..., None, None], norm * torch.exp2(-before)
    a2 = a @ a
    powers = [a, a2, a2 @ a]
    size = torch.minimum(norm, torch.maximum(one_norm(a2) ** (1 / 2), one_norm(powers[2]) ** (1 / 3)))
    largest = float(size.amax())
    for degree in (6, 9):
        if largest <= theta[degree] and not bool(against_underscaling(a, norm, 0 * norm, theta[degree], degree).any()):
            return _low_degree(powers, degree)
    steps = torch.ceil(torch.log2((size / theta[18]).clamp(min=1.0)))
    steps = steps + against_underscaling(a, norm, steps, theta[18], 18)
    if bool(steps.any()):
        scale = torch.exp2(-steps)[..., None, None]
        powers = [a * scale, a2.mul_(scale**2), powers[2].mul_(scale**3)]
    powers.append(powers[2] @ powers[2])
    x, free = _degree_18(powers), powers[1]
    least, most = (int(k) for k in torch.aminmax(steps + before))
    for k in range(most):
        squared = torch.matmul(x, x, out=free)
        wanted = (steps + before > k)[..., None, None]
        x, free = (squared, x) if k < least else (torch.where(wanted, squared, x), free)
        if triangles is not None and k + 1 < most:
            left = (steps + before - k - 1).clamp(min=0)[..., None, None]
            x = _exact_bands(x, given * torch.exp2(-left), triangles)
    return x


def against_underscaling(a: Tensor, norm: Tensor, steps: Tensor, theta: float, degree: int) -> Tensor:
    """Return the extra scalings needed where powers of A are far smaller than those of abs(A): [2], (5.1).

    The backward error begins with A^(degree + 1) / (degree + 1)!.
    """
    room = torch.ceil(torch.log2((norm / theta).clamp(min=1.0))) - steps
    if not bool((room > 0).any()):
        return torch.zeros_like(steps)
    scaled = a.abs() * torch.exp2(-steps)[..., None, None]
    norm = (norm * torch.exp2(-steps)).clamp(min=torch.finfo(norm.dtype).tiny)
    size = _log2_of_power(scaled, degree + 1) - math.log2(math.factorial(degree + 1)) - norm.log2()
    excess = torch.ceil((size - math.log2(torch.finfo(norm.dtype).eps / 2)) / degree)
    return torch.minimum(excess.clamp(min=0).nan_to_num(0.0), room.clamp(min=0))


def _log2_of_power(x: Tensor, power: int) -> Tensor:
    """Return log2 ||X^power|| for X >= 0, from column sums; what they grow by soon is the same every time."""
    row, total = torch.ones_like(x[..., :1, :]), torch.zeros_like(x[..., 0, 0])
    last = total
    for k in range(1, power + 1):
        row = row @ x
        size = row.amax((-2, -1))
        growth = torch.log2(size.clamp(min=torch.finfo(x.dtype).tiny))
        row = row / size.clamp(min=torch.finfo(x.dtype).tiny)[..., None, None]
        total = total + growth
        if x.is_cpu and bool(((growth - last).abs() < 0.01).all()):
            return total + (power - k) * growth
        last = growth
    return total


def _frechet(a: Tensor, e: Tensor) -> Tensor:
    if small(a):
        return by_small_kernel(_EXPONENTIAL, a, e)[0]
    return derivatives_by_blocks(_exponential, a, e)[0]


exponential, exponential_frechet = matrix_function("expm", _exponential, _frechet)


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
    *Algorithm.* Scaling and squaring [1]_ with a Taylor polynomial of degree 6, 9 or 18 in three to five products [3]_,
    no system and no decomposition; a scaling for each matrix of a batch chosen by norms of powers [2]_, after the mean
    of the diagonal is taken out where that helps. On the CPU small matrices, and with a thread for each larger ones as
    well, go to a kernel for its vector lanes, with a polynomial of degree 16, on a GPU those up to n = 32 (complex128
    25) to one of teams of threads. Of real triangles the diagonal and the one beside it are exact, so that the others
    are as well up to roundoff. NaN or infinity gives NaN for that matrix.

    *Derivative.* The Fréchet derivative L(A, E), the upper right block of the exponential of :math:`\begin{pmatrix} A &
    E \\ 0 & A \end{pmatrix}` [1]_, (10.43), in a kernel that leaves its zeros out for n up to 32 on the CPU; in reverse
    :math:`\bar A = L(A^H, \bar X)`. To every order.

    References
    ----------
    .. [1] N. J. Higham, "Functions of Matrices", SIAM 2008, chapter 10.
    .. [2] A. H. Al-Mohy, N. J. Higham, "A new scaling and squaring algorithm for the matrix exponential", SIAM J.
       Matrix Anal. Appl. 31 (2009) 970-989.
    .. [3] P. Bader, S. Blanes, F. Casas, "Computing the matrix exponential with an optimized Taylor polynomial
       approximation", Mathematics 7 (2019) 1174.

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
        Accepted and checked, and of no effect: the algorithm is chosen by size and device.
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
    derivative: Tensor = exponential_frechet(a, e)
    return (exponential(a), derivative) if compute_expm else derivative


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
    if n == 0:
        raise bad_argument("expm_cond", "A", "of matrices with entries", a)
    require_finite_data("expm_cond", check_finite, A=a)
    if a.numel() == 0:
        return torch.linalg.matrix_norm(a)
    units = torch.eye(n * n, dtype=a.dtype, device=a.device).reshape(n * n, n, n)
    k = exponential_frechet(a[..., None, :, :], units).flatten(-2)
    size = torch.linalg.matrix_norm(a) / torch.linalg.matrix_norm(exponential(a))
    return values(k, False, "expm_cond").amax(-1) * size
