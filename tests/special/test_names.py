"""Every public name of scipy.special is one of sci.special; what is still missing is listed here."""

from __future__ import annotations

import scipy.special

from sci import special

MISSING = """
ellip_harm ellip_harm_2 ellip_normal mathieu_a mathieu_b mathieu_cem mathieu_even_coef
mathieu_modcem1 mathieu_modcem2 mathieu_modsem1 mathieu_modsem2 mathieu_odd_coef mathieu_sem ncfdtridfd nctdtr
nctdtridf nctdtrinc nctdtrit obl_ang1 obl_ang1_cv obl_cv obl_cv_seq obl_rad1 obl_rad1_cv obl_rad2 obl_rad2_cv
pbdn_seq pbdv pbdv_seq pbvv pbvv_seq pbwa pro_ang1 pro_ang1_cv pro_cv pro_cv_seq pro_rad1 pro_rad1_cv pro_rad2
pro_rad2_cv
"""


def test_names_are_scipys() -> None:
    missing = set(scipy.special.__all__) - set(dir(special)) - set(MISSING.split())
    assert not missing, f"neither there nor listed: {sorted(missing)}"
