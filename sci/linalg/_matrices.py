"""What the functions of `sci.linalg` ask of their arguments, and small pieces their derivative rules share."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from sci._core.arrays import promote
from sci._core.checks import checks_enabled, finite_probe, known, require_finite
from sci._core.errors import bad_argument
from sci._core.torch_private import dispatch_modes, forward_mode_active, is_batched_gradient, transforms_active

from ._errors import LinAlgError

READY = frozenset((torch.float32, torch.float64, torch.complex64, torch.complex128))


def tensors(function: str, **arguments: Any) -> tuple[Tensor, ...]:
    """Return required array arguments as tensors of one dtype and device."""
    given = tuple(arguments.values())
    first = given[0]
    if type(first) is Tensor and first.dtype in READY:
        dtype, device = first.dtype, first.device
        for x in given:
            if type(x) is not Tensor or x.dtype is not dtype or x.layout is not torch.strided or not x.dim():
                break
            if x is not first and x.device != device:
                break
        else:
            return given  # what `promote` would return, at a tenth of the time
    return promote(function, **arguments)


def require_square(function: str, argument: str, a: Tensor) -> int:
    """Return n of the n x n matrices in `a`; raise if they are not square."""
    if a.dim() < 2:
        raise bad_argument(function, argument, "a matrix or a batch of matrices", a, LinAlgError)
    if a.shape[-1] != a.shape[-2]:
        raise bad_argument(function, argument, "square in its last two dimensions", a, LinAlgError)
    return a.shape[-1]


def right_hand_side(function: str, n: int, b: Tensor) -> tuple[Tensor, bool]:
    """Return `b` with a column dimension, and whether it was added: one dimension is one vector, as in SciPy."""
    if b.dim() == 0:
        raise bad_argument(function, "b", f"of shape ({n},) or (..., {n}, k)", b)
    vector = b.dim() == 1
    b = b[:, None] if vector else b
    if b.shape[-2] != n:
        raise bad_argument(function, "b", f"of shape ({n},) or (..., {n}, k) to match the matrix", b)
    return b, vector


def batch_shape(*xs: Tensor) -> torch.Size:
    """Return the common batch shape of matrices; RuntimeError if there is none."""
    return torch.broadcast_shapes(*(x.shape[:-2] for x in xs))  # type: ignore[no-any-return]


def broadcast_matrices(function: str, names: Sequence[str], *xs: Tensor) -> tuple[Tensor, ...]:
    """Expand matrices to their common batch shape."""
    for x in xs:
        if x.dim() != 2:
            break
    else:
        return xs
    first = xs[0].shape[:-2]
    for x in xs[1:]:
        if x.shape[:-2] != first:
            break
    else:
        return xs
    try:
        batch = batch_shape(*xs)
    except RuntimeError:
        shapes = ", ".join(f"{name} {tuple(x.shape)}" for name, x in zip(names, xs, strict=True))
        raise ValueError(f"{function}: the batch dimensions must broadcast, got shapes {shapes}") from None
    return tuple(x.expand(*batch, *x.shape[-2:]) for x in xs)


def place_in_batch(flags: Tensor) -> tuple[str, int]:
    """Say which matrix of a batch the first nonzero flag belongs to, and give that flag's value."""
    index = tuple(int(i) for i in flags.nonzero()[0])
    where = "" if not index else f" of matrix {index[0] if len(index) == 1 else index} of the batch"
    return where, int(flags[index])


def hermitian_part(x: Tensor) -> Tensor:
    """(x + x^H) / 2."""
    return (x + x.mH) / 2


def lower_with_half_diagonal(x: Tensor) -> Tensor:
    """Phi(x): the lower triangle with the diagonal halved."""
    return x.tril() - torch.diag_embed(x.diagonal(dim1=-2, dim2=-1) / 2)


def to_kind(grad: Tensor, x: Tensor) -> Tensor:
    """Bring a gradient to the kind (real or complex) and batch shape of the argument it belongs to."""
    if grad.is_complex() and not x.is_complex():
        grad = grad.real
    elif x.is_complex() and not grad.is_complex():
        grad = grad.to(x.dtype)
    return grad if grad.shape == x.shape else grad.sum_to_size(x.shape)


