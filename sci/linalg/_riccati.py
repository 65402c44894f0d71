"""Algebraic Riccati equations by structured doubling, refined by Newton's method."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import torch
from torch import Tensor

from sci._core import runtime
from sci._core.cards import Sample, function
from sci._core.checks import checks_enabled, known, require_finite
from sci._core.dispatch import operator
from sci._core.errors import bad_argument

from . import _products
from ._errors import LinAlgError
from ._hermitian import real_dtype
from ._lu_operators import general_solve
from ._matrices import (
    batch_shape,
    broadcast_matrices,
    hermitian_part,
    new_like,
    place_in_batch,
    random_matrices,
    require_matrix,
    require_square,
    tensors,
)
from ._schur_form import decomposition, reordered
from ._sylvester import discrete, sylvester

runtime.load_library()

_NEWTON_STEPS = 20
_STEPS = 60  # doubling converges quadratically; this many steps only where a closed loop is close to unstable

# Without s and e (a - b r^-1 s^H and q - s r^-1 s^H stand for a and q, products with e^-1 take e away), G = b r^-1 b^H:
#     continuous  a^H x + x a - x G x + q = 0        discrete  x = a^H x (I + G x)^-1 a + q
# Structured doubling ([1], algorithm 3.1) for the discrete one, with A, G, H = a, G, q, W = I + G H:
#     (1)  A' = A W^-1 A,   G' = G + A W^-1 G A^H,   H' = H + A^H H W^-1 A,   and H tends to x.
# The continuous one becomes a discrete one by a Cayley transform with parameter g ([1], section 2):
#     (2)  B = a - g,  W = B^H + q B^-1 G:   A = I + 2 g W^-H,   G_0 = 2 g B^-1 G W^-1,   H_0 = 2 g W^-1 q B^-1.
# Newton's step from x is a Lyapunov equation for the closed loop f = a - b k, k = r^-1 (b^H x + s^H), discrete
# k = (r + b^H x b)^-1 (b^H x a + s^H), with the right-hand side q + k^H r k - s k - k^H s^H. It squares the error, so
# two steps, differentiated with the starting point held, have the right derivatives up to the third.
# The discrete equation may have a singular r. With x = y + c the equation for y has r + c b^H b, s + c a^H b and
# q + c (a^H a - 1) in their places.
# [1] E. K.-W. Chu, H.-Y. Fan, W.-W. Lin, "A structure-preserving doubling algorithm for continuous-time algebraic
#     Riccati equations", Linear Algebra and its Applications 396 (2005) 55-80.
# [2] A. J. Laub, "A Schur method for solving algebraic Riccati equations", IEEE Trans. Automat. Control 24 (1979)
#     913-921.


def _doubled(a: Tensor, g: Tensor, h: Tensor) -> Tensor:
    eye = torch.eye(a.shape[-1], dtype=a.dtype, device=a.device)
    eps = torch.finfo(a.dtype).eps
    for _ in range(_STEPS):
        solved = torch.linalg.solve_ex(eye + g @ h, torch.cat([a, g], -1))[0]
        left, right = solved.split(a.shape[-1], -1)  # W^-1 A, W^-1 G
        following = hermitian_part(h + a.mH @ h @ left)
        g = hermitian_part(g + a @ right @ a.mH)
        a = a @ left
        change = torch.linalg.matrix_norm(following - h) / torch.linalg.matrix_norm(following).clamp(min=1e-300)
        h = following
        worst = float(change.amax()) if change.numel() else 0.0
        if worst <= 4 * eps or worst != worst:
            break
    return h


def _start(a: Tensor, b: Tensor, q: Tensor, r: Tensor, s: Tensor, continuous: bool, function: str) -> Tensor:
    for name, y in (("a", a), ("b", b), ("q", q), ("r", r)):
        require_finite(function, {name: y})
    eye = torch.eye(a.shape[-1], dtype=a.dtype, device=a.device)
    if not continuous:
        c = _shift(b, q, r)
        q, s, r = q + c * (a.mH @ a - eye), s + c * a.mH @ b, r + c * b.mH @ b
    ri = torch.linalg.solve_ex(r, torch.cat([b.mH, s.mH], -1))[0]
    r_b, r_s = ri.split([a.shape[-1]] * 2, -1)
    g, a, q = hermitian_part(b @ r_b), a - b @ r_s, hermitian_part(q - s @ r_s)
    x = _without_cross_costs(a, g, q, continuous, function)
    return x if continuous else x + c * eye


def _without_cross_costs(a: Tensor, g: Tensor, q: Tensor, continuous: bool, function: str) -> Tensor:
    if not _products.small(a, g, q, alone=_products.ALONE):
        return _by_torch(a, g, q, continuous, function)
    x, good = _products.riccati(a, g, q, continuous)
    return _products.unless_settled(x, good, lambda bad: _by_torch(a[bad], g[bad], q[bad], continuous, function, bad))


def _by_torch(a: Tensor, g: Tensor, q: Tensor, continuous: bool, function: str, chosen: Tensor | None = None) -> Tensor:
    """Solve the equation without r and s; `chosen` says which matrices of a batch these are.

    From a stable closed loop Newton's method converges in any case (Kleinman), where doubling leaves a residual.
    """
    eps = torch.finfo(a.dtype).eps
    x = _doubled(*_cayley(a, g, q)) if continuous else _doubled(a, g, q)
    loop, residual, margin = _closed_loop(x, a, g, q, continuous)
    if continuous:
        doubtful = ~(residual <= eps ** (2 / 3)) | (margin < eps**0.25)
        if bool(doubtful.any()):
            y = x.clone()
            y[doubtful] = _by_schur(a[doubtful], g[doubtful], q[doubtful], function)
            following = (y, *_closed_loop(y, a, g, q, continuous))
            better = (following[3] > 0) & ~((residual <= following[2]) & (margin > 0))
            x, loop, residual, margin = _where(better, following, (x, loop, residual, margin))
    for _ in range(_NEWTON_STEPS):
        wanted = (residual > eps ** (2 / 3)) & (margin > 0)
        if not bool(wanted.any()):
            break
        right = q + (x if continuous else loop.mH @ x) @ g @ (x if continuous else x @ loop)
        if continuous:
            y = sylvester(loop.mH, loop, -right, False, function)
        else:
            y = discrete(loop.mH, right, "", function)
        y = torch.where(wanted[..., None, None], hermitian_part(y), x)
        following = (y, *_closed_loop(y, a, g, q, continuous))
        better = (following[2] < residual) & (following[3] > 0)
        if not bool(better.any()):
            break
        x, loop, residual, margin = _where(better, following, (x, loop, residual, margin))
    if checks_enabled() and x.numel():
        bad = ~(residual <= min(1e3 * eps**0.5, 1e-3)) | ~(margin > 0)
        if bool(bad.any()):
            codes = bad.to(torch.int32)
            where, _ = place_in_batch(codes if chosen is None else chosen.to(torch.int32).masked_scatter(chosen, codes))
            raise LinAlgError(f"{function}: no stabilising solution was found{where}")
    return x.contiguous()


def _where(chosen: Tensor, these: Sequence[Tensor], others: Sequence[Tensor]) -> list[Tensor]:
    """Return for each matrix of a batch what belongs to it, of matrices and of numbers, from `these` or `others`."""
    matrices = chosen[..., None, None]
    return [
        torch.where(chosen if x.dim() == chosen.dim() else matrices, x, y) for x, y in zip(these, others, strict=True)
    ]


def _by_schur(a: Tensor, g: Tensor, q: Tensor, function: str) -> Tensor:
    """Solve a continuous equation by the stable subspace of its Hamiltonian matrix [2]; NaN where there is none.

    Slower than doubling, which loses digits where a closed loop is close to unstable or transients are large.
    """
    n = a.shape[-1]
    # x / size has g size and q / size in its equation, which are of one size.
    sizes = torch.linalg.matrix_norm(g), torch.linalg.matrix_norm(q)
    power = torch.where((sizes[0] > 0) & (sizes[1] > 0), (sizes[1] / sizes[0]).log2() / 2, 0).round()
    size = torch.exp2(power)[..., None, None]
    hamiltonian = torch.cat([torch.cat([a, -g * size], -1), torch.cat([-q / size, -a.mH], -1)], -2)
    try:
        t, z = decomposition(hamiltonian, False, False, function)
        # Blocks of conjugate pairs have equal entries on their diagonal.
        places = t.diagonal(dim1=-2, dim2=-1).real.argsort(dim=-1, stable=True).argsort(-1)
        _, z = reordered(hamiltonian, t, z, places < n)
    except LinAlgError:
        if len(a) == 1:
            return torch.full_like(a, torch.nan)
        return torch.cat([_by_schur(a[k : k + 1], g[k : k + 1], q[k : k + 1], function) for k in range(len(a))])
    basis = z.narrow(-1, 0, n)
    upper, lower = basis.narrow(-2, 0, n), basis.narrow(-2, n, n)
    return hermitian_part(torch.linalg.solve_ex(upper.mH, lower.mH)[0].mH) * size


def _closed_loop(x: Tensor, a: Tensor, g: Tensor, q: Tensor, continuous: bool) -> tuple[Tensor, Tensor, Tensor]:
    """Return the closed loop, the relative residual and how far the loop is from unstable, relative to its norm."""
    if continuous:
        loop = a - g @ x
        rest = a.mH @ x + x @ loop + q
        largest = torch.linalg.eigvals(loop.nan_to_num()).real.amax(-1)
        margin = -largest / torch.linalg.matrix_norm(loop).clamp_min(1e-300)
    else:
        eye = torch.eye(a.shape[-1], dtype=a.dtype, device=a.device)
        loop = torch.linalg.solve_ex(eye + g @ x, a)[0]
        rest = a.mH @ x @ loop - x + q
        margin = 1 - torch.linalg.eigvals(loop.nan_to_num()).abs().amax(-1)
    sizes = [torch.linalg.matrix_norm(y) for y in (rest, x, a, q)]
    return loop, sizes[0] / (sizes[1] * (sizes[2] + 1) + sizes[3]).clamp_min(1e-300), margin


def _cayley(a: Tensor, g: Tensor, q: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return the discrete equation of a continuous one, by (2)."""
    eye = torch.eye(a.shape[-1], dtype=a.dtype, device=a.device)
    # The parameter is to be positive and away from the spectrum; the size of the closed loop is a choice that works.
    size = torch.linalg.matrix_norm(a) + (torch.linalg.matrix_norm(g) * torch.linalg.matrix_norm(q)).sqrt()
    gamma = (size * 1.1 + 1e-300)[..., None, None]
    shifted = a - gamma * eye
    back = torch.linalg.inv_ex(shifted)[0]
    w = torch.linalg.inv_ex(shifted.mH + q @ back @ g)[0]
    h = 2 * gamma * w @ q @ back
    return eye + 2 * gamma * w.mH, hermitian_part(2 * gamma * back @ g @ w), hermitian_part(h)


