"""Fourier transforms between real numbers and half spectra along one axis: `rfft irfft hfft ihfft`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from .._core.cards import Sample, function
from ._arguments import check_axis, check_length, check_options, transform_input
from ._backend import overridable
from ._fourier import FROM_HALF, INVERSE, TO_HALF, from_half, in_brief, to_half


def _samples_real(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterator[Sample]:
    x = torch.randn(3, 5, 6, generator=generator, dtype=dtype, device=device)
    yield Sample(x)
    yield Sample(x, n=4, axis=-2, norm="ortho")
    yield Sample(x, n=9, norm="forward")


def _samples_half(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterator[Sample]:
    x = torch.randn(3, 4, 5, generator=generator, dtype=dtype, device=device)
    yield Sample(x)
    yield Sample(x, n=7, axis=-2, norm="ortho")
    yield Sample(x, n=5, norm="forward")


@function(differentiable=("x",), samples=_samples_real, complex=False)
@overridable
def rfft(
    x: Any,
    n: int | None = None,
    axis: int = -1,
    norm: str | None = None,
    overwrite_x: bool = False,
    workers: int | None = None,
    *,
    plan: object = None,
) -> Tensor:
    r"""Return the first half of the one-dimensional discrete Fourier transform of real input.

    Equivalent to `scipy.fft.rfft`.

    Parameters
    ----------
    x : array_like
        Real input; integers become the default float dtype, float16 and bfloat16 become float32.
    n : int, optional
        Length of the transform, by default that of `x`: shorter cuts `x`, longer pads it with zeros.
    axis : int, optional
        Axis to transform.
    norm : {"backward", "ortho", "forward"}, optional
        Factor of the result: 1 ("backward", the default), ``1/sqrt(N)`` or ``1/N``, with `N` the length of the
        transform.
    overwrite_x : bool, optional
        Accepted; `x` is never overwritten.
    workers : int, optional
        Checked and otherwise ignored: torch has its own threads (`torch.set_num_threads`).
    plan : None
        Anything else raises: torch keeps its own plans.

    Returns
    -------
    Tensor, shape of `x` with ``n // 2 + 1`` along `axis`
        The first half of the transform, complex: the rest is its conjugate.

    Raises
    ------
    TypeError
        If `x` is complex.
    ValueError
        If `n` is below 1, or `norm` or `workers` makes no sense.
    AxisError
        If `x` has no such axis.
    NotImplementedError
        If a plan is given.

    See Also
    --------
    irfft, fft, rfftn

    Notes
    -----
    Values 0 to ``n // 2`` of `fft`. The map is linear: the tangent is the transform of the tangent of `x`, the gradient
    its adjoint, for which real and imaginary parts count as independent.

    References
    ----------
    .. [1] J. W. Cooley, J. W. Tukey, "An algorithm for the machine calculation of complex Fourier series", Math. Comp.
       19 (1965), 297-301.

    Examples
    --------
    >>> import torch, sci
    >>> sci.fft.rfft(torch.tensor([1.0, 0.0, -1.0, 0.0])).real
    tensor([0., 2., 0.])
    """
    if n is None and workers is None and plan is None and (out := in_brief(x, TO_HALF, axis, norm)) is not None:
        return out
    x = transform_input("rfft", x, real=True)
    check_options("rfft", norm, workers, plan)
    axis = check_axis("rfft", x, axis)
    n = check_length("rfft", x.shape[axis] if n is None else n)
    return to_half(x, [n], [axis], norm, False)


@function(differentiable=("x",), samples=_samples_real, complex=False)
@overridable
def ihfft(
    x: Any,
    n: int | None = None,
    axis: int = -1,
    norm: str | None = None,
    overwrite_x: bool = False,
    workers: int | None = None,
    *,
    plan: object = None,
) -> Tensor:
    r"""Return the inverse transform of `hfft`: the half spectrum, conjugated, of a real input.

    Equivalent to `scipy.fft.ihfft`.

    Parameters
    ----------
    x : array_like
        Real input; integers become the default float dtype, float16 and bfloat16 become float32.
    n : int, optional
        Length of the transform, by default that of `x`: shorter cuts `x`, longer pads it with zeros.
    axis : int, optional
        Axis to transform.
    norm : {"backward", "ortho", "forward"}, optional
        Factor of the result: ``1/N`` ("backward", the default), ``1/sqrt(N)`` or 1, with `N` the length of the
        transform.
    overwrite_x : bool, optional
        Accepted; `x` is never overwritten.
    workers : int, optional
        Checked and otherwise ignored: torch has its own threads (`torch.set_num_threads`).
    plan : None
        Anything else raises: torch keeps its own plans.

    Returns
    -------
    Tensor, shape of `x` with ``n // 2 + 1`` along `axis`
        The first half of the transform, complex: the rest is its conjugate.

    Raises
    ------
    TypeError
        If `x` is complex.
    ValueError
        If `n` is below 1, or `norm` or `workers` makes no sense.
    AxisError
        If `x` has no such axis.
    NotImplementedError
        If a plan is given.

    See Also
    --------
    hfft, irfft

    Notes
    -----
    ``ihfft(x, n)`` is ``rfft(x, n).conj() / n``. The map is linear: the tangent is the transform of the tangent of `x`,
    the gradient its adjoint, for which real and imaginary parts count as independent.

    References
    ----------
    .. [1] J. W. Cooley, J. W. Tukey, "An algorithm for the machine calculation of complex Fourier series", Math. Comp.
       19 (1965), 297-301.

    Examples
    --------
    >>> import torch, sci
    >>> sci.fft.ihfft(torch.tensor([4.0, 0.0, 0.0, 0.0])).real
    tensor([1., 1., 1.])
    """
    if n is None and workers is None and plan is None:
        if (out := in_brief(x, TO_HALF | INVERSE, axis, norm)) is not None:
            return out
    x = transform_input("ihfft", x, real=True)
    check_options("ihfft", norm, workers, plan)
    axis = check_axis("ihfft", x, axis)
    n = check_length("ihfft", x.shape[axis] if n is None else n)
    return to_half(x, [n], [axis], norm, True)


@function(differentiable=("x",), samples=_samples_half)
@overridable
def irfft(
    x: Any,
    n: int | None = None,
    axis: int = -1,
    norm: str | None = None,
    overwrite_x: bool = False,
    workers: int | None = None,
    *,
    plan: object = None,
) -> Tensor:
    r"""Return the real signal of which the first half of the Fourier transform is given.

    Equivalent to `scipy.fft.irfft`.

    Parameters
    ----------
    x : array_like
        The first half of a Hermitian sequence; integers become the default float dtype, half types float32.
    n : int, optional
        Length of the result, by default ``2 * (m - 1)`` for `m` values along the axis: odd lengths must be given.
    axis : int, optional
        Axis to transform.
    norm : {"backward", "ortho", "forward"}, optional
        Factor of the result: ``1/N`` ("backward", the default), ``1/sqrt(N)`` or 1, with `N` the length of the
        transform.
    overwrite_x : bool, optional
        Accepted; `x` is never overwritten.
    workers : int, optional
        Checked and otherwise ignored: torch has its own threads (`torch.set_num_threads`).
    plan : None
        Anything else raises: torch keeps its own plans.

    Returns
    -------
    Tensor, shape of `x` with `n` along `axis`
        The result, real.

    Raises
    ------
    ValueError
        If `n` is below 1, or `norm` or `workers` makes no sense.
    AxisError
        If `x` has no such axis.
    NotImplementedError
        If a plan is given.

    See Also
    --------
    rfft, ifft, irfftn

    Notes
    -----
    Only the `n // 2 + 1` values that determine the result are read. The imaginary parts of the first of them and, for
    even `n`, of the last have no place in the transform of real numbers and are ignored, on every device.
    The map is linear: the tangent is the transform of the tangent of `x`, the gradient
    its adjoint, for which real and imaginary parts count as independent.

    References
    ----------
    .. [1] J. W. Cooley, J. W. Tukey, "An algorithm for the machine calculation of complex Fourier series", Math. Comp.
       19 (1965), 297-301.

    Examples
    --------
    >>> import torch, sci
    >>> sci.fft.irfft(torch.tensor([0.0, 2.0, 0.0]))
    tensor([ 1.,  0., -1.,  0.])
    """
    if workers is None and plan is None and (out := in_brief(x, FROM_HALF | INVERSE, axis, norm, n)) is not None:
        return out
    x = transform_input("irfft", x)
    check_options("irfft", norm, workers, plan)
    axis = check_axis("irfft", x, axis)
    n = check_length("irfft", 2 * (x.shape[axis] - 1) if n is None else n)
    return from_half(x, [n], [axis], norm, True)


@function(differentiable=("x",), samples=_samples_half)
@overridable
def hfft(
    x: Any,
    n: int | None = None,
    axis: int = -1,
    norm: str | None = None,
    overwrite_x: bool = False,
    workers: int | None = None,
    *,
    plan: object = None,
) -> Tensor:
    r"""Return the real discrete Fourier transform of a signal of which the first half is given.

    Equivalent to `scipy.fft.hfft`.

    Parameters
    ----------
    x : array_like
        The first half of a Hermitian sequence; integers become the default float dtype, half types float32.
    n : int, optional
        Length of the result, by default ``2 * (m - 1)`` for `m` values along the axis: odd lengths must be given.
    axis : int, optional
        Axis to transform.
    norm : {"backward", "ortho", "forward"}, optional
        Factor of the result: 1 ("backward", the default), ``1/sqrt(N)`` or ``1/N``, with `N` the length of the
        transform.
    overwrite_x : bool, optional
        Accepted; `x` is never overwritten.
    workers : int, optional
        Checked and otherwise ignored: torch has its own threads (`torch.set_num_threads`).
    plan : None
        Anything else raises: torch keeps its own plans.

    Returns
    -------
    Tensor, shape of `x` with `n` along `axis`
        The result, real.

    Raises
    ------
    ValueError
        If `n` is below 1, or `norm` or `workers` makes no sense.
    AxisError
        If `x` has no such axis.
    NotImplementedError
        If a plan is given.

    See Also
    --------
    ihfft, irfft

    Notes
    -----
    Only the `n // 2 + 1` values that determine the result are read. The imaginary parts of the first of them and, for
    even `n`, of the last have no place in the transform of real numbers and are ignored, on every device.
    The map is linear: the tangent is the transform of the tangent of `x`, the gradient
    its adjoint, for which real and imaginary parts count as independent.

    References
    ----------
    .. [1] J. W. Cooley, J. W. Tukey, "An algorithm for the machine calculation of complex Fourier series", Math. Comp.
       19 (1965), 297-301.

    Examples
    --------
    >>> import torch, sci
    >>> sci.fft.hfft(torch.tensor([1.0, 2.0, 1.0]))
    tensor([ 6.,  0., -2.,  0.])
    """
    if workers is None and plan is None and (out := in_brief(x, FROM_HALF, axis, norm, n)) is not None:
        return out
    x = transform_input("hfft", x)
    check_options("hfft", norm, workers, plan)
    axis = check_axis("hfft", x, axis)
    n = check_length("hfft", 2 * (x.shape[axis] - 1) if n is None else n)
    return from_half(x, [n], [axis], norm, False)
