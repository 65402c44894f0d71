"""Transforms of Hermitian arrays: `hfftn ihfftn hfft2 ihfft2`; their norms are those of the inverses."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from .._core.cards import function
from ._arguments import check_options, transform_input
from ._backend import overridable
from ._fourier import FROM_HALF, INVERSE, TO_HALF, from_half, in_brief, to_half
from ._real_nd import axes_of_half, axes_of_real, samples_half, samples_real


@function(differentiable=("x",), samples=samples_real, complex=False)
@overridable
def ihfftn(
    x: Any,
    s: Any = None,
    axes: Any = None,
    norm: str | None = None,
    overwrite_x: bool = False,
    workers: int | None = None,
    *,
    plan: object = None,
) -> Tensor:
    r"""Return the inverse of `hfftn`: the half spectrum, conjugated, of real input.

    Equivalent to `scipy.fft.ihfftn`.

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
    hfftn, rfft

    Notes
    -----
    `ihfft` along the last of the axes, then `ifft` along the others. The map is linear: the tangent is the transform of
    the tangent of `x`, the gradient its adjoint, for which real and imaginary parts count as independent.

    References
    ----------
    .. [1] J. W. Cooley, J. W. Tukey, "An algorithm for the machine calculation of complex Fourier series", Math. Comp.
       19 (1965), 297-301.

    Examples
    --------
    >>> import torch, sci
    >>> sci.fft.ihfftn(torch.eye(2)).real
    tensor([[0.5000, 0.0000],
            [0.0000, 0.5000]])
    """
    if s is None and workers is None and plan is None:
        if (out := in_brief(x, TO_HALF | INVERSE, axes, norm)) is not None:
            return out
    x = transform_input("ihfftn", x, real=True)
    check_options("ihfftn", norm, workers, plan)
    shape, places = axes_of_real("ihfftn", x, s, axes)
    return to_half(x, shape, places, norm, True)


@function(differentiable=("x",), samples=samples_real, complex=False)
@overridable
def ihfft2(
    x: Any,
    s: Any = None,
    axes: Any = (-2, -1),
    norm: str | None = None,
    overwrite_x: bool = False,
    workers: int | None = None,
    *,
    plan: object = None,
) -> Tensor:
    r"""Return the inverse of `hfft2`: the half spectrum, conjugated, of real input.

    Equivalent to `scipy.fft.ihfft2`.

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
    hfft2, rfft

    Notes
    -----
    `ihfft` along the last of the axes, then `ifft` along the others. The map is linear: the tangent is the transform of
    the tangent of `x`, the gradient its adjoint, for which real and imaginary parts count as independent.

    References
    ----------
    .. [1] J. W. Cooley, J. W. Tukey, "An algorithm for the machine calculation of complex Fourier series", Math. Comp.
       19 (1965), 297-301.

    Examples
    --------
    >>> import torch, sci
    >>> sci.fft.ihfft2(torch.eye(2)).real
    tensor([[0.5000, 0.0000],
            [0.0000, 0.5000]])
    """
    if s is None and workers is None and plan is None:
        if (out := in_brief(x, TO_HALF | INVERSE, axes, norm)) is not None:
            return out
    x = transform_input("ihfft2", x, real=True)
    check_options("ihfft2", norm, workers, plan)
    shape, places = axes_of_real("ihfft2", x, s, axes)
    return to_half(x, shape, places, norm, True)


@function(differentiable=("x",), samples=samples_half)
@overridable
def hfftn(
    x: Any,
    s: Any = None,
    axes: Any = None,
    norm: str | None = None,
    overwrite_x: bool = False,
    workers: int | None = None,
    *,
    plan: object = None,
) -> Tensor:
    r"""Return the real n-dimensional Fourier transform of a Hermitian signal of which half is given.

    Equivalent to `scipy.fft.hfftn`.

    Parameters
    ----------
    x : array_like
        Half of a Hermitian array; integers become the default float dtype, half types float32.
    s : int or sequence of ints, optional
        Lengths of the result, by default those of `x`, along the last of the axes ``2 * (m - 1)`` for `m` values.
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
        The result, real.

    Raises
    ------
    ValueError
        If a length is below 1, `s` and `axes` do not fit `x` and each other, or `norm` or `workers` makes no sense.
    NotImplementedError
        If a plan is given.

    See Also
    --------
    ihfftn, irfft

    Notes
    -----
    `fft` along all axes but the last, then `hfft` along the last, which ignores the same imaginary parts on every
    device: input that is not Hermitian gives one answer. The map is linear: the tangent is the transform of the tangent
    of `x`, the gradient its adjoint, for which real and imaginary parts count as independent.

    References
    ----------
    .. [1] J. W. Cooley, J. W. Tukey, "An algorithm for the machine calculation of complex Fourier series", Math. Comp.
       19 (1965), 297-301.

    Examples
    --------
    >>> import torch, sci
    >>> sci.fft.hfftn(torch.eye(2))
    tensor([[2., 0.],
            [0., 2.]])
    """
    if s is None and workers is None and plan is None and (out := in_brief(x, FROM_HALF, axes, norm)) is not None:
        return out
    x = transform_input("hfftn", x)
    check_options("hfftn", norm, workers, plan)
    shape, places = axes_of_half("hfftn", x, s, axes)
    return from_half(x, shape, places, norm, False)


@function(differentiable=("x",), samples=samples_half)
@overridable
def hfft2(
    x: Any,
    s: Any = None,
    axes: Any = (-2, -1),
    norm: str | None = None,
    overwrite_x: bool = False,
    workers: int | None = None,
    *,
    plan: object = None,
) -> Tensor:
    r"""Return the real two-dimensional Fourier transform of a Hermitian signal of which half is given.

    Equivalent to `scipy.fft.hfft2`.

    Parameters
    ----------
    x : array_like
        Half of a Hermitian array; integers become the default float dtype, half types float32.
    s : int or sequence of ints, optional
        Lengths of the result, by default those of `x`, along the last of the axes ``2 * (m - 1)`` for `m` values.
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
        The result, real.

    Raises
    ------
    ValueError
        If a length is below 1, `s` and `axes` do not fit `x` and each other, or `norm` or `workers` makes no sense.
    NotImplementedError
        If a plan is given.

    See Also
    --------
    ihfft2, irfft

    Notes
    -----
    `fft` along all axes but the last, then `hfft` along the last, which ignores the same imaginary parts on every
    device: input that is not Hermitian gives one answer. The map is linear: the tangent is the transform of the tangent
    of `x`, the gradient its adjoint, for which real and imaginary parts count as independent.

    References
    ----------
    .. [1] J. W. Cooley, J. W. Tukey, "An algorithm for the machine calculation of complex Fourier series", Math. Comp.
       19 (1965), 297-301.

    Examples
    --------
    >>> import torch, sci
    >>> sci.fft.hfft2(torch.eye(2))
    tensor([[2., 0.],
            [0., 2.]])
    """
    if s is None and workers is None and plan is None and (out := in_brief(x, FROM_HALF, axes, norm)) is not None:
        return out
    x = transform_input("hfft2", x)
    check_options("hfft2", norm, workers, plan)
    shape, places = axes_of_half("hfft2", x, s, axes)
    return from_half(x, shape, places, norm, False)
