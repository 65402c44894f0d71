"""What graphs keep: results only where a derivative reads them, as they may be changed in place otherwise."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor

from sci import special
from sci._core import kept
from sci._core.cards import ElementwiseCard, elementwise_cards
from tools.reference import load_domain

load_domain("special")


def gradients(card: ElementwiseCard, args: list[Tensor], spoilt: bool) -> list[Tensor | None] | None:
    """Return the gradients, after the results were overwritten if so asked; None where a graph has them."""
    leaves = [x.clone().requires_grad_() if x.is_floating_point() else x for x in args]
    outs = card.function(*leaves)
    outs = outs if isinstance(outs, tuple) else (outs,)
    total = sum((k + 1) * out.sum().real for k, out in enumerate(outs))
    if spoilt:
        with torch.no_grad():
            for out in outs:
                out.fill_(float("nan"))
    wanted = [x for x in leaves if x.requires_grad]
    try:
        return list(torch.autograd.grad(total, wanted, allow_unused=True))
    except NotImplementedError:
        return None
    except RuntimeError as error:
        if "modified by an inplace operation" not in str(error):
            raise
        return None


def test_overwritten_results_change_no_gradient() -> None:
    generator = torch.Generator().manual_seed(1)
    unread = 0
    for card in elementwise_cards.values():
        args = [
            torch.randint(1, 4, (9,), generator=generator)
            if kind == "i"
            else torch.rand(9, generator=generator, dtype=torch.float64) * 0.8 + 0.1
            for kind in card.signatures[0][0]
        ]
        if not any(x.is_floating_point() for x in args) or card.signatures[0][0].count("c"):
            continue
        found = gradients(card, args, True)
        if found is None:
            continue
        unread += 1
        want = gradients(card, args, False)
        assert want is not None
        for got, value in zip(found, want, strict=True):
            if value is not None:
                torch.testing.assert_close(got, value, rtol=0, atol=0, equal_nan=True, msg=card.name)
    assert unread > 180


@pytest.mark.parametrize("name", ["erf", "xlogy", "expit", "jv", "gamma", "logit", "betainc"])
def test_tensors_that_are_kept(name: str) -> None:
    """The arguments, and the result of those whose derivatives take it."""
    saved: list[Any] = []
    count = len(elementwise_cards[name].arguments)
    args = [torch.full((3,), 0.25, dtype=torch.float64, requires_grad=True) for _ in range(count)]
    with torch.autograd.graph.saved_tensors_hooks(saved.append, lambda x: x):
        out = getattr(special, name)(*args)
    kept_results = sum(t.data_ptr() == out.data_ptr() for t in saved)
    assert kept_results == (name in ("jv", "gamma", "expit"))
    assert len(saved) == count + kept_results


def test_what_code_reads() -> None:
    assert kept.reads(lambda x, out: out, 1, 1)
    assert kept.reads(lambda x, out: [out for _ in range(2)], 1, 1)
    assert kept.reads(lambda x, *outs: x, 1, 1)
    assert kept.reads(torch.sin, 1, 1)
    assert not kept.reads(lambda x, out: x, 1, 1)
    assert not kept.reads(lambda x, first, second, i=0: x + i, 1, 2)
    assert kept.reads(lambda x, first, second: second, 1, 2)
