"""Chebyshev's polynomials as objects."""

from __future__ import annotations

from typing import Any

import torch

from sci._core.cards import function

from ._chebyshev import eval_chebyc, eval_chebys, eval_chebyt, eval_chebyu, eval_sh_chebyt, eval_sh_chebyu
from ._chebyshev_roots import roots_chebyc, roots_chebys, roots_chebyt, roots_chebyu, roots_sh_chebyt, roots_sh_chebyu
from ._gauss import count, result_dtype
from ._orthogonal_polynomial import OrthogonalPolynomial, chebyshev_family, with_rule


@function()
def chebyt(n: Any, monic: bool = False, *, dtype: Any = None, device: Any = None) -> OrthogonalPolynomial:
    r"""Chebyshev's polynomial of the first kind, as an object.

    Parameters
    ----------
    n : int
        Degree, at least 0.
    monic : bool, optional
        Whether to scale it to the leading coefficient 1.
    dtype : torch.dtype, optional
        Floating dtype of the coefficients; by default torch's default dtype.
    device : torch.device, optional
        Where to make it.

    Returns
    -------
    OrthogonalPolynomial
        The polynomial with its coefficients `c` from the highest power, `weights` (nodes, weights of Gauss quadrature
        and these over the weight function), `limits`, `weight_func` and `normcoef`; calling it evaluates it by
        `eval_chebyt`.

    Raises
    ------
    ValueError
        Where `n` is no whole number of at least 0.

    See Also
    --------
    eval_chebyt, roots_chebyt

    Notes
    -----
    Orthogonal with respect to :math:`(1 - x^2)^{-1/2}` on :math:`[-1, 1]`. The coefficients come of the recurrence of
    monic polynomials.

    Examples
    --------
    >>> import sci
    >>> sci.special.chebyt(3).c
    tensor([ 4.,  0., -3.,  0.])
    """
    degree = count("chebyt", n, 0)
    return with_rule(
        degree,
        chebyshev_family(degree + 1, False, "", device),
        2.0 ** max(degree - 1, 0),
        monic,
        lambda: roots_chebyt(degree, dtype=torch.float64, device=device),
        lambda x: eval_chebyt(degree, x),
        lambda x: 1 / (1 - x * x).sqrt(),
        (-1.0, 1.0),
        result_dtype(dtype),
    )


@function()
def chebyu(n: Any, monic: bool = False, *, dtype: Any = None, device: Any = None) -> OrthogonalPolynomial:
    r"""Chebyshev's polynomial of the second kind, as an object.

    Parameters
    ----------
    n : int
        Degree, at least 0.
    monic : bool, optional
        Whether to scale it to the leading coefficient 1.
    dtype : torch.dtype, optional
        Floating dtype of the coefficients; by default torch's default dtype.
    device : torch.device, optional
        Where to make it.

    Returns
    -------
    OrthogonalPolynomial
        The polynomial with its coefficients `c` from the highest power, `weights` (nodes, weights of Gauss quadrature
        and these over the weight function), `limits`, `weight_func` and `normcoef`; calling it evaluates it by
        `eval_chebyu`.

    Raises
    ------
    ValueError
        Where `n` is no whole number of at least 0.

    See Also
    --------
    eval_chebyu, roots_chebyu

    Notes
    -----
    Orthogonal with respect to :math:`(1 - x^2)^{1/2}` on :math:`[-1, 1]`. The coefficients come of the recurrence of
    monic polynomials.

    Examples
    --------
    >>> import sci
    >>> sci.special.chebyu(2).c
    tensor([ 4.,  0., -1.])
    """
    degree = count("chebyu", n, 0)
    return with_rule(
        degree,
        chebyshev_family(degree + 1, True, "", device),
        2.0**degree,
        monic,
        lambda: roots_chebyu(degree, dtype=torch.float64, device=device),
        lambda x: eval_chebyu(degree, x),
        lambda x: (1 - x * x).sqrt(),
        (-1.0, 1.0),
        result_dtype(dtype),
    )


@function()
def chebyc(n: Any, monic: bool = False, *, dtype: Any = None, device: Any = None) -> OrthogonalPolynomial:
    r"""Chebyshev's polynomial of the first kind on [-2, 2], as an object.

    Parameters
    ----------
    n : int
        Degree, at least 0.
    monic : bool, optional
        Whether to scale it to the leading coefficient 1.
    dtype : torch.dtype, optional
        Floating dtype of the coefficients; by default torch's default dtype.
    device : torch.device, optional
        Where to make it.

    Returns
    -------
    OrthogonalPolynomial
        The polynomial with its coefficients `c` from the highest power, `weights` (nodes, weights of Gauss quadrature
        and these over the weight function), `limits`, `weight_func` and `normcoef`; calling it evaluates it by
        `eval_chebyc`.

    Raises
    ------
    ValueError
        Where `n` is no whole number of at least 0.

    See Also
    --------
    eval_chebyc, roots_chebyc

    Notes
    -----
    Orthogonal with respect to :math:`(1 - (x/2)^2)^{-1/2}` on :math:`[-2, 2]`. The coefficients come of the
    recurrence of monic polynomials.

    Examples
    --------
    >>> import sci
    >>> sci.special.chebyc(2).c
    tensor([ 1.,  0., -2.])
    """
    degree = count("chebyc", n, 0)
    return with_rule(
        degree,
        chebyshev_family(degree + 1, False, "double", device),
        (1.0 if degree else 2.0),
        monic,
        lambda: roots_chebyc(degree, dtype=torch.float64, device=device),
        lambda x: eval_chebyc(degree, x),
        lambda x: 1 / (1 - x * x / 4).sqrt(),
        (-2.0, 2.0),
        result_dtype(dtype),
    )