def _shift(b: Tensor, q: Tensor, r: Tensor) -> Tensor:
    """Return the c (..., 1, 1) of a discrete equation, 0 where r is regular."""
    sizes = torch.linalg.svdvals(r)
    if r.shape[-1] == 0:
        return sizes.new_zeros(*sizes.shape[:-1], 1, 1)
    singular = sizes[..., -1] <= torch.finfo(sizes.dtype).eps ** 0.5 * sizes[..., 0]
    c = torch.linalg.matrix_norm(q) + torch.linalg.matrix_norm(r) / torch.linalg.matrix_norm(b).square().clamp_min(
        1e-30
    )
    return torch.where(singular, torch.where(c > 0, c, 1), 0)[..., None, None]


def _scales(a: Tensor, b: Tensor, q: Tensor, r: Tensor, s: Tensor, function: str) -> Tensor:
    """Return powers of two, (..., n): x / (d_i d_j) belongs to an equation whose pencil has rows and columns alike."""
    for name, y in (("a", a), ("b", b), ("q", q), ("r", r)):
        require_finite(function, {name: y})
    return torch.ops.sci._riccati_scales(*(y.resolve_conj() for y in (a, b, q, r, s)))  # type: ignore[no-any-return]


# Of the matrices as they are; scales are exact, and so no derivative of them matters.
_balancing = operator(
    "riccati_scales(Tensor a, Tensor b, Tensor q, Tensor r, Tensor s, str function) -> Tensor",
    kernel=_scales,
    fake=lambda a, b, q, r, s, function: new_like(a, (*batch_shape(a, b, q, r, s), a.shape[-1]), real_dtype(a.dtype)),
    core_dims=(2, 2, 2, 2, 2),
    one_batch=True,
)


