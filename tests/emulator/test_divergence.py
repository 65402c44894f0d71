"""The count of what warps run, on two functions whose ways are known."""

from __future__ import annotations

import ctypes

import pytest
import torch

from tests import emulator

pytestmark = pytest.mark.skipif(not emulator.started(), reason="--device emulated")


def test_lanes_that_go_the_same_way_and_others(tmp_path) -> None:  # type: ignore[no-untyped-def]
    from tests.emulator.divergence import SORTED, compile_together, kernels, row, weights

    rows = {}
    groups = kernels("^(expit|exp1)$", torch.float64, SORTED)
    for number, (includes, chosen) in enumerate(groups.items()):
        path = compile_together(str(tmp_path), number, includes, chosen)
        rows[chosen[0].name] = row(ctypes.CDLL(path), 0, chosen[0], weights(path))
    gain, factor, needed, of_sorted, _ = rows["expit"]  # one way for all, an exponential and a division on it
    assert factor == of_sorted == 1
    assert gain < 1  # what sorting costs
    assert 50 <= needed <= 120
    gain, factor, _, of_sorted, _ = rows["exp1"]  # intervals of x, about as long
    assert 1.5 < factor < 4
    assert of_sorted < 1.3
    assert gain > 1
