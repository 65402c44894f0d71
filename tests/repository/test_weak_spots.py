"""The page of SciPy's weak spots has the rows that its tool measures."""

from __future__ import annotations

import pytest

from tools.reference import load_domain
from tools.weak_spots import PAGE, SPOTS, measure


def test_page_has_all_rows() -> None:
    rows = [line.split("|")[1].strip(" `") for line in PAGE.read_text().splitlines() if line.startswith("| `")]
    assert rows == sorted(spot.function for spot in SPOTS)


@pytest.mark.parametrize("name", ["kl_div", "tklmbda", "bdtrin"])
def test_scipy_is_worse(name: str) -> None:
    load_domain("special")
    theirs, ours = measure(next(spot for spot in SPOTS if spot.function == name))
    assert ours < 1e-14 < 100 * ours < theirs or ours == 0
