"""`LaplacianNd`: second differences on a grid, whose eigenvalues are known."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor

from ..._core.cards import function
from ..._core.errors import bad_argument
from .._convert import as_shape
from .._diagonals import diags_array, eye_array
from .._kron import kron
from ._interface import LinearOperator

__all__ = ["LaplacianNd"]


def _sinpi(p: Tensor, q: int) -> Tensor:
    """Return ``sin(pi p / q)`` of integers, reduced exactly to the first quadrant."""
    p = p % (2 * q)
    sign = torch.where(p > q, -1.0, 1.0).to(torch.float64)
    p = p % q
    return sign * torch.sin(math.pi * torch.minimum(p, q - p).to(torch.float64) / q)


def _cospi(p: Tensor, q: int) -> Tensor:
    return _sinpi(2 * p + q, 2 * q)


@function()
class LaplacianNd(LinearOperator):
    r"""The Laplacian of a grid: the sum of the second differences along its axes, with step 1.

    Parameters
    ----------
    grid_shape : tuple of ints
        Points along each axis. The operator has the shape ``(N, N)`` with N the product; points are counted with the
        last axis fastest.
    boundary_conditions : {"neumann", "dirichlet", "periodic"}
        What stands beyond a boundary: the boundary's own value, zero, or the value of the other end.
    dtype : dtype
        The dtype of the matrix, by default int8, which holds its entries; products have the common dtype of the matrix
        and the vector.
    device : device, optional
        Where `toarray`, `tosparse`, `eigenvalues` and `eigenvectors` are made. Products run where the vector is.

    Raises
    ------
    ValueError
        For other boundary conditions, and for a grid without axes or with an axis of no points.
    TypeError
        `grid_shape` is not a tuple of integers.

    Notes
    -----
    The matrix is symmetric and negative semi-definite, so that it is its own adjoint. Products make no matrix, and
    differentiate in the vector: the gradient is the product with the gradient. A batch is a matrix of columns.

    Along an axis of n points the eigenvalues are :math:`-4\sin^2\theta_j` with
    :math:`\theta_j = \pi(j + 1)/(2n + 2)` (Dirichlet), :math:`\pi j/(2n)` (Neumann), or
    :math:`\pi\lfloor(j + 1)/2\rfloor/n` (periodic), :math:`0 \le j < n`, and the eigenvectors are samples of sines and
    cosines [1]_; on a grid the former add, and the latter multiply.

    References
    ----------
    .. [1] G. Strang, "The discrete cosine transform", SIAM Review 41, 1999.

    Examples
    --------
    >>> import torch
    >>> from sci.sparse.linalg import LaplacianNd
    >>> L = LaplacianNd((4,), boundary_conditions="dirichlet")
    >>> L @ torch.tensor([0.0, 1.0, 4.0, 9.0])
    tensor([  1.,   2.,   2., -14.])
    >>> L.toarray()
    tensor([[-2,  1,  0,  0],
            [ 1, -2,  1,  0],
            [ 0,  1, -2,  1],
            [ 0,  0,  1, -2]], dtype=torch.int8)
    >>> LaplacianNd((2, 3)).eigenvalues(3)
    tensor([-2.0000, -1.0000,  0.0000], dtype=torch.float64)
    """

    def __init__(
        self, grid_shape: Any, *, boundary_conditions: str = "neumann", dtype: Any = torch.int8, device: Any = None
    ) -> None:
        if boundary_conditions not in ("dirichlet", "neumann", "periodic"):
            text = "boundary_conditions must be 'dirichlet', 'neumann' or 'periodic'"
            raise ValueError(f"LaplacianNd: {text}. Unknown value {boundary_conditions!r}")
        self.grid_shape = as_shape(grid_shape, "LaplacianNd", (), "grid_shape")
        if not self.grid_shape or 0 in self.grid_shape:
            raise bad_argument("LaplacianNd", "grid_shape", "positive integers", grid_shape)
        self.boundary_conditions = boundary_conditions
        self.device = device
        size = math.prod(self.grid_shape)
        super().__init__(dtype, (size, size))

    # ---- products --------------------------------------------------------------------------------------------------

    def _matmat(self, X: Tensor) -> Tensor:
        grid = X.to(torch.promote_types(self.dtype or X.dtype, X.dtype)).reshape(*self.grid_shape, -1)
        result = torch.zeros_like(grid)
        for axis, n in enumerate(self.grid_shape):
            first, last = grid.narrow(axis, 0, 1), grid.narrow(axis, n - 1, 1)
            if self.boundary_conditions == "dirichlet":
                before = after = torch.zeros_like(first)
            elif self.boundary_conditions == "neumann":
                before, after = first, last
            else:
                before, after = last, first
            result = result + torch.diff(grid, n=2, dim=axis, prepend=before, append=after)
        return result.reshape(X.shape)

    def _matvec(self, x: Tensor) -> Tensor:
        return self._matmat(x)

    def _rmatvec(self, x: Tensor) -> Tensor:
        return self._matmat(x)

    def _rmatmat(self, X: Tensor) -> Tensor:
        return self._matmat(X)

    def _adjoint(self) -> LinearOperator:
        return self

    # ---- matrices --------------------------------------------------------------------------------------------------

    def toarray(self) -> Tensor:
        """Return the matrix ``(N, N)``, dense."""
        return self._matmat(torch.eye(self.shape[0], dtype=self.dtype, device=self.device))

    def _along(self, n: int) -> Any:
        """Return the second differences of one axis."""
        one = torch.ones(n, dtype=self.dtype, device=self.device)
        main = -2 * one
        if self.boundary_conditions == "neumann":
            main[0] += 1
            main[-1] += 1
        if self.boundary_conditions == "periodic" and n == 1:
            return diags_array(0 * one, dtype=self.dtype)
        matrix = diags_array([one[1:], main, one[1:]], offsets=[-1, 0, 1], shape=(n, n), dtype=self.dtype)
        if self.boundary_conditions == "periodic":
            matrix = matrix + diags_array([one[:1], one[:1]], offsets=[1 - n, n - 1], shape=(n, n), dtype=self.dtype)
        return matrix

    def tosparse(self) -> Any:
        """Return the matrix as a `dia_array` in one dimension, and as a `csr_array` in more."""
        total: Any = None
        before, after = 1, self.shape[0]
        for n in self.grid_shape:
            after //= n
            part = self._along(n)
            if len(self.grid_shape) == 1:
                return part.todia()
            units = [eye_array(size, dtype=self.dtype, device=self.device) for size in (before, after)]
            part = kron(units[0], kron(part, units[1])).tocsr()
            total = part if total is None else total + part
            before *= n
        return total

    # ---- spectrum --------------------------------------------------------------------------------------------------

    def _spectrum(self, m: int | None) -> tuple[Tensor, tuple[Tensor, ...]]:
        """Return the m largest eigenvalues, ascending, and the numbers of their modes along each axis."""
        most = self.shape[0] if m is None else m
        if most < 1:
            raise ValueError(f"LaplacianNd: m must be positive, got {m}")
        counts = [min(n, most) for n in self.grid_shape]  # a mode of the m largest is among the first m of each axis
        total = torch.zeros((), dtype=torch.float64, device=self.device)
        for n, count in zip(self.grid_shape, counts, strict=True):
            j = torch.arange(count, device=self.device)
            if self.boundary_conditions == "dirichlet":
                sine = _sinpi(j + 1, 2 * (n + 1))
            elif self.boundary_conditions == "neumann":
                sine = _sinpi(j, 2 * n)
            else:
                sine = _sinpi((j + 1) // 2, n)
            total = total.unsqueeze(-1) - 4 * sine**2
        values, order = total.flatten().sort(stable=True)
        return values[-most:], torch.unravel_index(order[-most:], counts)

    def _modes(self, j: Tensor, n: int) -> Tensor:
        """Return the eigenvectors of one axis with the numbers j, as columns."""
        i = torch.arange(n, device=self.device).unsqueeze(-1)
        if self.boundary_conditions == "dirichlet":
            return math.sqrt(2 / (n + 1)) * _sinpi((i + 1) * (j + 1), n + 1)
        if self.boundary_conditions == "neumann":
            wave, single = _cospi((2 * i + 1) * j, 2 * n), j == 0
        else:
            frequency = (j + 1) // 2
            angle = (2 * i + 1) * frequency
            wave = torch.where(j % 2 == 1, _sinpi(angle, n), _cospi(angle, n))
            single = (2 * frequency) % n == 0
        return wave * (torch.where(single, 1.0, 2.0).to(torch.float64) / n).sqrt()

    def _result(self, x: Tensor) -> Tensor:
        dtype = self.dtype
        return x.to(dtype.to_real()) if dtype is not None and (dtype.is_floating_point or dtype.is_complex) else x

    def eigenvalues(self, m: int | None = None) -> Tensor:
        """Return the `m` largest eigenvalues (all by default), ascending, in float64 for a matrix of integers."""
        return self._result(self._spectrum(m)[0])

    def eigenvectors(self, m: int | None = None) -> Tensor:
        """Return orthonormal eigenvectors ``(N, m)`` of `eigenvalues`, as columns."""
        numbers = self._spectrum(m)[1]
        result = torch.ones(1, len(numbers[0]), dtype=torch.float64, device=self.device)
        for j, n in zip(numbers, self.grid_shape, strict=True):
            result = (result.unsqueeze(1) * self._modes(j, n)).flatten(0, 1)
        return self._result(result)
