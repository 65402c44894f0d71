"""Functions of matrices given by a callable: Taylor series at clusters of the spectrum, Parlett's recurrence."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from sci._core import runtime
from sci._core.arrays import as_tensor
from sci._core.cards import Sample, function
from sci._core.checks import known
from sci._core.dispatch import operator
from sci._core.errors import bad_argument, flag, warn

from ._errors import LinAlgWarning
from ._funm_hermitian import function_of_hermitian
from ._matrices import batch_shape, new_like, random_matrices, require_finite_data, require_square, tensors, to_kind
from ._matrix_function import apply_with_direction
from ._schur_form import on_host, structured_decomposition

runtime.load_library()

# The function is sampled on circles around each centre; the Fourier transform of a circle of radius R gives the Taylor
# coefficients c_k R^k, each with an error of eps max|f| (and the aliases c_(k + N) R^(k + N)).
_POINTS, _TERMS = 32, 24
_CHUNK = 4096  # centres at a time, which bounds the memory
_REACH = 0.4  # eigenvalues nearer than this share of a good radius form a cluster


# ---- operators -----------------------------------------------------------------------------------------------------


def _schur(a: Tensor) -> tuple[Tensor, Tensor]:
    return structured_decomposition(a, True, "funm")


def _eigenvalues(a: Tensor) -> Tensor:
    if on_host("funm", a):
        return _eigenvalues(a.cpu()).to(a.device)
    return _schur(a)[0].diagonal(dim1=-2, dim2=-1).contiguous()


# How clusters are chosen has no derivative: the value of the function does not depend on it.
_spectrum = operator(
    "funm_spectrum(Tensor a) -> Tensor",
    kernel=_eigenvalues,
    fake=lambda a: new_like(a, a.shape[:-1], a.dtype.to_complex()),
    core_dims=(2,),
)
_clusters = operator(
    "funm_clusters(Tensor w, Tensor reach) -> (Tensor, Tensor)",
    kernel=lambda w, reach: torch.ops.sci._spectrum_clusters(w, reach),
    fake=lambda w, reach: (new_like(w, w.shape), new_like(reach, reach.shape)),
    core_dims=(1, 1),
)


def _evaluate(a: Tensor, centers: Tensor, coefficients: Tensor) -> Tensor:
    if on_host("funm", a):
        return _evaluate(a.cpu(), centers.cpu(), coefficients.cpu()).to(a.device)
    batch = torch.broadcast_shapes(a.shape[:-2], coefficients.shape[:-2])
    t, z = (x.expand(*batch, *x.shape[-2:]) for x in _schur(a))
    centers, coefficients = centers.expand(*batch, -1), coefficients.expand(*batch, -1, -1)
    f, z = torch.ops.sci._schur_parlett(t, z, centers, coefficients)
    return (z @ f @ z.mH).contiguous()


def _evaluate_adjoint(a: Tensor, centers: Tensor, g: Tensor, terms: int) -> Tensor:
    if on_host("funm", a):
        return _evaluate_adjoint(a.cpu(), centers.cpu(), g.cpu(), terms).to(a.device)
    batch = batch_shape(a, g)
    t, z = _schur(a)
    g = (z.mH @ g @ z).expand(*batch, *g.shape[-2:])
    return torch.ops.sci._schur_parlett_adjoint(t.expand_as(g), centers.expand(*batch, -1), g, terms)  # type: ignore[no-any-return]


# F(A, c) with the centres z_i and the Taylor coefficients c_ik of f is linear in c. With c-bar = adjoint(A) G:
#     dF = L_c(A, dA) + F(A, dc),     in reverse  gA = L_conj(c)(A^H, G),  gc = adjoint(A) G
#     d(adjoint(A) G) = adjoint([A dA; 0 A]) [0 G; 0 0] + adjoint(A) dG,
#     in reverse of H  gG = F(A, H),  gA = L_conj(H)(A^H, G).
# The enlarged matrix of L has the eigenvalues of A, so it needs no other centres and no other values of f.
def _backward(inputs: Any, outputs: Any, grads: Any, needs: Sequence[bool]) -> Sequence[Tensor | None]:
    (a, z, c), (g,) = inputs, grads
    grad_a = to_kind(apply_with_direction(_function, a.mH, g, z.conj(), c.conj())[1], a) if needs[0] else None
    return grad_a, None, to_kind(_coefficients(a, z, g, c.shape[-1]), c) if needs[2] else None


def _jvp(inputs: Any, outputs: Any, tangents: Any) -> Tensor:
    (a, z, c), (da, _, dc) = inputs, tangents
    parts = [] if da is None else [apply_with_direction(_function, a, da, z, c)[1]]
    parts += [] if dc is None else [_function(a, z, dc)]
    return torch.zeros_like(outputs[0]) if not parts else sum(parts[1:], parts[0])


_function = operator(
    "funm(Tensor a, Tensor centers, Tensor coefficients) -> Tensor",
    kernel=_evaluate,
    fake=lambda a, z, c: new_like(a, (*torch.broadcast_shapes(a.shape[:-2], c.shape[:-2]), *a.shape[-2:])),
    backward=_backward,
    jvp=_jvp,
    core_dims=(2, 1, 2),
)


def _backward_adjoint(inputs: Any, outputs: Any, grads: Any, needs: Sequence[bool]) -> Sequence[Tensor | None]:
    (a, z, g, _), (h,) = inputs, grads
    grad_a = to_kind(apply_with_direction(_function, a.mH, g, z.conj(), h.conj())[1], a) if needs[0] else None
    return grad_a, None, to_kind(_function(a, z, h), g) if needs[2] else None, None


def _jvp_adjoint(inputs: Any, outputs: Any, tangents: Any) -> Tensor:
    (a, z, g, terms), (da, _, dg) = inputs, tangents[:3]
    total = torch.zeros_like(outputs[0]) if dg is None else _coefficients(a, z, dg, terms)
    if da is not None:
        zero = torch.zeros_like(a)
        whole = torch.cat([torch.cat([a, da], -1), torch.cat([zero, a], -1)], -2)
        corner = torch.nn.functional.pad(g, (g.shape[-1], 0, 0, g.shape[-2]))
        total = total + _coefficients(whole, z, corner, terms)
    return total


_coefficients = operator(
    "funm_adjoint(Tensor a, Tensor centers, Tensor g, int terms) -> Tensor",
    kernel=_evaluate_adjoint,
    fake=lambda a, z, g, terms: new_like(g, (*batch_shape(a, g), z.shape[-1], terms)),
    backward=_backward_adjoint,
    jvp=_jvp_adjoint,
    core_dims=(2, 1, 2),
)


# ---- Taylor series from values -------------------------------------------------------------------------------------


def called(func: Callable[[Any], Any], x: Tensor) -> Tensor:
    """Return func(x) for a tensor, as a tensor; functions of NumPy get their own kind by themselves."""
    if torch.compiler.is_compiling():
        y = func(x)
    else:
        with np.errstate(all="ignore"):
            y = as_tensor(func(x))
    if y.shape != x.shape:
        y = y.expand_as(x) if y.dim() == 0 else y
    if y.shape != x.shape:
        raise bad_argument("funm", "func", f"a function that keeps the shape {tuple(x.shape)}", f"a result {y.shape}")
    return y.to(x.device)


def _radii(w: Tensor, least: Tensor) -> Tensor:
    """Return radii to try, (positions, count): some absolute, some by the size of w; none below 3 `least`."""
    size = w.abs()
    absolute = 2.0 ** torch.arange(2, -8, -1, dtype=size.dtype, device=size.device)
    relative = 2.0 ** torch.arange(1, -9, -1, dtype=size.dtype, device=size.device)
    radii = torch.cat([absolute.expand(*size.shape, -1), size[..., None] * relative], -1)
    # A centre at 0 has no size.
    return torch.maximum(torch.where(radii > 0, radii, 2.0**-8), 3 * least[..., None])


def _series(func: Callable[[Any], Any], centers: Tensor, least: Tensor, order: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return Taylor coefficients at each centre, (positions, terms), the radius they come from and an error estimate.

    The radius is that with the smallest error in the coefficient of that `order`: large ones have large max|f| or
    leave the region where f is analytic (then the last coefficients do not decay), small ones divide by their powers.
    """
    eps = torch.finfo(least.dtype).eps
    angles = torch.arange(_POINTS, device=centers.device, dtype=least.dtype) * (2 * math.pi / _POINTS)
    circle = torch.polar(torch.ones_like(angles), angles)
    radii = _radii(centers, least)
    nodes = centers[:, None, None] + radii[..., None] * circle
    y = called(func, torch.cat([nodes.flatten(), centers])).to(centers.dtype)
    on_circles, at_centers = y[: nodes.numel()].reshape(nodes.shape), y[nodes.numel() :]
    # c_k R^k, (positions, radii, points)
    with torch.no_grad():
        held = on_circles.detach()
        size = held.abs().amax(-1)
        tail = torch.fft.fft(held, norm="forward")[..., _TERMS:].abs().amax(-1)
        error = (eps * size + tail) / radii ** order[:, None]
        # The estimate holds where the coefficients decay; elsewhere it comes after all of those.
        error = torch.where(tail <= 1e-6 * size, error, error * 1e100 * tail / size)
        error = torch.where(torch.isfinite(error), error, torch.inf)
        best = error.argmin(-1)
        radius = radii.gather(-1, best[:, None])
        error = (eps * size + tail).gather(-1, best[:, None])
    chosen = on_circles.gather(1, best[:, None, None].expand(-1, 1, _POINTS))[:, 0]
    terms = torch.fft.fft(chosen, norm="forward")[..., :_TERMS]
    terms = terms / radius ** torch.arange(_TERMS, dtype=least.dtype, device=radius.device)
    usable = torch.isfinite(terms.detach().abs().sum(-1, keepdim=True))
    terms = torch.where(usable, terms, 0)
    return torch.cat([at_centers[:, None], terms[:, 1:]], -1), radius[:, 0], error[:, 0]


