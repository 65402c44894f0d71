"""Checks of data: the one switch that turns them off, and how a check reads tensors with a single transfer.

Arguments are always checked for what costs nothing: type, dtype, shape, device, options. What SciPy checks in the
*data* (finite numbers, a positive definite matrix, a nonsingular triangle) has to be read back, and on CUDA that waits
for the GPU. ``with sci.data_checks(False):`` leaves those checks out; a matrix that would have raised then gives NaN.
"""

from __future__ import annotations

from types import TracebackType

import torch
from torch import Tensor

from .torch_private import fake_mode_active

_enabled = True


class data_checks:  # noqa: N801 - reads as a function, as torch.set_grad_enabled does
    """Turn checks of data on or off, at once, or for the length of a ``with`` block.

    Parameters
    ----------
    enabled : bool
        True, the state at start: data are checked and bad data raise. False: no function of the library reads its
        data back, so nothing waits for a GPU; where a check would have raised, the result is NaN or infinite.

    Notes
    -----
    The switch holds for the whole process, all threads included. It is read when the computation runs, so it also
    governs functions that were compiled before.

    Examples
    --------
    >>> import sci, torch
    >>> singular = torch.ones(2, 2)
    >>> with sci.data_checks(False):
    ...     sci.linalg.cholesky(singular, lower=True)
    tensor([[nan, 0.],
            [nan, nan]])
    """

    def __init__(self, enabled: bool) -> None:
        global _enabled
        self._before = _enabled
        _enabled = bool(enabled)

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        global _enabled
        _enabled = self._before


def checks_enabled() -> bool:
    """Return whether data may be read for checks."""
    return _enabled


def read(*scalars: Tensor) -> list[float]:
    """Return the values of real 0-d tensors on one device, with one transfer; for kernels, on plain tensors."""
    if scalars[0].device.type == "cpu":
        return [x.item() for x in scalars]
    return torch.stack([x.to(torch.float64) for x in scalars]).tolist()


def known(x: Tensor) -> float | None:
    """Return the value of a 0-d tensor, or None where it cannot or must not be read: compiling, vmap, checks off."""
    if not _enabled or torch.compiler.is_compiling() or x.is_meta or fake_mode_active():
        return None
    try:
        return float(x.item())
    except RuntimeError:  # under vmap a value has no single number
        return None


def finite_probe(x: Tensor) -> Tensor:
    """Return a 0-d real tensor that is finite if all of `x` is: one reduction, no temporary of the size of `x`."""
    return (torch.view_as_real(x.resolve_conj()) if x.is_complex() else x).sum()


def require_finite(function: str, arguments: dict[str, Tensor], probes: list[float] | None = None) -> None:
    """Raise ValueError, with name and place, if an argument holds NaN or infinity; the check runs if checks are on.

    `probes` are the values of `finite_probe` where the caller has read them together with others.
    """
    if not _enabled:
        return
    names = list(arguments)
    if probes is None and len(names) == 1:
        probe = float(finite_probe(arguments[names[0]]).item())
        if probe - probe == 0:
            return
        probes = [probe]
    elif probes is None:
        probes = read(*(finite_probe(arguments[name]) for name in names))
    for name, probe in zip(names, probes, strict=True):
        if probe - probe == 0:
            continue
        bad = ~torch.isfinite(arguments[name])  # the sum of finite numbers may overflow: look again
        if bool(bad.any()):
            place = tuple(bad.nonzero()[0].tolist())
            text = f"{function}: {name} must not contain infs or NaNs (check_finite), got "
            raise ValueError(text + f"{arguments[name][place].item()} at {place}")
