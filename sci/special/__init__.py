"""Special functions: ``scipy.special`` on tensors, differentiable in every continuous argument."""

# Written by `python -m tools.sync` from the cards in this folder.
from __future__ import annotations

from ._bernoulli import bernoulli, euler
from ._bessel_derivatives import h1vp, h2vp, ivp, jn, jvp, kn, kvp, yn, yvp
from ._bessel_i import iv
from ._bessel_ie import ive, jve, yve
from ._bessel_jy import jv
from ._bessel_k import kv, kve
from ._bessel_order01 import j0, j1, y0, y1
from ._bessel_y import yv
from ._beta import beta, betaln
from ._binom import binom
from ._boxcox import boxcox, boxcox1p, inv_boxcox, inv_boxcox1p
from ._combinations import comb, perm
from ._degrees import cosdg, cotdg, radian, round, sindg, tandg
from ._digamma import digamma, psi
from ._entropy import entr, kl_div, rel_entr
from ._erf import erf
from ._erfc import erfc
from ._erfcx import erfcx
from ._erfinv import erfinv
from ._exponential import cosm1, exp2, exp10, expm1, exprel
from ._factorial import factorial, factorial2, factorialk
from ._gamma import gamma
from ._gammainc import gammainc, gammaincc
from ._gammaincinv import gammainccinv, gammaincinv
from ._gammaln import gammaln
from ._gammasgn import gammasgn
from ._hankel import hankel1, hankel1e, hankel2, hankel2e
from ._huber import huber, pseudo_huber
from ._kelvin import bei, beip, ber, berp, kei, keip, kelvin, ker, kerp
from ._logarithm import log1p, xlog1py, xlogy
from ._loggamma import loggamma
from ._logistic import expit, log_expit, logit, softplus
from ._logsumexp import log_softmax, logsumexp, softmax
from ._modified_order01 import i0, i0e, i1, i1e, k0, k0e, k1, k1e
from ._multigammaln import multigammaln
from ._poch import poch
from ._polygamma import polygamma
from ._power import cbrt, powm1
from ._rgamma import rgamma
from ._sinc import diric, sinc
from ._spherical import spherical_in, spherical_jn, spherical_kn, spherical_yn
from ._stirling2 import stirling2

__all__ = [
    "bei",
    "beip",
    "ber",
    "bernoulli",
    "berp",
    "beta",
    "betaln",
    "binom",
    "boxcox",
    "boxcox1p",
    "cbrt",
    "comb",
    "cosdg",
    "cosm1",
    "cotdg",
    "digamma",
    "diric",
    "entr",
    "erf",
    "erfc",
    "erfcx",
    "erfinv",
    "euler",
    "exp2",
    "exp10",
    "expit",
    "expm1",
    "exprel",
    "factorial",
    "factorial2",
    "factorialk",
    "gamma",
    "gammainc",
    "gammaincc",
    "gammainccinv",
    "gammaincinv",
    "gammaln",
    "gammasgn",
    "h1vp",
    "h2vp",
    "hankel1",
    "hankel1e",
    "hankel2",
    "hankel2e",
    "huber",
    "i0",
    "i0e",
    "i1",
    "i1e",
    "inv_boxcox",
    "inv_boxcox1p",
    "iv",
    "ive",
    "ivp",
    "j0",
    "j1",
    "jn",
    "jv",
    "jve",
    "jvp",
    "k0",
    "k0e",
    "k1",
    "k1e",
    "kei",
    "keip",
    "kelvin",
    "ker",
    "kerp",
    "kl_div",
    "kn",
    "kv",
    "kve",
    "kvp",
    "log1p",
    "log_expit",
    "log_softmax",
    "loggamma",
    "logit",
    "logsumexp",
    "multigammaln",
    "perm",
    "poch",
    "polygamma",
    "powm1",
    "pseudo_huber",
    "psi",
    "radian",
    "rel_entr",
    "rgamma",
    "round",
    "sinc",
    "sindg",
    "softmax",
    "softplus",
    "spherical_in",
    "spherical_jn",
    "spherical_kn",
    "spherical_yn",
    "stirling2",
    "tandg",
    "xlog1py",
    "xlogy",
    "y0",
    "y1",
    "yn",
    "yv",
    "yve",
    "yvp",
]