def _in_chunks(func: Any, w: Tensor, least: Tensor, order: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    parts = [x.reshape(-1).split(_CHUNK) for x in (w, least, order)]
    found = [_series(func, *part) for part in zip(*parts, strict=True)]
    c, radius, error = (torch.cat(x) for x in zip(*found, strict=True))
    return c.reshape(*w.shape, _TERMS), radius.reshape(w.shape), error.reshape(w.shape)


def _general(a: Tensor, func: Callable[[Any], Any]) -> Tensor:
    held = a.detach()
    w = _spectrum(held)
    one = torch.ones_like(w.real)
    with torch.no_grad():
        _, radius, _ = _in_chunks(func, w, 0 * one, one)
        centers, least = _clusters(w, _REACH * radius)
        order = (centers[..., :, None] == centers[..., None, :]).sum(-1).clamp(max=8).to(one.dtype)
    coefficients, _, error = _in_chunks(func, centers, least, order)
    with torch.no_grad():
        size = coefficients.detach()[..., 0].abs().amax()
        unknown = known(torch.where(order > 1, error, 0).amax() > 1e-3 * size)
    if unknown:
        text = "funm: func does not look analytic near a repeated eigenvalue; the result may be inaccurate"
        warn(text, LinAlgWarning)
    f = _function(a.to(centers.dtype), centers, coefficients)
    if a.is_complex():
        return f  # type: ignore[no-any-return]
    eps = torch.finfo(a.dtype).eps
    slack = 1e6 * eps if a.dtype == torch.float64 else 1e3 * eps
    complex_ = known(f.detach().imag.abs().amax() > slack * f.detach().abs().amax())
    return f if complex_ else f.real  # type: ignore[no-any-return]


# ---- the public function -------------------------------------------------------------------------------------------


def _samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterator[Sample]:
    draw = random_matrices(generator, dtype, device)
    yield Sample(draw(3, 3), torch.exp)
    yield Sample(torch.stack([draw(2, 2), torch.eye(2, dtype=dtype, device=device)]), torch.sin)
    x = draw(3, 3)
    yield Sample(x @ x.mH + torch.eye(3, dtype=dtype, device=device), torch.log, hermitian=True)


def _of_hermitian(thing: Any, a: Tensor, func: Any, hermitian: bool = False) -> Any:
    return thing((a + a.mH) / 2 if hermitian else a, func, hermitian=hermitian)


@function(
    differentiable=("A",),
    samples=_samples,
    call=_of_hermitian,
    synchronizes=True,
    host_route=("the Schur decomposition has a GPU form for n <= 64 only; larger matrices go to the CPU"),
)
def funm(
    A: Any,
    func: Callable[[Any], Any],
    disp: bool = True,
    *,
    hermitian: bool = False,
    fprime: Callable[[Any], Any] | None = None,
) -> Any:
    r"""Evaluate a function of matrices that is given by a function of numbers.

    Equivalent to `scipy.linalg.funm`, with two more arguments.

    Parameters
    ----------
    A : (..., n, n) tensor
        Matrices, real or complex.
    func : callable
        The function, elementwise, of a tensor: complex and of one dimension, or with `hermitian` real. A function of
        torch, of `sci.special`, or composed of them, is differentiated where its own parameters ask for it; one of
        NumPy works on the CPU.
    disp : bool
        If False, an error estimate is returned as well, ``norm(A @ F - F @ A, 1) / (norm(A, 1) * norm(F, 1))``.
    hermitian : bool
        Take `A` as Hermitian: by its eigenvalues, on which `func` has real arguments only.
    fprime : callable, optional
        The derivative of `func`, for derivatives with `hermitian`. By default that of automatic differentiation.

    Returns
    -------
    F : (..., n, n) tensor
        The values. Real for real `A` where the imaginary parts vanish up to rounding.
    errest : (...) tensor
        Only with ``disp=False``.

    Raises
    ------
    LinAlgError
        `A` is not square, or a decomposition fails.
    ValueError
        `A` has NaN or infinities, or `func` does not keep the shape.

    Warns
    -----
    LinAlgWarning
        `func` does not look analytic near a repeated eigenvalue.

    See Also
    --------
    expm, logm, sqrtm, fractional_matrix_power

    Notes
    -----
    *Algorithm.* The Schur-Parlett algorithm [1]_: eigenvalues near each other form clusters, on whose diagonal blocks
    `func` is a Taylor series, and Parlett's recurrence gives the rest. The coefficients come from values of `func` on
    circles, by Fourier transform, with the radius that has the smallest error; so `func` is to be analytic near
    repeated eigenvalues, and is called with arguments beside the spectrum too. How near eigenvalues may come before
    they form a cluster follows from these radii. At separate eigenvalues `func` is taken as it is.

    *Derivative.* The Fréchet derivative, upper right block of the function of :math:`\begin{pmatrix} A & E \\ 0 & A
    \end{pmatrix}` [2]_, (3.16), which has the same eigenvalues and needs no other values; in reverse :math:`\bar A =
    L_{\bar f}(A^H, \bar F)`. To every order, at repeated eigenvalues and defective matrices, and in parameters that
    `func` holds. Hermitian: Daleckii and Krein's theorem [2]_, (3.20),
    :math:`L(A, E) = V (f[w_i, w_j] \circ V^H E V) V^H`, on Hermitian matrices, to second order. The divided differences
    of near eigenvalues are integrals of `fprime`, so they are exact at repeated ones; the second derivative takes the
    derivative of `fprime` by automatic differentiation.

    References
    ----------
    .. [1] P. I. Davies, N. J. Higham, "A Schur-Parlett algorithm for computing matrix functions", SIAM J. Matrix Anal.
       Appl. 25 (2003) 464-485.
    .. [2] N. J. Higham, "Functions of Matrices", SIAM 2008.

    Examples
    --------
    >>> import torch
    >>> from sci.linalg import funm
    >>> a = torch.tensor([[1.0, 3.0], [1.0, 4.0]])
    >>> torch.allclose(funm(a, lambda x: x * x), a @ a, rtol=1e-4)
    True
    >>> funm(torch.eye(2), torch.exp, hermitian=True).diagonal()
    tensor([2.7183, 2.7183])
    """
    (a,) = tensors("funm", A=A)
    n = require_square("funm", "A", a)
    if not callable(func):
        raise bad_argument("funm", "func", "callable", func, TypeError)
    require_finite_data("funm", True, A=a)
    if n == 0 or a.numel() == 0:
        f = a.clone()
    elif flag("funm", "hermitian", hermitian):
        f = function_of_hermitian(a, func, fprime)
    else:
        f = _general(a, func)
    if disp:
        return f
    norms = [
        torch.linalg.matrix_norm(x, 1)
        for x in (a @ f - f @ a if f.dtype == a.dtype else a.to(f.dtype) @ f - f @ a.to(f.dtype), a, f)
    ]
    return f, norms[0] / (norms[1] * norms[2]).clamp(min=torch.finfo(norms[1].dtype).tiny)
