"""The frequencies that a transform's values belong to, and their order."""

from __future__ import annotations

import operator
from typing import Any

import torch
from torch import Tensor

from .._core.arrays import as_tensor
from .._core.cards import Sample, function
from .._core.errors import bad_argument, items
from ._arguments import shape_and_axes


def _spacing(name: str, n: Any, d: Any) -> int:
    try:
        n = operator.index(n)
    except TypeError:
        raise ValueError(f"{name}: n should be an integer, got {n!r}") from None
    if n < 1:
        raise ValueError(f"{name}: n must be positive, got {n}")
    if isinstance(d, (complex, str)) or d is None:
        raise bad_argument(name, "d", "a real number", d, TypeError)
    return n  # type: ignore[no-any-return]


@function(complex=False, batch=False)
def fftfreq(n: int, d: float = 1.0, *, xp: Any = None, device: torch.device | str | None = None) -> Tensor:
    """Return the frequencies of the values of `fft`, in cycles per unit of the sample spacing.

    Equivalent to `scipy.fft.fftfreq`, in torch's default dtype.

    Parameters
    ----------
    n : int
        Length of the transform.
    d : float, optional
        Sample spacing.
    xp : module, optional
        Ignored: results are torch tensors.
    device : torch.device or str, optional
        Device of the result.

    Returns
    -------
    Tensor, shape (n,)
        ``[0, 1, ..., n/2-1, -n/2, ..., -1] / (d*n)`` if `n` is even, ``[0, 1, ..., (n-1)/2, -(n-1)/2, ..., -1] /
        (d*n)`` if it is odd.

    Raises
    ------
    ValueError
        If `n` is no integer or below 1.

    Examples
    --------
    >>> import sci
    >>> sci.fft.fftfreq(5, d=0.2)
    tensor([ 0.,  1.,  2., -2., -1.])
    """
    n = _spacing("fftfreq", n, d)
    dtype = torch.get_default_dtype()
    half = (n + 1) // 2
    up = torch.arange(half, dtype=dtype, device=device)
    return torch.cat([up, torch.arange(-(n // 2), 0, dtype=dtype, device=device)]) / (n * d)


@function(complex=False, batch=False)
def rfftfreq(n: int, d: float = 1.0, *, xp: Any = None, device: torch.device | str | None = None) -> Tensor:
    """Return the frequencies of the values of `rfft`, in cycles per unit of the sample spacing.

    Equivalent to `scipy.fft.rfftfreq`, in torch's default dtype.

    Parameters
    ----------
    n : int
        Length of the transform's real side.
    d : float, optional
        Sample spacing.
    xp : module, optional
        Ignored: results are torch tensors.
    device : torch.device or str, optional
        Device of the result.

    Returns
    -------
    Tensor, shape (n // 2 + 1,)
        ``[0, 1, ..., n // 2] / (d*n)``.

    Raises
    ------
    ValueError
        If `n` is no integer or below 1.

    Examples
    --------
    >>> import sci
    >>> sci.fft.rfftfreq(5, d=0.2)
    tensor([0., 1., 2.])
    """
    n = _spacing("rfftfreq", n, d)
    return torch.arange(n // 2 + 1, dtype=torch.get_default_dtype(), device=device) / (n * d)


def _samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Any:
    x = torch.randn(3, 4, 5, generator=generator, dtype=dtype, device=device)
    yield Sample(x)
    yield Sample(x, axes=(0, -1))


def _shift(name: str, x: Any, axes: Any, sign: int) -> Tensor:
    x = as_tensor(x, "x", name)
    if axes is None:
        places = list(range(-x.dim(), 0))
    else:
        # Shifting has no lengths, so empty axes are fine: only the axes are checked here.
        axes = [axes] if isinstance(axes, int) else items(name, "axes", axes, "an axis or several")
        places = [shape_and_axes(name, x.new_empty((1,) * x.dim()), None, a)[1][0] for a in axes]
    return torch.roll(x, [sign * (x.shape[a] // 2) for a in places], places) if places else x.clone()


@function(differentiable=("x",), samples=_samples)
def fftshift(x: Any, axes: Any = None) -> Tensor:
    """Move the zero frequency to the middle.

    Equivalent to `scipy.fft.fftshift`.

    Parameters
    ----------
    x : array_like
        Input of any dtype.
    axes : int or sequence of ints, optional
        Axes to shift; all by default.

    Returns
    -------
    Tensor
        The shifted values, of the shape and dtype of `x`.

    Raises
    ------
    ValueError
        If an axis is not there.

    Notes
    -----
    The derivative is the same shift of the tangent, and the opposite shift of a gradient.

    Examples
    --------
    >>> import sci
    >>> sci.fft.fftshift(sci.fft.fftfreq(5, d=0.2))
    tensor([-2., -1.,  0.,  1.,  2.])
    """
    return _shift("fftshift", x, axes, 1)


@function(differentiable=("x",), samples=_samples)
def ifftshift(x: Any, axes: Any = None) -> Tensor:
    """Undo `fftshift`; the two differ where a length is odd.

    Equivalent to `scipy.fft.ifftshift`.

    Parameters
    ----------
    x : array_like
        Input of any dtype.
    axes : int or sequence of ints, optional
        Axes to shift; all by default.

    Returns
    -------
    Tensor
        The shifted values, of the shape and dtype of `x`.

    Raises
    ------
    ValueError
        If an axis is not there.

    Notes
    -----
    The derivative is the same shift of the tangent, and the opposite shift of a gradient.

    Examples
    --------
    >>> import sci
    >>> sci.fft.ifftshift(sci.fft.fftshift(sci.fft.fftfreq(5, d=0.2)))
    tensor([ 0.,  1.,  2., -2., -1.])
    """
    return _shift("ifftshift", x, axes, -1)
