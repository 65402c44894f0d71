"""Every public name of scipy.special is one of sci.special."""

from __future__ import annotations

import scipy.special

from sci import special


def test_names_are_scipys() -> None:
    assert set(scipy.special.__all__) <= set(dir(special))
