"""Elementwise functions on all bit patterns of their arguments: each call ends, and NaN never becomes a number."""

from __future__ import annotations

import time

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sci._core.cards import ElementwiseCard, elementwise_cards
from tools.reference import load_domain

load_domain("special")
CARDS = sorted(elementwise_cards.values(), key=lambda card: card.name)
POINTS = 12
SECONDS = 2.0  # for one argument on a busy machine: a loop without bound, not a slow one, is what shows here
# Bit patterns alone are huge or tiny: the numbers at which functions change are mixed in.
KNOWN = np.array(
    [0.0, -0.0, np.inf, -np.inf, np.nan, 1, -1, 0.5, -0.5, 2, -2, 3, -3, 10, -10, 100, -170.6, 171.6, 1e5, -1e5, 1e15]
)


def numbers(bits: bytes, picks: bytes, precision: str) -> np.ndarray:
    """Return numbers of the given bits; for every other pick one of those at which functions change."""
    real = np.frombuffer(bits, np.float64 if precision == "float64" else np.float32)[: len(picks)]
    pick = np.frombuffer(picks, np.uint8)
    return np.where(pick < 128, real, KNOWN[pick % len(KNOWN)].astype(real.dtype))


@st.composite
def arguments(draw: st.DrawFn, kinds: str, precision: str) -> list[torch.Tensor]:
    """Draw `POINTS` arguments of each kind."""
    block = st.binary(min_size=8 * POINTS, max_size=8 * POINTS)
    picks = st.binary(min_size=POINTS, max_size=POINTS)
    found = []
    for kind in kinds:
        if kind == "i":
            whole, small = np.frombuffer(draw(block), np.int64), np.frombuffer(draw(picks), np.int8)
            found.append(torch.from_numpy(np.where(small % 2 == 0, whole, small)))
            continue
        parts = [
            torch.from_numpy(numbers(draw(block), draw(picks), precision)) for _ in ("re", "im")[: 1 + (kind == "c")]
        ]
        found.append(torch.complex(*parts) if kind == "c" else parts[0])
    return found


def check(card: ElementwiseCard, xs: list[torch.Tensor]) -> None:
    started = time.process_time()
    out = card.function(*xs)
    took = time.process_time() - started
    assert took < SECONDS * POINTS, f"{card.name}: {took:.1f} s for {xs}"
    unknown = torch.zeros(POINTS, dtype=torch.bool)
    for x in xs:
        # A complex number with one infinite part is infinite, whatever the other is.
        unknown |= torch.isnan(x) & ~torch.isinf(x)
    for k, o in enumerate(out if isinstance(out, tuple) else (out,)):
        wrong = unknown & ~torch.isnan(o)
        if wrong.any():
            i = int(wrong.to(torch.uint8).argmax())
            raise AssertionError(f"{card.name}({', '.join(str(x[i].item()) for x in xs)})[{k}] is {o[i].item()}")


def sweep(card: ElementwiseCard, examples: int) -> None:
    for kinds, _ in card.signatures:
        for precision in ("float64", "float32"):

            @settings(max_examples=examples, deadline=None, database=None, derandomize=True,
                      suppress_health_check=list(HealthCheck))  # fmt: skip
            @given(arguments(kinds, precision))
            def run(xs: list[torch.Tensor]) -> None:
                check(card, xs)

            run()


@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.name)
def test_all_bit_patterns(card: ElementwiseCard) -> None:
    sweep(card, 2)  # the first is 0 everywhere


@pytest.mark.slow
@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.name)
def test_many_bit_patterns(card: ElementwiseCard) -> None:
    sweep(card, 300)