# A solution near enough for Newton's method; without a derivative, since the Newton steps have it.
_initial = operator(
    "riccati_start(Tensor a, Tensor b, Tensor q, Tensor r, Tensor s, bool continuous, str function) -> Tensor",
    kernel=_start,
    fake=lambda a, b, q, r, s, continuous, function: new_like(a, (*batch_shape(a, b, q, r, s), *a.shape[-2:])),
    core_dims=(2, 2, 2, 2, 2),
)


def _solve(function: str, continuous: bool, a: Any, b: Any, q: Any, r: Any, e: Any, s: Any, balanced: bool) -> Tensor:
    given = {"a": a, "b": b, "q": q, "r": r} | ({} if e is None else {"e": e}) | ({} if s is None else {"s": s})
    found = dict(zip(given, tensors(function, **given), strict=True))
    a, b, q, r = (torch.atleast_2d(found[name]) for name in ("a", "b", "q", "r"))
    n = require_square(function, "a", a)
    rows, m = require_matrix(function, "b", b)
    if rows != n:
        raise bad_argument(function, "b", f"of {n} rows, as a", b)
    for name, x, size in (("q", q, n), ("r", r, m)):
        if require_square(function, name, x) != size:
            raise bad_argument(function, name, f"{size} x {size}", x)
        held = x.detach()
        bound = 100 * torch.finfo(a.dtype).eps * torch.linalg.matrix_norm(held, 1)
        if known((torch.linalg.matrix_norm(held - held.mH, 1) > bound).any()):
            raise bad_argument(function, name, "Hermitian", x)
    s = torch.atleast_2d(found["s"]) if "s" in found else torch.zeros_like(b)
    if s.shape[-2:] != b.shape[-2:]:
        raise bad_argument(function, "s", f"{n} x {m}, as b", s)
    if "e" in found:
        e = torch.atleast_2d(found["e"])
        if require_square(function, "e", e) != n:
            raise bad_argument(function, "e", f"{n} x {n}, as a", e)
    q, r = hermitian_part(q), hermitian_part(r)
    parts = [a, b, q, r, s] if e is None else [a, b, q, r, s, e]
    matrices = broadcast_matrices(function, ("a", "b", "q", "r", "s", "e")[: len(parts)], *parts)
    if torch.compiler.is_compiling() or a.dtype in (torch.float64, torch.complex128):
        return _solution(function, continuous, balanced, *matrices)
    try:
        return _solution(function, continuous, balanced, *matrices)
    except LinAlgError:  # of numbers that may be too short: a closed loop may be large beside its distance to unstable
        wide = torch.promote_types(a.dtype, torch.float64)
        return _solution(function, continuous, balanced, *(y.to(wide) for y in matrices)).to(a.dtype)


