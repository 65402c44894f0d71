"""Elementwise functions: the rows come of the cards, with the cards' own samples as arguments."""

from __future__ import annotations

import dataclasses
import functools
import importlib
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor

from benchmarks import special_degrees
from benchmarks.cases import Call, Case, Context, find, present
from sci._core.cards import ElementwiseCard, NoDerivative, elementwise_cards
from sci.testing import points

_SPHEROIDAL = ("pro_", "obl_")


def cards() -> list[ElementwiseCard]:
    """Return the cards of the public elementwise functions, by name."""
    importlib.import_module("sci.special")
    return [card for _, card in sorted(elementwise_cards.items()) if card.public]


def arguments(
    card: ElementwiseCard,
    signature: str,
    dtype: torch.dtype,
    count: int,
    group: str | None,
    device: torch.device | None = None,
) -> list[Tensor]:
    """Return `count` samples of a card, all groups (or one) mixed, as tensors of the kinds in `signature`."""
    precision = "float32" if dtype is torch.float32 else "float64"
    found = [p for name, p in points(card, signature, precision) if group in (None, name)]
    if card.name.startswith(_SPHEROIDAL):  # for larger c SciPy writes beyond its arrays and ends the process
        found = [p for p in found if abs(p[2]) <= 100]
    if not found:
        return []
    generator = torch.Generator(device or "cpu").manual_seed(0)  # where a hundred million are drawn in no time
    order = torch.randint(len(found), (count,), generator=generator, device=device)
    kinds = {"r": dtype, "c": dtype.to_complex(), "i": torch.int64}
    return [torch.tensor(column, dtype=kinds[k], device=device)[order] for column, k in zip(zip(*found), signature)]


def signatures(card: ElementwiseCard) -> list[str]:
    """Return the first signature without complex arguments and the first with them."""
    ins = [one for one, _ in card.signatures]
    real, with_complex = [s for s in ins if "c" not in s], [s for s in ins if "c" in s]
    return real[:1] + with_complex[:1]


def torch_function(name: str) -> Any:
    """Return torch's function of the name, if it has one."""
    return find("torch.special", name) or find("torch", name)


def row(context: Context, card: ElementwiseCard, args: list[Tensor], label: str) -> Case | None:
    """Make one row; what an elementwise kernel must move is its arguments and its results."""
    args = [x.to(context.device) for x in args]
    size = max(x.element_size() for x in args if x.is_floating_point() or x.is_complex())
    moved = sum(x.numel() * x.element_size() for x in args) + args[0].numel() * size * card.outputs
    if size == 4 and card.name.startswith(_SPHEROIDAL):  # SciPy's search for the characteristic value does not end
        context = dataclasses.replace(context, peers=tuple(peer for peer in context.peers if peer != "scipy"))
    return context.case(
        f"special.{card.name}",
        label,
        *args,
        torch_call=torch_function(card.name),
        bytes=moved,
    )


def tables(context: Context) -> Iterator[Case]:
    """Yield rows of the functions that fill a table of degrees and orders per argument."""
    z = (
        torch.rand(1000, generator=torch.Generator().manual_seed(0), dtype=torch.float64).to(context.device) * 1.9
        - 0.95
    )
    theta = (z + 1) * 1.5
    for diff_n in (0, 1, 2):
        label = f"1000 float64, diff_n={diff_n}"
        yield from present(
            context.case("special.legendre_p_all", f"n=50, {label}", 50, z, diff_n=diff_n),
            context.case("special.assoc_legendre_p_all", f"n=m=20, {label}", 20, 20, z, diff_n=diff_n),
            context.case("special.sph_legendre_p_all", f"n=m=20, {label}", 20, 20, theta, diff_n=diff_n),
            context.case("special.sph_harm_y_all", f"n=m=20, {label}", 20, 20, theta, z, diff_n=diff_n),
        )
    yield from present(
        context.case("special.lqn", "n=20, 1000 float64", 20, z),
        context.case("special.lqn", "n=20, 1000 float64 beyond 1", 20, z + 3),
        context.case("special.lqmn", "m=5, n=20, 1000 float64", 5, 20, z),
        context.case("special.lqmn", "m=5, n=20, 1000 float64 beyond 1", 5, 20, z + 3),
    )


def cases(context: Context, by_group: bool = False) -> Iterator[Case]:
    """Yield a row per function, signature and dtype; with `by_group` one per group of samples instead."""
    yield from tables(context)
    yield from special_degrees.cases(context)
    on_gpu = context.device.type == "cuda"
    count = 1000 if context.small else (1 << 24 if on_gpu else 1 << 18) >> (2 if context.quick else 0)
    for card in cards():
        for signature in signatures(card):
            for dtype in (torch.float64, torch.float32):
                if context.quick and dtype is torch.float32 and not on_gpu:
                    continue
                groups: list[str | None] = [g.name for g in card.samples] if by_group else [None]
                for group in groups:
                    args = arguments(card, signature, dtype, count, group, context.device)
                    if not args:
                        continue
                    kind = str(dtype.to_complex() if "c" in signature else dtype).removeprefix("torch.")
                    label = f"{count} {kind}" + (f", {group}" if group else "")
                    case = row(context, card, args, label)
                    if case is not None:
                        yield case


