"""Fourier transforms of complex numbers: `fft ifft fft2 ifft2 fftn ifftn`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from .._core.cards import Sample, function
from ._arguments import check_axis, check_length, check_options, shape_and_axes, transform_input
from ._backend import overridable
from ._fourier import COMPLEX, INVERSE, complex_transform, in_brief


def _samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterator[Sample]:
    x = torch.randn(3, 5, 6, generator=generator, dtype=dtype, device=device)
    yield Sample(x)
    yield Sample(x, n=4, axis=-2, norm="ortho")
    yield Sample(x, n=9, norm="forward")


def _samples_nd(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterator[Sample]:
    x = torch.randn(3, 4, 5, generator=generator, dtype=dtype, device=device)
    yield Sample(x, axes=(-2, -1))
    yield Sample(x, s=(6, 3), axes=(-1, -2), norm="ortho")


@function(differentiable=("x",), samples=_samples)
@overridable
def fft(
    x: Any,
    n: int | None = None,
    axis: int = -1,
    norm: str | None = None,
    overwrite_x: bool = False,
    workers: int | None = None,
    *,
    plan: object = None,
) -> Tensor:
    r"""Return the one-dimensional discrete Fourier transform.

    Equivalent to `scipy.fft.fft`.

    Parameters
    ----------
    x : array_like
        Real or complex input; integers become the default float dtype, float16 and bfloat16 become float32.
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
    Tensor, shape of `x` with `n` along `axis`
        The transform, complex.

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
    ifft, fftn, rfft, next_fast_len

    Notes
    -----
    :math:`X_k = \sum_j x_j e^{-2\pi i jk/n}`. On CUDA it is cuFFT's transform, on the CPU our own.
    The map is linear: the tangent is the transform of the tangent of `x`; the gradient is the inverse transform, not
    divided by `n`, of the incoming gradient (real where `x` is real).

    References
    ----------
    .. [1] J. W. Cooley, J. W. Tukey, "An algorithm for the machine calculation of complex Fourier series", Math. Comp.
       19 (1965), 297-301.

    Examples
    --------
    >>> import torch, sci
    >>> sci.fft.fft(torch.tensor([1.0, 0.0, -1.0, 0.0])).real
    tensor([0., 2., 0., 2.])
    """
    if n is None and workers is None and plan is None and (out := in_brief(x, COMPLEX, axis, norm)) is not None:
        return out
    x = transform_input("fft", x)
    check_options("fft", norm, workers, plan)
    axis = check_axis("fft", x, axis)
    n = check_length("fft", x.shape[axis] if n is None else n)
    return complex_transform(x, [n], [axis], norm, False)


@function(differentiable=("x",), samples=_samples)
@overridable
def ifft(
    x: Any,
    n: int | None = None,
    axis: int = -1,
    norm: str | None = None,
    overwrite_x: bool = False,
    workers: int | None = None,
    *,
    plan: object = None,
) -> Tensor:
    r"""Return the one-dimensional inverse discrete Fourier transform.

    Equivalent to `scipy.fft.ifft`.

    Parameters
    ----------
    x : array_like
        Real or complex input; integers become the default float dtype, float16 and bfloat16 become float32.
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
    Tensor, shape of `x` with `n` along `axis`
        The transform, complex.

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
    fft, ifftn, irfft

    Notes
    -----
    :math:`x_j = \frac1n \sum_k X_k e^{2\pi i jk/n}`. On CUDA it is cuFFT's transform, on the CPU our own.
    The map is linear: the tangent is the transform of the tangent of `x`; the gradient is the forward transform, not
    divided by `n`, of the incoming gradient (real where `x` is real).

    References
    ----------
    .. [1] J. W. Cooley, J. W. Tukey, "An algorithm for the machine calculation of complex Fourier series", Math. Comp.
       19 (1965), 297-301.

    Examples
    --------
    >>> import torch, sci
    >>> sci.fft.ifft(torch.tensor([4.0, 0.0, 0.0, 0.0])).real
    tensor([1., 1., 1., 1.])
    """
    if n is None and workers is None and plan is None:
        if (out := in_brief(x, COMPLEX | INVERSE, axis, norm)) is not None:
            return out
    x = transform_input("ifft", x)
    check_options("ifft", norm, workers, plan)
    axis = check_axis("ifft", x, axis)
    n = check_length("ifft", x.shape[axis] if n is None else n)
    return complex_transform(x, [n], [axis], norm, True)


@function(differentiable=("x",), samples=_samples_nd)
@overridable
def fftn(
    x: Any,
    s: Any = None,
    axes: Any = None,
    norm: str | None = None,
    overwrite_x: bool = False,
    workers: int | None = None,
    *,
    plan: object = None,
) -> Tensor:
    r"""Return the n-dimensional discrete Fourier transform.

    Equivalent to `scipy.fft.fftn`.

    Parameters
    ----------
    x : array_like
        Real or complex input; integers become the default float dtype, float16 and bfloat16 become float32.
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
    Tensor, shape of `x` with `s` along `axes`
        The transform, complex. With no axes it is `x`.

    Raises
    ------
    ValueError
        If a length is below 1, `s` and `axes` do not fit `x` and each other, or `norm` or `workers` makes no sense.
    NotImplementedError
        If a plan is given.

    See Also
    --------
    ifftn, fft

    Notes
    -----
    The transform `fft` along each of the axes. The map is linear: the tangent is the transform of the tangent of `x`;
    the gradient is the inverse transform, not divided by the lengths, of the incoming gradient.

    References
    ----------
    .. [1] J. W. Cooley, J. W. Tukey, "An algorithm for the machine calculation of complex Fourier series", Math. Comp.
       19 (1965), 297-301.

    Examples
    --------
    >>> import torch, sci
    >>> sci.fft.fftn(torch.eye(2)).real
    tensor([[2., 0.],
            [0., 2.]])
    """
    if s is None and workers is None and plan is None and (out := in_brief(x, COMPLEX, axes, norm)) is not None:
        return out
    x = transform_input("fftn", x)
    check_options("fftn", norm, workers, plan)
    shape, places = shape_and_axes("fftn", x, s, axes)
    return complex_transform(x, shape, places, norm, False)


@function(differentiable=("x",), samples=_samples_nd)
@overridable
def ifftn(
    x: Any,
    s: Any = None,
    axes: Any = None,
    norm: str | None = None,
    overwrite_x: bool = False,
    workers: int | None = None,
    *,
    plan: object = None,
) -> Tensor:
    r"""Return the n-dimensional inverse discrete Fourier transform.

    Equivalent to `scipy.fft.ifftn`.

    Parameters
    ----------
    x : array_like
        Real or complex input; integers become the default float dtype, float16 and bfloat16 become float32.
    s : int or sequence of ints, optional
        Lengths of the transform, by default those of `x` (-1 too means that of `x`): shorter cuts `x`, longer pads it
        with zeros.
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
        The transform, complex. With no axes it is `x`.

    Raises
    ------
    ValueError
        If a length is below 1, `s` and `axes` do not fit `x` and each other, or `norm` or `workers` makes no sense.
    NotImplementedError
        If a plan is given.

    See Also
    --------
    fftn, ifft

    Notes
    -----
    The transform `ifft` along each of the axes. The map is linear: the tangent is the transform of the tangent of `x`;
    the gradient is the forward transform, not divided by the lengths, of the incoming gradient.

    References
    ----------
    .. [1] J. W. Cooley, J. W. Tukey, "An algorithm for the machine calculation of complex Fourier series", Math. Comp.
       19 (1965), 297-301.

    Examples
    --------
    >>> import torch, sci
    >>> sci.fft.ifftn(torch.eye(2)).real
    tensor([[0.5000, 0.0000],
            [0.0000, 0.5000]])
    """
    if s is None and workers is None and plan is None:
        if (out := in_brief(x, COMPLEX | INVERSE, axes, norm)) is not None:
            return out
    x = transform_input("ifftn", x)
    check_options("ifftn", norm, workers, plan)
    shape, places = shape_and_axes("ifftn", x, s, axes)
    return complex_transform(x, shape, places, norm, True)


@function(differentiable=("x",), samples=_samples_nd)
@overridable
def fft2(
    x: Any,
    s: Any = None,
    axes: Any = (-2, -1),
    norm: str | None = None,
    overwrite_x: bool = False,
    workers: int | None = None,
    *,
    plan: object = None,
) -> Tensor:
    r"""Return the two-dimensional discrete Fourier transform.

    Equivalent to `scipy.fft.fft2`.

    Parameters
    ----------
    x : array_like
        Real or complex input; integers become the default float dtype, float16 and bfloat16 become float32.
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
    Tensor, shape of `x` with `s` along `axes`
        The transform, complex. With no axes it is `x`.

    Raises
    ------
    ValueError
        If a length is below 1, `s` and `axes` do not fit `x` and each other, or `norm` or `workers` makes no sense.
    NotImplementedError
        If a plan is given.

    See Also
    --------
    ifftn, fft

    Notes
    -----
    The transform `fft` along each of the axes. The map is linear: the tangent is the transform of the tangent of `x`;
    the gradient is the inverse transform, not divided by the lengths, of the incoming gradient.

    References
    ----------
    .. [1] J. W. Cooley, J. W. Tukey, "An algorithm for the machine calculation of complex Fourier series", Math. Comp.
       19 (1965), 297-301.

    Examples
    --------
    >>> import torch, sci
    >>> sci.fft.fft2(torch.eye(2)).real
    tensor([[2., 0.],
            [0., 2.]])
    """
    if s is None and workers is None and plan is None and (out := in_brief(x, COMPLEX, axes, norm)) is not None:
        return out
    x = transform_input("fft2", x)
    check_options("fft2", norm, workers, plan)
    shape, places = shape_and_axes("fft2", x, s, axes)
    return complex_transform(x, shape, places, norm, False)


@function(differentiable=("x",), samples=_samples_nd)
@overridable
def ifft2(
    x: Any,
    s: Any = None,
    axes: Any = (-2, -1),
    norm: str | None = None,
    overwrite_x: bool = False,
    workers: int | None = None,
    *,
    plan: object = None,
) -> Tensor:
    r"""Return the two-dimensional inverse discrete Fourier transform.

    Equivalent to `scipy.fft.ifft2`.

    Parameters
    ----------
    x : array_like
        Real or complex input; integers become the default float dtype, float16 and bfloat16 become float32.
    s : int or sequence of ints, optional
        Lengths of the transform, by default those of `x` (-1 too means that of `x`): shorter cuts `x`, longer pads it
        with zeros.
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
        The transform, complex. With no axes it is `x`.

    Raises
    ------
    ValueError
        If a length is below 1, `s` and `axes` do not fit `x` and each other, or `norm` or `workers` makes no sense.
    NotImplementedError
        If a plan is given.

    See Also
    --------
    fftn, ifft

    Notes
    -----
    The transform `ifft` along each of the axes. The map is linear: the tangent is the transform of the tangent of `x`;
    the gradient is the forward transform, not divided by the lengths, of the incoming gradient.

    References
    ----------
    .. [1] J. W. Cooley, J. W. Tukey, "An algorithm for the machine calculation of complex Fourier series", Math. Comp.
       19 (1965), 297-301.

    Examples
    --------
    >>> import torch, sci
    >>> sci.fft.ifft2(torch.eye(2)).real
    tensor([[0.5000, 0.0000],
            [0.0000, 0.5000]])
    """
    if s is None and workers is None and plan is None:
        if (out := in_brief(x, COMPLEX | INVERSE, axes, norm)) is not None:
            return out
    x = transform_input("ifft2", x)
    check_options("ifft2", norm, workers, plan)
    shape, places = shape_and_axes("ifft2", x, s, axes)
    return complex_transform(x, shape, places, norm, True)