def _solution(
    function: str,
    continuous: bool,
    balanced: bool,
    a: Tensor,
    b: Tensor,
    q: Tensor,
    r: Tensor,
    s: Tensor,
    *rest: Tensor,
) -> Tensor:
    n = a.shape[-1]
    if rest:
        # With y = e^H x e: the equation for y has a e^-1 and b ... in the basis e^-1: x = e^-H y e^-1.
        inverse_e = general_solve(
            rest[0], torch.eye(n, dtype=a.dtype, device=a.device).expand(a.shape), False, function
        )
        a, q, s = a @ inverse_e, hermitian_part(inverse_e.mH @ q @ inverse_e), inverse_e.mH @ s
    d: Tensor | None = None
    if balanced:
        d = _balancing(*(y.detach() for y in (a, b, q, r, s)), function)
        left, right = d[..., :, None], d[..., None, :]
        a, b, q, s = a * left / right, b * left, q / (left * right), s / left
    if n == 0:
        return q
    x = _initial(*(y.detach() for y in (a, b, q, r, s)), continuous, function)
    for _ in range(2):
        if continuous:
            k = general_solve(r, b.mH @ x + s.mH, False, function)
        else:
            k = general_solve(r + b.mH @ x @ b, b.mH @ x @ a + s.mH, False, function)
        loop = a - b @ k
        right = q + k.mH @ r @ k - s @ k - (s @ k).mH
        if continuous:
            x = sylvester(loop.mH, loop, -right, False, function)
        else:
            x = discrete(loop.mH, right, "", function)
        x = hermitian_part(x)
    return x if d is None else x * (d[..., :, None] * d[..., None, :])


def _samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterator[Sample]:
    draw = random_matrices(generator, dtype, device)

    def positive(n: int) -> Tensor:
        x = draw(n, n)
        return x @ x.mH / n + torch.eye(n, dtype=dtype, device=device)

    yield Sample(draw(3, 3) / 2, draw(3, 2), positive(3), positive(2))
    yield Sample(
        draw(2, 2, 2) / 2, draw(2, 1), positive(2), positive(1),
        e=draw(2, 2) / 4 + torch.eye(2, dtype=dtype, device=device), s=draw(2, 1) / 8,
    )  # fmt: skip


def _of_hermitian(function: Any, a: Tensor, b: Tensor, q: Tensor, r: Tensor, **options: Any) -> Any:
    return function(a, b, hermitian_part(q), hermitian_part(r), **options)


_ARGUMENTS = ("a", "b", "q", "r", "e", "s")


