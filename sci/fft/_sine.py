"""Discrete sine transforms of types 1 to 4: `dst idst dstn idstn`."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from .._core.cards import function
from ._backend import overridable
from ._trigonometric import samples_1d, samples_nd, transform_1d, transform_nd


@function(differentiable=("x",), samples=samples_1d)
@overridable
def dst(
    x: Any,
    type: int = 2,
    n: int | None = None,
    axis: int = -1,
    norm: str | None = None,
    overwrite_x: bool = False,
    workers: int | None = None,
    orthogonalize: bool | None = None,
) -> Tensor:
    r"""Return the discrete sine transform of type 1, 2, 3 or 4.

    Equivalent to `scipy.fft.dst`.

    Parameters
    ----------
    x : array_like
        Real or complex input (real and imaginary part are transformed on their own); integers become the default float
        dtype, float16 and bfloat16 become float32.
    type : {1, 2, 3, 4}, optional
        Type of the transform, 1 to 4; see Notes.
    n : int, optional
        Length of the transform, by default that of `x`: shorter cuts `x`, longer pads it with zeros.
    axis : int, optional
        Axis to transform.
    norm : {"backward", "ortho", "forward"}, optional
        Factor of the result: 1 ("backward", the default), ``1/sqrt(N)`` or ``1/N``, with `N` the period (`2 n`; for
        type 1 ``2*(n+1)``).
    overwrite_x : bool, optional
        Accepted; `x` is never overwritten.
    workers : int, optional
        Checked and otherwise ignored: torch has its own threads (`torch.set_num_threads`).
    orthogonalize : bool, optional
        Whether end values are weighted so that the matrix is orthogonal up to a factor (type 2: last value of the
        result over ``sqrt(2)``; type 3: last of the input times ``sqrt(2)``). By default it is done for
        ``norm="ortho"``.

    Returns
    -------
    Tensor, shape of `x` with `n` along `axis`
        The transform, of the dtype of `x`.

    Raises
    ------
    ValueError
        If `type` is not 1 to 4, `n` is below 1, or `norm` or `workers` makes no sense.
    AxisError
        If `x` has no such axis.

    Notes
    -----
    Without `norm`, type 1 is

    .. math:: y_k = 2 \sum_j x_j \sin\frac{\pi (j+1)(k+1)}{n+1}

    type 2 is

    .. math:: y_k = 2 \sum_j x_j \sin\frac{\pi (2j+1)(k+1)}{2n}

    type 3 is

    .. math:: y_k = (-1)^k x_{n-1} + 2 \sum_{j<n-1} x_j \sin\frac{\pi (j+1)(2k+1)}{2n}

    type 4 is

    .. math:: y_k = 2 \sum_j x_j \sin\frac{\pi (2j+1)(2k+1)}{4n}

    With ``norm="ortho"`` (and the `orthogonalize` that comes with it) the matrix is orthogonal.
    The map is linear: the tangent is the
    transform of the tangent of `x`, the gradient its adjoint, which is the transform of the transposed type with other
    weights of the end values. No double-length transform is made but for type 1.

    References
    ----------
    .. [1] J. Makhoul, "A fast cosine transform in one and two dimensions", IEEE Trans. ASSP 28 (1980), 27-34.
    .. [2] S. A. Martucci, "Symmetric convolution and the discrete sine and cosine transforms", IEEE Trans. SP 42
       (1994).

    Examples
    --------
    >>> import torch, sci
    >>> sci.fft.dst(torch.tensor([1.0]), 1)
    tensor([2.])
    """
    return transform_1d("dst", x, type, n, axis, norm, workers, orthogonalize, sine=True, inverse=False)


@function(differentiable=("x",), samples=samples_nd)
@overridable
def dstn(
    x: Any,
    type: int = 2,
    s: Any = None,
    axes: Any = None,
    norm: str | None = None,
    overwrite_x: bool = False,
    workers: int | None = None,
    orthogonalize: bool | None = None,
) -> Tensor:
    r"""Return the n-dimensional discrete sine transform of type 1, 2, 3 or 4.

    Equivalent to `scipy.fft.dstn`.

    Parameters
    ----------
    x : array_like
        Real or complex input (real and imaginary part are transformed on their own); integers become the default float
        dtype, float16 and bfloat16 become float32.
    type : {1, 2, 3, 4}, optional
        Type of the transform, 1 to 4; see Notes.
    s : int or sequence of ints, optional
        Lengths of the transform, by default those of `x` (-1 too means that of `x`): shorter cuts `x`, longer pads it
        with zeros.
    axes : int or sequence of ints, optional
        Axes to transform; the last ``len(s)``, or all, by default.
    norm : {"backward", "ortho", "forward"}, optional
        Factor of the result: 1 ("backward", the default), ``1/sqrt(N)`` or ``1/N``, with `N` the product of the periods
        (`2 n`; for type 1 ``2*(n+1)``).
    overwrite_x : bool, optional
        Accepted; `x` is never overwritten.
    workers : int, optional
        Checked and otherwise ignored: torch has its own threads (`torch.set_num_threads`).
    orthogonalize : bool, optional
        Whether end values are weighted so that the matrix is orthogonal up to a factor (type 2: last value of the
        result over ``sqrt(2)``; type 3: last of the input times ``sqrt(2)``). By default it is done for
        ``norm="ortho"``.

    Returns
    -------
    Tensor, shape of `x` with `s` along `axes`
        The transform, of the dtype of `x`.

    Raises
    ------
    ValueError
        If `type` is not 1 to 4, a length is below 1, or another argument makes no sense.

    Notes
    -----
    `dst` along each of the axes in turn; there are formulas. The map is linear: the tangent is the
    transform of the tangent of `x`, the gradient its adjoint, which is the transform of the transposed type with other
    weights of the end values. No double-length transform is made but for type 1.

    References
    ----------
    .. [1] J. Makhoul, "A fast cosine transform in one and two dimensions", IEEE Trans. ASSP 28 (1980), 27-34.
    .. [2] S. A. Martucci, "Symmetric convolution and the discrete sine and cosine transforms", IEEE Trans. SP 42
       (1994).

    Examples
    --------
    >>> import torch, sci
    >>> sci.fft.dstn(torch.tensor([[1.0]]), 1)
    tensor([[4.]])
    """
    return transform_nd("dstn", x, type, s, axes, norm, workers, orthogonalize, sine=True, inverse=False)


@function(differentiable=("x",), samples=samples_1d)
@overridable
def idst(
    x: Any,
    type: int = 2,
    n: int | None = None,
    axis: int = -1,
    norm: str | None = None,
    overwrite_x: bool = False,
    workers: int | None = None,
    orthogonalize: bool | None = None,
) -> Tensor:
    r"""Return the inverse discrete sine transform of type 1, 2, 3 or 4.

    Equivalent to `scipy.fft.idst`.

    Parameters
    ----------
    x : array_like
        Real or complex input (real and imaginary part are transformed on their own); integers become the default float
        dtype, float16 and bfloat16 become float32.
    type : {1, 2, 3, 4}, optional
        Type of the transform that is undone: the inverse of type 2 is type 3 over its period, and the reverse; types 1
        and 4 are their own.
    n : int, optional
        Length of the transform, by default that of `x`: shorter cuts `x`, longer pads it with zeros.
    axis : int, optional
        Axis to transform.
    norm : {"backward", "ortho", "forward"}, optional
        Factor of the result: ``1/N`` ("backward", the default), ``1/sqrt(N)`` or 1, with `N` the period (`2 n`; for
        type 1 ``2*(n+1)``).
    overwrite_x : bool, optional
        Accepted; `x` is never overwritten.
    workers : int, optional
        Checked and otherwise ignored: torch has its own threads (`torch.set_num_threads`).
    orthogonalize : bool, optional
        Whether end values are weighted so that the matrix is orthogonal up to a factor (type 2: last value of the
        result over ``sqrt(2)``; type 3: last of the input times ``sqrt(2)``). By default it is done for
        ``norm="ortho"``.

    Returns
    -------
    Tensor, shape of `x` with `n` along `axis`
        The transform, of the dtype of `x`.

    Raises
    ------
    ValueError
        If `type` is not 1 to 4, `n` is below 1, or `norm` or `workers` makes no sense.
    AxisError
        If `x` has no such axis.

    Notes
    -----
    ``idst(dst(x))`` is `x`, for every type, and every `norm` and `orthogonalize` that both are given. The map is
    linear: the tangent is the transform of the tangent of `x`, the gradient its adjoint, which is the transform of the
    transposed type with other weights of the end values. No double-length transform is made but for type 1.

    References
    ----------
    .. [1] J. Makhoul, "A fast cosine transform in one and two dimensions", IEEE Trans. ASSP 28 (1980), 27-34.
    .. [2] S. A. Martucci, "Symmetric convolution and the discrete sine and cosine transforms", IEEE Trans. SP 42
       (1994).

    Examples
    --------
    >>> import torch, sci
    >>> sci.fft.idst(torch.tensor([2.0]), 1)
    tensor([1.])
    """
    return transform_1d("idst", x, type, n, axis, norm, workers, orthogonalize, sine=True, inverse=True)


@function(differentiable=("x",), samples=samples_nd)
@overridable
def idstn(
    x: Any,
    type: int = 2,
    s: Any = None,
    axes: Any = None,
    norm: str | None = None,
    overwrite_x: bool = False,
    workers: int | None = None,
    orthogonalize: bool | None = None,
) -> Tensor:
    r"""Return the n-dimensional inverse discrete sine transform of type 1, 2, 3 or 4.

    Equivalent to `scipy.fft.idstn`.

    Parameters
    ----------
    x : array_like
        Real or complex input (real and imaginary part are transformed on their own); integers become the default float
        dtype, float16 and bfloat16 become float32.
    type : {1, 2, 3, 4}, optional
        Type of the transform that is undone: the inverse of type 2 is type 3 over its period, and the reverse; types 1
        and 4 are their own.
    s : int or sequence of ints, optional
        Lengths of the transform, by default those of `x` (-1 too means that of `x`): shorter cuts `x`, longer pads it
        with zeros.
    axes : int or sequence of ints, optional
        Axes to transform; the last ``len(s)``, or all, by default.
    norm : {"backward", "ortho", "forward"}, optional
        Factor of the result: ``1/N`` ("backward", the default), ``1/sqrt(N)`` or 1, with `N` the product of the periods
        (`2 n`; for type 1 ``2*(n+1)``).
    overwrite_x : bool, optional
        Accepted; `x` is never overwritten.
    workers : int, optional
        Checked and otherwise ignored: torch has its own threads (`torch.set_num_threads`).
    orthogonalize : bool, optional
        Whether end values are weighted so that the matrix is orthogonal up to a factor (type 2: last value of the
        result over ``sqrt(2)``; type 3: last of the input times ``sqrt(2)``). By default it is done for
        ``norm="ortho"``.

    Returns
    -------
    Tensor, shape of `x` with `s` along `axes`
        The transform, of the dtype of `x`.

    Raises
    ------
    ValueError
        If `type` is not 1 to 4, a length is below 1, or another argument makes no sense.

    Notes
    -----
    `idst` along each of the axes in turn; there are formulas. The map is linear: the tangent is the
    transform of the tangent of `x`, the gradient its adjoint, which is the transform of the transposed type with other
    weights of the end values. No double-length transform is made but for type 1.

    References
    ----------
    .. [1] J. Makhoul, "A fast cosine transform in one and two dimensions", IEEE Trans. ASSP 28 (1980), 27-34.
    .. [2] S. A. Martucci, "Symmetric convolution and the discrete sine and cosine transforms", IEEE Trans. SP 42
       (1994).

    Examples
    --------
    >>> import torch, sci
    >>> sci.fft.idstn(torch.tensor([[4.0]]), 1)
    tensor([[1.]])
    """
    return transform_nd("idstn", x, type, s, axes, norm, workers, orthogonalize, sine=True, inverse=True)
