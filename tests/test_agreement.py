"""Functions without a table of references agree with SciPy on their cards' samples, in every dtype."""

from __future__ import annotations

import importlib

import pytest

from sci._core.cards import DOMAINS, function_cards
from tools.agreement import LARGER, NOT_UNIQUE, WITHOUT, measure

for domain in DOMAINS:
    importlib.import_module(f"sci.{domain}")


@pytest.mark.parametrize("key", sorted(function_cards))
def test_results_are_scipys(key: str) -> None:
    for row in measure(key):
        double = row.dtype in ("float64", "complex128")
        bound = max(1e-11 if double else 1e-3, LARGER.get(key, (0.0, ""))[0])
        assert row.difference <= bound, row


def test_what_cannot_be_compared_says_why() -> None:
    errors = {
        key
        for key, card in function_cards.items()
        if isinstance(card.object, type) and issubclass(card.object, Exception)
    }
    silent = [key for key in function_cards if not measure(key) and key not in NOT_UNIQUE | WITHOUT]
    assert not set(silent) - errors
    assert not (NOT_UNIQUE.keys() | LARGER.keys()) - function_cards.keys()
