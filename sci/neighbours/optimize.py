"""Gradients and Hessian products of `torch` functions for ``scipy.optimize.minimize``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor

__all__ = ["objective"]


class objective:  # noqa: N801  (called as a function)
    """A function of one tensor in the form that ``scipy.optimize.minimize`` takes: NumPy in, NumPy out.

    Parameters
    ----------
    function : callable
        From a tensor of shape ``(n,)`` to a tensor of one element, of torch operations.
    dtype : torch.dtype, default: torch.float64
    device : torch.device or str, default: "cpu"
        Where the function is computed.

    Attributes
    ----------
    hessp : callable
        ``hessp(x, p)``, the product of the Hessian with `p`, for the methods that take one.

    Examples
    --------
    >>> import numpy as np
    >>> import torch
    >>> from scipy.optimize import minimize
    >>> from sci.neighbours.optimize import objective
    >>> f = objective(lambda x: ((x - torch.arange(3)) ** 4).sum())
    >>> result = minimize(f, np.ones(3), jac=True, hessp=f.hessp, method="trust-ncg", options={"gtol": 1e-10})
    >>> bool(np.allclose(result.x, [0, 1, 2], atol=1e-3))
    True
    """

    def __init__(
        self, function: Callable[[Tensor], Tensor], dtype: torch.dtype = torch.float64, device: Any = "cpu"
    ) -> None:
        self.function, self.dtype, self.device = function, dtype, device

    def _point(self, x: Any) -> Tensor:
        return torch.tensor(np.asarray(x), dtype=self.dtype, device=self.device, requires_grad=True)

    def _value(self, point: Tensor) -> Tensor:
        value = self.function(point)
        if value.numel() != 1:
            raise ValueError(f"objective: function must return one number, got shape {tuple(value.shape)}")
        if not value.requires_grad:
            raise ValueError("objective: function's result does not depend on its argument through torch operations")
        return value.reshape(())

    def __call__(self, x: Any) -> tuple[float, np.ndarray[Any, Any]]:
        """Value and gradient at `x`, for ``jac=True``."""
        point = self._point(x)
        value = self._value(point)
        (gradient,) = torch.autograd.grad(value, point)
        return value.item(), gradient.cpu().numpy()

    def hessp(self, x: Any, p: Any) -> np.ndarray[Any, Any]:
        """The Hessian at `x` times the vector `p`."""
        point = self._point(x)
        (gradient,) = torch.autograd.grad(self._value(point), point, create_graph=True)
        direction = torch.tensor(np.asarray(p), dtype=self.dtype, device=self.device)
        if not gradient.requires_grad:  # a linear function
            return np.zeros(point.shape)
        (product,) = torch.autograd.grad(gradient, point, direction, materialize_grads=True)
        return product.cpu().numpy()
