"""A Matérn kernel for GPyTorch whose smoothness is a parameter like any other."""

from __future__ import annotations

import math
from typing import Any

import torch
from gpytorch.constraints import Interval
from gpytorch.kernels import Kernel
from torch import Tensor

from sci import special

__all__ = ["MaternKernel"]


class MaternKernel(Kernel):  # type: ignore[misc]
    r"""The Matérn covariance of any smoothness, which is learned with the lengthscales.

    .. math:: k(r) = \frac{2^{1-\nu}}{\Gamma(\nu)} z^\nu K_\nu(z), \qquad z = \sqrt{2\nu}\, r

    GPyTorch's own kernel of this name takes 1/2, 3/2 and 5/2 only, since no other has a derivative there.

    Parameters
    ----------
    nu : float
        The smoothness at the start; must lie within `nu_constraint`.
    nu_constraint : gpytorch.constraints.Interval, optional
        Where the smoothness may move; ``Interval(0.1, 10)`` if not given.
    **kwargs
        As for `gpytorch.kernels.Kernel`: ``ard_num_dims``, ``batch_shape``, ``active_dims``, ``lengthscale_prior``, ...
    """

    has_lengthscale = True

    def __init__(self, nu: float = 1.5, nu_constraint: Interval | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.register_parameter("raw_nu", torch.nn.Parameter(torch.zeros(*self.batch_shape, 1, 1)))
        self.register_constraint("raw_nu", Interval(0.1, 10.0) if nu_constraint is None else nu_constraint)
        self.nu = nu

    @property
    def nu(self) -> Tensor:
        """The smoothness, shape ``batch_shape + (1, 1)``."""
        return self.raw_nu_constraint.transform(self.raw_nu)  # type: ignore[no-any-return]

    @nu.setter
    def nu(self, value: float | Tensor) -> None:
        value = torch.as_tensor(value).to(self.raw_nu)
        if not bool(
            ((value > self.raw_nu_constraint.lower_bound) & (value < self.raw_nu_constraint.upper_bound)).all()
        ):
            raise ValueError(f"MaternKernel: nu = {value.tolist()} is outside its constraint {self.raw_nu_constraint}")
        self.initialize(raw_nu=self.raw_nu_constraint.inverse_transform(value))

    def forward(
        self, x1: Tensor, x2: Tensor, diag: bool = False, last_dim_is_batch: bool = False, **params: Any
    ) -> Tensor:
        """The covariance of each pair of rows of `x1` and `x2`."""
        distance = self.covar_dist(
            x1.div(self.lengthscale), x2.div(self.lengthscale), diag=diag, last_dim_is_batch=last_dim_is_batch, **params
        )
        nu = self.nu.squeeze(-1) if diag else self.nu
        z = (2 * nu).sqrt() * distance
        logarithm = (nu - 1) * math.log(2.0) + special.gammaln(nu)
        # Below `least`, z^-nu of K_nu would overflow, and the covariance is 1 to rounding: 1 - O(z^2) for nu > 1, where
        # `least` matters, 1 - O(z^(2 nu)) with a vanishing `least` for the others.
        limits = torch.finfo(z.dtype)
        least = ((logarithm - 0.95 * math.log(limits.max)) / nu).exp().clamp_min(limits.tiny).detach()
        near = z < least
        z = torch.where(near, torch.ones_like(z), z)
        return torch.where(near, torch.ones_like(z), torch.exp(nu * z.log() - z - logarithm) * special.kve(nu, z))