@function()
def chebys(n: Any, monic: bool = False, *, dtype: Any = None, device: Any = None) -> OrthogonalPolynomial:
    r"""Chebyshev's polynomial of the second kind on [-2, 2], as an object.

    Parameters
    ----------
    n : int
        Degree, at least 0.
    monic : bool, optional
        Whether to scale it to the leading coefficient 1.
    dtype : torch.dtype, optional
        Floating dtype of the coefficients; by default torch's default dtype.
    device : torch.device, optional
        Where to make it.

    Returns
    -------
    OrthogonalPolynomial
        The polynomial with its coefficients `c` from the highest power, `weights` (nodes, weights of Gauss quadrature
        and these over the weight function), `limits`, `weight_func` and `normcoef`; calling it evaluates it by
        `eval_chebys`.

    Raises
    ------
    ValueError
        Where `n` is no whole number of at least 0.

    See Also
    --------
    eval_chebys, roots_chebys

    Notes
    -----
    Orthogonal with respect to :math:`(1 - (x/2)^2)^{1/2}` on :math:`[-2, 2]`. The coefficients come of the recurrence
    of monic polynomials.

    Examples
    --------
    >>> import sci
    >>> sci.special.chebys(2).c
    tensor([ 1.,  0., -1.])
    """
    degree = count("chebys", n, 0)
    return with_rule(
        degree,
        chebyshev_family(degree + 1, True, "double", device),
        1.0,
        monic,
        lambda: roots_chebys(degree, dtype=torch.float64, device=device),
        lambda x: eval_chebys(degree, x),
        lambda x: (1 - x * x / 4).sqrt(),
        (-2.0, 2.0),
        result_dtype(dtype),
    )


@function()
def sh_chebyt(n: Any, monic: bool = False, *, dtype: Any = None, device: Any = None) -> OrthogonalPolynomial:
    r"""Chebyshev's polynomial of the first kind on [0, 1], as an object.

    Parameters
    ----------
    n : int
        Degree, at least 0.
    monic : bool, optional
        Whether to scale it to the leading coefficient 1.
    dtype : torch.dtype, optional
        Floating dtype of the coefficients; by default torch's default dtype.
    device : torch.device, optional
        Where to make it.

    Returns
    -------
    OrthogonalPolynomial
        The polynomial with its coefficients `c` from the highest power, `weights` (nodes, weights of Gauss quadrature
        and these over the weight function), `limits`, `weight_func` and `normcoef`; calling it evaluates it by
        `eval_sh_chebyt`.

    Raises
    ------
    ValueError
        Where `n` is no whole number of at least 0.

    See Also
    --------
    eval_sh_chebyt, roots_sh_chebyt

    Notes
    -----
    Orthogonal with respect to :math:`(x - x^2)^{-1/2}` on :math:`[0, 1]`. The coefficients come of the recurrence of
    monic polynomials.

    Examples
    --------
    >>> import sci
    >>> sci.special.sh_chebyt(2).c
    tensor([ 8., -8.,  1.])
    """
    degree = count("sh_chebyt", n, 0)
    return with_rule(
        degree,
        chebyshev_family(degree + 1, False, "shifted", device),
        2.0 ** max(2 * degree - 1, 0),
        monic,
        lambda: roots_sh_chebyt(degree, dtype=torch.float64, device=device),
        lambda x: eval_sh_chebyt(degree, x),
        lambda x: 1 / (x - x * x).sqrt(),
        (0.0, 1.0),
        result_dtype(dtype),
    )


@function()
def sh_chebyu(n: Any, monic: bool = False, *, dtype: Any = None, device: Any = None) -> OrthogonalPolynomial:
    r"""Chebyshev's polynomial of the second kind on [0, 1], as an object.

    Parameters
    ----------
    n : int
        Degree, at least 0.
    monic : bool, optional
        Whether to scale it to the leading coefficient 1.
    dtype : torch.dtype, optional
        Floating dtype of the coefficients; by default torch's default dtype.
    device : torch.device, optional
        Where to make it.

    Returns
    -------
    OrthogonalPolynomial
        The polynomial with its coefficients `c` from the highest power, `weights` (nodes, weights of Gauss quadrature
        and these over the weight function), `limits`, `weight_func` and `normcoef`; calling it evaluates it by
        `eval_sh_chebyu`.

    Raises
    ------
    ValueError
        Where `n` is no whole number of at least 0.

    See Also
    --------
    eval_sh_chebyu, roots_sh_chebyu

    Notes
    -----
    Orthogonal with respect to :math:`(x - x^2)^{1/2}` on :math:`[0, 1]`. The coefficients come of the recurrence of
    monic polynomials.

    Examples
    --------
    >>> import sci
    >>> sci.special.sh_chebyu(2).c
    tensor([ 16., -16.,   3.])
    """
    degree = count("sh_chebyu", n, 0)
    return with_rule(
        degree,
        chebyshev_family(degree + 1, True, "shifted", device),
        4.0**degree,
        monic,
        lambda: roots_sh_chebyu(degree, dtype=torch.float64, device=device),
        lambda x: eval_sh_chebyu(degree, x),
        lambda x: (x - x * x).sqrt(),
        (0.0, 1.0),
        result_dtype(dtype),
    )