def overhead_cases(context: Context) -> Iterator[tuple[str, dict[str, Call]]]:
    """Yield, per function, a call on 5 numbers, with numbers for the first arguments, and with a gradient recorded.

    The first rows say what torch and SciPy themselves need for the least of calls.
    """
    x = torch.ones(5, dtype=torch.float64, device=context.device)
    yield "torch.empty", {"sci": lambda: torch.empty(5, dtype=torch.float64, device=context.device)}
    exp = {"sci": functools.partial(torch.exp, x), "gradient": functools.partial(torch.exp, x.clone().requires_grad_())}
    yield "torch.exp", exp | {"scipy": functools.partial(np.exp, np.ones(5))}
    for card in cards():
        args = arguments(card, signatures(card)[0], torch.float64, 5, None)
        plain = row(context, card, args, "5 numbers") if args else None
        if plain is None:
            continue
        calls = {name: call for name, call in plain.calls.items() if name in ("sci", "scipy")}
        if len(args) > 1:
            numbers = [x[0].item() for x in args[:-1]]
            calls["number"] = functools.partial(card.function, *numbers, args[-1].to(context.device))
        leaves = [x.clone().requires_grad_(x.is_floating_point() or x.is_complex()) for x in args]
        if _differentiates(card, leaves):
            calls["gradient"] = functools.partial(card.function, *(x.to(context.device) for x in leaves))
        yield plain.name, calls


def cost_cases(context: Context, wanted: Callable[[str], bool]) -> Iterator[tuple[str, dict[str, Call]]]:
    """Yield, per function of real arguments, calls in double and single precision and with a backward pass.

    The gradient is taken in every argument that has a derivative, and in the last of them alone, of an output whose
    own gradient is at hand. Each call takes a million points; on the CPU fewer where one of them takes long. The first
    row says what torch itself needs, above all for memory. What autograd takes per call, some 13 us, belongs to the
    table of small calls.
    """
    x = torch.ones(1 << 20, dtype=torch.float64, device=context.device)
    y = x.clone().requires_grad_()
    calls: dict[str, Call] = {"sci": lambda: -x, "gradient": lambda: torch.autograd.grad(-y, y, x)}
    yield "torch.neg", calls | {"float32": functools.partial(torch.neg, x.float())}
    for card in cards():
        if not wanted(f"special.{card.name}"):
            continue
        signature = signatures(card)[0]
        count = 1 << 20 if context.device.type == "cuda" or _is_quick(card, signature) else 1 << 14
        args = [x.to(context.device) for x in arguments(card, signature, torch.float64, count, None)]
        plain = row(context, card, args, "") if args and "c" not in signature else None
        if plain is None:
            continue
        calls = {name: call for name, call in plain.calls.items() if name in ("sci", "scipy", "torch")}
        if single := arguments(card, signature, torch.float32, count, None):
            calls["float32"] = functools.partial(card.function, *(x.to(context.device) for x in single))
        rules = [i for i, p in enumerate(card.partials) if not isinstance(p, NoDerivative)]
        for name, places in (("gradient", rules), ("last argument's", rules[-1:])):
            leaves = [x.clone().requires_grad_(i in places) for i, x in enumerate(args)]
            if places and _differentiates(card, leaves):
                calls[name] = functools.partial(
                    _with_backward, card, leaves, [leaves[i] for i in places], _ones(card, args)
                )
        yield plain.name, calls


def _with_backward(
    card: ElementwiseCard, args: list[Tensor], leaves: list[Tensor], grads: tuple[Tensor, ...]
) -> tuple[Tensor, ...]:
    out = card.function(*args)
    return torch.autograd.grad(out if isinstance(out, tuple) else (out,), leaves, grads)


def _ones(card: ElementwiseCard, args: list[Tensor]) -> tuple[Tensor, ...]:
    with torch.no_grad():
        out = card.function(*args)
    return tuple(map(torch.ones_like, out if isinstance(out, tuple) else (out,)))


def _is_quick(card: ElementwiseCard, signature: str) -> bool:
    """Tell whether a point takes less than 20 ns."""
    count = 1 << 12
    args = arguments(card, signature, torch.float64, count, None)
    if not args or "c" in signature:
        return False
    card.function(*args)
    start = time.perf_counter()
    card.function(*args)
    return time.perf_counter() - start < count * 20e-9


def _differentiates(card: ElementwiseCard, args: list[Tensor]) -> bool:
    try:
        _with_backward(card, args, [x for x in args if x.requires_grad], _ones(card, args))
    except (NotImplementedError, RuntimeError, AttributeError):
        return False
    return True
