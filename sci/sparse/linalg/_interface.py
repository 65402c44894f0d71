"""`LinearOperator`: a matrix known by its products alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from ..._core.arrays import as_tensor
from ..._core.cards import function
from ..._core.errors import bad_argument, warn
from .._base import SparseBase
from .._convert import as_dtype, as_shape, is_scipy

__all__ = ["LinearOperator", "aslinearoperator"]

Product = Callable[[Tensor], Tensor]


@function()
class LinearOperator:
    """A linear map given by functions that apply it.

    Parameters
    ----------
    shape : tuple of two ints
        ``(M, N)``.
    matvec : callable
        ``matvec(v)`` returns ``A @ v`` for a vector ``(N,)``.
    rmatvec : callable, optional
        ``rmatvec(v)`` returns ``A^H @ v``.
    matmat : callable, optional
        ``matmat(V)`` returns ``A @ V`` for a matrix ``(N, K)``; by default column by column.
    dtype : dtype, optional
        By default found by applying ``matvec`` to a vector of zeros.
    rmatmat : callable, optional
        ``rmatmat(V)`` returns ``A^H @ V``.
    device : device, optional
        Where vectors are to be that `eigsh` and others begin with. By default where the search for the dtype found it:
        on the CPU or, where the functions refuse such a vector, on the current GPU. Where a dtype is given, the CPU.

    Notes
    -----
    Instead of handing over functions, a subclass can define ``_matvec`` and, where needed, ``_rmatvec``, ``_matmat``,
    ``_rmatmat`` and ``_adjoint``, and call ``super().__init__(dtype, shape)``.

    Products differentiate as the functions do: whatever tensors they use receive gradients.

    Examples
    --------
    >>> import torch
    >>> from sci.sparse.linalg import LinearOperator
    >>> A = LinearOperator((2, 2), matvec=lambda v: torch.stack([2 * v[0], 3 * v[1]]))
    >>> A @ torch.ones(2)
    tensor([2., 3.])
    """

    shape: tuple[int, int]
    dtype: torch.dtype | None
    device: torch.device | None = None  # None where that is not known
    args: tuple[Any, ...] = ()
    ndim = 2
    __array_ufunc__ = None

    def __new__(cls, *args: Any, **kwargs: Any) -> LinearOperator:
        if cls is LinearOperator:
            return super().__new__(_Given)
        if cls._matvec is LinearOperator._matvec and cls._matmat is LinearOperator._matmat:
            text = "LinearOperator subclass should implement at least one of _matvec and _matmat."
            warn(text, RuntimeWarning)
        return super().__new__(cls)

    def __init__(self, dtype: Any, shape: Any) -> None:
        self.dtype = as_dtype(dtype, "LinearOperator")
        m, n = as_shape(shape, "LinearOperator", (2,))
        self.shape = (m, n)

    def _init_dtype(self) -> None:
        """Find the dtype by applying the operator once, if it was not given."""
        if self.dtype is not None:
            return
        # A small integer takes on the dtype of what it meets; where torch refuses to mix, one of these is right.
        floats = (torch.get_default_dtype(), torch.float64, torch.float32, torch.complex128, torch.complex64)
        dtypes = (torch.int8, torch.int64, *floats)  # int64 where the function holds integers past int8
        places = [self.device or torch.device("cpu")]
        if self.device is None and torch.cuda.is_available():
            places.append(torch.device("cuda", torch.cuda.current_device()))
        failed: Exception
        for device in places:
            for dtype in dtypes:
                try:
                    found = self.matvec(torch.zeros(self.shape[-1], dtype=dtype, device=device))
                except (RuntimeError, OverflowError) as error:
                    if device is places[0]:
                        failed = error
                else:
                    self.dtype, self.device = found.dtype, found.device
                    return
        raise failed

    def _composed_of(self, *parts: Any) -> None:
        self.args = parts
        self.device = next((x.device for x in parts if isinstance(x, LinearOperator) and x.device is not None), None)

    # ---- what subclasses define ------------------------------------------------------------------------------------

    def _matvec(self, x: Tensor) -> Tensor:
        return self.matmat(x.reshape(-1, 1))

    def _rmatvec(self, x: Tensor) -> Tensor:
        if type(self)._adjoint is LinearOperator._adjoint:
            if type(self)._rmatmat is LinearOperator._rmatmat:
                raise NotImplementedError("rmatvec is not defined")
            return self._rmatmat(x.reshape(-1, 1))
        return self.H.matvec(x)

    def _matmat(self, X: Tensor) -> Tensor:
        return torch.stack([self.matvec(column).reshape(-1) for column in X.unbind(-1)], -1)

    def _rmatmat(self, X: Tensor) -> Tensor:
        if type(self)._adjoint is LinearOperator._adjoint:
            return torch.stack([self.rmatvec(column).reshape(-1) for column in X.unbind(-1)], -1)
        return self.H.matmat(X)

    def _adjoint(self) -> LinearOperator:
        return _Adjoint(self)

    # ---- products --------------------------------------------------------------------------------------------------

    def _vector(self, x: Any, size: int, act: Callable[[Tensor], Any], rows: int, name: str) -> Tensor:
        v = as_tensor(x, "x", name)
        if v.shape not in ((size,), (size, 1)):
            raise ValueError(f"{name}: dimension mismatch: the operator has shape {self.shape}, x has {tuple(v.shape)}")
        y = as_tensor(act(v), "the result", name)
        return y.reshape(rows) if v.dim() == 1 else y.reshape(rows, 1)

    def matvec(self, x: Any) -> Tensor:
        """Return ``A @ x`` for a vector ``(N,)`` or a column ``(N, 1)``."""
        return self._vector(x, self.shape[1], self._matvec, self.shape[0], "matvec")

    def rmatvec(self, x: Any) -> Tensor:
        """Return ``A^H @ x`` for a vector ``(M,)`` or a column ``(M, 1)``."""
        return self._vector(x, self.shape[0], self._rmatvec, self.shape[1], "rmatvec")

    def matmat(self, X: Any) -> Tensor:
        """Return ``A @ X`` for a matrix ``(N, K)``."""
        V = as_tensor(X, "X", "matmat")
        if V.dim() != 2 or V.shape[0] != self.shape[1]:
            raise ValueError(f"matmat: dimension mismatch: {self.shape}, {tuple(V.shape)}")
        return self._matmat(V)

    def rmatmat(self, X: Any) -> Tensor:
        """Return ``A^H @ X`` for a matrix ``(M, K)``."""
        V = as_tensor(X, "X", "rmatmat")
        if V.dim() != 2 or V.shape[0] != self.shape[0]:
            raise ValueError(f"rmatmat: dimension mismatch: {self.shape}, {tuple(V.shape)}")
        return self._rmatmat(V)

    def dot(self, x: Any) -> Any:
        """Multiply by a vector, a matrix, a number or another operator."""
        if isinstance(x, LinearOperator):
            return _Product(self, x)
        if _is_factor(x):
            return _Scaled(self, x)
        _refuse_sparse(x)
        v = as_tensor(x, "x", "dot")
        if v.dim() == 1 or (v.dim() == 2 and v.shape[1] == 1):
            return self.matvec(v)
        if v.dim() == 2:
            return self.matmat(v)
        raise bad_argument("dot", "x", "a vector, a matrix, a number or an operator", x)

    def __matmul__(self, x: Any) -> Any:
        if isinstance(x, (int, float, complex)):
            raise ValueError("a scalar operand is not allowed, use '*' instead")
        return self.dot(x)

    def __rmatmul__(self, x: Any) -> Any:
        if isinstance(x, (int, float, complex)):
            raise ValueError("a scalar operand is not allowed, use '*' instead")
        _refuse_sparse(x)
        left = as_tensor(x, "x", "matmul")
        y = self.T.dot(left.mT if left.dim() > 1 else left)
        return y.mT if y.dim() > 1 else y

    def __mul__(self, x: Any) -> Any:
        return self.dot(x)

    def __call__(self, x: Any) -> Any:
        return self.dot(x)

    def __rmul__(self, x: Any) -> Any:
        return _Scaled(self, x) if _is_factor(x) else self.__rmatmul__(x)

    def __neg__(self) -> LinearOperator:
        return _Scaled(self, -1)

    def __add__(self, other: Any) -> Any:
        return _Sum(self, other) if isinstance(other, LinearOperator) else NotImplemented

    def __sub__(self, other: Any) -> Any:
        return _Sum(self, -other) if isinstance(other, LinearOperator) else NotImplemented

    def __truediv__(self, other: Any) -> Any:
        if not _is_factor(other):
            raise ValueError("Can only divide a linear operator by a scalar.")
        return _Scaled(self, 1.0 / other)

    def __pow__(self, n: int) -> LinearOperator:
        if not isinstance(n, int) or n < 0 or self.shape[0] != self.shape[1]:
            raise ValueError(f"only square operators have powers, by non-negative integers; got {n!r} of {self.shape}")
        result: LinearOperator = _Identity(self.shape, self.dtype)
        for _ in range(n):
            result = self if isinstance(result, _Identity) else _Product(self, result)
        return result

    def adjoint(self) -> LinearOperator:
        """Return the Hermitian adjoint, which `rmatvec` applies."""
        return self._adjoint()

    def transpose(self) -> LinearOperator:
        """Return the transpose."""
        return _Transposed(self)

    @property
    def H(self) -> LinearOperator:
        """The Hermitian adjoint."""
        return self._adjoint()

    @property
    def T(self) -> LinearOperator:
        """The transpose."""
        return _Transposed(self)

    def __repr__(self) -> str:
        dtype = "unspecified dtype" if self.dtype is None else f"dtype={str(self.dtype).removeprefix('torch.')}"
        return f"<{self.shape[0]}x{self.shape[1]} {type(self).__name__.lstrip('_')} with {dtype}>"


def _is_factor(x: Any) -> bool:
    return isinstance(x, (int, float, complex)) or (isinstance(x, Tensor) and x.dim() == 0)


def _refuse_sparse(x: Any) -> None:
    if isinstance(x, SparseBase) or is_scipy(x):
        raise TypeError("Unable to multiply a LinearOperator with a sparse matrix.")


class _Given(LinearOperator):
    """An operator given by functions."""

    def __init__(
        self,
        shape: Any,
        matvec: Product,
        rmatvec: Product | None = None,
        matmat: Product | None = None,
        dtype: Any = None,
        rmatmat: Product | None = None,
        device: Any = None,
    ) -> None:
        super().__init__(dtype, shape)
        self.device = None if device is None else torch.device(device)
        if not callable(matvec):
            raise bad_argument("LinearOperator", "matvec", "a function", matvec, TypeError)
        self._functions = (matvec, rmatvec, matmat, rmatmat)
        self._init_dtype()

    def _matvec(self, x: Tensor) -> Tensor:
        return self._functions[0](x)

    def _rmatvec(self, x: Tensor) -> Tensor:
        if self._functions[1] is None:
            raise NotImplementedError("rmatvec is not defined")
        return self._functions[1](x)

    def _matmat(self, X: Tensor) -> Tensor:
        return super()._matmat(X) if self._functions[2] is None else self._functions[2](X)

    def _rmatmat(self, X: Tensor) -> Tensor:
        return super()._rmatmat(X) if self._functions[3] is None else self._functions[3](X)


_Given.__name__ = _Given.__qualname__ = "_CustomLinearOperator"


class _Adjoint(LinearOperator):
    _of: LinearOperator

    def __init__(self, A: LinearOperator) -> None:
        super().__init__(A.dtype, A.shape[::-1])
        self._of = A
        self._composed_of(A)

    def _matvec(self, x: Tensor) -> Tensor:
        return self._of._rmatvec(x)

    def _rmatvec(self, x: Tensor) -> Tensor:
        return self._of._matvec(x)

    def _matmat(self, X: Tensor) -> Tensor:
        return self._of._rmatmat(X)

    def _rmatmat(self, X: Tensor) -> Tensor:
        return self._of._matmat(X)

    def _adjoint(self) -> LinearOperator:
        return self._of


class _Transposed(LinearOperator):
    def __init__(self, A: LinearOperator) -> None:
        super().__init__(A.dtype, A.shape[::-1])
        self._of = A
        self._composed_of(A)

    def _matvec(self, x: Tensor) -> Tensor:
        return self._of._rmatvec(x.conj()).conj()

    def _rmatvec(self, x: Tensor) -> Tensor:
        return self._of._matvec(x.conj()).conj()

    def _matmat(self, X: Tensor) -> Tensor:
        return self._of._rmatmat(X.conj()).conj()

    def _rmatmat(self, X: Tensor) -> Tensor:
        return self._of._matmat(X.conj()).conj()


class _Matrix(LinearOperator):
    """A dense or sparse matrix as an operator."""

    def __init__(self, A: Any) -> None:
        super().__init__(A.dtype, tuple(A.shape))
        self.A = A
        self.args, self.device = (A,), A.device

    def _matvec(self, x: Tensor) -> Tensor:
        return self._product(self.A, x)

    def _adjoint_matrix(self) -> Any:
        return self.A.conj(copy=False).T if isinstance(self.A, SparseBase) else self.A.mH

    def _product(self, A: Any, x: Tensor) -> Tensor:
        dtype = torch.promote_types(A.dtype, x.dtype)
        result: Tensor = (A if A.dtype == dtype else A.to(dtype)) @ x.to(dtype)
        return result

    def _matmat(self, X: Tensor) -> Tensor:
        return self._product(self.A, X)

    def _rmatvec(self, x: Tensor) -> Tensor:
        return self._product(self._adjoint_matrix(), x)

    def _rmatmat(self, X: Tensor) -> Tensor:
        return self._product(self._adjoint_matrix(), X)


_Matrix.__name__ = _Matrix.__qualname__ = "MatrixLinearOperator"


class _Identity(LinearOperator):
    def __init__(self, shape: Any, dtype: Any = None) -> None:
        super().__init__(dtype, shape)

    def _matvec(self, x: Tensor) -> Tensor:
        return x

    def _rmatvec(self, x: Tensor) -> Tensor:
        return x

    def _matmat(self, X: Tensor) -> Tensor:
        return X

    def _rmatmat(self, X: Tensor) -> Tensor:
        return X

    def _adjoint(self) -> LinearOperator:
        return self


def _common(A: LinearOperator, B: LinearOperator) -> torch.dtype | None:
    if A.dtype is None or B.dtype is None:
        return A.dtype or B.dtype
    return torch.promote_types(A.dtype, B.dtype)


class _Sum(LinearOperator):
    def __init__(self, A: LinearOperator, B: LinearOperator) -> None:
        if A.shape != B.shape:
            raise ValueError(f"cannot add operators of shapes {A.shape} and {B.shape}")
        super().__init__(_common(A, B), A.shape)
        self._composed_of(A, B)

    def _matvec(self, x: Tensor) -> Tensor:
        return self.args[0].matvec(x) + self.args[1].matvec(x)

    def _rmatvec(self, x: Tensor) -> Tensor:
        return self.args[0].rmatvec(x) + self.args[1].rmatvec(x)

    def _matmat(self, X: Tensor) -> Tensor:
        return self.args[0].matmat(X) + self.args[1].matmat(X)

    def _rmatmat(self, X: Tensor) -> Tensor:
        return self.args[0].rmatmat(X) + self.args[1].rmatmat(X)

    def _adjoint(self) -> LinearOperator:
        return _Sum(self.args[0].H, self.args[1].H)


class _Product(LinearOperator):
    def __init__(self, A: LinearOperator, B: LinearOperator) -> None:
        if A.shape[1] != B.shape[0]:
            raise ValueError(f"cannot multiply operators of shapes {A.shape} and {B.shape}")
        super().__init__(_common(A, B), (A.shape[0], B.shape[1]))
        self._composed_of(A, B)

    def _matvec(self, x: Tensor) -> Tensor:
        return self.args[0].matvec(self.args[1].matvec(x))

    def _rmatvec(self, x: Tensor) -> Tensor:
        return self.args[1].rmatvec(self.args[0].rmatvec(x))

    def _matmat(self, X: Tensor) -> Tensor:
        return self.args[0].matmat(self.args[1].matmat(X))

    def _rmatmat(self, X: Tensor) -> Tensor:
        return self.args[1].rmatmat(self.args[0].rmatmat(X))

    def _adjoint(self) -> LinearOperator:
        return _Product(self.args[1].H, self.args[0].H)


class _Scaled(LinearOperator):
    _of: LinearOperator
    factor: Any

    def __init__(self, A: LinearOperator, factor: Any) -> None:
        if not _is_factor(factor):
            raise bad_argument("LinearOperator", "the factor", "a number", factor, TypeError)
        if isinstance(A, _Scaled):
            factor, A = A.factor * factor, A._of
        dtype = A.dtype
        if isinstance(factor, complex) and dtype is not None and not dtype.is_complex:
            dtype = (dtype if dtype.is_floating_point else torch.get_default_dtype()).to_complex()
        super().__init__(dtype, A.shape)
        self._of, self.factor = A, factor
        self._composed_of(A, factor)

    def _conjugate(self) -> Any:
        return self.factor.conj() if isinstance(self.factor, Tensor) else self.factor.conjugate()

    def _matvec(self, x: Tensor) -> Tensor:
        return self.factor * self._of.matvec(x)

    def _rmatvec(self, x: Tensor) -> Tensor:
        return self._conjugate() * self._of.rmatvec(x)

    def _matmat(self, X: Tensor) -> Tensor:
        return self.factor * self._of.matmat(X)

    def _rmatmat(self, X: Tensor) -> Tensor:
        return self._conjugate() * self._of.rmatmat(X)

    def _adjoint(self) -> LinearOperator:
        return _Scaled(self._of.H, self._conjugate())


@function(differentiable=(), batch=False)
def aslinearoperator(A: Any) -> LinearOperator:
    """Return `A` as a `LinearOperator`.

    Parameters
    ----------
    A : Tensor, array-like, sparse array, LinearOperator, or an object with ``shape`` and ``matvec``

    Returns
    -------
    LinearOperator

    Raises
    ------
    TypeError
        For anything else.

    Examples
    --------
    >>> import torch
    >>> from sci.sparse.linalg import aslinearoperator
    >>> aslinearoperator(torch.eye(2)).matvec(torch.tensor([1.0, 2.0]))
    tensor([1., 2.])
    """
    if isinstance(A, LinearOperator):
        return A
    if isinstance(A, SparseBase):
        return _Matrix(A.tocsr())
    if is_scipy(A) or (isinstance(A, Tensor) and A.layout is not torch.strided):
        from .._csr import csr_array

        return _Matrix(csr_array(A))
    if hasattr(A, "shape") and hasattr(A, "matvec"):
        names = ("rmatvec", "matmat", "rmatmat")
        given = {name: getattr(A, name) for name in names if hasattr(A, name)}
        device = getattr(A, "device", None)
        return _Given(A.shape, A.matvec, dtype=getattr(A, "dtype", None), device=device, **given)
    matrix = as_tensor(A, "A", "aslinearoperator")
    if matrix.dim() < 2:
        matrix = torch.atleast_2d(matrix)
    if matrix.dim() != 2:
        raise bad_argument("aslinearoperator", "A", "two-dimensional", A)
    return _Matrix(matrix)
