"""A polynomial by its coefficients, highest power first: what SciPy answers with as a `numpy.poly1d`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor

from .arrays import promote


class Poly1d:
    """Polynomial ``c[0] x**n + ... + c[n]``, its coefficients a tensor; zeros in front are left out.

    It has the attributes and operations of `numpy.poly1d`, and differentiates in coefficients and points.
    """

    def __init__(self, c: Tensor) -> None:
        leading = torch.nonzero(c.detach())
        first = int(leading[0]) if leading.numel() else c.shape[0] - 1
        self.c = c[first:]

    @property
    def coef(self) -> Tensor:
        """The coefficients, also under the names `coeffs`, `coefficients` and `c`."""
        return self.c

    coeffs = coefficients = coef

    @property
    def order(self) -> int:
        """The degree, also under the name `o`."""
        return self.c.shape[0] - 1

    o = order

    def __len__(self) -> int:
        return self.order

    @property
    def roots(self) -> Tensor:
        """The zeros, complex: eigenvalues of the companion matrix. Also under the name `r`."""
        n, c = self.order, self.c
        companion = torch.cat((-(c[1:] / c[0])[None], torch.eye(n, dtype=c.dtype, device=c.device)[: n - 1]))
        return torch.linalg.eigvals(companion)

    r = roots

    def __call__(self, x: Any) -> Tensor:
        """Evaluate the polynomial by Horner's rule."""
        x, c = promote("Poly1d", x=x, c=self.c)
        value = torch.zeros_like(x)
        for a in c:
            value = value * x + a
        return value

    def __iter__(self) -> Iterator[Tensor]:
        return iter(self.c)

    def __getitem__(self, power: int) -> Tensor:
        """Return the coefficient of a power, zero where there is none."""
        return self.c[self.order - power] if 0 <= power <= self.order else self.c.new_zeros(())

    def deriv(self, m: int = 1) -> Poly1d:
        """Return the derivative of order m."""
        c = self.c
        for _ in range(m):
            n = c.shape[0] - 1
            c = c[:-1] * torch.arange(n, 0, -1, device=c.device) if n else torch.zeros_like(c)
        return Poly1d(c)

    def integ(self, m: int = 1, k: float = 0) -> Poly1d:
        """Return the antiderivative of order m, with the constant k."""
        c = self.c
        for _ in range(m):
            c = torch.cat((c / torch.arange(c.shape[0], 0, -1, device=c.device), c.new_full((1,), k)))
        return Poly1d(c)

    def _aligned(self, other: Any) -> tuple[Tensor, Tensor]:
        more = other.c if isinstance(other, Poly1d) else other
        a, b = promote("Poly1d", left=self.c, right=more)
        b = b.reshape(-1)
        n = max(a.shape[0], b.shape[0])
        return torch.cat((a.new_zeros(n - a.shape[0]), a)), torch.cat((b.new_zeros(n - b.shape[0]), b))

    def __add__(self, other: Any) -> Poly1d:
        a, b = self._aligned(other)
        return Poly1d(a + b)

    __radd__ = __add__

    def __neg__(self) -> Poly1d:
        return Poly1d(-self.c)

    def __sub__(self, other: Any) -> Poly1d:
        a, b = self._aligned(other)
        return Poly1d(a - b)

    def __rsub__(self, other: Any) -> Poly1d:
        return -self + other

    def __mul__(self, other: Any) -> Poly1d:
        more = other.c if isinstance(other, Poly1d) else other
        a, b = promote("Poly1d", left=self.c, right=more)
        b = b.reshape(-1)
        padded = torch.nn.functional.pad(a, (b.shape[0] - 1, b.shape[0] - 1))
        return Poly1d(padded.unfold(0, b.shape[0], 1) @ b.flip(0))

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Poly1d:
        return Poly1d(self.c / other)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, (Poly1d, np.poly1d)):
            return NotImplemented
        a, b = promote("Poly1d", left=self.c, right=other.c)
        return torch.equal(a, b)

    __hash__ = None  # type: ignore[assignment]  # as numpy.poly1d, which compares by value

    def __repr__(self) -> str:
        return f"Poly1d({self.c.tolist()})"
