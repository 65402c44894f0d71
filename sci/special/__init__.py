"""Special functions: ``scipy.special`` on tensors, differentiable in every continuous argument."""

# Written by `python -m tools.sync` from the cards in this folder.
from __future__ import annotations

from ._agm import agm
from ._airy import airy, airye, itairy
from ._airy_zeros import ai_zeros, bi_zeros
from ._bernoulli import bernoulli, euler
from ._bessel_derivatives import h1vp, h2vp, ivp, jn, jvp, kn, kvp, yn, yvp
from ._bessel_i import iv
from ._bessel_ie import ive, jve, yve
from ._bessel_integrals import it2i0k0, it2j0y0, it2struve0, iti0k0, itj0y0, itmodstruve0, itstruve0
from ._bessel_jy import jv
from ._bessel_k import kv, kve
from ._bessel_order01 import j0, j1, y0, y1
from ._bessel_y import yv
from ._bessel_zeros import (
    jn_zeros,
    jnjnp_zeros,
    jnp_zeros,
    jnyn_zeros,
    y0_zeros,
    y1_zeros,
    y1p_zeros,
    yn_zeros,
    ynp_zeros,
)
from ._besselpoly import besselpoly
from ._beta import beta, betaln
from ._betainc import betainc, betaincc
from ._betaincinv import betainccinv, betaincinv, btdtria, btdtrib
from ._binom import binom
from ._binomial import bdtr, bdtrc, bdtri, bdtrik, bdtrin
from ._boxcox import boxcox, boxcox1p, inv_boxcox, inv_boxcox1p
from ._carlson import elliprc, elliprd, elliprf, elliprj
from ._carlson_g import elliprg
from ._chebyshev import eval_chebyc, eval_chebys, eval_chebyt, eval_chebyu, eval_sh_chebyt, eval_sh_chebyu
from ._chebyshev_polynomials import chebyc, chebys, chebyt, chebyu, sh_chebyt, sh_chebyu
from ._chebyshev_roots import (
    c_roots,
    roots_chebyc,
    roots_chebys,
    roots_chebyt,
    roots_chebyu,
    roots_sh_chebyt,
    roots_sh_chebyu,
    s_roots,
    t_roots,
    ts_roots,
    u_roots,
    us_roots,
)
from ._chi_squared import chdtr, chdtrc, chdtri, chdtriv
from ._combinations import comb, perm
from ._dawsn import dawsn
from ._degrees import cosdg, cotdg, radian, round, sindg, tandg
from ._digamma import digamma, psi
from ._ellipj import ellipj
from ._ellipk import ellipe, ellipk, ellipkm1
from ._ellipkinc import ellipeinc, ellipkinc
from ._ellipsoidal import ellip_harm, ellip_harm_2, ellip_normal
from ._entropy import entr, kl_div, rel_entr
from ._erf import erf
from ._erfc import erfc
from ._erfcinv import erfcinv, ndtri, ndtri_exp
from ._erfcx import erfcx
from ._erfi import erfi, wofz
from ._erfinv import erfinv
from ._error_control import SpecialFunctionError, SpecialFunctionWarning, errstate, geterr, seterr
from ._eval_polynomials import (
    assoc_laguerre,
    eval_gegenbauer,
    eval_genlaguerre,
    eval_jacobi,
    eval_laguerre,
    eval_legendre,
    eval_sh_jacobi,
    eval_sh_legendre,
)
from ._expint import exp1, expi, expn
from ._exponential import cosm1, exp2, exp10, expm1, exprel
from ._factorial import factorial, factorial2, factorialk
from ._fisher import fdtr, fdtrc, fdtri, fdtridfd
from ._fresnel import fresnel
from ._gamma import gamma
from ._gamma_distribution import gdtr, gdtrc, gdtria, gdtrib, gdtrix
from ._gammainc import gammainc, gammaincc
from ._gammaincinv import gammainccinv, gammaincinv
from ._gammaln import gammaln
from ._gammasgn import gammasgn
from ._gauss_rules import (
    cg_roots,
    h_roots,
    he_roots,
    j_roots,
    js_roots,
    l_roots,
    la_roots,
    p_roots,
    ps_roots,
    roots_gegenbauer,
    roots_genlaguerre,
    roots_hermite,
    roots_hermitenorm,
    roots_jacobi,
    roots_laguerre,
    roots_legendre,
    roots_sh_jacobi,
    roots_sh_legendre,
)
from ._hankel import hankel1, hankel1e, hankel2, hankel2e
from ._hermite import eval_hermite, eval_hermitenorm
from ._huber import huber, pseudo_huber
from ._hyp0f1 import hyp0f1
from ._hyp1f1 import hyp1f1
from ._hyp2f1 import hyp2f1
from ._hyperu import hyperu
from ._kelvin import bei, beip, ber, berp, kei, keip, kelvin, ker, kerp
from ._kelvin_zeros import (
    bei_zeros,
    beip_zeros,
    ber_zeros,
    berp_zeros,
    kei_zeros,
    keip_zeros,
    kelvin_zeros,
    ker_zeros,
    kerp_zeros,
)
from ._kolmogorov import kolmogi, kolmogorov
from ._lambertw import lambertw, wrightomega
from ._legendre_q import lqmn, lqn
from ._logarithm import log1p, xlog1py, xlogy
from ._loggamma import loggamma
from ._logistic import expit, log_expit, logit, softplus
from ._logsumexp import log_softmax, logsumexp, softmax
from ._lpmv import lpmv
from ._mathieu import mathieu_a, mathieu_b, mathieu_cem, mathieu_sem
from ._mathieu_coefficients import mathieu_even_coef, mathieu_odd_coef
from ._mathieu_modified import mathieu_modcem1, mathieu_modcem2, mathieu_modsem1, mathieu_modsem2
from ._modfresnel import modfresnelm, modfresnelp
from ._modified_order01 import i0, i0e, i1, i1e, k0, k0e, k1, k1e
from ._multigammaln import multigammaln
from ._ndtr import log_ndtr, ndtr
from ._negative_binomial import nbdtr, nbdtrc, nbdtri, nbdtrik, nbdtrin
from ._noncentral_chi_squared import chndtr, chndtridf, chndtrinc, chndtrix
from ._noncentral_fisher import ncfdtr, ncfdtri, ncfdtridfd, ncfdtridfn, ncfdtrinc
from ._noncentral_student import nctdtr, nctdtridf, nctdtrinc, nctdtrit
from ._normal_inverse import nrdtrimn, nrdtrisd
from ._owens_t import owens_t
from ._pbdv import pbdn_seq, pbdv, pbdv_seq, pbvv, pbvv_seq
from ._pbwa import pbwa
from ._poch import poch
from ._poisson import pdtr, pdtrc, pdtri, pdtrik
from ._polygamma import polygamma
from ._polynomials import (
    gegenbauer,
    genlaguerre,
    hermite,
    hermitenorm,
    jacobi,
    laguerre,
    legendre,
    sh_jacobi,
    sh_legendre,
)
from ._power import cbrt, powm1
from ._rgamma import rgamma
from ._riccati_bessel import lmbda, riccati_jn, riccati_yn
from ._sici import shichi, sici
from ._sinc import diric, sinc
from ._smirnov import smirnov, smirnovi
from ._spence import spence
from ._spherical import spherical_in, spherical_jn, spherical_kn, spherical_yn
from ._spherical_harmonics import (
    assoc_legendre_p,
    assoc_legendre_p_all,
    legendre_p,
    legendre_p_all,
    sph_harm_y,
    sph_harm_y_all,
    sph_legendre_p,
    sph_legendre_p_all,
)
from ._spheroidal_angular import obl_ang1, obl_ang1_cv, pro_ang1, pro_ang1_cv
from ._spheroidal_cv import obl_cv, obl_cv_seq, pro_cv, pro_cv_seq
from ._spheroidal_radial import (
    obl_rad1,
    obl_rad1_cv,
    obl_rad2,
    obl_rad2_cv,
    pro_rad1,
    pro_rad1_cv,
    pro_rad2,
    pro_rad2_cv,
)
from ._stirling2 import stirling2
from ._struve import modstruve, struve
from ._student import stdtr, stdtridf, stdtrit
from ._tukey import tklmbda
from ._voigt_profile import voigt_profile
from ._wright_bessel import log_wright_bessel, wright_bessel
from ._zeros import erf_zeros, fresnel_zeros, fresnelc_zeros, fresnels_zeros
from ._zeta import zeta, zetac

