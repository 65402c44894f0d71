"""What is said of matrices that are singular, nearly so, or not positive definite."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from sci._core.checks import checks_enabled
from sci._core.errors import warn

from ._errors import LinAlgError, LinAlgWarning
from ._matrices import place_in_batch


def not_positive_definite(function: str, argument: str, where: str, order: int) -> LinAlgError:
    """Return the error that names the leading minor."""
    text = f"{function}: {argument} is not positive definite: the leading minor of order {order}{where}"
    return LinAlgError(text + " is not positive, it is singular or indefinite")


def warn_if_ill_conditioned(function: str, argument: str, rcond: Tensor) -> None:
    """Warn of matrices that are singular to rounding error, as SciPy does."""
    worst = float(rcond.amin())
    if worst < torch.finfo(rcond.dtype).eps:
        where, _ = place_in_batch(rcond <= worst)
        text = f"{function}: An ill-conditioned matrix: {argument}{where} has rcond = {worst:.3g}"
        warn(text, LinAlgWarning)


def require_regular(
    function: str, argument: str, rcond: Tensor, info: Tensor, estimate: Callable[[], Tensor] | None = None
) -> None:
    """Raise for singular matrices and warn of ill-conditioned ones.

    Where there is an `estimate` of the reciprocal condition, `rcond` is only known to be at most that.
    """
    if not checks_enabled() or rcond.numel() == 0:
        return
    worst = float(rcond.amin())
    if worst == 0 and bool((info != 0).any()):
        where, place = place_in_batch(info)
        raise LinAlgError(f"{function}: {argument} is singular: pivot {place - 1}{where} is zero")
    if estimate is not None:
        if worst > 2 * torch.finfo(rcond.dtype).eps:
            return
        rcond = estimate()
    warn_if_ill_conditioned(function, argument, rcond)
