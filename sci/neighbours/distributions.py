"""`torch.distributions` with the distribution functions that torch leaves out, differentiable in every parameter.

torch's `Beta` and `StudentT` have no ``cdf``, its `Gamma` has one without a gradient in the concentration, and none of
them an ``icdf``. The classes here are torch's with both, and with reparameterised samples whose derivatives hold to
second order.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from sci import special

__all__ = ["Beta", "Gamma", "StudentT"]


def _reparameterised(sample: Tensor, distribution: Any) -> Tensor:
    """`sample` with the derivatives in the parameters that keep its probability fixed.

    The implicit rule dz/dtheta = -F_theta(z) / f(z) (Figurnov, Mohamed & Mnih 2018, eq. 8) is one Newton step on
    F(z; theta) = F(sample), which leaves the value where it is; the second step makes second derivatives exact too.
    Above the median the survival function takes the place of F, whose digits are used up there.
    """
    z = sample.detach()
    tails = distribution._tails(z)
    below, above = (tail.detach() for tail in tails)

    def step(z: Tensor, tails: tuple[Tensor, Tensor]) -> Tensor:
        excess = torch.where(below < above, tails[0] - below, above - tails[1])
        return z - excess / distribution.log_prob(z).exp()

    z = step(z, tails)
    return step(z, distribution._tails(z))


class _Reparameterised(torch.distributions.Distribution):
    """Samples that differentiate implicitly, of the distribution that follows in a class's bases.

    The class says with ``_tails(value)`` what the probabilities of less and of more than a value are.
    """

    def rsample(self, sample_shape: Any = ()) -> Tensor:
        """Samples of shape ``sample_shape + batch_shape``, differentiable in all parameters."""
        with torch.no_grad():
            sample = super().rsample(sample_shape)
        return _reparameterised(sample, self)


class Beta(_Reparameterised, torch.distributions.Beta):
    """Beta distribution with ``cdf``, ``icdf`` and implicit reparameterisation.

    Parameters
    ----------
    concentration1, concentration0 : Tensor or float
        The shape parameters alpha and beta, positive; they broadcast.
    validate_args : bool, optional
        As for `torch.distributions.Distribution`.

    Examples
    --------
    >>> import torch
    >>> from sci.neighbours.distributions import Beta
    >>> a = torch.tensor(2.0, dtype=torch.float64, requires_grad=True)
    >>> Beta(a, torch.tensor(3.0, dtype=torch.float64)).cdf(torch.tensor(0.5, dtype=torch.float64))
    tensor(0.6875, dtype=torch.float64, grad_fn=<...>)
    """

    def _tails(self, value: Tensor) -> tuple[Tensor, Tensor]:
        a, b = self.concentration1, self.concentration0
        return special.betainc(a, b, value), special.betaincc(a, b, value)

    def cdf(self, value: Tensor) -> Tensor:
        """The regularised incomplete beta function I_value(alpha, beta)."""
        if self._validate_args:
            self._validate_sample(value)
        return special.betainc(self.concentration1, self.concentration0, value)

    def icdf(self, value: Tensor) -> Tensor:
        """The quantile of each probability in `value`."""
        return special.betaincinv(self.concentration1, self.concentration0, value)


class Gamma(_Reparameterised, torch.distributions.Gamma):
    """Gamma distribution with ``cdf``, ``icdf`` and implicit reparameterisation.

    Parameters
    ----------
    concentration, rate : Tensor or float
        Shape and inverse scale, positive; they broadcast.
    validate_args : bool, optional
        As for `torch.distributions.Distribution`.

    Examples
    --------
    >>> import torch
    >>> from sci.neighbours.distributions import Gamma
    >>> d = Gamma(torch.tensor(3.0, dtype=torch.float64), torch.tensor(2.0, dtype=torch.float64))
    >>> d.cdf(d.icdf(torch.tensor(0.25, dtype=torch.float64)))
    tensor(0.2500, dtype=torch.float64)
    """

    def _tails(self, value: Tensor) -> tuple[Tensor, Tensor]:
        x = self.rate * value
        return special.gammainc(self.concentration, x), special.gammaincc(self.concentration, x)

    def cdf(self, value: Tensor) -> Tensor:
        """The regularised incomplete gamma function P(concentration, rate * value)."""
        if self._validate_args:
            self._validate_sample(value)
        return special.gammainc(self.concentration, self.rate * value)

    def icdf(self, value: Tensor) -> Tensor:
        """The quantile of each probability in `value`."""
        return special.gammaincinv(self.concentration, value) / self.rate


class StudentT(_Reparameterised, torch.distributions.StudentT):
    """Student's t distribution with ``cdf``, ``icdf`` and implicit reparameterisation.

    Parameters
    ----------
    df, loc, scale : Tensor or float
        Degrees of freedom (positive), location and scale (positive); they broadcast.
    validate_args : bool, optional
        As for `torch.distributions.Distribution`.

    Examples
    --------
    >>> import torch
    >>> from sci.neighbours.distributions import StudentT
    >>> StudentT(torch.tensor(4.0, dtype=torch.float64)).icdf(torch.tensor(0.975, dtype=torch.float64))
    tensor(2.7764, dtype=torch.float64)
    """

    def _tails(self, value: Tensor) -> tuple[Tensor, Tensor]:
        t = (value - self.loc) / self.scale
        return special.stdtr(self.df, t), special.stdtr(self.df, -t)

    def cdf(self, value: Tensor) -> Tensor:
        """The probability of at most `value`."""
        if self._validate_args:
            self._validate_sample(value)
        return special.stdtr(self.df, (value - self.loc) / self.scale)

    def icdf(self, value: Tensor) -> Tensor:
        """The quantile of each probability in `value`."""
        return self.loc + self.scale * special.stdtrit(self.df, value)
