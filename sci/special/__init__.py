"""Special functions: ``scipy.special`` on tensors, differentiable in every continuous argument."""

# Written by `python -m tools.sync` from the cards in this folder.
from __future__ import annotations

from ._bessel_i import iv
from ._bessel_jy import jv
from ._bessel_k import kv, kve
from ._digamma import digamma
from ._erf import erf
from ._erfc import erfc
from ._erfcx import erfcx
from ._erfinv import erfinv
from ._gamma import gamma
from ._gammaln import gammaln
from ._polygamma import polygamma

__all__ = [
    "digamma",
    "erf",
    "erfc",
    "erfcx",
    "erfinv",
    "gamma",
    "gammaln",
    "iv",
    "jv",
    "kv",
    "kve",
    "polygamma",
]
