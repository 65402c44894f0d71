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
        function, weight = ctypes.CDLL(path).divergence_run0, weights(path)
        rows[chosen[0].name] = row(function, chosen[0], weight)
    factor, needed, of_sorted, _ = rows["expit"]  # one way for all, an exponential and a division on it
    assert factor == of_sorted == 1
    assert 50 <= needed <= 120
    factor, needed, of_sorted, _ = rows["exp1"]  # intervals of x, about as long
    assert 1.5 < factor < 4
    assert of_sorted < 1.3
