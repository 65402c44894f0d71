"""Fourier transforms between real numbers and half spectra over several axes: `rfftn irfftn rfft2 irfft2`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from .._core.cards import Sample, function
from ._arguments import check_options, shape_and_axes, transform_input
from ._backend import overridable
from ._fourier import FROM_HALF, INVERSE, TO_HALF, from_half, in_brief, to_half


def samples_real(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterator[Sample]:
    x = torch.randn(3, 4, 5, generator=generator, dtype=dtype, device=device)
    yield Sample(x, axes=(-2, -1))
    yield Sample(x, s=(6, 3), axes=(-1, -2), norm="ortho")


def samples_half(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterator[Sample]:
    x = torch.randn(3, 4, 5, generator=generator, dtype=dtype, device=device)
    yield Sample(x, axes=(-2, -1))
    yield Sample(x, s=(6, 3), axes=(-1, -2), norm="ortho")


def axes_of_real(function_name: str, x: Tensor, s: Any, axes: Any) -> tuple[list[int], list[int]]:
    shape, places = shape_and_axes(function_name, x, s, axes)
    if not places:
        raise ValueError(f"{function_name}: at least 1 axis must be transformed")
    return shape, places


def axes_of_half(function_name: str, x: Tensor, s: Any, axes: Any) -> tuple[list[int], list[int]]:
    shape, places = axes_of_real(function_name, x, s, axes)
    if s is None:
        shape[-1] = 2 * (x.shape[places[-1]] - 1)
        if shape[-1] < 1:
            raise ValueError(f"{function_name}: invalid number of data points ({shape[-1]}) specified")
    return shape, places


@function(differentiable=("x",), samples=samples_real, complex=False)
@overridable
def rfftn(
    x: Any,
    s: Any = None,
    axes: Any = None,
    norm: str | None = None,
    overwrite_x: bool = False,
    workers: int | None = None,
    *,
    plan: object = None,
) -> Tensor:
    r"""Return the half of the n-dimensional discrete Fourier transform of real input that determines it.

    Equivalent to `scipy.fft.rfftn`.

    Parameters
    ----------
    x : array_like
        Real input; integers become the default float dtype, float16 and bfloat16 become float32.
    s : int or sequence of ints, optional
        Lengths of the transform, by default those of `x` (-1 too means that of `x`): shorter cuts `x`, longer pads it
        with zeros.
    axes : int or sequence of ints, optional
        Axes to transform; the last ``len(s)``, or all, by default.
    norm : {"backward", "ortho", "forward"}, optional
        Factor of the result: 1 ("backward", the default), ``1/sqrt(N)`` or ``1/N``, with `N` the product of the
        lengths.
    overwrite_x : bool, optional
        Accepted; `x` is never overwritten.
    workers : int, optional
        Checked and otherwise ignored: torch has its own threads (`torch.set_num_threads`).
    plan : None
        Anything else raises: torch keeps its own plans.

    Returns
    -------
    Tensor, shape of `x` with `s` along `axes`, ``s[-1] // 2 + 1`` along the last of them
        The half spectrum, complex.

    Raises
    ------
    TypeError
        If `x` is complex.
    ValueError
        If a length is below 1, `s` and `axes` do not fit `x` and each other, or `norm` or `workers` makes no sense.
    NotImplementedError
        If a plan is given.

    See Also
    --------
    irfftn, rfft

    Notes
    -----
    `rfft` along the last of the axes, then `fft` along the others. The map is linear: the tangent is the transform of
    the tangent of `x`, the gradient its adjoint, for which real and imaginary parts count as independent.

    References
    ----------
    .. [1] J. W. Cooley, J. W. Tukey, "An algorithm for the machine calculation of complex Fourier series", Math. Comp.
       19 (1965), 297-301.

    Examples
    --------
    >>> import torch, sci
    >>> sci.fft.rfftn(torch.eye(2)).real
    tensor([[2., 0.],
            [0., 2.]])
    """
    if s is None and workers is None and plan is None and (out := in_brief(x, TO_HALF, axes, norm)) is not None:
        return out
    x = transform_input("rfftn", x, real=True)
    check_options("rfftn", norm, workers, plan)
    shape, places = axes_of_real("rfftn", x, s, axes)
    return to_half(x, shape, places, norm, False)


@function(differentiable=("x",), samples=samples_real, complex=False)
@overridable
def rfft2(
    x: Any,
    s: Any = None,
    axes: Any = (-2, -1),
    norm: str | None = None,
    overwrite_x: bool = False,
    workers: int | None = None,
    *,
    plan: object = None,
) -> Tensor:
    r"""Return the half of the two-dimensional discrete Fourier transform of real input that determines it.

    Equivalent to `scipy.fft.rfft2`.

    Parameters
    ----------
    x : array_like
        Real input; integers become the default float dtype, float16 and bfloat16 become float32.
    s : int or sequence of ints, optional
        Lengths of the transform, by default those of `x` (-1 too means that of `x`): shorter cuts `x`, longer pads it
        with zeros.
    axes : int or sequence of ints, optional
        Axes to transform; the last two by default.
    norm : {"backward", "ortho", "forward"}, optional
        Factor of the result: 1 ("backward", the default), ``1/sqrt(N)`` or ``1/N``, with `N` the product of the
        lengths.
    overwrite_x : bool, optional
        Accepted; `x` is never overwritten.
    workers : int, optional
        Checked and otherwise ignored: torch has its own threads (`torch.set_num_threads`).
    plan : None
        Anything else raises: torch keeps its own plans.

    Returns
    -------
    Tensor, shape of `x` with `s` along `axes`, ``s[-1] // 2 + 1`` along the last of them
        The half spectrum, complex.

    Raises
    ------
    TypeError
        If `x` is complex.
    ValueError
        If a length is below 1, `s` and `axes` do not fit `x` and each other, or `norm` or `workers` makes no sense.
    NotImplementedError
        If a plan is given.

    See Also
    --------
    irfft2, rfft

    Notes
    -----
    `rfft` along the last of the axes, then `fft` along the others. The map is linear: the tangent is the transform of
    the tangent of `x`, the gradient its adjoint, for which real and imaginary parts count as independent.

    References
    ----------
    .. [1] J. W. Cooley, J. W. Tukey, "An algorithm for the machine calculation of complex Fourier series", Math. Comp.
       19 (1965), 297-301.

    Examples
    --------
    >>> import torch, sci
    >>> sci.fft.rfft2(torch.eye(2)).real
    tensor([[2., 0.],
            [0., 2.]])
    """
    if s is None and workers is None and plan is None and (out := in_brief(x, TO_HALF, axes, norm)) is not None:
        return out
    x = transform_input("rfft2", x, real=True)
    check_options("rfft2", norm, workers, plan)
    shape, places = axes_of_real("rfft2", x, s, axes)
    return to_half(x, shape, places, norm, False)


@function(differentiable=("x",), samples=samples_half)
@overridable
def irfftn(
    x: Any,
    s: Any = None,
    axes: Any = None,
    norm: str | None = None,
    overwrite_x: bool = False,
    workers: int | None = None,
    *,
    plan: object = None,
) -> Tensor:
    r"""Return the real signal of which half of the n-dimensional Fourier transform is given.

    Equivalent to `scipy.fft.irfftn`.

    Parameters
    ----------
    x : array_like
        Half of a Hermitian array; integers become the default float dtype, half types float32.
    s : int or sequence of ints, optional
        Lengths of the result, by default those of `x`, along the last of the axes ``2 * (m - 1)`` for `m` values.
    axes : int or sequence of ints, optional
        Axes to transform; the last ``len(s)``, or all, by default.
    norm : {"backward", "ortho", "forward"}, optional
        Factor of the result: ``1/N`` ("backward", the default), ``1/sqrt(N)`` or 1, with `N` the product of the
        lengths.
    overwrite_x : bool, optional
        Accepted; `x` is never overwritten.
    workers : int, optional
        Checked and otherwise ignored: torch has its own threads (`torch.set_num_threads`).
    plan : None
        Anything else raises: torch keeps its own plans.

    Returns
    -------
    Tensor, shape of `x` with `s` along `axes`
        The result, real.

    Raises
    ------
    ValueError
        If a length is below 1, `s` and `axes` do not fit `x` and each other, or `norm` or `workers` makes no sense.
    NotImplementedError
        If a plan is given.

    See Also
    --------
    rfftn, irfft

    Notes
    -----
    `ifft` along all axes but the last, then `irfft` along the last, which ignores the same imaginary parts on every
    device: input that is not Hermitian gives one answer. The map is linear: the tangent is the transform of the tangent
    of `x`, the gradient its adjoint, for which real and imaginary parts count as independent.

    References
    ----------
    .. [1] J. W. Cooley, J. W. Tukey, "An algorithm for the machine calculation of complex Fourier series", Math. Comp.
       19 (1965), 297-301.

    Examples
    --------
    >>> import torch, sci
    >>> sci.fft.irfftn(torch.eye(2))
    tensor([[0.5000, 0.0000],
            [0.0000, 0.5000]])
    """
    if s is None and workers is None and plan is None:
        if (out := in_brief(x, FROM_HALF | INVERSE, axes, norm)) is not None:
            return out
    x = transform_input("irfftn", x)
    check_options("irfftn", norm, workers, plan)
    shape, places = axes_of_half("irfftn", x, s, axes)
    return from_half(x, shape, places, norm, True)


@function(differentiable=("x",), samples=samples_half)
@overridable
def irfft2(
    x: Any,
    s: Any = None,
    axes: Any = (-2, -1),
    norm: str | None = None,
    overwrite_x: bool = False,
    workers: int | None = None,
    *,
    plan: object = None,
) -> Tensor:
    r"""Return the real signal of which half of the two-dimensional Fourier transform is given.

    Equivalent to `scipy.fft.irfft2`.

    Parameters
    ----------
    x : array_like
        Half of a Hermitian array; integers become the default float dtype, half types float32.
    s : int or sequence of ints, optional
        Lengths of the result, by default those of `x`, along the last of the axes ``2 * (m - 1)`` for `m` values.
    axes : int or sequence of ints, optional
        Axes to transform; the last two by default.
    norm : {"backward", "ortho", "forward"}, optional
        Factor of the result: ``1/N`` ("backward", the default), ``1/sqrt(N)`` or 1, with `N` the product of the
        lengths.
    overwrite_x : bool, optional
        Accepted; `x` is never overwritten.
    workers : int, optional
        Checked and otherwise ignored: torch has its own threads (`torch.set_num_threads`).
    plan : None
        Anything else raises: torch keeps its own plans.

    Returns
    -------
    Tensor, shape of `x` with `s` along `axes`
        The result, real.

    Raises
    ------
    ValueError
        If a length is below 1, `s` and `axes` do not fit `x` and each other, or `norm` or `workers` makes no sense.
    NotImplementedError
        If a plan is given.

    See Also
    --------
    rfft2, irfft

    Notes
    -----
    `ifft` along all axes but the last, then `irfft` along the last, which ignores the same imaginary parts on every
    device: input that is not Hermitian gives one answer. The map is linear: the tangent is the transform of the tangent
    of `x`, the gradient its adjoint, for which real and imaginary parts count as independent.

    References
    ----------
    .. [1] J. W. Cooley, J. W. Tukey, "An algorithm for the machine calculation of complex Fourier series", Math. Comp.
       19 (1965), 297-301.

    Examples
    --------
    >>> import torch, sci
    >>> sci.fft.irfft2(torch.eye(2))
    tensor([[0.5000, 0.0000],
            [0.0000, 0.5000]])
    """
    if s is None and workers is None and plan is None:
        if (out := in_brief(x, FROM_HALF | INVERSE, axes, norm)) is not None:
            return out
    x = transform_input("irfft2", x)
    check_options("irfft2", norm, workers, plan)
    shape, places = axes_of_half("irfft2", x, s, axes)
    return from_half(x, shape, places, norm, True)
