"""What a GPU shows of the functions that are not elementwise: waiting, CUDA against CPU."""

from __future__ import annotations

import importlib

import pytest
import torch
from torch.utils import _pytree as pytree

import sci
from sci._core.cards import FunctionCard, function_cards

pytestmark = pytest.mark.gpu

for domain in ("fft", "interpolate", "linalg", "sparse", "special"):
    importlib.import_module(f"sci.{domain}")
claiming = [
    pytest.param(card, id=name)
    for name, card in sorted(function_cards.items())
    if card.samples and not card.synchronizes and not card.host_route
]


@pytest.mark.parametrize("card", claiming)
def test_a_warm_call_does_not_wait(card: FunctionCard) -> None:
    """With data checks off: they read the data, which waits."""
    assert card.samples is not None
    sample = next(iter(card.samples(torch.Generator().manual_seed(0), torch.float64, torch.device("cuda"))))
    args, kwargs = pytree.tree_map(
        lambda x: x.detach() if isinstance(x, torch.Tensor) else x, (sample.args, sample.kwargs)
    )
    with sci.data_checks(False):
        card.call(card.object, *args, **kwargs)
        torch.cuda.synchronize()
        torch.cuda.set_sync_debug_mode("error")
        try:
            card.call(card.object, *args, **kwargs)
        finally:
            torch.cuda.set_sync_debug_mode("default")
