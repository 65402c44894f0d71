"""The command that measures functions at points no table holds."""

from __future__ import annotations

import dataclasses

from sci._core.cards import elementwise_cards
from tools.fresh import compare, fresh_points
from tools.reference import load_domain, make_row


def test_fresh_points_are_measured() -> None:
    load_domain("special")
    card = elementwise_cards["expm1"]
    points = fresh_points(card, "r", "float64", 1)
    assert points != fresh_points(card, "r", "float64", 2)
    rows = [make_row((card.domain, card.name, "r", "float64", group, args)) for group, args in points[:4]]
    parts = compare(card, rows)
    assert [part.what for part in parts] == ["value", "d/dz", "d/dz, backward"]
    assert all(part.ratio.max() <= 1 for part in parts)
    wrong = dataclasses.replace(rows[0], values=(rows[0].values[0] * (1 + 1e-14),))
    assert compare(card, [wrong])[0].ratio[0] > 1