__all__ = [
    "SpecialFunctionError",
    "SpecialFunctionWarning",
    "agm",
    "ai_zeros",
    "airy",
    "airye",
    "assoc_laguerre",
    "assoc_legendre_p",
    "assoc_legendre_p_all",
    "bdtr",
    "bdtrc",
    "bdtri",
    "bdtrik",
    "bdtrin",
    "bei",
    "bei_zeros",
    "beip",
    "beip_zeros",
    "ber",
    "ber_zeros",
    "bernoulli",
    "berp",
    "berp_zeros",
    "besselpoly",
    "beta",
    "betainc",
    "betaincc",
    "betainccinv",
    "betaincinv",
    "betaln",
    "bi_zeros",
    "binom",
    "boxcox",
    "boxcox1p",
    "btdtria",
    "btdtrib",
    "c_roots",
    "cbrt",
    "cg_roots",
    "chdtr",
    "chdtrc",
    "chdtri",
    "chdtriv",
    "chebyc",
    "chebys",
    "chebyt",
    "chebyu",
    "chndtr",
    "chndtridf",
    "chndtrinc",
    "chndtrix",
    "comb",
    "cosdg",
    "cosm1",
    "cotdg",
    "dawsn",
    "digamma",
    "diric",
    "ellip_harm",
    "ellip_harm_2",
    "ellip_normal",
    "ellipe",
    "ellipeinc",
    "ellipj",
    "ellipk",
    "ellipkinc",
    "ellipkm1",
    "elliprc",
    "elliprd",
    "elliprf",
    "elliprg",
    "elliprj",
    "entr",
    "erf",
    "erf_zeros",
    "erfc",
    "erfcinv",
    "erfcx",
    "erfi",
    "erfinv",
    "errstate",
    "euler",
    "eval_chebyc",
    "eval_chebys",
    "eval_chebyt",
    "eval_chebyu",
    "eval_gegenbauer",
    "eval_genlaguerre",
    "eval_hermite",
    "eval_hermitenorm",
    "eval_jacobi",
    "eval_laguerre",
    "eval_legendre",
    "eval_sh_chebyt",
    "eval_sh_chebyu",
    "eval_sh_jacobi",
    "eval_sh_legendre",
    "exp1",
    "exp2",
    "exp10",
    "expi",
    "expit",
    "expm1",
    "expn",
    "exprel",
    "factorial",
    "factorial2",
    "factorialk",
    "fdtr",
    "fdtrc",
    "fdtri",
    "fdtridfd",
    "fresnel",
    "fresnel_zeros",
    "fresnelc_zeros",
    "fresnels_zeros",
    "gamma",
    "gammainc",
    "gammaincc",
    "gammainccinv",
    "gammaincinv",
    "gammaln",
    "gammasgn",
    "gdtr",
    "gdtrc",
    "gdtria",
    "gdtrib",
    "gdtrix",
    "gegenbauer",
    "genlaguerre",
    "geterr",
    "h1vp",
    "h2vp",
    "h_roots",
    "hankel1",
    "hankel1e",
    "hankel2",
    "hankel2e",
    "he_roots",
    "hermite",
    "hermitenorm",
    "huber",
    "hyp0f1",
    "hyp1f1",
    "hyp2f1",
    "hyperu",
    "i0",
    "i0e",
    "i1",
    "i1e",
    "inv_boxcox",
    "inv_boxcox1p",
    "it2i0k0",
    "it2j0y0",
    "it2struve0",
    "itairy",
    "iti0k0",
    "itj0y0",
    "itmodstruve0",
    "itstruve0",
    "iv",
    "ive",
    "ivp",
    "j0",
    "j1",
    "j_roots",
    "jacobi",
    "jn",
    "jn_zeros",
    "jnjnp_zeros",
    "jnp_zeros",
    "jnyn_zeros",
    "js_roots",
    "jv",
    "jve",
    "jvp",
    "k0",
    "k0e",
    "k1",
    "k1e",
    "kei",
    "kei_zeros",
    "keip",
    "keip_zeros",
    "kelvin",
    "kelvin_zeros",
    "ker",
    "ker_zeros",
    "kerp",
    "kerp_zeros",
    "kl_div",
    "kn",
    "kolmogi",
    "kolmogorov",
    "kv",
    "kve",
    "kvp",
    "l_roots",
    "la_roots",
    "laguerre",
    "lambertw",
    "legendre",
    "legendre_p",
    "legendre_p_all",
    "lmbda",
    "log1p",
    "log_expit",
    "log_ndtr",
    "log_softmax",
    "log_wright_bessel",
    "loggamma",
    "logit",
    "logsumexp",
    "lpmv",
    "lqmn",
    "lqn",
    "mathieu_a",
    "mathieu_b",
    "mathieu_cem",
    "mathieu_even_coef",
    "mathieu_modcem1",
    "mathieu_modcem2",
    "mathieu_modsem1",
    "mathieu_modsem2",
    "mathieu_odd_coef",
    "mathieu_sem",
    "modfresnelm",
    "modfresnelp",
    "modstruve",
    "multigammaln",
    "nbdtr",
    "nbdtrc",
    "nbdtri",
    "nbdtrik",
    "nbdtrin",
    "ncfdtr",
    "ncfdtri",
    "ncfdtridfd",
    "ncfdtridfn",
    "ncfdtrinc",
    "nctdtr",
    "nctdtridf",
    "nctdtrinc",
    "nctdtrit",
    "ndtr",
    "ndtri",
    "ndtri_exp",
    "nrdtrimn",
    "nrdtrisd",
    "obl_ang1",
    "obl_ang1_cv",
    "obl_cv",
    "obl_cv_seq",
    "obl_rad1",
    "obl_rad1_cv",
    "obl_rad2",
    "obl_rad2_cv",
    "owens_t",
    "p_roots",
    "pbdn_seq",
    "pbdv",
    "pbdv_seq",
    "pbvv",
    "pbvv_seq",
    "pbwa",
    "pdtr",
    "pdtrc",
    "pdtri",
    "pdtrik",
    "perm",
    "poch",
    "polygamma",
    "powm1",
    "pro_ang1",
    "pro_ang1_cv",
    "pro_cv",
    "pro_cv_seq",
    "pro_rad1",
    "pro_rad1_cv",
    "pro_rad2",
    "pro_rad2_cv",
    "ps_roots",
    "pseudo_huber",
    "psi",
    "radian",
    "rel_entr",
    "rgamma",
    "riccati_jn",
    "riccati_yn",
    "roots_chebyc",
    "roots_chebys",
    "roots_chebyt",
    "roots_chebyu",
    "roots_gegenbauer",
    "roots_genlaguerre",
    "roots_hermite",
    "roots_hermitenorm",
    "roots_jacobi",
    "roots_laguerre",
    "roots_legendre",
    "roots_sh_chebyt",
    "roots_sh_chebyu",
    "roots_sh_jacobi",
    "roots_sh_legendre",
    "round",
    "s_roots",
    "seterr",
    "sh_chebyt",
    "sh_chebyu",
    "sh_jacobi",
    "sh_legendre",
    "shichi",
    "sici",
    "sinc",
    "sindg",
    "smirnov",
    "smirnovi",
    "softmax",
    "softplus",
    "spence",
    "sph_harm_y",
    "sph_harm_y_all",
    "sph_legendre_p",
    "sph_legendre_p_all",
    "spherical_in",
    "spherical_jn",
    "spherical_kn",
    "spherical_yn",
    "stdtr",
    "stdtridf",
    "stdtrit",
    "stirling2",
    "struve",
    "t_roots",
    "tandg",
    "tklmbda",
    "ts_roots",
    "u_roots",
    "us_roots",
    "voigt_profile",
    "wofz",
    "wright_bessel",
    "wrightomega",
    "xlog1py",
    "xlogy",
    "y0",
    "y0_zeros",
    "y1",
    "y1_zeros",
    "y1p_zeros",
    "yn",
    "yn_zeros",
    "ynp_zeros",
    "yv",
    "yve",
    "yvp",
    "zeta",
    "zetac",
]