@function(
    differentiable=_ARGUMENTS, samples=_samples, call=_of_hermitian, host_route=_products.HOST_ROUTE, synchronizes=True
)
def solve_continuous_are(a: Any, b: Any, q: Any, r: Any, e: Any = None, s: Any = None, balanced: bool = True) -> Tensor:
    r"""Solve the continuous algebraic Riccati equation.

    Equivalent to `scipy.linalg.solve_continuous_are`: the stabilising x of
    ``e^H x a + a^H x e - (e^H x b + s) r^-1 (b^H x e + s^H) + q = 0``.

    Parameters
    ----------
    a : (..., n, n) tensor
        System matrices.
    b : (..., n, m) tensor
        Input matrices. Batch dimensions broadcast.
    q : (..., n, n) tensor
        Hermitian state costs.
    r : (..., m, m) tensor
        Hermitian, regular input costs.
    e : (..., n, n) tensor, optional
        Regular matrices of a generalised system; by default the identity.
    s : (..., n, m) tensor, optional
        Cross costs; by default zero.
    balanced : bool
        Scale the states by powers of two first, so that the matrices have rows and columns of like size.

    Returns
    -------
    x : (..., n, n) tensor
        The solutions, Hermitian.

    Raises
    ------
    LinAlgError
        No stabilising solution was found, `r` or `e` is singular, or matrices are not square.
    ValueError
        Shapes do not match, `q` or `r` is not Hermitian, or not finite data.

    Notes
    -----
    *Algorithm.* A Cayley transform and structured doubling [1]_, in a kernel for batches of matrices up to n = 32; the
    Schur method [2]_ and Newton's where doubling leaves a residual or a closed loop is close to unstable; then two
    Newton steps, each a Lyapunov equation. Where float32 finds no solution, all of it in float64.

    *Derivative.* Implicit, by the two Newton steps differentiated with their starting point held, to third order; as a
    function of Hermitian `q` and `r`.

    References
    ----------
    .. [1] E. K.-W. Chu, H.-Y. Fan, W.-W. Lin, "A structure-preserving doubling algorithm for continuous-time algebraic
       Riccati equations", Linear Algebra and its Applications 396 (2005) 55-80.
    .. [2] A. J. Laub, "A Schur method for solving algebraic Riccati equations", IEEE Transactions on Automatic Control
       24 (1979) 913-921.

    Examples
    --------
    >>> import torch
    >>> from sci.linalg import solve_continuous_are
    >>> one = torch.ones(1, 1, dtype=torch.float64)
    >>> torch.allclose(solve_continuous_are(0 * one, one, one, one), one)
    True
    """
    return _solve("solve_continuous_are", True, a, b, q, r, e, s, bool(balanced))


@function(
    differentiable=_ARGUMENTS, samples=_samples, call=_of_hermitian, host_route=_products.HOST_ROUTE, synchronizes=True
)
def solve_discrete_are(a: Any, b: Any, q: Any, r: Any, e: Any = None, s: Any = None, balanced: bool = True) -> Tensor:
    r"""Solve the discrete algebraic Riccati equation.

    Equivalent to `scipy.linalg.solve_discrete_are`: the stabilising x of
    ``a^H x a - e^H x e - (a^H x b + s) (r + b^H x b)^-1 (b^H x a + s^H) + q = 0``.

    Parameters
    ----------
    a : (..., n, n) tensor
        System matrices.
    b : (..., n, m) tensor
        Input matrices. Batch dimensions broadcast.
    q : (..., n, n) tensor
        Hermitian state costs.
    r : (..., m, m) tensor
        Hermitian input costs, which may be singular.
    e : (..., n, n) tensor, optional
        Regular matrices of a generalised system; by default the identity.
    s : (..., n, m) tensor, optional
        Cross costs; by default zero.
    balanced : bool
        Scale the states by powers of two first, so that the matrices have rows and columns of like size.

    Returns
    -------
    x : (..., n, n) tensor
        The solutions, Hermitian.

    Raises
    ------
    LinAlgError
        No stabilising solution was found, `e` or ``r + b^H x b`` is singular, or matrices are not square.
    ValueError
        Shapes do not match, `q` or `r` is not Hermitian, or not finite data.

    Notes
    -----
    Structured doubling, two Newton steps and their derivative, as in `solve_continuous_are`.

    Examples
    --------
    >>> import torch
    >>> from sci.linalg import solve_discrete_are
    >>> one = torch.ones(1, 1, dtype=torch.float64)
    >>> torch.allclose(solve_discrete_are(0 * one, one, one, one), one)
    True
    """
    return _solve("solve_discrete_are", False, a, b, q, r, e, s, bool(balanced))
