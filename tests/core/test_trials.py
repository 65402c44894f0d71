"""Vector loops that try a formula without branches first: what it does not cover, and where results are put."""

from __future__ import annotations

import math

import pytest
import torch

from sci import special
from tools.generate_operators import card_files

TRIED = [card.name for file in card_files() for card in file.cards if card.tried]
# Covered and not, mixed: by j0, y0 those below 2^20 (and above 0), by beta positive ones.
NUMBERS = [0.5, 3e7, -2.5, 0.0, 7.99, 1e-320, math.inf, math.nan, 12.5, -1e9, 20.0, 5.0, 1e300, 2.0]


def test_forms_are_found() -> None:
    assert {"j0", "y1", "beta", "betaln"} <= set(TRIED)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("name", ["j0", "j1", "y0", "y1", "beta", "betaln"])
def test_mixed_elements(name: str, dtype: torch.dtype) -> None:
    """An element's value does not depend on its neighbours, its place or the strides; results may overwrite inputs."""
    function = getattr(special, name)
    x = torch.tensor(NUMBERS, dtype=dtype).repeat(40)[:500]
    args = (x, x.roll(3)) if name.startswith("beta") else (x,)
    alone = torch.stack([function(*(a[i] for a in args)) for i in range(len(x))])
    whole = function(*args)
    torch.testing.assert_close(whole, alone, rtol=0, atol=0, equal_nan=True)
    spread = [torch.stack([a, -a], dim=1).flatten()[::2] for a in args]
    assert spread[0].stride() == (2,)
    torch.testing.assert_close(function(*spread), whole, rtol=0, atol=0, equal_nan=True)
    target = args[0].clone()
    function(target, *args[1:], out=target)
    torch.testing.assert_close(target, whole, rtol=0, atol=0, equal_nan=True)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_bessel_at_zero(dtype: torch.dtype) -> None:
    x = torch.tensor([0.0, -0.0, 1e-30], dtype=dtype).repeat(6)
    assert special.j0(x).eq(1).all()
    assert special.j1(x[:2]).eq(0).all()
    assert special.j1(x[:2]).signbit().tolist() == [False, True]