def in_range(x: Tensor) -> tuple[Tensor, Tensor]:
    """Return matrices whose largest entries are so far from 1 that products leave the range, over powers of 2.

    The second result are these powers, 1 for all other matrices. LAPACK's scaling covers not all of its routines.
    """
    if x.numel() == 0:
        return x, torch.ones((), dtype=x.real.dtype, device=x.device)
    if x.is_complex():  # by parts, since the square of a modulus leaves the range
        parts, power = in_range(torch.view_as_real(x.resolve_conj()).flatten(-2))
        return torch.view_as_complex(parts.unflatten(-1, (-1, 2))), power
    alone = x.dim() == 2 and x.is_cpu and not transforms_active()
    limit = math.log2(torch.finfo(x.dtype).max) / 4
    if alone:  # without a matrix of moduli
        low, high = torch.aminmax(x)
        size = max(-low.item(), high.item())
        if not math.isfinite(size) or abs(math.frexp(size)[1]) <= limit:
            return x, torch.ones((), dtype=x.dtype, device="cpu")
    largest = x.abs().amax((-2, -1), keepdim=True)
    exponent = torch.frexp(largest)[1]
    far = (exponent.abs() > limit) & torch.isfinite(largest)
    if x.is_cpu and not alone and not bool(far.any()):  # a large copy costs more than a look
        return x, torch.ones((), dtype=largest.dtype, device="cpu")
    power = torch.ldexp(torch.ones_like(largest), torch.where(far, exponent - 1, 0))
    return x / power, power


def without_infinities(x: Tensor, check_finite: bool) -> tuple[Tensor, Tensor | None]:
    """Return matrices with 0 in place of those that are not finite, and which these are, (...); None where all are, as
    `check_finite` has found if checks are on.

    LAPACK's eigenvalue routines do not come back from NaN, or crash.
    """
    if check_finite and checks_enabled():
        return x, None
    probe = finite_probe(x)
    if bool(torch.isfinite(probe)):
        return x, None
    bad = ~torch.isfinite(x).flatten(-2).all(-1)
    return torch.where(bad[..., None, None], 0, x), bad


def require_convergence(function: str, *parts: Tensor, check_finite: bool = False) -> None:
    """Raise LinAlgError for NaN or infinity, of which LAPACK's Hermitian algorithms may make finite numbers.

    The parts are matrices, or the vectors of several diagonals, which `check_finite` has looked at if checks are on.
    Without checks a GPU is not waited for.
    """
    if check_finite and checks_enabled():
        return
    for x in parts:
        if not (x.is_cpu or checks_enabled()):
            return
        if not bool(torch.isfinite(finite_probe(x))) and not bool(torch.isfinite(x).all()):
            core = 1 if len(parts) > 1 else 2
            where, _ = place_in_batch(~torch.isfinite(x).flatten(-core).all(-1))
            raise LinAlgError(f"{function}: the eigenvalues{where} cannot be found: NaN or infinity")


def new_like(x: Tensor, shape: Sequence[int], dtype: torch.dtype | None = None) -> Tensor:
    """Make the empty row-major tensor that an operator on tensors without data returns."""
    return x.new_empty(tuple(shape), dtype=dtype or x.dtype)


def require_finite_data(function: str, wanted: bool, **arguments: Tensor) -> None:
    """Raise ValueError for NaN or infinity; for functions composed of torch's, where data can be read."""
    if not wanted or not checks_enabled() or torch.compiler.is_compiling():
        return
    for name, x in arguments.items():
        probe = known(finite_probe(x.detach()))
        if probe is not None and probe - probe != 0:
            require_finite(function, {name: x.detach()})


def differentiates(*xs: Tensor) -> bool:
    """Return whether something may differentiate or transform what is computed from `xs`; true in the compiler."""
    return (
        torch.compiler.is_compiling()
        or transforms_active()
        or forward_mode_active()
        or bool(dispatch_modes())
        or (torch.is_grad_enabled() and any(x.requires_grad for x in xs))
        or any(is_batched_gradient(x) for x in xs)
    )


def require_matrix(function: str, argument: str, a: Tensor) -> tuple[int, int]:
    """Return (m, n) of the m x n matrices in `a`; raise if there are none."""
    if a.dim() < 2:
        raise bad_argument(function, argument, "a matrix or a batch of matrices", a)
    return a.shape[-2], a.shape[-1]


def numpy_generator(function: str, rng: Any) -> np.random.Generator:
    """Return a generator of NumPy: the one given, or one of a seed."""
    try:
        return np.random.default_rng(rng)
    except (TypeError, ValueError):
        raise bad_argument(function, "rng", "a seed or a generator of NumPy", rng, TypeError) from None


def random_matrices(
    generator: torch.Generator, dtype: torch.dtype, device: torch.device, shift: float = 0.0
) -> Callable[..., Tensor]:
    """Make the function that draws matrices for the samples of cards: normal entries, `shift` added to the diagonal."""

    def draw(*shape: int) -> Tensor:
        x = torch.randn(*shape, generator=generator, dtype=dtype)
        if shift and len(shape) > 1:
            x = x + shift * torch.eye(shape[-2], shape[-1], dtype=dtype)
        return x.to(device)

    return draw
