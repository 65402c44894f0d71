"""References are confirmed at twice the precision; what is tiny is told from what is zero by symmetry."""

from __future__ import annotations

import pathlib
import shutil

import mpmath
import pytest

from sci.special import erfcx
from sci.testing import card_hash, helpers_hash, tables
from tools.reference import confirmed

ROOT = pathlib.Path(__file__).resolve().parents[2]


def test_tiny_is_not_zero() -> None:
    # At 40 digits the first is noise of 1e-41, and its value is less than the next noise would be.
    for tiny in (1e-30, 1e-60, 1e-200, 1e-300):
        (found,) = confirmed(lambda tiny=tiny: (mpmath.sin(mpmath.pi) + mpmath.mpf(tiny),))
        assert float(found) == tiny


def test_zero_by_symmetry_is_zero() -> None:
    assert confirmed(lambda: (mpmath.sin(mpmath.pi), mpmath.mpf(1) / 3))[0] == 0
    assert confirmed(lambda: (mpmath.mpf(10) ** -700,)) == (0,)


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        ("with mp.workdps(", "with  mp.workdps(", True),
        ('    """', '    """Other words. ', True),
        ("mp.workdps(", "mp.workdps(1 + ", False),
    ],
)
def test_a_helpers_helper_in_another_file_counts(
    old: str, new: str, same: bool, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for stem in ("_erfcx", "_ierfcx", "_gaussian"):
        shutil.copy(ROOT / "sci/special" / f"{stem}.py", tmp_path)
    before = card_hash(erfcx.card), helpers_hash(erfcx.card)
    monkeypatch.setattr(tables, "_file_of", lambda card: tmp_path / "_erfcx.py")
    helper = tmp_path / "_gaussian.py"  # erfcx calls scaled_integral of _ierfcx, which calls with_digits
    head, _, body = helper.read_text().partition("def with_digits(")
    assert old in body
    helper.write_text(head + "def with_digits(" + body.replace(old, new, 1))
    assert card_hash(erfcx.card) == before[0]
    assert (helpers_hash(erfcx.card) == before[1]) is same
