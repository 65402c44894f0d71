"""Special functions: ``scipy.special`` on tensors, differentiable in every continuous argument."""

# Written by `python -m tools.sync` from the cards in this folder.
from __future__ import annotations

from ._bessel_i import iv
from ._bessel_jy import jv
from ._bessel_k import kv, kve
from ._beta import beta, betaln
from ._binom import binom
from ._digamma import digamma, psi
from ._erf import erf
from ._erfc import erfc
from ._erfcx import erfcx
from ._erfinv import erfinv
from ._gamma import gamma
from ._gammaln import gammaln
from ._gammasgn import gammasgn
from ._loggamma import loggamma
from ._multigammaln import multigammaln
from ._poch import poch
from ._polygamma import polygamma
from ._rgamma import rgamma

__all__ = [
    "beta",
    "betaln",
    "binom",
    "digamma",
    "erf",
    "erfc",
    "erfcx",
    "erfinv",
    "gamma",
    "gammaln",
    "gammasgn",
    "iv",
    "jv",
    "kv",
    "kve",
    "loggamma",
    "multigammaln",
    "poch",
    "polygamma",
    "psi",
    "rgamma",
]
